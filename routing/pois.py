"""Names of estates, schools, firms, villages, roads and crossings (兴趣点) read from the text itself.

No list can hold them all, so the name is found from its ending: every ending (小区, 花园, 路口 …) is a term of the
shared Scanner, and from each hit one bounded look to the left finds where the name begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from routing.pack import Pack
from routing.place_hits import WINDOW, PlaceHit
from routing.tables import read_table

MOST: Final = 24
"""Endings looked at in one ticket, in text order: the place stands early, and a text of 100,000 characters is safe."""

SUFFIXES: Final = ("市", "县", "区")
TOWNS: Final = ("街道", "镇", "乡")
JOIN: Final = "和与及、跟"
MEETINGS: Final = ("交叉口", "路口", "交汇处")
WAYS: Final = frozenset("跑迷堵拦绕问占挡让赶探断短套销退")
"""Characters that make a word with 路 and no road: 关门跑路, 堵路, 短路."""
CROSSING: Final = re.compile(
    r"([一-龥0-9]{2,6}?(?:路|街|大道))\s*(?:与|和|、|-|—)\s*([一-龥0-9]{2,6}?(?:路|街|大道))\s*(?:的)?"
    r"(?:交叉口|交叉路口|交汇处|交会处|交口|路口)"
)
"""Two roads that meet (…路与…路交叉口)."""


class Poi(NamedTuple):
    """A name found: its kind's rank (0 best), offsets in the text."""

    rank: int
    start: int
    end: int


class Endings:
    """The endings of a pack (place_endings.csv); ``terms`` go to the shared Scanner."""

    def __init__(self, pack: Pack) -> None:
        self.terms: list[str] = []
        self._ranks: list[int] = []
        self._least: list[int] = []
        self._not_before: list[str] = []
        self._generic: set[str] = set()
        self._streets: set[int] = set()
        for row in read_table(pack.path("place_endings.csv"), ("ending", "kind", "rank", "least", "not_before")):
            if row["kind"] == "泛称":
                self._generic.add(row.need("ending"))
                continue
            if row["kind"] == "街镇":
                self._streets.add(len(self.terms))
            rank, least = row.number("rank"), row.number("least")
            if rank is None or least is None:
                raise row.error("rank" if rank is None else "least", "不能为空")
            self.terms.append(row.need("ending"))
            self._ranks.append(int(rank))
            self._least.append(int(least))
            self._not_before.append(row["not_before"])

    def streets(self, hits: Sequence[PlaceHit]) -> list[int]:
        """Where endings of streets and towns (街道, 镇, 乡) end; the first few."""
        streets = self._streets
        return [end for row, _, end, _, _ in hits if row in streets][:MOST]

    def find(self, text: str, hits: Sequence[PlaceHit], barriers: Sequence[int]) -> Poi | None:
        """The best name among the endings of a text; ``barriers`` are ends of place names.

        A crossing of two roads beats a single road; of equal ranks the first in the text stands.
        """
        best: Poi | None = None
        edge = 0
        for row, start, end, at, after in hits[:MOST]:
            rank, follower = self._ranks[row], text[end : end + 1]
            if text[end - 1] == "路" and start and text[end - 2] in WAYS:
                continue
            if row not in self._streets and (best is None or rank < best.rank):
                if self.terms[row] in MEETINGS:
                    crossing = CROSSING.search(text, max(0, start - 2 * WINDOW), end)
                    if crossing:
                        best = Poi(rank, crossing.start(), crossing.end())
                        continue
                if not follower or follower not in self._not_before[row]:
                    begin = self._begin(text, start, edge, barriers, (at, after))
                    if start - begin >= self._least[row] and text[begin:start] not in self._generic:
                        best = Poi(rank, begin, end)
            if follower and follower in JOIN:
                edge = end
        return best

    def _begin(self, text: str, start: int, edge: int, barriers: Sequence[int], broken: tuple[int, int]) -> int:
        low = max(edge, start - WINDOW, 0)
        for barrier in barriers:
            if low < barrier <= start:
                low = barrier
        begin = broken[1] if broken[0] >= low else low
        if begin == low and begin in barriers and text[begin : begin + 1] in SUFFIXES:
            begin += 1
        # A town before the name is a place of its own: 北山镇|石常村, 圭塘街道|云开小区.
        stem = text[begin:start]
        for part in TOWNS:
            cut = stem.rfind(part)
            if cut > 0 and cut + len(part) + 2 <= len(stem):
                begin += cut + len(part)
                break
        while begin < start and text[begin] in JOIN:
            begin += 1
        return begin

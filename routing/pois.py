"""Names of estates, schools, firms, villages, roads and crossings (兴趣点) read from the text itself.

No list can hold them all, so the name is found from its ending: every ending (小区, 花园, 路口 …) is a term of the
shared Scanner, and from each hit one bounded look to the left finds where the name begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from routing.pack import Pack
from routing.tables import read_table

WINDOW: Final = 10
"""Characters that a name may have before its ending."""

MOST: Final = 24
"""Endings looked at in one ticket, in text order: the place stands early, and a text of 100,000 characters is safe."""

BREAK: Final = re.compile(
    r".*(?:[\s,.;:!?()\"'/\\|<>~*&%$#@=+\[\]{}^`，。、；：！？（）“”‘’《》【】〔〕…—·_]"
    r"|[的在于到我你他她们是住对向从把被将因该此这那各每也就还至给让使由与及等本约距离近来往去]"
    r"|位于|反映|投诉|举报|咨询|建议|希望|关于|解决|请求|要求|附近|旁边|门口|对面|楼下|靠近|经过|业主|市民|居民|居住|有人|称"
    r"|包括|拆除|延长|加上|报道|走进|组织|围着|为了|做好|提议|难道|相信|减少|征收|名为|加强|修建|建设|建成|发展|前往|路过"
    r"|途经|途径|隔壁|整治|治理|反对|呼吁|查处|取缔|制止|原为|属于|通往|接送|就读|入住|购买|租住|管理|负责|关闭|搬迁|恢复"
    r"|交叉口|之间|以及|期间|目前|因为|由于|开发|进入|通过|沿着|沿|过了|没有|一条|一家|一个|家住|尊敬|领导|书记|市长|县长|区长)",
    re.DOTALL,
)
"""What cannot stand inside a name; the last such thing left of an ending is where the name begins."""

SUFFIXES: Final = ("市", "县", "区")
TOWNS: Final = ("街道", "镇", "乡")
JOIN: Final = "和与及、跟"
MEETINGS: Final = ("交叉口", "路口", "交汇处")
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

    def streets(self, hits: Sequence[tuple[int, int, int]]) -> list[int]:
        """Where endings of streets and towns (街道, 镇, 乡) end; the first few."""
        streets = self._streets
        return [end for row, _, end in hits if row in streets][:MOST]

    def find(self, text: str, hits: Sequence[tuple[int, int, int]], barriers: Sequence[int]) -> Poi | None:
        """The best name among the hits (row, start, end) of the endings; ``barriers`` are ends of place names.

        A crossing of two roads beats a single road; of equal ranks the first in the text stands.
        """
        best: Poi | None = None
        edge = 0
        for row, start, end in hits[:MOST]:
            rank, follower = self._ranks[row], text[end : end + 1]
            if row not in self._streets and (best is None or rank < best.rank):
                if self.terms[row] in MEETINGS:
                    crossing = CROSSING.search(text, max(0, start - 2 * WINDOW), end)
                    if crossing:
                        best = Poi(rank, crossing.start(), crossing.end())
                        continue
                if not follower or follower not in self._not_before[row]:
                    begin = self._begin(text, start, edge, barriers)
                    if start - begin >= self._least[row] and text[begin:start] not in self._generic:
                        best = Poi(rank, begin, end)
            if follower and follower in JOIN:
                edge = end
        return best

    def _begin(self, text: str, start: int, edge: int, barriers: Sequence[int]) -> int:
        low = max(edge, start - WINDOW, 0)
        for barrier in barriers:
            if low < barrier <= start:
                low = barrier
        found = BREAK.match(text, low, start)
        begin = found.end() if found else low
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

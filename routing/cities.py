"""Other cities (外地): whether one of them, and not the pack's own, is where the event happened.

A city that is only mentioned (a road, a dish, where the caller comes from) is none; it must be named as a place: with a
part of it (烟台市芝罘区), or after a word such as 位于 and 在.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from classify.text import fold
from routing.pack import Pack
from routing.tables import read_table

KINDS: Final = ("省", "市", "区县")
"""Kinds of cities.csv: the rest of the country."""

HOMES: Final = re.compile(r"(?:户籍|户口|籍贯|老家|来自|原籍|出生)[^,。,;\n]{0,4}$")
"""Said of the caller, not of the event."""

AT: Final = re.compile(r"(?:位于|地址|地点|坐落|在|住)[是:: ]{0,2}$")
INSIDE: Final = re.compile(r"[一-龥]{1,4}?(?:区|县|街道|镇)(?!域|别|政)")
"""Right after a city's name: a part of it, so that the city is where it happened."""

NOT_A_CITY: Final = re.compile(
    r"[东南西北中]?(?:路|街|大道|啤酒|苹果|拉面|火锅|小吃|烧烤|烤鸭|菜|银行|大学|户口|户籍|牌照|籍|人|话|牌|号|时间|方向|站)"
)
"""After a city's name: a road, a dish, a bank … that is only called so."""


class Cities:
    """The cities outside a pack; ``terms`` go to the shared Scanner, ``own`` are folded names of one's own."""

    def __init__(self, pack: Pack, own: set[str]) -> None:
        self.terms: list[str] = []
        self._names: list[tuple[str, str]] = []
        path = pack.maybe("cities.csv")
        for row in read_table(path, ("name", "kind", "parent", "aliases")) if path else []:
            kind, name, parent = row.choice("kind", KINDS), row.need("name"), row["parent"]
            if name in (pack.city, pack.province) or (parent and parent == pack.city):
                continue
            for word in (name, *row.items("aliases")):
                if fold(word) not in own:
                    self.terms.append(fold(word))
                    self._names.append((kind, parent if kind == "区县" else name))

    def place_of(self, text: str, hits: Sequence[tuple[int, int, int]]) -> str | None:
        """The city that ``text`` gives as the place, from hits (row, start, end) in text order; None when none is."""
        rivals: list[tuple[int, int, str, str]] = []
        for row, start, end in hits:
            if not NOT_A_CITY.match(text, end) and not HOMES.search(text, max(0, start - 8), start):
                rivals.append((start, end, *self._names[row]))
        for index, (start, end, kind, city) in enumerate(rivals):
            nearer = rivals[index + 1] if index + 1 < len(rivals) and rivals[index + 1][0] == end else None
            if nearer or kind == "区县" or INSIDE.match(text, end) or AT.search(text, max(0, start - 6), start):
                return nearer[3] if nearer else city
        return None

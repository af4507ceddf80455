"""Other cities (外地): whether one of them, and not the pack's own, is where the event happened.

A city that is only mentioned (a road, a dish, where the caller comes from) is none; it must be named as a place: with a
part of it (烟台市芝罘区), after a word such as 位于 and 在, or in a short text with what is wrong there
(长沙的驾校不退学费).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from classify.text import fold
from routing.pack import Pack
from routing.tables import read_table

SHORT: Final = 160
"""Characters up to which a city that is only spoken of can be the place: a letter names many."""

KINDS: Final = ("省", "市", "区县")
"""Kinds of cities.csv: the rest of the country."""

HOMES: Final = re.compile(r"(?:户籍|户口|籍贯|老家|来自|原籍|出生)[^,。,;\n]{0,4}$")
"""Said of the caller, not of the event."""

AT: Final = re.compile(r"(?:位于|地址|地点|坐落|在|住)[是:: ]{0,2}$")
INSIDE: Final = re.compile(r"[一-龥]{1,4}?(?:区|县|街道|镇)(?!域|别|政)")
"""Right after a city's name: a part of it, so that the city is where it happened."""

OF: Final = re.compile(
    r"(?:省|市)?(?:[一-龥]{2,3}(?:市|区|县|镇|那边)?)?(?:的(?![,。,;!?\n人])|老家|那边|那儿|那里|这边|当地|农村|乡下|一家|有家|有个|某)"
)
"""Right after a city's name: something there is spoken of."""
WRONGED: Final = re.compile(
    r"不(?:退|给|发|修|管|供|赔|还|让|办|处理|交房|复工|过户|付)|没(?:发|退|给|人管|人修|修|交房)|拖欠|[拖欠]我|欠(?:薪|钱|了)"
    r"|跑路?了|停(?:电|水|暖|工|供|业)|塌了|坏了|断了|占(?:了|我|地)|被占|骗|宰|漏水|烂尾|倒闭|关门|摔伤|逼|违约|延期|乱收费|卖我|强拆|污染|赶人"
    r"|罚了?我|撞了?我|克扣|扣我|盖房|拆我|涨租|要不回|打人|打了我|投诉|举报|要求(?:他|那|当地)"
)
"""A wrong that was done, so that a city spoken of is the place of it."""
LIKENED: Final = re.compile(
    r"借鉴|学习|参照|参考|经验|做法|模式|像[^,。]{0,6}(?:一样|那样|那边)|比[^,。]{2,8}(?:差|慢|贵|强|好)|网购|网上买|快递|发货|物流"
)
"""Words near which another city is an example, or a sender of goods."""

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
            if NOT_A_CITY.match(text, end):
                continue
            if not HOMES.search(text, max(0, start - 8), start) or OF.match(text, end):
                rivals.append((start, end, *self._names[row]))
        for index, (start, end, kind, city) in enumerate(rivals):
            nearer = rivals[index + 1] if index + 1 < len(rivals) and rivals[index + 1][0] == end else None
            if nearer or kind == "区县" or INSIDE.match(text, end) or AT.search(text, max(0, start - 6), start):
                return nearer[3] if nearer else city
            if OF.match(text, end) and len(text) <= SHORT and WRONGED.search(text) and not LIKENED.search(text):
                return city
        return None

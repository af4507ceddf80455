"""Names of private persons (姓名) in a view: what the rules and the reader find, where they differ, and repetitions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from classify.namecontext import ESTATE, HAN, PLACE_AFTER, PLACE_LIKE, TITLES, surname_at
from classify.nameforms import formed
from classify.namereading import CERTAIN, read
from classify.names import names
from classify.namewords import common_words, is_place, not_names, places, words
from classify.signatures import signatures

Place = tuple[int, int]
"""start, end (exclusive)."""

_OVERRULES: Final = 0.9
"""Probability from which the reader's bounds of a name go before those of a rule."""
_WORD: Final = 0.85
"""Probability from which the reader is believed on a name that is a word or looks like a place."""
_COMMON: Final = 0.95
"""The same for a word that texts hold far more often than names."""
_SURE: Final = 0.97
"""The same for a word that is listed because it stands where names do."""
_HOUSE: Final = re.compile(
    r" ?(?:〔住址〕|[A-Za-z\d一二三四五六七八九十]{1,4}(?:#|[栋幢座区期]|号楼|单元|-\d)|家[A-Z])"
)
"""What stands behind an estate: 龙城苑17#."""
_PLACE_LAST: Final = PLACE_LIKE - frozenset("群园苑城栋台业")
_NEVER_LAST: Final = frozenset("量率费款价额度型式类种票证卡店处所")
_VILLAGE: Final = re.compile(r".家[疃沟庄屯河村店寨堡洼坡岭台埠窑滩湾坊楼集营]")
_FIRM: Final = re.compile(
    r"[^\W的在是把被说和与开去到从有没给让做干当]{0,4}(?:厂|公司|集团|食堂|超市|饭店|酒店|酒楼|医院|学校|中学|小学|幼儿园|银行|车间|工地|药店|家具|建筑|装饰)"
)
"""What stands behind the first characters of a firm: 红叶|服装厂."""
_DOCUMENT: Final = re.compile(r"[\u4e00-\u9fff]{0,5}[〔\[(]?(?:19|20)\d\d[〕\])]")
"""What stands behind the letters of an authority: 鲁济交罚〔2026〕."""


def persons(text: str, owned: Sequence[int]) -> Iterator[Place]:
    """Names in a view, in no order, not overlapping; ``owned`` are the starts of numbers that belong to people."""
    ruled = [found[:2] for finder in (names(text), formed(text), signatures(text, owned)) for found in finder]
    likely = [(start, end, chance) for start, end, chance in read(text) if _stands(text, start, end, chance)]
    sure = [(start, end) for start, end, chance in likely if chance >= _OVERRULES]
    rest = [(start, end) for start, end, chance in likely if chance < _OVERRULES]
    found = _apart([*sure, *_longest(ruled), *rest])
    yield from found
    yield from _again(text, found)


def _stands(text: str, start: int, end: int, chance: float) -> bool:
    """Whether nothing plain speaks against a name that the reader found."""
    name = text[start:end]
    if not all(HAN.match(char) or char == "·" for char in name) or len(name) < 2:
        return False
    if chance < CERTAIN:
        return False
    if name[0] in "元点分" and text[start - 1 : start].isdigit():
        return False
    if name[0] in "张段" and text[start - 1 : start] in "这那一两几每三四五六七八九十":
        return False  # 这张卡
    surname = surname_at(text, start)
    if surname is not None and TITLES.match(text, start + len(surname)):
        return False
    why = not_names().get(name)
    if why == "public" or (why == "word" and chance < _SURE):
        return False
    if text[start - 1 : start + 1] in common_words() and chance < _COMMON:
        return False  # 公司|开栓
    if name in words() or is_place(name):
        return chance >= (_COMMON if name in common_words() or is_place(name) else _WORD)
    if _VILLAGE.fullmatch(name) or _HOUSE.match(text, end) or _DOCUMENT.match(text, end):
        return False
    if name[-1] in _NEVER_LAST or _FIRM.match(text, end) or any(name[:size] in places() for size in (2, 3)):
        return chance >= _COMMON
    return chance >= _WORD or not (name[-1] in _PLACE_LAST or PLACE_AFTER.match(text, end))


def _longest(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda place: place[0] - place[1])


def _apart(places: Iterable[Place]) -> list[Place]:
    """The places without those that overlap an earlier one of the order given, sorted."""
    kept: list[Place] = []
    for place in places:
        at = bisect_left(kept, place)
        if (at and kept[at - 1][1] > place[0]) or (at < len(kept) and kept[at][0] < place[1]):
            continue
        kept.insert(at, place)
    return kept


def _again(text: str, found: Sequence[Place]) -> Iterator[Place]:
    """The same names of three characters or more elsewhere in the text: a signature, a second mention."""
    known = {text[start:end] for start, end in found if end - start > 2}
    starts = {start for start, _ in found}
    for name in known:
        for again in re.finditer(re.escape(name), text):
            place = PLACE_AFTER.match(text, again.end()) or ESTATE.match(text, again.end())
            if again.start() not in starts and not place:
                yield again.span()

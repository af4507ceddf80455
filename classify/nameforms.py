"""Names of private persons (姓名) by their own form: compound surnames, parts of minority names, fields (…人:)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from classify.namebeliefs import ENOUGH, belief, likeliest
from classify.namecontext import ESTATE, Found, hard_end
from classify.namewords import given, minority_parts, not_names, places, surnames

_PLACE_END: Final = frozenset("湖河桥寺坊峪沟洼村庄堡屯镇店")
_PLACE_NEXT: Final = _PLACE_END | frozenset("路街区县市新")


@cache
def _parts() -> re.Pattern[str]:
    """Tibetan, Uyghur and Mongol names of two or three usual parts: 索朗次仁."""
    parts = sorted(minority_parts(), key=len, reverse=True)
    first, second = ("".join(sorted({part[at] for part in parts})) for at in (0, 1))
    return re.compile(f"(?=[{first}][{second}])(?:{'|'.join(parts)}){{2,3}}")


_LABEL: Final = re.compile(r"(?:[\u4e00-\u9fff]{1,4}人|登记)(?:姓名)?[:：] ?(?=[\u4e00-\u9fff])")
"""Any field of a form that asks for a person: 证件持有人:, 代办人:."""
_NOT_SURNAMES: Final = frozenset(
    ("东方", "西门", "东门", "南门", "司空", "第五", "太史", "公孙", "万俟", "乐正", "申屠")
)
"""Compound surnames that are other words as well, or that the cue rules know better."""


@cache
def _compounds() -> re.Pattern[str]:
    """A compound surname with one or two characters of given names."""
    heads = "|".join(sorted(surnames()[2] - _NOT_SURNAMES))
    firsts = "".join(sorted(given()))
    return re.compile(f"(?:{heads})([{firsts}])([{firsts}]?)")


def _compound_end(text: str, found: re.Match[str]) -> int | None:
    """End of the name that a compound surname begins: nothing but a person is called so, save places and figures."""
    start, end = found.span()
    if text[start - 1 : start] in surnames()[0]:
        return None  # 袁宇文: the first character of the given name
    surname = found.group()[: end - start - len(found[1]) - len(found[2])]
    scored = [(value, stop) for stop in {found.end(1), end} if (value := belief(text, start, stop, "cue")) is not None]
    best = max(scored, default=None)
    whole = hard_end(text, end) and next((one for one in scored if one[1] == end and one[0] >= ENOUGH["cue"]), None)
    best = whole or best
    if best is None or best[0] < ENOUGH["cue"] or not no_place(text, start, best[1]):
        return None
    return None if not_names().get(surname) else best[1]


def formed(text: str) -> Iterator[Found]:
    """Names of a view that need no cue."""
    for parts in _parts().finditer(text):
        if text[parts.end() : parts.end() + 1] != "·" and text[parts.start() - 1 : parts.start()] != "·":
            yield *parts.span(), "name"
    for found in _compounds().finditer(text):
        end = _compound_end(text, found)
        if end is not None:
            yield found.start(), end, "name"
    for label in _LABEL.finditer(text):
        named = likeliest(text, label.end(), "label")
        if named is not None and named[0] >= ENOUGH["label"]:
            yield label.end(), named[1], "name"


def no_place(text: str, at: int, end: int) -> bool:
    """Whether nothing speaks for a place, a firm or a figure: 白云湖, 唐冶新区, 李白杜甫."""
    name = text[at:end]
    if (name[-1] in _PLACE_END and not (name[-1] == "河" and hard_end(text, end))) or (
        len(name) > 2 and name[1] in "村庄堡屯镇店家"
    ):
        return False
    if end < len(text) and text[end] in _PLACE_NEXT:
        return False
    if any(name[:size] in places() for size in (2, 3)) or ESTATE.match(text, end):
        return False
    if any(not_names().get(text[at : at + size]) == "public" for size in (2, 3, 4)):
        return False
    known = all(char in given() for char in name[2:])
    return known and (name[0] not in surnames()[1] or len(name) > 2 or hard_end(text, end))

"""Names that suddenly many people say: the subject of an alarm when no gazetteer and no word list knows it.

A name is a run of Chinese characters that ends in a word of a kind (苑, 馆, 公司 …). Where it begins is told by the
callers: among the strings that end there, the longest that still nearly all of them share. A string is a subject when
several callers say it within days, the weeks before hardly said it, and it lies in one district.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from classify.scan import Scanner
from routing.entities import terms
from warehouse.alert_facts import Fact

ESTATE: Final = (
    "小区", "花园", "家园", "公馆", "新城", "庄园", "宿舍", "公寓",
    "雅居", "新居", "佳苑", "名邸", "苑", "府", "邸", "居", "里", "城",
)  # fmt: skip
OTHER: Final = (
    "有限公司", "公司", "健身房", "健身", "会所", "俱乐部", "运动馆", "游泳馆", "馆", "厂", "店", "超市", "广场",
    "商厦", "中心", "医院", "幼儿园", "小学", "中学", "学校", "学院", "项目", "工地", "培训", "村", "酒店", "集团",
)  # fmt: skip
"""Endings of names; a longer one is tried before a shorter one."""
SHORTEST, LONGEST = 3, 14
CALLERS: Final = 3
"""Distinct callers that make a string worth a look."""
KEEPS: Final = 0.75
"""A longer string is the name if so many of the shorter one's callers say it too."""
BURST: Final = 4.0
"""Times that the window says it more often than the weeks before, per ticket."""
ONE_PLACE: Final = 0.6
"""Share of its tickets with a district that lie in one; a chain of shops or a plain word is all over the city."""
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_ENDING: Final = re.compile("|".join(sorted(map(re.escape, ESTATE + OTHER), key=len, reverse=True)))
_WITHIN: Final = re.compile(r"[屋家手店院楼车市厂水夜心眼嘴群村校园馆场柜箱桶河井管地道包卡那这哪嘎房区间部层头]里$")
"""Where something is, not a name that ends in 里 (和平里)."""
_SPEAKS: Final = re.compile("[还在这那了的把没是就被让给着很么]")
"""Words of a sentence, which stand in no name."""
_PLACE: Final = re.compile(r"^(?:.{0,3}市)?(?:.{1,3}[区县])?(?:.{2,5}(?:街道|镇))?")


def kind_of(name: str) -> str:
    """小区 for what people live in, 主体 for anything else."""
    return "主体" if name.endswith(OTHER) else "小区" if name.endswith(ESTATE) else "主体"


def _bare(name: str) -> str:
    """The name without district and street before it, and without a 小区 that half of the callers leave out."""
    inner = _PLACE.sub("", name) or name
    short = inner.removesuffix("小区")
    return short if len(short) >= SHORTEST else inner


def _is_name(name: str) -> bool:
    return len(name) >= SHORTEST and not _WITHIN.search(name) and not _SPEAKS.search(_ENDING.sub("", name))


def _candidates(text: str) -> set[str]:
    found: set[str] = set()
    for run in _HAN.finditer(text):
        words = run[0]
        for match in _ENDING.finditer(words):
            end = match.end()
            for length in range(max(SHORTEST, len(match[0]) + 1), min(LONGEST, end) + 1):
                found.add(words[end - length : end])
    return found


def burst_names(rows: Sequence[Fact], before: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """(name, kind) of tickets of ``rows`` that say a name which bursts; ``before`` are earlier texts."""
    callers: dict[str, set[str]] = defaultdict(set)
    tickets: dict[str, list[Fact]] = defaultdict(list)
    for row in rows:
        for name in _candidates(row.text):
            callers[name].add(row.who)
            tickets[name].append(row)
    generic = terms().generic
    shared = {name: who for name, who in callers.items() if len(who) >= CALLERS}
    longest = {
        name
        for name, who in shared.items()
        if not any(
            other.endswith(name) and len(shared[other]) >= KEEPS * len(who)
            for other in _longer(name, tickets[name], shared)
        )
    }
    bare = {name: _bare(name) for name in longest}
    names = sorted({name for name in bare.values() if name not in generic and _is_name(name)})
    names = _settled(names, {name: {row.who for row in rows if name in row.text} for name in names})
    if not names:
        return {}
    past, texts = Counter[str](), 0
    scanner = Scanner({"name": names})
    for text in before:
        texts += 1
        past.update({names[row] for row, _, _ in scanner.scan(text).get("name", ())})
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    inside = {name: [row for row in rows if name in row.text] for name in names}
    for name in names:
        mine = inside[name]
        if len({row.who for row in mine}) < CALLERS:
            continue
        if texts and len(mine) / max(1, len(rows)) < BURST * past[name] / texts:
            continue
        if sum(name in row.street for row in mine) * 2 > len(mine):
            continue
        places = Counter(row.district for row in mine if row.district)
        if places and max(places.values()) < ONE_PLACE * sum(places.values()):
            continue
        for row in mine:
            found[row.ticket_no].append((name, kind_of(name)))
    return {number: _outermost(ones) for number, ones in found.items()}


def _settled(names: list[str], callers: dict[str, set[str]]) -> list[str]:
    """Of names that begin or end alike one is kept: the longer one if nearly all callers say it, else the shorter."""
    dropped: set[str] = set()
    for short in names:
        for long in names:
            if short == long or not (long.startswith(short) or long.endswith(short)):
                continue
            whole = long.startswith(short) and len(callers[long]) >= KEEPS * len(callers[short])
            dropped.add(short if whole else long)
    return [name for name in names if name not in dropped and len(_ENDING.sub("", name)) >= 2]


def _longer(name: str, rows: Sequence[Fact], shared: dict[str, set[str]]) -> set[str]:
    """Shared strings that are ``name`` with one or two more characters before it, as its tickets say it."""
    found: set[str] = set()
    for row in rows:
        place = row.text.find(name)
        while place > 0:
            for more in (1, 2):
                longer = row.text[max(0, place - more) : place] + name
                if longer in shared:
                    found.add(longer)
            place = row.text.find(name, place + 1)
    return found


def _outermost(names: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Names that are no part of another name of the same ticket."""
    return tuple(one for one in names if not any(one[0] != other[0] and one[0] in other[0] for other in names))

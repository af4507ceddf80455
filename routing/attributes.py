"""Attributes (属性) that decide between look-alike duties: owner, kind of place, trade, permit, time of day and more.

Every term comes from ``attributes.csv`` through the shared Scanner; only counts of people and sums of money are read
by a regular expression. None means unknown, which is a value of its own for the duty list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numba
import numpy as np

from classify.scan import Hit
from classify.text import fold
from classify.ticket import Ticket
from classify.trie import Array
from routing.pack import Pack
from routing.pages import Pages, kinds, marks
from routing.tables import read_table

VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "权属": ("供水", "排水", "供热", "燃气", "电力", "通信", "市政", "物业", "铁路", "公路", "单位"),
    "场所": (
        "小区内", "市政道路", "公路", "村", "学校", "商场", "医院", "景区", "工地", "河道", "农田", "车站",
    ),
    "行业": (
        "健身", "美容美发", "教培学科", "教培非学科", "驾培", "餐饮", "零售", "养老", "医疗", "房地产", "旅游",
        "建筑", "工业", "养殖", "渔业", "物流", "金融", "娱乐", "家政", "汽车",
    ),
    "许可": ("有证", "无证", "超证", "过期"),
    "时段": ("夜间", "凌晨", "午休", "白天"),
    "人数": (),
    "金额": (),
    "正在发生": ("是", "否"),
    "移交": ("已移交", "未移交"),
    "法律程序": ("诉讼", "仲裁", "复议", "信访", "已立案", "判决后"),
}  # fmt: skip
"""Keys in the order of the answer and the closed list of values; 人数 (people) and 金额 (yuan) are digits as text."""

OWNERSHIP: Final = [list(VALUES).index("权属"), list(VALUES).index("移交")]
"""Keys that a unit which sends the caller away says nothing of."""
NOTHING: Final[Mapping[int, Sequence[tuple[int, int]]]] = {}

MASK: Final = "-"
"""Value of a row whose terms speak for nothing of this key: a shorter term inside such a span does not count."""

DIGITS: Final = {mark: number for number, mark in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS: Final = {"十": 10, "百": 100, "千": 1000}
GREATEST: Final = 1e15
"""Cap of a number: more than any budget, and exact in a float."""
GREAT: Final = {"万": 10_000, "亿": 100_000_000}

QUANTITY: Final = re.compile(
    r"(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?[百千]?[万亿]?|[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]*)"
    r"[多余几来]?(?P<after>[万亿]?)"
    r"(?:(?P<yuan>元|块钱|(?:(?<!一)|(?<=[十百]一))块(?![地儿石砖板]|[一-龥]{0,2}砖)|圆钱)"
    r"|(?:多?[名位]|个|多个)?(?P<people>人(?![民才大均行次]|工(?!资)|[一-龥]?共有)"
    r"|[名户家位]?(?:业主|居民|村民|住户|农民工|工人|学生|家长|群众|员工|职工|老人|孩子|商户|老师|司机|会员(?![费卡])|客户|消费者|购房者)"
    r"|户(?![型口籍外]))|(?P<bare>(?<=万)(?![一-龥]?[平米吨亩股斤公张次株台辆元]|[人户个年字步千科里分佳达物象]|[0-9]|[一二三四五六七八九])))"
)
"""A number with what it counts; ``bare`` is a sum in 万 that leaves 元 out (欠工资18万)."""

COUNTED: Final = "元块万人户名位"
"""Characters that follow a number of people or a sum; only where one stands behind a numeral is a number read."""
NUMERALS: Final = frozenset("0123456789,.零〇一二两三四五六七八九十百千万亿")
BETWEEN: Final = frozenset("多余几来个")
_COUNTED, _NUMERAL = 1, 2


class AttributeFinder:
    """Finds the attributes of a ticket; ``terms`` go to the shared Scanner. Raises PackError for a bad table."""

    def __init__(self, pack: Pack) -> None:
        self.terms: list[str] = []
        self._rows: list[tuple[str, str, int]] = []
        for row in read_table(pack.path("attributes.csv"), ("key", "value", "weight", "terms")):
            key = row.choice("key", tuple(VALUES))
            value = row.choice("value", (*VALUES[key], MASK))
            weight = row.number("weight")
            if weight is None or weight < 0 or weight != int(weight):
                raise row.error("weight", "权重应为非负整数", row["weight"])
            for term in row.items("terms"):
                self.terms.append(fold(term))
                self._rows.append((key, value, int(weight)))
        keys = {key: number for number, key in enumerate(VALUES)}
        values = [(MASK, *VALUES[key]) for key in VALUES]
        self._values: list[tuple[str | None, ...]] = [(None, *VALUES[key]) for key in VALUES]
        self._table = np.array(
            [(keys[key], values[keys[key]].index(value), weight) for key, value, weight in self._rows], np.int64
        ).reshape(-1, 3)

    def find(self, ticket: Ticket, hits: Sequence[Hit]) -> dict[str, str | None]:
        """Value or None for every key. Of rival values the heavier wins, of equal ones the first in the text."""
        found = self.find_all(np.array(hits, np.int32).reshape(-1, 3), np.array([0, len(hits)]))[0]
        found["人数"], found["金额"] = quantities(ticket.text)
        return found

    def read_all(
        self, pages: Pages, disowned: Mapping[int, Sequence[tuple[int, int]]] = NOTHING
    ) -> list[dict[str, str | None]]:
        """As :meth:`find` for a batch. In the stretches ``disowned`` (by number of the text) no owner is read."""
        hits, ends = pages.found.table("attributes")
        values = self.find_all(hits, ends)
        for number, stretches in disowned.items():
            mine = hits[ends[number] : ends[number + 1]]
            inside = np.any([(start <= mine[:, 1]) & (mine[:, 2] <= end) for start, end in stretches], axis=0)
            kept = mine[~(inside & np.isin(self._table[mine[:, 0], 0], OWNERSHIP))]
            if len(kept) < len(mine):
                values[number] = self.find_all(kept, np.array([0, len(kept)]))[0]
        places, ends = marks(pages.encoded.buffer, pages.encoded.offsets, _counted_kinds(), _COUNTED, _NUMERAL)
        for number in np.flatnonzero(np.diff(ends)).tolist():
            own, text = values[number], pages.encoded.texts[number]
            own["人数"], own["金额"] = quantities(text, places[ends[number] : ends[number + 1]].tolist())
        return values

    def find_all(self, hits: Array, ends: Array) -> list[dict[str, str | None]]:
        """As :meth:`find` for a batch, without 人数 and 金额; ``hits`` and ``ends`` as in ``scan.Found.table``."""
        best = np.zeros((len(ends) - 1, len(VALUES)), np.int32)
        _weigh(hits, ends, self._table, best)
        columns = [
            [values[number] for number in column] for values, column in zip(self._values, best.T.tolist(), strict=True)
        ]
        return [dict(zip(VALUES, row, strict=True)) for row in zip(*columns, strict=True)]


@cache
def _counted_kinds() -> Array:
    return kinds({_COUNTED: COUNTED, _NUMERAL: "".join(NUMERALS | BETWEEN)})


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _hidden(hits: Any, first: int, last: int, at: int, table: Any) -> bool:
    """Whether a longer hit of another value covers hit ``at``: 没有营业执照 (无证) holds 有营业执照 (有证)."""
    row, start, end = hits[at]
    for other in range(first, last):
        above, one, two = hits[other]
        if (
            table[above, 0] == table[row, 0]
            and table[above, 1] != table[row, 1]
            and one <= start
            and end <= two
            and two - one > end - start
        ):
            return True
    return False


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _weigh(hits: Any, ends: Any, table: Any, best: Any) -> None:
    """Fill ``best`` (texts, keys): number of each key's value, 0 for none.

    ``table`` (rows, 3) of key, value (0: masks others) and weight. Of rival values the heavier wins, of equal ones the
    first in the text; one that a longer hit of another value covers does not count.
    """
    keys = best.shape[1]
    scores = np.empty((keys, 64), np.int64)
    since = np.empty((keys, 64), np.int64)
    count = np.empty(keys, np.int64)
    for text in range(best.shape[0]):
        first, last = ends[text], ends[text + 1]
        if first == last:
            continue
        scores[:] = -1
        count[:] = 0
        for at in range(first, last):
            count[table[hits[at, 0], 0]] += 1
        for at in range(first, last):
            key, value, weight = table[hits[at, 0]]
            if value == 0 or (count[key] > 1 and _hidden(hits, first, last, at, table)):
                continue
            if scores[key, value] < 0:
                scores[key, value] = 0
                since[key, value] = at
            scores[key, value] += weight
        for at in range(first, last):
            key, value, _ = table[hits[at, 0]]
            score, rival = scores[key, value], best[text, key]
            if score < 0 or rival == value:
                continue
            lead = score - scores[key, rival] if rival else 1
            if lead > 0 or (lead == 0 and since[key, value] < since[key, rival]):
                best[text, key] = value


def quantities(text: str, places: Iterable[int] | None = None) -> tuple[str | None, str | None]:
    """The greatest count of people and the greatest sum in yuan that the text names, as digits; None if none.

    ``places`` are the offsets of :data:`COUNTED` characters behind a numeral, where they are known already.
    """
    people = money = 0.0
    for at in _counted(text) if places is None else places:
        match = QUANTITY.match(text, _number_start(text, at))
        if match:
            number = numeral(match["number"]) * GREAT.get(match["after"], 1)
            if match["people"]:
                people = max(people, min(number, GREATEST))
            else:
                money = max(money, min(number, GREATEST))
    return (_digits(people) if people >= 1 else None), (_digits(money) if money > 0 else None)


def _counted(text: str) -> Iterator[int]:
    for mark in COUNTED:
        at = text.find(mark, 1)
        while at > 0:
            if text[at - 1] in NUMERALS or text[at - 1] in BETWEEN:
                yield at
            at = text.find(mark, at + 1)


def _number_start(text: str, at: int) -> int:
    """Start of the number that ends before ``at``; ``at`` itself when none does."""
    start = at
    while start and text[start - 1] in BETWEEN:
        start -= 1
    while start and text[start - 1] in NUMERALS:
        start -= 1
    while start < at and text[start] in "零百千万亿,.":
        start += 1
    return start


def numeral(written: str) -> float:
    """The number that digits or Chinese numerals stand for: 2,800, 1.5万, 六十, 一千二百, 两千八, 十八万."""
    if written[0].isascii():
        head = written.rstrip("百千万亿").replace(",", "")
        number = float(head)
        for mark in written[len(written.rstrip("百千万亿")) :]:
            number *= UNITS.get(mark) or GREAT[mark]
        return min(number, GREATEST)
    total = 0.0
    section = digit = last = 0
    for mark in written:
        if mark in DIGITS:
            digit = DIGITS[mark]
            last = 0 if mark in "零〇" else last
        elif mark in UNITS:
            last = UNITS[mark]
            section += (digit or 1) * last
            digit = 0
        elif mark == "万":
            last = GREAT[mark]
            total += (section + digit) * last
            section = digit = 0
        else:
            last = GREAT[mark]
            total = min((total + section + digit) * last, GREATEST)
            section = digit = 0
    if digit and last >= 100:
        digit *= last // 10  # 两千八 is 2,800
    return min(float(total + section + digit), GREATEST)


def _digits(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.2f}".rstrip("0")

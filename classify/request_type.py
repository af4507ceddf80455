"""What the caller wants (诉求类型): 咨询 求助 投诉 举报 建议 表扬 其他, apart from what it is about.

The door's own word wins when it names one of the types; otherwise words of ``data/request_type.csv`` add up, those in
the title counting three times. 求助 asks for a service, 投诉 blames a named subject; the line is soft (handbook §1.4).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from classify.scan import Hits, Scanner
from classify.taxonomy import DATA, read_table
from classify.text import fold
from classify.ticket import PackError, Ticket

REQUEST_TYPES: Final = ("咨询", "求助", "投诉", "举报", "建议", "表扬", "其他")
_SPOKEN: Final = {
    "意见建议": "建议",
    "意见": "建议",
    "感谢": "表扬",
    "感谢表扬": "表扬",
    "投诉举报": "投诉",
    "诉求": "求助",
    "申请": "求助",
    "无效": "其他",
    "其它": "其他",
}
"""Words that doors use for the same seven types [K]."""

_READ: Final = 300
"""Characters read at each end of the content: callers say what they want first or last [P]."""

_TITLE: Final = 3.0
_LEAST: Final = 1.0
_COLUMNS: Final = ("request_type", "term", "weight", "purpose")


@cache
def _table() -> tuple[Scanner, list[tuple[str, float]]]:
    rows: list[tuple[str, float]] = []
    terms: list[str] = []
    for where, row in read_table(DATA / "request_type.csv", _COLUMNS):
        if row["request_type"] not in REQUEST_TYPES:
            raise PackError("诉求类型不存在", value=row["request_type"], allowed=" ".join(REQUEST_TYPES), where=where)
        terms.append(fold(row["term"]))
        rows.append((row["request_type"], float(row["weight"])))
    return Scanner({"request_type": terms}), rows


def request_type(ticket: Ticket, hits: Hits | None = None) -> str:
    """One of :data:`REQUEST_TYPES`. ``hits`` of the shared scan are not needed and may be left out."""
    if ticket.request_type:
        given = ticket.request_type.strip()
        given = _SPOKEN.get(given, given)
        if given in REQUEST_TYPES:
            return given
        for known in REQUEST_TYPES:
            if known in given:
                return known
    content = ticket.content
    if len(content) > 2 * _READ:
        content = content[:_READ] + "\n" + content[-_READ:]
    scanner, rows = _table()
    border = len(ticket.title)
    points = dict.fromkeys(REQUEST_TYPES, 0.0)
    seen: set[tuple[int, bool]] = set()
    for row, start, _ in scanner.scan(fold(f"{ticket.title}\n{content}")).get("request_type", ()):
        in_title = start < border
        if (row, in_title) in seen:
            continue
        seen.add((row, in_title))
        kind, weight = rows[row]
        points[kind] += weight * (_TITLE if in_title else 1.0)
    best = max(points, key=lambda kind: points[kind])
    return best if points[best] >= _LEAST else "其他"

"""What the caller wants (诉求类型): 咨询 求助 投诉 举报 建议 表扬 其他, apart from what it is about.

The door's own word wins when it names one of the types; otherwise words of ``data/request_type.csv`` add up, those in
the title counting three times. 求助 asks for a service, 投诉 blames a named subject; the line is soft (handbook §1.4).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from classify.scan import Hits
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

_READ: Final = 150
"""Characters read at each end of the content: callers say what they want first or last [P]."""

_TITLE: Final = 3.0
_LEAST: Final = 1.0
_COLUMNS: Final = ("request_type", "term", "weight", "purpose")


@cache
def _table() -> tuple[AhoCorasick, list[tuple[int, float]]]:
    rows: list[tuple[int, float]] = []
    terms: list[str] = []
    for where, row in read_table(DATA / "request_type.csv", _COLUMNS):
        if row["request_type"] not in REQUEST_TYPES:
            raise PackError("诉求类型不存在", value=row["request_type"], allowed=" ".join(REQUEST_TYPES), where=where)
        terms.append(fold(row["term"]))
        rows.append((REQUEST_TYPES.index(row["request_type"]), float(row["weight"])))
    return AhoCorasick(terms, matchkind=MatchKind.Standard, implementation=Implementation.DFA), rows


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
        content = f"{content[:_READ]}\n{content[-_READ:]}"
    automaton, rows = _table()
    border = len(ticket.title)
    points = [0.0] * len(REQUEST_TYPES)
    seen = set()
    for row, start, _ in automaton.find_matches_as_indexes(f"{fold(ticket.title)}\n{content}", overlapping=True):
        key = row if start < border else ~row
        if key in seen:
            continue
        seen.add(key)
        kind, weight = rows[row]
        points[kind] += weight * _TITLE if start < border else weight
    best = max(points)
    return REQUEST_TYPES[points.index(best)] if best >= _LEAST else "其他"

"""What the caller wants (诉求类型): 咨询 求助 投诉 举报 建议 表扬 其他, apart from what it is about.

The door's own word wins when it names one of the types; otherwise words of ``data/request_type.csv`` add up, those in
the title counting three times. 求助 asks for a service, 投诉 blames a named subject; the line is soft (handbook §1.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

import numba
import numpy as np

from classify.scan import Scanner
from classify.taxonomy import DATA, read_table
from classify.text import fold
from classify.ticket import PackError, Ticket
from classify.trie import Array, encode

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
_TOLD: Final = 8
"""Chinese characters from which on a text tells something [P]."""
_COLUMNS: Final = ("request_type", "term", "weight", "purpose")


@cache
def _table() -> tuple[tuple[str, ...], Array, Array]:
    """Terms, and for each the number of its type and its weight."""
    terms, kinds, weights = [], [], []
    for where, row in read_table(DATA / "request_type.csv", _COLUMNS):
        if row["request_type"] not in REQUEST_TYPES:
            raise PackError("诉求类型不存在", value=row["request_type"], allowed=" ".join(REQUEST_TYPES), where=where)
        terms.append(fold(row["term"]))
        kinds.append(REQUEST_TYPES.index(row["request_type"]))
        weights.append(float(row["weight"]))
    return tuple(terms), np.array(kinds, np.int64), np.array(weights, np.float64)


def request_terms() -> tuple[str, ...]:
    """Terms for a shared Scanner."""
    return _table()[0]


@cache
def _scanner() -> Scanner:
    return Scanner({"request": request_terms()})


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _weigh(hits: Any, ends: Any, titles: Any, lengths: Any, kinds: Any, weights: Any, found: Any) -> None:
    """Fill ``found`` (texts,) with the number of the type, or -1 where too little speaks for any."""
    points = np.empty(7, np.float64)
    seen = np.full((2, kinds.shape[0]), -1, np.int64)
    for text in range(found.shape[0]):
        points[:] = 0.0
        title = titles[text]
        length = lengths[text]
        for at in range(ends[text], ends[text + 1]):
            row, start, end = hits[at]
            where = 0 if start < title else 1
            if where == 1 and length > 2 * _READ and end - title - 1 > _READ and start - title - 1 < length - _READ:
                continue
            if seen[where, row] == text:
                continue
            seen[where, row] = text
            points[kinds[row]] += weights[row] * _TITLE if where == 0 else weights[row]
        best = np.argmax(points)
        found[text] = best if points[best] >= _LEAST else -1


def request_types(tickets: Sequence[Ticket], hits: Array, ends: Array) -> list[str]:
    """One of :data:`REQUEST_TYPES` a ticket; ``hits`` and ``ends`` of :func:`request_terms`, see ``scan.Found``."""
    _, kinds, weights = _table()
    numbers = np.empty(len(tickets), np.int64)
    titles = np.array([len(ticket.title) for ticket in tickets], np.int64)
    lengths = np.array([len(ticket.content) for ticket in tickets], np.int64)
    _weigh(hits, ends, titles, lengths, kinds, weights, numbers)
    return [
        (_given(ticket.request_type) if ticket.request_type else None)
        or (REQUEST_TYPES[number] if number >= 0 else _silent(ticket))
        for ticket, number in zip(tickets, numbers.tolist(), strict=True)
    ]


def _silent(ticket: Ticket) -> str:
    """The type of a text that says no word of what it wants: who tells a fact to a hotline wants it mended (求助)."""
    told = sum("\u4e00" <= char <= "\u9fff" for char in ticket.text[:80])
    return "求助" if told >= _TOLD else "其他"


@lru_cache(maxsize=1024)
def _given(word: str) -> str | None:
    """The type that the door's own word names, or None."""
    given = word.strip()
    given = _SPOKEN.get(given, given)
    if given in REQUEST_TYPES:
        return given
    return next((known for known in REQUEST_TYPES if known in given), None)


def request_type(ticket: Ticket) -> str:
    """One of :data:`REQUEST_TYPES` for one ticket."""
    return request_types([ticket], *_scanner().find(*encode([ticket.text])).table("request"))[0]

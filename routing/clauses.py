"""Clauses (分句) and sentences (整句) around a hit, and patterns written with named parts.

The words of danger and of channels mean little alone: what stands in the same clause, sentence or text decides. A
pattern in a data table is a regular expression in which ``{现在}`` stands for the pattern of that name in
``phrases.csv``, so that one list of wordings serves many rows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numba

from classify.text import fold
from routing.pack import Pack
from routing.patterns import Pattern
from routing.tables import TableRow, read_table

CLAUSE_ENDS: Final = ",,。!?!?;;::\n~…"
CLAUSE_END: Final = re.compile(f"[{CLAUSE_ENDS}]")
SENTENCE_ENDS: Final = frozenset("。!?!?;;\n…")
CLAUSE_REACH: Final = 40
"""Characters on each side that a clause is cut to: speech turned into text often has no punctuation at all."""
SENTENCE_REACH: Final = 120
NEIGHBOURS_REACH: Final = 2 * SENTENCE_REACH
TEXT_REACH: Final = 500
"""Characters on each side that the whole text is cut to: what stands pages away says nothing of the term."""
WINDOWS: Final = ("分句", "整句", "邻句", "全文")
"""Windows of a row: clause, sentence, sentence with its neighbours, text."""
NAMED: Final = re.compile(r"\{([^{}0-9,][^{}]*)\}")


@lru_cache(maxsize=16)
def folded(text: str) -> str:
    """``text`` folded, for who has no :class:`Passage` of it; rooms that look at one ticket in turn share the work."""
    return fold(text)


class Passage:
    """A folded text with its clauses; offsets are those of the text. ``ends``: where clauses end, when it is known."""

    __slots__ = ("_clauses", "_sentences", "text")

    def __init__(self, text: str, ends: list[int] | None = None) -> None:
        self.text = text
        if ends is None:
            ends = [match.start() for match in CLAUSE_END.finditer(text)]
        self._clauses = [-1, *ends]
        self._sentences: list[int] | None = None

    @property
    def sentences(self) -> list[int]:
        """Where sentences end, -1 first; found on first use."""
        ends = self._sentences
        if ends is None:
            text = self.text
            ends = self._sentences = [-1, *[at for at in self._clauses[1:] if text[at] in SENTENCE_ENDS]]
        return ends

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Span of the clause that holds [start, end)."""
        return _around(self._clauses, start, end, len(self.text), CLAUSE_REACH)

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Span of the sentence that holds [start, end)."""
        return _around(self.sentences, start, end, len(self.text), SENTENCE_REACH)

    def neighbours(self, start: int, end: int) -> tuple[int, int]:
        """Span of the sentence with the one before and the one after (邻句)."""
        ends = self.sentences
        place = bisect_right(ends, start - 1 if start else 0) - 1
        left = ends[max(place - 1, 0)] + 1
        right = ends[place + 2] if place + 2 < len(ends) else len(self.text)
        return max(left, start - NEIGHBOURS_REACH), min(right, end + NEIGHBOURS_REACH)


def _around(ends: list[int], start: int, end: int, length: int, reach: int) -> tuple[int, int]:
    place = bisect_right(ends, start - 1 if start else 0)
    left = ends[place - 1] + 1
    right = ends[place] if place < len(ends) else length
    while right < end:  # a term may hold a mark itself
        place += 1
        right = ends[place] if place < len(ends) else length
    return max(left, start - reach), min(right, end + reach)


def window(passage: Passage, name: str, start: int, end: int) -> tuple[int, int]:
    """Span of a named window around [start, end)."""
    if name == "分句":
        return passage.clause(start, end)
    if name == "整句":
        return passage.sentence(start, end)
    if name == "邻句":
        return passage.neighbours(start, end)
    return max(0, start - TEXT_REACH), min(len(passage.text), end + TEXT_REACH)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def find_windows(
    hits: Any, ends: Any, kinds: Any, reaches: Any, folded: Any, offsets: Any, marks: Any, starts: Any, stops: Any
) -> None:
    """Fill ``starts`` and ``stops`` (hits,) with the window of each hit of a batch, as :class:`Passage` cuts it.

    ``hits`` and ``ends`` as in ``scan.Found.table``; ``kinds`` (hits,) are places in :data:`WINDOWS`, ``reaches``
    (hits,) say how far each goes on both sides at most; ``marks`` (65536,) is 1 for the end of a clause, 3 where it
    ends a sentence too. Windows are offsets into ``folded``.
    """
    for text in range(offsets.shape[0] - 1):
        begin, over = offsets[text], offsets[text + 1]
        for at in range(ends[text], ends[text + 1]):
            start, stop = begin + hits[at, 1], begin + hits[at, 2]
            kind = kinds[at]
            wanted = 0 if kind == 3 else 1 if kind == 0 else 2
            borders = 2 if kind == 2 else 1
            left, met = start, 0
            low = max(begin, start - reaches[at])
            while left > low:
                point = folded[left - 1]
                if point < 65536 and marks[point] & wanted:
                    met += 1
                    if met == borders:
                        break
                left -= 1
            right, met = (start if kind == 2 else stop), 0
            high = min(over, stop + reaches[at])
            while right < high:
                point = folded[right]
                if point < 65536 and marks[point] & wanted:
                    met += 1
                    if met == borders:
                        break
                right += 1
            starts[at], stops[at] = left, right


class Phrases:
    """Named patterns of ``phrases.csv``; a pattern may use the names of rows above it."""

    def __init__(self, pack: Pack) -> None:
        self._named: dict[str, str] = {}
        for row in read_table(pack.path("phrases.csv"), ("name", "pattern", "note")):
            name = row.need("name")
            if name in self._named:
                raise row.error("name", "名称重复", name)
            pattern = self.expand(row, "pattern")
            self._check(row, "pattern", pattern)
            self._named[name] = pattern

    @property
    def names(self) -> Mapping[str, str]:
        """Name → expanded pattern."""
        return self._named

    def expand(self, row: TableRow, column: str) -> str:
        """The cell with every ``{name}`` replaced by its pattern."""

        def put(match: re.Match[str]) -> str:
            pattern = self._named.get(match[1])
            if pattern is None:
                raise row.error(column, "phrases.csv 中没有这个名称", match[1])
            return f"(?:{pattern})"

        return NAMED.sub(put, row[column])

    def compile(self, row: TableRow, column: str) -> Pattern | None:
        """The cell as a compiled pattern; None when it is empty. Raises PackError when it is no regular expression."""
        return self._check(row, column, self.expand(row, column)) if row[column] else None

    @staticmethod
    def _check(row: TableRow, column: str, pattern: str) -> Pattern:
        try:
            return Pattern(pattern)
        except re.error as error:
            raise row.error(column, f"正则表达式有误({error})", row[column]) from None

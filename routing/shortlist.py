"""Shortlists (预筛): hits of a batch whose row cannot hold are left out before any regular expression is tried.

Every match of a row's pattern holds one of a few words (``patterns.atoms``). Where none of them stands in the window of
a hit, the pattern is not tried; where one does, the pattern decides as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from classify.scan import WordSets
from classify.trie import Array
from routing.clauses import (
    CLAUSE_ENDS,
    CLAUSE_REACH,
    NEIGHBOURS_REACH,
    SENTENCE_ENDS,
    SENTENCE_REACH,
    TEXT_REACH,
    WINDOWS,
    find_windows,
)  # fmt: skip
from routing.pages import Pages, kinds
from routing.patterns import Pattern, atoms

MANY: Final = 200
"""Hits of one ticket that are looked at, in text order; a ticket of 100,000 characters must not hold up the rest."""
_REACHES: Final = np.array([CLAUSE_REACH, SENTENCE_REACH, NEIGHBOURS_REACH, TEXT_REACH], np.int64)


class Shortlist:
    """The rows of a table of terms with what each needs: (window, pattern or None), one a term."""

    def __init__(self, rows: Sequence[tuple[str, Pattern | None]]) -> None:
        self._kinds = np.array([WINDOWS.index(name) for name, _ in rows], np.int64)
        needed = {pattern.pattern: atoms(pattern.pattern) for pattern in {one for _, one in rows} if pattern}
        sets = {pattern: words for pattern, words in sorted(needed.items()) if words is not None}
        numbers = {pattern: number for number, pattern in enumerate(sets)}
        self._wanted = np.array([numbers.get(one.pattern, -1) if one else -1 for _, one in rows], np.int64)
        self._words = WordSets(list(sets.values()))

    def possible(self, pages: Pages, hits: Array, ends: Array, rows: Array, reach: Array | None = None) -> Array:
        """Whether what its row needs may stand in the window of each hit, (hits,).

        ``hits`` and ``ends`` as in ``scan.Found.table``, ``rows`` (hits,) the row of each; ``reach`` (hits,) cuts
        windows to so many characters on each side.
        """
        windows = self._kinds[rows]
        most = _REACHES[windows] if reach is None else np.minimum(_REACHES[windows], reach)
        starts, stops = np.empty(len(hits), np.int64), np.empty(len(hits), np.int64)
        find_windows(hits, ends, windows, most, pages.folded, pages.encoded.offsets, _marks(), starts, stops)
        return self._words.stand_in(pages.folded, starts, stops, self._wanted[rows])


def first_hits(ends: Array) -> Array:
    """Which hits are among the first :data:`MANY` of their text."""
    return np.asarray(np.arange(ends[-1]) - np.repeat(ends[:-1], np.diff(ends)) < MANY)


@cache
def _marks() -> Array:
    """The ends of clauses (1) and of sentences (3)."""
    return kinds({1: CLAUSE_ENDS, 2: "".join(SENTENCE_ENDS)})

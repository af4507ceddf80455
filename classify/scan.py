"""One pass over the texts for every table of terms at once.

Places, departments, attributes, gates and urgent words are all term tables; each registers its terms here, and one trie
finds all of them in a single compiled pass over a batch (:meth:`Scanner.find`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from classify.matching import collect_terms, mark_spans
from classify.trie import Array, build_trie, encode, mark_begins

Hit = tuple[int, int, int]
"""(row in the table that registered the term, start, end); offsets in code points, end exclusive."""

Hits = dict[str, list[Hit]]
"""Hits per table, in text order (by end, of one end the longer first); overlapping hits are all there; a table without
hits is absent."""

_A_CHARACTER: Final = 0.125
"""Hits a character that room is made for at first; a batch with more is scanned again with what it needs."""


def hit_tuples(hits: Array) -> list[Hit]:
    """Hits (n, 3) as tuples."""
    return list(zip(*hits.T.tolist(), strict=True)) if len(hits) else []


def hits_per_text(hits: Array, ends: Array) -> list[list[Hit]]:
    """Hits as tuples, a list a text; ``ends`` (n + 1,) where those of a text begin and, in the next place, end."""
    tuples = hit_tuples(hits)
    return [tuples[start:end] for start, end in pairwise(ends.tolist())]


def keep_hits(hits: Array, ends: Array, kept: Array) -> tuple[Array, Array]:
    """The hits that ``kept`` (hits,) tells, with their own ends."""
    before = np.zeros(len(hits) + 1, np.int64)
    np.cumsum(kept, out=before[1:])
    return hits[kept], before[ends]


class Found(NamedTuple):
    """Hits of a batch: ``hits`` (n, 3) int32 of (row, start, end), table by table, in each table text by text; ``ends``
    (tables, texts + 1) where those of a text begin and, in the next column, end."""

    names: tuple[str, ...]
    hits: Array
    ends: Array

    def table(self, name: str) -> tuple[Array, Array]:
        """Hits of one table and where each text's begin and end among them, (texts + 1,)."""
        ends = self.ends[self.names.index(name)]
        return self.hits[ends[0] : ends[-1]], ends - ends[0]

    def per_text(self, name: str) -> list[list[Hit]]:
        """Hits of one table as tuples, a list a text."""
        return hits_per_text(*self.table(name))


class Scanner:
    """Finds the terms of many tables in one pass.

    ``tables`` maps a table's name to its terms; the row of a hit is the term's index in that sequence. Empty terms
    are refused, equal terms in one or many tables are all reported. Terms must be folded (``classify.text.fold``);
    texts are folded on the way, which keeps length, so offsets hold in the text as given.
    """

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        owners: dict[str, list[tuple[int, int]]] = {}
        for number, (name, terms) in enumerate(tables.items()):
            for row, term in enumerate(terms):
                if not term:
                    raise ValueError(f"empty term in table {name!r}, row {row}")
                owners.setdefault(term, []).append((number, row))
        self.names = tuple(tables)
        self._trie = build_trie(list(owners))
        flat = [owner for ones in owners.values() for owner in ones]
        self._from = np.zeros(len(owners) + 1, np.int32)
        np.cumsum([len(ones) for ones in owners.values()], out=self._from[1:])
        self._owners = np.array(flat, np.int32).reshape(-1, 2)

    def find(self, buffer: Array, offsets: Array) -> Found:
        """Hits of a batch encoded by ``trie.encode``."""
        texts = len(offsets) - 1
        ends = np.zeros((len(self.names), texts + 1), np.int64)
        room = 256 + int(len(buffer) * _A_CHARACTER)
        coded = mark_begins(buffer, offsets, self._trie)
        while True:
            raw = np.empty((room, 3), np.int32)
            found = np.empty((room, 3), np.int32)
            total = collect_terms(coded, offsets, self._trie, self._from, self._owners, raw, found, ends)
            if total <= room:
                return Found(self.names, found[:total], ends)
            room = total

    def scan(self, text: str) -> Hits:
        """Hits of every table in one text."""
        found = self.find(*encode([text]))
        return {name: hits for name in self.names if (hits := found.per_text(name)[0])}


class WordSets:
    """Sets of words, each with a number; tells whether a word of a set stands in a span.

    Words must be folded; one that is not never stands anywhere.
    """

    def __init__(self, sets: Sequence[Iterable[str]]) -> None:
        owners: dict[str, list[int]] = {}
        for number, words in enumerate(sets):
            for word in sorted(words):
                owners.setdefault(word, []).append(number)
        self._trie = build_trie(list(owners))
        self._from = np.zeros(len(owners) + 1, np.int64)
        np.cumsum([len(numbers) for numbers in owners.values()], out=self._from[1:])
        self._owners = np.array([number for numbers in owners.values() for number in numbers], np.int64)

    def stand_in(self, buffer: Array, starts: Array, ends: Array, wanted: Array) -> Array:
        """Whether a word of set ``wanted`` stands in each span [start, end) of ``buffer``; -1 is true everywhere."""
        found = np.empty(len(starts), np.bool_)
        mark_spans(buffer, starts, ends, wanted, self._trie, self._from, self._owners, found)
        return found

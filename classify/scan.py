"""One pass over the texts for every table of terms at once.

Places, departments, attributes, gates and urgent words are all term tables; each registers its terms here, and one trie
finds all of them in a single compiled pass over a batch (:meth:`Scanner.find`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from classify.matching import collect_terms
from classify.trie import Array, build_trie, encode

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

    def per_text(self, names: Iterable[str]) -> list[Hits]:
        """Hits of some tables as tuples, a dict a text."""
        answer: list[Hits] = [{} for _ in range(self.ends.shape[1] - 1)]
        for name in names:
            hits, ends = self.table(name)
            tuples, marks = hit_tuples(hits), ends.tolist()
            for number, text in enumerate(answer):
                if marks[number] < marks[number + 1]:
                    text[name] = tuples[marks[number] : marks[number + 1]]
        return answer


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
        while True:
            raw = np.empty((room, 3), np.int32)
            found = np.empty((room, 3), np.int32)
            total = collect_terms(buffer, offsets, self._trie, self._from, self._owners, raw, found, ends)
            if total <= room:
                return Found(self.names, found[:total], ends)
            room = total

    def scan(self, text: str) -> Hits:
        """Hits of every table in one text."""
        return self.find(*encode([text])).per_text(self.names)[0]

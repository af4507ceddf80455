"""One pass over the texts for every table of terms at once.

Places, departments, attributes, gates and urgent words are all term tables; each registers its terms here, and one trie
finds all of them in a single compiled pass over a batch (:meth:`Scanner.scan_all`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from classify.matching import collect_terms
from classify.trie import Array, build_trie, encode

Hit = tuple[int, int, int]
"""(row in the table that registered the term, start, end); offsets in code points, end exclusive."""

Hits = dict[str, list[Hit]]
"""Hits per table, in text order (by end, of one end the longer first); overlapping hits are all there; a table without
hits is absent."""

_A_TICKET: Final = 0.125
"""Hits a character that room is made for at first; a batch with more is scanned again with what it needs."""


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
        self._names = tuple(tables)
        self._trie = build_trie(list(owners))
        flat = [owner for ones in owners.values() for owner in ones]
        self._from = np.zeros(len(owners) + 1, np.int32)
        np.cumsum([len(ones) for ones in owners.values()], out=self._from[1:])
        self._owners = np.array(flat, np.int32).reshape(-1, 2)

    def scan(self, text: str) -> Hits:
        """Hits of every table in ``text``."""
        return self.scan_all(*encode([text]))[0]

    def arrays(self, buffer: Array, offsets: Array) -> tuple[Array, Array]:
        """Hits of a batch encoded by ``trie.encode`` as arrays.

        ``found`` (hits, 3) int32 of (row, start, end), table by table, in each table text by text; ``ends``
        (tables * texts + 1,) where the hits of a table in a text begin and end.
        """
        texts = len(offsets) - 1
        ends = np.zeros(len(self._names) * texts + 1, np.int64)
        room = 256 + int(len(buffer) * _A_TICKET)
        while True:
            raw = np.empty((room, 3), np.int32)
            found = np.empty((room, 3), np.int32)
            total = collect_terms(buffer, offsets, self._trie, self._from, self._owners, raw, found, ends)
            if total <= room:
                return found[:total], ends
            room = total

    def scan_all(self, buffer: Array, offsets: Array) -> list[Hits]:
        """Hits of every text of a batch encoded by ``trie.encode``."""
        found, ends = self.arrays(buffer, offsets)
        hits: list[Hit] = list(zip(*found.T.tolist(), strict=True)) if len(found) else []
        marks = ends.tolist()
        texts = len(offsets) - 1
        answer: list[Hits] = [{} for _ in range(texts)]
        at = 0
        for name in self._names:
            start = marks[at]
            for text in answer:
                at += 1
                end = marks[at]
                if end > start:
                    text[name] = hits[start:end]
                    start = end
        return answer

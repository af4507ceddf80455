"""Pages (页): what is read of a batch of tickets once and used by every rule after it.

One encoding, one fold, one scan over all tables, one pass for the ends of clauses. Rules look at the arrays of the
whole batch first and build strings and tuples only of the tickets that they have something to say about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from classify.matching import mark_texts
from classify.scan import Found, Hit, Scanner, hit_tuples
from classify.ticket import Ticket
from classify.trie import Array, Encoded, encode_tickets, fold_points
from routing.clauses import CLAUSE_ENDS, Passage

_CLAUSE: Final = 1


class Pages:
    """A batch of tickets as read; ``encoded`` are their texts, ``folded`` (characters,) the same folded, ``found`` the
    hits of every table, ``titles`` and ``lengths`` (n,) characters of titles and of whole texts."""

    __slots__ = ("_clauses", "_passages", "encoded", "folded", "found", "lengths", "tickets", "titles")

    def __init__(self, tickets: Sequence[Ticket], scanner: Scanner) -> None:
        self.tickets = tickets
        self.encoded: Encoded = encode_tickets(tickets)
        _, buffer, offsets, shifts = self.encoded
        self.found: Found = scanner.find(buffer, offsets)
        self.folded = fold_points(buffer)
        self.titles = shifts - 1
        self.lengths = np.diff(offsets)
        self._clauses: tuple[Array, Array] | None = None
        self._passages: list[Passage | None] = [None] * len(tickets)

    def hits(self, table: str, number: int) -> list[Hit]:
        """Hits of one table in one ticket."""
        hits, ends = self.found.table(table)
        return hit_tuples(hits[ends[number] : ends[number + 1]])

    def passage(self, number: int) -> Passage:
        """The folded text of one ticket, cut into clauses; made on first use."""
        passage = self._passages[number]
        if passage is None:
            offsets = self.encoded.offsets
            if self._clauses is None:
                self._clauses = marks(self.folded, offsets, _clause_ends(), _CLAUSE)
            places, ends = self._clauses
            text = self.folded[offsets[number] : offsets[number + 1]].tobytes().decode("utf-32-le", "surrogatepass")
            passage = Passage(text, places[ends[number] : ends[number + 1]].tolist())
            self._passages[number] = passage
        return passage


class Reader:
    """Reads batches for the rules of one pack; ``tables`` are the terms of each."""

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        self._scanner = Scanner(tables)

    def read(self, tickets: Sequence[Ticket]) -> Pages:
        """The pages of a batch."""
        return Pages(tickets, self._scanner)


@cache
def _clause_ends() -> Array:
    return kinds({_CLAUSE: CLAUSE_ENDS})


def kinds(chars: Mapping[int, Sequence[str]]) -> Array:
    """Kinds (bits) of every character of the first plane, (65536,) uint8, for :func:`marks`."""
    table = np.zeros(0x10000, np.uint8)
    for kind, members in chars.items():
        for char in members:
            table[ord(char)] |= kind
    return table


def marks(buffer: Array, offsets: Array, kinds: Array, wanted: int, before: int = 0) -> tuple[Array, Array]:
    """Offsets in their text of all characters of a kind, behind one of kind ``before`` if given; and where those of a
    text begin and, in the next place, end, (n + 1,)."""
    found = np.empty(len(buffer), np.int32)
    ends = np.empty(len(offsets), np.int64)
    total = mark_texts(buffer, offsets, kinds, wanted, before, found, ends)
    return found[:total], ends

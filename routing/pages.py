"""Pages (页): what is read of a batch of tickets once and used by every rule after it.

One encoding, one fold, one scan over all tables, one pass for the ends of clauses and for counted things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from classify.matching import mark_texts
from classify.request_type import request_terms, request_types
from classify.scan import Hit, Scanner
from classify.ticket import Ticket
from classify.trie import Array, Encoded, encode_tickets, fold_encoded
from routing.attributes import BETWEEN, COUNTED, NUMERALS, AttributeFinder, quantities
from routing.clauses import CLAUSE_ENDS, Passage
from routing.places import Gazetteer, Parts

_CLAUSE, _COUNTED, _NUMERAL = 1, 2, 4
_NO_HITS: Final[list[Hit]] = []


class Page(NamedTuple):
    """What was read of one ticket; ``passage`` is the folded text, cut into clauses."""

    text: str
    passage: Passage
    parts: Parts
    attributes: dict[str, str | None]
    request_type: str
    departments: list[Hit]
    urgency: list[Hit]
    gates: list[Hit]
    stock: bool


class Reader:
    """Reads batches for the rules of one pack; ``terms`` are those of departments, urgency, stock phrases, gates."""

    def __init__(self, places: Gazetteer, attributes: AttributeFinder, terms: Mapping[str, Sequence[str]]) -> None:
        self._places, self._attributes = places, attributes
        own = {"places": places.terms, "attributes": attributes.terms, "request": request_terms()}
        self._scanner = Scanner({**own, **terms})

    def read(self, tickets: Sequence[Ticket]) -> tuple[list[Page], Encoded]:
        """One page a ticket, in order, and the batch encoded, for whoever reads it next."""
        encoded = encode_tickets(tickets)
        texts, buffer, offsets, _ = encoded
        found = self._scanner.find(buffer, offsets)
        folded, plain = fold_encoded(buffer, offsets)
        clauses = _marks(folded, offsets, _CLAUSE, 0)
        counted = _marks(buffer, offsets, _COUNTED, _NUMERAL)
        parts = self._places.split(*found.table("places"))
        values = self._attributes.find_all(*found.table("attributes"))
        types = request_types(tickets, *found.table("request"))
        hits = found.per_text(("departments", "urgency", "gates", "stock"))
        pages = []
        for number, text in enumerate(texts):
            attributes, own, places = values[number], hits[number], counted[number]
            if places:
                attributes["人数"], attributes["金额"] = quantities(text, places)
            urgency, gates = own.get("urgency", _NO_HITS), own.get("gates", _NO_HITS)
            passage = Passage(plain[number], clauses[number])
            departments = own.get("departments", _NO_HITS)
            stock = "stock" in own
            pages.append(
                Page(text, passage, parts[number], attributes, types[number], departments, urgency, gates, stock)
            )
        return pages, encoded


@cache
def _kinds() -> Array:
    kinds = np.zeros(0x10000, np.uint8)
    for kind, chars in ((_CLAUSE, CLAUSE_ENDS), (_COUNTED, COUNTED), (_NUMERAL, NUMERALS | BETWEEN)):
        for char in chars:
            kinds[ord(char)] |= kind
    return kinds


def _marks(buffer: Array, offsets: Array, wanted: int, before: int) -> list[list[int]]:
    """Offsets of characters of a kind, text by text."""
    found = np.empty(len(buffer), np.int32)
    ends = np.empty(len(offsets), np.int64)
    total = mark_texts(buffer, offsets, _kinds(), wanted, before, found, ends)
    marks: list[int] = found[:total].tolist()
    return [marks[start:end] for start, end in pairwise(ends.tolist())]

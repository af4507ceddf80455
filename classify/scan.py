"""One pass over a text for every table of terms at once.

Lexicon, places, attributes, gates and urgent words are all term tables; each registers its terms here, and one
Aho-Corasick automaton (``ahocorasick_rs``) finds all of them in a single scan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

Hit = tuple[int, int, int]
"""(row in the table that registered the term, start, end); offsets in code points, end exclusive."""

Hits = dict[str, list[Hit]]
"""Hits per table, in text order (by end); overlapping hits are all there; a table without hits is absent."""


class Scanner:
    """Finds the terms of many tables in one pass.

    ``tables`` maps a table's name to its terms; the row of a hit is the term's index in that sequence. Empty terms
    are refused, equal terms in one or many tables are all reported. Texts must be folded (``classify.text.fold``)
    as the terms were; folding keeps length, so offsets hold in the unfolded text.
    """

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        owners: dict[str, list[tuple[str, int]]] = {}
        for name, terms in tables.items():
            for row, term in enumerate(terms):
                if not term:
                    raise ValueError(f"empty term in table {name!r}, row {row}")
                owners.setdefault(term, []).append((name, row))
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(
            list(owners), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
        )

    def scan(self, text: str) -> Hits:
        """Hits of every table in ``text``."""
        found: Hits = {}
        owners = self._owners
        for pattern, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for name, row in owners[pattern]:
                if name in found:
                    found[name].append((row, start, end))
                else:
                    found[name] = [(row, start, end)]
        return found

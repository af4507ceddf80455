"""Compiling (编译) the lexicon and the taxonomy to the flat arrays that the fast path reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from classify.fastpath import NEUTRAL_CLASS
from classify.lexicon import NEUTRAL, Lexicon
from classify.tables import Tables, group_bits
from classify.taxonomy import OUTSIDE, Taxonomy
from classify.text import fold
from classify.trie import Array

NOTHING_POINTS: Final = 2.2
"""Points that 无实质内容 has before any word is read: less evidence than one plain term is no evidence."""

LOCATION: Final = ("附近", "旁边", "旁", "对面", "隔壁", "周边", "东侧", "西侧", "南侧", "北侧", "后面", "边上")
"""After these a term names a place (学校旁边), seldom the matter."""


class Detail(NamedTuple):
    """A third-level category: its code and its path in the public petition label system, () where none is given."""

    code: str
    path: tuple[str, ...]


class Compiled(NamedTuple):
    """``tables`` of the fast path; ``words`` are the terms by number; ``paths`` of the crosswalk and third-level
    ``details`` by their numbers in the tables."""

    tables: Tables
    words: list[str]
    paths: list[tuple[str, ...]]
    details: list[Detail]


class _Numbers:
    """Terms, groups of words and crosswalk paths by number, each numbered when first asked for."""

    def __init__(self, terms: Sequence[str]) -> None:
        self.words = list(terms)
        self.number = {term: index for index, term in enumerate(self.words)}
        self.groups: dict[tuple[str, ...], int] = {}
        self.paths: list[tuple[str, ...]] = []

    def group(self, names: tuple[str, ...]) -> int:
        """The number of a word group, -1 for none."""
        if not names:
            return -1
        for name in names:
            if name not in self.number:
                self.number[name] = len(self.words)
                self.words.append(name)
        return self.groups.setdefault(names, len(self.groups))

    def path(self, path: tuple[str, ...]) -> int:
        """The number of a crosswalk path."""
        if path not in self.paths:
            self.paths.append(path)
        return self.paths.index(path)


def compile_tables(taxonomy: Taxonomy, lexicon: Lexicon) -> Compiled:
    """The second-level categories of ``taxonomy`` as columns, in its order, with what the lexicon says of each."""
    numbers = _Numbers(lexicon.terms)
    codes, firsts = taxonomy.codes(2), taxonomy.codes(1)
    column = {code: index for index, code in enumerate(codes)}
    first = {code: index for index, code in enumerate(firsts)}
    details = [[one for one in taxonomy.codes(3) if one[:4] == code] for code in codes]
    place = {one: index for ones in details for index, one in enumerate(ones)}
    numbers.group(LOCATION)
    crossings = _crossings(taxonomy, first, numbers)
    asked = len(numbers.groups)  # by the crosswalk: these groups stand first
    by_term: dict[int, list[tuple[int, float, int, int, int]]] = {}
    for row in lexicon.rows:
        target, need, ban = _target(row.code, column, first), numbers.group(row.only_with), numbers.group(row.unless)
        entry = (target, row.weight, need, ban, place.get(row.code, -1))
        by_term.setdefault(numbers.number[row.term], []).append(entry)
    crosses = [crossings.get(code, []) for code in codes]
    mapped = [taxonomy.get(code).maps_to.get("xinfang") for code in codes]
    path_of = [numbers.path(path) if path else -1 for path in mapped]
    words, paths = numbers.words, numbers.paths
    inside = [[numbers.number[name] for name in names] for names in numbers.groups]
    member, bits = group_bits(inside, len(words))
    kept = set(by_term).union(*inside[:asked])
    levels = list(dict.fromkeys(path[0] for path in paths))
    rows = [by_term.get(index, []) for index in range(len(words))]
    flat = [entry for entries in rows for entry in entries]
    prior = np.zeros(len(codes), np.float32)
    if OUTSIDE in column:
        prior[column[OUTSIDE]] = NOTHING_POINTS
    tables = Tables(
        row_from=_starts(rows),
        row_class=np.array([entry[0] for entry in flat], np.int32),
        row_weight=np.array([entry[1] for entry in flat], np.float32),
        row_need=np.array([entry[2] for entry in flat], np.int32),
        row_ban=np.array([entry[3] for entry in flat], np.int32),
        row_detail=np.array([entry[4] for entry in flat], np.int32),
        detail_from=_starts(details),
        member=member,
        groups=bits,
        parent=np.array([first[code[:2]] for code in codes], np.int32),
        prior=prior,
        path_of=np.array(path_of, np.int16),
        first_of_path=np.array([levels.index(path[0]) for path in paths], np.int16),
        cross_from=_starts(crosses),
        cross_group=np.array([when for entries in crosses for when, _ in entries], np.int32),
        cross_path=np.array([path for entries in crosses for _, path in entries], np.int16),
        crossed=np.array([index for index, entries in enumerate(crosses) if entries], np.int64),
        is_suffix=np.array([word in LOCATION for word in words], np.bool_),
        sign=np.array([len(word) == 1 and term not in kept for term, word in enumerate(words)], np.bool_),
        crossing=(asked + 63) // 64,
    )
    below = [Detail(one, taxonomy.get(one).maps_to.get("xinfang", ())) for ones in details for one in ones]
    return Compiled(tables, words, paths, below)


def _crossings(taxonomy: Taxonomy, first: dict[str, int], numbers: _Numbers) -> dict[str, list[tuple[int, int]]]:
    """The crosswalk's exceptions of each code, in order: (word group or leading first level, path)."""
    found: dict[str, list[tuple[int, int]]] = {}
    for crossing in taxonomy.crossings:
        when = _first_level(crossing.when, first)
        if when is None:
            when = numbers.group(tuple(fold(word) for word in crossing.when))
        found.setdefault(crossing.code, []).append((when, numbers.path(crossing.path)))
    return found


def _target(code: str, column: dict[str, int], first: dict[str, int]) -> int:
    """Where points of ``code`` go: a column, ``-1 - first level``, or nowhere."""
    if code == NEUTRAL:
        return NEUTRAL_CLASS
    return -1 - first[code] if code in first else column[code[:4]]


def _first_level(when: tuple[str, ...], first: dict[str, int]) -> int | None:
    """``@12`` in a crosswalk table: first-level words of 12 lead. As a number below -1; None for plain words."""
    if len(when) == 1 and when[0].startswith("@") and when[0][1:] in first:
        return -2 - first[when[0][1:]]
    return None


def _starts(parts: Sequence[Sequence[object]]) -> Array:
    starts = np.zeros(len(parts) + 1, np.int32)
    np.cumsum([len(part) for part in parts], out=starts[1:])
    return starts

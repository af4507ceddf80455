"""Hits (命中) of the lexicon's terms, compiled with numba: one pass a text, and what multiplies each hit's points.

What a term gives: its weight, times ``Rules.title`` in the title, times ``Rules.location`` before a word such as 附近,
halved at each repetition. A term inside a longer one gives nothing.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from classify.tables import LexiconHits, Rules, Tables
from classify.trie import Array, Coded, Trie, child, mark_begins

MAX_HITS = 16384
"""Hits kept of one text; what comes later in a monstrous text cannot change its class."""
HALVES = (1.0, 0.5, 0.25, 0.125)
_A_CHARACTER = 0.25
"""Hits a character that room is made for at first; a batch with more is read again with twice the room."""


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _find_terms(coded: Any, begins: Any, start: int, end: int, trie: Any, hits: Any) -> int:
    """Fill ``hits`` (n, 4): term, start, end, state (0, 1 swallowed, later 2 repeated); returns how many.

    ``begins`` are the places where terms may begin, those of this text; ``coded`` (characters,) symbols.
    """
    mask = trie.entries.shape[0] - 1
    count = 0
    covered = start
    for place in range(begins.shape[0]):
        at = begins[place]
        node = np.int64(trie.root[coded[at]])
        best_end = -1
        first = count
        here = at
        while node >= 0:
            here += 1
            term = trie.term[node]
            if term >= 0:
                if count >= hits.shape[0]:
                    return count
                hits[count, 0] = term
                hits[count, 1] = at - start
                hits[count, 2] = here - start
                hits[count, 3] = 0
                best_end = here
                count += 1
            if here >= end or coded[here] == 0:
                break
            node = child(trie.entries, mask, node, coded[here])
        for index in range(first, count):
            hit_end = hits[index, 2] + start
            if hit_end <= covered or hit_end < best_end:
                hits[index, 3] = 1
        if best_end > covered:
            covered = best_end
    return count


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _weigh_hits(hits: Any, count: int, shift: int, times: Any, factors: Any, tables: Any, rules: Any) -> None:
    """Fill ``factors`` (hits,): what multiplies the weight of each hit's rows; 0 where it says nothing."""
    for index in range(count):
        factors[index] = 0.0
        if hits[index, 3] == 1:
            continue
        term = hits[index, 0]
        seen = times[term]
        times[term] += 1
        if seen:
            hits[index, 3] = 2
        if seen > 3 or tables.row_from[term] == tables.row_from[term + 1]:
            continue
        factor = HALVES[seen]
        end = hits[index, 2]
        if end < shift:
            factor *= rules.title
        for other in range(index + 1, count):
            if hits[other, 1] >= end:
                if hits[other, 1] == end and tables.is_suffix[hits[other, 0]]:
                    factor *= rules.location
                break
        factors[index] = factor
    for index in range(count):
        times[hits[index, 0]] = 0


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _find_hits(
    coded: Coded,
    offsets: Any,
    shifts: Any,
    trie: Trie,
    tables: Tables,
    rules: Rules,
    hits: Any,
    factors: Any,
    ends: Any,
) -> int:
    """Fill what :class:`classify.tables.LexiconHits` holds; returns how many there are, -1: too many for ``hits``."""
    times = np.zeros(tables.row_from.shape[0], np.int16)
    total = 0
    ends[0] = 0
    for text in range(offsets.shape[0] - 1):
        room = min(MAX_HITS, hits.shape[0] - total)
        own = hits[total : total + room]
        begins = coded.begins[coded.bounds[text] : coded.bounds[text + 1]]
        count = _find_terms(coded.symbols, begins, offsets[text], offsets[text + 1], trie, own)
        if count == room and room < MAX_HITS:
            return -1
        _weigh_hits(own, count, shifts[text], times, factors[total : total + room], tables, rules)
        total += count
        ends[text + 1] = total
    return total


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _find_signs(coded: Any, offsets: Any, sign_of: Any, signs: Any, bounds: Any) -> None:
    """Fill ``signs`` and ``bounds`` as in :class:`classify.tables.LexiconHits`, without a branch a character.

    ``sign_of`` (symbols,) is the term of a symbol that is a sign, else -1.
    """
    count = 0
    bounds[0] = 0
    for text in range(offsets.shape[0] - 1):
        for at in range(offsets[text], offsets[text + 1]):
            term = sign_of[coded[at]]
            signs[count, 0] = term
            signs[count, 1] = at - offsets[text]
            count += term >= 0
        bounds[text + 1] = count


def signs_of(trie: Trie, sign: Array) -> tuple[Trie, Array]:
    """The trie without the terms that ``sign`` (terms,) tells, and the term of each symbol (symbols,) that is one.

    Words of one character that lexicon rows ask for near them stand everywhere; as hits they would cost more than all
    others together.
    """
    own = np.where(trie.root >= 0, trie.term[trie.root], -1)
    own = np.where((own >= 0) & sign[own], own, -1).astype(np.int32)
    term, single = trie.term.copy(), trie.single.copy()
    term[trie.root[own >= 0]] = -1
    single[own >= 0] = 0
    return trie._replace(term=term, single=single), own


def find_hits(
    buffer: Array, offsets: Array, shifts: Array, trie: Trie, sign_of: Array, tables: Tables, rules: Rules
) -> LexiconHits:
    """The hits of texts encoded by ``trie.encode``; ``shifts`` is where contents start (title length + 1).

    ``trie`` and ``sign_of`` are what :func:`signs_of` gives.
    """
    room = 256 + int(len(buffer) * _A_CHARACTER)
    ends = np.empty(len(offsets), np.int64)
    coded = mark_begins(buffer, offsets, trie)
    signs, bounds = np.empty((len(buffer) + 1, 2), np.int32), np.empty(len(offsets), np.int64)
    _find_signs(coded.symbols, offsets, sign_of, signs, bounds)
    while True:
        hits, factors = np.empty((room, 4), np.int32), np.empty(room, np.float32)
        total = _find_hits(coded, offsets, shifts, trie, tables, rules, hits, factors, ends)
        if total >= 0:
            return LexiconHits(hits[:total], factors[:total], ends, signs[: bounds[-1]], bounds)
        room *= 2

"""Features (特征) of the learned model: hashed character 1- and 2-grams of title and content, the lexicon's evidence.

Hashes are the same in training (:func:`count_grams`, one sparse row a text) and in the fast path (:func:`score_grams`).
A block's value is ``(1 + ln tf) * idf``, divided by the block's length; evidence is dense, see :func:`evidence_of`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba
import numpy as np
from scipy import sparse

from classify.trie import Array

BITS: Final = 17
BUCKETS: Final = 1 << BITS
"""Buckets a block; title and content have one block each."""

VERSION: Final = "grams-1-2/17;evidence-1"
"""Changes whenever a model trained before could no longer be read rightly."""

_CODE_WEIGHT: Final = 1.0
_PATH_WEIGHT: Final = 0.3
_FLOOR: Final = 1e-3


class Weights(NamedTuple):
    """Arrays of a linear model. ``row_of`` (2 * BUCKETS,) row or -1; ``idf`` (rows,); ``grams`` (rows, classes);
    ``dense`` (evidence, classes); ``bias`` (classes,)."""

    row_of: Array
    idf: Array
    grams: Array
    dense: Array
    bias: Array


@numba.njit(cache=True, inline="always")
def _one(symbol: Any) -> Any:
    return (symbol * 0x9E3779B1 & 0xFFFFFFFF) >> (32 - 17)


@numba.njit(cache=True, inline="always")
def _two(first: Any, second: Any) -> Any:
    mixed = (first * 0x85EBCA6B & 0xFFFFFFFF) ^ (second * 0x9E3779B1 & 0xFFFFFFFF)
    return ((mixed ^ (mixed >> 15)) * 0xC2B2AE35 & 0xFFFFFFFF) >> (32 - 17)


@numba.njit(cache=True, nogil=True)
def _look_up(buffer: Any, start: int, border: int, end: int, plane: Any, row_of: Any, ones: Any, twos: Any) -> None:
    """Fill ``ones`` and ``twos`` (characters,): the row of each character and of the pair that it ends, -1: none known.

    ``plane`` folds code points, see ``trie.plane``; from ``border`` on buckets are those of the content. Blanks and
    control characters stand in no gram.
    """
    block = 0
    before = np.int64(0)
    for at in range(start, end):
        if at == border:
            block = 1 << 17
            before = np.int64(0)
        place = at - start
        ones[place] = -1
        twos[place] = -1
        point = buffer[at]
        symbol = np.int64(plane[point]) if point < 65536 else np.int64(point)
        if symbol <= 32:
            before = np.int64(0)
            continue
        ones[place] = row_of[block + _one(symbol)]
        if before:
            twos[place] = row_of[block + _two(before, symbol)]
        before = symbol


@numba.njit(cache=True, nogil=True)
def _count(ones: Any, twos: Any, border: int, length: int, counts: Any, touched: Any) -> tuple[int, int]:
    """Count the rows of one text; the rows of the title stand in ``touched`` first.

    Returns how many are of the title and how many there are.
    """
    found = 0
    titles = 0
    for place in range(length):
        if place == border:
            titles = found
        row = ones[place]
        if row >= 0:
            if counts[row] == 0:
                touched[found] = row
                found += 1
            counts[row] += 1
        row = twos[place]
        if row >= 0:
            if counts[row] == 0:
                touched[found] = row
                found += 1
            counts[row] += 1
    return (titles if border < length else found), found


@numba.njit(cache=True, nogil=True)
def _longest(offsets: Any) -> int:
    longest = 1
    for text in range(offsets.shape[0] - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    return longest


@numba.njit(cache=True, nogil=True)
def _sparse(
    buffer: Any, offsets: Any, shifts: Any, plane: Any, row_of: Any, ends: Any, columns: Any, values: Any
) -> None:
    """Fill ``columns``, ``values`` and ``ends`` of a sparse matrix with the counts of every text."""
    counts = np.zeros(row_of.shape[0], np.int32)
    longest = _longest(offsets)
    ones, twos = np.empty(longest, np.int32), np.empty(longest, np.int32)
    touched = np.empty(2 * longest, np.int32)
    total = 0
    for text in range(offsets.shape[0] - 1):
        start, end, shift = offsets[text], offsets[text + 1], shifts[text]
        _look_up(buffer, start, start + shift, end, plane, row_of, ones, twos)
        _, found = _count(ones, twos, shift, end - start, counts, touched)
        for place in range(found):
            columns[total] = touched[place]
            values[total] = counts[touched[place]]
            counts[touched[place]] = 0
            total += 1
        ends[text + 1] = total


def count_grams(buffer: Array, offsets: Array, shifts: Array, plane: Array) -> sparse.csr_matrix:
    """Counts (n, 2 * BUCKETS) of texts encoded by ``trie.encode``; ``plane`` folds code points, see ``trie.plane``."""
    ends = np.zeros(len(offsets), np.int64)
    room = int(2 * offsets[-1] + 2)
    columns, values = np.empty(room, np.int32), np.empty(room, np.float32)
    every = np.arange(2 * BUCKETS, dtype=np.int32)
    _sparse(buffer, offsets, shifts, plane, every, ends, columns, values)
    total = int(ends[-1])
    shape = (len(offsets) - 1, 2 * BUCKETS)
    return sparse.csr_matrix((values[:total], columns[:total], ends), shape=shape)


def weigh_grams(counts: sparse.csr_matrix, row_of: Array, idf: Array) -> sparse.csr_matrix:
    """Counts to values: known buckets only (columns are rows of the model), each block of length one."""
    known = np.flatnonzero(row_of >= 0)
    order = known[np.argsort(row_of[known])]
    kept = counts[:, order].tocsr().astype(np.float64)
    kept.data = 1.0 + np.log(kept.data)
    kept = kept @ sparse.diags(idf.astype(np.float64))
    title = order < BUCKETS
    parts = []
    for block in (kept @ sparse.diags(title.astype(np.float64)), kept @ sparse.diags((~title).astype(np.float64))):
        length = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
        parts.append(sparse.diags(1.0 / np.maximum(length, 1e-9)) @ block)
    return (parts[0] + parts[1]).tocsr()


def evidence_of(probabilities: Array, level_mass: Array) -> Array:
    """Dense evidence (n, codes + levels): root of each code's lexicon probability, log of each outside level's mass."""
    codes = np.sqrt(probabilities) * _CODE_WEIGHT
    levels = (np.log(level_mass + _FLOOR) - np.log(_FLOOR)) * _PATH_WEIGHT
    return np.hstack([codes, levels]).astype(np.float32)


@numba.njit(cache=True, nogil=True, fastmath=True)
def score_grams(
    buffer: Any, offsets: Any, shifts: Any, plane: Any, dense: Any, row_of: Any, idf: Any, grams: Any, scores: Any
) -> None:
    """Fill ``scores`` (n, classes): gram part of the linear model, added to what ``scores`` holds already."""
    counts = np.zeros(idf.shape[0], np.int32)
    longest = _longest(offsets)
    ones, twos = np.empty(longest, np.int32), np.empty(longest, np.int32)
    touched = np.empty(2 * longest, np.int32)
    classes = grams.shape[1]
    part = np.zeros(classes, np.float32)
    logs = np.log(np.arange(1, 65).astype(np.float32)) + np.float32(1.0)
    for text in range(offsets.shape[0] - 1):
        start, end, shift = offsets[text], offsets[text + 1], shifts[text]
        _look_up(buffer, start, start + shift, end, plane, row_of, ones, twos)
        titles, found = _count(ones, twos, shift, end - start, counts, touched)
        for block in range(2):
            part[:] = 0
            length = np.float32(0.0)
            for place in range(titles if block else 0, found if block else titles):
                row = touched[place]
                count = counts[row]
                counts[row] = 0
                value = idf[row] * (logs[count - 1] if count <= 64 else np.float32(1.0) + np.log(np.float32(count)))
                length += value * value
                for column in range(classes):
                    part[column] += value * grams[row, column]
            if length > 0:
                scale = 1.0 / np.sqrt(length)
                for column in range(classes):
                    scores[text, column] += part[column] * scale


@numba.njit(cache=True, nogil=True)
def _weigh_characters(ones: Any, twos: Any, length: int, gains: Any, worth: Any) -> Any:
    """Fill ``worth`` with what the grams of each character say, ``gains`` (rows,) of each; returns the greatest."""
    worth[:length] = 0.0
    for place in range(length):
        if ones[place] >= 0:
            worth[place] += gains[ones[place]]
        if twos[place] >= 0:
            worth[place] += gains[twos[place]]
            worth[place - 1] += gains[twos[place]]
    return worth[:length].max() if length else np.float32(0.0)


@numba.njit(cache=True, nogil=True)
def _keep_best(start: int, end: int, value: float, spans: Any, given: Any) -> None:
    """Put a stretch where it belongs in ``spans`` (k, 2) and ``given`` (k,): the most first, of equals the earlier."""
    k = spans.shape[0]
    place = k
    while place > 0 and (spans[place - 1, 0] < 0 or given[place - 1] < value):
        place -= 1
    for later in range(k - 1, place, -1):
        spans[later] = spans[later - 1]
        given[later] = given[later - 1]
    if place < k:
        spans[place, 0] = start
        spans[place, 1] = end
        given[place] = value


@numba.njit(cache=True, nogil=True)
def explain_grams(
    buffer: Any, offsets: Any, shifts: Any, plane: Any, winners: Any, row_of: Any, gains: Any, spans: Any, given: Any
) -> None:
    """Fill ``spans`` (n, k, 2) with the stretches whose grams spoke most for their text's winner, best first; -1: none.

    A stretch has two to eight characters that are all worth at least half of the best one; ``given`` (n, k) is what
    they are worth together. ``gains`` (classes, rows) is what a gram says for a class; a winner of -1 has no stretches.
    """
    longest = _longest(offsets)
    ones, twos = np.empty(longest, np.int32), np.empty(longest, np.int32)
    worth = np.empty(longest, np.float32)
    for text in range(offsets.shape[0] - 1):
        spans[text] = -1
        given[text] = 0.0
        if winners[text] < 0:
            continue
        start, end = offsets[text], offsets[text + 1]
        _look_up(buffer, start, start + shifts[text], end, plane, row_of, ones, twos)
        best = _weigh_characters(ones, twos, end - start, gains[winners[text]], worth)
        since = -1
        total = 0.0
        for at in range(end - start + 1):
            inside = best > 0 and at < end - start and worth[at] >= 0.5 * best
            if since >= 0 and (not inside or at - since == 8):
                if at - since >= 2:
                    _keep_best(since, at, np.round(total, 4), spans[text], given[text])
                since = -1
            elif since < 0 and inside:
                since = at
                total = 0.0
            if since >= 0:
                total += worth[at]


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def add_mass(probabilities: Any, paths: Any, first_of_path: Any, mass: Any) -> None:
    """Add each class's probability to the first level of its crosswalk path in ``mass`` (n, levels).

    What classes without any point have is taken off: many silent classes together must not outvote one that speaks.
    """
    for text in range(probabilities.shape[0]):
        silent = probabilities[text].min()
        for column in range(probabilities.shape[1]):
            where = paths[text, column]
            if where >= 0:
                mass[text, first_of_path[where]] += probabilities[text, column] - silent

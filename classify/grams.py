"""Grams (字片) of texts: hashed characters and pairs of neighbours, title and content apart, compiled with numba.

The same hashes are counted in training (:func:`count_grams`), read by a trained model (:func:`read_grams`) and shown as
what spoke (:func:`explain_grams`).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba
import numpy as np
from scipy import sparse

from classify.trie import Array, plane

BITS: Final = 17
BUCKETS: Final = 1 << BITS
"""Buckets a block; title and content have one block each."""


class Grams(NamedTuple):
    """The known grams of texts: ``rows`` (m,) of a model and their ``values`` (m,), those of a text from ``ends[text]``
    on. A block's values are ``(1 + ln tf) * idf``, divided by the block's length."""

    rows: Array
    values: Array
    ends: Array


@numba.njit(cache=True, inline="always")
def _one(symbol: Any) -> Any:
    return (symbol * 0x9E3779B1 & 0xFFFFFFFF) >> (32 - 17)


@numba.njit(cache=True, inline="always")
def _two(first: Any, second: Any) -> Any:
    mixed = (first * 0x85EBCA6B & 0xFFFFFFFF) ^ (second * 0x9E3779B1 & 0xFFFFFFFF)
    return ((mixed ^ (mixed >> 15)) * 0xC2B2AE35 & 0xFFFFFFFF) >> (32 - 17)


@numba.njit(cache=True, nogil=True)
def _look_up(
    buffer: Any, start: int, border: int, end: int, plane: Any, row_of: Any, none: int, ones: Any, twos: Any
) -> None:
    """Fill ``ones`` and ``twos`` (characters,): the row of each character and of the pair that it ends, or ``none``.

    ``plane`` folds code points, see ``trie.plane``; from ``border`` on buckets are those of the content. Blanks and
    control characters stand in no gram.
    """
    block = 0
    before = np.int64(0)
    for at in range(start, end):
        if at == border:
            block = BUCKETS
            before = np.int64(0)
        point = buffer[at]
        symbol = np.int64(plane[point]) if point < 65536 else np.int64(point)
        said = symbol > 32
        one, two = row_of[block + _one(symbol)], row_of[block + _two(before, symbol)]
        ones[at - start] = one if said and one >= 0 else none
        twos[at - start] = two if said and before != 0 and two >= 0 else none
        before = symbol if said else np.int64(0)


@numba.njit(cache=True, nogil=True)
def _count(ones: Any, twos: Any, first: int, last: int, counts: Any, rows: Any, total: int) -> int:
    """Count the rows of characters ``first`` to ``last``; new ones are written from ``rows[total]`` on; the new total.

    Without a branch a gram: what counts already, ``none`` among it, is written where the next one will be.
    """
    for place in range(first, last):
        row = ones[place]
        rows[total] = row
        total += counts[row] == 0
        counts[row] += 1
        row = twos[place]
        rows[total] = row
        total += counts[row] == 0
        counts[row] += 1
    return total


@numba.njit(cache=True, nogil=True)
def _longest(offsets: Any) -> int:
    longest = 1
    for text in range(offsets.shape[0] - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    return longest


@numba.njit(cache=True, nogil=True)
def _count_texts(
    buffer: Any, offsets: Any, shifts: Any, plane: Any, every: Any, rows: Any, values: Any, ends: Any
) -> None:
    """Fill the three with the counts of every text."""
    none = every.shape[0]
    counts = np.zeros(none + 1, np.int32)
    longest = _longest(offsets)
    ones, twos = np.empty(longest, np.int32), np.empty(longest, np.int32)
    total = 0
    for text in range(offsets.shape[0] - 1):
        start, end = offsets[text], offsets[text + 1]
        _look_up(buffer, start, start + shifts[text], end, plane, every, none, ones, twos)
        counts[none] = 1
        first = total
        total = _count(ones, twos, 0, end - start, counts, rows, total)
        for at in range(first, total):
            values[at] = counts[rows[at]]
            counts[rows[at]] = 0
        ends[text + 1] = total


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _read_texts(
    buffer: Any, offsets: Any, shifts: Any, plane: Any, row_of: Any, idf: Any, rows: Any, values: Any, ends: Any
) -> None:
    """Fill what :class:`Grams` holds."""
    none = idf.shape[0]
    counts = np.zeros(none + 1, np.int32)
    longest = _longest(offsets)
    ones, twos = np.empty(longest, np.int32), np.empty(longest, np.int32)
    logs = np.log(np.arange(1, 65).astype(np.float32)) + np.float32(1.0)
    total = 0
    for text in range(offsets.shape[0] - 1):
        start, end, shift = offsets[text], offsets[text + 1], min(shifts[text], offsets[text + 1] - offsets[text])
        _look_up(buffer, start, start + shift, end, plane, row_of, none, ones, twos)
        for block in range(2):
            counts[none] = 1
            first = total
            total = _count(ones, twos, block * shift, end - start if block else shift, counts, rows, total)
            length = np.float32(0.0)
            for at in range(first, total):
                row = rows[at]
                count = counts[row]
                counts[row] = 0
                value = idf[row] * (logs[count - 1] if count <= 64 else np.float32(1.0) + np.log(np.float32(count)))
                values[at] = value
                length += value * value
            scale = np.float32(1.0) / np.sqrt(max(length, np.float32(1e-18)))
            for at in range(first, total):
                values[at] *= scale
        ends[text + 1] = total


def count_grams(buffer: Array, offsets: Array, shifts: Array) -> sparse.csr_matrix:
    """Counts (n, 2 * BUCKETS) of texts encoded by ``trie.encode``; ``shifts`` is where contents start."""
    rows, values, ends = _room(offsets)
    _count_texts(buffer, offsets, shifts, plane(), np.arange(2 * BUCKETS, dtype=np.int32), rows, values, ends)
    shape = (len(offsets) - 1, 2 * BUCKETS)
    return sparse.csr_matrix((values[: ends[-1]], rows[: ends[-1]], ends), shape=shape)


def read_grams(buffer: Array, offsets: Array, shifts: Array, row_of: Array, idf: Array) -> Grams:
    """The grams of such texts that a model knows; ``row_of`` (2 * BUCKETS,) and ``idf`` as in ``features.Weights``."""
    rows, values, ends = _room(offsets)
    _read_texts(buffer, offsets, shifts, plane(), row_of, idf, rows, values, ends)
    return Grams(rows[: ends[-1]], values[: ends[-1]], ends)


def _room(offsets: Array) -> Grams:
    most = int(2 * offsets[-1] + 1)
    return Grams(np.empty(most, np.int32), np.empty(most, np.float32), np.zeros(len(offsets), np.int64))


@numba.njit(cache=True, nogil=True)
def _weigh_characters(ones: Any, twos: Any, length: int, gains: Any, worth: Any) -> Any:
    """Fill ``worth`` with what the grams of each character say, ``gains`` (rows + 1,) of each; returns the greatest."""
    worth[:length] = 0.0
    for place in range(length):
        worth[place] += gains[ones[place]]
        worth[place] += gains[twos[place]]
        worth[max(place - 1, 0)] += gains[twos[place]]
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
    they are worth together. ``gains`` (classes, rows + 1) is what a gram says for a class, 0 in the last row; a winner
    of -1 has no stretches.
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
        _look_up(buffer, start, start + shifts[text], end, plane, row_of, gains.shape[1] - 1, ones, twos)
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

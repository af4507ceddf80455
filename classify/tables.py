"""What the fast path reads and writes: the lexicon as flat arrays, its few numbers, and room for the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from classify.trie import Array


class Tables(NamedTuple):
    """Lexicon and crosswalk as arrays. CSR pairs: ``row_from[t]:row_from[t+1]`` are the rows of term ``t``, and so on.

    ``row_class`` is a column of the second-level scores, or ``-1 - first`` for a first-level row, or -9999 for neutral.
    ``row_need``/``row_ban`` are word groups (-1: none). ``member`` (terms,) is a row of ``groups``, -1 for a term in
    none; ``groups`` (members, words) uint64 has a bit for each group, those of the crosswalk in the first ``crossing``
    words. ``sign`` (terms,) tells the words of one character that are only in groups of the lexicon. ``path_*``:
    crosswalk exceptions per class in order; ``crossed`` are the classes that have any.
    ``row_detail`` is the place of the row's third-level class among those of its class, or -1; those of a class are
    ``detail_from[c]:detail_from[c+1]``.
    """

    row_from: Array
    row_class: Array
    row_weight: Array
    row_need: Array
    row_ban: Array
    row_detail: Array
    detail_from: Array
    member: Array
    groups: Array
    parent: Array
    prior: Array
    path_of: Array
    first_of_path: Array
    cross_from: Array
    cross_group: Array
    cross_path: Array
    crossed: Array
    is_suffix: Array
    sign: Array
    crossing: int


class LexiconHits(NamedTuple):
    """Hits of a batch: ``hits`` (m, 4) of term, start, end and state (0, 1 swallowed by a longer one, 2 repeated), text
    by text; ``factors`` (m,) multiply the weights of a hit's rows; those of a text begin at ``ends[text]``. ``signs``
    (k, 2) are words of one character that rows ask for: term and start; those of a text begin at ``bounds[text]``."""

    hits: Array
    factors: Array
    ends: Array
    signs: Array
    bounds: Array


class Answers(NamedTuple):
    """What comes out, filled in place: ``tops``/``chances``/``points`` (n, k) best columns with probability and points;
    ``path`` (n,) crosswalk path or -1 and ``share`` (n,) of its first level; ``detail`` (n,) third-level class of the
    best column or -1; ``spans`` (n, m, 2), ``given`` (n, m)."""

    tops: Array
    chances: Array
    points: Array
    path: Array
    share: Array
    detail: Array
    spans: Array
    given: Array


class Rules(NamedTuple):
    """The few numbers of the model, all by reasoning, none fitted: see :mod:`classify.model`."""

    title: float
    near: int
    from_parent: float
    parent_alone: float
    temperature: float
    growth: float
    leading: float
    full: float
    location: float
    detail: float
    clear: float


def group_bits(groups: Sequence[Sequence[int]], terms: int) -> tuple[Array, Array]:
    """``member`` and ``groups`` of :class:`Tables` from the terms of each group."""
    member = np.full(terms, -1, np.int32)
    inside = sorted({term for group in groups for term in group})
    member[inside] = np.arange(len(inside))
    bits = np.zeros((len(inside), (len(groups) + 63) // 64), np.uint64)
    for number, group in enumerate(groups):
        bits[member[list(group)], number >> 6] |= np.uint64(1 << (number & 63))
    return member, bits


def room(n: int, tops: int = 4, spans: int = 6) -> Answers:
    """Empty answers for ``n`` texts."""
    return Answers(
        tops=np.empty((n, tops), np.int32),
        chances=np.empty((n, tops), np.float32),
        points=np.empty((n, tops), np.float32),
        path=np.empty(n, np.int32),
        share=np.empty(n, np.float32),
        detail=np.empty(n, np.int32),
        spans=np.empty((n, spans, 2), np.int32),
        given=np.empty((n, spans), np.float32),
    )

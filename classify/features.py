"""Features (特征) of the learned model: grams of title and content (:mod:`classify.grams`), the lexicon's evidence.

A block's value is ``(1 + ln tf) * idf``, divided by the block's length; evidence is dense, see :func:`evidence_of`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba
import numpy as np
from scipy import sparse

from classify.grams import BUCKETS, Grams
from classify.trie import Array

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


LANES: Final = 8
"""Columns of a block of weights are a multiple of this, so that a row is read with whole vector registers."""


class Blocks(NamedTuple):
    """Weights of grams as a processor likes them: the columns of each parent together, row by row, in ``weights``.

    ``first`` and ``width`` (blocks,) tell which labels a block scores, ``padded`` the columns it has, ``base`` where it
    begins, ``parent`` whose children they are. A label without a rival needs no score and is in no block.
    """

    weights: Array
    base: Array
    first: Array
    width: Array
    padded: Array
    parent: Array


def blocks_of(grams: Array, parents: Array) -> Blocks:
    """The blocks of weights (rows, labels); ``parents`` (labels,), never falling."""
    starts = np.flatnonzero(np.diff(parents, prepend=-1))
    widths = np.diff(starts, append=len(parents))
    starts, widths = starts[widths > 1], widths[widths > 1]
    padded = (widths + LANES - 1) // LANES * LANES
    base = np.cumsum(np.append(0, padded[:-1] * len(grams))) if len(starts) else starts
    weights = np.zeros(int((padded * len(grams)).sum()), np.float32)
    for first, width, wide, at in zip(*(part.tolist() for part in (starts, widths, padded, base)), strict=True):
        block = weights[at : at + wide * len(grams)].reshape(-1, wide)
        block[:, :width] = grams[:, first : first + width]
    return Blocks(weights, base, starts, widths, padded, parents[starts])


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def score_grams(grams: Grams, blocks: Blocks, above: Any, least: float, scores: Any) -> None:
    """Add to ``scores`` (n, labels) what the grams say of the children of each parent.

    ``above`` (n, parents) are probabilities; the children of parents below ``least`` are left as they are.
    """
    part = np.zeros(blocks.padded.max() if blocks.padded.shape[0] else 0, np.float32)
    for text in range(scores.shape[0]):
        for number in range(blocks.base.shape[0]):
            if above[text, blocks.parent[number]] < least:
                continue
            wide = blocks.padded[number]
            sums = part[:wide]
            sums[:] = 0
            for at in range(grams.ends[text], grams.ends[text + 1]):
                start = blocks.base[number] + grams.rows[at] * wide
                value = grams.values[at]
                row = blocks.weights[start : start + wide]
                for column in range(wide):
                    sums[column] += value * row[column]
            first = blocks.first[number]
            for column in range(blocks.width[number]):
                scores[text, first + column] += sums[column]


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

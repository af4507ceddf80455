"""Features (特征) of the learned model: grams of title and content (:mod:`classify.grams`), the lexicon's evidence.

A block's value is ``(1 + ln tf) * idf``, divided by the block's length; evidence is dense, see :func:`evidence_of`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba
import numpy as np
from scipy import sparse

from classify.grams import BUCKETS
from classify.trie import Array

VERSION: Final = "grams-1-2/17;evidence-1"
"""Changes whenever a model trained before could no longer be read rightly."""

CODE_WEIGHT: Final = 1.0
PATH_WEIGHT: Final = 0.3
LEAST_MASS: Final = 1e-3


class Weights(NamedTuple):
    """Arrays of a linear model. ``row_of`` (2 * BUCKETS,) row or -1; ``idf`` (rows,); ``grams`` (rows, classes);
    ``dense`` (evidence, classes); ``bias`` (classes,)."""

    row_of: Array
    idf: Array
    grams: Array
    dense: Array
    bias: Array


def by_frequency(seen: Array, least: int) -> Array:
    """Buckets that at least so many texts hold, the most frequent first: what is read often then lies together."""
    order = np.argsort(-seen, kind="stable")
    return np.asarray(order[seen[order] >= least])


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
    codes = np.sqrt(probabilities) * CODE_WEIGHT
    levels = (np.log(level_mass + LEAST_MASS) - np.log(LEAST_MASS)) * PATH_WEIGHT
    return np.hstack([codes, levels]).astype(np.float32)


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

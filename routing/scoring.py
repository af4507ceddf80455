"""From evidence to links, compiled: the score of a pair, of many pairs, and the best links of every row of a batch."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from routing.packing import Packed
from routing.pairing import (
    ADRIFT,
    APART,
    BARRED,
    BODY,
    CALLER,
    CHASE,
    CODE,
    COLUMNS,
    CONFLICT,
    COPY,
    DAYS,
    MATTER,
    NAME,
    NEAR,
    TITLE,
    VAGUE,
    evidence,
)


@numba.njit(cache=True, nogil=True)
def score(weights: Any, pair: Any) -> float:
    """Probability-like score from 0 to 1; ``weights`` in the order of ``similarity.Weights``."""
    z = (
        weights[0]
        + weights[1] * pair[NAME]
        + weights[2] * pair[TITLE]
        + weights[3] * pair[MATTER]
        + weights[4] * pair[BODY]
        + weights[5] * pair[COPY]
        + weights[6] * pair[CALLER]
        + weights[7] * max(pair[CODE], 0.0)
        - weights[8] * max(-pair[CODE], 0.0)
        + weights[9] * pair[NAME] * max(pair[BODY], pair[MATTER])
        - weights[10] * pair[ADRIFT] * (1.0 - pair[COPY]) * (1.0 - 0.7 * pair[CALLER])
        - weights[11] * pair[CONFLICT]
        - weights[12] * pair[APART]
        - weights[13] * min(pair[DAYS] / 365.0, 3.0)
        + weights[14] * pair[CHASE]
        + weights[15] * pair[NEAR]
    )
    return float(1.0 / (1.0 + np.exp(-z)))


@numba.njit(cache=True, nogil=True)
def both_scores(p: Packed, i: int, j: int, same: Any, possible: Any, out: Any, refs: Any) -> tuple[float, float]:
    """Scores of the tiers ``same`` (0 when barred) and ``possible`` (0 when vague; never below ``same``)."""
    evidence(p, i, j, out, refs)
    sure = 0.0 if out[BARRED] > 0.0 else score(same, out)
    maybe = 0.0 if out[VAGUE] > 0.0 else score(possible, out)
    return sure, max(sure, maybe)


@numba.njit(cache=True, nogil=True)
def score_pairs(p: Packed, left: Any, right: Any, same: Any, possible: Any) -> Any:
    """(pairs, 2) scores of many pairs of rows."""
    out, refs = np.zeros(COLUMNS), np.zeros(3, np.int64)
    answers = np.zeros((len(left), 2))
    for k in range(len(left)):
        answers[k, 0], answers[k, 1] = both_scores(p, left[k], right[k], same, possible, out, refs)
    return answers


@numba.njit(cache=True, nogil=True)
def find_pairs(  # noqa: C901 - compiled: one loop over arrays
    p: Packed, keys: Any, starts: Any, order: Any, places: Any, bounds: Any, limits: Any, same: Any, possible: Any
) -> tuple[Any, Any]:
    """Links of every row to earlier ones: (pairs, 2) rows and (pairs, 2) scores, best first for each later row.

    Row r has the keys ``keys[starts[r]:starts[r + 1]]`` (block numbers), each at ``places`` in its block; block b is
    ``order[bounds[b]:bounds[b + 1]]``, rows ascending. ``limits``: window, anchors, candidates, edges, enough; and the
    thresholds of both tiers and of what is all but certain.
    """
    window, anchors, most, edges, enough = (
        int(limits[0]),
        int(limits[1]),
        int(limits[2]),
        int(limits[3]),
        int(limits[4]),
    )
    need_same, need_possible, certain_from = limits[5], limits[6], limits[7]
    n = len(starts) - 1
    pairs = np.zeros((max(1, n) * edges, 2), np.int64)
    scores = np.zeros((max(1, n) * edges, 2))
    made = 0
    out, refs = np.zeros(COLUMNS), np.zeros(3, np.int64)
    met = np.zeros(64 * (window + anchors), np.int64)
    for row in range(n):
        m = 0
        for k in range(starts[row], starts[row + 1]):
            first = bounds[keys[k]]
            at = places[k]
            low = max(0, at - window)
            for q in range(low, at):
                met[m] = order[first + q]
                m += 1
            for q in range(min(anchors, low)):
                met[m] = order[first + q]
                m += 1
        if m == 0:
            continue
        some = np.sort(met[:m])
        # shared keys first, then the latest: one number to sort by
        rank = np.empty(m, np.int64)
        different = 0
        q = 0
        while q < m:
            e = q
            while e < m and some[e] == some[q]:
                e += 1
            rank[different] = (e - q) * (n + 1) + some[q]
            different += 1
            q = e
        best = np.sort(rank[:different])[::-1][:most]
        found = np.empty((len(best), 3))
        kept = certain = 0
        for q in range(len(best)):
            earlier = best[q] % (n + 1)
            sure, maybe = both_scores(p, row, earlier, same, possible, out, refs)
            if maybe >= need_possible or sure >= need_same:
                found[kept, 0], found[kept, 1], found[kept, 2] = sure, maybe, earlier
                kept += 1
                if sure >= certain_from:
                    certain += 1
                    if certain >= enough:
                        break
        taken = np.zeros(kept, np.bool_)
        for _ in range(min(kept, edges)):
            pick = -1
            for q in range(kept):
                if taken[q]:
                    continue
                if pick < 0 or (found[q, 0], found[q, 1], -found[q, 2]) > (
                    found[pick, 0],
                    found[pick, 1],
                    -found[pick, 2],
                ):
                    pick = q
            taken[pick] = True
            pairs[made, 0], pairs[made, 1] = row, int(found[pick, 2])
            scores[made, 0], scores[made, 1] = found[pick, 0], found[pick, 1]
            made += 1
    return pairs[:made], scores[:made]

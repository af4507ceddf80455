"""The evidence of a pair of tickets, compiled: what :mod:`routing.similarity` describes, over packed fingerprints."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from routing.fingerprint import PAIR_LEFT, PAIR_RIGHT
from routing.packing import Packed

NAME, TITLE, MATTER, BODY, COPY, CALLER, CODE, ADRIFT, CONFLICT, APART, DAYS, CHASE, PLACE, NEAR, BARRED = range(15)
"""Columns of the evidence."""
COLUMNS: Final = 15

PLAIN_HEAD: Final = 0.4
"""What a shared beginning says that does not look like a proper name."""

SHORT: Final = 80
"""Characters up to which equal wording alone says nothing: people ask the same thing in the same few words."""

SURE: Final = 0.25
"""Probability that the kept categories must hold together before they are evidence."""

HEAD_NAME: Final = 5
"""Characters at a title's beginning that can be a name; what a shared beginning says beyond them is matter."""

CHASED: Final = 60.0
"""Days after which a call that asks after an earlier one is no longer about that one."""

NEAR_DAYS: Final = 14.0
"""Days over which "the same place, the same matter" fades as evidence of one event."""

POI: Final = 0.7
"""What a shared place of the gazetteer says as a name."""

LETTER: Final = 200
"""Characters from which the same text of many senders is one mass letter and no manner of speaking."""

SIDES: Final = 100
"""A shared name is noted as its row's column; from the second ticket plus this, heads plus twice this."""


@numba.njit(cache=True, nogil=True)
def _pair(left: int, right: int) -> int:
    return (left * PAIR_LEFT + right * PAIR_RIGHT) & 0xFFFFFFFF


@numba.njit(cache=True, nogil=True)
def _holds(row: Any, n: int, value: int) -> bool:
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if row[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < n and row[low] == value


@numba.njit(cache=True, nogil=True)
def _in_filter(bloom: Any, value: int) -> bool:
    bit = value >> 21  # 2,048 bits
    return (bloom[bit >> 3] >> (bit & 7)) & 1 == 1


@numba.njit(cache=True, nogil=True)
def _dot(a: Any, aw: Any, an: int, b: Any, bw: Any, bn: int) -> float:
    i = j = 0
    total = 0.0
    while i < an and j < bn:
        if a[i] == b[j]:
            total += aw[i] * bw[j]
            i += 1
            j += 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return total


@numba.njit(cache=True, nogil=True)
def _jaccard(a: Any, an: int, b: Any, bn: int, most: int) -> float:
    """From two bottom-k sketches: the share of common values among the lowest ``most`` of both."""
    i = j = seen = both = 0
    while seen < most and (i < an or j < bn):
        if j >= bn or (i < an and a[i] < b[j]):
            i += 1
        elif i >= an or b[j] < a[i]:
            j += 1
        else:
            both += 1
            i += 1
            j += 1
        seen += 1
    return both / seen if seen else 0.0


@numba.njit(cache=True, nogil=True)
def _within(a: Any, an: int, b: Any, bn: int) -> bool:
    """Whether the characters of ``a`` stand in ``b`` in one piece."""
    for start in range(bn - an + 1):
        k = 0
        while k < an and a[k] == b[start + k]:
            k += 1
        if k == an:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _alike(a: Any, an: int, ac: int, b: Any, bn: int, bc: int) -> float:
    """Likeness of two names: 1 equal, .9 one holds the other, .75 nearly the same characters, else 0."""
    if an == bn and _within(a, an, b, bn):
        return 1.0
    if ac and bc and ac != bc:
        return 0.0  # 205路, 20路 and x205路; 1813班 and 1814班
    if an > bn:
        a, an, b, bn = b, bn, a, an
    if an >= 2 and _within(a, an, b, bn):
        return 0.9 if an >= 3 or bn <= 4 else 0.6
    if an < 3:
        return 0.0
    common = 0
    used = 0
    for i in range(an):
        for j in range(bn):
            if not (used >> j) & 1 and a[i] == b[j]:
                used |= 1 << j
                common += 1
                break
    return 0.75 if 2 * common >= 0.8 * (an + bn) else 0.0


@numba.njit(cache=True, nogil=True)
def _supported(p: Packed, i: int, k: int, j: int) -> float:
    """How far a name of ticket i is in ticket j: in its title, in its text, or nearly one of its title's names."""
    core, n = p.names[i, k], p.name_len[i, k]
    if n >= 3:
        titled = filtered = True
        for c in range(n - 1):
            value = _pair(core[c], core[c + 1])
            titled = titled and _holds(p.title[j], p.title_n[j], value)
            filtered = filtered and _in_filter(p.bloom[j], value)
        if titled:
            return 0.95
        if filtered:
            return 0.85 if n > 3 else 0.6
    best = 0.0
    for m in range(p.name_n[j]):
        if p.name_flag[j, m] & 1:
            likeness = _alike(core, n, p.name_code[i, k], p.names[j, m], p.name_len[j, m], p.name_code[j, m])
            best = max(best, 0.9 * likeness)
    return best


@numba.njit(cache=True, nogil=True)
def _position(p: Packed, i: int, k: int, j: int, m: int) -> float:
    one, other = p.name_flag[i, k] & 1, p.name_flag[j, m] & 1
    if one and other:
        return 1.0
    if one or other:
        return 0.85
    return 0.6 if p.name_times[i, k] > 1 and p.name_times[j, m] > 1 else 0.4


@numba.njit(cache=True, nogil=True)
def _head(p: Packed, i: int, j: int) -> tuple[int, float]:
    """Length of the longest beginning of title i that ticket j holds too (0 for none), and how much it says."""
    size = 0
    in_title = True
    for c in range(p.head_len[i] - 1):
        value = _pair(p.head[i, c], p.head[i, c + 1])
        if not _holds(p.title[j], p.title_n[j], value):
            if not _in_filter(p.bloom[j], value):
                break
            in_title = False
        size += 1
    if size < (2 if in_title else 3):
        return 0, 0.0  # three characters are in the filter by chance too often
    weight = p.head_w[i, size] * (0.95 if in_title else 0.75) * (1.0 if p.head_proper[i] else PLAIN_HEAD)
    return min(size + 1, HEAD_NAME), weight * (1.0 if size >= 3 else 0.85)


@numba.njit(cache=True, nogil=True)
def _mark(p: Packed, i: int, chars: Any, n: int, used: Any) -> None:
    """Marks the title's character pairs of ticket i that a shared name explains."""
    for c in range(n - 1):
        value = _pair(chars[c], chars[c + 1])
        for g in range(p.title_n[i]):
            if p.title[i, g] == value:
                used[g] = True


@numba.njit(cache=True, nogil=True)
def _shared_chars(p: Packed, i: int, j: int, ref: int) -> tuple[Any, int]:
    row = i if (ref // SIDES) % 2 == 0 else j
    if ref >= 2 * SIDES:
        return p.head[row], ref % SIDES
    return p.names[row, ref % SIDES], p.name_len[row, ref % SIDES]


@numba.njit(cache=True, nogil=True)
def _matter(p: Packed, i: int, j: int, refs: Any) -> float:
    """Cosine of two titles without what their shared names say; 0 when a title says nothing else."""
    mine, theirs = np.zeros(p.title.shape[1], np.bool_), np.zeros(p.title.shape[1], np.bool_)
    for k in range(3):
        if refs[k] >= 0:
            chars, n = _shared_chars(p, i, j, refs[k])
            _mark(p, i, chars, n, mine)
            _mark(p, j, chars, n, theirs)
    norm = other = total = 0.0
    for g in range(p.title_n[i]):
        if not mine[g]:
            norm += p.title_w[i, g] ** 2
    for g in range(p.title_n[j]):
        if not theirs[g]:
            other += p.title_w[j, g] ** 2
    if norm <= 0.0 or other <= 0.0:
        return 0.0
    g = h = 0
    while g < p.title_n[i] and h < p.title_n[j]:
        if p.title[i, g] == p.title[j, h]:
            if not mine[g] and not theirs[h]:
                total += p.title_w[i, g] * p.title_w[j, h]
            g += 1
            h += 1
        elif p.title[i, g] < p.title[j, h]:
            g += 1
        else:
            h += 1
    return total / np.sqrt(norm * other)


@numba.njit(cache=True, nogil=True)
def _names(p: Packed, i: int, j: int, out: Any, refs: Any) -> tuple[bool, bool, int]:
    """Score of the shared names and the best three; whether a proper name is among them, and one that is no head;
    how well they say where: 2 by themselves, 1 with the matter, 0 not at all."""
    weights = np.zeros(24)
    found = np.full(24, -1, np.int64)
    n = 0
    anchored = False
    where = 0
    for side in range(2):
        one, other = (i, j) if side == 0 else (j, i)
        for k in range(p.name_n[one]):
            hit = -1
            for m in range(p.name_n[other]):
                if p.name_len[one, k] == p.name_len[other, m] and _within(
                    p.names[one, k], p.name_len[one, k], p.names[other, m], p.name_len[other, m]
                ):
                    hit = m
            flag = p.name_flag[one, k]
            weight = 0.0
            if hit >= 0:
                if side == 1:
                    continue
                weight = max(p.name_w[one, k], p.name_w[other, hit]) * _position(p, one, k, other, hit)
            elif flag & 1 or flag & 4:
                held = _supported(p, one, k, other)
                if flag & 4 and held >= 0.8 and p.name_len[one, k] >= 3:
                    where = 2
                if flag & 1:
                    weight = p.name_w[one, k] * held
            if weight > 0.0:
                if n < 20:
                    weights[n], found[n] = weight, side * SIDES + k
                    n += 1
                anchored = anchored or not flag & 16
                if flag & 4:
                    where = 2
                elif flag & 8:
                    where = max(where, 1)
    named = anchored
    for side in range(2):
        one, other = (i, j) if side == 0 else (j, i)
        size, weight = _head(p, one, other)
        if weight > 0.0:
            told = False
            for k in range(n):
                chars, length = _shared_chars(p, i, j, found[k])
                if _within(p.head[one], size, chars, length) or _within(chars, length, p.head[one], size):
                    told = True
            if not told:
                weights[n], found[n] = weight, (2 + side) * SIDES + size
                n += 1
                if p.head_proper[one]:
                    anchored = True
                    where = max(where, 1)
    rest = 1.0
    for k in range(3):
        refs[k] = -1
        best = -1
        for m in range(n):
            if weights[m] > 0.0 and (best < 0 or weights[m] > weights[best]):
                best = m
        if best >= 0:
            rest *= 1.0 - weights[best]
            refs[k] = found[best]
            weights[best] = 0.0
    out[NAME] = 1.0 - rest
    return anchored, named, where


@numba.njit(cache=True, nogil=True)
def _conflict(p: Packed, i: int, j: int, alike_words: bool, named: bool) -> float:
    """1 when the tickets name different things of one kind and nothing joins them, .5 when something in their words
    does; what only the texts say by the way counts in like wording and short texts fully, else .4."""
    worst = 0.0
    strange = 0.0
    for kind in range(9):
        titled_i = titled_j = any_i = any_j = False
        alike_titles = alike_any = joined = False
        for k in range(p.name_n[i]):
            if p.name_kind[i, k] != kind or not p.name_flag[i, k] & 2:
                continue
            any_i = True
            titled = p.name_flag[i, k] & 1
            titled_i = titled_i or titled > 0
            for m in range(p.name_n[j]):
                if p.name_kind[j, m] != kind or not p.name_flag[j, m] & 2:
                    continue
                if (
                    _alike(
                        p.names[i, k],
                        p.name_len[i, k],
                        p.name_code[i, k],
                        p.names[j, m],
                        p.name_len[j, m],
                        p.name_code[j, m],
                    )
                    > 0.0
                ):
                    alike_any = True
                    if titled and p.name_flag[j, m] & 1:
                        alike_titles = True
            if titled and not joined:
                joined = _supported(p, i, k, j) > 0.0
        for m in range(p.name_n[j]):
            if p.name_kind[j, m] == kind and p.name_flag[j, m] & 2:
                any_j = True
                if p.name_flag[j, m] & 1:
                    titled_j = True
                    joined = joined or _supported(p, j, m, i) > 0.0
        if titled_i and titled_j and not alike_titles:
            worst = max(worst, 0.5 if joined else 1.0)
        if any_i and any_j and not alike_any:
            strange = max(strange, 1.0 if alike_words or min(p.size[i], p.size[j]) <= 2 * SHORT else 0.4)
    if alike_words or not named:
        return max(worst, strange)
    return worst


@numba.njit(cache=True, nogil=True)
def _apart(p: Packed, i: int, j: int) -> float:
    """1 for two districts, 2 for two cities, 0 when one may lie in the other or is not known."""
    a, b = p.district[i], p.district[j]
    if a[0] == 0 or b[0] == 0 or a[0] == b[0]:
        return 0.0
    if a[1] and b[1]:
        if a[1] != b[1]:
            return 2.0
        return 1.0 if a[2] and b[2] else 0.0
    return 1.0


@numba.njit(cache=True, nogil=True)
def _code(p: Packed, i: int, j: int) -> float:
    """Agreement of two lists of likely categories: overlap of probabilities, a common first level counts a third;
    0 when either list is too unsure to say anything."""
    mine = theirs = 0.0
    for k in range(p.code_n[i]):
        mine += p.code_p[i, k] ** 2
    for m in range(p.code_n[j]):
        theirs += p.code_p[j, m] ** 2
    sure = min(mine, theirs)
    if sure < SURE:
        return 0.0
    exact = above = 0.0
    for k in range(p.code_n[i]):
        for m in range(p.code_n[j]):
            product = p.code_p[i, k] * p.code_p[j, m]
            if p.code[i, k] == p.code[j, m]:
                exact += product
            if p.code_top[i, k] == p.code_top[j, m]:
                above = max(above, product)
    agreed = max(exact, above / 3.0)
    return min(1.0, agreed / sure) if agreed >= 0.1 * sure else -sure


@numba.njit(cache=True, nogil=True)
def _same_poi(p: Packed, i: int, j: int) -> int:
    """1 when both lie at one known place, -1 at two that are not alike, 0 not known."""
    if p.poi_len[i] < 2 or p.poi_len[j] < 2:
        return 0
    return 1 if _alike(p.poi[i], p.poi_len[i], 0, p.poi[j], p.poi_len[j], 0) >= 0.75 else -1


@numba.njit(cache=True, nogil=True)
def evidence(p: Packed, i: int, j: int, out: Any, refs: Any) -> None:
    """Fills the evidence of a pair (see the columns) and the columns of its best shared names."""
    anchored, named, where = _names(p, i, j, out, refs)
    out[ADRIFT] = 0.0 if anchored else 1.0
    equal = p.exact[i] == p.exact[j] and p.size[i] == p.size[j] and p.size[i] > 0
    wording = 1.0 if equal else _jaccard(p.sketch[i], p.sketch_n[i], p.sketch[j], p.sketch_n[j], p.sketch.shape[1])
    shorter = min(p.size[i], p.size[j])
    out[COPY] = wording if anchored else wording * min(1.0, max(0.0, (shorter - SHORT) / SHORT))
    own = p.caller[i] != 0 and p.caller[i] == p.caller[j]
    out[CALLER] = 1.0 if own else 0.0
    out[TITLE] = _dot(p.title[i], p.title_w[i], p.title_n[i], p.title[j], p.title_w[j], p.title_n[j])
    out[BODY] = _dot(p.body[i], p.body_w[i], p.body_n[i], p.body[j], p.body_w[j], p.body_n[j])
    out[MATTER] = _matter(p, i, j, refs)
    out[CODE] = _code(p, i, j)
    like = out[COPY] >= 0.2 or out[BODY] >= 0.55
    out[CONFLICT] = _conflict(p, i, j, like, named)
    out[APART] = _apart(p, i, j)
    out[DAYS] = abs(p.time[i] - p.time[j]) / 86400.0
    poi = _same_poi(p, i, j)
    streets = p.street[i] != 0 and p.street[j] != 0 and p.street[i] != p.street[j]
    if poi > 0 and p.poi_sure[i] and p.poi_sure[j]:
        where = 2
        out[NAME] = max(out[NAME], POI)
        out[ADRIFT] = 0.0
    elif poi > 0:
        where = max(where, 1)
    later = i if p.time[i] >= p.time[j] else j
    elsewhere = out[APART] > 0.0 or out[CONFLICT] >= 1.0 or (poi < 0 and where == 0)
    asks_after = own and p.signs[later] & 2 and out[DAYS] <= CHASED and not elsewhere
    out[CHASE] = 1.0 if asks_after else 0.0
    out[PLACE] = where / 2.0
    # at one place within days and of one matter, or of one caller whenever
    out[NEAR] = out[PLACE] * (
        1.0 if own else max(0.0, 1.0 - out[DAYS] / NEAR_DAYS) * min(1.0, 2.0 * max(0.0, out[CODE]))
    )
    matter = max(out[BODY], out[MATTER])
    if own:
        other_matter = out[CODE] < 0.0 and max(out[BODY], out[TITLE]) < 0.15 and not asks_after
        merchants = (p.signs[i] & p.signs[j]) & 4 != 0 and where < 2
        moved = (out[APART] > 0.0 or poi < 0) and where < 2
        barred = out[CONFLICT] >= 1.0 or moved or merchants or other_matter
    else:
        letter = wording >= 0.8 and shorter >= LETTER
        placed = where == 2 or (where == 1 and (out[CODE] >= 0.5 or matter >= 0.25))
        asked = (p.signs[i] | p.signs[j]) & 1 != 0 and not (where > 0 and matter >= 0.3)
        strange = (poi < 0 or streets) and where < 2
        barred = out[APART] > 0.0 or out[CONFLICT] >= 1.0 or asked or strange or not (placed or letter)
    out[BARRED] = 1.0 if barred else 0.0


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
    return 1.0 / (1.0 + np.exp(-z))


@numba.njit(cache=True, nogil=True)
def both_scores(p: Packed, i: int, j: int, same: Any, possible: Any, out: Any, refs: Any) -> tuple[float, float]:
    """Scores of the tiers ``same`` (0 when barred) and ``possible`` (never below ``same``)."""
    evidence(p, i, j, out, refs)
    sure = 0.0 if out[BARRED] > 0.0 else score(same, out)
    return sure, max(sure, score(possible, out))


@numba.njit(cache=True, nogil=True)
def score_pairs(p: Packed, left: Any, right: Any, same: Any, possible: Any) -> Any:
    """(pairs, 2) scores of many pairs of rows."""
    out, refs = np.zeros(COLUMNS), np.zeros(3, np.int64)
    answers = np.zeros((len(left), 2))
    for k in range(len(left)):
        answers[k, 0], answers[k, 1] = both_scores(p, left[k], right[k], same, possible, out, refs)
    return answers


@numba.njit(cache=True, nogil=True)
def find_pairs(
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

"""The evidence of a pair of tickets, compiled: what :mod:`routing.similarity` describes, over packed fingerprints."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from routing.namesakes import SHORT, alike, conflict, pair_of, shared_chars, shared_names, titled, within
from routing.packing import CROWD, RECURS, STILL, YEARS, Packed

NAME, TITLE, MATTER, BODY, COPY, CALLER, CODE, ADRIFT, CONFLICT, APART, DAYS, CHASE, PLACE, NEAR, BARRED, VAGUE = range(
    16
)
"""Columns of the evidence."""
COLUMNS: Final = 16

SURE: Final = 0.25
"""Probability that the kept categories must hold together before they are evidence."""

CHASED: Final = 60.0
"""Days after which a call that asks after an earlier one is no longer about that one."""

NEAR_DAYS: Final = 14.0
"""Days over which "the same place, the same matter" fades as evidence of one event."""

DISTANT: Final = -0.5
"""Agreement of categories below which two tickets are of different matters."""

ALIKE: Final = 0.35
"""Likeness of the words from which that is not believed."""

REFERRED: Final = 0.5
"""What the words of another caller of the place are worth beside a caller's own chaser, see :func:`_refers`."""

WEEK: Final = 7.0
SEASONS: Final = 120.0
"""Days between one who speaks for many and another of the place, and between two who tell of years."""

ONE: Final = 0.85
"""Agreement of categories from which two tickets are surely of one category."""

SETTLED: Final = 0.6
"""Probability of the first category from which a ticket's matter is settled."""

DIM: Final = 0.45
"""Probability of the first category below which a ticket may be about anything that its caller has told before."""

AGAIN: Final = 21.0
"""Days after which what arises anew on a road (坑洼, 占道, 违停) is a new event, unless the text is the same."""

MONTH: Final = 30.0
"""Days after which any matter on one road is, unless the words are the same."""

RETOLD: Final = 0.3
"""Share of common wording from which it is."""

POI: Final = 0.7
"""What a shared place of the gazetteer says as a name."""

LETTER: Final = 200
"""Characters from which the same text of many senders is one mass letter and no manner of speaking."""


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
def _mark(p: Packed, i: int, chars: Any, n: int, used: Any) -> None:
    """Marks the title's character pairs of ticket i that a shared name explains."""
    for c in range(n - 1):
        value = pair_of(chars[c], chars[c + 1])
        for g in range(p.title_n[i]):
            if p.title[i, g] == value:
                used[g] = True


@numba.njit(cache=True, nogil=True)
def _matter(p: Packed, i: int, j: int, refs: Any) -> float:
    """Cosine of two titles without what their shared names say; 0 when a title says nothing else."""
    mine, theirs = np.zeros(p.title.shape[1], np.bool_), np.zeros(p.title.shape[1], np.bool_)
    for k in range(3):
        if refs[k] >= 0:
            chars, n = shared_chars(p, i, j, refs[k])
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
    return float(total / np.sqrt(norm * other))


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
    """1 when both lie at one known place, -1 at two that have no three characters in common, 0 not known."""
    if p.poi_len[i] < 2 or p.poi_len[j] < 2:
        return 0
    if alike(p.poi[i], p.poi_len[i], 0, p.poi[j], p.poi_len[j], 0) >= 0.75:
        return 1
    for start in range(p.poi_len[i] - 2):
        if within(p.poi[i, start : start + 3], 3, p.poi[j], p.poi_len[j]):
            return 0
    return -1


@numba.njit(cache=True, nogil=True)
def evidence(p: Packed, i: int, j: int, out: Any, refs: Any) -> None:
    """Fills the evidence of a pair (see the columns) and the columns of its best shared names."""
    out[NAME], anchored, named, where = shared_names(p, i, j, refs)
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
    out[CONFLICT] = conflict(p, i, j, like, named)
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
    matter = max(out[BODY], out[MATTER])
    # a chaser says little of its own: one that clearly speaks of something else asks after another ticket
    if asks_after and out[CODE] < DISTANT and (matter < ALIKE or not anchored):
        asks_after = False
    unsure = min(p.code_p[i, 0], p.code_p[j, 0]) ** 2 < SETTLED
    unclear = max(p.code_p[i, 0], p.code_p[j, 0]) ** 2 < SETTLED
    refers = not own and where == 2 and out[NAME] >= POI and not elsewhere
    refers = refers and _refers(p.signs[i], p.signs[j], p.signs[later], out[DAYS], out[CODE], unsure, unclear)
    out[CHASE] = 1.0 if asks_after else REFERRED if refers else 0.0
    out[PLACE] = where / 2.0
    # at one place: of one caller as far as the matter agrees, of others within days
    agreed = max(0.0, out[CODE])
    out[NEAR] = out[PLACE] * (
        min(1.0, agreed + 2.0 * matter) if own else max(0.0, 1.0 - out[DAYS] / NEAR_DAYS) * min(1.0, 2.0 * agreed)
    )
    if own:
        unknown = out[CODE] == 0.0 and where == 2
        dim = where == 2 and min(p.code_p[i, 0], p.code_p[j, 0]) ** 2 < DIM
        again = p.signs[later] & (2 | STILL) != 0
        needed = 0.0
        if not (unknown and again):
            needed = _needed_of_own(out[CODE], min(out[DAYS] / CHASED, 1.0), dim, again)
        other_matter = not asks_after and matter < needed
        merchants = (p.signs[i] & p.signs[j]) & 4 != 0 and where < 2
        moved = (out[APART] > 0.0 or poi < 0) and where < 2
        barred = out[CONFLICT] >= 1.0 or moved or merchants or other_matter
    else:
        letter = wording >= 0.8 and shorter >= LETTER
        placed = where == 2 or (where == 1 and (out[CODE] >= 0.5 or matter >= 0.25))
        # a question of one place within weeks is the event itself: when will the road be mended
        event = where > 0 and matter >= 0.3 and out[DAYS] <= CHASED
        asked = (p.signs[i] | p.signs[j]) & 1 != 0 and not event
        recurs = (p.signs[i] & p.signs[j] & RECURS) != 0
        needed = _needed(out[CODE], unsure, out[DAYS], recurs)
        if where < 2 and recurs:
            needed = max(needed, ALIKE)
        other_matter = not refers and matter < needed
        # three weeks later it is another pothole of the same road, and after a month mostly another event
        told = out[COPY] >= RETOLD if recurs else out[COPY] >= 0.2 or matter >= 0.7
        anew = where < 2 and out[DAYS] > (AGAIN if recurs else MONTH) and not told
        strange = (poi < 0 or streets) and where < 2
        other = other_matter or anew
        if where == 1:  # on one road, each of a place of its own, or one of them of a crossing
            roads_i, places_i = titled(p, i)
            roads_j, places_j = titled(p, j)
            strange = strange or (places_i > 0 and places_j > 0) or (recurs and (roads_i > 1) != (roads_j > 1))
        barred = out[APART] > 0.0 or out[CONFLICT] >= 1.0 or asked or strange or other or not (placed or letter)
    out[BARRED] = 1.0 if barred else 0.0
    # worth a person's look: a place and one matter of one time, or words in common; a road or a common word is not
    least = 0.1 if where == 2 else 0.33 if where == 1 else 0.5
    out[VAGUE] = 1.0 if out[CHASE] == 0.0 and max(matter, out[COPY]) < least else 0.0


@numba.njit(cache=True, nogil=True)
def _refers(one: int, other: int, later: int, days: float, code: float, unsure: bool, unclear: bool) -> bool:
    """Whether two callers of one place say themselves that they are not alone: one speaks for many, both of years, or
    the later says that nothing was done (signs of both and of the later).

    ``unsure``: of one of them it is not sure what it is about, ``unclear``: of both. Two clear matters stay two.
    """
    if (one | other) & 1 != 0:
        return False
    many = (one | other) & CROWD != 0 and days <= WEEK
    years = one & other & YEARS != 0 and days <= SEASONS
    still = later & STILL != 0 and days <= MONTH
    return ((many or years) and (unsure or code >= 0.4)) or (still and (code >= ONE or (unclear and code >= 0.0)))


@numba.njit(cache=True, nogil=True)
def _needed_of_own(code: float, late: float, dim: bool, again: bool) -> float:
    """As :func:`_needed` for two tickets of one caller. Who calls ``again`` about something says so; who does not may
    be one who writes of everything around the house.

    ``dim``: both from one small place, and of one ticket nobody can tell what it is about.
    """
    if again:
        if code >= 0.3 or dim:
            return 0.0
        return 0.05 + 0.3 * late if code < 0.0 else 0.02 + 0.1 * late
    if code >= ONE:
        return 0.0
    if code >= 0.4:
        return 0.05
    return 0.3 if code < 0.0 else 0.13 + 0.1 * late


@numba.njit(cache=True, nogil=True)
def _needed(code: float, unsure: bool, days: float, recurs: bool) -> float:
    """How alike the words of two callers must be for one event, given how far the categories agree.

    One category needs little more within weeks and, where it ``recurs``, words after months; when one of them is
    ``unsure``, what they seem to share is worth less. A common first level or none needs the words: of one estate
    people tell many things. What many callers tell in their own ways within a week :mod:`routing.bursts` finds.
    """
    late = min(days / NEAR_DAYS, 1.0)
    if code >= ONE:
        far = min(max(days - AGAIN, 0.0) / CHASED, 1.0)
        return (0.1 + 0.15 * late if unsure else 0.05 * late) + (0.35 if recurs else 0.1) * far
    if code >= 0.4:
        return 0.1 + 0.3 * late
    if code >= 0.0:
        return (0.3 if code >= 0.15 and unsure else 0.5) + 0.2 * late
    return (0.5 if unsure else 0.75) + 0.2 * late

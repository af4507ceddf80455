"""The fast path (快速通道): scan and score compiled with numba, one pass a text, over all classes at once.

What a term gives: its weight, times ``Rules.title`` in the title, times ``Rules.location`` before a word such as 附近,
halved at each repetition; the points of a content saturate. A term inside a longer
one gives nothing. Points of a first-level class go to its children. Probabilities are a softmax over points.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from classify.trie import Array, Trie

MAX_HITS = 16384
"""Hits kept of one text; what comes later in a monstrous text cannot change its class."""


class Tables(NamedTuple):
    """Lexicon and crosswalk as arrays. CSR pairs: ``row_from[t]:row_from[t+1]`` are the rows of term ``t``, and so on.

    ``row_class`` is a column of the second-level scores, or ``-1 - first`` for a first-level row, or -9999 for neutral.
    ``row_need``/``row_ban`` are word groups (-1: none). ``path_*``: crosswalk exceptions per class in order.
    """

    row_from: Array
    row_class: Array
    row_weight: Array
    row_need: Array
    row_ban: Array
    group_from: Array
    group_of: Array
    parent: Array
    prior: Array
    path_of: Array
    first_of_path: Array
    cross_from: Array
    cross_group: Array
    cross_path: Array
    is_suffix: Array


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


NEUTRAL_CLASS = -9999


@numba.njit(cache=True, nogil=True, boundscheck=False)
def find_terms(buffer: Any, start: int, end: int, trie: Any, hits: Any) -> int:  # noqa: C901 - one loop for numba
    """Fill ``hits`` (n, 4): term, start, end, swallowed (0/1) of one text; returns how many."""
    symbols, root, keys, nodes, terms = trie
    mask = keys.shape[0] - 1
    count = 0
    covered = start
    for at in range(start, end):
        point = buffer[at]
        if point >= 65536:
            continue
        node = root[symbols[point]]
        if node < 0:
            continue
        best_end = -1
        first = count
        here = at
        while True:
            term = terms[node]
            if term >= 0:
                if count >= hits.shape[0]:
                    return count
                hits[count, 0] = term
                hits[count, 1] = at - start
                hits[count, 2] = here + 1 - start
                hits[count, 3] = 0
                best_end = here + 1
                count += 1
            here += 1
            if here >= end:
                break
            point = buffer[here]
            if point >= 65536:
                break
            symbol = symbols[point]
            if symbol == 0:
                break
            packed = (np.int64(node) << 16) | np.int64(symbol)
            slot = ((packed * np.int64(0x9E3779B1)) & np.int64(0xFFFFFFFF)) >> 7 & mask
            child = -1
            while keys[slot] != -1:
                if keys[slot] == packed:
                    child = nodes[slot]
                    break
                slot = (slot + 1) & mask
            if child < 0:
                break
            node = child
        for index in range(first, count):
            hit_end = hits[index, 2] + start
            if hit_end <= covered or hit_end < best_end:
                hits[index, 3] = 1
        if best_end > covered:
            covered = best_end
    return count


@numba.njit(cache=True, nogil=True, boundscheck=False)
def _near(hits: Any, count: int, index: int, group: int, tables: Any, near: int) -> bool:
    for other in range(count):
        term = hits[other, 0]
        if hits[other, 1] > hits[index, 2] + near:
            break
        if hits[other, 2] < hits[index, 1] - near:
            continue
        for place in range(tables.group_from[term], tables.group_from[term + 1]):
            if tables.group_of[place] == group:
                return True
    return False


@numba.njit(cache=True, nogil=True, boundscheck=False)
def points_of_hit(hits: Any, count: int, index: int, row: int, shift: int, seen: int, tables: Any, rules: Any) -> float:
    """Points that hit ``index`` gives by lexicon ``row``; ``seen`` is how often the term stood earlier in the text."""
    if hits[index, 3] == 1 or seen > 3:
        return 0.0
    need = tables.row_need[row]
    if need >= 0 and not _near(hits, count, index, need, tables, rules.near):
        return 0.0
    ban = tables.row_ban[row]
    if ban >= 0 and _near(hits, count, index, ban, tables, rules.near):
        return 0.0
    weight = float(tables.row_weight[row]) * 0.5**seen
    if hits[index, 2] < shift:
        weight *= rules.title
    end = hits[index, 2]
    for other in range(index + 1, count):
        if hits[other, 1] >= end:
            if hits[other, 1] == end and tables.is_suffix[hits[other, 0]]:
                weight *= rules.location
            break
    return weight


@numba.njit(cache=True, nogil=True, boundscheck=False)
def score_texts(  # noqa: C901 - one loop for numba
    buffer: Any, offsets: Any, shifts: Any, trie: Trie, tables: Tables, rules: Rules, scores: Any, paths: Any
) -> None:
    """Fill ``scores`` (n, classes) with points and ``paths`` (n, classes) with the crosswalk path of each class.

    ``shifts`` is where the content starts in each text (title length + 1).
    """
    hits = np.empty((MAX_HITS, 4), np.int32)
    times = np.zeros(tables.row_from.shape[0], np.int16)
    firsts = tables.parent.max() + 1
    first_points = np.zeros(firsts, np.float32)
    titles = np.zeros(tables.parent.shape[0], np.float32)
    groups = int(max(tables.group_of.max() if tables.group_of.shape[0] else 0, 0)) + 1
    present = np.zeros(groups, np.uint8)
    classes = tables.parent.shape[0]
    for text in range(offsets.shape[0] - 1):
        count = find_terms(buffer, offsets[text], offsets[text + 1], trie, hits)
        shift = shifts[text]
        first_points[:] = 0
        titles[:] = 0
        present[:] = 0
        for index in range(count):
            term = hits[index, 0]
            for place in range(tables.group_from[term], tables.group_from[term + 1]):
                present[tables.group_of[place]] = 1
            if hits[index, 3] == 1:
                continue
            seen = times[term]
            times[term] += 1
            for row in range(tables.row_from[term], tables.row_from[term + 1]):
                column = tables.row_class[row]
                if column == NEUTRAL_CLASS:
                    continue
                points = points_of_hit(hits, count, index, row, shift, seen, tables, rules)
                if column >= 0 and hits[index, 2] < shift:
                    titles[column] += points
                elif column >= 0:
                    scores[text, column] += points
                else:
                    first_points[-1 - column] += points
        for index in range(count):
            times[hits[index, 0]] = 0
        leader = np.argmax(first_points)
        led = first_points[leader] >= rules.leading
        for column in range(classes):
            parent = first_points[tables.parent[column]]
            body = scores[text, column]
            if body > 0:
                body = rules.full * np.log1p(body / rules.full)
            own = titles[column] + body
            share = rules.from_parent if own > 0 else rules.parent_alone
            scores[text, column] = own + share * parent + tables.prior[column]
            path = tables.path_of[column]
            for place in range(tables.cross_from[column], tables.cross_from[column + 1]):
                when = tables.cross_group[place]
                if (when >= 0 and present[when]) or (when < -1 and led and leader == -2 - when):
                    path = tables.cross_path[place]
                    break
            paths[text, column] = path


@numba.njit(cache=True, nogil=True, boundscheck=False)
def soften(scores: Any, rules: Rules) -> None:
    """Points to probabilities, in place: the more evidence altogether, the flatter (long texts say many things)."""
    for text in range(scores.shape[0]):
        total = 0.0
        best = -1e9
        for column in range(scores.shape[1]):
            value = scores[text, column]
            if value > 0:
                total += value
            best = max(best, value)
        heat = rules.temperature * (1.0 + total / rules.growth) ** 0.5
        mass = 0.0
        for column in range(scores.shape[1]):
            value = np.exp((scores[text, column] - best) / heat)
            scores[text, column] = value
            mass += value
        for column in range(scores.shape[1]):
            scores[text, column] /= mass


@numba.njit(cache=True, nogil=True, boundscheck=False)
def add_mass(probabilities: Any, paths: Any, first_of_path: Any, mass: Any) -> None:
    """Add each class's probability to the first level of its crosswalk path in ``mass`` (n, levels)."""
    for text in range(probabilities.shape[0]):
        for column in range(probabilities.shape[1]):
            where = paths[text, column]
            if where >= 0:
                mass[text, first_of_path[where]] += probabilities[text, column]


@numba.njit(cache=True, nogil=True, boundscheck=False)
def pick(probabilities: Any, paths: Any, tables: Tables, tops: Any, path: Any, share: Any) -> None:
    """Fill ``tops`` (n, k) with the best columns in order, ``path`` (n,) and ``share`` (n,) with the crosswalk's best.

    The crosswalk adds up the classes that map to the same first level and takes the best path within the best level.
    """
    levels = tables.first_of_path.max() + 1
    mass = np.zeros(levels, np.float32)
    k = tops.shape[1]
    for text in range(probabilities.shape[0]):
        for rank in range(k):
            best = -1
            for column in range(probabilities.shape[1]):
                taken = False
                for earlier in range(rank):
                    if tops[text, earlier] == column:
                        taken = True
                if not taken and (best < 0 or probabilities[text, column] > probabilities[text, best]):
                    best = column
            tops[text, rank] = best
        mass[:] = 0
        for column in range(probabilities.shape[1]):
            where = paths[text, column]
            if where >= 0:
                mass[tables.first_of_path[where]] += probabilities[text, column]
        level = np.argmax(mass)
        share[text] = mass[level]
        best = -1
        for column in range(probabilities.shape[1]):
            where = paths[text, column]
            if where < 0 or tables.first_of_path[where] != level:
                continue
            if best < 0 or probabilities[text, column] > probabilities[text, best]:
                best = column
        path[text] = paths[text, best] if best >= 0 else -1


@numba.njit(cache=True, nogil=True, boundscheck=False)
def explain(  # noqa: C901 - one loop for numba
    buffer: Any,
    offsets: Any,
    shifts: Any,
    winners: Any,
    trie: Trie,
    tables: Tables,
    rules: Rules,
    spans: Any,
    given: Any,
) -> None:
    """Fill ``spans`` (n, k, 2) with start and end of the strongest hits for each winner, ``given`` (n, k) with points.

    Unused places have start -1. Only the first occurrence of a term counts; spans are in order of points.
    """
    hits = np.empty((MAX_HITS, 4), np.int32)
    times = np.zeros(tables.row_from.shape[0], np.int16)
    k = spans.shape[1]
    for text in range(offsets.shape[0] - 1):
        spans[text] = -1
        given[text] = 0
        count = find_terms(buffer, offsets[text], offsets[text + 1], trie, hits)
        winner = winners[text]
        first = -1 - tables.parent[winner]
        for index in range(count):
            term = hits[index, 0]
            if hits[index, 3] == 1:
                continue
            seen = times[term]
            times[term] += 1
            if seen:
                continue
            points = 0.0
            for row in range(tables.row_from[term], tables.row_from[term + 1]):
                column = tables.row_class[row]
                if column == winner:
                    points += points_of_hit(hits, count, index, row, shifts[text], 0, tables, rules)
                elif column == first:
                    points += rules.from_parent * points_of_hit(hits, count, index, row, shifts[text], 0, tables, rules)
            if points <= 0:
                continue
            place = k
            while place > 0 and (spans[text, place - 1, 0] < 0 or given[text, place - 1] < points):
                place -= 1
            if place >= k:
                continue
            for later in range(k - 1, place, -1):
                spans[text, later] = spans[text, later - 1]
                given[text, later] = given[text, later - 1]
            spans[text, place, 0] = hits[index, 1]
            spans[text, place, 1] = hits[index, 2]
            given[text, place] = points
        for index in range(count):
            times[hits[index, 0]] = 0

"""The fast path (快速通道): points and probabilities compiled with numba, from the lexicon's hits, all classes at once.

Points of a content saturate; points of a first-level class go to its children. Probabilities are a softmax over points.

Functions and numbers stay in this file: numba's cache looks only at the file of the function that Python calls, so a
compiled function must not use what stands in a file that may change alone.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from classify.tables import Answers, LexiconHits, Rules, Tables

NEUTRAL_CLASS = -9999
LONGEST = 30
"""Characters of the longest term."""
SILENT = 0.01


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _near(hits: Any, signs: Any, index: int, group: int, member: Any, groups: Any, near: int) -> bool:
    """Whether a word of ``group`` stands within ``near`` characters; hits are in order of start, terms are short."""
    word, bit = group >> 6, np.uint64(1) << np.uint64(group & 63)
    last = hits[index, 2] + near
    for other in range(index + 1, hits.shape[0]):
        if hits[other, 1] > last:
            break
        row = member[hits[other, 0]]
        if row >= 0 and groups[row, word] & bit:
            return True
    first = hits[index, 1] - near
    for other in range(index - 1, -1, -1):
        if hits[other, 1] < first - LONGEST:
            break
        row = member[hits[other, 0]]
        if row >= 0 and groups[row, word] & bit and hits[other, 2] >= first:
            return True
    low, high = 0, signs.shape[0]
    while low < high:  # the first sign that ends at or behind ``first``
        middle = (low + high) >> 1
        if signs[middle, 1] < first - 1:
            low = middle + 1
        else:
            high = middle
    for other in range(low, signs.shape[0]):
        if signs[other, 1] > last:
            break
        if groups[member[signs[other, 0]], word] & bit:
            return True
    return False


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _allowed(hits: Any, signs: Any, index: int, row: int, tables: Any, near: int) -> bool:
    """Whether the words that a lexicon row asks for stand near and those it forbids do not."""
    need = tables.row_need[row]
    if need >= 0 and not _near(hits, signs, index, need, tables.member, tables.groups, near):
        return False
    ban = tables.row_ban[row]
    return not (ban >= 0 and _near(hits, signs, index, ban, tables.member, tables.groups, near))


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _add_up(hits: Any, signs: Any, shift: int, factors: Any, tables: Any, rules: Any, work: Any, touched: Any) -> int:
    """Add the points of rows to ``work`` (3, classes): of content, of title, of first levels.

    ``touched`` lists the classes that have any of their own; returns how many these are.
    """
    told = 0
    for index in range(hits.shape[0]):
        term = hits[index, 0]
        factor = factors[index]
        if factor == 0.0:
            continue
        block = 1 if hits[index, 2] < shift else 0
        for row in range(tables.row_from[term], tables.row_from[term + 1]):
            column = tables.row_class[row]
            if column == NEUTRAL_CLASS:
                continue
            if (tables.row_need[row] >= 0 or tables.row_ban[row] >= 0) and not _allowed(
                hits, signs, index, row, tables, rules.near
            ):
                continue
            if column < 0:
                work[2, -1 - column] += factor * tables.row_weight[row]
                continue
            if work[0, column] == 0 and work[1, column] == 0 and told < touched.shape[0]:
                touched[told] = column
                told += 1
            work[block, column] += factor * tables.row_weight[row]
    return told


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _cross(hits: Any, leader: int, tables: Any, present: Any, path: Any) -> None:
    """Fill ``path`` (classes,) with crosswalk paths; ``leader`` is the first level whose words lead, -1 for none.

    ``present`` is room for the bits of the groups that the crosswalk asks for.
    """
    present[:] = 0
    for index in range(hits.shape[0]):
        member = tables.member[hits[index, 0]]
        if member >= 0:
            for word in range(present.shape[0]):
                present[word] |= tables.groups[member, word]
    path[:] = tables.path_of
    for column in tables.crossed:
        for place in range(tables.cross_from[column], tables.cross_from[column + 1]):
            when = tables.cross_group[place]
            asked = when >= 0 and (present[when >> 6] >> np.uint64(when & 63)) & np.uint64(1) != 0
            if asked or (when < -1 and leader == -2 - when):
                path[column] = tables.cross_path[place]
                break


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _points(
    hits: Any,
    signs: Any,
    shift: int,
    factors: Any,
    tables: Any,
    rules: Any,
    work: Any,
    touched: Any,
    present: Any,
    own: Any,
    path: Any,
) -> None:
    """Fill ``own`` (classes,) with points and ``path`` (classes,) with crosswalk paths; ``work`` is (3, classes)."""
    work[:] = 0
    told = _add_up(hits, signs, shift, factors, tables, rules, work, touched)
    leader = 0
    for first in range(1, work.shape[1]):
        if work[2, first] > work[2, leader]:
            leader = first
    _cross(hits, leader if work[2, leader] >= rules.leading else -1, tables, present, path)
    for column in range(own.shape[0]):
        own[column] = rules.parent_alone * work[2, tables.parent[column]] + tables.prior[column]
    for place in range(told):
        column = touched[place]
        body = work[0, column]
        if body > 0:
            body = rules.full * np.log1p(body / rules.full)
        value = work[1, column] + body
        share = rules.from_parent if value > 0 else rules.parent_alone
        own[column] = value + share * work[2, tables.parent[column]] + tables.prior[column]


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def score_texts(found: LexiconHits, shifts: Any, tables: Tables, rules: Rules, scores: Any, paths: Any) -> None:
    """Fill ``scores`` (n, classes) with points and ``paths`` (n, classes) with the crosswalk path of each class.

    ``shifts`` is where the content starts in each text (title length + 1).
    """
    work, touched, present = _work(tables)
    for text in range(shifts.shape[0]):
        hits, factors, signs = _of_text(found, text)
        own, path = scores[text], paths[text]
        _points(hits, signs, shifts[text], factors, tables, rules, work, touched, present, own, path)


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _of_text(found: Any, text: int) -> tuple[Any, Any, Any]:
    """Hits, factors and signs of one text."""
    first, last = found.ends[text], found.ends[text + 1]
    return found.hits[first:last], found.factors[first:last], found.signs[found.bounds[text] : found.bounds[text + 1]]


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _work(tables: Any) -> tuple[Any, Any, Any]:
    """Room that :func:`_points` works in."""
    classes = tables.parent.shape[0]
    return np.zeros((3, classes), np.float32), np.empty(4 * classes, np.int64), np.zeros(tables.crossing, np.uint64)


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _soften(scores: Any, rules: Any) -> None:
    total = np.float32(0.0)
    best = np.float32(-1e9)
    for column in range(scores.shape[0]):
        value = scores[column]
        if value > 0:
            total += value
        best = max(best, value)
    heat = np.float32(rules.temperature * (1.0 + total / rules.growth) ** 0.5)
    mass = np.float32(0.0)
    base = np.exp(-best / heat)  # of a class without any point; such classes keep next to nothing
    whisper = base * SILENT
    for column in range(scores.shape[0]):
        value = whisper if scores[column] <= 0 else np.exp((scores[column] - best) / heat) - base + whisper
        scores[column] = value
        mass += value
    for column in range(scores.shape[0]):
        scores[column] /= mass


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def soften(scores: Any, rules: Rules) -> None:
    """Points to probabilities, in place: the more evidence altogether, the flatter (long texts say many things)."""
    for text in range(scores.shape[0]):
        _soften(scores[text], rules)


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _pick(chances: Any, paths: Any, tables: Any, mass: Any, top: Any) -> tuple[int, float]:
    """Fill ``top`` (k,) with the best columns in order; returns the crosswalk's best path and its level's share.

    The crosswalk adds up the classes that map to the same first level (see :func:`add_mass`) and takes the best path
    within the best level.
    """
    silent = chances.min()
    top[:] = -1
    k = top.shape[0]
    mass[:] = 0
    least = np.float32(-1.0)
    for column in range(chances.shape[0]):
        chance = chances[column]
        where = paths[column]
        if where >= 0:
            mass[tables.first_of_path[where]] += chance - silent
        if chance <= least and top[k - 1] >= 0:
            continue
        place = k
        while place > 0 and (top[place - 1] < 0 or chances[top[place - 1]] < chance):
            place -= 1
        if place < k:
            for later in range(k - 1, place, -1):
                top[later] = top[later - 1]
            top[place] = column
            if top[k - 1] >= 0:
                least = chances[top[k - 1]]
    level = np.argmax(mass)
    best = -1
    for column in range(chances.shape[0]):
        where = paths[column]
        if where < 0 or tables.first_of_path[where] != level:
            continue
        if best < 0 or chances[column] > chances[best]:
            best = column
    return (paths[best] if best >= 0 else -1), mass[level]


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _explain(  # noqa: C901 - one loop for numba
    hits: Any,
    signs: Any,
    factors: Any,
    winner: int,
    tables: Any,
    rules: Any,
    details: Any,
    spans: Any,
    given: Any,
) -> int:
    """Fill ``spans`` (k, 2) with start and end of the strongest hits for ``winner`` and ``given`` (k,) with points.

    Only the first occurrence of a term is shown; spans are in order of points; unused places have start -1. Returns the
    third-level class of ``winner`` that the hits clearly speak for, or -1; ``details`` is room for their points.
    """
    spans[:] = -1
    given[:] = 0
    details[:] = 0
    k = spans.shape[0]
    first = -1 - tables.parent[winner]
    for index in range(hits.shape[0]):
        factor = factors[index]
        if factor == 0.0 or hits[index, 3] == 2:
            continue
        term = hits[index, 0]
        points = np.float32(0.0)
        for row in range(tables.row_from[term], tables.row_from[term + 1]):
            column = tables.row_class[row]
            if column != winner and column != first:
                continue
            if _allowed(hits, signs, index, row, tables, rules.near):
                share = 1.0 if column == winner else rules.from_parent
                points += share * factor * tables.row_weight[row]
                if tables.row_detail[row] >= 0:
                    details[tables.row_detail[row]] += factor * tables.row_weight[row]
        if points <= 0:
            continue
        place = k
        while place > 0 and (spans[place - 1, 0] < 0 or given[place - 1] < points):
            place -= 1
        if place >= k:
            continue
        for later in range(k - 1, place, -1):
            spans[later] = spans[later - 1]
            given[later] = given[later - 1]
        spans[place, 0] = hits[index, 1]
        spans[place, 1] = hits[index, 2]
        given[place] = points
    best = np.argmax(details)
    most, next_most = details[best], np.float32(0.0)
    for place in range(details.shape[0]):
        if place != best:
            next_most = max(next_most, details[place])
    return tables.detail_from[winner] + best if most >= rules.detail and most >= rules.clear * next_most else -1


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _most_details(tables: Any) -> int:
    """Third-level classes that a class has at most, at least 1."""
    most = 1
    for column in range(tables.detail_from.shape[0] - 1):
        most = max(most, tables.detail_from[column + 1] - tables.detail_from[column])
    return most


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def classify_texts(found: LexiconHits, shifts: Any, tables: Tables, rules: Rules, answers: Answers) -> None:
    """All of it for the lexicon alone: fill ``answers``."""
    classes = tables.parent.shape[0]
    work, touched, present = _work(tables)
    chances = np.zeros(classes, np.float32)
    paths = np.zeros(classes, np.int16)
    mass = np.zeros(tables.first_of_path.max() + 1, np.float32)
    details = np.zeros(_most_details(tables), np.float32)
    for text in range(shifts.shape[0]):
        hits, factors, signs = _of_text(found, text)
        _points(hits, signs, shifts[text], factors, tables, rules, work, touched, present, chances, paths)
        work[0] = chances
        _soften(chances, rules)
        top = answers.tops[text]
        answers.path[text], answers.share[text] = _pick(chances, paths, tables, mass, top)
        for rank in range(top.shape[0]):
            answers.chances[text, rank] = chances[top[rank]]
            answers.points[text, rank] = work[0, top[rank]]
        spans, given = answers.spans[text], answers.given[text]
        answers.detail[text] = _explain(hits, signs, factors, top[0], tables, rules, details, spans, given)


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def explain_texts(
    found: LexiconHits,
    shifts: Any,
    tables: Tables,
    rules: Rules,
    chances: Any,
    paths: Any,
    points: Any,
    answers: Answers,
) -> None:
    """As :func:`classify_texts` with probabilities (n, classes) that a learned model gave."""
    mass = np.zeros(tables.first_of_path.max() + 1, np.float32)
    details = np.zeros(_most_details(tables), np.float32)
    for text in range(shifts.shape[0]):
        hits, factors, signs = _of_text(found, text)
        top = answers.tops[text]
        answers.path[text], answers.share[text] = _pick(chances[text], paths[text], tables, mass, top)
        for rank in range(top.shape[0]):
            answers.chances[text, rank] = chances[text, top[rank]]
            answers.points[text, rank] = points[text, top[rank]]
        spans, given = answers.spans[text], answers.given[text]
        answers.detail[text] = _explain(hits, signs, factors, top[0], tables, rules, details, spans, given)

"""Names that two tickets share or that set them apart, compiled: over packed fingerprints (:mod:`routing.packing`)."""

# Compiled callers in other files keep their cache when only this one changes: delete __pycache__ after an edit.
# Long functions on purpose: small ones would pass arrays around for nothing.
# ruff: noqa: C901

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from routing.fingerprint import PAIR_LEFT, PAIR_RIGHT
from routing.packing import PLACE, Packed
from routing.rarity import KIND_WEIGHT

PLAIN_HEAD: Final = 0.4
"""What a shared beginning says that does not look like a proper name."""

SHORT: Final = 80
"""Characters up to which equal wording alone says nothing: people ask the same thing in the same few words."""

HEAD_NAME: Final = 5
"""Characters at a title's beginning that can be a name; what a shared beginning says beyond them is matter."""

COUNTING: Final = tuple(ord(char) for char in "一二三四五六七八九十东西南北前后左右上下大小")
"""Characters by which places of one name are told apart."""

ROAD: Final = tuple(KIND_WEIGHT).index("road")

SIDES: Final = 100
"""A shared name is noted as its row's column; from the second ticket plus this, heads plus twice this."""


@numba.njit(cache=True, nogil=True)
def pair_of(left: int, right: int) -> int:
    return (left * PAIR_LEFT + right * PAIR_RIGHT) & 0xFFFFFFFF


@numba.njit(cache=True, nogil=True)
def holds(row: Any, n: int, value: int) -> bool:
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if row[middle] < value:
            low = middle + 1
        else:
            high = middle
    return bool(low < n and row[low] == value)


@numba.njit(cache=True, nogil=True)
def in_filter(bloom: Any, value: int) -> bool:
    bit = value >> 21  # 2,048 bits
    return bool((bloom[bit >> 3] >> (bit & 7)) & 1 == 1)


@numba.njit(cache=True, nogil=True)
def within(a: Any, an: int, b: Any, bn: int) -> bool:
    """Whether the characters of ``a`` stand in ``b`` in one piece."""
    for start in range(bn - an + 1):
        k = 0
        while k < an and a[k] == b[start + k]:
            k += 1
        if k == an:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def counts(char: int) -> bool:
    """Whether a character numbers or places one of several: 一村 and 二村 are no slip of the pen."""
    found = False
    for other in COUNTING:
        found = found or char == other
    return found


@numba.njit(cache=True, nogil=True)
def alike(a: Any, an: int, ac: int, b: Any, bn: int, bc: int) -> float:
    """Likeness of two names: 1 equal, .9 one holds the other, .75 the same characters in another order, with a few more
    or one miswritten in the middle (泰禹 and 禹泰, 林业大学 and 林业科技大学), else 0: 腊山广场 is not 匡山广场."""
    if an == bn and within(a, an, b, bn):
        return 1.0
    if ac and bc and ac != bc:
        return 0.0  # 205路, 20路 and x205路; 1813班 and 1814班
    if an > bn:
        a, an, b, bn = b, bn, a, an
    if an >= 2 and within(a, an, b, bn):
        return 0.9 if an >= 3 else 0.6  # 永宁 is in 永宁庄园 and in 永宁家园
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
    if common == an and (an == bn or (an >= 6 and a[0] == b[0] and 2 * common >= 0.8 * (an + bn))):
        return 0.75
    if an != bn or an < 5 or common < an - 1 or a[0] != b[0]:
        return 0.0
    differ = 0
    for i in range(an):
        if a[i] != b[i]:
            differ += 2 if counts(a[i]) or counts(b[i]) else 1
    return 0.75 if differ == 1 else 0.0


@numba.njit(cache=True, nogil=True)
def titled(p: Packed, i: int) -> tuple[int, int]:
    """How many roads a title (or address) names, and how many places that say where by themselves."""
    roads = places = 0
    for k in range(p.name_n[i]):
        if p.name_flag[i, k] & 1:
            roads += p.name_kind[i, k] == ROAD
            places += (p.name_flag[i, k] & PLACE) != 0
    return roads, places


@numba.njit(cache=True, nogil=True)
def supported(p: Packed, i: int, k: int, j: int) -> float:
    """How far a name of ticket i is in ticket j: in its title, in its text, or nearly one of its title's names."""
    core, n = p.names[i, k], p.name_len[i, k]
    if n >= 3:
        titled = filtered = True
        for c in range(n - 1):
            value = pair_of(core[c], core[c + 1])
            titled = titled and holds(p.title[j], p.title_n[j], value)
            filtered = filtered and in_filter(p.bloom[j], value)
        if titled:
            return 0.95
        if filtered:
            return 0.85 if n > 3 else 0.6
    best = 0.0
    for m in range(p.name_n[j]):
        if p.name_flag[j, m] & 1:
            likeness = alike(core, n, p.name_code[i, k], p.names[j, m], p.name_len[j, m], p.name_code[j, m])
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
        value = pair_of(p.head[i, c], p.head[i, c + 1])
        if not holds(p.title[j], p.title_n[j], value):
            if not in_filter(p.bloom[j], value):
                break
            in_title = False
        size += 1
    if size < (2 if in_title else 3):
        return 0, 0.0  # three characters are in the filter by chance too often
    weight = p.head_w[i, size] * (0.95 if in_title else 0.75) * (1.0 if p.head_proper[i] else PLAIN_HEAD)
    return min(size + 1, HEAD_NAME), weight * (1.0 if size >= 3 else 0.85)


@numba.njit(cache=True, nogil=True)
def shared_chars(p: Packed, i: int, j: int, ref: int) -> tuple[Any, int]:
    row = i if (ref // SIDES) % 2 == 0 else j
    if ref >= 2 * SIDES:
        return p.head[row], ref % SIDES
    return p.names[row, ref % SIDES], p.name_len[row, ref % SIDES]


@numba.njit(cache=True, nogil=True)
def shared_names(p: Packed, i: int, j: int, refs: Any) -> tuple[float, bool, bool, int]:
    """Score of the shared names (the best three go to ``refs``); whether a proper name is among them, and one that is
    no head; how well they say where: 2 by themselves, 1 with the matter, 0 not at all."""
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
                if p.name_len[one, k] == p.name_len[other, m] and within(
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
                held = supported(p, one, k, other)
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
                chars, length = shared_chars(p, i, j, found[k])
                if within(p.head[one], size, chars, length) or within(chars, length, p.head[one], size):
                    told = True
            if not told:
                weights[n], found[n] = weight, (2 + side) * SIDES + size
                n += 1
                if p.head_proper[one]:
                    anchored = True
                    asked = p.signs[i] & p.signs[j] & 1  # how two questions begin is no place
                    where = max(where, 1 if size >= HEAD_NAME and not asked else 0)
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
    return 1.0 - rest, anchored, named, where


@numba.njit(cache=True, nogil=True)
def conflict(p: Packed, i: int, j: int, alike_words: bool, named: bool) -> float:
    """1 when the tickets name different things of one kind and nothing joins them, .5 when something in their words
    does; what only the texts say by the way counts in like wording and short texts fully, else .4."""
    worst = 0.0
    strange = 0.0
    for kind in range(9):
        titled_i = titled_j = any_i = any_j = False
        alike_titles = alike_any = joined = False
        roads_i = roads_j = met = 0
        for k in range(p.name_n[i]):
            if p.name_kind[i, k] != kind or not p.name_flag[i, k] & 2:
                continue
            any_i = True
            titled = p.name_flag[i, k] & 1
            titled_i = titled_i or titled > 0
            roads_i += titled
            for m in range(p.name_n[j]):
                if p.name_kind[j, m] != kind or not p.name_flag[j, m] & 2:
                    continue
                if (
                    alike(
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
                        met += 1
            if titled and not joined:
                joined = supported(p, i, k, j) > 0.0
        for m in range(p.name_n[j]):
            if p.name_kind[j, m] == kind and p.name_flag[j, m] & 2:
                any_j = True
                if p.name_flag[j, m] & 1:
                    titled_j = True
                    roads_j += 1
                    joined = joined or supported(p, j, m, i) > 0.0
        if kind == ROAD and roads_i > 1 and roads_j > 1 and met == 1:
            worst = 1.0  # two crossings of one road
        if titled_i and titled_j and not alike_titles:
            worst = max(worst, 0.5 if joined else 1.0)
        if any_i and any_j and not alike_any:
            strange = max(strange, 1.0 if alike_words or min(p.size[i], p.size[j]) <= 2 * SHORT else 0.4)
    if alike_words or not named:
        return max(worst, strange)
    return worst

"""Bursts (同一地点集中来电): many callers of one place within a week tell one event, each in words of their own.

Two such tickets alone prove little: "八十岁老人冻得睡不着" and "暖气片是凉的" share no word. Where four callers and
more of one estate, school or firm call within seven days, more than usually do, and most of what is surely said is of
one matter, those that say it unclearly are of it too. What is surely of another matter, asks a question or names
another place stays out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from routing.fingerprint import Fingerprint
from routing.groups import Groups
from routing.packing import GATES, PLACE, Packed, is_one_place
from routing.pairing import APART, COLUMNS, CONFLICT, SETTLED, evidence

CALLERS: Final = 4
"""Callers that make a burst: one less than 多人同诉, whose fifth may withhold the number."""

SPAN: Final = 7 * 86_400
"""Seconds: the week of 多人同诉 (handbook §2.8)."""

BEFORE: Final = 8 * SPAN
"""Seconds before a burst that tell how many usually call."""

MORE: Final = 3.0
"""So many times the usual number of a week is more than usual."""

MASS: Final = 1.0
"""Sum of the probabilities of the burst's matter: about one ticket that says it clearly."""

TOLD: Final = 0.15
"""Probability from which a ticket speaks of the matter at all."""

CARRIED: Final = 3
"""Largest issue that an unclear ticket brings along."""


def join_bursts(prints: Sequence[Fingerprint], packed: Packed, same: Groups) -> None:
    """Joins in ``same`` what belongs to one burst; ``prints`` in order of time, ``packed`` row by row.

    A person's "not the same" holds: :meth:`routing.groups.Groups.join` refuses it.
    """
    for members in _at_places(prints, packed):
        for burst in _windows(members, prints):
            _join(burst, prints, packed, same)


def _at_places(prints: Sequence[Fingerprint], packed: Packed) -> Iterator[list[int]]:
    """Rows that lie at one place, by place; only where there are enough."""
    places: dict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(prints):
        if "ask" in one.marks:
            continue
        found = {name.core for k, name in enumerate(one.names) if name.title and packed.name_flag[row, k] & PLACE}
        if one.poi and is_one_place(one.poi):
            found.add(one.poi.lower())
        for place in found:
            if len(place) > 2:
                places[place].append(row)
    for place in sorted(places):
        if len(places[place]) >= CALLERS:
            yield places[place]


def _windows(rows: Sequence[int], prints: Sequence[Fingerprint]) -> Iterator[list[int]]:
    """Weeks of one place with enough callers, fullest first; no ticket is in two."""
    times = [prints[row].received_at.timestamp() for row in rows]
    who = [prints[row].caller or row for row in rows]
    ends, callers = [], []
    inside: Counter[str | int] = Counter()
    end = 0
    for start in range(len(rows)):
        while end < len(rows) and times[end] - times[start] <= SPAN:
            inside[who[end]] += 1
            end += 1
        ends.append(end)
        callers.append(len(inside))
        inside[who[start]] -= 1
        if not inside[who[start]]:
            del inside[who[start]]
    used = [False] * len(rows)
    for start in sorted(range(len(rows)), key=lambda k: (k - ends[k], k)):
        # no window holds a fuller one, so it meets one that was taken at an end or not at all
        if callers[start] < CALLERS or used[start] or used[ends[start] - 1] or not _unusual(times, start, ends[start]):
            continue
        used[start : ends[start]] = [True] * (ends[start] - start)
        yield list(rows[start : ends[start]])


def _unusual(times: Sequence[float], start: int, end: int) -> bool:
    """Whether more call than usually do, by the weeks before the window."""
    earlier = start - bisect_left(times, times[start] - BEFORE, 0, start)
    return end - start >= MORE * earlier * SPAN / BEFORE


def _callers(rows: Sequence[int], prints: Sequence[Fingerprint]) -> int:
    """Different callers; one who is not known counts as another."""
    return len({prints[row].caller or row for row in rows})


def _join(burst: Sequence[int], prints: Sequence[Fingerprint], packed: Packed, same: Groups) -> None:
    mass: dict[str, float] = defaultdict(float)
    for row in burst:
        for code, chance in _chances(prints[row]).items():
            mass[code] += chance
    if not mass:
        return
    matter = max(sorted(mass), key=mass.__getitem__)
    if mass[matter] < MASS:
        return
    told, unclear, other = [], [], 0
    for row in burst:
        chances = _chances(prints[row])
        if chances.get(matter, 0.0) >= TOLD:
            told.append(row)
        elif max(chances.values(), default=0.0) < SETTLED:
            unclear.append(row)
        else:
            other += 1
    if len(told) < 2 or other > len(told) or _callers([*told, *unclear], prints) < CALLERS:
        return
    first, out, refs = told[0], np.zeros(COLUMNS), np.zeros(3, dtype=np.int64)
    for row in [*told[1:], *unclear]:
        evidence(packed, row, first, out, refs)
        here = out[CONFLICT] < 1.0 and out[APART] < 2.0
        if here and (row in told or len(same.members[same.find(row)]) <= CARRIED):
            same.join(first, row)


def _chances(one: Fingerprint) -> dict[str, float]:
    """Probabilities of real matters, from 0 to 1."""
    return {code: percent / 100.0 for code, percent in one.codes if not code.startswith(GATES)}

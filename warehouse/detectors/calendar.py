"""Days as a detector sees them: week-day with 调休, holiday group, week, yearly waves.

Holidays come from the caller (a 0/1 column) or, when there is none, from the State Council's notices
(``chinese_calendar``). Spring festival moves through January and February and has a group of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from warehouse.detectors.regression import TERMS

YEAR: Final = 365.25
EPOCH: Final = date(1970, 1, 5)
"""A Monday; weeks and refits are counted from it, so that a file cut at any day is fitted on the same days."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Per day: ``ordinal`` (days since :data:`EPOCH`), ``dow`` 0–6 (a make-up working day is a Monday), ``holiday``
    group 0–3, ``week`` index of ``features``; per week: ``features`` of its middle."""

    ordinal: NDArray[np.int64]
    dow: NDArray[np.int64]
    holiday: NDArray[np.int64]
    week: NDArray[np.int64]
    features: NDArray[np.float64]


def _group(day: date) -> int:
    return 1 if day.month in (1, 2) else 2 if day.month in (9, 10) else 3


def official(day: date) -> tuple[int, bool]:
    """Holiday group (0 none) and whether the day is a make-up working day; years without a notice have neither."""
    try:
        on_holiday, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return 0, False
    if name is None:
        return 0, False
    if not on_holiday:
        return 0, day.weekday() >= 5
    return (1 if day.month in (1, 2) and name == "Spring Festival" else _group(day)), False


def waves(ordinal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level, years since 2020, cosine and sine of one and two waves a year."""
    angle = 2 * np.pi * ordinal / YEAR
    columns = np.empty((len(ordinal), TERMS))
    columns[:, 0] = 1.0
    columns[:, 1] = ordinal / YEAR - 50.0
    columns[:, 2], columns[:, 3] = np.cos(angle), np.sin(angle)
    columns[:, 4], columns[:, 5] = np.cos(2 * angle), np.sin(2 * angle)
    return columns


def make_calendar(first: date, days: int, holiday: NDArray[np.int64] | None = None) -> Calendar:
    """The calendar of ``days`` days from ``first``; ``holiday`` is a 0/1 array of that length or None (official)."""
    dates = [first + timedelta(days=index) for index in range(days)]
    ordinal = np.arange(days, dtype=np.int64) + (first - EPOCH).days
    dow = ordinal % 7
    group = np.zeros(days, dtype=np.int64)
    if holiday is None:
        for index, day in enumerate(dates):
            group[index], makeup = official(day)
            if makeup:
                dow[index] = 0
    else:
        if len(holiday) != days:
            raise ValueError("holiday 的长度与天数不一致")
        for index in np.flatnonzero(holiday):
            group[index] = _group(dates[index])
    weeks = ordinal // 7
    # one week more than the days have: a day is judged on the line between its week and the next
    numbers = np.arange(weeks[0], weeks[-1] + 2)
    features = waves(numbers * 7.0 + 3.0)
    return Calendar(ordinal, dow, group, weeks - weeks[0], features)

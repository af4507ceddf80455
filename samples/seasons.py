"""When people call: season of each matter, day of the week, hour, holidays and weather.

The shapes follow the handbook §9 (heating 15 November to 15 March with a first-day spike, floods June to September,
wage arrears December to February, evening noise, Mondays high, peaks 9–11 and 14–17); the numbers are guesses [P].
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

import chinese_calendar

WEEK: Final = (1.25, 1.08, 1.04, 1.02, 1.0, 0.72, 0.6)
"""Monday to Sunday for matters of office hours."""
HOLIDAY: Final = 0.55
"""Public holidays against an ordinary day."""

HOURS: Final = {
    "day": (1, 1, 1, 1, 1, 2, 8, 25, 60, 95, 100, 75, 40, 45, 85, 90, 80, 60, 35, 28, 20, 14, 7, 3),
    "morning": (1, 1, 1, 2, 4, 8, 30, 80, 90, 70, 60, 40, 25, 25, 40, 45, 45, 50, 40, 25, 15, 8, 4, 2),
    "evening": (5, 3, 2, 1, 1, 2, 6, 15, 30, 45, 45, 35, 25, 25, 35, 40, 45, 60, 75, 85, 80, 60, 35, 14),
    "night": (45, 35, 28, 15, 10, 12, 15, 20, 30, 35, 30, 22, 18, 18, 22, 25, 25, 30, 40, 60, 85, 95, 90, 70),
    "heat": (4, 3, 2, 2, 3, 8, 30, 60, 80, 85, 75, 55, 40, 35, 45, 50, 55, 65, 75, 85, 80, 55, 30, 10),
}
"""Calls an hour, midnight first; the scale is free."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What the sky did on a day: 强降雨, 寒潮, 雪."""

    rain: bool = False
    storm: bool = False
    cold: bool = False
    snow: bool = False


def weather(days: list[date], rng: random.Random) -> dict[date, Weather]:
    """A made-up sky for every day; cold spells last three days."""
    found: dict[date, Weather] = {}
    cold_until = date.min
    for day in days:
        wet = {6: 0.25, 7: 0.38, 8: 0.34, 9: 0.2}.get(day.month, 0.08)
        rain = rng.random() < wet
        if day.month in (11, 12, 1, 2) and rng.random() < 0.06:
            cold_until = day + timedelta(days=2)
        found[day] = Weather(
            rain, rain and day.month in (6, 7, 8, 9) and rng.random() < 0.3, day <= cold_until,
            day.month in (12, 1, 2) and rng.random() < 0.05,
        )  # fmt: skip
    return found


@cache
def is_holiday(day: date) -> bool:
    """Whether the State Council's notice makes the day a holiday; years without a notice have their weekends only."""
    try:
        return bool(chinese_calendar.get_holiday_detail(day)[1])
    except NotImplementedError:
        return False


def _between(day: date, first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether the day of the year lies in a span that may wrap around the new year."""
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last


def _heating(day: date, sky: Weather) -> float:
    if not _between(day, (11, 15), (3, 15)):
        return 0.25 if _between(day, (10, 20), (11, 14)) else 0.015
    first_days = _between(day, (11, 15), (11, 18))
    return (4.0 if first_days else 1.6 if day.month in (11, 12, 1) else 0.8) * (1.8 if sky.cold else 1.0)


def _rain(day: date, sky: Weather) -> float:
    return (1.4 if _between(day, (6, 1), (9, 15)) else 0.8) * (6.0 if sky.storm else 1.8 if sky.rain else 1.0)


_SPANS: Final = {
    # profile: (first, last, factor inside, factor outside)
    "heatfee": ((9, 1), (11, 20), 3.0, 0.25),
    "summer": ((6, 1), (9, 15), 2.2, 0.7),
    "winter": ((11, 10), (2, 28), 1.8, 0.75),
    "warm": ((4, 15), (10, 15), 1.35, 0.7),
    "market": ((5, 1), (10, 10), 2.0, 0.35),
    "wage": ((12, 1), (2, 15), 2.4, 0.75),
    "firework": ((1, 15), (3, 5), 6.0, 0.1),
    "school": ((6, 1), (9, 10), 3.0, 0.4),
    "graduation": ((6, 1), (8, 31), 1.8, 0.8),
    "newyear": ((12, 10), (1, 31), 1.8, 0.9),
    "spring": ((3, 1), (5, 31), 2.0, 0.7),
    "qingming": ((3, 20), (4, 10), 5.0, 0.6),
    "dry": ((3, 1), (5, 31), 1.6, 0.9),
}


def factor(profile: str, day: date, sky: Weather) -> float:
    """How much more often than on average a matter of the season ``profile`` is called in on ``day``."""
    match profile:
        case "flat":
            return 1.0
        case "heating":
            return _heating(day, sky)
        case "rain":
            return _rain(day, sky)
        case "holiday":
            return 2.6 if is_holiday(day) else 0.9
        case "shopping":
            return 2.2 if _between(day, (11, 5), (11, 25)) or _between(day, (6, 15), (6, 30)) else 0.95
        case "term":
            return 0.3 if _between(day, (7, 8), (8, 25)) or _between(day, (1, 20), (2, 20)) else 1.2
    first, last, inside, outside = _SPANS[profile]
    return inside if _between(day, first, last) else outside


def level(day: date, day_profile: str) -> float:
    """Level of the day of the week and of holidays; night matters hardly know weekends."""
    if day_profile in ("night", "evening", "heat"):
        return 1.0 if day.weekday() < 4 else 1.12
    return WEEK[day.weekday()] * (HOLIDAY if is_holiday(day) and day.weekday() < 5 else 1.0)

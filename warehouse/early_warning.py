"""Early warning (预警): counts → alarms, pure; every day is judged with nothing later than itself.

``detect`` is the one door of the detectors: an array of (series, days) and a calendar in, expected, upper bound, score
and alarm out. Rules about tickets and the loop of an alarm are in ``warehouse.alerts``.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classify.ticket import InputError
from warehouse.detectors import ears, farrington, windows
from warehouse.detectors.calendar import make_calendar

METHODS: Final = ("default", "farrington", "ears-c1", "ears-c2", "ears-c3")
PERIODS: Final = ("day", "week")
LEVEL: Final = 2.5
"""Shipped level of ``default``: -log10 of the smallest tail over the windows. On surge-free series of the bench's
simulator 1.14 % of days exceed it (specificity .9886), whatever the size of the series."""
RATES: Final = (
    (1.5, 8.5e-2), (2.0, 3.1e-2), (2.5, 1.14e-2), (3.0, 4.1e-3), (3.5, 1.4e-3), (4.0, 5.1e-4), (4.5, 2.0e-4),
    (5.0, 7.7e-5), (5.5, 3.1e-5), (6.5, 4.5e-6), (9.0, 3.0e-8),
)  # fmt: skip
"""Level → false alarms per series-day, measured on 2,000 surge-free simulated series; log-linear between."""
ALPHA: Final = {"farrington": 0.005, "ears-c1": 0.001, "ears-c2": 0.001, "ears-c3": 0.025}
"""Default alphas: the golden file's, and the R package's for EARS."""
CHUNK: Final = 512
"""Series that are turned to floats at once; bounds memory at 10 MB a thread for seven years."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How to judge. ``days`` newest periods; ``alpha`` false alarms per series and period, ``budget`` false alarms per
    day over all series, at most one of them; None both: the method's own default. ``widths`` are the windows of
    ``default`` in days, and its levels are measured for all of them, with fewer it is stricter.
    """

    method: str = "default"
    period: str = "day"
    days: int = 1
    alpha: float | None = None
    budget: float | None = None
    widths: tuple[int, ...] = windows.WIDTHS

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError("未知的检测方法", value=str(self.method), allowed="、".join(METHODS))
        if self.period not in PERIODS:
            raise InputError("未知的计数周期", value=str(self.period), allowed="、".join(PERIODS))
        if self.method == "default" and self.period != "day":
            raise InputError("default 方法只用于按日计数", value=self.period, allowed="day;按周计数请用 farrington")
        if self.days < 1:
            raise InputError("判断的期数必须为正", value=str(self.days))
        if self.alpha is not None and self.budget is not None:
            raise InputError("alpha 与 budget 只能给一个")
        if self.alpha is not None and not 0 < self.alpha < 0.5:
            raise InputError("alpha 超出范围", value=str(self.alpha), allowed="0 到 0.5 之间")
        if self.budget is not None and not self.budget > 0:
            raise InputError("budget 必须为正", value=str(self.budget))
        if not self.widths or not set(self.widths) <= set(windows.WIDTHS):
            raise InputError("窗口天数不支持", value=str(self.widths), allowed="、".join(map(str, windows.WIDTHS)))


@dataclass(frozen=True, slots=True)
class Alarms:
    """Of the newest N periods, arrays (series, N): ``alarm``; ``expected`` and ``upper`` of the period, NaN where
    the method gives none (an alarm is a count above ``upper``, given the days before); ``score``; ``width`` in periods
    of the window that speaks loudest; ``level`` that the score was compared with."""

    alarm: NDArray[np.bool_]
    expected: NDArray[np.float64]
    upper: NDArray[np.float64]
    score: NDArray[np.float64]
    width: NDArray[np.int64]
    level: float


def level_of(rate: float) -> float:
    """The level of ``default`` with ``rate`` false alarms per series-day."""
    levels = [level for level, _ in RATES]
    logs = [-np.log10(one) for _, one in RATES]
    wanted = -np.log10(rate)
    if wanted <= logs[0]:
        return max(0.5, levels[0] - (logs[0] - wanted) / 0.9)
    return float(np.interp(wanted, logs, levels))


def checked(counts: NDArray[Any]) -> NDArray[Any]:
    """The counts as a 2-d array of numbers; NaN is missing. Negative and fractional counts are refused."""
    array = np.asarray(counts)
    if array.ndim != 2 or array.size == 0:
        raise InputError("计数必须是 (序列, 期) 的二维数组", value=str(array.shape))
    if array.dtype.kind == "f":
        known = array[~np.isnan(array)]
        if np.isinf(known).any() or (known < 0).any() or (known != np.floor(known)).any():
            raise InputError("计数必须是非负整数", allowed="0、1、2 …;缺失为空")
    elif array.dtype.kind not in "iu":
        raise InputError("计数必须是数字", value=str(array.dtype))
    elif array.dtype.kind == "i" and array.min() < 0:
        raise InputError("计数不能为负", value=str(int(array.min())))
    return array


def detect(
    counts: NDArray[Any],
    first: date = date(2018, 1, 1),
    holiday: NDArray[Any] | None = None,
    policy: Policy | None = None,
    **options: Any,
) -> Alarms:
    """Judge the newest ``policy.days`` periods of every series.

    ``counts`` (series, periods) of non-negative whole numbers, NaN for missing; ``first`` is the day of the first
    column; ``holiday`` a 0/1 array over days or None for the official calendar. ``options`` are fields of
    :class:`Policy` for callers without one; unknown ones raise InputError.
    """
    if options:
        unknown = sorted(set(options) - set(Policy.__dataclass_fields__))
        if unknown or policy is not None:
            raise InputError("未知的选项", value="、".join(unknown), allowed="、".join(Policy.__dataclass_fields__))
        policy = Policy(**options)
    policy = policy or Policy()
    array = checked(counts)
    newest = min(policy.days, array.shape[1])
    rate = policy.alpha if policy.budget is None else min(policy.budget / array.shape[0], 0.4)
    if policy.method == "default":
        return _default(array, first, holiday, newest, LEVEL if rate is None else level_of(rate), policy.widths)
    alpha = rate or ALPHA[policy.method]
    if policy.method == "farrington":
        if policy.period == "week":
            expected, upper, alarm = farrington.judge_weeks(array, newest, alpha)
        else:
            expected, upper, alarm = farrington.judge_days(array, newest, alpha)
    else:
        expected, upper, alarm = ears.judge(array, newest, policy.method[-1], alpha)
    with np.errstate(invalid="ignore", divide="ignore"):
        score = (array[:, -newest:] - expected) / (upper - expected)
    score = np.where(np.isfinite(score), score, 0.0)
    return Alarms(alarm, expected, upper, score, np.ones(alarm.shape, dtype=np.int64), 1.0)


def _default(
    array: NDArray[Any], first: date, holiday: NDArray[Any] | None, newest: int, level: float, widths: tuple[int, ...]
) -> Alarms:
    series, days = array.shape
    calendar = make_calendar(first, days, None if holiday is None else np.asarray(holiday).astype(np.int64))
    spread = NormalDist().inv_cdf(1 - 10.0**-level)
    shape = (series, newest)
    expected, upper, score = np.empty(shape), np.empty(shape), np.empty(shape)
    width = np.empty(shape, dtype=np.int64)
    spans = np.array(widths, dtype=np.int64)

    def work(start: int) -> None:
        stop = min(start + CHUNK, series)
        part = array[start:stop].astype(np.float64)
        if array.dtype.kind == "f":
            part[np.isnan(part)] = -1.0
        windows.judge(
            part, calendar.ordinal, calendar.dow, calendar.holiday, calendar.week, calendar.features, newest, level,
            spread, spans, expected[start:stop], upper[start:stop], score[start:stop], width[start:stop],
        )  # fmt: skip

    starts = range(0, series, CHUNK)
    if len(starts) == 1:
        work(0)
    else:
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            list(pool.map(work, starts))
    return Alarms(score > level, expected, upper, score, width, level)


def detect_file(
    path: Path | str,
    out: Path | str,
    method: str = "default",
    period: str = "day",
    days: int = 1,
    alpha: float | None = None,
    budget: float | None = None,
) -> dict[str, int]:
    """Judge a COUNTS file (series, day, count[, holiday]); write ALARMS (series, day, alarm, expected, upper, score).

    Returns {"series", "judged", "alarms"}. Raises InputError for an unreadable file, a bad value or option.
    """
    from warehouse.counts_file import read_counts, write_alarms

    policy = Policy(method, period, days, alpha, budget)
    table = read_counts(Path(path), period)
    alarms = detect(table.counts, table.first, table.holiday, policy)
    write_alarms(Path(out), table, alarms)
    return {
        "series": len(table.names),
        "judged": int(alarms.alarm.size),
        "alarms": int(alarms.alarm.sum()),
    }

"""COUNTS files in (series, day, count[, holiday]) and ALARMS files out, for ``jiesu detect``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classify.ticket import InputError, Where

if TYPE_CHECKING:
    from warehouse.early_warning import Alarms

NEEDED: Final = ("series", "day", "count")
COLUMNS: Final = ("series", "day", "alarm", "expected", "upper", "score")
NO_DATE: Final = date(2018, 1, 1)
"""First day that integer periods are put at; only their order matters then."""
LONGEST: Final = 20_000
"""Periods between first and last above which a file is refused: a wrong date, not 55 years."""


@dataclass(frozen=True, slots=True)
class CountTable:
    """A rectangular table: ``names`` of series in order of appearance, ``counts`` (series, periods) with 0 where a row
    is missing and NaN before a series began and on days that no series has; ``labels`` as the file writes periods."""

    names: list[Any]
    counts: NDArray[np.float64]
    labels: list[str]
    first: date
    holiday: NDArray[np.int64] | None


def _fail(path: Path, frame: pd.DataFrame, bad: Any, field: str, reason: str, allowed: str) -> InputError:
    row = int(np.flatnonzero(np.asarray(bad))[0])
    return InputError(
        reason, value=str(frame[field].iloc[row]), allowed=allowed, where=Where(path.name, row + 1, field)
    )


def read_counts(path: Path, period: str = "day") -> CountTable:
    """Read a COUNTS file (.csv, also gzipped). A missing row between others is a count of 0."""
    try:
        frame = pd.read_csv(path, dtype={"day": str}, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, EOFError) as error:
        raise InputError("计数文件无法读取", value=type(error).__name__, where=Where(path.name)) from None
    lost = [name for name in NEEDED if name not in frame.columns]
    if lost:
        raise InputError(
            "计数文件缺少列", value="、".join(lost), allowed="series,day,count[,holiday]", where=Where(path.name)
        )
    if frame.empty:
        raise InputError("计数文件没有数据行", where=Where(path.name))
    if frame["series"].isna().any():
        raise _fail(path, frame, frame["series"].isna(), "series", "序列名为空", "非空")
    count = pd.to_numeric(frame["count"], errors="coerce")
    bad = count.isna() | (count < 0) | (count != np.floor(count)) | np.isinf(count)
    if bad.any():
        raise _fail(path, frame, bad, "count", "计数必须是非负整数", "0、1、2 …")
    number, numbered = _periods(path, frame, period)
    series, names = pd.factorize(frame["series"])
    first, last = int(number.min()), int(number.max())
    if last - first >= LONGEST:
        raise InputError(
            "首末日期相差过大", value=str(last - first), allowed=f"少于 {LONGEST} 期", where=Where(path.name)
        )
    place = number - first
    twice = pd.Series(series * LONGEST + place).duplicated()
    if twice.any():
        raise _fail(path, frame, twice, "day", "同一序列同一天出现两次", "每天一行")
    table = np.zeros((len(names), last - first + 1))
    table[series, place] = count.to_numpy(dtype=np.float64)
    began = np.full(len(names), last - first + 1)
    np.minimum.at(began, series, place)
    table[np.arange(table.shape[1])[None, :] < began[:, None]] = np.nan
    silent = np.ones(table.shape[1], dtype=bool)
    silent[place] = False
    table[:, silent] = np.nan
    if numbered:
        labels, start = [str(first + index) for index in range(table.shape[1])], NO_DATE
    else:
        step = 7 if period == "week" else 1
        start = date.fromordinal(first * step + (_phase(number, frame) if step == 7 else 0))
        labels = [(start + timedelta(days=step * index)).isoformat() for index in range(table.shape[1])]
    holiday = None
    if "holiday" in frame.columns and not numbered:
        holiday = np.zeros(table.shape[1], dtype=np.int64)
        flag = pd.to_numeric(frame["holiday"], errors="coerce")
        if (~flag.isin([0, 1])).any():
            raise _fail(path, frame, ~flag.isin([0, 1]), "holiday", "节假日标记有误", "0 或 1")
        np.maximum.at(holiday, place, flag.to_numpy(dtype=np.int64))
    elif numbered:
        holiday = np.zeros(table.shape[1], dtype=np.int64)
    return CountTable(list(names), table, labels, start, holiday)


def _periods(path: Path, frame: pd.DataFrame, period: str) -> tuple[NDArray[np.int64], bool]:
    """Number of every row's period, and whether the file numbers them itself (else the days are dates)."""
    text = frame["day"].astype("string").str.strip()
    if text.str.fullmatch(r"\d{1,6}").fillna(False).all():
        return text.astype(np.int64).to_numpy(), True
    days = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    if days.isna().any():
        raise _fail(path, frame, days.isna(), "day", "日期无法识别", "YYYY-MM-DD,或整数期号")
    ordinal = (days - pd.Timestamp("1970-01-01")).dt.days.to_numpy() + date(1970, 1, 1).toordinal()
    if period == "week":
        phase = int(ordinal[0] % 7)
        if (ordinal % 7 != phase).any():
            raise _fail(path, frame, ordinal % 7 != phase, "day", "按周计数的日期必须是同一个星期几", "相隔 7 天的日期")
        return ordinal // 7, False
    return ordinal, False


def _phase(number: NDArray[np.int64], frame: pd.DataFrame) -> int:
    return date.fromisoformat(str(frame["day"].iloc[0]).strip()).toordinal() % 7


def write_alarms(path: Path, table: CountTable, alarms: Alarms) -> None:
    """Write ALARMS: one row for each series and judged period, in the order of the file; upper is empty for none."""
    rows, newest = alarms.alarm.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(
        {
            "series": np.repeat(np.array(table.names, dtype=object), newest),
            "day": np.tile(np.array(table.labels[-newest:], dtype=object), rows),
            "alarm": alarms.alarm.ravel().astype(np.int8),
            "expected": np.round(alarms.expected.ravel(), 4),
            "upper": np.round(alarms.upper.ravel(), 4),
            "score": np.round(alarms.score.ravel(), 4),
        },
        columns=list(COLUMNS),
    ).to_csv(path, index=False)

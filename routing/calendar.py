"""Working days (工作日) and the moments that a time limit falls due, in Asia/Shanghai.

Rules (issue on routing, item 7): the day of receipt does not count; a period in working days ends at 24:00 of its last
working day; minutes, hours and calendar days run through from the moment of receipt. Yellow starts at 00:00 of the last
working day, red at due; units other than working days have neither. A pause is [from, to) in whole days and adds the
working days that it covers, for working-day clocks only.

Holidays and 调休 come from ``chinesecalendar`` (the State Council's notices); ``holidays.csv`` of the pack adds to it
or overrides it. In a year without a notice Monday to Friday work, and :meth:`WorkCalendar.warning` says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from chinese_calendar import constants as notices

from classify.ticket import SHANGHAI, HotlineError, InputError, Where
from routing.pack import Pack
from routing.result import Clock
from routing.tables import read_table

FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2079, 12, 31)
"""Span of days that the table of working days holds; a ticket outside it is a misread date."""

LONGEST: Final = 5000
"""Greatest n of a working-day clock, pauses included: twenty years; a greater one is a misread field."""

REST, WORK = "休", "班"
RUNNING: Final = {"minute": 60, "hour": 3600, "calendar_day": 86400}
"""Units that run through from the moment of receipt, in seconds."""
UNITS: Final = (*RUNNING, "working_day")
SPOKEN: Final = {
    "day": "calendar_day", "natural_day": "calendar_day", "workday": "working_day", "business_day": "working_day",
    "分钟": "minute", "小时": "hour", "日": "calendar_day", "天": "calendar_day", "自然日": "calendar_day",
    "工作日": "working_day", "个工作日": "working_day",
}  # fmt: skip
"""Other names of units that a table of clocks may use; English ones also in the plural."""

Pause = tuple[date, date]
"""[from, to) in whole days of Asia/Shanghai."""


class WorkCalendar:
    """Working days of one pack. ``pack`` None: the published notices alone."""

    def __init__(self, pack: Pack | None = None) -> None:
        rest, work = set(notices.holidays), set(notices.workdays)
        years = {day.year for day in rest}
        path = pack.maybe("holidays.csv") if pack else None
        for row in read_table(path, ("date", "kind", "name")) if path else ():
            row.need("date")
            day = row.day("date")
            assert day is not None
            resting = row.choice("kind", (REST, WORK)) == REST
            (rest if resting else work).add(day)
            (work if resting else rest).discard(day)
            years.add(day.year)
        self._years = frozenset(years)
        self._first = FIRST_DAY.toordinal()
        self._days: list[int] = []
        for ordinal in range(self._first, LAST_DAY.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if day in work or (day.weekday() < 5 and day not in rest):
                self._days.append(ordinal)
        self._midnight = lru_cache(maxsize=4096)(_midnight)
        self._due = lru_cache(maxsize=16_384)(self._find_due)

    @property
    def last_notice(self) -> date:
        """Last day for which a holiday notice is known."""
        return date(max(self._years), 12, 31)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day; days outside the table count as Monday to Friday."""
        place = bisect_right(self._days, day.toordinal())
        if self._days[0] <= day.toordinal() <= self._days[-1]:
            return self._days[place - 1] == day.toordinal()
        return day.weekday() < 5

    def working_days(self, start: date, end: date) -> int:
        """Number of working days in [start, end)."""
        days = self._days
        return max(bisect_right(days, end.toordinal() - 1) - bisect_right(days, start.toordinal() - 1), 0)

    def due_at(self, received_at: datetime, clock: Clock, pauses: Sequence[Pause] = ()) -> datetime:
        """The moment the clock runs out, aware, in Asia/Shanghai. Raises InputError for an unknown unit or a bad n."""
        if clock.unit == "working_day":
            if not pauses and received_at.tzinfo is SHANGHAI:
                return self._due(received_at.toordinal(), clock.n)
            return self._midnight(self._last_day(received_at, clock, pauses) + 1)
        seconds = RUNNING.get(clock.unit)
        if seconds is None:
            raise InputError("不认识的时限单位", value=clock.unit, allowed="、".join(UNITS))
        _check_n(clock.n, 10_000_000)
        try:
            # Through UTC: a period runs on even where Shanghai's clocks once changed (1986-1991).
            return (received_at.astimezone(UTC) + timedelta(seconds=seconds * clock.n)).astimezone(SHANGHAI)
        except OverflowError:
            raise InputError("时限太长", value=str(clock.n)) from None

    def yellow_from(self, received_at: datetime, clock: Clock, pauses: Sequence[Pause] = ()) -> datetime | None:
        """00:00 of the last working day; None for units other than working days."""
        if clock.unit != "working_day":
            return None
        return self._midnight(self._last_day(received_at, clock, pauses))

    def red_from(self, received_at: datetime, clock: Clock, pauses: Sequence[Pause] = ()) -> datetime | None:
        """The due moment; None for units other than working days."""
        return self.due_at(received_at, clock, pauses) if clock.unit == "working_day" else None

    def warning(self, *moments: datetime | date) -> str | None:
        """One Chinese sentence when a moment lies in a year without a holiday notice, else None."""
        years = {(_local(one).year if isinstance(one, datetime) else one.year) for one in moments}
        unknown = sorted(year for year in years if year not in self._years)
        if not unknown:
            return None
        listed = "、".join(str(year) for year in unknown)
        return f"{listed} 年没有节假日通知,按周一至周五为工作日推算;可在城市包的 holidays.csv 中补充"

    def _last_day(self, received_at: datetime, clock: Clock, pauses: Sequence[Pause]) -> int:
        """Ordinal of the last working day of the period."""
        n = clock.n
        _check_n(n, LONGEST)
        ordinal = (received_at if received_at.tzinfo is SHANGHAI else _local(received_at)).toordinal()
        return self._last(ordinal, n + self._paused(ordinal, pauses) if pauses else n)

    def _last(self, received: int, n: int) -> int:
        """Ordinal of the n-th working day after the ordinal of the day of receipt."""
        days = self._days
        place = bisect_right(days, received) + n - 1
        if received < self._first or place >= len(days):
            day = date.fromordinal(received)
            raise InputError("日期超出日历范围", value=str(day), allowed=f"{FIRST_DAY} 至 {LAST_DAY}")
        return days[place]

    def _find_due(self, received: int, n: int) -> datetime:
        _check_n(n, LONGEST)
        return _midnight(self._last(received, n) + 1)

    def _paused(self, received: int, pauses: Sequence[Pause]) -> int:
        """Working days in the union of the pauses, from the day of receipt on: before it there was no clock to stop."""
        total, reached = 0, received
        for start, end in sorted((one.toordinal(), two.toordinal()) for one, two in pauses):
            if end > max(start, reached):
                total += self.working_days(date.fromordinal(max(start, reached)), date.fromordinal(end))
                reached = end
        return total


def run_clock(record: Mapping[str, Any], calendar: WorkCalendar, where: Where | None = None) -> dict[str, str | None]:
    """One line of ``jiesu clock``: {received_at, clock {unit, n}, pauses} → {due_at, yellow_from, red_from}.

    A time without a zone is Shanghai's. ``pauses`` is a list of {from, to} or [from, to]; it may be absent. Values are
    ISO 8601 with +08:00, null where a unit has none; ``warning`` is there only beyond the last holiday notice. Raises
    InputError with the field's name.
    """
    file, row = (where.file, where.row) if where else (None, None)

    def at(field: str) -> Where:
        return Where(file, row, field)

    received_at = _moment(record.get("received_at"), at("received_at"))
    given = record.get("clock")
    if not isinstance(given, Mapping) or not isinstance(given.get("unit"), str):
        raise InputError("缺少时限", value=str(given), allowed='{"unit": "working_day", "n": 5}', where=at("clock"))
    pauses = _pauses(record.get("pauses") or (), at("pauses"))
    try:
        clock = Clock(_unit(given["unit"]), _whole(given.get("n")))
        due_at = calendar.due_at(received_at, clock, pauses)
        yellow = calendar.yellow_from(received_at, clock, pauses)
    except HotlineError as error:
        raise InputError(error.reason, value=error.value, allowed=error.allowed, where=at("clock")) from None
    answer: dict[str, str | None] = {
        "due_at": due_at.isoformat(),
        "yellow_from": yellow.isoformat() if yellow else None,
        "red_from": due_at.isoformat() if yellow else None,
    }
    if yellow and (warning := calendar.warning(received_at, due_at - timedelta(seconds=1))):
        answer["warning"] = warning
    return answer


def _unit(name: str) -> str:
    """The unit that a name means; an unknown one is given back, to be refused by its own name."""
    plain = name.strip()
    single = plain.removesuffix("s") if plain.isascii() else plain
    return SPOKEN.get(single, single if single in UNITS else plain)


def _midnight(ordinal: int) -> datetime:
    day = date.fromordinal(ordinal)
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI) if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _check_n(n: int, greatest: int) -> None:
    if not 1 <= n <= greatest:
        raise InputError("时限数值不对", value=str(n), allowed=f"1 至 {greatest} 的整数")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise InputError("时限数值不是整数", value=str(value), allowed="正整数")
    return int(value)


def _moment(value: object, where: Where) -> datetime:
    if isinstance(value, datetime):
        return _local(value)
    try:
        return _local(datetime.fromisoformat(str(value).strip().replace("/", "-")))
    except ValueError:
        raise InputError("时间无法识别", value=str(value), allowed="2019-12-02T09:30:00+08:00", where=where) from None


def _day(value: object, where: Where) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return _moment(value, where).date()


def _pauses(given: object, where: Where) -> tuple[Pause, ...]:
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise InputError("暂停应为列表", value=str(given), allowed='[{"from": 日期, "to": 日期}]', where=where)
    found = []
    for one in given:
        pair = (one.get("from"), one.get("to")) if isinstance(one, Mapping) else one
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2 or pair[1] is None:
            raise InputError("暂停缺少起止日", value=str(one), allowed='{"from": 日期, "to": 日期}', where=where)
        start, end = _day(pair[0], where), _day(pair[1], where)
        if end < start:
            raise InputError("暂停的止日早于起日", value=f"{start} 至 {end}", where=where)
        found.append((start, end))
    return tuple(found)

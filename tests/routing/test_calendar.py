"""Deadlines: the handbook's rules at their edges, each worked out by hand from the State Council's notices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.ticket import SHANGHAI, InputError, PackError
from routing.calendar import WorkCalendar, run_clock
from routing.pack import Pack
from routing.result import Clock

CALENDAR = WorkCalendar()
FIVE = Clock("working_day", 5)


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


DUE = [
    # received, n, last working day's midnight after
    ("2019-12-02 09:30", 5, "2019-12-10"),  # Monday: 3 4 5 6 9
    ("2019-12-06 18:40", 5, "2019-12-14"),  # Friday evening: 9 to 13
    ("2019-12-06 23:59:59", 1, "2019-12-10"),  # last second of Friday
    ("2019-12-07 00:00", 1, "2019-12-10"),  # Saturday at 00:00
    ("2019-12-09 00:00", 1, "2019-12-11"),  # the day of receipt does not count even from 00:00
    ("2019-09-27 17:00", 5, "2019-10-11"),  # Sunday 29 September works (调休); 29 30 8 9 10
    ("2019-09-30 10:00", 1, "2019-10-09"),  # 国庆 1 to 7
    ("2019-10-03 10:00", 5, "2019-10-13"),  # in the holiday: 8 9 10 11 and Saturday 12 (调休)
    ("2020-01-22 10:00", 5, "2020-02-07"),  # the festival of 2020 was prolonged to 2 February; 23 3 4 5 6
    ("2024-02-28 10:00", 2, "2024-03-02"),  # leap day is a Thursday
    ("2024-02-29 10:00", 1, "2024-03-02"),
    ("2023-02-28 10:00", 1, "2023-03-02"),
    ("2024-12-31 20:00", 1, "2025-01-03"),  # New Year's day 2025 is a holiday
    ("2026-09-30 10:00", 2, "2026-10-10"),  # 国庆 2026: 1 to 7; 8 and 9
    ("2026-10-09 10:00", 1, "2026-10-11"),  # Saturday 10 October 2026 works
    ("2025-09-27 10:00", 1, "2025-09-29"),  # Saturday received, Sunday 28 September 2025 works
    ("2021-09-17 16:00", 2, "2021-09-23"),  # 中秋 19-21, Saturday 18 works; 18 and 22
]


@pytest.mark.parametrize(("received", "n", "due"), DUE)
def test_a_period_ends_at_midnight_after_its_last_working_day(received: str, n: int, due: str) -> None:
    assert CALENDAR.due_at(at(received), Clock("working_day", n)) == at(due)


def test_other_units_run_through_and_have_no_colours() -> None:
    received = at("2019-10-01 23:50")
    assert CALENDAR.due_at(received, Clock("minute", 30)) == at("2019-10-02 00:20")
    assert CALENDAR.due_at(received, Clock("hour", 2)) == at("2019-10-02 01:50")
    assert CALENDAR.due_at(at("2024-02-28 08:00"), Clock("hour", 24)) == at("2024-02-29 08:00")
    clock = Clock("calendar_day", 7)
    assert CALENDAR.due_at(received, clock) == at("2019-10-08 23:50")
    assert CALENDAR.yellow_from(received, clock) is None
    assert CALENDAR.red_from(received, clock) is None


def test_yellow_starts_with_the_last_working_day_and_red_at_due() -> None:
    received = at("2019-09-30 10:00")
    clock = Clock("working_day", 2)
    assert CALENDAR.yellow_from(received, clock) == at("2019-10-09")
    assert CALENDAR.red_from(received, clock) == CALENDAR.due_at(received, clock) == at("2019-10-10")


PAUSES = [
    # pauses, due of a ticket received on Monday 2019-12-02 with five working days (2019-12-10 without)
    ([], "2019-12-10"),
    ([("2019-12-04", "2019-12-06")], "2019-12-12"),
    ([("2019-12-04", "2019-12-04")], "2019-12-10"),  # empty
    ([("2019-12-07", "2019-12-09")], "2019-12-10"),  # a weekend only
    ([("2019-12-06", "2019-12-10")], "2019-12-12"),  # Friday and Monday, the weekend costs nothing
    ([("2019-12-09", "2019-12-16")], "2019-12-17"),  # runs past the first due day
    ([("2019-12-04", "2019-12-06"), ("2019-12-05", "2019-12-07")], "2019-12-13"),  # overlap counts once
    ([("2019-12-05", "2019-12-07"), ("2019-12-04", "2019-12-10")], "2019-12-14"),  # one inside the other
    ([("2019-11-25", "2019-12-04")], "2019-12-12"),  # began before receipt: 2 and 3 December
    ([("2019-11-01", "2019-11-20")], "2019-12-10"),  # over before receipt
    ([("2019-12-04", "2019-12-05"), ("2019-12-10", "2019-12-11")], "2019-12-12"),  # the second in the added time
]


@pytest.mark.parametrize(("pauses", "due"), PAUSES)
def test_a_pause_adds_the_working_days_it_covers(pauses: list[tuple[str, str]], due: str) -> None:
    days = [(date.fromisoformat(one), date.fromisoformat(two)) for one, two in pauses]
    assert CALENDAR.due_at(at("2019-12-02 09:30"), FIVE, days) == at(due)
    hours = Clock("hour", 24)
    assert CALENDAR.due_at(at("2019-12-02 09:30"), hours, days) == at("2019-12-03 09:30")


def test_a_pause_over_national_day_adds_only_working_days() -> None:
    pause = [(date(2019, 10, 1), date(2019, 10, 8))]
    assert CALENDAR.due_at(at("2019-09-30 10:00"), Clock("working_day", 2), pause) == at("2019-10-10")


def test_other_time_zones_are_turned_into_shanghai_days() -> None:
    # Friday 17:00 UTC is Saturday 01:00 in Shanghai
    assert CALENDAR.due_at(datetime(2019, 12, 6, 17, tzinfo=UTC), Clock("working_day", 1)) == at("2019-12-10")
    assert CALENDAR.due_at(datetime(2019, 12, 8, 17, tzinfo=UTC), Clock("working_day", 1)) == at("2019-12-11")


def test_the_line_of_the_command() -> None:
    record = {
        "received_at": "2019-12-02T01:30:00Z",
        "clock": {"unit": "working_day", "n": 5},
        "pauses": [{"from": "2019-12-04", "to": "2019-12-06"}],
    }
    assert run_clock(record, CALENDAR) == {
        "due_at": "2019-12-12T00:00:00+08:00",
        "yellow_from": "2019-12-11T00:00:00+08:00",
        "red_from": "2019-12-12T00:00:00+08:00",
    }
    hours = run_clock({"received_at": "2024-02-28 23:00", "clock": {"unit": "hour", "n": 2}}, CALENDAR)
    assert hours == {"due_at": "2024-02-29T01:00:00+08:00", "yellow_from": None, "red_from": None}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"received_at": "昨天"}, "received_at"),
        ({"received_at": None}, "received_at"),
        ({"received_at": "1020-01-01"}, "clock"),
        ({"clock": {"unit": "week", "n": 1}}, "clock"),
        ({"clock": {"unit": "working_day", "n": 0}}, "clock"),
        ({"clock": {"unit": "working_day", "n": 1.5}}, "clock"),
        ({"clock": {"unit": "hour", "n": 10**12}}, "clock"),
        ({"clock": None}, "clock"),
        ({"pauses": [{"from": "2019-12-06", "to": "2019-12-04"}]}, "pauses"),
        ({"pauses": [{"from": "2019-12-06", "to": None}]}, "pauses"),
        ({"pauses": "2019-12-06"}, "pauses"),
    ],
)
def test_a_bad_line_names_its_field(change: dict[str, object], field: str) -> None:
    record = {"received_at": "2019-12-02T09:30:00", "clock": {"unit": "working_day", "n": 5}, **change}
    with pytest.raises(InputError) as caught:
        run_clock(record, CALENDAR)
    assert caught.value.where.field == field


def test_beyond_the_last_notice_weekdays_count_and_a_warning_says_so() -> None:
    answer = run_clock({"received_at": "2050-09-30T10:00", "clock": {"unit": "working_day", "n": 1}}, CALENDAR)
    assert answer["due_at"] == "2050-10-04T00:00:00+08:00"  # Friday received, Monday the third
    assert "2050" in (answer["warning"] or "")
    assert CALENDAR.warning(at("2019-05-01"), date(2020, 1, 1)) is None


def pack_with(folder: Path, holidays: str) -> Pack:
    (folder / "pack.toml").write_text('name = "t"\n', encoding="utf-8")
    (folder / "holidays.csv").write_text(holidays, encoding="utf-8")
    return Pack.load(folder)


def test_a_pack_overrides_and_extends_the_notices(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, "date,kind,name\n2019-12-03,休,地方节日\n2019-12-07,班,补班\n2050-10-03,休,国庆节\n")
    calendar = WorkCalendar(pack)
    assert calendar.due_at(at("2019-12-02 09:30"), FIVE) == at("2019-12-10")  # 4 5 6 7 9
    assert calendar.due_at(at("2050-09-30 10:00"), Clock("working_day", 1)) == at("2050-10-05")
    assert calendar.warning(date(2050, 10, 1)) is None


def test_a_bad_holiday_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"holidays\.csv.*kind"):
        WorkCalendar(pack_with(tmp_path, "date,kind,name\n2019-12-03,假,x\n"))


MOMENTS = st.datetimes(min_value=datetime(2004, 1, 1), max_value=datetime(2026, 11, 30))


@settings(max_examples=200, deadline=None)
@given(MOMENTS, st.integers(1, 40), st.integers(0, 20), st.integers(0, 10))
def test_counting_days_one_by_one_gives_the_same(moment: datetime, n: int, after: int, length: int) -> None:
    received = moment.replace(tzinfo=SHANGHAI)
    pause = (received.date() + timedelta(after), received.date() + timedelta(after + length))
    left = n + sum(CALENDAR.is_workday(pause[0] + timedelta(k)) for k in range(length))
    day = received.date()
    while left:
        day += timedelta(1)
        left -= CALENDAR.is_workday(day)
    clock = Clock("working_day", n)
    due = CALENDAR.due_at(received, clock, [pause])
    assert due == datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(1)
    assert CALENDAR.yellow_from(received, clock, [pause]) == due - timedelta(1)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("day", "calendar_day"), ("hours", "hour"), ("工作日", "working_day"), (" working_days ", "working_day")],
)
def test_units_have_other_names(name: str, unit: str) -> None:
    record = {"received_at": "2024-02-28T23:50:00+08:00", "clock": {"unit": name, "n": 1}}
    plain = {**record, "clock": {"unit": unit, "n": 1}}
    assert run_clock(record, CALENDAR) == run_clock(plain, CALENDAR)


def test_an_unknown_unit_is_refused_by_its_own_name() -> None:
    record = {"received_at": "2024-02-28T23:50:00+08:00", "clock": {"unit": "fortnights", "n": 1}}
    with pytest.raises(InputError, match="fortnights"):
        run_clock(record, CALENDAR)

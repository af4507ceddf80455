"""Every layout of time that hotlines write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.ticket import SHANGHAI, InputError, Where
from classify.times import parse_time

AFTERNOON = datetime(2024, 3, 5, 15, 6, 7, tzinfo=SHANGHAI)
MINUTE = AFTERNOON.replace(second=0)
HOUR = MINUTE.replace(minute=0)
DAY = HOUR.replace(hour=0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-05 15:06:07", AFTERNOON),
        ("2024/3/5 15:06:07", AFTERNOON),
        ("2024/03/05 15:06", MINUTE),
        ("2024.3.5 15:06", MINUTE),
        ("2024.3.5", DAY),
        ("2024-3-5", DAY),
        ("2024/3/5", DAY),
        ("2024年3月5日", DAY),
        ("2024年3月5号", DAY),
        ("2024年03月05日 15:06:07", AFTERNOON),
        ("2024年3月5日15时6分7秒", AFTERNOON),
        ("2024年3月5日15时6分", MINUTE),
        ("2024年3月5日15点", HOUR),
        ("2024年3月5日 下午3点", HOUR),
        ("2024年3月5日下午3点6分", MINUTE),
        ("2024年3月5号下午3:06", MINUTE),
        ("2024年3月5日15：06", MINUTE),
        ("2024\xa0年\xa03\xa0月\xa05\xa0日", DAY),
        ("2024年 3月 5日 15:06", MINUTE),
        ("2024年3月5日 星期二 15:06", MINUTE),
        ("二〇二四年三月五日下午三点", HOUR),
        ("２０２４／３／５　１５：０６", MINUTE),
        ("2024-03-05T15:06:07", AFTERNOON),
        ("2024-03-05T15:06:07.000", AFTERNOON),
        ("2024-03-05T15:06:07.000+08:00", AFTERNOON),
        ("2024-03-05T07:06:07Z", AFTERNOON),
        ("2024-03-05 3:06:07 PM", AFTERNOON),
        ("Tue Mar 05 15:06:07 CST 2024", AFTERNOON),
        ("Mar 5, 2024 3:06:07 PM", AFTERNOON),
        ("05-Mar-2024", DAY),
        ("20240305", DAY),
        ("20240305150607", AFTERNOON),
        ("45356", DAY),
        ("45356.625", HOUR),
        ("1709622367", AFTERNOON),
        ("1709622367000", AFTERNOON),
        ("2024-03-04 24:00:00", DAY),
    ],
)
def test_layouts(text: str, moment: datetime) -> None:
    parsed = parse_time(text)
    assert parsed == moment
    assert parsed.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "hour"),
    [("上午9点", 9), ("中午12点", 12), ("晚上8点半", 20), ("凌晨12点", 0), ("晚9时", 21), ("早7:30", 7)],
)
def test_halves_of_the_day(text: str, hour: int) -> None:
    assert parse_time(f"2024年3月5日{text}").hour == hour


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "昨天",
        "2024-02-30",
        "2023-02-29",
        "2024/13/1",
        "2024-03-05 25:00",
        "0000-00-00",
        "1900-01-00",
        "3/5/2024",
        "24-3-5",
        "2024年",
        "99999999999999",
        "2024-03-05 15:61:00",
        "13812345678",
    ],
)
def test_what_is_no_time_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_time(text, Where("a.csv", 3, "受理时间"))
    assert "a.csv" in str(caught.value)
    assert "第 3 行" in str(caught.value)


@given(st.datetimes(min_value=datetime(1980, 1, 2), max_value=datetime(2099, 12, 30)))
def test_written_and_read_again(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    aware = whole.replace(tzinfo=SHANGHAI)
    for layout in (
        "%Y-%m-%d %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y年%m月%d日 %H时%M分%S秒",
        "%Y%m%d%H%M%S",
        "%Y.%m.%d %H:%M:%S",
    ):
        assert parse_time(f"{whole:{layout}}") == aware
    assert parse_time(whole) == aware
    utc = whole.replace(tzinfo=UTC)
    assert parse_time(utc.isoformat()) == utc
    assert abs(parse_time(str((whole - datetime(1899, 12, 30)) / timedelta(days=1))) - aware) <= timedelta(seconds=1)

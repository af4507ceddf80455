"""The table of time limits: the most specific row wins, seasons hold, ties are refused with file and row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from classify.ticket import PackError
from routing.pack import PACKS, Pack
from routing.result import Clock
from routing.sla import SlaTable

HEADER = (
    "id,stage,city,request_type,urgency,code,channel,is_enterprise,valid_from,valid_to,unit,n,basis,confirmed,note\n"
)
GENERAL = "".join(
    f"G{i},{s},,,,,,,,,working_day,5,,,\n" for i, s in enumerate(("响应", "反馈", "办结", "回退", "延期"))
)


def pack_of(folder: Path, rows: str, city: str = "") -> Pack:
    (folder / "pack.toml").write_text(f'name = "t"\ncity = "{city}"\n', encoding="utf-8")
    (folder / "sla.csv").write_text(HEADER + rows, encoding="utf-8")
    return Pack.load(folder)


SHIPPED = [
    # pack, code, urgency, enterprise, day, stage, clock
    ("jinan", "0401", "一般", False, "2024-07-01", "办结", Clock("working_day", 5)),
    ("jinan", "0609", "特急", False, "2024-07-01", "办结", Clock("hour", 24)),
    ("jinan", "0609", "特急", False, "2024-07-01", "响应", Clock("minute", 30)),
    ("jinan", "0202", "紧急", False, "2024-07-01", "响应", Clock("hour", 2)),
    ("jinan", "1802", "一般", True, "2024-07-01", "办结", Clock("working_day", 15)),
    ("jinan", "1802", "一般", True, "2024-07-01", "响应", Clock("hour", 2)),
    ("jinan", "1802", "紧急", True, "2024-07-01", "办结", Clock("hour", 24)),
    ("jinan", "0601", "一般", False, "2024-11-14", "办结", Clock("working_day", 5)),
    ("jinan", "0601", "一般", False, "2024-11-15", "办结", Clock("hour", 24)),
    ("jinan", "0602", "一般", False, "2025-03-15", "办结", Clock("hour", 24)),
    ("jinan", "0601", "一般", False, "2025-03-16", "办结", Clock("working_day", 5)),
    ("qingdao", "0601", "一般", False, "2025-04-05", "办结", Clock("hour", 24)),
    ("qingdao", "0603", "一般", False, "2025-01-05", "办结", Clock("working_day", 5)),
    ("anonymous", "0401", "一般", False, "2019-12-02", "回退", Clock("working_day", 2)),
    ("anonymous", "0401", "一般", False, "2019-12-02", "延期", Clock("working_day", 10)),
]


@pytest.mark.parametrize(("name", "code", "urgency", "enterprise", "day", "stage", "clock"), SHIPPED)
def test_the_shipped_limits(
    name: str, code: str, urgency: str, enterprise: bool, day: str, stage: str, clock: Clock
) -> None:
    table = SlaTable(Pack.load(name))
    assert table.clock(code, "投诉", urgency, "电话", enterprise, date.fromisoformat(day), stage) == clock


def test_every_shipped_pack_has_a_limit_for_every_stage() -> None:
    for path in PACKS.glob("*/pack.toml"):
        SlaTable(Pack.load(path.parent.name))


def test_a_dated_row_holds_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    rows = GENERAL + "S1,办结,,,,1608,,,2024-07-15,2024-09-01,hour,24,防溺水,,\n"
    table = SlaTable(pack_of(tmp_path, rows))
    answers = [
        table.clock("1608", "投诉", "一般", "", False, date.fromisoformat(day)).unit
        for day in ("2024-07-14", "2024-07-15", "2024-09-01", "2024-09-02")
    ]
    assert answers == ["working_day", "hour", "hour", "working_day"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (GENERAL + "S1,办结,,咨询,,,,,,,hour,2,,,\nS2,办结,,咨询,,,,,,,hour,4,,,\n", r"第 7 行.*S1"),
        (GENERAL + "S1,办结,,,,06,,,11-15,03-15,hour,2,,,\nS2,办结,,,,06,,,03-01,04-01,hour,4,,,\n", "S1"),
        (GENERAL + "S1,办结,,,,06,,,2024-01-01,,hour,2,,,\nS2,办结,,,,06,,,2025-01-01,,hour,4,,,\n", "S1"),
        (GENERAL + "S1,办结,,,,,,,,,week,2,,,\n", "unit"),
        (GENERAL + "S1,办结,,,,,,,,,hour,0,,,\n", "n"),
        (GENERAL + "S1,办结,,,,,,,11-15,,hour,2,,,\n", "valid_to"),
        (GENERAL + "S1,办结,,,,,,,2025-01-01,2024-01-01,hour,2,,,\n", "valid_to"),
        (GENERAL + "S1,中场,,,,,,,,,hour,2,,,\n", "stage"),
        ("G1,办结,,,,,,,,,working_day,5,,,\n", "响应"),
    ],
)
def test_a_bad_table_is_refused_with_its_row(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        SlaTable(pack_of(tmp_path, rows))


def test_rows_that_follow_each_other_do_not_tie(tmp_path: Path) -> None:
    rows = GENERAL + (
        "S1,办结,,,,06,,,2024-01-01,2024-12-31,hour,2,,,\nS2,办结,,,,06,,,2025-01-01,,hour,4,,,\n"
        "S3,办结,甲市,,,06,,,2024-01-01,2024-12-31,hour,6,,,\n"
    )
    day = date(2024, 5, 1)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert SlaTable(pack_of(tmp_path / "a", rows)).clock("0601", "", "一般", "", False, day).n == 2
    assert SlaTable(pack_of(tmp_path / "b", rows, "甲市")).clock("0601", "", "一般", "", False, day).n == 6

"""Bad input, through the doors: a message that names file, row and field, exit code 2, and nothing else lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from classify.ticket import HotlineError
from flows.cli import app
from flows.sink import rejected_path

HEADER = "工单编号,来电时间,标题,诉求内容\n"
GOOD = "A1,2026-11-01 09:00,路灯不亮,经十路路灯不亮\n"


def triage(source: Path, out: Path) -> Result:
    return CliRunner().invoke(app, ["triage", str(source), "--out", str(out), "--json"])


def refused(source: Path, out: Path) -> str:
    """The sentence with which a whole file is refused."""
    result = triage(source, out)
    assert isinstance(result.exception, HotlineError), result.output
    assert not out.exists()
    return str(result.exception)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "空"),
        ("empty.xlsx", b"", "空"),
        ("empty.jsonl", b"", "空"),
        ("corrupt.xlsx", b"PK\x03\x04 not a workbook", "Excel"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("latin.csv", HEADER.encode("gb18030") + b"A1,2026-11-01,\xff\xfe\xff,\x81\x20\xff\n", "GB18030"),
        ("strange.csv", "甲,乙\n1,2\n".encode(), "表头"),
        ("corrupt.parquet", b"PAR1nothing", "Parquet"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    sentence = refused(source, tmp_path / "out.jsonl")
    assert says in sentence
    assert name in sentence


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert "文件夹" in refused(tmp_path, tmp_path / "out.jsonl")
    assert "找不到" in refused(tmp_path / "none.csv", tmp_path / "out.jsonl")


def test_a_header_without_rows(tmp_path: Path) -> None:
    source = tmp_path / "bare.csv"
    source.write_text(HEADER, encoding="utf-8")
    assert "数据行" in refused(source, tmp_path / "out.jsonl")


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("A2,2099-01-01 00:00,以后,以后的事\n", "受理时间", "时间"),
        ("A2,2026-13-45,坏时间,内容\n", "受理时间", "时间"),
        (",2026-11-01 09:00,无编号,内容\n", "工单编号", "编号"),
        ("A2,2026-11-01 09:00,,\n", "诉求内容", "内容"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_rest_goes_on(tmp_path: Path, row: str, field: str, says: str) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "out.jsonl"
    source.write_text(HEADER + GOOD + row + GOOD.replace("A1", "A3"), encoding="utf-8")
    result = triage(source, out)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1]) == {"read": 3, "good": 2, "rejected": 1, "triaged": 2}
    assert [line["ticket_no"] for line in lines(out)] == ["A1", "A3"]
    (aside,) = lines(rejected_path(out))
    assert (aside["file"], aside["row"], aside["field"]) == ("t.csv", 2, field)
    assert says in str(aside["reason"])


def test_no_good_row_is_exit_code_two_and_the_reasons_remain(tmp_path: Path) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "out.jsonl"
    source.write_text(HEADER + ",2026-11-01 09:00,无编号,内容\n", encoding="utf-8")
    assert "没有一行能够读取" in refused(source, out)
    assert len(lines(rejected_path(out))) == 1


def test_one_character_and_a_hundred_thousand(tmp_path: Path) -> None:
    source, out = tmp_path / "t.jsonl", tmp_path / "out.jsonl"
    rows = [("A1", "水"), ("A2", "小区停水了。" * 16_667), ("A3", "?" * 100_000), ("A4", "1" * 100_000)]
    with source.open("w", encoding="utf-8") as handle:
        for number, text in rows:
            record = {"工单编号": number, "来电时间": "2026-11-01 09:00", "标题": "", "诉求内容": text}
            handle.write(json.dumps(record, ensure_ascii=False) + "\n")
    result = triage(source, out)
    assert result.exit_code == 0, result.output
    assert [line["ticket_no"] for line in lines(out)] == ["A1", "A2", "A3", "A4"]


def test_an_unknown_district_is_no_error(tmp_path: Path) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "out.jsonl"
    source.write_text(
        "工单编号,来电时间,标题,诉求内容,区县\nA1,2026-11-01 09:00,路灯不亮,路灯不亮,子虚区\n", encoding="utf-8"
    )
    assert triage(source, out).exit_code == 0
    (line,) = lines(out)
    assert line["place"]["district"] is None  # type: ignore[index]
    assert line["suggestions"]


def test_a_value_in_a_message_is_masked(tmp_path: Path) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "out.jsonl"
    source.write_text(HEADER + GOOD + "A2,13800138000,电话串了列,内容\n", encoding="utf-8")
    triage(source, out)
    assert "13800138000" not in rejected_path(out).read_text(encoding="utf-8")


def test_a_workbook_with_a_title_above_the_header(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["12345热线工单导出表"])
    sheet.append([])
    sheet.append(["工单编号", "来电时间", "标题", "诉求内容"])
    sheet.append([188809.0, "2026/11/1 9:00:00", "路灯不亮", "经十路路灯不亮"])
    source, out = tmp_path / "t.xlsx", tmp_path / "out.jsonl"
    book.save(source)
    assert triage(source, out).exit_code == 0
    assert lines(out)[0]["ticket_no"] == "188809"

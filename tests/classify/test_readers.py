"""Files of every kind, whole and broken."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from classify.readers import Row, read_rows
from classify.ticket import InputError

HEADERS = ["工单编号", "受理时间", "标题", "内容"]
VALUES = [["1", "2024-03-05 15:06:07", "路灯", "不亮,三天"], ["2", "2024-03-06", "井盖", "丢了"]]
RECORDS = [dict(zip(["ticket_no", "received_at", "title", "content"], row, strict=True)) for row in VALUES]


def csv_text(separator: str = ",") -> str:
    rows = [HEADERS, *VALUES]
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows) + "\r\n"


def sheet(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def records(path: Path) -> list[dict[str, str]]:
    rows = list(read_rows(path))
    assert all(row.error is None for row in rows)
    return [dict(row.record) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_in_every_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text(separator).encode(encoding))
    assert records(path) == RECORDS


def test_xlsx_jsonl_and_parquet_agree(tmp_path: Path) -> None:
    frame = pd.DataFrame(VALUES, columns=HEADERS)
    frame.to_parquet(tmp_path / "a.parquet")
    lines = [json.dumps(dict(zip(HEADERS, row, strict=True)), ensure_ascii=False) for row in VALUES]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    sheet(tmp_path / "a.xlsx", [HEADERS, *VALUES])
    for name in ("a.parquet", "a.jsonl", "a.xlsx"):
        assert records(tmp_path / name) == RECORDS, name


def test_excel_numbers_and_dates(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", [HEADERS, [188809.0, datetime(2024, 3, 5, 15, 6, 7), None, 5]])
    assert records(path) == [{"ticket_no": "188809", "received_at": "2024-03-05T15:06:07", "content": "5"}]


def test_long_numbers_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"工单编号": 250912101108115401, "内容": true}\n', encoding="utf-8")
    assert records(path) == [{"ticket_no": "250912101108115401", "content": "是"}]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", [["2024年3月工单明细"], [], HEADERS, *VALUES])
    assert records(path) == RECORDS


def test_every_sheet_with_the_same_columns_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    for row in VALUES:
        page = book.create_sheet()
        page.append(HEADERS)
        page.append(row)
    book.save(tmp_path / "a.xlsx")
    assert records(tmp_path / "a.xlsx") == RECORDS


def test_a_bad_line_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"工单编号": "1", "内容": "甲"}\nnot json\n[1]\n{"工单编号": "2", "内容": "乙"}\n', encoding="utf-8"
    )
    rows = list(read_rows(path))
    assert [(row.row, row.error is None) for row in rows] == [(1, True), (2, False), (3, False), (4, True)]
    assert "第 2 行" in str(rows[1].error)


def test_bad_csv_rows_are_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("工单编号,内容\n1,甲\n2,乙\0\n3,丙,丁\n\n5,戊\n", encoding="utf-8")
    rows = list(read_rows(path))
    assert [row.row for row in rows if row.error] == [2, 3]
    assert [row.record["ticket_no"] for row in rows if not row.error] == ["1", "5"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('{"id": "1", "text": "甲"}\n'.encode()), "utf-8"))
    assert list(read_rows("-")) == [Row(1, {"ticket_no": "1", "text": "甲"})]


def write(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("missing.csv", lambda path: None, "找不到"),
        ("folder.csv", lambda path: path.mkdir(), "文件夹"),
        ("empty.csv", write(b""), "空"),
        ("blank.csv", write(b"\r\n \r\n"), "空"),
        ("empty.xlsx", write(b""), "空"),
        ("blank.xlsx", lambda path: sheet(path, []) and None, "没有数据"),
        ("corrupt.xlsx", write(b"PK\x03\x04" + b"x" * 400), "不是完好的"),
        ("text.xlsx", write("工单编号,内容".encode()), "不是完好的"),
        ("secret.xlsx", write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")), "密码"),
        ("latin.csv", write(b"\xff\xff\xff,\x80\x81\xff\n"), "编码"),
        ("header.csv", write("姓甲,名乙\n1,2\n".encode()), "姓甲、名乙"),
        ("header.xlsx", lambda path: sheet(path, [["甲", "乙"], [1, 2]]) and None, "甲、乙"),
        ("corrupt.parquet", write(b"PAR1xxxxPAR1"), "Parquet"),
        ("a.pdf", write(b"%PDF"), "格式"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, make: Callable[[Path], None], reason: str) -> None:
    make(tmp_path / name)
    with pytest.raises(InputError) as caught:
        read_rows(tmp_path / name)
    assert reason in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.real
@pytest.mark.skipif("JIESU_REAL_DATA" not in os.environ, reason="JIESU_REAL_DATA is not set")
@pytest.mark.parametrize(
    ("name", "count"),
    [("hot_dev.xlsx", 2135), ("labelled_dev.csv", 456), ("unlabelled.jsonl", 2801), ("replies_dev.jsonl", 1426)],
)
def test_real_files(name: str, count: int) -> None:
    rows = list(read_rows(Path(os.environ["JIESU_REAL_DATA"]) / name))
    assert len(rows) == count
    assert all({"ticket_no", "received_at", "title", "content", "caller_id"} <= row.record.keys() for row in rows)

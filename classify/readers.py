"""Rows out of files: .xlsx, .csv, .jsonl and .parquet, Chinese or English headers, to records of canonical names.

A file that cannot be read at all raises :class:`InputError`; a row that cannot be read is yielded with its error, so
that the rest goes on. Files are read as streams, except .xlsx, which the format does not allow.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from classify.headers import NEEDED, names_of, score
from classify.masking import masked_value
from classify.ticket import InputError, Where

Record = dict[str, str]

FORMATS: Final = ".xlsx(.xls)、.csv(.tsv、.txt)、.jsonl(.ndjson、.json)、.parquet"
HEADER_WITHIN: Final = 10
"""A title or notes may stand above the header; it is looked for in this many first rows."""
MAX_CELL: Final = 20_000_000
"""Longest cell of a .csv in characters; the module's own limit of 131,072 is less than a long attachment pasted in."""
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Head of a compound file: a password-protected .xlsx, or an old .xls."""


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: ``row`` is 1-based (the header is row 0), ``record`` is keyed by canonical names.

    ``error`` is set when the row could not be read; its record is then empty.
    """

    row: int
    record: Record
    error: InputError | None = None


def read_rows(path: str | Path) -> Iterator[Row]:
    """The rows of ``path``; ``-`` is standard input with one JSON object a line.

    Raises :class:`InputError` before the first row when the file is missing, a folder, empty, of no known format,
    password-protected, corrupt, in no known encoding, or without a recognisable header.
    """
    if str(path) == "-":
        return json_lines(getattr(sys.stdin, "buffer", sys.stdin), "标准输入")
    file = Path(path)
    where = Where(file.name)
    if file.is_dir():
        raise InputError("这是文件夹,不是文件", allowed=FORMATS, where=where)
    try:
        with file.open("rb") as start:
            head = start.read(8)
    except FileNotFoundError:
        raise InputError("找不到文件", allowed="存在的文件", where=where) from None
    except OSError as problem:
        raise InputError(f"文件打不开({problem.strerror})", where=where) from None
    if not head:
        raise InputError("文件是空的", allowed="有表头和数据行的文件", where=where)
    kind = file.suffix.lower()
    if kind in (".xlsx", ".xlsm", ".xls"):
        return _sheets(file, head, where)
    if kind in (".csv", ".tsv", ".txt"):
        return _csv(file, where)
    if kind in (".jsonl", ".ndjson", ".json"):
        return _json_file(file)
    if kind == ".parquet":
        return _parquet(file, where)
    raise InputError("不认识的文件格式", value=file.suffix or "无扩展名", allowed=FORMATS, where=where)


def cell(value: object) -> str:
    """A cell as text: 188809.0 is 188809, long whole numbers keep their digits, dates are ISO, None is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if value != value:  # NaN, as pandas writes an empty cell
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _record(names: Sequence[str], values: Iterable[object]) -> Record:
    return {name: text for name, value in zip(names, values, strict=False) if (text := cell(value))}


def _no_header(rows: Iterable[Sequence[object]], where: Where) -> InputError:
    first = max(rows, key=lambda row: sum(bool(cell(value).strip()) for value in row), default=())
    seen = "、".join(masked_value(cell(value).strip()) for value in first if cell(value).strip())
    return InputError("没有认得的表头", value=seen[:200] or "空行", allowed=NEEDED, where=where)


def _header(rows: Sequence[Sequence[object]]) -> int | None:
    """Position of the header among the first rows, or None."""
    scores = [score(row) for row in rows[:HEADER_WITHIN]]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _sheets(file: Path, head: bytes, where: Where) -> Iterator[Row]:
    from python_calamine import CalamineWorkbook

    data = file.read_bytes()
    if head == OLE and "EncryptedPackage".encode("utf-16-le") in data:
        raise InputError("文件有密码保护", allowed="去掉密码后另存的 .xlsx", where=where)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except BaseException as problem:  # the Rust reader raises its own kinds, and panics on broken archives
        if isinstance(problem, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        reason = "文件有密码保护或已损坏" if head == OLE or "assword" in str(problem) else "不是完好的 Excel 文件"
        raise InputError(reason, allowed="可以打开的 .xlsx", where=where) from None
    tables = [table for table in tables if any(any(cell(value).strip() for value in row) for row in table)]
    if not tables:
        raise InputError("工作簿里没有数据", allowed="有表头和数据行的工作表", where=where)
    found = [(table, at) for table in tables if (at := _header(table)) is not None]
    if not found:
        raise _no_header(tables[0][:HEADER_WITHIN], where)
    return _sheet_rows(found)


def _sheet_rows(found: Sequence[tuple[list[list[Any]], int]]) -> Iterator[Row]:
    """Rows of the first sheet with a header and of every later one with the same columns (split exports)."""
    names = names_of(found[0][0][found[0][1]])
    number = 0
    for table, at in found:
        if names_of(table[at]) != names:
            continue
        for values in table[at + 1 :]:
            number += 1
            record = _record(names, values)
            if any(text.strip() for text in record.values()):
                yield Row(number, record)


def _encoding(file: Path, where: Where) -> str:
    """utf-8-sig, gb18030 or utf-16 (Excel's Unicode text), by reading the whole file once."""
    with file.open("rb") as start:
        if start.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with file.open("rb") as data:
                while block := data.read(1 << 20):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            return encoding
        except UnicodeDecodeError:
            continue
    raise InputError("编码既不是 UTF-8 也不是 GB18030", allowed="UTF-8(可带 BOM)或 GB18030 的 .csv", where=where)


def _csv(file: Path, where: Where) -> Iterator[Row]:
    encoding = _encoding(file, where)
    csv.field_size_limit(MAX_CELL)
    with file.open(encoding=encoding, newline="") as lines:
        sample = lines.read(1 << 18)
    if not sample.strip("\0 \t\r\n,;"):
        raise InputError("文件是空的", allowed="有表头和数据行的文件", where=where)
    best, at, delimiter = 0, 0, ","
    first: list[list[str]] = []
    for candidate in (",", "\t", ";", "|", "，"):
        try:
            rows = list(islice(csv.reader(io.StringIO(sample), delimiter=candidate), HEADER_WITHIN))
        except csv.Error:
            continue
        position = _header(rows)
        if position is not None and score(rows[position]) > best:
            best, at, delimiter = score(rows[position]), position, candidate
        first = max(first, rows, key=lambda table: max(map(len, table), default=0))
    if not best:
        raise _no_header(first, where)
    return _csv_rows(file, encoding, delimiter, at, where)


def _csv_rows(file: Path, encoding: str, delimiter: str, at: int, where: Where) -> Iterator[Row]:
    with file.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        names = names_of(next(islice(reader, at, None)))
        number = 0
        while True:
            number += 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                yield Row(number, {}, InputError(f"这一行不是完好的 CSV({problem})", where=Where(where.file, number)))
                continue
            if not any(value.strip() for value in values):
                continue
            yield _csv_row(number, names, values, where)


def _csv_row(number: int, names: list[str], values: list[str], where: Where) -> Row:
    here = Where(where.file, number)
    if any("\0" in value for value in values):
        return Row(number, {}, InputError("这一行有 NUL 字节,文件可能损坏", where=here))
    if len(values) > len(names) and any(value.strip() for value in values[len(names) :]):
        given = f"{len(values)} 格"
        wanted = f"{len(names)} 格(内容里的分隔符要用引号括起)"
        return Row(number, {}, InputError("格数多于表头", value=given, allowed=wanted, where=here))
    return Row(number, _record(names, values))


def _json_file(file: Path) -> Iterator[Row]:
    with file.open("rb") as data:
        start = data.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start != b"[":
        return _open_lines(file)
    try:
        items = json.loads(file.read_bytes().decode("utf-8-sig"))
    except ValueError:
        raise InputError("不是完好的 JSON", allowed="每行一个 JSON 对象", where=Where(file.name)) from None
    return (_json_row(number, item, file.name) for number, item in enumerate(items, 1))


def _open_lines(file: Path) -> Iterator[Row]:
    with file.open("rb") as data:
        yield from json_lines(data, file.name)


def json_lines(lines: Iterable[bytes | str], name: str) -> Iterator[Row]:
    """Rows of lines of JSON objects; ``name`` is the file for errors. A bad line is a row with its error."""
    for number, raw in enumerate(lines, 1):
        line = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
        line = line.removeprefix(codecs.BOM_UTF8).strip()
        if not line:
            continue
        try:
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                text = line.decode("gb18030")
            item = json.loads(text)
        except (ValueError, RecursionError):
            error = InputError("这一行不是 JSON", allowed='一个对象,如 {"工单编号": "…"}', where=Where(name, number))
            yield Row(number, {}, error)
            continue
        yield _json_row(number, item, name)


def _json_row(number: int, item: object, name: str) -> Row:
    if not isinstance(item, dict):
        error = InputError("这一行不是 JSON 对象", allowed='如 {"工单编号": "…"}', where=Where(name, number))
        return Row(number, {}, error)
    return Row(number, _record(names_of(list(item)), item.values()))


def parquet_rows(file: Path, group: int | None = None) -> Iterator[Row]:
    """Rows of a Parquet file, or of one of its row groups (0-based); row numbers then count within the group."""
    return _parquet(file, Where(file.name), group)


def _parquet(file: Path, where: Where, group: int | None = None) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
    except (pa.ArrowException, OSError):
        raise InputError("不是完好的 Parquet 文件", where=where) from None
    headers = table.schema_arrow.names
    if not score(headers):
        raise _no_header([headers], where)
    return _parquet_rows(table, names_of(headers), None if group is None else [group])


def _parquet_rows(table: Any, names: list[str], groups: list[int] | None) -> Iterator[Row]:
    number = 0
    for batch in table.iter_batches(batch_size=4096, row_groups=groups):
        columns = [column.to_pylist() for column in batch.columns]
        for values in zip(*columns, strict=True):
            number += 1
            yield Row(number, _record(names, values))

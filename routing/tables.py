"""Reads the CSV tables of a city pack; whatever is wrong is refused with file, row and column.

A table is UTF-8 (a BOM is tolerated), comma separated, with one header line. Columns that are not declared and
declared ones that are missing are refused: a misspelt header must not silently become an empty column. Row 1 is the
first line after the header, as in :class:`classify.ticket.Where`. Lines whose cells are all empty are skipped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from classify.ticket import PackError, Where

LIST_MARK = ";"
"""Separates the items of a cell that holds a list (``assist``, ``aliases`` …); the full-width one is accepted too."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line: ``row`` is its 1-based number, ``values`` maps every declared column to its text, "" if empty."""

    file: str
    row: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def error(self, column: str | None, reason: str, value: str | None = None, allowed: str | None = None) -> PackError:
        """The error to raise for this row; it names file, row and column."""
        return PackError(reason, value=value, allowed=allowed, where=Where(self.file, self.row, column))

    def need(self, column: str) -> str:
        """The cell, which must not be empty."""
        if not self.values[column]:
            raise self.error(column, "不能为空")
        return self.values[column]

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """The cell, which must be one of ``allowed``."""
        value = self.values[column]
        if value not in allowed:
            raise self.error(column, "取值不在允许范围内", value, "、".join(one or "空" for one in allowed))
        return value

    def items(self, column: str) -> tuple[str, ...]:
        """The cell as a list; empty items are dropped."""
        parts = self.values[column].replace("\uff1b", LIST_MARK).split(LIST_MARK)
        return tuple(part.strip() for part in parts if part.strip())

    def day(self, column: str) -> date | None:
        """The cell as an ISO date; None when it is empty."""
        value = self.values[column]
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.error(column, "日期无法识别", value, "YYYY-MM-DD") from None

    def number(self, column: str) -> float | None:
        """The cell as a number; None when it is empty."""
        value = self.values[column]
        if not value:
            return None
        try:
            return float(value)
        except ValueError:
            raise self.error(column, "数字无法识别", value, "数字") from None


def read_table(path: Path, required: Iterable[str], optional: Iterable[str] = ()) -> list[TableRow]:
    """Rows of the table at ``path``; ``optional`` columns that the file does not have read as "".

    Raises PackError for an unreadable file, an unknown, missing or doubled column and a row of the wrong width.
    """
    needed, extra = tuple(required), tuple(optional)
    file = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError("文件不是 UTF-8 编码", value=f"字节 {error.start}", where=Where(str(path))) from None
    except OSError:
        raise PackError("数据表不存在或无法读取", where=Where(str(path))) from None
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        _check_header(file, header, needed, extra)
        return _rows(file, header, lines, extra)
    except csv.Error as error:
        where = Where(file, max(lines.line_num - 1, 0))
        raise PackError("CSV 引号或分隔有误", value=str(error), where=where) from None


def _check_header(file: str, header: list[str], needed: tuple[str, ...], extra: tuple[str, ...]) -> None:
    known = "、".join(needed + extra)
    for name in header:
        if name not in needed and name not in extra:
            raise PackError("列名不认识", value=name, allowed=known, where=Where(file, 0, name))
        if header.count(name) > 1:
            raise PackError("列名重复", value=name, where=Where(file, 0, name))
    for name in needed:
        if name not in header:
            raise PackError("缺少列", value=name, allowed=known, where=Where(file, 0, name))


def _rows(file: str, header: list[str], lines: Iterable[list[str]], extra: tuple[str, ...]) -> list[TableRow]:
    found: list[TableRow] = []
    for number, cells in enumerate(lines, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise PackError(
                "列数与表头不符", value=f"{len(cells)} 列", allowed=f"{len(header)} 列", where=Where(file, number)
            )
        values = dict.fromkeys(extra, "")
        values.update(zip(header, (cell.strip() for cell in cells), strict=True))
        found.append(TableRow(file, number, values))
    return found

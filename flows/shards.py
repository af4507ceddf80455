"""Shards of the bulk job's input: pieces of files that a worker reads on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from classify.parsing import parse_ticket
from classify.readers import Row, json_lines, parquet_rows
from classify.ticket import HotlineError, InputError, Where
from flows.source import Batch, placed

ROWS: Final = 5000
"""Tickets a shard: below about 5,000 the fixed cost of a Beam element and of a Parquet file shows."""

ENDINGS: Final = (".parquet", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Shard:
    """Rows ``first`` (1-based) to ``first + rows - 1`` of ``path``.

    For JSON lines ``start`` and ``end`` are byte offsets; for Parquet they are row-group numbers.
    """

    name: str
    path: str
    first: int
    rows: int
    start: int
    end: int


def shards_of(source: Path, rows: int = ROWS) -> list[Shard]:
    """Shards of a file or of all files of a folder, in name order. Raises InputError when there is nothing to read."""
    if source.is_dir():
        files = sorted(p for p in source.iterdir() if p.suffix in ENDINGS and not p.name.startswith(("_", ".")))
    else:
        files = [source]
    if not files or not source.exists():
        raise InputError("没有可读的文件", value=source.name, allowed="Parquet 或 JSONL 文件,或装有它们的目录")
    pieces: list[tuple[Path, int, int, int, int]] = []
    for file in files:
        if file.suffix not in ENDINGS:
            raise InputError("批量作业读不了这种文件", value=file.name, allowed="、".join(ENDINGS))
        cut = _groups(file) if file.suffix == ".parquet" else _lines(file, rows)
        pieces += [(file, *piece) for piece in cut]
    if not pieces:
        raise InputError("文件里没有数据行", value=source.name)
    return [Shard(f"{i:05d}", str(file), *piece) for i, (file, *piece) in enumerate(pieces)]


def _lines(file: Path, rows: int) -> Iterator[tuple[int, int, int, int]]:
    """(first row, rows, start byte, end byte) of pieces of about ``rows`` lines, cut at line ends."""
    first, count, start, offset = 1, 0, 0, 0
    with file.open("rb") as handle:
        for line in handle:
            offset += len(line)
            count += 1
            if count == rows:
                yield first, count, start, offset
                first, count, start = first + count, 0, offset
    if count:
        yield first, count, start, offset


def _groups(file: Path) -> Iterator[tuple[int, int, int, int]]:
    try:
        metadata = pq.read_metadata(file)
    except Exception as error:
        raise InputError("文件损坏,读不了 Parquet", where=Where(file.name)) from error
    first = 1
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        yield first, rows, group, group + 1
        first += rows


def read_shard(shard: Shard, secret: bytes, as_of: datetime | None) -> Batch:
    """Tickets of one shard and the rows set aside; row numbers are those of the whole file."""
    batch = Batch()
    name = Path(shard.path).name
    for row in _rows(shard):
        batch.rows += 1
        where = Where(file=name, row=shard.first + row.row - 1)
        try:
            if row.error is not None:
                raise row.error
            batch.tickets.append(parse_ticket(row.record, secret, as_of=as_of, where=where, default_time=as_of))
        except HotlineError as error:
            batch.rejects.append(placed(error, where))
    return batch


def _rows(shard: Shard) -> Iterator[Row]:
    file = Path(shard.path)
    if file.suffix == ".parquet":
        yield from parquet_rows(file, shard.start)
        return
    with file.open("rb") as handle:
        handle.seek(shard.start)
        yield from json_lines(handle.read(shard.end - shard.start).splitlines(), file.name)

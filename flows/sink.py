"""Files out: whole or not at all, and the rows that were set aside beside them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from classify.ticket import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """A text file that appears under its name only when the block ends well; a failed run leaves the old one.

    ``-`` is standard output.
    """
    if str(path) == "-":
        yield sys.stdout
        return
    if path.is_dir():
        raise InputError("输出路径是一个目录", value=path.name, allowed="文件名")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            yield out
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_line(out: IO[str], record: dict[str, Any]) -> None:
    """One JSON object as one line, Chinese readable."""
    out.write(json.dumps(record, ensure_ascii=False, separators=(", ", ": ")) + "\n")


def rejected_path(out: Path) -> Path:
    """``OUT.rejected.jsonl`` of the design: beside OUT, whatever OUT's ending."""
    return out.with_name(f"{out.name}.rejected.jsonl")


def rejected(error: InputError) -> dict[str, Any]:
    """The line that tells of one row set aside."""
    reason = error.reason + (f";应为{error.allowed}" if error.allowed else "")
    where = error.where
    return {"file": where.file, "row": where.row, "field": where.field, "value": error.value, "reason": reason}


def write_rejects(out: Path, rejects: Iterable[InputError]) -> int:
    """Writes the rows set aside next to ``out`` and returns how many; with none, an older such file is removed."""
    rows = [rejected(error) for error in rejects]
    if str(out) == "-":
        for row in rows:
            write_line(sys.stderr, row)
        return len(rows)
    path = rejected_path(out)
    if not rows:
        path.unlink(missing_ok=True)
        return 0
    with whole_file(path) as handle:
        for row in rows:
            write_line(handle, row)
    return len(rows)

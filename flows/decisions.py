"""Decisions in bulk: what people decided elsewhere comes in, what they decided here goes out."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from classify.masking import masked_value
from classify.ticket import HotlineError, InputError, Where
from classify.times import parse_time
from flows.doors import json_records
from flows.progress import progress
from flows.sink import write_rejects
from flows.source import placed
from warehouse.decisions import Decision, decide, is_saved
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.scope import SYSTEM

FIELDS: Final = ("ticket_no", "category", "unit", "by", "at", "reason")
"""Columns of FILE; ticket_no, by, at and one of category and unit are needed."""


def decide_file(source: Path) -> dict[str, int]:
    """Saves every decision of ``source`` (.jsonl or .csv) once; a second run answers ``same``. Bad rows are set aside
    in ``FILE.rejected.jsonl``."""
    upgrade()
    counts = {"read": 0, "new": 0, "same": 0, "rejected": 0}
    rejects: list[InputError] = []
    with open_session(make_engine()) as session, progress("登记决定") as advance:
        for number, record in rows(source):
            counts["read"] += 1
            advance(1)
            try:
                decision = decision_of(record)
                if is_saved(session, decision):
                    counts["same"] += 1
                    continue
                decide(session, decision, SYSTEM)
                counts["new"] += 1
            except HotlineError as error:
                session.rollback()
                rejects.append(placed(error, Where(source.name, number)))
    counts["rejected"] = write_rejects(source, rejects)
    return counts


def rows(source: Path) -> Iterator[tuple[int, Any]]:
    """(row number, record) of a .jsonl or .csv file."""
    if source.suffix.lower() != ".csv":
        yield from json_records(str(source))
        return
    if not source.is_file():
        raise InputError("找不到文件", value=masked_value(source.name))
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = source.read_text(encoding="gb18030")
    reader = csv.DictReader(text.splitlines())
    if missing := {"ticket_no", "by", "at"} - set(reader.fieldnames or ()):
        raise InputError(
            "缺少列", value="、".join(sorted(missing)), allowed="、".join(FIELDS), where=Where(source.name, 0)
        )
    yield from enumerate(reader, 1)


def decision_of(record: Any) -> Decision:
    """A record as a decision. Raises InputError naming the field."""
    if not isinstance(record, Mapping):
        raise InputError("这一行不是 JSON 对象")
    given = {name: str(record.get(name) or "").strip() for name in FIELDS}
    for name in ("ticket_no", "by", "at"):
        if not given[name]:
            raise InputError("不能为空", where=Where(field=name))
    if not given["category"] and not given["unit"]:
        raise InputError("分类与承办单位至少要有一个", where=Where(field="unit"))
    return Decision(
        ticket_no=given["ticket_no"],
        by=given["by"],
        kind="correct",
        category=given["category"] or None,
        unit=given["unit"] or None,
        at=parse_time(given["at"], Where(field="at")),
        reason=given["reason"] or None,
    )


def export_file(what: str, out: Path, since: datetime) -> dict[str, Any]:
    """``jiesu export``: accepted decisions, each once and with a receipt, or the indicators."""
    from warehouse.exports import export_dispatches, export_indicators

    doors = {"dispatches": export_dispatches, "indicators": export_indicators}
    if what not in doors:
        raise InputError("没有这种导出", value=what, allowed="、".join(doors))
    upgrade()
    with open_session(make_engine()) as session:
        return doors[what](session, since, out, SYSTEM)

"""What goes out (导出): accepted decisions for the city's platform, each once and with a receipt; indicators."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from classify.ticket import SHANGHAI, AccessError, InputError
from warehouse.audit import record
from warehouse.current import ROUTING
from warehouse.metrics import measure
from warehouse.models import DecisionRow, ExportRow, TicketRow, now_utc, to_json
from warehouse.scope import Scope, visible
from warehouse.upsert import chunks, digest, lock

DISPATCH_COLUMNS: Final = (
    "decision_id", "ticket_no", "kind", "category", "category_path", "unit", "unit_type", "assist", "urgency",
    "district", "street", "due_at", "decided_by", "decided_at", "reason",
)  # fmt: skip
INDICATOR_COLUMNS: Final = (
    "code", "name", "by", "part", "since", "until", "numerator", "denominator", "value", "definition",
)  # fmt: skip
_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "=", "+", "-", "@")
"""A cell that begins so is run as a formula by spreadsheets (OWASP, CSV injection); full-width forms too."""


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet runs: text that looks like a formula is quoted; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUN) else value


def export_dispatches(
    session: Session, since: datetime, out: Path, scope: Scope, at: datetime | None = None
) -> dict[str, Any]:
    """Write live accept and correct decisions made from ``since`` on that were not exported, oldest first.

    ``out`` ends in .jsonl or .csv; beside it stands ``<out>.receipt.json``. A second run has nothing left: it leaves a
    file of the first run as it is. Only the newest decision on a ticket goes out; a correction after an export goes out
    as a new row. Raises InputError when ``out`` is there and there is something new to write. Commits.
    """
    scope.need("export")
    moment = at or now_utc()
    lock(session, "intake")
    rows = _dispatches(session, since, scope)
    if out.exists() and not rows:
        session.rollback()
        return {"rows": 0, "export_id": None, "sha256": None, "file": out.name}
    if out.exists():
        raise InputError("导出文件已存在,为免覆盖未送达的派单,请换一个文件名", value=out.name)
    export_id = f"{moment:%Y%m%dT%H%M%S}-{digest(out.name, *(str(row['decision_id']) for row in rows))[:8]}"
    sha256 = write_rows(out, DISPATCH_COLUMNS, rows)
    for part in chunks([row["decision_id"] for row in rows]):
        sent = sa.update(DecisionRow).where(col(DecisionRow.id).in_(part)).values(export_id=export_id)
        session.connection().execute(sent)
    receipt = _receipt(session, scope, "dispatches", export_id, out, sha256, len(rows), since, moment)
    session.commit()
    return receipt


def export_indicators(
    session: Session, since: datetime, out: Path, scope: Scope, at: datetime | None = None
) -> dict[str, Any]:
    """Write the metrics from ``since`` to now: overall, by district and by type of unit, each with numerator,
    denominator and definition. ``out`` ends in .jsonl or .csv and is written over. Commits (receipt and audit)."""
    scope.need("export")
    moment = at or now_utc()
    first, last = since.astimezone(SHANGHAI).date(), moment.astimezone(SHANGHAI).date()
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "by": by,
            "part": one.part,
            "since": first.isoformat(),
            "until": last.isoformat(),
            "numerator": one.numerator,
            "denominator": one.denominator,
            "value": None if one.value is None else round(one.value, 4),
            "definition": one.definition,
        }
        for by in (None, "district", "unit_type")
        for one in measure(session, scope, first, last, by=by, now=moment)
    ]
    sha256 = write_rows(out, INDICATOR_COLUMNS, rows)
    export_id = f"{moment:%Y%m%dT%H%M%S}-{digest(out.name, sha256, moment.isoformat())[:8]}"
    receipt = _receipt(session, scope, "indicators", export_id, out, sha256, len(rows), since, moment)
    session.commit()
    return receipt


def again(session: Session, export_id: str, out: Path, scope: Scope) -> dict[str, Any]:
    """Write the rows of an earlier export once more, for a file that was lost on the way. Commits (audit)."""
    scope.need("export")
    first = session.get(ExportRow, export_id)
    if first is None or first.kind != "dispatches":
        raise AccessError("没有这次导出", value=export_id)
    rows = _dispatches(session, first.since or first.at - timedelta(days=36500), scope, export_id)
    sha256 = write_rows(out, DISPATCH_COLUMNS, rows)
    record(session, scope.user, "export.again", export_id, details={"rows": len(rows), "sha256": sha256})
    session.commit()
    return {"rows": len(rows), "export_id": export_id, "sha256": sha256, "file": out.name}


def write_rows(out: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write .jsonl or .csv whole or not at all; returns the SHA-256 of the file. CSV has a BOM, for spreadsheets."""
    if out.suffix not in (".jsonl", ".csv"):
        raise InputError("导出文件的类型不认识", value=out.name, allowed=".jsonl 或 .csv")
    text = io.StringIO()
    if out.suffix == ".csv":
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows([[harmless(_flat(row[name])) for name in columns] for row in rows])
    else:
        text.writelines(json.dumps({name: row[name] for name in columns}, ensure_ascii=False) + "\n" for row in rows)
    content = text.getvalue().encode("utf-8-sig" if out.suffix == ".csv" else "utf-8")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        half = out.with_name(f".{out.name}.part")
        half.write_bytes(content)
        os.replace(half, out)
    except OSError as error:
        raise InputError(f"导出文件写不进去: {error.strerror}", value=str(out.name)) from error
    return hashlib.sha256(content).hexdigest()


def _flat(value: Any) -> Any:
    return "、".join(value) if isinstance(value, list) else value


def _dispatches(session: Session, since: datetime, scope: Scope, export_id: str | None = None) -> list[dict[str, Any]]:
    later = aliased(DecisionRow)
    # of several live decisions the newest speaks; it is the one that has no later live one
    newest = ~sa.exists().where(
        col(later.ticket_no) == col(DecisionRow.ticket_no),
        col(later.undone_at).is_(None),
        col(later.kind).in_(sorted(ROUTING)),
        sa.or_(
            col(later.at) > col(DecisionRow.at),
            sa.and_(col(later.at) == col(DecisionRow.at), col(later.id) > col(DecisionRow.id)),
        ),
    )
    wanted: Any = (
        [col(DecisionRow.export_id) == export_id] if export_id else [col(DecisionRow.export_id).is_(None), newest]
    )
    query = (
        sa.select(DecisionRow, TicketRow)
        .join(TicketRow, col(TicketRow.ticket_no) == col(DecisionRow.ticket_no))
        .where(
            col(DecisionRow.kind).in_(sorted(ROUTING)),
            col(DecisionRow.undone_at).is_(None),
            col(DecisionRow.at) >= since,
            *wanted,
            *visible(scope, "export"),
        )
        .order_by(col(DecisionRow.at), col(DecisionRow.id))
        .execution_options(populate_existing=True)
    )
    return [_dispatch(decision, ticket) for decision, ticket in session.execute(query)]


def _dispatch(decision: DecisionRow, ticket: TicketRow) -> dict[str, Any]:
    return {
        "decision_id": decision.id,
        "ticket_no": decision.ticket_no,
        "kind": decision.kind,
        "category": decision.category,
        "category_path": [name for name in (decision.level1, decision.level2) if name],
        "unit": decision.unit,
        "unit_type": decision.unit_type,
        "assist": json.loads(decision.assist),
        "urgency": ticket.urgency,
        "district": ticket.district,
        "street": ticket.street,
        "due_at": ticket.due_at.astimezone(SHANGHAI).isoformat() if ticket.due_at else None,
        "decided_by": decision.by,
        "decided_at": decision.at.astimezone(SHANGHAI).isoformat(),
        "reason": decision.reason,
    }


def _receipt(
    session: Session,
    scope: Scope,
    kind: str,
    export_id: str,
    out: Path,
    sha256: str,
    rows: int,
    since: datetime,
    at: datetime,
) -> dict[str, Any]:
    session.add(
        ExportRow(
            export_id=export_id, kind=kind, file_name=out.name[:200], sha256=sha256, rows_out=rows, since=since,
            by=scope.user, at=at,
        )
    )  # fmt: skip
    receipt = {
        "export_id": export_id,
        "kind": kind,
        "file": out.name,
        "rows": rows,
        "sha256": sha256,
        "since": since.isoformat(),
        "by": scope.user,
        "at": at.isoformat(),
    }
    record(session, scope.user, f"export.{kind}", export_id, details={"rows": rows, "sha256": sha256}, at=at)
    out.with_name(out.name + ".receipt.json").write_text(to_json(receipt) + "\n", encoding="utf-8")
    return receipt

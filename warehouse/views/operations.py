"""What operations look at (运行): batches, quarantine, stages of the nightly run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from warehouse.models import BatchRow, QuarantineRow, StageRow, from_json
from warehouse.scope import Scope
from warehouse.views.filters import Page, cut


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """A row that could not be read; ``given`` is masked, ``seen`` how often it came."""

    fault_key: str
    batch_id: str
    file_name: str | None
    row_no: int | None
    field_name: str | None
    given: str | None
    reason: str
    allowed: str | None
    saved_at: datetime
    seen: int
    settled_at: datetime | None
    settled_by: str | None


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One import and what became of its rows."""

    batch_id: str
    kind: str
    source: str
    started_at: datetime
    ended_at: datetime | None
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_same: int
    rows_rejected: int
    rows_triaged: int
    rows_linked: int


@dataclass(frozen=True, slots=True)
class StageItem:
    """One stage of one night."""

    day: date
    stage: str
    status: str
    progress: str | None
    details: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None
    tries: int


def quarantine_list(
    session: Session, scope: Scope, *, settled: bool | None = False, page: int = 1, size: int = 50
) -> Page[QuarantineItem]:
    """Rows in quarantine, newest first; ``settled`` None for all. They belong to no area or unit, so only a scope over
    all of both, or an administrator, sees them; for others the page is empty."""
    offset, limit = cut(page, size)
    if not _sees_all(scope):
        return Page((), 0, page, size)
    conditions = []
    if settled is not None:
        done = col(QuarantineRow.settled_at)
        conditions.append(done.is_not(None) if settled else done.is_(None))
    total = session.exec(select(func.count()).select_from(QuarantineRow).where(*conditions)).one()
    rows = session.exec(
        select(QuarantineRow)
        .where(*conditions)
        .order_by(col(QuarantineRow.saved_at).desc(), col(QuarantineRow.file_name), col(QuarantineRow.row_no))
        .offset(offset)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    items = [QuarantineItem(*(getattr(row, name) for name in QuarantineItem.__dataclass_fields__)) for row in rows]
    return Page(tuple(items), total, page, size)


def batches(session: Session, scope: Scope, limit: int = 20) -> list[BatchItem]:
    """The newest imports; empty for who does not see all."""
    if not _sees_all(scope):
        return []
    rows = session.exec(
        select(BatchRow)
        .order_by(col(BatchRow.started_at).desc())
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [BatchItem(*(getattr(row, name) for name in BatchItem.__dataclass_fields__)) for row in rows]


def stages(session: Session, scope: Scope, day: date | None = None, limit: int = 50) -> list[StageItem]:
    """Stages of the nightly run, newest night first; empty for who does not see all."""
    if not _sees_all(scope):
        return []
    wanted = select(StageRow).order_by(col(StageRow.day).desc(), col(StageRow.started_at)).limit(limit)
    if day is not None:
        wanted = wanted.where(col(StageRow.day) == day)
    return [
        StageItem(
            row.day, row.stage, row.status, row.progress, from_json(row.details) or {}, row.started_at, row.ended_at,
            row.tries,
        )
        for row in session.exec(wanted.execution_options(populate_existing=True))
    ]  # fmt: skip


def _sees_all(scope: Scope) -> bool:
    if scope.may("manage"):
        return True
    scope.need("count")
    return scope.areas is None and scope.units is None

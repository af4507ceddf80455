"""The record (审计记录): who saw, changed, exported what; each line carries the hash of the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import Session, col, func, select

from warehouse.models import AuditRow, now_utc, to_json
from warehouse.scope import Scope
from warehouse.upsert import lock, storable

FIRST: Final = "0" * 64
"""What the first line has in place of a hash before it."""


def record(
    session: Session,
    actor: str,
    action: str,
    target: str | None = None,
    *,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditRow:
    """Append one line. Does not commit: it stands or falls with what it records. Holds the chain's lock until then."""
    lock(session, "audit")
    last = session.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()
    row = AuditRow(
        seq=(last.seq if last else 0) + 1,
        at=(at or now_utc()).astimezone(UTC),
        actor=actor,
        action=action,
        target=storable(target, 200),
        reason=storable(reason),
        details=storable(to_json(dict(details or {}))) or "{}",
        prior_hash=last.this_hash if last else FIRST,
        this_hash="",
    )
    row.this_hash = line_hash(row)
    session.add(row)
    session.flush()
    return row


def line_hash(row: AuditRow) -> str:
    """SHA-256 over all of a line but its own hash."""
    parts = [row.seq, row.at.isoformat(), row.actor, row.action, row.target, row.reason, row.details, row.prior_hash]
    return hashlib.sha256(to_json(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the chain holds: ``lines`` read, ``broken`` the number of the first line that does not fit, or None."""

    lines: int
    broken: int | None
    why: str | None


def verify_chain(session: Session) -> Verdict:
    """Read the whole record and check every hash. Cutting off the newest lines is found by comparing ``lines`` with the
    figure noted outside (the nightly report prints it)."""
    prior, lines = FIRST, 0
    rows = session.exec(select(AuditRow).order_by(col(AuditRow.seq)).execution_options(yield_per=1000))
    for row in rows:
        lines += 1
        if row.seq != lines:
            return Verdict(lines, row.seq, f"缺少第 {lines} 行")
        if row.prior_hash != prior:
            return Verdict(lines, row.seq, "与上一行的哈希不相接")
        if row.this_hash != line_hash(row):
            return Verdict(lines, row.seq, "内容被改动")
        prior = row.this_hash
    return Verdict(lines, None, None)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the record, for the auditor's page."""

    seq: int
    at: datetime
    actor: str
    action: str
    target: str | None
    reason: str | None
    details: str


def audit_list(
    session: Session,
    scope: Scope,
    *,
    actor: str | None = None,
    target: str | None = None,
    page: int = 1,
    size: int = 50,
) -> tuple[list[AuditLine], int]:
    """Lines of the record, newest first, and how many there are. Raises AccessError without the right ``audit``."""
    scope.need("audit")
    conditions = [col(AuditRow.actor) == actor] if actor else []
    conditions += [col(AuditRow.target) == target] if target else []
    total = session.exec(select(func.count()).select_from(AuditRow).where(*conditions)).one()
    rows = session.exec(
        select(AuditRow).where(*conditions).order_by(col(AuditRow.seq).desc()).offset((page - 1) * size).limit(size)
    )
    lines = [
        AuditLine(row.seq, row.at, row.actor, row.action, row.target, row.reason, row.details) for row in rows.all()
    ]
    return lines, total

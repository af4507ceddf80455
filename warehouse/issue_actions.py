"""What a person did to issues, noted (事项操作): who, when, why, on which tickets; the base of every act on issues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from classify.ticket import InputError
from warehouse.audit import record
from warehouse.models import IssueActionRow, TieRow, now_utc, to_json
from warehouse.scope import Scope
from warehouse.upsert import upsert


def may_act(scope: Scope, reason: str) -> None:
    """Raises AccessError without the right to decide, InputError without a reason."""
    scope.need("decide")
    if not reason.strip():
        raise InputError("须写明理由")


def note(
    session: Session,
    scope: Scope,
    kind: str,
    issue_no: str,
    tickets: Sequence[str],
    details: dict[str, Any],
    reason: str,
    at: datetime | None,
) -> int:
    """Append the action and its line in the audit record; returns its id. Does not commit."""
    moment = at or now_utc()
    row = IssueActionRow(
        kind=kind,
        issue_no=issue_no,
        anchor=tickets[0] if tickets else None,
        tickets=to_json(list(tickets)),
        details=to_json(details),
        by=scope.user,
        at=moment,
        reason=reason.strip(),
    )
    session.add(row)
    session.flush()
    about = {"tickets": len(tickets), **{k: v for k, v in details.items() if v is not None}}
    record(session, scope.user, f"issue.{kind}", issue_no, reason=reason, details=about, at=moment)
    return row.id or 0


def tie(session: Session, action_id: int, pairs: Iterable[tuple[str, str]], *, same: bool) -> None:
    """A person's word on pairs of tickets, which every later run obeys until the action is undone."""
    rows = [
        {"low": min(pair), "high": max(pair), "action_id": action_id, "same": same}
        for pair in pairs
        if len(set(pair)) == 2
    ]
    upsert(session, TieRow, rows)

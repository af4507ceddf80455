"""Conferences (会商) and how they ended: precedents for a ticket whose owner is in dispute (handbook §2.4, §2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from warehouse.models import DecisionRow, EventRow, TicketRow
from warehouse.scope import Scope, visible


@dataclass(frozen=True, slots=True)
class Conference:
    """One ticket that was conferred on: why and when it was sent there, and whose it was in the end (None: still
    open). ``returns`` is how often units gave it back before."""

    ticket_no: str
    title: str
    at: datetime
    by: str | None
    why: str | None
    returns: int
    final_unit: str | None


def conferences(
    session: Session,
    scope: Scope,
    *,
    category: str | None = None,
    ticket_no: str | None = None,
    settled: bool = True,
    limit: int = 10,
) -> list[Conference]:
    """Conferences in scope, newest first, each ticket once; ``category`` a code or its beginning, ``ticket_no`` that
    ticket only, ``settled`` only those that have an owner now."""
    conditions = visible(scope)
    if category:
        conditions.append(col(TicketRow.category).startswith(category, autoescape=True))
    if ticket_no:
        conditions.append(col(TicketRow.ticket_no) == ticket_no)
    owned = sa.and_(col(TicketRow.unit).is_not(None), col(TicketRow.unit_from) != "machine")
    if settled:
        conditions += [owned, col(TicketRow.state) != "会商"]
    final = sa.case((owned, col(TicketRow.unit)), else_=None)
    ticket = (col(TicketRow.ticket_no), col(TicketRow.title))
    by_event = (
        sa.select(*ticket, col(EventRow.at), col(EventRow.by), col(EventRow.reason), col(TicketRow.returns), final)
        .select_from(TicketRow)
        .join(EventRow, col(EventRow.ticket_no) == col(TicketRow.ticket_no))
        .where(col(EventRow.kind) == "会商", col(EventRow.set_aside).is_(None), *conditions)
        .order_by(col(EventRow.at).desc())
        .limit(limit * 2)
    )
    by_decision = (
        sa.select(
            *ticket, col(DecisionRow.at), col(DecisionRow.by), col(DecisionRow.reason), col(TicketRow.returns), final
        )
        .select_from(TicketRow)
        .join(DecisionRow, col(DecisionRow.ticket_no) == col(TicketRow.ticket_no))
        .where(col(DecisionRow.kind) == "confer", col(DecisionRow.undone_at).is_(None), *conditions)
        .order_by(col(DecisionRow.at).desc())
        .limit(limit * 2)
    )
    rows = [*session.execute(by_event), *session.execute(by_decision)]
    rows.sort(key=lambda row: row[2], reverse=True)
    newest = {row[0]: row for row in reversed(rows)}  # the newest of a ticket stays
    found = sorted(newest.values(), key=lambda row: row[2], reverse=True)[:limit]
    return [Conference(row[0], row[1] or "", *row[2:]) for row in found]

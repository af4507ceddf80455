"""The desk's queue (派单队列) and any other list of tickets: a page of short rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from warehouse.models import ClaimRow, TicketRow, now_utc
from warehouse.scope import Scope
from warehouse.views.filters import Filters, Page, count, cut, scoped


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One line of a list of tickets. Times are aware; ``holder`` is who works on it now, or None."""

    ticket_no: str
    received_at: datetime
    title: str
    channel: str | None
    request_type: str | None
    category: str | None
    level1: str | None
    level2: str | None
    probability: float | None
    district: str | None
    street: str | None
    poi: str | None
    unit: str | None
    unit_type: str | None
    unit_from: str | None
    urgency: str | None
    lane: str | None
    gate: str | None
    gate_action: str | None
    due_at: datetime | None
    state: str
    decided: str | None
    decided_by: str | None
    issue_no: str | None
    resolved: str | None
    satisfaction: str | None
    holder: str | None


ITEM = tuple(name for name in QueueItem.__dataclass_fields__ if name != "holder")


def queue(
    session: Session,
    scope: Scope,
    filters: Filters | None = None,
    page: int = 1,
    size: int = 50,
    now: datetime | None = None,
) -> Page[QueueItem]:
    """What waits at the desk and nobody has decided, in the order of work: lane (forced first), urgency, deadline,
    least certain. ``filters`` narrow it; a filter on ``state`` or ``decided`` replaces the queue's own condition."""
    moment = now or now_utc()
    wanted = filters or Filters()
    conditions = waiting(scope, wanted, moment)
    return tickets_page(session, conditions, work_order(), page, size, moment)


def tickets(
    session: Session,
    scope: Scope,
    filters: Filters | None = None,
    page: int = 1,
    size: int = 50,
    now: datetime | None = None,
) -> Page[QueueItem]:
    """The tickets behind a figure: any state, newest first."""
    moment = now or now_utc()
    order = [col(TicketRow.received_at).desc(), col(TicketRow.ticket_no).desc()]
    return tickets_page(session, scoped(scope, filters or Filters(), moment), order, page, size, moment)


def waiting(scope: Scope, filters: Filters, now: datetime) -> list[sa.ColumnElement[bool]]:
    """Conditions of the queue."""
    conditions = scoped(scope, filters, now)
    if filters.state is None and filters.decided is None:
        conditions += [col(TicketRow.state) == "待派单"]
    return conditions


def work_order() -> list[Any]:
    """Forced before review before auto; then urgency, deadline, least certain; the number makes it one order."""
    return [
        col(TicketRow.lane_rank),
        col(TicketRow.urgency_rank),
        col(TicketRow.due_at),
        col(TicketRow.probability),
        col(TicketRow.ticket_no),
    ]


def tickets_page(
    session: Session,
    conditions: list[sa.ColumnElement[bool]],
    order: list[Any],
    page: int,
    size: int,
    now: datetime,
) -> Page[QueueItem]:
    """A page of :class:`QueueItem` under conditions that hold the scope already."""
    offset, limit = cut(page, size)
    total = count(session, *conditions)
    columns: list[Any] = [getattr(TicketRow, name) for name in ITEM]
    live = sa.and_(col(ClaimRow.ticket_no) == col(TicketRow.ticket_no), col(ClaimRow.expires_at) > now)
    rows = session.execute(
        sa.select(*columns, col(ClaimRow.holder))
        .select_from(TicketRow)
        .outerjoin(ClaimRow, live)
        .where(*conditions)
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    )
    return Page(tuple(item(row) for row in rows), total, page, size)


def item(row: Any) -> QueueItem:
    """A :class:`QueueItem` of a result row in the order of its fields."""
    return QueueItem(*(row[0:2]), row[2] or "", *row[3:])


def get_items(session: Session, scope: Scope, numbers: list[str], now: datetime | None = None) -> list[QueueItem]:
    """The named tickets that are in scope, oldest first; at most 500."""
    moment = now or now_utc()
    conditions = [*scoped(scope, Filters(), moment), col(TicketRow.ticket_no).in_(numbers[:500])]
    order = [col(TicketRow.received_at), col(TicketRow.ticket_no)]
    return list(tickets_page(session, conditions, order, 1, 500, moment).rows)


def exists_in_scope(session: Session, scope: Scope, ticket_no: str) -> bool:
    """Whether ``scope`` may see the ticket."""
    seen = select(TicketRow.ticket_no).where(
        *scoped(scope, Filters(), now_utc()), col(TicketRow.ticket_no) == ticket_no
    )
    return session.exec(seen).first() is not None

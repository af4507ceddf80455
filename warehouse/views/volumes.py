"""How many tickets (诉求量): by day, category, district, hour, and any other column, each with its distinct callers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from warehouse.models import TicketRow, now_utc
from warehouse.scope import Scope
from warehouse.views.filters import Filters, scoped


@dataclass(frozen=True, slots=True)
class Count:
    """One bar: ``key`` filters to the tickets behind it, ``label`` is for the page; None keys are shown as 未识别.

    ``callers`` counts distinct known callers.
    """

    key: str | None
    label: str
    count: int
    callers: int


UNKNOWN = "未识别"


def volumes_by_day(
    session: Session, scope: Scope, since: date, until: date, filters: Filters | None = None
) -> list[Count]:
    """Tickets received a day, ``since`` to ``until`` inclusive (Asia/Shanghai); days without any are left out."""
    return _grouped(session, scope, since, until, filters, col(TicketRow.day), by_count=False)


def volumes_by_hour(
    session: Session, scope: Scope, since: date, until: date, filters: Filters | None = None
) -> list[Count]:
    """Tickets by hour of receipt, 0–23 (Asia/Shanghai)."""
    return _grouped(session, scope, since, until, filters, col(TicketRow.hour), by_count=False)


def volumes_by_category(
    session: Session, scope: Scope, since: date, until: date, filters: Filters | None = None, level: int = 1
) -> list[Count]:
    """Tickets by category, most first: ``level`` 1 by first-level name (key: the name, for ``Filters.level1``), 2 by
    code (key: the code, label: first / second level)."""
    if level == 1:
        return _grouped(session, scope, since, until, filters, col(TicketRow.level1))
    labels = [col(TicketRow.level1), col(TicketRow.level2)]
    return _grouped(session, scope, since, until, filters, col(TicketRow.category), labels)


def volumes_by_district(
    session: Session, scope: Scope, since: date, until: date, filters: Filters | None = None
) -> list[Count]:
    """Tickets by district, most first; 未识别 where no place was found."""
    return _grouped(session, scope, since, until, filters, col(TicketRow.district))


def volumes_by(
    session: Session, scope: Scope, column: str, since: date, until: date, filters: Filters | None = None
) -> list[Count]:
    """Tickets by one of street, unit, unit_type, channel, request_type, urgency, lane, state, gate; most first."""
    allowed = ("street", "unit", "unit_type", "channel", "request_type", "urgency", "lane", "state", "gate", "poi")
    if column not in allowed:
        raise ValueError(f"no volumes by {column!r}; allowed: {', '.join(allowed)}")
    return _grouped(session, scope, since, until, filters, col(getattr(TicketRow, column)))


def newest_moment(session: Session, scope: Scope) -> datetime | None:
    """Time of receipt of the newest ticket in scope: what a page shows as freshness. None when there is none."""
    conditions = scoped(scope, Filters(), now_utc(), "count")
    # by the index on the time: max() would read every row that the scope lets through
    newest = select(TicketRow.received_at).where(*conditions).order_by(col(TicketRow.received_at).desc()).limit(1)
    return session.exec(newest).first()


def _grouped(
    session: Session,
    scope: Scope,
    since: date,
    until: date,
    filters: Filters | None,
    key: Any,
    labels: list[Any] | None = None,
    *,
    by_count: bool = True,
) -> list[Count]:
    wanted = replace(filters or Filters(), since=since, until=until)
    conditions = scoped(scope, wanted, now_utc(), "count")
    number = func.count().label("n")
    names = [func.max(label) for label in labels or []]
    rows = session.execute(
        sa.select(key, number, func.count(sa.distinct(TicketRow.caller_key)), *names)
        .select_from(TicketRow)
        .where(*conditions)
        .group_by(key)
        .order_by(*([number.desc(), key] if by_count else [key]))
    )
    return [_count(row) for row in rows]


def _count(row: Any) -> Count:
    key = None if row[0] is None else str(row[0])
    label = " / ".join(part for part in row[3:] if part) or key or UNKNOWN
    return Count(key, label, row[1], row[2])

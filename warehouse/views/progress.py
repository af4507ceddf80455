"""Deadlines (时限), lanes (通道) and acceptance (采纳): how the work stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, func

from classify.ticket import SHANGHAI
from warehouse.lifecycle import DESK, WITH_UNIT
from warehouse.models import DecisionRow, TicketRow, TriageRow, now_utc
from warehouse.scope import Scope
from warehouse.views.filters import Filters, is_open, is_overdue, scoped
from warehouse.views.volumes import Count, volumes_by


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Tickets in scope by deadline at one moment. ``open`` = ``at_desk`` + ``with_unit``; ``overdue``, ``due_today``
    (and not over yet) and ``due_tomorrow`` are parts of ``open``; ``answered`` the rest that was answered or closed."""

    open: int
    at_desk: int
    with_unit: int
    overdue: int
    due_today: int
    due_tomorrow: int
    answered: int
    total: int


def deadlines(session: Session, scope: Scope, now: datetime | None = None, filters: Filters | None = None) -> Deadlines:
    """How the open tickets stand against their time limits; days end at 24:00 in Asia/Shanghai."""
    moment = now or now_utc()
    local = moment.astimezone(SHANGHAI)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    conditions = scoped(scope, filters or Filters(), moment, "count")
    due = col(TicketRow.due_at)
    cases = (
        is_open(),
        col(TicketRow.state).in_(sorted(DESK)),
        col(TicketRow.state).in_(sorted(WITH_UNIT)),
        is_overdue(moment),
        # a limit of working days ends at 24:00, which is stored as 00:00 of the next day
        sa.and_(is_open(), due >= moment, due <= midnight),
        sa.and_(is_open(), due > midnight, due <= midnight + timedelta(days=1)),
        sa.not_(is_open()),
    )
    sums = [func.coalesce(func.sum(sa.case((one, 1), else_=0)), 0) for one in cases]
    row = session.execute(sa.select(*sums, func.count()).select_from(TicketRow).where(*conditions)).one()
    return Deadlines(*(int(value) for value in row))


def lanes(session: Session, scope: Scope, since: date, until: date, filters: Filters | None = None) -> list[Count]:
    """Tickets by lane: auto, forced, review; None where nothing was triaged."""
    return volumes_by(session, scope, "lane", since, until, filters)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What people did with the suggestions. Shares are None without a denominator.

    ``decided``: live accept and correct decisions; ``offered``: those where the machine had suggested a unit;
    ``first``: the first unit was taken; ``among``: one of the three; ``category_kept``: the category was kept.
    """

    decided: int
    offered: int
    first: int
    among: int
    category_kept: int

    @property
    def first_share(self) -> float | None:
        """采纳率: first unit taken ÷ offered."""
        return self.first / self.offered if self.offered else None

    @property
    def among_share(self) -> float | None:
        """Top3 命中率: one of the three taken ÷ offered."""
        return self.among / self.offered if self.offered else None

    @property
    def category_share(self) -> float | None:
        """Category kept ÷ decided."""
        return self.category_kept / self.decided if self.decided else None


def acceptance(session: Session, scope: Scope, since: date, until: date, filters: Filters | None = None) -> Acceptance:
    """Acceptance of the suggestions on tickets received ``since`` to ``until``, in scope; undone ones do not count."""
    wanted = replace(filters or Filters(), since=since, until=until)
    conditions = scoped(scope, wanted, now_utc(), "count")
    row = session.execute(
        sa.select(func.count(), *_taken())
        .select_from(DecisionRow)
        .join(TicketRow, col(TicketRow.ticket_no) == col(DecisionRow.ticket_no))
        .where(_routed(), *conditions)
    ).one()
    return Acceptance(*(int(value) for value in row))


@dataclass(frozen=True, slots=True)
class ClassAcceptance:
    """Acceptance of one first-level class as the machine read it; ``level1`` None where no answer is left."""

    level1: str | None
    taken: Acceptance


def acceptance_by_class(
    session: Session, scope: Scope, since: date, until: date, filters: Filters | None = None
) -> list[ClassAcceptance]:
    """:func:`acceptance` for each first-level class that the machine had suggested, most decided first."""
    wanted = replace(filters or Filters(), since=since, until=until)
    conditions = scoped(scope, wanted, now_utc(), "count")
    name = col(TriageRow.level1)
    rows = session.execute(
        sa.select(name, func.count(), *_taken())
        .select_from(DecisionRow)
        .join(TicketRow, col(TicketRow.ticket_no) == col(DecisionRow.ticket_no))
        .outerjoin(TriageRow, col(TriageRow.triage_key) == col(DecisionRow.triage_key))
        .where(_routed(), *conditions)
        .group_by(name)
        .order_by(func.count().desc(), name)
    )
    return [ClassAcceptance(row[0], Acceptance(*(int(value) for value in row[1:]))) for row in rows]


def _routed() -> sa.ColumnElement[bool]:
    return sa.and_(col(DecisionRow.kind).in_(["accept", "correct"]), col(DecisionRow.undone_at).is_(None))


def _taken() -> list[sa.ColumnElement[int]]:
    kept = sa.or_(col(DecisionRow.category).is_(None), col(DecisionRow.category) == col(DecisionRow.top_category))
    offered = col(DecisionRow.top_unit).is_not(None)
    cases = (
        offered,
        sa.and_(offered, col(DecisionRow.chosen) == 1),
        sa.and_(offered, col(DecisionRow.chosen) > 0),
        kept,
    )
    return [func.coalesce(func.sum(sa.case((one, 1), else_=0)), 0) for one in cases]

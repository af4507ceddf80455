"""Claims (领取): who works on which ticket. Two people never get the same one, on either database.

The primary key of the claim table decides: of two inserts the second waits, then finds a live claim and writes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from classify.ticket import StateError
from warehouse.models import ClaimRow, TicketRow, now_utc
from warehouse.scope import Scope
from warehouse.settings import settings
from warehouse.views.filters import Filters
from warehouse.views.queue import waiting, work_order
from warehouse.views.ticket import ticket_in_scope

TRIED = 25
"""Tickets tried in one go; more people than this asking in the same moment make another round."""


def claim_next(
    session: Session, scope: Scope, filters: Filters | None = None, now: datetime | None = None, skip: str | None = None
) -> str | None:
    """Take the first ticket of the queue that nobody holds; None when none is left. Commits.

    One's own claims do not come again (they are shown as held); ``skip`` leaves out the ticket one just left.
    """
    scope.need("decide")
    moment = now or now_utc()
    held = sa.exists().where(col(ClaimRow.ticket_no) == col(TicketRow.ticket_no), col(ClaimRow.expires_at) > moment)
    still = select(TicketRow.ticket_no).where(*waiting(scope, filters or Filters(), moment))
    conditions = [*waiting(scope, filters or Filters(), moment), sa.not_(held)]
    if skip is not None:
        conditions.append(col(TicketRow.ticket_no) != skip)
    while True:
        free = select(TicketRow.ticket_no).where(*conditions).order_by(*work_order()).limit(TRIED)
        candidates = session.exec(free).all()
        if not candidates:
            session.rollback()
            return None
        for number in candidates:
            taken = _take(session, number, scope.user, moment)
            # decided by another between the two reads: it waits no longer
            if taken and not session.exec(still.where(col(TicketRow.ticket_no) == number)).first():
                session.rollback()
                continue
            session.commit()
            if taken:
                return number


def claim(session: Session, scope: Scope, ticket_no: str, now: datetime | None = None) -> None:
    """Take this ticket, or keep it for another while. Raises StateError naming who has it, AccessError out of scope."""
    moment = now or now_utc()
    ticket_in_scope(session, scope, ticket_no)
    if not _take(session, ticket_no, scope.user, moment):
        holder = holder_of(session, ticket_no, moment)
        session.rollback()
        raise StateError("这件工单正由他人处理", value=holder)
    session.commit()


def release(session: Session, scope: Scope, ticket_no: str) -> None:
    """Put a ticket back; one that is not one's own is passed over (a supervisor's word frees any). Commits."""
    mine = [] if scope.may("supervise") else [col(ClaimRow.holder) == scope.user]
    session.connection().execute(sa.delete(ClaimRow).where(col(ClaimRow.ticket_no) == ticket_no, *mine))
    session.commit()


def release_all(session: Session, scope: Scope) -> None:
    """Put all of one's own tickets back, at logout. Commits."""
    session.connection().execute(sa.delete(ClaimRow).where(col(ClaimRow.holder) == scope.user))
    session.commit()


def held_by(session: Session, scope: Scope, now: datetime | None = None) -> list[str]:
    """The tickets that the person of ``scope`` holds, oldest claim first: where they were after a reload."""
    live = select(ClaimRow.ticket_no).where(
        col(ClaimRow.holder) == scope.user, col(ClaimRow.expires_at) > (now or now_utc())
    )
    return list(session.exec(live.order_by(col(ClaimRow.taken_at), col(ClaimRow.ticket_no))))


def holder_of(session: Session, ticket_no: str, now: datetime) -> str | None:
    """Who holds the ticket at ``now``, or None."""
    live = select(ClaimRow.holder).where(col(ClaimRow.ticket_no) == ticket_no, col(ClaimRow.expires_at) > now)
    return session.exec(live).first()


def _take(session: Session, ticket_no: str, user: str, now: datetime) -> bool:
    """One atomic statement: insert, or take over a claim that is over or one's own. Does not commit."""
    ends = now + timedelta(minutes=settings().claim_minutes)
    values = {"ticket_no": ticket_no, "holder": user, "taken_at": now, "expires_at": ends}
    dialect = session.get_bind().dialect.name
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert(ClaimRow).values(**values)
    free = sa.or_(col(ClaimRow.expires_at) <= now, col(ClaimRow.holder) == user)
    taken = insert.on_conflict_do_update(
        index_elements=["ticket_no"],
        set_={"holder": insert.excluded.holder, "taken_at": insert.excluded.taken_at, "expires_at": ends},
        where=free,
    )
    # RETURNING, not rowcount: psycopg gives none for an insert
    return session.connection().execute(taken.returning(col(ClaimRow.ticket_no))).first() is not None

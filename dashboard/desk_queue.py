"""Which ticket is on the desk (领取与续办): the queue, the next one, the one held before, one lost to another."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from classify.ticket import AccessError, StateError
from dashboard.desk_state import Desk, Narrow
from warehouse import claims, views
from warehouse.lifecycle import DESK as AT_DESK
from warehouse.lifecycle import START
from warehouse.scope import Scope


def waiting(
    session: Session, scope: Scope, narrow: Narrow, now: datetime, size: int = 40
) -> views.Page[views.QueueItem]:
    """The top of the queue as the person narrowed it."""
    if narrow.text:
        filters = views.Filters(lane=narrow.lane, state=narrow.state or START)
        return views.search(session, scope, narrow.text, filters, page=1, size=size, now=now)
    return views.queue(session, scope, narrow.filters, page=1, size=size, now=now)


def resume(session: Session, scope: Scope, desk: Desk, narrow: Narrow, now: datetime) -> None:
    """After a login or reload: the ticket that one still holds, else the next one."""
    held = claims.held_by(session, scope, now)
    for number in held:
        if views.ticket_detail(session, scope, number, now=now).now.state in AT_DESK:
            claims.claim(session, scope, number, now)
            desk.show(number)
            return
    next_ticket(session, scope, desk, narrow, now)


def on_desk(session: Session, scope: Scope, desk: Desk, narrow: Narrow, now: datetime) -> views.TicketDetail | None:
    """The ticket of the desk with everything on it. One that another person took or sent away meanwhile makes room for
    the next, unless a form is open on it: what was written stays to be read. None: the queue is empty."""
    if desk.ticket is None:
        return None
    try:
        detail = views.ticket_detail(session, scope, desk.ticket, now=now)
    except AccessError:
        detail = None
    mine = detail is not None and detail.now.state in AT_DESK and detail.holder in (None, scope.user)
    if detail is not None and mine and detail.holder is None:
        claims.claim(session, scope, desk.ticket, now)  # the old claim ran out while one was reading
    if mine or (detail is not None and desk.mode):
        return detail
    lost = desk.ticket
    next_ticket(session, scope, desk, narrow, now, skip=lost)
    desk.say(f"{lost} 已由他人处理,换为下一件")
    return views.ticket_detail(session, scope, desk.ticket, now=now) if desk.ticket else None


def next_ticket(
    session: Session, scope: Scope, desk: Desk, narrow: Narrow, now: datetime, skip: str | None = None
) -> None:
    """Take the next ticket of the queue, or none. Another person's is passed over."""
    if not narrow.text:
        desk.show(claims.claim_next(session, scope, narrow.filters, now=now, skip=skip))
        return
    rows = waiting(session, scope, narrow, now).rows
    desk.show(first_free(session, scope, [row.ticket_no for row in rows if row.ticket_no != skip], now))


def first_free(session: Session, scope: Scope, numbers: list[str], now: datetime) -> str | None:
    """Take the first of ``numbers`` that nobody holds; None when all are taken."""
    for number in numbers:
        try:
            claims.claim(session, scope, number, now)
        except (StateError, AccessError):
            continue
        return number
    return None

"""Lessons (学习样本): what people decided, as labelled tickets for ``jiesu train --from-warehouse``."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from classify.ticket import Ticket
from warehouse.models import DecisionRow, TicketRow
from warehouse.store import load_tickets
from warehouse.upsert import chunks


def lessons(session: Session, target: str) -> list[tuple[Ticket, str]]:
    """(ticket, label) of every ticket that people settled, oldest first.

    ``target`` category: the category of the newest live decision. ``target`` owner: the unit that holds the ticket by
    decision or event; a final owner (the unit that answered) so outranks the first dispatch, and a ticket that is
    under return teaches nothing. Restricted tickets (限知) never leave the warehouse as examples (handbook §6.2).
    """
    labels = dict(_owners(session) if target == "owner" else _categories(session))
    found: list[tuple[Ticket, str]] = []
    for part in chunks(labels):
        found += [(ticket, labels[ticket.ticket_no]) for ticket in load_tickets(session, part)]
    return sorted(found, key=lambda pair: (pair[0].received_at, pair[0].ticket_no))


def _categories(session: Session) -> list[tuple[str, str]]:
    live = (
        select(DecisionRow.ticket_no, DecisionRow.category)
        .join(TicketRow, col(TicketRow.ticket_no) == col(DecisionRow.ticket_no))
        .where(
            col(DecisionRow.undone_at).is_(None),
            col(DecisionRow.category).is_not(None),
            col(TicketRow.restricted).is_(False),
        )
        .order_by(col(DecisionRow.at), col(DecisionRow.id))
    )
    # the newest comes last and wins in the dict
    return [(number, category) for number, category in session.exec(live) if category]


def _owners(session: Session) -> list[tuple[str, str]]:
    settled = select(TicketRow.ticket_no, TicketRow.unit).where(
        col(TicketRow.unit).is_not(None),
        sa.or_(col(TicketRow.unit_from) == "event", col(TicketRow.unit_from) == "decision"),
        col(TicketRow.state) != "退单审核",
        col(TicketRow.restricted).is_(False),
    )
    return [(number, unit) for number, unit in session.exec(settled) if unit]

"""Returns (退单) by reason: how often asked, approved and refused; what a week's report shows of disputes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from classify.ticket import SHANGHAI
from warehouse.models import EventRow, TicketRow
from warehouse.scope import Scope, visible

RULINGS = ("退单通过", "退单驳回")


def returns_by_reason(session: Session, scope: Scope, since: date, until: date) -> list[tuple[str, int, int, int]]:
    """(reason, asked, approved, refused) of returns asked from ``since`` to ``until`` (days in Asia/Shanghai, both
    included) on tickets in scope, most asked first. A reason is its code R01–R10 where it has one, else its words cut
    at 20 characters, 未说明 without any. A ruling belongs to the newest request before it."""
    start = datetime.combine(since, time(), SHANGHAI)
    end = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    rows = session.execute(
        sa.select(col(EventRow.ticket_no), col(EventRow.kind), col(EventRow.reason), col(EventRow.at))
        .join(TicketRow, col(TicketRow.ticket_no) == col(EventRow.ticket_no))
        .where(
            col(EventRow.kind).in_(["退单申请", *RULINGS]),
            col(EventRow.at) >= start,
            col(EventRow.set_aside).is_(None),
            *visible(scope, "count"),
        )
        .order_by(col(EventRow.ticket_no), col(EventRow.at), col(EventRow.event_key))
    )
    counts: dict[str, list[int]] = {}
    asked: tuple[str, str] | None = None
    for number, kind, reason, at in rows:
        if kind == "退单申请":
            asked = (number, _name(reason)) if at < end else None
            if asked:
                counts.setdefault(asked[1], [0, 0, 0])[0] += 1
        elif asked is not None and asked[0] == number:
            counts[asked[1]][1 + RULINGS.index(kind)] += 1
            asked = None
    return sorted(((name, *found) for name, found in counts.items()), key=lambda row: (-row[1], row[0]))  # type: ignore[misc]


def _name(reason: str | None) -> str:
    words = (reason or "").strip()
    head = words.split(" ", 1)[0]
    if len(head) == 3 and head[0] == "R" and head[1:].isdigit():
        return head
    return words[:20] or "未说明"

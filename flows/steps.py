"""The stages of ingest as plain functions: no Prefect, no options, counts in and out. Flows and commands call these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from classify.ticket import Event, InputError
from flows.progress import progress
from flows.source import event_batches, ticket_batches
from routing.repeats import RepeatPolicy
from routing.triage import Triager
from warehouse.intake import take_events, take_in
from warehouse.quarantine import Saved, close_batch, open_batch, quarantine


@dataclass(slots=True)
class Taken:
    """What an ingest did: tickets and events counted apart; ``rows`` were read from files."""

    rows: int = 0
    tickets: Saved = field(default_factory=Saved)
    events: Saved = field(default_factory=Saved)
    rejected: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "read": self.rows,
            "new": self.tickets.new + self.events.new,
            "changed": self.tickets.changed,
            "same": self.tickets.same,
            "rejected": self.rejected,
            "triaged": self.tickets.triaged,
            "linked": self.tickets.linked,
        }


def ingest_tickets(session: Session, triager: Triager, path: str, secret: bytes, as_of: datetime) -> Taken:
    """Tickets of one file, and the events in their columns, into the warehouse."""
    taken = Taken()
    batch_id = open_batch(session, "tickets", Path(path).name)
    policy = RepeatPolicy.load(triager.pack)
    column_events: list[Event] = []
    with progress(f"入库 {Path(path).name}") as advance:
        for batch in ticket_batches(path, secret, as_of=as_of, with_events=True, sealed=True):
            saved = take_in(session, triager, batch.tickets, batch_id, policy=policy)
            taken.tickets += saved
            taken.rows += batch.rows
            taken.rejected += saved.rejected + set_aside(session, batch.rejects, batch_id)
            column_events.extend(batch.events)
            advance(batch.rows)
        if column_events:
            take_events(session, column_events, batch_id)
    close_batch(session, batch_id)
    return taken


def ingest_events(session: Session, path: str, secret: bytes) -> Taken:
    """Events of one file (派单 退单 延期 答复 办结 回访 …) into the warehouse; they move their tickets."""
    taken = Taken()
    batch_id = open_batch(session, "events", Path(path).name)
    with progress(f"流转 {Path(path).name}") as advance:
        for batch in event_batches(path, secret):
            saved = take_events(session, batch.events, batch_id)
            taken.events += saved
            taken.rows += batch.rows
            taken.rejected += saved.rejected + set_aside(session, batch.rejects, batch_id)
            advance(batch.rows)
    close_batch(session, batch_id)
    return taken


def set_aside(session: Session, rejects: Iterable[InputError], batch_id: str) -> int:
    """Rows that could not be read go to quarantine; returns how many."""
    rejects = list(rejects)
    return quarantine(session, rejects, batch_id) if rejects else 0

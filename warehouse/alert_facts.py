"""What the alert rules look at of a ticket, read in bulk: no rule asks the database for one ticket."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from classify.ticket import SHANGHAI
from routing.urgency import GUESSED
from warehouse.models import FingerprintRow, LinkRow, TicketRow, TicketVersionRow, TriageRow

KINDS: Final = {
    "estate": "小区",
    "venue": "主体",
    "company": "主体",
    "school": "主体",
    "village": "主体",
    "road": "道路",
}
"""Kinds of names in a fingerprint that can be what an alarm is about."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One ticket. ``who`` is the caller's key, or the ticket number when the caller is unknown; ``names`` are
    (name, kind) of estates, firms …; ``danger`` the urgency class, or None; ``people`` said in the text, 0 if none;
    ``sure`` False where only the wording sounds like danger and no pattern names it."""

    ticket_no: str
    at: datetime
    code: str
    title: str
    text: str
    district: str
    street: str
    unit: str
    who: str
    danger: str | None
    urgency: str
    people: int
    names: tuple[tuple[str, str], ...]
    issue: str | None
    chase: bool
    restricted: bool
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts in order of time; ``bursts`` are names by ticket that many people suddenly say."""

    rows: Sequence[Fact]
    times: Sequence[datetime] = field(default=())
    bursts: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: list[Fact]) -> Facts:
        ordered = sorted(rows, key=lambda row: (row.at, row.ticket_no))
        return cls(ordered, [row.at for row in ordered])

    def between(self, after: datetime, until: datetime) -> Sequence[Fact]:
        """Facts later than ``after`` and not later than ``until``."""
        return self.rows[bisect_right(self.times, after) : bisect_right(self.times, until)]

    def names(self, row: Fact) -> tuple[tuple[str, str], ...]:
        """Names of a ticket: those that burst first, then those of its fingerprint that say something else."""
        sudden = self.bursts.get(row.ticket_no, ())
        return sudden + tuple(
            one for one in row.names if not any(one[0] in name or name in one[0] for name, _ in sudden)
        )

    def before(self, moment: datetime) -> int:
        return bisect_left(self.times, moment)


def _names(record: dict[str, Any], poi: str | None) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for core, kind, _, _ in record.get("names", ()):
        if kind in KINDS and len(core) >= 2:
            found.setdefault(core, KINDS[kind])
    if poi and not any(core in poi for core in found):
        found[poi] = "小区" if poi.endswith(("小区", "花园", "家园", "苑", "府", "城", "居", "里", "园")) else "主体"
    return tuple(found.items())


def read_facts(session: Session, since: datetime, until: datetime) -> Facts:
    """Every ticket received from ``since`` to ``until`` with its published answer, names, link and newest text."""
    query = (
        select(TicketRow, FingerprintRow.data, LinkRow.kind, TicketVersionRow.title, TicketVersionRow.content)
        .join(FingerprintRow, col(FingerprintRow.ticket_no) == TicketRow.ticket_no, isouter=True)
        .join(LinkRow, col(LinkRow.ticket_no) == TicketRow.ticket_no, isouter=True)
        .join(
            TicketVersionRow,
            (col(TicketVersionRow.ticket_no) == TicketRow.ticket_no)
            & (col(TicketVersionRow.version) == TicketRow.version),
            isouter=True,
        )
        .where(col(TicketRow.received_at) >= since, col(TicketRow.received_at) <= until)
        .execution_options(yield_per=2000)
    )
    rows: list[Fact] = []
    why = _whys(session, since, until)
    for ticket, data, kind, title, content in session.exec(query):
        record = json.loads(data) if data else {}
        at = ticket.received_at if ticket.received_at.tzinfo else ticket.received_at.replace(tzinfo=UTC)
        danger = why.get(ticket.ticket_no, "")
        rows.append(
            Fact(
                ticket.ticket_no, at.astimezone(SHANGHAI), ticket.category or "", title or "",
                f"{title or ''}\n{content or ''}", ticket.district or "", ticket.street or "", ticket.unit or "",
                ticket.caller_key or ticket.ticket_no, danger.removeprefix(GUESSED) or None, ticket.urgency or "一般",
                int(record.get("people") or 0), _names(record, ticket.poi), ticket.issue_no, kind == "催办",
                bool(ticket.restricted), not danger.startswith(GUESSED),
            )
        )  # fmt: skip
    return Facts.of(rows)


def read_texts(session: Session, since: datetime, until: datetime, most: int) -> Iterator[str]:
    """Titles and contents of the newest ``most`` tickets of a span; the background of :mod:`warehouse.alert_names`."""
    query = (
        select(TicketVersionRow.title, TicketVersionRow.content)
        .where(col(TicketVersionRow.received_at) > since, col(TicketVersionRow.received_at) <= until)
        .order_by(col(TicketVersionRow.received_at).desc())
        .limit(most)
        .execution_options(yield_per=2000)
    )
    for title, content in session.exec(query):
        yield f"{title or ''}\n{content or ''}"


def read_issues(session: Session, since: datetime, fresh: datetime, until: datetime) -> Facts:
    """Tickets since ``since`` of issues that had a ticket after ``fresh``; without names, text and danger."""
    live = select(TicketRow.issue_no).where(
        col(TicketRow.received_at) > fresh, col(TicketRow.received_at) <= until, col(TicketRow.issue_no).is_not(None)
    )
    query = (
        select(TicketRow, LinkRow.kind)
        .join(LinkRow, col(LinkRow.ticket_no) == TicketRow.ticket_no, isouter=True)
        .where(
            col(TicketRow.issue_no).in_(live),
            col(TicketRow.received_at) > since,
            col(TicketRow.received_at) <= until,
        )
    )
    rows: list[Fact] = []
    for ticket, kind in session.exec(query):
        at = ticket.received_at if ticket.received_at.tzinfo else ticket.received_at.replace(tzinfo=UTC)
        rows.append(
            Fact(
                ticket.ticket_no, at.astimezone(SHANGHAI), ticket.category or "", ticket.title or "", "",
                ticket.district or "", ticket.street or "", ticket.unit or "", ticket.caller_key or ticket.ticket_no,
                None, ticket.urgency or "一般", 0, (), ticket.issue_no, kind == "催办", bool(ticket.restricted),
            )
        )  # fmt: skip
    return Facts.of(rows)


def _whys(session: Session, since: datetime, until: datetime) -> dict[str, str]:
    """Urgency class of every urgent ticket in the span; the reason reads ``class:“quoted words”``."""
    query = (
        select(TicketRow.ticket_no, TriageRow.result)
        .join(TriageRow, col(TriageRow.triage_key) == TicketRow.triage_key)
        .where(
            col(TicketRow.received_at) >= since,
            col(TicketRow.received_at) <= until,
            col(TicketRow.urgency).in_(["紧急", "特急"]),
        )
    )
    found: dict[str, str] = {}
    for ticket_no, result in session.exec(query):
        reason = json.loads(result).get("urgency_why")
        if reason:
            found[ticket_no] = reason.split(":")[0].split("：")[0]
    return found

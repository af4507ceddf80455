"""Tickets (工单): the current picture, versions of the text, answers of the machine, decisions, events."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from warehouse.models.base import NAME, NUMBER, long_text, now_utc


class TicketRow(SQLModel, table=True):
    """One ticket as it stands now: what lists, counts and the queue read. Narrow on purpose: no long text.

    The machine's columns come from the published :class:`TriageRow`, overridden by the newest live
    :class:`DecisionRow`, then by the events; ``warehouse.current`` writes them and nothing else does.
    ``day`` and ``hour`` are those of ``received_at`` in Asia/Shanghai.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        # in the order of work, and wide enough to count without reading the rows
        sa.Index(
            "ix_ticket_queue", "state", "lane_rank", "urgency_rank", "due_at", "probability", "ticket_no", "restricted"
        ),
        # all that volumes group by: 400 days of 200,000 tickets are counted from the index alone
        sa.Index(
            "ix_ticket_volumes",
            "day",
            "restricted",
            "district",
            "street",
            "level1",
            "category",
            "level2",
            "hour",
            "lane",
            "caller_key",
        ),
        sa.Index("ix_ticket_received", "received_at", "ticket_no"),
        # what search sorts, scopes and filters its hits by: of 70,000 hits no row is read but the fifty shown
        sa.Index(
            "ix_ticket_search",
            "ticket_no",
            "received_at",
            "restricted",
            "district",
            "street",
            "state",
            "urgency",
            "unit",
            "unit_from",
        ),
        sa.Index("ix_ticket_unit", "unit", "state"),
        sa.Index("ix_ticket_caller", "caller_key", "received_at"),
        sa.Index("ix_ticket_issue", "issue_no"),
        sa.Index("ix_ticket_versions", "version_key"),
        # a metric is reckoned over the days of one of these moments; without them every figure reads the whole table
        sa.Index("ix_ticket_due", "due_at"),
        sa.Index("ix_ticket_dispatched", "dispatched_at"),
        sa.Index("ix_ticket_closed", "closed_at"),
        sa.Index("ix_ticket_visited", "visited_at"),
    )

    ticket_no: str = Field(primary_key=True, max_length=NUMBER)
    received_at: datetime
    day: date
    hour: int
    title: str | None = Field(default=None, max_length=NAME)
    channel: str | None = Field(default=None, max_length=NAME)
    caller_key: str | None = Field(default=None, max_length=NUMBER)
    content_hash: str = Field(max_length=NUMBER)
    version: int = 1
    batch_id: str = Field(max_length=NUMBER)
    first_saved: datetime = Field(default_factory=now_utc)
    last_saved: datetime = Field(default_factory=now_utc)

    # the machine's answer, or what a person put in its place
    triage_key: str | None = Field(default=None, max_length=NUMBER)
    version_key: str | None = Field(default=None, max_length=NUMBER)
    category: str | None = Field(default=None, max_length=NUMBER)
    level1: str | None = Field(default=None, max_length=NAME)
    level2: str | None = Field(default=None, max_length=NAME)
    request_type: str | None = Field(default=None, max_length=NUMBER)
    probability: float | None = None
    district: str | None = Field(default=None, max_length=NAME)
    street: str | None = Field(default=None, max_length=NAME)
    poi: str | None = Field(default=None, max_length=NAME)
    unit: str | None = Field(default=None, max_length=NAME)
    unit_type: str | None = Field(default=None, max_length=NAME)
    unit_from: str | None = Field(default=None, max_length=NUMBER)
    urgency: str | None = Field(default=None, max_length=NUMBER)
    urgency_rank: int = 9
    lane: str | None = Field(default=None, max_length=NUMBER)
    lane_rank: int = 9
    due_at: datetime | None = None
    gate: str | None = Field(default=None, max_length=NUMBER)
    gate_action: str | None = Field(default=None, max_length=NUMBER)
    restricted: bool = False
    decided: str | None = Field(default=None, max_length=NUMBER)
    decided_by: str | None = Field(default=None, max_length=NUMBER)
    decided_at: datetime | None = None
    issue_no: str | None = Field(default=None, max_length=NUMBER)

    # folded from decisions and events
    state: str = Field(default="待派单", max_length=NUMBER)
    state_at: datetime | None = None
    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    visited_at: datetime | None = None
    resolved: str | None = Field(default=None, max_length=NUMBER)
    satisfaction: str | None = Field(default=None, max_length=NUMBER)
    dispatches: int = 0
    return_asks: int = 0
    returns: int = 0
    refusals: int = 0
    extensions: int = 0
    redos: int = 0
    urges: int = 0
    supervisions: int = 0
    set_aside: int = 0


class TicketVersionRow(SQLModel, table=True):
    """One version of what came in; a changed ticket keeps the earlier ones. Text is masked."""

    __tablename__ = "ticket_version"

    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    version: int = Field(primary_key=True)
    received_at: datetime
    # nullable, because an Oracle-like database keeps the empty text as NULL
    title: str | None = long_text(default=None, nullable=True)
    content: str | None = long_text(default=None, nullable=True)
    channel: str | None = long_text(default=None, nullable=True)
    request_type: str | None = long_text(default=None, nullable=True)
    area_hint: str | None = long_text(default=None, nullable=True)
    extra: str = long_text(default="{}")
    caller_key: str | None = Field(default=None, max_length=NUMBER)
    content_hash: str = Field(max_length=NUMBER)
    batch_id: str = Field(max_length=NUMBER)
    saved_at: datetime = Field(default_factory=now_utc)


class SearchTextRow(SQLModel, table=True):
    """Title and newest content of a ticket as search reads them: simplified script, small letters; one narrow table."""

    __tablename__ = "search_text"
    __table_args__ = {"sqlite_with_rowid": False}

    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    body: str | None = long_text(default=None, nullable=True)


class SealedRow(SQLModel, table=True):
    """What masking took out of the newest version of a ticket, encrypted under the secret file (classify.sealing)."""

    __tablename__ = "sealed"

    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    body: str = long_text()


class TriageRow(SQLModel, table=True):
    """One answer of the machine to one version of a ticket. Never changed; ``published`` says which one counts.

    ``triage_key`` is a digest of ticket, content and versions: the same answer twice is one row.
    """

    __tablename__ = "triage"
    __table_args__ = (
        sa.Index("ix_triage_ticket", "ticket_no", "published"),
        sa.Index("ix_triage_version", "version_key", "published"),
    )

    triage_key: str = Field(primary_key=True, max_length=NUMBER)
    ticket_no: str = Field(max_length=NUMBER, foreign_key="ticket.ticket_no")
    content_hash: str = Field(max_length=NUMBER)
    version_key: str = Field(max_length=NUMBER)
    pack: str = Field(max_length=NAME)
    model: str = Field(max_length=NAME)
    code: str = Field(max_length=NAME)
    saved_at: datetime = Field(default_factory=now_utc)
    published: bool = True
    category: str = Field(max_length=NUMBER)
    level1: str | None = Field(default=None, max_length=NAME)
    level2: str | None = Field(default=None, max_length=NAME)
    request_type: str | None = Field(default=None, max_length=NUMBER)
    probability: float
    district: str | None = Field(default=None, max_length=NAME)
    street: str | None = Field(default=None, max_length=NAME)
    poi: str | None = Field(default=None, max_length=NAME)
    unit: str | None = Field(default=None, max_length=NAME)
    unit_type: str | None = Field(default=None, max_length=NAME)
    urgency: str = Field(max_length=NUMBER)
    lane: str = Field(max_length=NUMBER)
    due_at: datetime
    gate: str | None = Field(default=None, max_length=NUMBER)
    gate_action: str | None = Field(default=None, max_length=NUMBER)
    result: str = long_text()


class DecisionRow(SQLModel, table=True):
    """What a person decided on a ticket; never overwritten, only followed or undone.

    ``triage_key``, ``top_category``, ``top_unit`` and ``chosen`` keep what the machine had offered: ``chosen`` is the
    place (1–3) of the unit taken among the suggestions, 0 when it was not among them, None when no unit was decided.
    ``unit`` of a ``return`` is the unit that the returning one proposes instead.
    """

    __tablename__ = "decision"
    __table_args__ = (sa.Index("ix_decision_ticket", "ticket_no", "at"), sa.Index("ix_decision_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    ticket_no: str = Field(max_length=NUMBER, foreign_key="ticket.ticket_no")
    kind: str = Field(max_length=NUMBER)
    category: str | None = Field(default=None, max_length=NUMBER)
    level1: str | None = Field(default=None, max_length=NAME)
    level2: str | None = Field(default=None, max_length=NAME)
    unit: str | None = Field(default=None, max_length=NAME)
    unit_type: str | None = Field(default=None, max_length=NAME)
    assist: str = long_text(default="[]")
    urgency: str | None = Field(default=None, max_length=NUMBER)
    place: str | None = long_text(default=None, nullable=True)
    by: str = Field(max_length=NUMBER, sa_column_kwargs={"name": "decided_by"})
    at: datetime
    reason: str | None = long_text(default=None, nullable=True)
    triage_key: str | None = Field(default=None, max_length=NUMBER)
    top_category: str | None = Field(default=None, max_length=NUMBER)
    top_unit: str | None = Field(default=None, max_length=NAME)
    chosen: int | None = None
    lane: str | None = Field(default=None, max_length=NUMBER)
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=NUMBER)
    export_id: str | None = Field(default=None, max_length=NUMBER)


class EventRow(SQLModel, table=True):
    """One event on a ticket. ``set_aside`` says why the state machine did not take it (None: it did)."""

    __tablename__ = "event"
    __table_args__ = (sa.Index("ix_event_ticket", "ticket_no", "at"), sa.Index("ix_event_kind", "kind", "at"))

    event_key: str = Field(primary_key=True, max_length=NUMBER)
    ticket_no: str = Field(max_length=NUMBER)
    at: datetime
    kind: str = Field(max_length=NUMBER)
    unit: str | None = Field(default=None, max_length=NAME)
    reason: str | None = long_text(default=None, nullable=True)
    resolved: str | None = Field(default=None, max_length=NUMBER)
    satisfaction: str | None = Field(default=None, max_length=NUMBER)
    result: str = long_text(default="{}")
    text: str | None = long_text(default=None, nullable=True)
    by: str | None = Field(default=None, max_length=NUMBER, sa_column_kwargs={"name": "entered_by"})
    batch_id: str = Field(max_length=NUMBER)
    saved_at: datetime = Field(default_factory=now_utc)
    set_aside: str | None = long_text(default=None, nullable=True)


class PartyRow(SQLModel, table=True):
    """A unit that assists (协办) on a ticket, from the live decision: it sees the ticket as its own."""

    __tablename__ = "party"
    __table_args__ = (sa.Index("ix_party_unit", "unit"),)

    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    unit: str = Field(primary_key=True, max_length=NAME)


class ClaimRow(SQLModel, table=True):
    """Who works on a ticket just now, and until when; one row a ticket, so two people never hold the same."""

    __tablename__ = "claim"
    __table_args__ = (sa.Index("ix_claim_holder", "holder"),)

    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    holder: str = Field(max_length=NUMBER)
    taken_at: datetime
    expires_at: datetime

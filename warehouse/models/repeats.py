"""Repeats (重复诉求): what linking looks up, the links it made, and the ledger of issues."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from warehouse.models.base import NAME, NUMBER, long_text, now_utc


class FingerprintRow(SQLModel, table=True):
    """All that linking needs of a ticket, as JSON; no text is read again."""

    __tablename__ = "fingerprint"

    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    received_at: datetime
    data: str = long_text()


class BlockKeyRow(SQLModel, table=True):
    """A block key of a ticket (``routing.blocks.keys_of``): tickets that share one are candidates for a link.

    Written with the fingerprint and never alone, so the keys of a ticket are found from its fingerprint, not here.
    """

    __tablename__ = "block_key"
    # clustered on SQLite: the table is its own index, half the size and half the writing
    __table_args__ = {"sqlite_with_rowid": False}

    block: str = Field(primary_key=True, max_length=NAME)
    received_at: datetime = Field(primary_key=True)
    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")


class LinkRow(SQLModel, table=True):
    """The machine's link of a ticket to its past: ``issue`` tier same, ``related`` tier possible; both group ids."""

    __tablename__ = "link"
    __table_args__ = (sa.Index("ix_link_issue", "issue"), sa.Index("ix_link_related", "related"))

    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    issue: str = Field(max_length=NUMBER)
    related: str = Field(max_length=NUMBER)
    prior_no: str | None = Field(default=None, max_length=NUMBER)
    tier: str | None = Field(default=None, max_length=NUMBER)
    kind: str | None = Field(default=None, max_length=NAME)
    score: float | None = None
    why: str | None = long_text(default=None, nullable=True)
    saved_at: datetime = Field(default_factory=now_utc)


class IssueRow(SQLModel, table=True):
    """An issue (同一事项) of two tickets or more. Its number is that of its first ticket, so any order gives the same.

    ``state``: 未解决, 条线办理, 挂账, 已解决, 反弹. ``disposal``: A–F of the handbook (§2.8) or None.
    """

    __tablename__ = "issue"
    __table_args__ = (sa.Index("ix_issue_state", "state", "last_at"),)

    issue_no: str = Field(primary_key=True, max_length=NUMBER)
    title: str = Field(max_length=NAME)
    category: str | None = Field(default=None, max_length=NUMBER)
    level1: str | None = Field(default=None, max_length=NAME)
    district: str | None = Field(default=None, max_length=NAME)
    street: str | None = Field(default=None, max_length=NAME)
    poi: str | None = Field(default=None, max_length=NAME)
    unit: str | None = Field(default=None, max_length=NAME)
    first_at: datetime
    last_at: datetime
    tickets: int
    callers: int
    restricted: bool = False
    kinds: str = long_text(default="[]")
    state: str = Field(default="未解决", max_length=NUMBER)
    disposal: str | None = Field(default=None, max_length=NUMBER)
    lead_unit: str | None = Field(default=None, max_length=NAME)
    assist: str = long_text(default="[]")
    proposal: str | None = long_text(default=None, nullable=True)
    due_at: datetime | None = None
    saved_at: datetime = Field(default_factory=now_utc)


class IssueActionRow(SQLModel, table=True):
    """What a person did to issues: merge, split, link, apart, rule, reading; with who and why; reversible.

    ``anchor`` is the first of ``tickets``: by it an action is found again when its issue has got another number.
    """

    __tablename__ = "issue_action"
    __table_args__ = (
        sa.Index("ix_issue_action_issue", "issue_no", "at"),
        sa.Index("ix_issue_action_anchor", "anchor", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=NUMBER)
    issue_no: str = Field(max_length=NUMBER)
    anchor: str | None = Field(default=None, max_length=NUMBER)
    tickets: str = long_text(default="[]")
    details: str = long_text(default="{}")
    by: str = Field(max_length=NUMBER, sa_column_kwargs={"name": "done_by"})
    at: datetime
    reason: str = long_text()
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=NUMBER)


class TieRow(SQLModel, table=True):
    """A person's word on two tickets: the same matter (``same``) or not; later runs obey it. ``low`` < ``high``."""

    __tablename__ = "tie"
    __table_args__ = (sa.Index("ix_tie_high", "high"),)

    low: str = Field(primary_key=True, max_length=NUMBER)
    high: str = Field(primary_key=True, max_length=NUMBER)
    action_id: int = Field(primary_key=True, foreign_key="issue_action.id")
    same: bool

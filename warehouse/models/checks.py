"""Spot checks (抽查): machine answers drawn for a person to read again, and what they found."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from warehouse.models.base import NAME, NUMBER, long_text, now_utc


class SpotCheckRow(SQLModel, table=True):
    """One answer of the machine in a sample. ``sample`` is month and lane (``2026-11 auto``); the answer stands as it
    was when it was drawn. ``class_right`` and ``unit_right`` are None until judged; ``unit_right`` stays None where the
    machine suggested no unit."""

    __tablename__ = "spot_check"
    __table_args__ = (sa.Index("ix_spot_check_ticket", "ticket_no"),)

    sample: str = Field(primary_key=True, max_length=NUMBER)
    ticket_no: str = Field(primary_key=True, max_length=NUMBER, foreign_key="ticket.ticket_no")
    place: int
    triage_key: str | None = Field(default=None, max_length=NUMBER)
    category: str | None = Field(default=None, max_length=NUMBER)
    level1: str | None = Field(default=None, max_length=NAME)
    level2: str | None = Field(default=None, max_length=NAME)
    unit: str | None = Field(default=None, max_length=NAME)
    drawn_by: str = Field(max_length=NUMBER)
    drawn_at: datetime = Field(default_factory=now_utc)
    class_right: bool | None = None
    unit_right: bool | None = None
    note: str | None = long_text(default=None, nullable=True)
    judged_by: str | None = Field(default=None, max_length=NUMBER)
    judged_at: datetime | None = None

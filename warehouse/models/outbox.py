"""Messages about alarms (预警通知) that wait to be sent, and what was announced beforehand (公告)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from warehouse.models.base import NAME, NUMBER, long_text, now_utc


class MessageRow(SQLModel, table=True):
    """One message about one alarm at one level to one address: the outbox, written with the alarm itself.

    ``message_key`` names the three, so the same message is never two rows. ``state``: waiting, sending, sent, failed;
    one that stays at ``sending`` was cut off in between and is not sent again. No text of a ticket is in ``body``.
    """

    __tablename__ = "message"
    __table_args__ = (sa.Index("ix_message_state", "state", "next_at"), sa.Index("ix_message_alert", "alert_id"))

    message_key: str = Field(primary_key=True, max_length=NUMBER)
    alert_id: int = Field(foreign_key="alert.id")
    channel: str = Field(max_length=NAME)
    grade: str = Field(max_length=NUMBER)
    subject: str = Field(max_length=200)
    body: str = long_text()
    state: str = Field(default="waiting", max_length=NUMBER)
    tries: int = 0
    made_at: datetime = Field(default_factory=now_utc)
    next_at: datetime = Field(default_factory=now_utc)
    sent_at: datetime | None = None


class AnnouncementRow(SQLModel, table=True):
    """Something known beforehand or from outside: a planned cut of supply (停供), an event (活动), media heat (舆情).

    ``codes`` are categories or their first digits, joined by ``;``, empty for all; ``area`` a district or a street,
    ``word`` a name of an estate, firm or matter, empty for any. Explained from ``starts_at`` to ``ends_at``.
    """

    __tablename__ = "announcement"
    __table_args__ = (sa.Index("ix_announcement_ends", "ends_at"),)

    announcement_key: str = Field(primary_key=True, max_length=NUMBER)
    kind: str = Field(max_length=NUMBER)
    title: str = Field(max_length=200)
    codes: str = Field(default="", max_length=200)
    area: str = Field(default="", max_length=NAME)
    word: str = Field(default="", max_length=NAME)
    starts_at: datetime
    ends_at: datetime
    source: str = Field(default="", max_length=200)
    saved_at: datetime = Field(default_factory=now_utc)

"""Alarms (预警) and the steps of their loop; written by ``warehouse.alerts``."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from warehouse.models.base import NAME, NUMBER, long_text, now_utc


class AlertRow(SQLModel, table=True):
    """One alarm. ``alert_key`` names what it is about (rule, series, first day): the same alarm is never two rows.

    ``grade`` is 蓝, 黄, 橙 or 红; ``state`` the newest step of the loop (触发 … 复盘); ``outcome`` true, false,
    explained or None while unknown; ``tickets`` a JSON list of ticket numbers; ``details`` anything else, as JSON.
    """

    __tablename__ = "alert"
    __table_args__ = (
        sa.UniqueConstraint("alert_key", name="uq_alert_key"),
        sa.Index("ix_alert_state", "state", "fired_at"),
        sa.Index("ix_alert_day", "day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    alert_key: str = Field(max_length=200)
    rule: str = Field(max_length=NUMBER)
    grade: str = Field(max_length=NUMBER)
    title: str = Field(max_length=200)
    why: str = long_text(default="")
    day: date
    fired_at: datetime
    last_at: datetime
    category: str | None = Field(default=None, max_length=NUMBER)
    district: str | None = Field(default=None, max_length=NAME)
    street: str | None = Field(default=None, max_length=NAME)
    entity: str | None = Field(default=None, max_length=NAME)
    unit: str | None = Field(default=None, max_length=NAME)
    count: int = Field(default=0, sa_column_kwargs={"name": "n_tickets"})
    callers: int | None = None
    expected: float | None = None
    upper: float | None = Field(default=None, sa_column_kwargs={"name": "upper_bound"})
    score: float | None = None
    tickets: str = long_text(default="[]")
    details: str = long_text(default="{}")
    restricted: bool = False
    state: str = Field(default="触发", max_length=NUMBER)
    due_at: datetime | None = None
    outcome: str | None = Field(default=None, max_length=NUMBER)
    pack: str | None = Field(default=None, max_length=NAME)
    saved_at: datetime = Field(default_factory=now_utc)


class AlertStepRow(SQLModel, table=True):
    """One step of an alarm: 触发, 研判, 签发, 签收, 处置, 跟踪, 解除, 复盘, 升级; by whom, why, for which unit."""

    __tablename__ = "alert_step"
    __table_args__ = (sa.Index("ix_alert_step_alert", "alert_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id")
    step: str = Field(max_length=NUMBER)
    at: datetime
    by: str = Field(max_length=NUMBER, sa_column_kwargs={"name": "done_by"})
    grade: str | None = Field(default=None, max_length=NUMBER)
    unit: str | None = Field(default=None, max_length=NAME)
    due_at: datetime | None = None
    outcome: str | None = Field(default=None, max_length=NUMBER)
    reason: str | None = long_text(default=None, nullable=True)
    details: str = long_text(default="{}")


class AlertTicketRow(SQLModel, table=True):
    """A ticket behind an alarm: tickets are read in the viewer's scope, and a ticket shows its alarms."""

    __tablename__ = "alert_ticket"
    __table_args__ = (sa.Index("ix_alert_ticket_no", "ticket_no"),)

    alert_id: int = Field(primary_key=True, foreign_key="alert.id")
    ticket_no: str = Field(primary_key=True, max_length=NUMBER)

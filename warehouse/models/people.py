"""People (账号), their sessions, and the record of who saw, changed and exported what."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from warehouse.models.base import NAME, NUMBER, long_text, now_utc


class AccountRow(SQLModel, table=True):
    """A person who may log in. ``areas`` and ``units`` are JSON lists; None means all."""

    __tablename__ = "account"

    name: str = Field(primary_key=True, max_length=NUMBER)
    title: str = Field(max_length=NAME)
    role: str = Field(max_length=NUMBER)
    password: str | None = Field(default=None, max_length=200, sa_column_kwargs={"name": "password_hash"})
    areas: str | None = long_text(default=None, nullable=True)
    units: str | None = long_text(default=None, nullable=True)
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = None
    created_at: datetime = Field(default_factory=now_utc)


class LoginRow(SQLModel, table=True):
    """One login; only the hash of the token is kept."""

    __tablename__ = "login"
    __table_args__ = (sa.Index("ix_login_name", "name"),)

    token_hash: str = Field(primary_key=True, max_length=NUMBER)
    name: str = Field(max_length=NUMBER, foreign_key="account.name")
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


class AuditRow(SQLModel, table=True):
    """One line of the record, chained: ``this_hash`` covers the line and ``prior_hash``."""

    __tablename__ = "audit"
    __table_args__ = (sa.Index("ix_audit_actor", "actor", "at"), sa.Index("ix_audit_target", "target"))

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    actor: str = Field(max_length=NUMBER)
    action: str = Field(max_length=NUMBER)
    target: str | None = Field(default=None, max_length=200)
    reason: str | None = long_text(default=None, nullable=True)
    details: str = long_text(default="{}")
    prior_hash: str = Field(max_length=NUMBER)
    this_hash: str = Field(max_length=NUMBER)


class MutexRow(SQLModel, table=True):
    """A row to lock: updating it makes every other writer of the same name wait until this one has committed."""

    __tablename__ = "mutex"

    name: str = Field(primary_key=True, max_length=NUMBER)
    turns: int = 0

"""What came in and went out: batches, quarantine, stages of the nightly run, receipts, learned owner counts."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from warehouse.models.base import NAME, NUMBER, long_text, now_utc


class BatchRow(SQLModel, table=True):
    """One import: where it came from and what became of it."""

    __tablename__ = "batch"

    batch_id: str = Field(primary_key=True, max_length=NUMBER)
    kind: str = Field(max_length=NUMBER)
    source: str = Field(max_length=200)
    started_at: datetime = Field(default_factory=now_utc)
    ended_at: datetime | None = None
    rows_read: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_same: int = 0
    rows_rejected: int = 0
    rows_triaged: int = 0
    rows_linked: int = 0


class QuarantineRow(SQLModel, table=True):
    """A row that could not be read: where it stands, the value (masked) and why. The same fault is one row."""

    __tablename__ = "quarantine"
    __table_args__ = (sa.Index("ix_quarantine_batch", "batch_id"),)

    fault_key: str = Field(primary_key=True, max_length=NUMBER)
    batch_id: str = Field(max_length=NUMBER)
    file_name: str | None = Field(default=None, max_length=200)
    row_no: int | None = None
    field_name: str | None = Field(default=None, max_length=NAME)
    given: str | None = long_text(default=None, nullable=True)
    reason: str = long_text()
    allowed: str | None = long_text(default=None, nullable=True)
    saved_at: datetime = Field(default_factory=now_utc)
    seen: int = 1
    settled_at: datetime | None = None
    settled_by: str | None = Field(default=None, max_length=NUMBER)


class StageRow(SQLModel, table=True):
    """One stage of one night: where it stands (``running``, ``done``, ``failed``) and how far it got."""

    __tablename__ = "stage_run"

    day: date = Field(primary_key=True)
    stage: str = Field(primary_key=True, max_length=NUMBER)
    version_key: str = Field(default="", max_length=NUMBER)
    status: str = Field(max_length=NUMBER)
    progress: str | None = long_text(default=None, nullable=True)
    details: str = long_text(default="{}")
    started_at: datetime = Field(default_factory=now_utc)
    ended_at: datetime | None = None
    tries: int = 1


class ExportRow(SQLModel, table=True):
    """The receipt (回执) of one export: what went out, how many rows, and the digest of the file."""

    __tablename__ = "export_receipt"

    export_id: str = Field(primary_key=True, max_length=NUMBER)
    kind: str = Field(max_length=NUMBER)
    file_name: str = Field(max_length=200)
    sha256: str = Field(max_length=NUMBER)
    rows_out: int
    since: datetime | None = None
    by: str = Field(max_length=NUMBER, sa_column_kwargs={"name": "exported_by"})
    at: datetime = Field(default_factory=now_utc)


class OwnerStatRow(SQLModel, table=True):
    """How often people gave a matter in a district to a unit: what corrections teach the router."""

    __tablename__ = "owner_stat"

    category: str = Field(primary_key=True, max_length=NUMBER)
    district: str = Field(primary_key=True, max_length=NAME)
    unit: str = Field(primary_key=True, max_length=NAME)
    unit_type: str | None = Field(default=None, max_length=NAME)
    times: int = 0
    last_at: datetime


class SwitchRow(SQLModel, table=True):
    """A named value that operations set: the published version, thresholds."""

    __tablename__ = "switch"

    name: str = Field(primary_key=True, max_length=NUMBER)
    setting: str = long_text()
    set_by: str = Field(max_length=NUMBER)
    set_at: datetime = Field(default_factory=now_utc)


class MetricRow(SQLModel, table=True):
    """One figure of one day, for all (``part`` 全部) or one district, with what it is made of. ``numerator`` and
    ``denominator`` are counts."""

    __tablename__ = "metric"

    day: date = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=NUMBER)
    part: str = Field(primary_key=True, max_length=NAME)
    numerator: int
    denominator: int
    saved_at: datetime = Field(default_factory=now_utc)

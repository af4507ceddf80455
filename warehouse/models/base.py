"""What all tables share: the naming convention, text columns, the JSON of a column.

The portable subset (信创 databases, handbook §6.3): names of at most 30 bytes, no arrays, no JSON columns, no use of ''
as a value that differs from NULL, times in UTC. A test holds every table to it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING
"""Set before any table: a constraint without a name cannot be dropped by a SQLite batch migration."""

NUMBER: Final = 64
"""Longest ticket number, user name, key or code, in characters."""
NAME: Final = 120
"""Longest name of a unit, a place or a title as shown in a list."""


def now_utc() -> datetime:
    """The clock; only this room and the doors read it."""
    return datetime.now(UTC)


def long_text(**options: Any) -> Any:
    """A column of unbounded text (``TEXT``/``CLOB``)."""
    nullable = options.pop("nullable", False)
    return Field(sa_type=sa.Text, nullable=nullable, **options)


def to_json(value: Any) -> str:
    """The one JSON form of a column: compact, Chinese as it is, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | None) -> Any:
    """Back from :func:`to_json`; None and the empty text give None."""
    return json.loads(text) if text else None

"""Bulk writing that both databases understand, in chunks, idempotent by key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from classify.ticket import StateError
from warehouse.models import MutexRow

CHUNK: Final = 500
"""Values in one IN list or rows in one statement; SQLite takes 32,766 parameters a statement."""
T = TypeVar("T")


def chunks(values: Iterable[T], length: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most ``length`` values, in order."""
    part: list[T] = []
    for value in values:
        part.append(value)
        if len(part) == length:
            yield part
            part = []
    if part:
        yield part


def upsert(
    session: Session, row: type[SQLModel], rows: Sequence[dict[str, Any]], update: Sequence[str] | None = None
) -> None:
    """Insert ``rows`` (all with the same keys); one whose primary key exists is left alone, or gets ``update``.

    The one place that knows the dialects' words for it; a database
    without ``ON CONFLICT`` (openGauss, 达梦: MERGE) gets its branch here.
    """
    if not rows:
        return
    table = row.__table__  # type: ignore[attr-defined]
    names = {attribute.key: attribute.columns[0].name for attribute in sa.inspect(row).column_attrs}
    filled = _with_defaults(table, names, rows)
    keys = [column.name for column in table.primary_key.columns]
    dialect = session.get_bind().dialect.name
    if dialect not in ("sqlite", "postgresql"):
        raise StateError(f"数据库 {dialect} 尚不支持批量写入", allowed=" sqlite 或 postgresql")
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    if update:
        changes = {names[one]: insert.excluded[names[one]] for one in update}
        insert = insert.on_conflict_do_update(index_elements=keys, set_=changes)
    else:
        insert = insert.on_conflict_do_nothing(index_elements=keys)
    for part in chunks(filled):
        session.connection().execute(insert, part)


def update_many(
    session: Session, row: type[SQLModel], key: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Update ``columns`` of many rows in one statement; each of ``rows`` has them and, as ``b_number``, ``key``."""
    if not rows:
        return
    table = row.__table__  # type: ignore[attr-defined]
    statement = sa.update(table).where(table.c[key] == sa.bindparam("b_number"))
    session.connection().execute(statement.values({name: sa.bindparam(name) for name in columns}), list(rows))


def _with_defaults(table: sa.Table, names: dict[str, str], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    given = set(rows[0])
    defaults: dict[str, Any] = {}
    for attribute, name in names.items():
        default = table.c[name].default
        if attribute in given or default is None:
            continue
        defaults[name] = default.arg(None) if default.is_callable else default.arg  # type: ignore[attr-defined]
    renamed = {attribute: names[attribute] for attribute in given}
    return [defaults | {renamed[attribute]: value for attribute, value in one.items()} for one in rows]


def lock(session: Session, name: str) -> None:
    """Make every other writer that locks ``name`` wait until this transaction ends (SQLite: every other writer)."""
    turn = sa.update(MutexRow).where(col(MutexRow.name) == name).values(turns=MutexRow.turns + 1)
    if session.connection().execute(turn).rowcount == 0:
        upsert(session, MutexRow, [{"name": name}])
        session.connection().execute(turn)


def digest(*parts: str | None) -> str:
    """32 hexadecimal digits that name these parts; None differs from the empty text."""
    joined = "\x1f".join("\x00" if part is None else part for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def storable(text: str | None, length: int | None = None) -> str | None:
    """Text that every database takes: no NUL, no lone surrogate, at most ``length`` characters when given."""
    if text is None:
        return None
    clean = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return clean if length is None or len(clean) <= length else clean[: length - 1] + "…"

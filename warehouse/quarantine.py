"""Batches (批次) and quarantine (隔离区): what was imported, and the rows that could not be, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from classify.masking import masked_value
from classify.ticket import AccessError, HotlineError
from warehouse.ledger import catch_up
from warehouse.models import NAME, BatchRow, QuarantineRow, now_utc
from warehouse.scope import Scope
from warehouse.upsert import digest, lock, storable, upsert


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one call: ``read`` = new + changed + same + rejected; ``triaged`` and ``linked`` count tickets."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    triaged: int = 0
    linked: int = 0

    def __add__(self, other: Saved) -> Saved:
        return Saved(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def to_dict(self) -> dict[str, int]:
        """For the last line of ``--json``."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def open_batch(session: Session, kind: str, source: str, at: datetime | None = None) -> str:
    """Begin an import of ``kind`` (tickets, events, results) from ``source`` (a file name); returns its id. Commits."""
    moment = at or now_utc()
    batch_id = f"{moment:%Y%m%dT%H%M%S}-{digest(kind, source, moment.isoformat())[:8]}"
    session.add(
        BatchRow(batch_id=batch_id, kind=kind, source=storable(masked_value(source, 200)) or "", started_at=moment)
    )
    session.commit()
    return batch_id


def close_batch(session: Session, batch_id: str, at: datetime | None = None) -> None:
    """Say that the import is through, and let the ledger of issues follow its events. Commits."""
    lock(session, "intake")
    catch_up(session, batch_id)
    ended = sa.update(BatchRow).where(col(BatchRow.batch_id) == batch_id).values(ended_at=at or now_utc())
    session.connection().execute(ended)
    session.commit()


def count_batch(session: Session, batch_id: str, kind: str, saved: Saved) -> None:
    """Add ``saved`` to the batch's counters; the batch is made when nobody opened it. Does not commit."""
    upsert(session, BatchRow, [{"batch_id": batch_id, "kind": kind, "source": ""}])
    counters = {f"rows_{name}": getattr(BatchRow, f"rows_{name}") + count for name, count in saved.to_dict().items()}
    session.connection().execute(sa.update(BatchRow).where(col(BatchRow.batch_id) == batch_id).values(**counters))


def quarantine(session: Session, rejects: Iterable[HotlineError], batch_id: str, at: datetime | None = None) -> int:
    """Keep the rows that could not be read; returns how many were given. The same fault in the same place of the same
    file is one row, however often the file comes. Values are masked by who raised. Commits."""
    moment = at or now_utc()
    rows = [fault_row(one, batch_id, moment) for one in rejects]
    save_faults(session, rows)
    count_batch(session, batch_id, "tickets", Saved(read=len(rows), rejected=len(rows)))
    session.commit()
    return len(rows)


def fault_row(fault: HotlineError, batch_id: str, at: datetime) -> dict[str, object]:
    """The :class:`QuarantineRow` of one fault."""
    where = fault.where
    row = str(where.row) if where.row is not None else None
    return {
        "fault_key": digest(where.file, row, where.field, fault.value, fault.reason),
        "batch_id": batch_id,
        "file_name": storable(masked_value(where.file, 200)) if where.file else None,
        "row_no": where.row,
        "field_name": storable(where.field, NAME),
        "given": storable(fault.value, 500),
        "reason": storable(fault.reason),
        "allowed": storable(fault.allowed),
        "saved_at": at,
    }


def save_faults(session: Session, rows: list[dict[str, object]]) -> None:
    """Write fault rows; one that is there already is counted as seen again. Does not commit."""
    keys = [str(row["fault_key"]) for row in rows]
    for place in range(0, len(keys), 500):
        again = sa.update(QuarantineRow).where(col(QuarantineRow.fault_key).in_(keys[place : place + 500]))
        session.connection().execute(again.values(seen=QuarantineRow.seen + 1))
    upsert(session, QuarantineRow, rows)


def settle(session: Session, scope: Scope, fault_key: str, at: datetime | None = None) -> None:
    """A person has dealt with a quarantined row. Raises AccessError without the right or the row. Commits."""
    if not (scope.may("decide") or scope.may("manage")):
        scope.need("decide")
    done = sa.update(QuarantineRow).where(col(QuarantineRow.fault_key) == fault_key)
    if session.connection().execute(done.values(settled_at=at or now_utc(), settled_by=scope.user)).rowcount == 0:
        raise AccessError("隔离区没有这一行")
    session.commit()

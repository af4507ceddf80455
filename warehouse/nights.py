"""The bookkeeping of a nightly run (夜间作业): which stage is done, what differs, and the one switch that publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func

from routing.owners import Counted
from warehouse.audit import record
from warehouse.models import StageRow, SwitchRow, TicketRow, TriageRow, from_json, now_utc, to_json
from warehouse.scope import Scope, visible
from warehouse.store import publish_version, version_key

FROZEN: Final = "nightly-owners"
"""Name of the switch that holds the owner counts of an unfinished night."""


@dataclass(frozen=True, slots=True)
class Night:
    """One night: its day (Asia/Shanghai) and the versions (pack, model, code) that it works with."""

    day: date
    versions: Mapping[str, str]


@dataclass(slots=True)
class Noted:
    """A stage as it stands: ``done`` before this run began; ``details`` are counts for a person."""

    done: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@contextmanager
def stage(session: Session, night: Night, name: str) -> Iterator[Noted]:
    """Note that a stage begins, and at the end that it is done (with ``details``) or failed (with the error's type).

    A stage that is done with the same versions comes with ``done`` True: pass over it. Commits.
    """
    key = version_key(night.versions)
    row = session.get(StageRow, (night.day, name), populate_existing=True)
    if row is not None and row.status == "done" and row.version_key == key:
        yield Noted(True, from_json(row.details) or {})
        return
    if row is None:
        row = StageRow(day=night.day, stage=name, status="running", version_key=key)
    else:
        row.tries = row.tries + 1 if row.version_key == key else 1
    row.status, row.version_key, row.started_at, row.ended_at, row.progress = "running", key, now_utc(), None, None
    session.add(row)
    session.commit()
    noted = Noted()
    try:
        yield noted
    except BaseException as error:
        session.rollback()
        _end(session, night, name, "failed", progress=type(error).__name__)
        raise
    _end(session, night, name, "done", details=noted.details)


def difference(session: Session, versions: Mapping[str, str]) -> dict[str, int]:
    """How the unpublished answers of ``versions`` differ from the published ones: tickets compared, and how many have
    another category, unit, urgency, lane, gate or deadline."""
    new, old = aliased(TriageRow), aliased(TriageRow)
    pair = sa.and_(
        col(new.ticket_no) == col(old.ticket_no),
        col(new.published).is_(False),
        col(old.published).is_(True),
        col(new.content_hash) == col(old.content_hash),
        col(new.version_key) == version_key(versions),
    )
    names = ("category", "unit", "urgency", "lane", "gate", "due_at")
    sums = [
        func.coalesce(func.sum(sa.case((getattr(new, name).is_distinct_from(getattr(old, name)), 1), else_=0)), 0)
        for name in names
    ]
    row = session.execute(sa.select(func.count(), *sums).select_from(new).join(old, pair)).one()
    return {"compared": int(row[0])} | {f"other_{name}": int(n) for name, n in zip(names, row[1:], strict=True)}


def publish(session: Session, versions: Mapping[str, str], by: str = "system") -> int:
    """The switch: from now on people see the answers of ``versions``; returns for how many tickets. Commits.

    Publishing the version before brings the old answers back.
    """
    key = version_key(versions)
    changed = publish_version(session, key)
    row = session.get(SwitchRow, "published") or SwitchRow(name="published", setting="", set_by=by)
    row.setting, row.set_by, row.set_at = to_json({"key": key, **versions}), by, now_utc()
    session.add(row)
    record(session, by, "publish", key, details={"tickets": changed, **versions})
    session.commit()
    return changed


def published_versions(session: Session) -> list[tuple[str, int]]:
    """Version keys of the answers that people see now, with how many tickets each, most first."""
    number = func.count()
    rows = session.execute(
        sa.select(col(TicketRow.version_key), number)
        .where(col(TicketRow.version_key).is_not(None))
        .group_by(col(TicketRow.version_key))
        .order_by(number.desc())
    )
    return [(str(key), int(count)) for key, count in rows]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """Pack, model and code behind the answers that people see, and for how many tickets."""

    key: str
    pack: str
    model: str
    code: str
    tickets: int


def shown_versions(session: Session, scope: Scope, limit: int = 5) -> list[ShownVersion]:
    """The versions of the tickets in scope, most tickets first. Needs ``count``."""
    number = func.count()
    rows = session.execute(
        sa.select(col(TicketRow.version_key), number, func.min(col(TicketRow.triage_key)))
        .where(col(TicketRow.version_key).is_not(None), *visible(scope, "count"))
        .group_by(col(TicketRow.version_key))
        .order_by(number.desc())
        .limit(limit)
    ).all()
    out = []
    for key, count, example in rows:
        one = session.get(TriageRow, example)
        if one is not None:
            out.append(ShownVersion(str(key), one.pack, one.model, one.code, int(count)))
    return out


def frozen_owners(session: Session, day: date) -> list[Counted] | None:
    """The owner counts that the unfinished night of ``day`` works with; None when it has not begun."""
    row = session.get(SwitchRow, FROZEN, populate_existing=True)
    kept = from_json(row.setting) if row is not None else None
    if not kept or kept["day"] != day.isoformat():
        return None
    return [(category, district, unit, kind, times) for category, district, unit, kind, times in kept["owners"]]


def freeze_owners(session: Session, day: date, owners: Sequence[Counted]) -> list[Counted]:
    """Keep the owner counts for all stages of the night of ``day``, in place of any earlier night's. Commits."""
    row = session.get(SwitchRow, FROZEN) or SwitchRow(name=FROZEN, setting="", set_by="system")
    row.setting, row.set_at = to_json({"day": day.isoformat(), "owners": owners}), now_utc()
    session.add(row)
    session.commit()
    return list(owners)


def thaw_owners(session: Session, day: date) -> None:
    """The night of ``day`` is over: the next run counts anew. Commits."""
    if frozen_owners(session, day) is not None:
        session.delete(session.get(SwitchRow, FROZEN))
        session.commit()


def _end(
    session: Session, night: Night, name: str, status: str, *, progress: str | None = None, details: Any = None
) -> None:
    row = session.get(StageRow, (night.day, name), populate_existing=True)
    if row is not None:
        row.status, row.progress, row.details, row.ended_at = status, progress, to_json(details or {}), now_utc()
        session.add(row)
    session.commit()

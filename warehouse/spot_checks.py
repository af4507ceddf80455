"""Spot checks (抽查): a seeded sample of the machine's answers is read again by a person; precision with its interval.

The sample of a month and a lane is the same whoever draws it, and a larger one begins with the smaller one: tickets are
taken in the order of a hash of sample and number. What a person found is kept with who and when.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from scipy.stats import binomtest
from sqlmodel import Session, col, func, select

from classify.masking import mask
from classify.ticket import AccessError, InputError
from warehouse.audit import record
from warehouse.models import SpotCheckRow, TicketRow, TriageRow, now_utc
from warehouse.scope import Scope, visible
from warehouse.upsert import storable, upsert
from warehouse.views.ticket import ticket_in_scope

LANES: Final = {"auto": "可直派", "review": "待审"}
"""Lanes that can be drawn from; what is forced is looked at by a person anyway."""
LARGEST: Final = 500
"""Most tickets of one sample: at 97 % right, 500 tell ±1.5 points."""


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """One answer of a sample with its ticket's title; None of both verdicts: not judged yet."""

    sample: str
    ticket_no: str
    title: str | None
    category: str | None
    level1: str | None
    level2: str | None
    unit: str | None
    class_right: bool | None
    unit_right: bool | None
    note: str | None
    judged_by: str | None
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Precision:
    """``right`` of ``judged`` answers; ``low`` and ``high``: Wilson's 95 % interval, None with nothing judged."""

    right: int
    judged: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """Share of right answers, None with nothing judged."""
        return self.right / self.judged if self.judged else None


def precision(right: int, judged: int) -> Precision:
    """The share with its interval (Wilson 1927: holds for small samples and shares near 1)."""
    if not judged:
        return Precision(0, 0, None, None)
    interval = binomtest(right, judged).proportion_ci(0.95, method="wilson")
    return Precision(right, judged, float(interval.low), float(interval.high))


def sample_name(month: date, lane: str) -> str:
    """``2026-11 auto``. Raises InputError for a lane that is not drawn from."""
    if lane not in LANES:
        raise InputError("没有这个抽查通道", value=lane, allowed="、".join(LANES))
    return f"{month:%Y-%m} {lane}"


def draw(session: Session, scope: Scope, month: date, lane: str, size: int, now: datetime | None = None) -> int:
    """Draw the first ``size`` tickets of the sample that are not drawn yet; returns how many were added. Commits.

    Needs ``review`` and a scope over the whole city: a sample of one district would be called the city's.
    """
    scope.need("review")
    if scope.areas is not None or scope.units is not None:
        raise AccessError("抽样要由管全市的账号进行")
    if not 1 <= size <= LARGEST:
        raise InputError("抽查件数不对", value=str(size), allowed=f"1 到 {LARGEST}")
    name, moment = sample_name(month, lane), now or now_utc()
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    numbers = session.exec(
        select(TicketRow.ticket_no).where(
            *visible(scope, "review"),
            col(TicketRow.day).between(first, last),
            col(TicketRow.lane) == lane,
            col(TicketRow.triage_key).is_not(None),
        )
    ).all()
    chosen = sorted(numbers, key=lambda number: hashlib.sha256(f"{name}|{number}".encode()).digest())[:size]
    known = set(session.exec(select(SpotCheckRow.ticket_no).where(col(SpotCheckRow.sample) == name)))
    fresh = {number: place for place, number in enumerate(chosen) if number not in known}
    answers = session.exec(
        select(TriageRow)
        .join(TicketRow, col(TicketRow.triage_key) == col(TriageRow.triage_key))
        .where(col(TicketRow.ticket_no).in_(list(fresh)))
    )
    rows = [
        {
            "sample": name, "ticket_no": one.ticket_no, "place": fresh[one.ticket_no], "triage_key": one.triage_key,
            "category": one.category, "level1": one.level1, "level2": one.level2, "unit": one.unit,
            "drawn_by": scope.user, "drawn_at": moment,
        }
        for one in answers
    ]  # fmt: skip
    upsert(session, SpotCheckRow, rows)
    if rows:
        record(session, scope.user, "check.draw", name, details={"added": len(rows), "of": len(numbers)}, at=moment)
    session.commit()
    return len(rows)


def judge(
    session: Session,
    scope: Scope,
    sample: str,
    ticket_no: str,
    *,
    class_right: bool,
    unit_right: bool,
    note: str | None = None,
    now: datetime | None = None,
) -> None:
    """Keep what a person found; a second verdict replaces the first, and the record holds both. Commits.

    ``unit_right`` says nothing where the machine suggested no unit. Needs ``review`` and the ticket in scope.
    """
    moment = now or now_utc()
    scope.need("review")
    ticket_in_scope(session, scope, ticket_no, "review")
    row = session.get(SpotCheckRow, (sample, ticket_no), populate_existing=True)
    if row is None:
        raise InputError("这件工单不在抽查样本里", value=ticket_no)
    row.class_right, row.unit_right = class_right, unit_right if row.unit else None
    row.note = storable(mask(note.strip()).text, 500) if note and note.strip() else None
    row.judged_by, row.judged_at = scope.user, moment
    session.add(row)
    told = {"sample": sample, "class": class_right, "unit": row.unit_right}
    record(session, scope.user, "check.judge", ticket_no, reason=row.note, details=told, at=moment)
    session.commit()


def checks(session: Session, scope: Scope, sample: str) -> list[SpotCheck]:
    """The sample's answers that are in scope, those not judged first, in the order of the draw. Needs ``review``."""
    rows = session.execute(
        sa.select(SpotCheckRow, col(TicketRow.title))
        .join(TicketRow, col(TicketRow.ticket_no) == col(SpotCheckRow.ticket_no))
        .where(col(SpotCheckRow.sample) == sample, *visible(scope, "review"))
        .order_by(col(SpotCheckRow.judged_at).is_not(None), col(SpotCheckRow.place))
        .limit(LARGEST)
        .execution_options(populate_existing=True)
    )
    return [
        SpotCheck(
            row.sample, row.ticket_no, title, row.category, row.level1, row.level2, row.unit, row.class_right,
            row.unit_right, row.note, row.judged_by, row.judged_at,
        )
        for row, title in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleResult:
    """One sample: ``drawn`` answers, and how many of the judged ones were right by class and by unit."""

    sample: str
    drawn: int
    by_class: Precision
    by_unit: Precision

    @property
    def title(self) -> str:
        """``2026-11 可直派``."""
        month, _, lane = self.sample.partition(" ")
        return f"{month} {LANES.get(lane, lane)}" if re.fullmatch(r"\d{4}-\d\d", month) else self.sample


def sample_results(session: Session, scope: Scope, limit: int = 12) -> list[SampleResult]:
    """The newest samples with their precision, over the tickets in scope. Needs ``count``."""

    def number(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return func.coalesce(func.sum(sa.case((sa.and_(*conditions), 1), else_=0)), 0)

    of_class, of_unit = col(SpotCheckRow.class_right), col(SpotCheckRow.unit_right)
    rows = session.execute(
        sa.select(
            col(SpotCheckRow.sample),
            func.count(),
            number(of_class.is_(True)),
            number(of_class.is_not(None)),
            number(of_unit.is_(True)),
            number(of_unit.is_not(None)),
        )
        .join(TicketRow, col(TicketRow.ticket_no) == col(SpotCheckRow.ticket_no))
        .where(*visible(scope, "count"))
        .group_by(col(SpotCheckRow.sample))
        .order_by(col(SpotCheckRow.sample).desc())
        .limit(limit)
    )
    return [
        SampleResult(name, drawn, precision(right, judged), precision(unit_right, unit_judged))
        for name, drawn, right, judged, unit_right, unit_judged in rows
    ]

"""Batch accept (批量采纳): a filter, a preview of exactly what it holds, and one decision for each ticket shown.

No Streamlit here. What must be judged by a person, the lane 必须人工 (urgent, gated, restricted), is never part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import HotlineError
from warehouse import decisions, views
from warehouse.decisions import Decision
from warehouse.lifecycle import START
from warehouse.scope import Scope

LANES: Final[Mapping[str, str]] = {"可直派": "auto", "待审": "review"}
LEAST: Final[Mapping[str, float | None]] = {"95% 以上": 0.95, "90% 以上": 0.9, "80% 以上": 0.8, "不限": None}
"""Choices of the smallest probability; the first is what the form starts with."""
MOST: Final = 100
"""Tickets of one batch: as many as a person can look through before agreeing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter: lane, smallest probability, second-level code, district, unit suggested first; None is any."""

    lane: str = "auto"
    least: float | None = 0.95
    category: str | None = None
    district: str | None = None
    unit: str | None = None

    @property
    def filters(self) -> views.Filters:
        """For the warehouse."""
        return views.Filters(
            state=START, lane=self.lane, least=self.least, category=self.category, district=self.district,
            unit=self.unit, urgency="一般", decided=False,
        )  # fmt: skip


@dataclass(slots=True)
class Preview:
    """What would be accepted: ``rows`` in the queue's order, ``left`` how many more the filter holds, ``out`` the
    numbers that the person took out."""

    wanted: Wanted
    rows: tuple[views.QueueItem, ...] = ()
    left: int = 0
    out: set[str] = field(default_factory=set)

    @property
    def chosen(self) -> list[views.QueueItem]:
        """The tickets that will be accepted."""
        return [row for row in self.rows if row.ticket_no not in self.out]

    @property
    def by_unit(self) -> list[tuple[str, int]]:
        """How many each unit would get, most first."""
        return Counter(row.unit or "" for row in self.chosen).most_common()


def preview(session: Session, scope: Scope, wanted: Wanted, now: datetime, out: set[str] | None = None) -> Preview:
    """Look the filter up anew. Tickets that another person holds and those without a suggestion are not offered."""
    scope.need("decide")
    page = views.queue(session, scope, wanted.filters, page=1, size=MOST, now=now)
    rows = tuple(row for row in page.rows if row.unit and row.holder in (None, scope.user))
    return Preview(wanted, rows, page.total - len(page.rows), out or set())


def accept(session: Session, scope: Scope, shown: Preview, now: datetime) -> tuple[list[str], list[tuple[str, str]]]:
    """Accept what was shown, each for the unit that was shown: the numbers accepted, and (number, why not)."""
    wanted = [
        Decision(row.ticket_no, by=scope.user, kind="accept", unit=row.unit, at=now, reason="批量采纳")
        for row in shown.chosen
    ]
    done, refused = decisions.decide_many(session, wanted, scope, now=now)
    return [one.ticket_no for one in done], [(number, error.reason) for number, error in refused]


def take_back(session: Session, scope: Scope, numbers: list[str], now: datetime) -> tuple[int, list[tuple[str, str]]]:
    """Undo a batch: how many are back in the queue, and (number, why not)."""
    back, refused = 0, []
    for number in numbers:
        try:
            decisions.undo(session, number, scope.user, scope, now=now)
            back += 1
        except HotlineError as error:
            session.rollback()
            refused.append((number, error.reason))
    return back, refused


def wanted_of(form: Mapping[str, Any]) -> Wanted:
    """The filter that stands in the form."""
    return Wanted(
        lane=LANES.get(str(form.get("batch_lane")), "auto"),
        least=LEAST.get(str(form.get("batch_least")), 0.95),
        category=form.get("batch_category") or None,
        district=form.get("batch_district") or None,
        unit=str(form.get("batch_unit") or "").strip() or None,
    )

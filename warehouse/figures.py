"""The figures of a report (口径与数字): read once through the views, so that page, .docx and .xlsx show the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from sqlmodel import Session

from classify.ticket import SHANGHAI, InputError
from warehouse.metrics import Figure, measure
from warehouse.scope import Scope
from warehouse.views import (
    Acceptance,
    Count,
    Deadlines,
    Filters,
    acceptance,
    alerts_list,
    deadlines,
    issues_list,
    returns_by_reason,
    tickets,
    volumes_by,
    volumes_by_category,
    volumes_by_day,
    volumes_by_district,
)

Kind = Literal["daily", "weekly", "monthly"]
TITLES: Final[dict[str, str]] = {"daily": "日报", "weekly": "周报", "monthly": "月报"}
TOP: Final = 10
"""Rows of a table in a report; handbook §3.3 asks for the top ten."""
REPEATED: Final = 3
"""Tickets from which a report lists an issue as repeated; handbook §3.3."""
RATES: Final = ("M01", "M02", "M03", "M04", "M05", "M06", "M11", "M12", "M14")
"""Metrics of the table of rates: 三率, on time, returns, overdue, redone, repeated."""
OF_UNITS: Final = ("M04", "M05", "M01", "M02", "M03")
"""Metrics of the table of units: on time, returns, 三率."""
LEDGER: Final = "历史遗留"
"""Kind of issue that the monthly report keeps a ledger of."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the table of units: its metrics by code."""

    unit: str
    figures: dict[str, Figure]

    @property
    def handled(self) -> int:
        """Tickets that the on-time rate stands on."""
        return self.figures["M04"].denominator if "M04" in self.figures else 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a report prints. ``before`` counts the period of the same length just before, ``year_before``
    the same days a year earlier; tables that a kind of report or a role does not have are empty."""

    kind: Kind
    since: date
    until: date
    total: int
    before: int
    year_before: int
    days: tuple[Count, ...]
    categories: tuple[Count, ...]
    categories_before: dict[str | None, int]
    matters: tuple[Count, ...]
    matters_before: dict[str | None, int]
    districts: tuple[Count, ...]
    streets: tuple[Count, ...]
    requests: tuple[Count, ...]
    urgent: tuple[tuple[str, str, str, str], ...]
    deadlines: Deadlines
    acceptance: Acceptance
    rates: tuple[Figure, ...]
    units: tuple[UnitLine, ...]
    returns: tuple[tuple[str, int, int, int], ...]
    issues: tuple[tuple[str, str, int, str, str], ...]
    ledger: tuple[tuple[str, str, int, str, str], ...]
    alerts: tuple[tuple[str, str, str], ...]

    @property
    def title(self) -> str:
        """As it stands on the first line."""
        span = f"{self.since}" if self.since == self.until else f"{self.since} 至 {self.until}"
        return f"12345 热线运行{TITLES[self.kind]}({span})"

    @property
    def change(self) -> float | None:
        """环比 against the period before; None when that was empty."""
        return (self.total - self.before) / self.before if self.before else None

    @property
    def yearly(self) -> float | None:
        """同比 against the same days a year earlier; None when there were none."""
        return (self.total - self.year_before) / self.year_before if self.year_before else None


def period(kind: str, day: date, last: date | None = None) -> tuple[date, date]:
    """First and last day of the report that ``day`` belongs to: the day, its week from Monday, its month.

    ``last`` is the newest day that is over or running: a period that is not over ends there. None: no bound.
    """
    if kind == "daily":
        since = until = day
    elif kind == "weekly":
        since = day - timedelta(days=day.weekday())
        until = since + timedelta(days=6)
    elif kind == "monthly":
        since = day.replace(day=1)
        until = (since + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    else:
        raise InputError("没有这种报告", value=kind, allowed="daily、weekly、monthly")
    return since, until if last is None else max(since, min(until, last))


def before_of(kind: str, since: date, until: date) -> tuple[date, date]:
    """The period to compare with: as many days just before; for a month the same days of the month before, all of it
    when the month is whole."""
    if kind != "monthly":
        length = until - since + timedelta(days=1)
        return since - length, since - timedelta(days=1)
    last = since - timedelta(days=1)
    whole = (until + timedelta(days=1)).day == 1
    return last.replace(day=1), last if whole else last.replace(day=min(until.day, last.day))


def year_earlier(day: date) -> date:
    """The same day a year earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def collect(session: Session, scope: Scope, kind: Kind, day: date, last: date | None = None) -> Figures:
    """Reads the figures of one report; what stands open is as of the end of its last day. Needs the right ``count``.

    ``last`` as for :func:`period`."""
    since, until = period(kind, day, last)
    old = before_of(kind, since, until)
    moment = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    days = every_day(volumes_by_day(session, scope, since, until), since, until)
    earlier = volumes_by_category(session, scope, *old)
    last_year = volumes_by_day(session, scope, year_earlier(since), year_earlier(until))
    long = kind != "daily"
    return Figures(
        kind=kind,
        since=since,
        until=until,
        total=sum(one.count for one in days),
        before=sum(one.count for one in earlier),
        year_before=sum(one.count for one in last_year),
        days=days,
        categories=tuple(volumes_by_category(session, scope, since, until)),
        categories_before={one.key: one.count for one in earlier},
        matters=tuple(volumes_by_category(session, scope, since, until, level=2)[:TOP]),
        matters_before={one.key: one.count for one in volumes_by_category(session, scope, *old, level=2)},
        districts=tuple(volumes_by_district(session, scope, since, until)),
        streets=tuple(one for one in volumes_by(session, scope, "street", since, until) if one.key)[:TOP],
        requests=tuple(volumes_by(session, scope, "request_type", since, until)),
        urgent=_urgent(session, scope, since, until),
        deadlines=deadlines(session, scope, moment),
        acceptance=acceptance(session, scope, since, until),
        rates=tuple(measure(session, scope, since, until, codes=RATES, now=moment)),
        units=_units(session, scope, since, until, moment) if long else (),
        returns=tuple(returns_by_reason(session, scope, since, until)) if long else (),
        issues=_issues(session, scope, least=REPEATED),
        ledger=_issues(session, scope, kind=LEDGER) if kind == "monthly" else (),
        alerts=_alerts(session, scope, since, until),
    )


def every_day(counts: Iterable[Count], since: date, until: date) -> tuple[Count, ...]:
    """The counts of all days: one without a ticket is a zero, not a gap."""
    found = {one.key: one for one in counts}
    days = [str(since + timedelta(days=n)) for n in range((until - since).days + 1)]
    return tuple(found.get(day) or Count(day, day, 0, 0) for day in days)


def _units(session: Session, scope: Scope, since: date, until: date, moment: datetime) -> tuple[UnitLine, ...]:
    found: dict[str, dict[str, Figure]] = {}
    for one in measure(session, scope, since, until, by="unit", codes=OF_UNITS, now=moment):
        if one.part is not None and one.denominator:
            found.setdefault(one.part, {})[one.code] = one
    lines = [UnitLine(unit, figures) for unit, figures in found.items()]
    return tuple(sorted((one for one in lines if one.handled), key=lambda one: (-one.handled, one.unit))[: TOP * 2])


def _urgent(session: Session, scope: Scope, since: date, until: date) -> tuple[tuple[str, str, str, str], ...]:
    if not scope.may("read"):
        return ()
    rows = []
    for level in ("特急", "紧急"):
        page = tickets(session, scope, Filters(urgency=level, since=since, until=until), size=TOP)
        rows += [(one.ticket_no, level, one.title, one.district or "未识别") for one in page.rows]
    return tuple(rows[: TOP * 2])


def _issues(
    session: Session, scope: Scope, *, least: int = 2, kind: str | None = None
) -> tuple[tuple[str, str, int, str, str], ...]:
    if not scope.may("read"):
        return ()
    page = issues_list(session, scope, least=least, kind=kind, size=TOP)
    return tuple(
        (one.issue_no, one.title, one.tickets, one.lead_unit or one.unit or "—", one.state) for one in page.rows
    )


def _alerts(session: Session, scope: Scope, since: date, until: date) -> tuple[tuple[str, str, str], ...]:
    if not scope.may("alarms"):
        return ()
    page = alerts_list(session, scope, size=200)
    rows = [one for one in page.rows if since <= one.day <= until]
    return tuple((one.grade, one.rule, one.title) for one in rows[:TOP])

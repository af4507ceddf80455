"""The figures of a report (口径与数字): read once through the views, so that page, .docx and .xlsx show the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from sqlmodel import Session

from classify.ticket import SHANGHAI, InputError
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


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a report prints. ``before`` counts the period of the same length just before."""

    kind: Kind
    since: date
    until: date
    total: int
    before: int
    days: tuple[Count, ...]
    categories: tuple[Count, ...]
    categories_before: dict[str | None, int]
    matters: tuple[Count, ...]
    districts: tuple[Count, ...]
    requests: tuple[Count, ...]
    urgent: tuple[tuple[str, str, str, str], ...]
    deadlines: Deadlines
    acceptance: Acceptance
    issues: tuple[tuple[str, str, int, str], ...]
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


def period(kind: str, day: date) -> tuple[date, date]:
    """First and last day of the report that ``day`` belongs to: the day, its week from Monday, its month."""
    if kind == "daily":
        return day, day
    if kind == "weekly":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if kind == "monthly":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    raise InputError("没有这种报告", value=kind, allowed="daily、weekly、monthly")


def collect(session: Session, scope: Scope, kind: Kind, day: date) -> Figures:
    """Reads the figures of one report; what stands open is as of the end of its last day. Needs the right ``count``."""
    since, until = period(kind, day)
    length = until - since + timedelta(days=1)
    moment = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    days = tuple(volumes_by_day(session, scope, since, until))
    earlier = volumes_by_category(session, scope, since - length, since - timedelta(days=1))
    return Figures(
        kind=kind,
        since=since,
        until=until,
        total=sum(one.count for one in days),
        before=sum(one.count for one in earlier),
        days=days,
        categories=tuple(volumes_by_category(session, scope, since, until)),
        categories_before={one.key: one.count for one in earlier},
        matters=tuple(volumes_by_category(session, scope, since, until, level=2)[:TOP]),
        districts=tuple(volumes_by_district(session, scope, since, until)),
        requests=tuple(volumes_by(session, scope, "request_type", since, until)),
        urgent=_urgent(session, scope, since, until),
        deadlines=deadlines(session, scope, moment),
        acceptance=acceptance(session, scope, since, until),
        issues=_issues(session, scope),
        alerts=_alerts(session, scope, since, until),
    )


def _urgent(session: Session, scope: Scope, since: date, until: date) -> tuple[tuple[str, str, str, str], ...]:
    if not scope.may("read"):
        return ()
    rows = []
    for level in ("特急", "紧急"):
        page = tickets(session, scope, Filters(urgency=level, since=since, until=until), size=TOP)
        rows += [(one.ticket_no, level, one.title, one.district or "未识别") for one in page.rows]
    return tuple(rows[: TOP * 2])


def _issues(session: Session, scope: Scope) -> tuple[tuple[str, str, int, str], ...]:
    page = issues_list(session, scope, size=TOP)
    return tuple((one.issue_no, one.title, one.tickets, one.state) for one in page.rows)


def _alerts(session: Session, scope: Scope, since: date, until: date) -> tuple[tuple[str, str, str], ...]:
    if not scope.may("alarms"):
        return ()
    page = alerts_list(session, scope, size=200)
    rows = [one for one in page.rows if since <= one.day <= until]
    return tuple((one.grade, one.rule, one.title) for one in rows[:TOP])

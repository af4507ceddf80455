"""Cached readers of the overview (态势数据). The scope is part of every key, so nobody sees another's figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import streamlit as st

from dashboard import connect
from warehouse import views
from warehouse.scope import Scope
from warehouse.views import Acceptance, Count, Deadlines, Filters

FRESH: Final = 45
"""Seconds that a figure may be old; the page prints the moment it was reckoned."""


@dataclass(frozen=True)
class Figures:
    """All figures of one stretch of days, and of the same number of days before. ``at``: when they were reckoned."""

    since: date
    until: date
    at: datetime
    newest: datetime | None
    days: dict[date, int]
    days_before: dict[date, int]
    level1: list[Count]
    level1_before: dict[str | None, int]
    districts: list[Count]
    districts_before: dict[str | None, int]
    hours: dict[int, int]
    lanes: dict[str | None, int]
    deadlines: Deadlines
    acceptance: Acceptance

    @property
    def total(self) -> int:
        return sum(self.days.values())

    @property
    def before(self) -> int:
        return sum(self.days_before.values())


def scope_key(scope: Scope) -> tuple[Any, ...]:
    """The scope as a cache key: equal scopes, equal keys."""
    lists = [None if one is None else tuple(sorted(one)) for one in (scope.areas, scope.units)]
    return (scope.user, scope.role, *lists)


@st.cache_data(ttl=FRESH, max_entries=200, show_spinner=False, hash_funcs={Scope: scope_key})
def figures(scope: Scope, since: date, until: date, district: str | None, moment: datetime) -> Figures:
    """Everything the overview shows. ``moment`` is "now" to the minute, so that caches of one minute are shared."""
    length = (until - since).days + 1
    old = (since - timedelta(days=length), since - timedelta(days=1))
    only = Filters(district=district)
    with connect.session() as session:
        return Figures(
            since=since,
            until=until,
            at=moment,
            newest=views.newest_moment(session, scope),
            days=_days(views.volumes_by_day(session, scope, since, until, only)),
            days_before=_days(views.volumes_by_day(session, scope, *old, only)),
            level1=views.volumes_by_category(session, scope, since, until, only),
            level1_before=_plain(views.volumes_by_category(session, scope, *old, only)),
            districts=views.volumes_by_district(session, scope, since, until),
            districts_before=_plain(views.volumes_by_district(session, scope, *old)),
            hours={
                int(one.key): one.count for one in views.volumes_by_hour(session, scope, since, until, only) if one.key
            },
            lanes=_plain(views.lanes(session, scope, since, until, only)),
            deadlines=views.deadlines(session, scope, moment, only),
            acceptance=views.acceptance(session, scope, since, until, only),
        )


def _days(rows: list[Count]) -> dict[date, int]:
    return {date.fromisoformat(one.key): one.count for one in rows if one.key}


def _plain(rows: list[Count]) -> dict[str | None, int]:
    return {one.key: one.count for one in rows}

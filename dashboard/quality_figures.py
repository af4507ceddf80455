"""Cached readers of the quality page. The scope is part of every key, so nobody sees another's figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st

from dashboard import connect
from dashboard.figures import scope_key
from warehouse import spot_checks, views
from warehouse.scope import Scope
from warehouse.spot_checks import SampleResult
from warehouse.views import Acceptance, ClassAcceptance, Drift

FRESH = 300
"""Seconds that a figure may be old: drift and acceptance move by the day."""


@dataclass(frozen=True)
class Quality:
    """What the first tab shows of one stretch of days."""

    acceptance: Acceptance
    classes: list[ClassAcceptance]
    drifts: list[Drift]
    samples: list[SampleResult]

    @property
    def tickets(self) -> int:
        """Tickets received in the stretch."""
        return self.drifts[0].now

    @property
    def before(self) -> int:
        """Tickets they are compared with."""
        return self.drifts[0].before


def quality(scope: Scope, since: date, until: date, moment: datetime) -> Quality:
    """Everything of the first tab; the samples are read anew each time, because a verdict shows at once."""
    acceptance, classes, drifts = _slow(scope, since, until, moment.replace(minute=moment.minute // 5 * 5))
    with connect.session() as session:
        return Quality(acceptance, classes, drifts, spot_checks.sample_results(session, scope))


@st.cache_data(ttl=FRESH, max_entries=100, show_spinner=False, hash_funcs={Scope: scope_key})
def _slow(
    scope: Scope, since: date, until: date, moment: datetime
) -> tuple[Acceptance, list[ClassAcceptance], list[Drift]]:
    with connect.session() as session:
        return (
            views.acceptance(session, scope, since, until),
            views.acceptance_by_class(session, scope, since, until),
            views.drift(session, scope, since, until, now=moment),
        )

"""Precision, lead time and clocks of a rule come from what people put on record, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from classify.ticket import AccessError
from warehouse import alert_loop
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.models import AlertRow, AlertTicketRow, TicketRow
from warehouse.scope import Scope
from warehouse.views import alert_outcomes
from warehouse.views.alert_outcomes import lead_hours

NOW = datetime(2026, 3, 18, 2, tzinfo=UTC)
DAY = NOW.date()
HEAD = Scope("shenhe", "reviewer")
HOUR = timedelta(hours=1)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Five alarms of A08, one of A04; the first has six tickets, four of them after it fired."""
    url = f"sqlite:///{tmp_path / 'loop.db'}"
    upgrade(url)
    with open_session(make_engine(url)) as opened:
        for number in range(6):
            rule = "A04" if number == 5 else "A08"
            opened.add(
                AlertRow(
                    id=number + 1, alert_key=f"{rule}|{number}|1", rule=rule, grade="橙", title="x", day=DAY,
                    fired_at=NOW, last_at=NOW, district="天桥区", unit="某局", count=6,
                )
            )  # fmt: skip
        opened.flush()
        for number, hours in enumerate((-2, -1, 3, 5, 8, 20)):
            at = NOW + hours * HOUR
            opened.add(
                TicketRow(
                    ticket_no=f"T{number}", received_at=at, day=at.date(), hour=at.hour, content_hash="x", batch_id="b"
                )
            )
            opened.add(AlertTicketRow(alert_id=1, ticket_no=f"T{number}"))
        opened.commit()
        yield opened


def take(session: Session, alarm: int, step: str, hours: float, **more: str) -> None:
    alert_loop.step(session, HEAD, alarm, step, reason="查过", at=NOW + timedelta(hours=hours), **more)


def test_outcomes_make_precision_lead_and_clocks(session: Session) -> None:
    take(session, 1, "研判", 0.4, outcome="true")
    take(session, 1, "签发", 0.5)
    take(session, 1, "签收", 0.6)
    take(session, 1, "处置", 2.0)
    take(session, 2, "研判", 3, outcome="true")
    take(session, 2, "签发", 3.1)
    take(session, 2, "签收", 3.2)
    take(session, 2, "处置", 9.0)
    take(session, 3, "研判", 0.1, outcome="false")
    take(session, 4, "研判", 0.1, outcome="explained")
    surge, gym = alert_outcomes(session, HEAD, DAY, DAY)
    assert (surge.rule, surge.fired, surge.unjudged, surge.precision, surge.lead) == ("A04", 1, 1, None, None)
    assert (gym.fired, gym.true, gym.false, gym.explained, gym.unjudged) == (5, 2, 1, 1, 1)
    assert gym.precision == pytest.approx(2 / 3)
    assert gym.lead == 3.0, "half of the six tickets had come three hours after the alarm"
    assert (gym.looked_in_time, gym.looked) == (3, 4), "橙 is to be looked at within 30 minutes"
    assert (gym.reported_in_time, gym.reported) == (1, 2), "橙 is to be reported on within two hours of 签发"


def test_a_review_may_change_the_outcome(session: Session) -> None:
    take(session, 1, "研判", 0.1, outcome="true")
    take(session, 1, "解除", 1)
    take(session, 1, "复盘", 2, outcome="false")
    (gym,) = (one for one in alert_outcomes(session, HEAD, DAY, DAY) if one.rule == "A08")
    assert (gym.true, gym.false, gym.lead) == (0, 1, None)


def test_other_days_and_other_areas_do_not_count(session: Session) -> None:
    assert alert_outcomes(session, HEAD, DAY + timedelta(days=1), DAY + timedelta(days=9)) == ()
    assert alert_outcomes(session, Scope("x", "reviewer", areas=frozenset({"历下区"})), DAY, DAY) == ()
    with pytest.raises(AccessError):
        alert_outcomes(session, Scope("x", "nobody"), DAY, DAY)


@given(st.lists(st.integers(-500, 500), min_size=1, max_size=40))
def test_lead_is_the_time_to_half_of_the_tickets(hours: list[int]) -> None:
    lead = lead_hours(NOW, [NOW + one * HOUR for one in hours])
    assert sum(one <= lead for one in hours) * 2 >= len(hours)
    assert sum(one < lead for one in hours) * 2 <= len(hours)

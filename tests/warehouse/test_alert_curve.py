"""The picture of an alarm is reckoned from the tickets, each day as if the next had not come; what has no series has
none."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from sqlmodel import Session, select

from classify.ticket import AccessError
from routing.pack import Pack
from tests.warehouse.test_alerts import NOW, SmallTriager, background, ticket
from warehouse.alerts import raise_alerts
from warehouse.intake import take_in
from warehouse.models import AlertRow, TicketRow
from warehouse.scope import Scope
from warehouse.views import alert_curve

HEAD = Scope("shenhe", "reviewer")


@pytest.fixture
def surged(session: Session) -> Session:
    """Seventy quiet days, and a city-wide surge on the last one."""
    many = [
        ticket(f"S{n}", f"{d}区噪声太大了{n}", NOW - timedelta(hours=n % 9), f"s{n}")
        for n, d in enumerate(["历下", "市中", "槐荫"] * 5)
    ]
    take_in(session, SmallTriager(), background() + many, "b1")
    raise_alerts(session, Pack.load("jinan"), NOW)
    return session


def surge_of(session: Session) -> AlertRow:
    return session.exec(select(AlertRow).where(AlertRow.rule == "A04")).one()


def test_the_surge_stands_out_of_its_picture(surged: Session) -> None:
    alarm = surge_of(surged)
    curve = alert_curve(surged, HEAD, alarm.id or 0, now=NOW)
    assert curve is not None
    assert (curve.category, curve.area, len(curve.days)) == ("0901", None, 70)
    assert curve.days[-1] == NOW.date()
    assert (curve.counts[-1], curve.own[-1], sum(curve.own)) == (15, 15, 15)
    assert curve.alarm[-1]
    assert curve.upper[-1] is not None
    assert curve.counts[-1] > curve.upper[-1] >= 0
    assert curve.calm == 0
    assert sum(curve.alarm) == 1
    assert curve.expected[-1] == pytest.approx(alarm.expected, abs=0.01), "as when it fired"


def test_a_day_of_the_picture_knows_nothing_later(surged: Session) -> None:
    alarm = surge_of(surged)
    whole = alert_curve(surged, HEAD, alarm.id or 0, now=NOW)
    alarm.day -= timedelta(days=9)
    surged.add(alarm)
    surged.commit()
    cut = alert_curve(surged, HEAD, alarm.id or 0, now=NOW - timedelta(days=9))
    assert whole is not None
    assert cut is not None
    assert cut.days == whole.days[:-9]
    for name in ("counts", "expected", "upper", "alarm"):
        np.testing.assert_array_equal(
            np.array(getattr(cut, name), dtype=float), np.array(getattr(whole, name)[:-9], dtype=float)
        )
    assert cut.calm == len(cut.days)


def test_a_ticket_of_another_class_leaves_the_picture(surged: Session) -> None:
    alarm = surge_of(surged)
    row = surged.get_one(TicketRow, "S0")
    row.category = "0101"
    surged.add(row)
    surged.commit()
    curve = alert_curve(surged, HEAD, alarm.id or 0, now=NOW)
    assert curve is not None
    assert curve.counts[-1] == 14
    assert alarm.count == 15, "the alarm keeps what it saw"


def test_what_has_no_series_has_no_picture_and_scope_holds(surged: Session) -> None:
    one = AlertRow(
        alert_key="A20|x|1", rule="A20", grade="黄", title="某局:超期", day=NOW.date(), fired_at=NOW, last_at=NOW,
        unit="某局", count=9, category="0901",
    )  # fmt: skip
    surged.add(one)
    surged.commit()
    assert alert_curve(surged, HEAD, one.id or 0) is None
    with pytest.raises(AccessError):
        alert_curve(surged, Scope("x", "reviewer", areas=frozenset({"历下区"})), surge_of(surged).id or 0)

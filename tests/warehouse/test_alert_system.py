"""Faults of the feed are told as such: a feed that stopped is no quiet city, one that came twice is no surge."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, func, select

from classify.ticket import SHANGHAI
from routing.pack import Pack
from tests.warehouse.conftest import FakeTriager, a_ticket
from warehouse.alert_rules import AlertRule, load_rules
from warehouse.alert_system import double, drift, gap
from warehouse.alerts import raise_alerts
from warehouse.intake import take_in
from warehouse.models import AlertRow, BatchRow, TicketRow

PACK = Pack.load("jinan")
NOW = datetime(2026, 3, 4, 18, 0, tzinfo=SHANGHAI)


def rule(line: str) -> AlertRule:
    return next(one for one in load_rules(PACK) if one.id == line)


def fill(session: Session, until: datetime, per_hour: int = 4, days: int = 20, category: str = "0901") -> None:
    """Plain rows, so many in every hour from 8 to 20."""
    rows = []
    for back in range(days):
        for hour in range(8, 20):
            at = (NOW - timedelta(days=back)).replace(hour=hour, minute=30)
            rows += [
                TicketRow(
                    ticket_no=f"G{category}{back:03d}{hour:02d}{n}", received_at=at, day=at.date(), hour=hour,
                    content_hash="x", batch_id="b", category=category,
                )
                for n in range(per_hour)
                if at <= until
            ]  # fmt: skip
    session.add_all(rows)
    session.commit()


def test_a_feed_that_stopped_is_told_with_what_is_missing(session: Session) -> None:
    fill(session, NOW - timedelta(hours=6))
    found = list(gap(rule("W2501"), session, NOW))
    assert [one.level for one in found] == ["黄", "黄", "黄", "黄"], "from the third silent hour on"
    assert "并非平安无事" in found[-1].why
    assert found[-1].expected == pytest.approx(6 * 4, abs=2)
    raise_alerts(session, PACK, NOW)
    alarms = session.exec(select(AlertRow)).all()
    assert [(one.rule, one.title[-20:]) for one in alarms if one.rule == "A25"] != []
    assert len([one for one in alarms if one.rule == "A25"]) == 1, "one silence is one alarm"


@pytest.mark.parametrize(("per_hour", "hours"), [(4, 2), (1, 6)])
def test_a_short_or_a_thin_silence_is_luck(session: Session, per_hour: int, hours: int) -> None:
    fill(session, NOW - timedelta(hours=hours), per_hour)
    assert list(gap(rule("W2501"), session, NOW)) == []


def test_the_night_and_a_young_warehouse_are_no_gap(session: Session) -> None:
    fill(session, NOW, days=9)
    assert list(gap(rule("W2501"), session, NOW + timedelta(hours=12))) == []


def test_a_feed_sent_twice_is_a_data_alarm_and_counts_once(session: Session) -> None:
    tickets = [
        a_ticket(f"D{n:03d}", "历下区噪声", NOW - timedelta(days=n % 40, hours=n % 7), caller_key=f"c{n}")
        for n in range(120)
    ]
    take_in(session, FakeTriager(), tickets, "first")
    raise_alerts(session, PACK, NOW)
    before = {(one.rule, one.title, one.count) for one in session.exec(select(AlertRow))}
    saved = take_in(session, FakeTriager(), tickets, "again")
    assert saved.same == 120
    batch = session.get_one(BatchRow, "again")
    assert (batch.rows_read, batch.rows_same) == (120, 120)
    batch.started_at = NOW - timedelta(minutes=5)  # the fixed day of this test
    session.add(batch)
    session.commit()
    assert session.exec(select(func.count()).select_from(TicketRow)).one() == 120
    (fired,) = double(rule("W2502"), session, NOW)
    assert (fired.level, fired.number) == ("橙", 100)
    raise_alerts(session, PACK, NOW)
    after = {(one.rule, one.title, one.count) for one in session.exec(select(AlertRow))}
    assert {one[0] for one in after - before} == {"A25"}
    assert before <= after, "no count has grown"


def test_a_few_rows_again_are_no_second_feed(session: Session) -> None:
    session.add(
        BatchRow(
            batch_id="b", kind="tickets", source="f", started_at=NOW - timedelta(hours=1), rows_read=1000, rows_same=100
        )
    )
    session.add(
        BatchRow(
            batch_id="c", kind="tickets", source="f", started_at=NOW - timedelta(hours=1), rows_read=12, rows_same=12
        )
    )
    session.commit()
    assert list(double(rule("W2502"), session, NOW)) == []


def test_shares_that_jump_are_told(session: Session) -> None:
    fill(session, NOW - timedelta(days=7), days=30)
    assert list(drift(rule("W2503"), session, NOW)) == []
    for back in range(7):
        at = NOW - timedelta(days=back)
        session.add_all(
            TicketRow(
                ticket_no=f"X{back}{n:02d}",
                received_at=at,
                day=at.date(),
                hour=12,
                content_hash="x",
                batch_id="b",
                category="0101",
            )
            for n in range(40)
        )
    session.commit()
    assert {one.code: one.level for one in drift(rule("W2503"), session, NOW)} == {"01": "橙", "09": "橙"}

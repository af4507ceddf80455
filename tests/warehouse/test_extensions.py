"""Extensions move a deadline by working days: asked in time, at most ten in all, from the page or from a feed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from classify.ticket import SHANGHAI, Event, InputError, StateError
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.decisions import Decision, decide
from warehouse.extensions import DAYS, MOST, UNTIL, calendar_of, deadline, extended
from warehouse.handling import Act, act, review_queue
from warehouse.intake import take_events, take_in
from warehouse.metrics import measure
from warehouse.models import EventRow
from warehouse.views import SYSTEM, Scope

OFFICER = Scope("wang", "officer", units=frozenset({"历下区生态环境局"}))
REVIEWER = Scope("zhao", "reviewer")
DUE = NOON + timedelta(days=5)
"""What the fake triager says: Monday 2026-03-09, noon."""


@pytest.fixture
def sent(session: Session, triager: FakeTriager) -> Session:
    take_in(session, triager, [a_ticket("T1", "历下区噪声")], "B1")
    decide(session, Decision("T1", "system", at=NOON), SYSTEM, NOON)
    return session


def row(kind: str, minutes: int, **result: str) -> EventRow:
    at = NOON + timedelta(minutes=minutes)
    return EventRow(
        event_key=f"{kind}{minutes}", ticket_no="T1", at=at, kind=kind, result=json.dumps(result), batch_id="B"
    )


def midnight(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=SHANGHAI)


def test_a_ruling_moves_the_deadline_and_the_request_says_how_far(sent: Session) -> None:
    act(sent, OFFICER, Act("T1", "延期申请", reason="等检测报告", days=5, at=NOON))
    assert review_queue(sent, REVIEWER).rows[0].days == "5"
    assert current(sent, "T1").due_at == DUE
    act(sent, REVIEWER, Act("T1", "延期通过", at=NOON + timedelta(hours=1)))
    assert current(sent, "T1").due_at == midnight(3, 17)  # Tuesday to Monday, 24:00


def test_a_reviewer_may_grant_fewer_days_and_all_of_them_are_ten(sent: Session) -> None:
    act(sent, OFFICER, Act("T1", "延期申请", reason="等检测报告", days=8, at=NOON))
    act(sent, REVIEWER, Act("T1", "延期通过", days=6, at=NOON + timedelta(hours=1)))
    assert current(sent, "T1").due_at == midnight(3, 18)
    with pytest.raises(InputError, match="1 至 4"):
        act(sent, OFFICER, Act("T1", "延期申请", reason="还差一点", days=5, at=NOON + timedelta(hours=2)))
    act(sent, OFFICER, Act("T1", "延期申请", reason="还差一点", days=4, at=NOON + timedelta(hours=2)))
    act(sent, REVIEWER, Act("T1", "延期通过", at=NOON + timedelta(hours=3)))
    assert current(sent, "T1").due_at == midnight(3, 24)
    with pytest.raises(InputError, match="已满 10"):
        act(sent, OFFICER, Act("T1", "延期申请", reason="再延", days=1, at=NOON + timedelta(hours=4)))


@pytest.mark.parametrize("days", [None, 0, -1, 11])
def test_days_are_one_to_ten(sent: Session, days: int | None) -> None:
    with pytest.raises(InputError, match="1 至 10"):
        act(sent, OFFICER, Act("T1", "延期申请", reason="等", days=days, at=NOON))


def test_after_the_deadline_it_is_too_late(sent: Session) -> None:
    with pytest.raises(StateError, match="已过"):
        act(sent, OFFICER, Act("T1", "延期申请", reason="等", days=2, at=DUE + timedelta(minutes=1)))


def test_a_refused_request_moves_nothing(sent: Session) -> None:
    act(sent, OFFICER, Act("T1", "延期申请", reason="等", days=2, at=NOON))
    act(sent, REVIEWER, Act("T1", "延期驳回", reason="理由不足", at=NOON + timedelta(hours=1)))
    assert current(sent, "T1").due_at == DUE


def test_a_feed_brings_extensions_and_the_rates_follow(sent: Session) -> None:
    def at(hours: int) -> datetime:
        return NOON + timedelta(hours=hours)

    said = [
        Event("T1", at(1), "签收", "甲"),
        Event("T1", at(2), "延期申请", "甲", "等", {DAYS: "3"}),
        Event("T1", at(3), "延期通过", "甲"),
        Event("T1", at(24 * 7), "办结", "甲"),
    ]
    take_events(sent, said, "B2")
    assert current(sent, "T1").due_at == midnight(3, 13)
    first, last = NOON.date() - timedelta(days=9), NOON.date() + timedelta(days=30)
    rates = {one.code: one.numerator for one in measure(sent, SYSTEM, first, last, now=at(24 * 30))}
    assert (rates["M04"], rates["M11"]) == (1, 0)
    take_in(sent, FakeTriager("fake:2"), [a_ticket("T1", "历下区噪声")], "B3")
    assert current(sent, "T1").due_at == midnight(3, 13)


def test_an_extension_that_was_not_kept_is_late(sent: Session) -> None:
    act(sent, OFFICER, Act("T1", "延期申请", reason="等", days=1, at=NOON))
    act(sent, REVIEWER, Act("T1", "延期通过", at=NOON + timedelta(hours=1)))
    take_events(sent, [Event("T1", NOON + timedelta(days=20), "办结", "甲")], "B2")
    first, last = NOON.date() - timedelta(days=9), NOON.date() + timedelta(days=30)
    rates = {one.code: one.numerator for one in measure(sent, SYSTEM, first, last, now=NOON + timedelta(days=30))}
    assert (rates["M04"], rates["M11"]) == (0, 1)


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ([row("延期通过", 1, 延期至="2026-03-20")], midnight(3, 21)),
        ([row("延期通过", 1, 延期至="2026-03-20T18:00:00+08:00")], datetime(2026, 3, 20, 18, tzinfo=SHANGHAI)),
        ([row("延期通过", 1, 延期至="2026-01-01")], DUE),  # never earlier
        ([row("延期通过", 1)], extended(DUE, MOST)),
        ([row("延期通过", 1, 延期工作日="999")], extended(DUE, MOST)),
        ([row("延期申请", 0, 延期工作日="2天"), row("延期通过", 1)], extended(DUE, 2)),
        ([row("延期申请", 0, 延期工作日="2")], DUE),
        ([row("延期通过", 1, 延期至="不清楚", 延期工作日="2")], extended(DUE, 2)),
    ],
)
def test_what_a_feed_may_say(events: list[EventRow], due: datetime) -> None:
    assert deadline(DUE, events, {}) == due
    assert deadline(None, events, {}) is None
    assert deadline(DUE, events, {one.event_key: "x" for one in events}) == DUE


@settings(deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31), timezones=st.just(SHANGHAI)), st.integers(1, MOST))
def test_an_extension_adds_exactly_its_working_days(due: datetime, days: int) -> None:
    calendar = calendar_of("jinan")
    end = extended(due, days)
    last = (due - timedelta(microseconds=1)).date()
    assert (end.hour, end.minute) == (0, 0)
    assert calendar.working_days(last + timedelta(days=1), end.date()) == days
    assert calendar.is_workday(end.date() - timedelta(days=1))


def test_the_keys_are_those_of_the_feed() -> None:
    assert (DAYS, UNTIL) == ("延期工作日", "延期至")

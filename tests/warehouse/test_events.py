"""Events from files: they move tickets in any order of arrival, once each."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from classify.ticket import Event
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.intake import take_events, take_in
from warehouse.quarantine import Saved
from warehouse.views import SYSTEM, deadlines, ticket_detail

HOUR = timedelta(hours=1)
UNIT = "历下区城市管理局"


def story(number: str = "T1") -> list[Event]:
    return [
        Event(number, NOON + 1 * HOUR, "派单", UNIT),
        Event(number, NOON + 2 * HOUR, "签收", UNIT),
        Event(number, NOON + 9 * HOUR, "办结", UNIT, text="已清运"),
        Event(number, NOON + 20 * HOUR, "回访", None, None, {"是否解决": "是", "满意度": "非常满意"}),
    ]


def test_events_move_the_ticket_and_say_how_it_ended(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", "历下区垃圾")], "B1")
    assert take_events(session, story(), "B2") == Saved(read=4, new=4)
    row = current(session, "T1")
    assert (row.state, row.unit, row.unit_from) == ("回访", UNIT, "event")
    assert (row.resolved, row.satisfaction) == ("已解决", "很满意")
    assert row.closed_at == NOON + 9 * HOUR
    assert deadlines(session, SYSTEM, NOON).answered == 1


def test_the_same_events_again_are_the_same(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", "历下区垃圾")], "B1")
    take_events(session, story(), "B2")
    assert take_events(session, story(), "B3") == Saved(read=4, same=4)


def test_late_events_are_folded_by_their_time(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", "历下区垃圾")], "B1")
    for event in reversed(story()):
        take_events(session, [event], "B2")
    detail = ticket_detail(session, SYSTEM, "T1")
    assert detail.now.state == "回访"
    assert all(event.set_aside is None for event in detail.events)


def test_events_before_their_ticket_wait_for_it(session: Session, triager: FakeTriager) -> None:
    assert take_events(session, story(), "B1").new == 4
    take_in(session, triager, [a_ticket("T1", "历下区垃圾")], "B2")
    assert current(session, "T1").state == "回访"
    assert current(session, "T1").set_aside == 0


def test_illegal_and_unknown_events_are_kept_apart_and_nothing_is_lost(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", "历下区垃圾")], "B1")
    odd = [Event("T1", NOON, "签收", UNIT), Event("T1", NOON, "起飞", UNIT), Event("T1", NOON + HOUR, "派单", UNIT)]
    saved = take_events(session, odd, "B2")
    assert (saved.read, saved.new, saved.rejected) == (3, 2, 1)
    detail = ticket_detail(session, SYSTEM, "T1")
    assert detail.now.state == "已派单"
    assert [event.set_aside is None for event in detail.events] == [False, True]
    assert detail.counters["set_aside"] == 1


def test_a_changed_ticket_keeps_its_story(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", "历下区垃圾")], "B1")
    take_events(session, story(), "B2")
    take_in(session, triager, [a_ticket("T1", "历下区噪声")], "B3")
    row = current(session, "T1")
    assert (row.category, row.state, row.unit) == ("0901", "回访", UNIT)

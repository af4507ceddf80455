"""Kinds of repeat: each rule with its evidence chain, and what must not trigger it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from classify.ticket import SHANGHAI, Event, Ticket
from routing.fingerprint import Fingerprint, fingerprint
from routing.kinds import KindFound, kinds_by_ticket, kinds_of
from routing.policy import RepeatPolicy

POLICY = RepeatPolicy.load()
START = datetime(2024, 3, 1, 8, tzinfo=SHANGHAI)


def day(n: float) -> datetime:
    return START + timedelta(days=n)


def ticket(no: str, n: float, caller: str | None = "u", text: str = "小区停车位被占") -> Fingerprint:
    return fingerprint(Ticket(no, day(n), "反映小区停车问题", text, caller_key=caller))


def closed(no: str, n: float, solved: str | None = None) -> list[Event]:
    events = [Event(no, day(n), "办结")]
    if solved is not None:
        events.append(Event(no, day(n + 0.1), "回访", result={"是否解决": solved}))
    return events


def named(found: tuple[KindFound, ...]) -> dict[str, KindFound]:
    return {kind.kind: kind for kind in found}


def test_chaser_while_open_and_repeat_after_close() -> None:
    tickets = [ticket("A", 0), ticket("B", 2), ticket("C", 20)]
    found = named(kinds_of(tickets, closed("A", 5, "否"), POLICY))
    assert found["催办"].tickets == ("A", "B")
    assert found["催办"].dates == (day(0).date(), day(2).date())
    assert found["重复诉求"].tickets == ("A", "C")


def test_without_events_a_ticket_is_open_for_a_while() -> None:
    assert set(named(kinds_of([ticket("A", 0), ticket("B", 5)], [], POLICY))) == {"催办"}
    assert set(named(kinds_of([ticket("A", 0), ticket("B", 50)], [], POLICY))) == {"重复诉求"}
    assert not kinds_of([ticket("A", 0), ticket("B", 50, "v")], [], POLICY)


@pytest.mark.parametrize(
    ("days", "rule"),
    [
        ((0, 40, 89), "often_few"),
        ((0, 80, 170, 260, 350), "often_many"),
        ((0, 46, 92), None),
        ((0, 80, 170, 260, 366), None),
    ],
)
def test_often_counts_tickets_in_windows(days: tuple[int, ...], rule: str | None) -> None:
    tickets = [ticket(f"T{i}", n, f"u{i}") for i, n in enumerate(days)]
    found = named(kinds_of(tickets, [], POLICY))
    assert (found["多次重复"].rule if rule else found.get("多次重复")) == rule


def test_chasers_do_not_make_it_often() -> None:
    tickets = [ticket("A", 0), ticket("B", 1), ticket("C", 2), ticket("D", 3)]
    assert "多次重复" not in named(kinds_of(tickets, [], POLICY))


@pytest.mark.parametrize(("callers", "span", "expected"), [(5, 6.9, True), (4, 3, False), (5, 8, False)])
def test_common_needs_callers_in_a_week(callers: int, span: float, expected: bool) -> None:
    tickets = [ticket(f"T{i}", span * i / (callers - 1), f"u{i}") for i in range(callers)]
    assert ("多人同诉" in named(kinds_of(tickets, [], POLICY))) is expected


@pytest.mark.parametrize(
    ("back", "said", "expected"), [(20, "是", True), (20, "否", False), (20, None, False), (40, "是", False)]
)
def test_rebound_needs_solved_and_back_in_time(back: float, said: str | None, expected: bool) -> None:
    found = named(kinds_of([ticket("A", 0), ticket("B", 5 + back)], closed("A", 5, said), POLICY))
    assert ("反弹" in found) is expected


def test_the_callers_word_stands_above_the_units() -> None:
    events = [Event("A", day(4), "答复", text="问题已得到解决,路灯已修复。"), *closed("A", 5, "否")]
    assert "反弹" not in named(kinds_of([ticket("A", 0), ticket("B", 12)], events, POLICY))
    assert "反弹" in named(kinds_of([ticket("A", 0), ticket("B", 12)], events[:2], POLICY))


@pytest.mark.parametrize(
    ("events", "rule"),
    [
        ([Event("A", day(3), "答复", text="该事项不属于街道职责范围,街道无执法权。")], "beyond"),
        ([Event("A", day(1), "退单通过"), Event("B", day(30), "退单通过")], "returns"),
        ([Event("A", day(1), "延期通过"), Event("B", day(30), "延期通过")], "extensions"),
        ([Event("A", day(4), "重办"), Event("A", day(9), "重办"), *closed("A", 12, "否")], "redos"),
        ([Event("A", day(1), "退单通过"), Event("B", day(30), "退单申请")], None),
        ([Event("A", day(4), "重办"), Event("A", day(9), "重办"), *closed("A", 12, "是")], None),
    ],
)
def test_powerless(events: list[Event], rule: str | None) -> None:
    found = named(kinds_of([ticket("A", 0), ticket("B", 25)], events, POLICY, as_of=day(40)))
    assert (found["基层无力解决"].rule if rule else found.get("基层无力解决")) == rule


def test_who_says_that_nothing_was_done_does_not_say_that_it_came_back() -> None:
    later = ticket("B", 20, text="工单显示办结,可现场还是老样子,停车位还被占着")
    unreached = [Event("A", day(3), "办结", reason="实质解决"), Event("A", day(4), "回访", reason="三次回访未接通")]
    assert "反弹" not in named(kinds_of([ticket("A", 0), later], unreached, POLICY))
    assert "反弹" in named(kinds_of([ticket("A", 0), ticket("B", 20)], unreached, POLICY))
    assert "反弹" in named(kinds_of([ticket("A", 0), later], closed("A", 3, "是"), POLICY))


def test_a_recalled_matter_needs_more_than_two_neighbours() -> None:
    neighbours = [replace(ticket(no, n, f"u{no}"), codes=(("0601", 90),)) for no, n in (("A", 0), ("B", 40))]
    assert not kinds_of(neighbours, [], POLICY, recalled={"0601"})
    again = [*neighbours, replace(ticket("C", 80, "uA"), codes=(("0601", 90),))]
    assert named(kinds_of(again, [], POLICY, recalled={"0601"}))["基层无力解决"].rule == "recalled"


def test_whose_number_is_withheld_is_believed_to_call_again() -> None:
    first, later = ticket("A", 0), ticket("B", 20, None, "之前反映过停车位被占,回复说处理了,没变化")
    assert named(kinds_of([first, later], closed("A", 5), POLICY))["重复诉求"].tickets == ("A", "B")
    assert not kinds_of([first, ticket("B", 20, None)], closed("A", 5), POLICY)


def test_group_by_people_or_words() -> None:
    assert named(kinds_of([ticket("A", 0, text="现有15名工人没拿到工资")], [], POLICY))["群体性"].rule == "group_people"
    assert named(kinds_of([ticket("A", 0, text="业主们准备联名并拉横幅")], [], POLICY))["群体性"].rule == "group_words"
    assert not kinds_of([ticket("A", 0, text="有3名工人没拿到工资")], [], POLICY)


def test_order_of_input_changes_nothing() -> None:
    tickets = [ticket(f"T{i}", i * 11, f"u{i % 3}") for i in range(8)]
    events = [event for i in range(7) for event in closed(f"T{i}", i * 11 + 4, "是" if i % 2 else "否")]
    expected = kinds_of(tickets, events, POLICY)
    random.Random(3).shuffle(tickets)
    random.Random(4).shuffle(events)
    assert kinds_of(tickets, events, POLICY) == expected
    assert [kind.kind for kind in expected] == ["反弹", "多次重复", "重复诉求"]


def test_by_ticket_only_what_was_known_then() -> None:
    tickets = [ticket("A", 0), ticket("B", 2), ticket("C", 30, "v"), ticket("D", 40, "w")]
    found = kinds_by_ticket(tickets, closed("A", 5, "是"), POLICY)
    assert [kind.kind for kind in found["A"]] == []
    assert [kind.kind for kind in found["B"]] == ["催办"]
    assert [kind.kind for kind in found["C"]] == ["反弹"]
    assert "多次重复" in [kind.kind for kind in found["D"]]


def test_no_tickets_no_kinds() -> None:
    assert kinds_of([], [], POLICY) == ()

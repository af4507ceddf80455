"""Metrics: by hand against the catalogue, and never without a denominator."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from classify.ticket import Event
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.decisions import Decision, decide
from warehouse.intake import take_events, take_in
from warehouse.metrics import CATALOGUE, THREE_RATES, Figure, course, measure, save_metrics
from warehouse.views import SYSTEM, Scope

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture
def month(session: Session, triager: FakeTriager) -> Session:
    """Four tickets, due five days later: solved in time, solved late after an extension, unsolved late, never sent."""
    take_in(session, triager, [a_ticket(f"T{n}", "历下区垃圾") for n in range(1, 4)], "B1")
    take_in(session, triager, [a_ticket("T4", "市中区噪声")], "B1")

    def story(number: str, closed: int, solved: str, happy: str, *more: str) -> list[Event]:
        kinds = ["派单", "签收", *more]
        said = [Event(number, NOON + n * timedelta(hours=1), kind, "甲") for n, kind in enumerate(kinds)]
        result = {"是否解决": solved, "满意度": happy}
        return [
            *said,
            Event(number, NOON + closed * DAY, "办结", "甲"),
            Event(number, NOON + closed * DAY, "回访", None, None, result),
        ]

    take_events(session, story("T1", 2, "是", "满意"), "B2")
    take_events(session, story("T2", 8, "已解决", "未评价", "延期申请", "延期通过"), "B2")
    take_events(session, story("T3", 9, "否", "不满意", "退单申请", "退单驳回"), "B2")
    return session


def figures(session: Session, scope: Scope = SYSTEM, **more: str) -> dict[str, Figure]:
    return {one.code: one for one in measure(session, scope, FIRST, LAST, now=NOON + 30 * DAY, **more)}


def test_the_catalogue_is_complete() -> None:
    codes = [one.code for one in CATALOGUE]
    assert len(codes) == len(set(codes)) == 20
    assert [one.name for one in CATALOGUE if one.code in THREE_RATES] == ["响应率", "解决率", "满意率"]
    assert all("÷" in one.definition for one in CATALOGUE)


@pytest.mark.parametrize(
    ("code", "over", "under"),
    [
        ("M01", 2, 3),  # T2 had its deadline moved
        ("M02", 2, 3),
        ("M03", 1, 2),
        ("M04", 2, 3),
        ("M05", 1, 3),
        ("M06", 0, 3),
        ("M07", 1, 1),
        ("M08", 3, 3),
        ("M09", 3, 3),
        ("M10", 1, 3),
        ("M11", 1, 3),
        ("M12", 0, 3),
        ("M13", 0, 4),
        ("M15", 3, 3),
        ("M16", 2, 3),
        ("M17", 0, 4),
        ("M18", 0, 0),
    ],
)
def test_figures_by_hand(month: Session, code: str, over: int, under: int) -> None:
    one = figures(month)[code]
    assert (one.numerator, one.denominator) == (over, under)
    assert one.value == (over / under if under else None)


def test_acceptance_counts_tickets_with_a_live_decision(month: Session) -> None:
    decide(month, Decision("T4", "anna", at=NOON), SYSTEM, NOON)
    found = figures(month)
    assert (found["M18"].numerator, found["M18"].denominator) == (1, 1)
    assert (found["M19"].numerator, found["M20"].denominator) == (1, 1)


def test_figures_split_and_keep_to_the_scope(month: Session) -> None:
    parts = {one.part: one.denominator for one in measure(month, SYSTEM, FIRST, LAST, by="district", codes=["M13"])}
    assert parts == {"历下区": 3, "市中区": 1}
    narrow = Scope("x", "analyst", areas=frozenset({"市中区"}))
    assert figures(month, narrow)["M13"].denominator == 1
    with pytest.raises(ValueError, match="cannot split"):
        measure(month, SYSTEM, FIRST, LAST, by="title")


def test_saved_figures_of_a_day_are_written_once(month: Session) -> None:
    day = NOON.date()
    assert save_metrics(month, day) == save_metrics(month, day) > 0
    assert course(month, SYSTEM, "M13", FIRST, LAST) == [(day, 0, 4)]
    assert course(month, SYSTEM, "M13", FIRST, LAST, "市中区") == [(day, 0, 1)]
    narrow = Scope("x", "analyst", areas=frozenset({"市中区"}))
    assert course(month, narrow, "M13", FIRST, LAST) == []
    assert course(month, narrow, "M13", FIRST, LAST, "市中区") == [(day, 0, 1)]

"""The promise of scope: every public read takes one, and nobody sees a row outside theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from classify.ticket import AccessError, Event
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse import handling, metrics, spot_checks, views
from warehouse.decisions import Decision, decide
from warehouse.intake import take_events, take_in
from warehouse.models import AlertRow, AlertTicketRow
from warehouse.scope import RIGHTS, ROLE_TITLES, SYSTEM, Scope

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
READS = {
    name: function
    for name in views.__all__
    if inspect.isfunction(function := getattr(views, name)) and name not in ("as_dict",)
}
CALLS: dict[str, tuple[Any, ...]] = {
    "acceptance": (FIRST, LAST),
    "acceptance_by_class": (FIRST, LAST),
    "alert_curve": (1,),
    "alert_detail": (1,),
    "alert_outcomes": (FIRST, LAST),
    "answer_diff": ("M1",),
    "course": ("M01", FIRST, LAST),
    "drift": (FIRST, LAST),
    "issue_detail": ("IM1",),
    "keywords_of": (views.Filters(),),
    "lanes": (FIRST, LAST),
    "returns_by_reason": (FIRST, LAST),
    "search": ("噪声",),
    "similar_tickets": ("M1",),
    "ticket_detail": ("M1",),
    "volumes_by": ("unit", FIRST, LAST),
    "volumes_by_category": (FIRST, LAST),
    "volumes_by_day": (FIRST, LAST),
    "volumes_by_district": (FIRST, LAST),
    "volumes_by_hour": (FIRST, LAST),
}
"""What each read is asked for, beside session and scope: always tickets that are outside the scope under test."""


@pytest.fixture
def stocked(session: Session, triager: FakeTriager) -> Session:
    take_in(
        session,
        triager,
        [
            a_ticket("L1", "历下区噪声扰民很久了,小区门口的工地一直在施工"),
            a_ticket("M1", "市中区噪声扰民很久了,阳光花园门口的工地一直在施工"),
            a_ticket("M2", "市中区噪声扰民很久了,阳光花园门口的工地一直在施工,第二次", NOON + timedelta(days=1)),
            a_ticket("M3", "市中区噪声 举报 官员"),
        ],
        "B1",
    )
    take_events(session, [Event("M2", NOON + timedelta(days=2), "派单", "市中区生态环境局")], "B2")
    session.add(
        AlertRow(
            alert_key="a", rule="A04", grade="黄", title="噪声突增", day=FIRST, fired_at=NOON, last_at=NOON,
            district="市中区", unit="市中区生态环境局", count=2, tickets='["M1","M2"]',
        )
    )  # fmt: skip
    session.flush()
    session.add(AlertTicketRow(alert_id=1, ticket_no="M1"))
    session.commit()
    return session


def texts(value: Any) -> str:
    """Everything that an answer holds, as one text."""
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(texts(getattr(value, one.name)) for one in fields(value))
    if isinstance(value, dict):
        return " ".join(f"{name} {texts(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return " ".join(texts(one) for one in value)
    return str(value)


def test_every_read_takes_a_session_and_a_scope() -> None:
    others = [metrics.measure, metrics.course, handling.review_queue, handling.precedents]
    others += [spot_checks.draw, spot_checks.judge, spot_checks.checks, spot_checks.sample_results]
    for function in [*READS.values(), *others]:
        names = list(inspect.signature(function).parameters)
        assert names[:2] == ["session", "scope"], function.__name__


def test_every_role_has_rights_and_a_name() -> None:
    assert set(RIGHTS) == set(ROLE_TITLES) | {"system"}


@pytest.mark.parametrize("name", sorted(READS))
def test_nothing_outside_the_area_is_returned(stocked: Session, name: str) -> None:
    scope = Scope("anna", "dispatcher", areas=frozenset({"历下区"}))
    try:
        answer = READS[name](stocked, scope, *CALLS.get(name, ()))
    except AccessError:
        return
    assert not {"M1", "M2", "M3", "市中"} & set(texts(answer).replace("区", " ").split())
    assert "市中" not in texts(answer)


@pytest.mark.parametrize(
    "scope", [Scope("x", "officer", units=frozenset()), Scope("x", "dispatcher", areas=frozenset())]
)
@pytest.mark.parametrize("name", sorted(READS))
def test_an_empty_scope_sees_nothing(stocked: Session, name: str, scope: Scope) -> None:
    try:
        answer = READS[name](stocked, scope, *CALLS.get(name, ()))
    except AccessError:
        return
    assert not any(number in texts(answer) for number in ("L1", "M1", "M2", "M3", "历下", "市中"))


@pytest.mark.parametrize("role", ["auditor", "administrator", "leader", "nobody"])
def test_roles_without_content_read_no_ticket(stocked: Session, role: str) -> None:
    scope = Scope("x", role)
    for read in (
        views.queue,
        views.tickets,
        lambda s, c: views.search(s, c, ""),
        lambda s, c: views.ticket_detail(s, c, "L1"),
    ):
        with pytest.raises(AccessError):
            read(stocked, scope)


def test_restricted_tickets_are_for_named_roles(stocked: Session) -> None:
    assert views.ticket_detail(stocked, Scope("x", "reviewer"), "M3").now.gate_action == "限知"
    with pytest.raises(AccessError, match="没有这个工单"):
        views.ticket_detail(stocked, Scope("x", "dispatcher"), "M3")
    counted = sum(one.count for one in views.volumes_by_day(stocked, Scope("x", "analyst"), FIRST, LAST))
    assert counted == 3


def test_missing_and_forbidden_look_the_same(stocked: Session) -> None:
    scope = Scope("anna", "dispatcher", areas=frozenset({"历下区"}))
    said = []
    for number in ("M1", "nothing"):
        with pytest.raises(AccessError) as refused:
            views.ticket_detail(stocked, scope, number)
        said.append(str(refused.value).replace(number, ""))
    assert said[0] == said[1]


def test_a_unit_sees_what_was_dispatched_to_it_and_what_it_assists(stocked: Session) -> None:
    lead = Scope("x", "officer", units=frozenset({"市中区生态环境局"}))
    assert [one.ticket_no for one in views.tickets(stocked, lead).rows] == ["M2"]
    helper = Scope("y", "officer", units=frozenset({"甸柳街道"}))
    assert views.tickets(stocked, helper).total == 0
    decide(stocked, Decision("L1", "system", assist=("甸柳街道",)), SYSTEM, NOON)
    assert [one.ticket_no for one in views.tickets(stocked, helper).rows] == ["L1"]


def test_other_readers_keep_to_the_scope(stocked: Session) -> None:
    scope = Scope("anna", "reviewer", areas=frozenset({"历下区"}))
    reads: list[Callable[[], Any]] = [
        lambda: metrics.measure(stocked, scope, FIRST, LAST, by="district"),
        lambda: handling.review_queue(stocked, scope),
        lambda: handling.precedents(stocked, scope),
        lambda: views.similar_tickets(stocked, scope, "L1"),
    ]
    for read in reads:
        assert "市中" not in texts(read())

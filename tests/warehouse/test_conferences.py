"""Conferences as precedents: both ways in, the final owner, the newest of a ticket, and the scope."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from classify.ticket import Event
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.conferences import conferences
from warehouse.decisions import Decision, decide
from warehouse.intake import take_events, take_in
from warehouse.scope import SYSTEM, Scope

LEAD = "市中区生态环境局"


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def stock(session: Session, triager: FakeTriager) -> None:
    """M1 conferred at the desk and settled, M2 by an event and still open, L1 in another district, settled."""
    take_in(
        session,
        triager,
        [a_ticket("M1", "市中区噪声"), a_ticket("M2", "市中区噪声大"), a_ticket("L1", "历下区噪声")],
        "B1",
    )
    decide(session, Decision("M1", "system", "confer", reason="多部门职责交叉", at=NOON + hours(1)), SYSTEM)
    decide(session, Decision("M1", "system", unit=LEAD, at=NOON + hours(5)), SYSTEM)
    events = [
        Event("M2", NOON + hours(2), "会商", None, "已有单位拒收"),
        Event("L1", NOON + hours(1), "会商", None, "职责清单没有规定"),
        Event("L1", NOON + hours(3), "会商", None, "再次会商"),
        Event("L1", NOON + hours(4), "派单", "历下区生态环境局"),
    ]
    take_events(session, events, "B2")


def test_settled_conferences_with_their_owner(session: Session, triager: FakeTriager) -> None:
    stock(session, triager)
    found = conferences(session, SYSTEM, category="09")
    assert [(one.ticket_no, one.why, one.final_unit) for one in found] == [
        ("L1", "再次会商", "历下区生态环境局"),
        ("M1", "多部门职责交叉", LEAD),
    ]
    assert not conferences(session, SYSTEM, category="06")


def test_the_open_one_has_no_owner_yet(session: Session, triager: FakeTriager) -> None:
    stock(session, triager)
    (one,) = conferences(session, SYSTEM, ticket_no="M2", settled=False)
    assert (one.why, one.final_unit) == ("已有单位拒收", None)
    assert not conferences(session, SYSTEM, ticket_no="M2")


def test_an_undone_decision_is_no_conference(session: Session, triager: FakeTriager) -> None:
    from warehouse.decisions import undo

    stock(session, triager)
    undo(session, "M1", "system", SYSTEM)
    undo(session, "M1", "system", SYSTEM)
    assert not conferences(session, SYSTEM, ticket_no="M1", settled=False)


def test_other_areas_are_not_told(session: Session, triager: FakeTriager) -> None:
    stock(session, triager)
    scope = Scope("anna", "reviewer", areas=frozenset({"市中区"}))
    assert [one.ticket_no for one in conferences(session, scope)] == ["M1"]

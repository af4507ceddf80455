"""Revealing: who may, with what reason, which kinds, and that the record has it before the person does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from classify.sealing import Piece, seal
from classify.ticket import AccessError, Event, InputError
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse import reveals
from warehouse.decisions import Decision, decide
from warehouse.intake import take_events, take_in
from warehouse.models import AuditRow
from warehouse.scope import RIGHTS, SYSTEM, Scope

SECRET = b"s" * 32
PIECES = [
    Piece("caller", "caller_phone", "13800002222"),
    Piece("caller", "caller_name", "王小明"),
    Piece("content", "id_card", "370102199003071234"),
    Piece("content", "address_room", "3号楼2单元501"),
]
LEAD, HELPER = "市中区生态环境局", "甸柳街道"
OVERSEER = Scope("duban", "supervisor")
OFFICER = Scope("chengban", "officer", units=frozenset({LEAD}))
WHY = "回访来电人核实地址"


@pytest.fixture
def stocked(session: Session, triager: FakeTriager) -> Session:
    tickets = [
        a_ticket("M1", "市中区噪声扰民很久了"),
        a_ticket("M2", "市中区噪声 举报 官员"),
        a_ticket("M3", "市中区噪声"),
    ]
    sealed = [replace(one, sealed=seal(PIECES, one.ticket_no, SECRET)) for one in tickets[:2]]
    take_in(session, triager, [*sealed, tickets[2]], "B1")
    take_events(session, [Event(one, NOON, "派单", LEAD) for one in ("M1", "M2")], "B2")
    return session


def values(session: Session, scope: Scope, number: str = "M1", reason: str = WHY) -> set[str]:
    return {one.value for one in reveals.reveal(session, scope, number, reason, SECRET, now=NOON)}


def test_supervisor_sees_all_but_papers(stocked: Session) -> None:
    assert values(stocked, OVERSEER) == {"13800002222", "王小明", "3号楼2单元501"}


def test_unit_sees_whom_to_call(stocked: Session) -> None:
    assert reveals.may_reveal(stocked, OFFICER, "M1")
    assert values(stocked, OFFICER) == {"13800002222", "王小明"}


def test_record_has_who_why_and_kinds_and_no_value(stocked: Session) -> None:
    values(stocked, OVERSEER, reason="打电话给13800002222核实")
    line = stocked.exec(select(AuditRow).where(AuditRow.action == "reveal")).one()
    assert (line.actor, line.target) == ("duban", "M1")
    assert line.reason
    assert "核实" in line.reason
    assert json.loads(line.details)["kinds"] == ["住址", "来电人", "来电号码"]
    assert not any(one.value in f"{line.reason}{line.details}" for one in PIECES)


@pytest.mark.parametrize("reason", ["", "  ", "查看", "x" * 3])
def test_a_reason_is_needed(stocked: Session, reason: str) -> None:
    with pytest.raises(InputError, match="理由"):
        values(stocked, OVERSEER, reason=reason)
    assert not stocked.exec(select(AuditRow).where(AuditRow.action == "reveal")).all()


@pytest.mark.parametrize("role", sorted(role for role in RIGHTS if "reveal" not in RIGHTS[role]))
def test_other_roles_see_nothing(stocked: Session, role: str) -> None:
    scope = Scope("x", role)
    assert not reveals.may_reveal(stocked, scope, "M1")
    with pytest.raises(AccessError):
        values(stocked, scope)


def test_assisting_unit_and_restricted_ticket_are_closed_to_units(stocked: Session) -> None:
    decide(stocked, Decision("M3", "system", unit=LEAD, assist=(HELPER,)), SYSTEM, NOON)
    helper = Scope("y", "officer", units=frozenset({HELPER}))
    for scope, number in ((helper, "M3"), (OFFICER, "M2"), (Scope("z", "officer", units=frozenset({"别处"})), "M1")):
        assert not reveals.may_reveal(stocked, scope, number)
        with pytest.raises(AccessError):
            values(stocked, scope, number)


def test_ticket_without_anything_kept_says_so(stocked: Session) -> None:
    assert not reveals.may_reveal(stocked, OVERSEER, "M3")
    with pytest.raises(InputError, match="没有可查看"):
        values(stocked, OVERSEER, "M3")

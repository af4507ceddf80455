"""Notices to units: only the unit they were issued to sees, signs and answers them, and only in order."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from classify.ticket import AccessError, InputError, StateError
from tests.warehouse.conftest import NOON
from warehouse import notices
from warehouse.alert_loop import step
from warehouse.models import AlertRow, AuditRow
from warehouse.scope import RIGHTS, Scope

UNIT = "历下区城市管理局"
OFFICER = Scope("chengban", "officer", units=frozenset({UNIT}))
OTHER = Scope("other", "officer", units=frozenset({"市中区城市管理局"}))
CHIEF = Scope("duban", "supervisor")


def alarm(session: Session, key: str = "a", restricted: bool = False) -> int:
    row = AlertRow(
        alert_key=key, rule="A04", grade="橙", title="油烟突增", why="18 件", day=NOON.date(), fired_at=NOON,
        last_at=NOON, count=18, restricted=restricted,
    )  # fmt: skip
    session.add(row)
    session.commit()
    assert row.id is not None
    return row.id


def issue(session: Session, number: int) -> None:
    step(session, CHIEF, number, "研判", reason="属实", outcome="true", at=NOON)
    step(session, CHIEF, number, "签发", reason="请查处", unit=UNIT, at=NOON)


def test_a_notice_goes_from_issue_to_report(session: Session) -> None:
    number = alarm(session)
    assert notices.notices(session, OFFICER) == []
    issue(session, number)
    assert [one.id for one in notices.notices(session, OFFICER)] == [number]
    assert notices.notice(session, OFFICER, number).next_steps == ("签收",)
    with pytest.raises(StateError):
        notices.answer(session, OFFICER, number, "处置", reason="先报再签", at=NOON)
    notices.answer(session, OFFICER, number, "签收", reason="", at=NOON)
    with pytest.raises(InputError, match="处置情况"):
        notices.answer(session, OFFICER, number, "处置", reason=" ", at=NOON)
    notices.answer(session, OFFICER, number, "处置", reason="已责令整改", at=NOON)
    told = notices.notice(session, OFFICER, number)
    assert [(one.step, one.by) for one in told.steps] == [
        ("签发", "duban"), ("签收", "chengban"), ("处置", "chengban"),
    ]  # fmt: skip
    assert {"alert.签收", "alert.处置"} <= set(session.exec(select(AuditRow.action)))
    step(session, CHIEF, number, "解除", reason="已恢复", at=NOON)
    assert notices.notices(session, OFFICER) == []


def test_another_unit_sees_and_answers_nothing(session: Session) -> None:
    number = alarm(session)
    issue(session, number)
    assert notices.notices(session, OTHER) == []
    for call in (
        lambda: notices.notice(session, OTHER, number),
        lambda: notices.answer(session, OTHER, number, "签收", reason=""),
    ):
        with pytest.raises(AccessError, match="本单位"):
            call()


def test_units_cannot_take_the_steps_of_the_hotline(session: Session) -> None:
    number = alarm(session)
    issue(session, number)
    for name in ("研判", "解除", "复盘", "nonsense"):
        with pytest.raises(InputError):
            notices.answer(session, OFFICER, number, name, reason="不该能办")


def test_restricted_alarms_are_no_notices(session: Session) -> None:
    number = alarm(session, restricted=True)
    issue(session, number)
    assert notices.notices(session, OFFICER) == []


@pytest.mark.parametrize("role", sorted(role for role in RIGHTS if "handle" not in RIGHTS[role]))
def test_other_roles_have_no_inbox(session: Session, role: str) -> None:
    with pytest.raises(AccessError):
        notices.notices(session, Scope("x", role))

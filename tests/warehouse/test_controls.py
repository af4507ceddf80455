"""Controls: within their limits, by administrators, with a reason, on the record; and they do something."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from classify.ticket import AccessError, InputError
from routing.lanes import Thresholds
from routing.triage import Triager
from warehouse.controls import CONTROLS, set_control, settings_of, value_of
from warehouse.models import AuditRow
from warehouse.scope import Scope

ADMIN = Scope("root", "administrator")


def test_set_reset_and_record(session: Session) -> None:
    assert value_of(session, "alarm-budget") is None
    set_control(session, ADMIN, "alarm-budget", 2.0, "节前加密")
    assert value_of(session, "alarm-budget") == 2.0
    told = {one.control.name: one for one in settings_of(session, ADMIN)}
    assert (told["alarm-budget"].value, told["alarm-budget"].set_by) == (2.0, "root")
    set_control(session, ADMIN, "alarm-budget", None, "恢复")
    assert value_of(session, "alarm-budget") is None
    lines = session.exec(select(AuditRow.reason).where(col(AuditRow.action) == "control")).all()
    assert list(lines) == ["节前加密", "恢复"]


@pytest.mark.parametrize(("name", "value", "reason"), [("x", 1, "r"), ("lane-auto", 1.1, "r"), ("lane-auto", 0.9, "")])
def test_what_is_not_allowed(session: Session, name: str, value: float, reason: str) -> None:
    with pytest.raises(InputError):
        set_control(session, ADMIN, name, value, reason)
    with pytest.raises(AccessError):
        set_control(session, Scope("x", "supervisor"), "lane-auto", 0.9, "r")
    assert all(value_of(session, one.name) is None for one in CONTROLS)


def test_a_stricter_lane_is_told_by_the_version() -> None:
    triager = Triager.load("jinan")
    assert triager.with_threshold(0.99) is triager
    triager.thresholds = Thresholds(0.9, 0.0)
    assert triager.with_threshold(0.8) is triager
    strict = triager.with_threshold(0.99)
    assert strict.thresholds == Thresholds(0.99, 0.0)
    assert strict.versions["model"].endswith("+auto-0.99")
    counted = strict.with_owners([("0903", "历下区", "历下区城市管理局", "城管执法", 3)])
    assert "+auto-0.99" in counted.versions["model"]

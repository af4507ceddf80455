"""Administration without a page: accounts are made and changed with a reason, packs and controls by administrators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from dashboard import admin_work, connect
from dashboard.admin_work import NEW, PREFIX
from warehouse import accounts, audit
from warehouse.scope import Scope

ADMIN = Scope("guanli", "administrator")


@pytest.fixture
def session(filled: Path) -> Iterator[Session]:
    with connect.session() as opened:
        yield opened


def form(**values: Any) -> dict[str, Any]:
    return {PREFIX + name: value for name, value in values.items()}


def test_an_account_is_made_changed_and_switched_off(session: Session) -> None:
    made = form(name="zhang", title="张三", role="dispatcher", areas=["历下区"], password="long enough")
    assert admin_work.save_user(session, ADMIN, NEW, made) == ("已新建账号 zhang", False)
    assert made == {}
    assert connect.login("zhang", "long enough")
    state: dict[str, Any] = {}
    admin_work.fill(state, accounts.find_user(session, "zhang"))
    assert f"{PREFIX}password" not in state
    assert admin_work.save_user(session, ADMIN, "zhang", state) == ("变更账号要写明理由", True)
    state |= form(role="officer", reason="调岗", units=[], password="")
    assert admin_work.save_user(session, ADMIN, "zhang", state)[0] == "承办人要写明所属单位"
    state |= form(units=["历下区城市管理局"], active="停用")
    assert not admin_work.save_user(session, ADMIN, "zhang", state)[1]
    account = accounts.find_user(session, "zhang")
    assert account is not None
    assert (account.role, account.units, account.active) == ("officer", frozenset({"历下区城市管理局"}), False)
    assert connect.login("zhang", "long enough") is None
    lines, _ = audit.audit_list(session, Scope("shenji", "auditor"), target="zhang")
    changed = next(one for one in lines if one.action == "user.change")
    assert changed.reason == "调岗"
    assert "long enough" not in changed.details


def test_nobody_locks_the_last_door(session: Session) -> None:
    state: dict[str, Any] = {}
    admin_work.fill(state, accounts.find_user(session, "guanli"))
    state |= form(active="停用", reason="试")
    assert "另一位系统管理员" in admin_work.save_user(session, ADMIN, "guanli", state)[0]


@pytest.mark.parametrize("role", ["supervisor", "auditor", "dispatcher"])
def test_others_may_not(session: Session, role: str) -> None:
    scope = Scope("x", role)
    made = form(name="evil", role="administrator", password="long enough")
    assert "权限" in admin_work.save_user(session, scope, NEW, made)[0]
    assert accounts.find_user(session, "evil") is None
    assert admin_work.check_pack(session, scope, "jinan").problems
    assert admin_work.publish(session, scope, "qingdao", form(reason="x"))[1]
    assert admin_work.save_control(session, scope, "alarm-budget", form(**{"value_alarm-budget": 1.0}))[1]


def test_a_pack_is_checked_before_it_is_published(session: Session) -> None:
    told = admin_work.check_pack(session, ADMIN, "qingdao")
    assert not told.problems
    assert "places.csv" in [one.file for one in told.changes]
    assert admin_work.publish(session, ADMIN, "qingdao", form(reason=""))[1]


def test_a_control_wants_a_number_and_a_reason(session: Session) -> None:
    name = "alarm-budget"
    assert admin_work.save_control(session, ADMIN, name, form())[0] == "请填写数值"
    assert "理由" in admin_work.save_control(session, ADMIN, name, form(**{f"value_{name}": 1.0}))[0]
    both = form(**{f"value_{name}": 1.0, f"reason_{name}": "节前"})
    assert admin_work.save_control(session, ADMIN, name, both) == ("已调整", False)
    assert not admin_work.save_control(session, ADMIN, name, form(**{f"reason_{name}": "恢复"}), reset=True)[1]

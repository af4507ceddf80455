"""An alarm's loop: only the next step, only with a reason, only by who may, each step on the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from classify.ticket import AccessError, HotlineError, InputError, StateError
from warehouse import alert_loop, audit
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.models import AlertRow
from warehouse.scope import Scope
from warehouse.views import alert_detail

NOW = datetime(2026, 3, 18, 2, tzinfo=UTC)
HEAD = Scope("shenhe", "reviewer")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A warehouse with one alarm."""
    url = f"sqlite:///{tmp_path / 'loop.db'}"
    upgrade(url)
    with open_session(make_engine(url)) as opened:
        row = AlertRow(
            id=1, alert_key="A04|x|1", rule="A04", grade="橙", title="供热突增", day=NOW.date(), fired_at=NOW,
            last_at=NOW, district="天桥区", count=18,
        )  # fmt: skip
        opened.add(row)
        opened.commit()
        yield opened


def test_the_whole_loop(session: Session) -> None:
    path = (
        ("研判", {"outcome": "true"}), ("签发", {"unit": "天桥区供热中心"}), ("签收", {}), ("处置", {}), ("跟踪", {}),
        ("解除", {}), ("复盘", {"outcome": "true"}),
    )  # fmt: skip
    for name, more in path:
        alert_loop.step(session, HEAD, 1, name, reason=f"{name}的说明", at=NOW, **more)
    detail = alert_detail(session, HEAD, 1)
    assert [one.step for one in detail.steps] == [name for name, _ in path]
    assert (detail.alert.state, detail.alert.outcome, detail.alert.unit) == ("复盘", "true", "天桥区供热中心")
    assert detail.alert.due_at == NOW + alert_loop.REPORT["橙"]
    lines, total = audit.audit_list(session, Scope("shenji", "auditor"), target="1")
    assert total == len(path)
    assert lines[0].action == "alert.复盘"


def test_steps_cannot_be_left_out(session: Session) -> None:
    with pytest.raises(StateError, match="不能“签收”"):
        alert_loop.step(session, HEAD, 1, "签收", reason="跳过")
    session.rollback()
    assert alert_detail(session, HEAD, 1).alert.state == "触发"


@pytest.mark.parametrize(
    ("name", "more", "error"),
    [
        ("研判", {"reason": " ", "outcome": "true"}, InputError),
        ("研判", {"reason": "x"}, InputError),
        ("研判", {"reason": "x", "outcome": "maybe"}, InputError),
        ("无此步", {"reason": "x"}, StateError),
    ],
)
def test_what_is_missing_is_said(session: Session, name: str, more: dict[str, str], error: type[HotlineError]) -> None:
    with pytest.raises(error):
        alert_loop.step(session, HEAD, 1, name, **more)


@pytest.mark.parametrize("role", ["dispatcher", "officer", "analyst", "leader", "auditor", "administrator"])
def test_who_may_not(session: Session, role: str) -> None:
    with pytest.raises(AccessError):
        alert_loop.step(session, Scope("x", role), 1, "解除", reason="x")


def test_out_of_scope_looks_like_missing(session: Session) -> None:
    far = Scope("shenhe", "reviewer", areas=frozenset({"历下区"}))
    with pytest.raises(AccessError, match="没有这个预警"):
        alert_loop.step(session, far, 1, "解除", reason="x")
    session.rollback()
    with pytest.raises(AccessError, match="没有这个预警"):
        alert_loop.step(session, HEAD, 99, "解除", reason="x")

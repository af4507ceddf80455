"""Acts on an issue without a page: who may, what each needs, that it is done, and that it can be taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from classify.ticket import Event
from dashboard import issue_card, issue_work
from tests.dashboard import filling
from warehouse.engine import make_engine, open_session
from warehouse.intake import take_events
from warehouse.scope import Scope
from warehouse.views import IssueDetail, issue_detail, issues_list

CHIEF = Scope("duban", "supervisor")
CLERK = Scope("paidan", "dispatcher")
READER = Scope("fenxi", "analyst")
NOW = filling.NOW


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small warehouse, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "issues.db"
    filling.fill(f"sqlite:///{path}", count=40, whole=False)
    return path


@pytest.fixture
def session(template: Path, tmp_path: Path) -> Iterator[Session]:
    for part in template.parent.glob("issues.db*"):
        shutil.copy(part, tmp_path / part.name)
    with open_session(make_engine(f"sqlite:///{tmp_path / 'issues.db'}")) as opened:
        yield opened


@pytest.fixture
def issue(session: Session) -> str:
    """The largest issue."""
    return issues_list(session, CHIEF).rows[0].issue_no


def do(
    session: Session, issue: str, kind: str, scope: Scope = CHIEF, target: str | None = None, **told: Any
) -> tuple[str, bool, str]:
    act = issue_work.find(kind)
    assert act is not None
    form = {issue_work.PREFIX + name: value for name, value in ({"reason": "核实"} | told).items()}
    return issue_work.take(session, scope, issue, act, target, form, NOW)


def shown(session: Session, issue: str) -> IssueDetail:
    return issue_detail(session, CHIEF, issue)


def test_the_acts_of_a_role(session: Session, issue: str) -> None:
    detail = shown(session, issue)
    kinds = {one.kind for one in issue_work.acts_for(CHIEF, detail)}
    assert {"lead", "rule", "link", "merge", "split", "unlink"} <= kinds
    assert {"lead", "rule"}.isdisjoint(one.kind for one in issue_work.acts_for(CLERK, detail))
    assert issue_work.acts_for(READER, detail) == []
    assert do(session, issue, "merge", READER, other="I1")[1]


def test_every_act_wants_a_reason_and_its_fields(session: Session, issue: str) -> None:
    assert do(session, issue, "lead", lead_unit="市城管局", reason=" ")[:2] == ("确认条线主办要写明理由", True)
    assert do(session, issue, "lead", lead_unit="")[:2] == ("确认条线主办要填主办单位", True)
    assert do(session, issue, "split", tickets=[])[1]
    said, bad, _ = do(session, issue, "merge", other="I没有")
    assert bad
    assert "没有这个事项" in said


def test_a_confirmed_lead_shows_with_its_clock(session: Session, issue: str) -> None:
    said, bad, after = do(
        session, issue, "lead", lead_unit="市生态环境局", assist="甸柳街道、智远街道", disposal="A", reason="街道无权"
    )
    assert (said, bad, after) == ("已确认条线主办", False, issue)
    detail = shown(session, issue)
    assert (detail.issue.lead_unit, detail.issue.assist) == ("市生态环境局", ("甸柳街道", "智远街道"))
    assert detail.issue.due_at is not None
    markup = issue_card.card(detail, NOW, True)
    assert "条线时限" in markup
    assert "街道无权" in markup


def test_unlink_and_undo(session: Session, issue: str) -> None:
    before = [one.ticket_no for one in shown(session, issue).tickets]
    assert len(before) > 2
    assert not do(session, issue, "unlink", CLERK, member=before[-1])[1]
    detail = shown(session, issue)
    assert before[-1] not in [one.ticket_no for one in detail.tickets]
    action = detail.actions[-1]
    assert (action.kind, action.by) == ("split", "paidan")
    assert not do(session, issue, "undo", CLERK, target=str(action.id), reason="看错了")[1]
    detail = shown(session, issue)
    assert [one.ticket_no for one in detail.tickets] == before
    assert "撤回" in issue_card.history(detail, NOW, True)
    assert do(session, issue, "undo", CLERK, target=str(action.id))[1]


def test_a_reply_is_read_otherwise(session: Session, issue: str) -> None:
    number = shown(session, issue).tickets[0].ticket_no
    take_events(session, [Event(number, NOW, "答复", "某街道", None, {}, "您好,已收悉,正在核实<b>。")], "E9")
    reply = next(one for one in shown(session, issue).replies if one.unit == "某街道")
    assert not do(session, issue, "reading", CLERK, target=reply.event_key, verdict="超职责", reason="电话说无权")[1]
    detail = shown(session, issue)
    assert "基层无力解决" in detail.issue.kind_names
    markup = issue_card.replies(detail, True)
    assert "电话说无权" in markup
    assert "<b>。" not in markup


def test_what_is_typed_is_masked(session: Session, issue: str) -> None:
    do(session, issue, "rule", disposal="D", reason="当事人电话13800001234已告知")
    assert "13800001234" not in shown(session, issue).actions[-1].reason

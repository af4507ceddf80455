"""Officers and reviewers: sign, return with a code, rule, and learn from precedents."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from classify.ticket import AccessError, InputError, StateError
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.decisions import Decision, decide
from warehouse.handling import Act, act, precedents, review_queue
from warehouse.intake import take_in
from warehouse.views import SYSTEM, Scope, tickets

UNIT = "历下区生态环境局"
OFFICER = Scope("wang", "officer", units=frozenset({UNIT}))
HELPER = Scope("li", "officer", units=frozenset({"甸柳街道"}))
REVIEWER = Scope("zhao", "reviewer")


@pytest.fixture
def sent(session: Session, triager: FakeTriager) -> Session:
    take_in(session, triager, [a_ticket("T1", "历下区噪声"), a_ticket("T2", "历下区噪声")], "B1")
    decide(session, Decision("T1", "system", assist=("甸柳街道",), at=NOON), SYSTEM, NOON)
    return session


def test_an_officer_signs_and_answers_what_is_theirs(sent: Session) -> None:
    assert [row.ticket_no for row in tickets(sent, OFFICER).rows] == ["T1"]
    assert act(sent, OFFICER, Act("T1", "签收", at=NOON)) == "办理中"
    assert act(sent, OFFICER, Act("T1", "答复", text="已处理", at=NOON)) == "已办"
    assert act(sent, REVIEWER, Act("T1", "回访", result=(("是否解决", "否"),), at=NOON)) == "回访"
    assert act(sent, REVIEWER, Act("T1", "重办", reason="未解决", at=NOON)) == "重办"
    with pytest.raises(AccessError, match="没有这个工单"):
        act(sent, OFFICER, Act("T2", "签收"))
    with pytest.raises(StateError, match="不能“退单通过”"):
        act(sent, REVIEWER, Act("T1", "退单通过", reason="x"))


def test_a_return_names_its_code_and_is_ruled(sent: Session) -> None:
    with pytest.raises(InputError, match="R01"):
        act(sent, OFFICER, Act("T1", "退单申请", reason="不归我们管"))
    act(sent, OFFICER, Act("T1", "退单申请", code="R01", reason="夜间施工归住建", unit="历下区住建局", at=NOON))
    asked = review_queue(sent, REVIEWER).rows[0]
    assert (asked.ticket_no, asked.code, asked.proposed) == ("T1", "R01", "历下区住建局")
    with pytest.raises(AccessError, match="审核"):
        act(sent, OFFICER, Act("T1", "退单通过", reason="自己批"))
    assert act(sent, REVIEWER, Act("T1", "退单通过", reason="依职责清单", at=NOON)) == "待派单"
    assert current(sent, "T1").returns == 1
    decide(sent, Decision("T1", "system", unit="历下区住建局"), SYSTEM)
    found = precedents(sent, REVIEWER, category="09", text="施工")
    assert [(one.ruling, one.asked_by, one.final_unit) for one in found] == [("退单通过", UNIT, "历下区住建局")]
    assert precedents(sent, REVIEWER, text="拆迁") == []


def test_who_assists_may_answer_but_not_return(sent: Session) -> None:
    act(sent, OFFICER, Act("T1", "签收", at=NOON))
    with pytest.raises(AccessError, match="协办单位"):
        act(sent, HELPER, Act("T1", "退单申请", code="R01", reason="不归我们管"))
    assert act(sent, HELPER, Act("T1", "答复", text="已到现场", at=NOON)) == "已办"


def test_moves_want_their_reason_and_a_known_name(sent: Session) -> None:
    with pytest.raises(InputError, match="理由"):
        act(sent, OFFICER, Act("T1", "延期申请"))
    with pytest.raises(InputError, match="没有这种操作"):
        act(sent, OFFICER, Act("T1", "飞"))
    with pytest.raises(InputError, match="改派须"):
        act(sent, REVIEWER, Act("T1", "改派", reason="换人"))
    assert act(sent, REVIEWER, Act("T1", "改派", unit="历下区住建局", reason="换人")) == "已派单"
    assert current(sent, "T1").unit == "历下区住建局"

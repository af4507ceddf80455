"""Repeats in the warehouse: links, the ledger, people's merges and splits, and the nightly re-link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from classify.ticket import AccessError, InputError, StateError, Ticket
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.intake import take_in
from warehouse.issues import count_issues, link_ticket, merge, relink, split, undo_action, unlink
from warehouse.models import LinkRow
from warehouse.rulings import rule
from warehouse.views import SYSTEM, Scope, issue_detail, issues_list

DAY = timedelta(days=1)
PLANT = "历下区丽山花园旁的搅拌站夜间施工噪声很大,严重影响居民休息,已经多次反映没有人处理"
HEAT = "市中区阳光一百小区供暖温度不达标,家里只有十五度,物业推诿不管,请求尽快解决"


def chain(text: str, count: int, start: int = 1) -> list[Ticket]:
    return [
        a_ticket(f"T{n:02}", f"{text}。第{n}次", NOON + n * DAY, title=text[:16]) for n in range(start, start + count)
    ]


def issue_of(session: Session, number: str) -> str:
    return session.exec(select(LinkRow.issue).where(LinkRow.ticket_no == number)).one()


@pytest.fixture
def two_issues(session: Session, triager: FakeTriager) -> tuple[str, str]:
    take_in(session, triager, chain(PLANT, 3) + chain(HEAT, 2, 4), "B1")
    return issue_of(session, "T01"), issue_of(session, "T04")


def test_the_same_matter_again_is_one_issue_in_the_ledger(session: Session, two_issues: tuple[str, str]) -> None:
    plant, heat = two_issues
    assert plant != heat
    page = issues_list(session, SYSTEM)
    assert [(row.issue_no, row.tickets) for row in page.rows] == [(plant, 3), (heat, 2)]
    assert "多次重复" in page.rows[0].kind_names
    assert page.rows[0].state == "未解决"
    assert current(session, "T03").issue_no == plant
    assert [one.ticket_no for one in issue_detail(session, SYSTEM, plant).tickets] == ["T01", "T02", "T03"]


def test_one_by_one_and_all_at_once_end_in_the_same_issues(session: Session, triager: FakeTriager) -> None:
    tickets = chain(PLANT, 30) + chain(HEAT, 30, 31)
    for ticket in reversed(tickets[:5]):
        take_in(session, triager, [ticket], "B1")
    take_in(session, triager, tickets[5:], "B2")
    assert relink(session, triager) == 2
    assert {issue_of(session, one.ticket_no) for one in tickets[:30]} == {"IT01"}
    assert {issue_of(session, one.ticket_no) for one in tickets[30:]} == {"IT31"}


def test_relink_again_changes_nothing(session: Session, triager: FakeTriager, two_issues: tuple[str, str]) -> None:
    relink(session, triager)
    before = session.exec(select(LinkRow.ticket_no, LinkRow.issue, LinkRow.kind).order_by(LinkRow.ticket_no)).all()
    relink(session, triager)
    after = session.exec(select(LinkRow.ticket_no, LinkRow.issue, LinkRow.kind).order_by(LinkRow.ticket_no)).all()
    assert before == after
    assert count_issues(session) == 2


def test_merge_holds_over_relink_and_can_be_undone(
    session: Session, triager: FakeTriager, two_issues: tuple[str, str]
) -> None:
    plant, heat = two_issues
    assert merge(session, SYSTEM, heat, plant, "同一施工单位") == plant
    assert issues_list(session, SYSTEM).rows[0].tickets == 5
    relink(session, triager)
    assert issue_detail(session, SYSTEM, plant).issue.tickets == 5
    action = issue_detail(session, SYSTEM, plant).actions[0]
    assert (action.kind, action.by, action.reason) == ("merge", "system", "同一施工单位")
    undo_action(session, SYSTEM, action.id)
    assert {row.issue_no: row.tickets for row in issues_list(session, SYSTEM).rows} == {plant: 3, heat: 2}
    relink(session, triager)
    assert {row.issue_no: row.tickets for row in issues_list(session, SYSTEM).rows} == {plant: 3, heat: 2}
    with pytest.raises(StateError, match="已撤回"):
        undo_action(session, SYSTEM, action.id)


def test_not_the_same_is_never_overruled(session: Session, triager: FakeTriager, two_issues: tuple[str, str]) -> None:
    plant, _ = two_issues
    unlink(session, SYSTEM, "T02", "不是同一家")
    assert current(session, "T02").issue_no is None
    relink(session, triager)
    assert issue_of(session, "T02") != issue_of(session, "T01")
    assert issue_detail(session, SYSTEM, plant).issue.tickets == 2


def test_splitting_off_the_first_ticket_renumbers_the_rest(session: Session, two_issues: tuple[str, str]) -> None:
    plant, _ = two_issues
    assert split(session, SYSTEM, plant, ["T01"], "首件另有原因") == plant
    assert {issue_of(session, "T02"), issue_of(session, "T03")} == {"IT02"}
    assert current(session, "T01").issue_no is None
    with pytest.raises(InputError, match="至少一件"):
        split(session, SYSTEM, "IT02", ["T02", "T03"], "全部")


def test_a_person_links_two_lone_tickets(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", PLANT), a_ticket("T2", "槐荫区路灯不亮", NOON + DAY)], "B1")
    assert link_ticket(session, SYSTEM, "T2", "T1", "同一诉求人当面说明") == "IT1"
    relink(session, triager)
    assert issue_of(session, "T2") == "IT1"


def test_a_ruling_moves_the_lead_to_the_line_department(
    session: Session, triager: FakeTriager, two_issues: tuple[str, str]
) -> None:
    plant, _ = two_issues
    rule(session, SYSTEM, plant, "街道无执法权", disposal="A", lead_unit="市生态环境局", assist=["甸柳街道"])
    row = issues_list(session, SYSTEM).rows[0]
    assert (row.state, row.disposal, row.lead_unit, row.assist) == ("条线办理", "A", "市生态环境局", ("甸柳街道",))
    early = a_ticket("T00", f"{PLANT}。最早一次", NOON, title=PLANT[:16])
    take_in(session, triager, [early], "B2")
    relink(session, triager)
    row = issues_list(session, SYSTEM).rows[0]
    assert (row.issue_no, row.lead_unit) == ("IT00", "市生态环境局")
    rule(session, SYSTEM, "IT00", "已停产", state="已解决")
    take_in(session, triager, chain(PLANT, 1, 90), "B3")
    assert current(session, "T90").issue_no == "IT00"
    assert issue_detail(session, SYSTEM, "IT00").issue.tickets == 5


def test_actions_want_a_reason_a_right_and_the_scope(session: Session, two_issues: tuple[str, str]) -> None:
    plant, heat = two_issues
    with pytest.raises(InputError, match="理由"):
        merge(session, SYSTEM, plant, heat, " ")
    with pytest.raises(AccessError):
        merge(session, Scope("fenxi", "analyst"), plant, heat, "想合并")
    with pytest.raises(AccessError, match="没有这个事项"):
        merge(session, Scope("paidan", "dispatcher", areas=frozenset({"历下区"})), plant, heat, "范围外")
    with pytest.raises(InputError, match="处置类别"):
        rule(session, SYSTEM, plant, "理由", disposal="Z")


def test_a_recalled_matter_brings_the_proposal_to_the_ledger(session: Session, two_issues: tuple[str, str]) -> None:
    plant, heat = two_issues  # 0901 is 条线独办 in the duty list, 0601 is not
    told = issue_detail(session, SYSTEM, plant).issue
    assert "基层无力解决" in told.kind_names
    assert told.proposal is not None
    assert told.proposal["lead_unit"] == "历下区生态环境局"
    assert told.proposal["rule_id"]
    assert "基层无力解决" not in issue_detail(session, SYSTEM, heat).issue.kind_names


def test_live_links_are_those_of_the_night_and_late_ones_end_the_same(session: Session, triager: FakeTriager) -> None:
    tickets = sorted(chain(PLANT, 20) + chain(HEAT, 20, 31), key=lambda one: one.received_at)
    late = tickets.pop(3)
    take_in(session, triager, tickets[:30], "B1")
    for ticket in tickets[30:]:
        take_in(session, triager, [ticket], "B2")
    live = {one.ticket_no: issue_of(session, one.ticket_no) for one in tickets}
    relink(session, triager)
    assert {one.ticket_no: issue_of(session, one.ticket_no) for one in tickets} == live
    take_in(session, triager, [late], "B3")
    relink(session, triager)
    assert issue_of(session, late.ticket_no) == live["T01"]

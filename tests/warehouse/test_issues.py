"""Repeats in the warehouse: links, the ledger, people's merges and splits, and the nightly re-link."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from classify.ticket import AccessError, Event, InputError, StateError, Ticket
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.intake import take_events, take_in
from warehouse.issues import count_issues, keep_apart, link_ticket, merge, relink, split, undo_action, unlink
from warehouse.models import EventRow, LinkRow
from warehouse.rulings import correct_reading, rule
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


def grouping(session: Session) -> dict[str, str]:
    return {row.ticket_no: row.issue for row in session.exec(select(LinkRow))}


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_any_batches_end_in_the_same_issues(session: Session, triager: FakeTriager, seed: int) -> None:
    tickets = chain(PLANT, 12) + chain(HEAT, 12, 21) + chain("槐荫区绿地新城小区电梯三天两头停运,物业一直不修", 6, 41)
    take_in(session, triager, tickets, "B0")
    unlink(session, SYSTEM, "T05", "另一家搅拌站", NOON)
    merge(session, SYSTEM, issue_of(session, "T21"), issue_of(session, "T41"), "同一物业公司", NOON)
    relink(session, triager)
    expected = grouping(session)
    for number in expected:  # what came in first is forgotten; only what people said stays
        row = session.get(LinkRow, number)
        row.issue, row.related, row.prior_no = f"I{number}", f"R{number}", None
        session.add(row)
    session.commit()
    rng = random.Random(seed)
    again = [a_ticket(one.ticket_no, f"{one.content} ", one.received_at, title=one.title) for one in tickets]
    rng.shuffle(again)
    while again:
        size = rng.choice((1, 2, 7, 60))
        take_in(session, triager, again[:size], f"B{len(again)}")
        again = again[size:]
    relink(session, triager)
    assert grouping(session) == expected


def test_a_changed_text_does_not_overrule_a_person(
    session: Session, triager: FakeTriager, two_issues: tuple[str, str]
) -> None:
    plant, _ = two_issues
    unlink(session, SYSTEM, "T02", "不是同一家")
    apart = issue_of(session, "T02")
    take_in(session, triager, [a_ticket("T02", f"{PLANT}。补充材料", NOON + 2 * DAY, title=PLANT[:16])], "B2")
    assert issue_of(session, "T02") == apart != plant


def test_not_the_same_is_said_of_a_possible_one_and_taken_back(
    session: Session, triager: FakeTriager, two_issues: tuple[str, str]
) -> None:
    plant, heat = two_issues
    related = session.get(LinkRow, "T04").related
    action = keep_apart(session, SYSTEM, plant, "T04", "两处工地")
    relink(session, triager)
    with pytest.raises(InputError, match="就在该事项中"):
        keep_apart(session, SYSTEM, plant, "T01", "理由")
    assert issue_detail(session, SYSTEM, plant).actions[-1].kind == "apart"
    undo_action(session, SYSTEM, action, reason="看错了")
    session.expire_all()
    assert session.get(LinkRow, "T04").related == related
    assert issue_of(session, "T04") == heat


def test_what_was_said_through_a_withdrawn_ticket_holds(
    session: Session, triager: FakeTriager, two_issues: tuple[str, str]
) -> None:
    plant, heat = two_issues
    merge(session, SYSTEM, plant, heat, "同一施工单位")
    withdrawn = Event("T01", NOON + 9 * DAY, "撤销", None, "重复录入", {}, None)
    take_events(session, [withdrawn], "E1")
    relink(session, triager)
    homes = {issue_of(session, number) for number in ("T02", "T03", "T04", "T05")}
    assert len(homes) == 1
    assert issue_detail(session, SYSTEM, homes.pop()).issue.tickets == 4
    with pytest.raises(StateError, match="已撤销"):
        link_ticket(session, SYSTEM, "T01", "T02", "并入")


def test_the_history_follows_the_issue_to_its_new_number(
    session: Session, triager: FakeTriager, two_issues: tuple[str, str]
) -> None:
    plant, _ = two_issues
    rule(session, SYSTEM, plant, "需多部门", disposal="B", at=NOON)
    take_in(session, triager, [a_ticket("T00", f"{PLANT}。最早一次", NOON, title=PLANT[:16])], "B2")
    relink(session, triager)
    detail = issue_detail(session, SYSTEM, "IT00")
    assert [(one.kind, one.reason) for one in detail.actions] == [("rule", "需多部门")]
    assert detail.issue.disposal == "B"


def test_a_confirmed_lead_gets_a_clock_of_its_own(session: Session, two_issues: tuple[str, str]) -> None:
    plant, _ = two_issues
    rule(session, SYSTEM, plant, "街道无执法权", lead_unit="历下区生态环境局", at=NOON)
    due = issue_detail(session, SYSTEM, plant).issue.due_at
    assert due is not None
    assert (due - NOON).days == 14  # ten working days from a Wednesday end on the Wednesday after next
    with pytest.raises(InputError, match="没有要处置的内容"):
        rule(session, SYSTEM, plant, "什么也不改")


def test_a_person_corrects_how_a_reply_is_read(session: Session, two_issues: tuple[str, str]) -> None:
    _, heat = two_issues
    text = "经核实,该问题涉及多方,我街道已向上级反映,后续请关注通知。"
    take_events(session, [Event("T04", NOON + 5 * DAY, "答复", "舜玉路街道", None, {}, text)], "E1")
    assert "基层无力解决" not in issue_detail(session, SYSTEM, heat).issue.kind_names
    reply = issue_detail(session, SYSTEM, heat).replies[0]
    action = correct_reading(session, SYSTEM, reply.event_key, "超职责", "电话核实:街道没有执法权")
    detail = issue_detail(session, SYSTEM, heat)
    assert "基层无力解决" in detail.issue.kind_names
    assert (detail.replies[0].verdict, detail.replies[0].by) == ("超职责", "system")
    undo_action(session, SYSTEM, action, reason="核实有误")
    detail = issue_detail(session, SYSTEM, heat)
    assert "基层无力解决" not in detail.issue.kind_names
    assert detail.replies[0].by is None
    with pytest.raises(InputError, match="答复认定"):
        correct_reading(session, SYSTEM, reply.event_key, "胡说", "理由")
    other = session.exec(select(EventRow.event_key).where(EventRow.kind != "答复")).first()
    with pytest.raises(StateError, match="没有这条答复"):
        correct_reading(session, SYSTEM, other or "none", "解释", "理由")


def test_a_large_split_keeps_both_parts_together(
    session: Session, triager: FakeTriager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.issues.MOST_APART", 5)
    take_in(session, triager, chain(PLANT, 12), "B1")
    numbers = [f"T{n:02}" for n in (3, 6, 9)]
    split(session, SYSTEM, issue_of(session, "T01"), numbers, "另一处")
    relink(session, triager)
    assert {issue_of(session, number) for number in numbers} == {"IT03"}
    assert len({issue_of(session, f"T{n:02}") for n in range(1, 13)}) == 2

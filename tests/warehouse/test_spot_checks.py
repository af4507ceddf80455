"""Spot checks: the same sample whoever draws it, verdicts kept with who and when, precision with its interval."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from classify.ticket import AccessError, InputError
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.intake import take_in
from warehouse.models import AuditRow, SpotCheckRow
from warehouse.scope import Scope
from warehouse.spot_checks import checks, draw, judge, precision, sample_name, sample_results

REVIEWER = Scope("shen", "reviewer")
MARCH = date(2026, 3, 1)


@pytest.fixture
def stock(session: Session, triager: FakeTriager) -> Session:
    tickets = [
        a_ticket(f"L{n}", f"{'历下' if n % 2 else '市中'}区噪声扰民第 {n} 次", NOON + timedelta(hours=n))
        for n in range(30)
    ]
    take_in(session, triager, [*tickets, a_ticket("APR", "历下区噪声", NOON + timedelta(days=40))], "B1")
    return session


def lane_of(session: Session) -> str:
    from warehouse.models import TicketRow

    return session.exec(select(TicketRow.lane).where(col(TicketRow.ticket_no) == "L1")).one() or ""


def test_a_larger_sample_begins_with_the_smaller_one(stock: Session) -> None:
    lane = lane_of(stock)
    assert draw(stock, REVIEWER, MARCH, lane, 5) == 5
    first = [one.ticket_no for one in checks(stock, REVIEWER, sample_name(MARCH, lane))]
    assert draw(stock, Scope("other", "supervisor"), MARCH, lane, 5) == 0
    assert draw(stock, REVIEWER, MARCH, lane, 12) == 7
    assert [one.ticket_no for one in checks(stock, REVIEWER, sample_name(MARCH, lane))][:5] == first
    assert draw(stock, REVIEWER, MARCH, lane, 500) == 18
    assert "APR" not in [one.ticket_no for one in checks(stock, REVIEWER, sample_name(MARCH, lane))]


def test_verdicts_make_the_precision(stock: Session) -> None:
    lane = lane_of(stock)
    draw(stock, REVIEWER, MARCH, lane, 4)
    name = sample_name(MARCH, lane)
    numbers = [one.ticket_no for one in checks(stock, REVIEWER, name)]
    for n, number in enumerate(numbers[:3]):
        judge(stock, REVIEWER, name, number, class_right=n > 0, unit_right=True, note="联系人:张小明", now=NOON)
    listed = checks(stock, REVIEWER, name)
    assert listed[0].ticket_no == numbers[3]
    assert listed[1].judged_by == "shen"
    assert "张小明" not in (listed[1].note or "")
    (result,) = sample_results(stock, REVIEWER)
    assert (result.drawn, result.by_class.right, result.by_class.judged) == (4, 2, 3)
    judge(stock, REVIEWER, name, numbers[0], class_right=True, unit_right=True)
    assert sample_results(stock, REVIEWER)[0].by_class.right == 3
    told = stock.exec(select(AuditRow.action).where(col(AuditRow.target) == numbers[0])).all()
    assert list(told) == ["check.judge", "check.judge"]


def test_scope_and_rights_hold(stock: Session) -> None:
    lane = lane_of(stock)
    bound = Scope("b", "reviewer", areas=frozenset({"历下区"}))
    with pytest.raises(AccessError, match="全市"):
        draw(stock, bound, MARCH, lane, 5)
    draw(stock, REVIEWER, MARCH, lane, 20)
    name = sample_name(MARCH, lane)
    assert {int(one.ticket_no[1:]) % 2 for one in checks(stock, bound, name)} == {1}
    other = next(one.ticket_no for one in checks(stock, REVIEWER, name) if int(one.ticket_no[1:]) % 2 == 0)
    with pytest.raises(AccessError):
        judge(stock, bound, name, other, class_right=True, unit_right=True)
    assert sample_results(stock, bound)[0].drawn < 20
    for role in ("dispatcher", "leader", "auditor", "administrator"):
        with pytest.raises(AccessError):
            checks(stock, Scope("x", role), name)


def test_what_is_not_drawn_cannot_be_judged(stock: Session) -> None:
    with pytest.raises(InputError, match="不在抽查样本"):
        judge(stock, REVIEWER, "2026-03 auto", "L1", class_right=True, unit_right=True)
    for size in (0, 501):
        with pytest.raises(InputError):
            draw(stock, REVIEWER, MARCH, "auto", size)
    with pytest.raises(InputError):
        draw(stock, REVIEWER, MARCH, "forced", 5)
    assert stock.exec(select(SpotCheckRow)).first() is None


def test_the_interval_is_wilsons() -> None:
    found = precision(97, 100)
    assert found.low == pytest.approx(0.9155, abs=1e-3)
    assert found.high == pytest.approx(0.9897, abs=1e-3)
    assert precision(0, 0).value is None

"""Officer and reviewer in a real Chromium: sign, return, rule, an answer that survives, the caller with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from tests.dashboard.conftest import Site, settled
from tests.dashboard.filling import NOW, PHONE
from warehouse import alert_loop
from warehouse.engine import make_engine, open_session
from warehouse.models import AlertRow
from warehouse.scope import Scope

pytestmark = pytest.mark.e2e
Enter = Callable[..., Any]


def in_hand(enter: Enter) -> Any:
    """The officer's page with the tickets being worked on."""
    page = enter("chengban")
    page.click("button:has-text('办理中')")
    page.wait_for_selector(".j-btn:has-text('答复')")
    settled(page)
    return page


def test_reviewer_rules_by_keyboard(enter: Enter, site: Site) -> None:
    page = enter("shenhe")
    page.goto(f"{site.url}/reviewer")
    settled(page)
    page.wait_for_selector("text=同类裁定先例")
    page.keyboard.press("b")
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("职责清单已有规定")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".j-toast:has-text('已驳回退单')")


def test_officer_signs_and_asks_to_return(enter: Enter, site: Site) -> None:
    page = enter("chengban")
    page.wait_for_selector("[aria-label=工单详情]")
    settled(page)
    page.keyboard.press("t")
    page.wait_for_selector(".st-key-draft_code")
    settled(page)
    page.click(".st-key-draft_reason textarea")
    page.keyboard.type("不在本辖区,联系电话 13812345678")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".j-toast.bad:has-text('退单须选择理由代码')")
    page.click(".st-key-draft_code input")
    page.click("[role=option]:has-text('R02')")
    settled(page)
    assert "13812345678" in page.input_value(".st-key-draft_reason textarea")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".j-toast:has-text('已申请退单')")
    settled(page)
    page.click("text=审核中")
    page.wait_for_selector("[aria-label=工单详情]:has-text('R02')")
    assert "13812345678" not in page.inner_text("[aria-label=工单详情]")


def test_an_answer_half_written_survives_a_reload(enter: Enter, site: Site) -> None:
    page = in_hand(enter)
    page.wait_for_selector(".j-btn:has-text('答复')")
    settled(page)
    page.keyboard.press("a")
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("已到现场查看,正在")
    page.reload()
    settled(page)
    page.wait_for_function("document.querySelector('.st-key-draft_text textarea')?.value === '已到现场查看,正在'")


def test_caller_is_shown_with_a_reason_and_on_the_record(enter: Enter, site: Site) -> None:
    page = in_hand(enter)
    assert PHONE not in page.content()
    page.click("text=查看来电人信息")
    page.wait_for_selector(".st-key-reveal_reason input")
    settled(page)
    page.click("text=记录并查看")
    page.wait_for_selector(".j-toast.bad:has-text('须写明理由')")
    page.fill(".st-key-reveal_reason input", "回访来电人核实地址")
    page.click("text=记录并查看")
    page.wait_for_selector(f"b:has-text('{PHONE}')")
    page.click(".j-btn:has-text('收起')")
    page.wait_for_selector(f"b:has-text('{PHONE}')", state="detached")
    auditor = enter("shenji")
    auditor.wait_for_selector("td:has-text('查看隐去内容')")
    assert "回访来电人核实地址" in auditor.inner_text(".j-table")
    assert PHONE not in auditor.content()


def test_roles_without_the_right_are_offered_no_reveal(enter: Enter, site: Site) -> None:
    for name in ("paidan", "fenxi"):
        page = enter(name)
        page.goto(f"{site.url}/search")
        settled(page)
        page.click(".j-table .j-link >> nth=0")
        page.wait_for_selector("[aria-label=工单详情]")
        settled(page)
        assert "查看来电人信息" not in page.content()
        assert PHONE not in page.content()


def test_unit_signs_and_answers_a_notice(enter: Enter, site: Site) -> None:
    chief = Scope("duban", "supervisor")
    with open_session(make_engine(f"sqlite:///{site.home / 'jiesu.db'}")) as session:
        number = session.exec(select(AlertRow.id).where(col(AlertRow.title).contains("供热质量突增"))).one()
        alert_loop.step(session, chief, number, "研判", reason="属实", outcome="true", at=NOW)
        alert_loop.step(session, chief, number, "签发", reason="请查处", unit="历下区城市管理局", at=NOW)
    page = enter("chengban")
    page.click("button:has-text('提示单')")
    page.wait_for_selector("[aria-label=提示单详情]:has-text('供热质量突增')")
    settled(page)
    page.keyboard.press("s")
    page.wait_for_selector(".j-toast:has-text('提示单已签收')")
    settled(page)
    page.keyboard.press("a")
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("已责令整改")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".j-toast:has-text('提示单已反馈处置')")
    assert "已责令整改" in page.inner_text("[aria-label=提示单详情]")

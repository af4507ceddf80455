"""The desk in a real Chromium: every promised key, input methods, reload, logout, odd tickets, two people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from tests.dashboard.conftest import Site, settled
from tests.dashboard.filling import ODD
from warehouse.engine import make_engine, open_session
from warehouse.models import LoginRow, now_utc

pytestmark = pytest.mark.e2e
Enter = Callable[..., Any]


def number(page: Any) -> str:
    return str(page.inner_text(".j-meta b >> nth=0"))


def press(page: Any, key: str) -> None:
    """A key, and the answer to it."""
    before = page.evaluate("document.documentElement.dataset.rev")
    page.keyboard.press(key)
    page.wait_for_function("before => document.documentElement.dataset.rev !== before", arg=before)
    settled(page)


def chosen(page: Any) -> list[str]:
    return list(page.eval_on_selector_all("[data-pick]", "cards => cards.map(c => c.getAttribute('aria-checked'))"))


def test_digits_choose_and_enter_accepts(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    assert chosen(page) == ["true", "false", "false"]
    page.keyboard.press("2")
    assert chosen(page) == ["false", "true", "false"]
    page.keyboard.press("9")
    assert chosen(page) == ["false", "true", "false"]
    page.keyboard.press("ArrowDown")
    assert chosen(page) == ["false", "false", "true"]
    unit = page.inner_text("[data-pick='3'] .u")
    first = number(page)
    press(page, "Enter")
    assert number(page) != first
    assert page.inner_text(".j-toast") == f"已派 {unit}"
    assert chosen(page)[0] == "true"
    press(page, "z")
    assert number(page) == first
    press(page, "n")
    assert number(page) != first


def test_double_enter_decides_once(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    page.evaluate(
        """() => { for (let i = 0; i < 5; i++) document.body.dispatchEvent(
             new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, composed: true})) }"""
    )
    page.wait_for_selector(".j-toast")
    settled(page)
    assert "本次已处理 1 件" in page.inner_text(".j-bar")
    press(page, "z")


def test_keys_are_quiet_while_typing_and_composing(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    page.wait_for_selector(".st-key-queue_text input")
    settled(page)
    first = number(page)
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.tagName === 'INPUT'")
    page.keyboard.type("2ez")
    assert page.input_value(".st-key-queue_text input") == "2ez"
    assert chosen(page)[0] == "true"
    page.fill(".st-key-queue_text input", "")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") != "INPUT"
    # an input method that is composing sends keyCode 229 or isComposing
    for extra in ("isComposing: true", "keyCode: 229"):
        page.evaluate(
            f"""() => document.body.dispatchEvent(new KeyboardEvent('keydown',
                {{key: 'Enter', bubbles: true, composed: true, {extra}}}))"""
        )
    for modifier in ("ctrlKey", "metaKey", "altKey"):
        page.evaluate(
            f"""() => document.body.dispatchEvent(new KeyboardEvent('keydown',
                {{key: 'e', bubbles: true, composed: true, {modifier}: true}}))"""
        )
    page.wait_for_timeout(400)
    settled(page)
    assert number(page) == first
    assert not page.query_selector(".st-key-draft_category")


def test_help_opens_and_closes(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    page.keyboard.press("?")
    assert "采纳所选单位" in page.inner_text("#jiesu-help")
    first = number(page)
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    page.keyboard.press("Escape")
    assert not page.is_visible("#jiesu-help")
    assert number(page) == first


def test_hint_of_a_first_visit_is_put_away_for_good(enter: Enter) -> None:
    page = enter(hints=True)
    page.wait_for_selector("#jiesu-hint:has-text('Enter 采纳')")
    page.click("text=知道了")
    assert not page.query_selector("#jiesu-hint")
    page.reload()
    settled(page)
    page.wait_for_selector("[data-pick]")
    assert not page.query_selector("#jiesu-hint")


def test_correction_by_keyboard_survives_a_reload(enter: Enter, site: Site) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    first = number(page)
    press(page, "e")
    page.wait_for_selector(".st-key-draft_reason input")
    page.click(".st-key-draft_reason input")
    page.keyboard.type("写到一半的理由")
    page.reload()
    settled(page)
    page.wait_for_selector(".st-key-draft_reason input")
    assert number(page) == first
    page.wait_for_function("document.querySelector('.st-key-draft_reason input').value === '写到一半的理由'")
    page.click(".st-key-draft_place input")
    page.keyboard.type("北门外")
    press(page, "Control+Enter")
    page.wait_for_selector("[data-pick]")
    assert number(page) != first
    assert "已更正并派" in page.inner_text(".j-toast")
    press(page, "z")
    assert number(page) == first


def test_reason_forms(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    first = number(page)
    for key, name in (("h", "挂起"), ("q", "追问"), ("r", "退回受理"), ("g", "会商")):
        press(page, key)
        page.wait_for_selector(".st-key-draft_reason textarea")
        assert name in page.inner_text(".st-key-desk_form")
        page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
        page.keyboard.press("Escape")
        press(page, "Escape")
        page.wait_for_selector("[data-pick]")
    press(page, "h")
    page.wait_for_selector(".st-key-draft_reason textarea")
    press(page, "Control+Enter")
    assert "理由" in page.inner_text(".j-toast.bad")
    page.click(".st-key-draft_reason textarea")
    page.keyboard.type("等上级答复")
    press(page, "Control+Enter")
    assert number(page) != first
    press(page, "z")


def test_ticket_text_is_only_text(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    page.fill(".st-key-queue_text input", "星号")
    page.keyboard.press("Enter")
    page.wait_for_selector(".j-q >> text=加粗")
    settled(page)
    page.click(".j-q >> nth=0")
    page.wait_for_function("document.querySelector('.j-title')?.textContent.includes('window.hacked')")
    assert page.inner_text(".j-title") == ODD
    assert page.inner_text(".j-text").strip() == ODD * 3
    assert page.evaluate("window.hacked") is None
    assert page.eval_on_selector_all(".j-text img, .j-text b, .j-text a, .j-text script", "all => all.length") == 0


def test_very_long_ticket_is_cut_and_opens(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    page.fill(".st-key-queue_text input", "很长的一件")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.j-q').length === 1")
    settled(page)
    page.click(".j-q >> nth=0")
    page.wait_for_selector("text=显示全文")
    page.click("text=显示全文")
    page.wait_for_function("document.querySelector('.j-text').textContent.length > 19000")


def test_two_dispatchers_hold_different_tickets(enter: Enter) -> None:
    one, two = enter("paidan"), enter("shenhe")
    one.wait_for_selector("[data-pick]")
    two.wait_for_selector("[data-pick]")
    assert number(one) != number(two)


def test_login_survives_reload_and_ends_with_logout(enter: Enter, site: Site) -> None:
    page = enter("fenxi")
    page.reload()
    settled(page)
    assert page.is_visible(".j-who")
    assert not page.evaluate("document.cookie.includes('jiesu_session')")
    page.click(".j-who a")
    page.wait_for_selector("#name")
    page.goto(f"{site.url}/overview")
    assert page.is_visible("#name")


def test_session_that_ends_in_the_middle_loses_nothing(enter: Enter, site: Site) -> None:
    page = enter("duban")
    page.goto(f"{site.url}/desk")
    settled(page)
    page.wait_for_selector("[data-pick]")
    first = number(page)
    press(page, "h")
    page.click(".st-key-draft_reason textarea")
    page.keyboard.type("会话中断前写的话")
    expire(site, "duban")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=登录已过期")
    page.click("text=重新登录")
    page.fill("#name", "duban")
    page.fill("#password", "jiesu-duban")
    page.keyboard.press("Enter")
    page.wait_for_selector(".j-kpi")
    page.click("[data-testid=stTopNavLink]:has-text('派单工作台')")
    page.wait_for_function("document.querySelector('.st-key-draft_reason textarea')?.value === '会话中断前写的话'")
    assert number(page) == first
    press(page, "Control+Enter")
    page.wait_for_selector(".j-toast:has-text('已挂起')")
    press(page, "z")


def expire(site: Site, name: str) -> None:
    """End every session of a person, as time would."""
    with open_session(make_engine(f"sqlite:///{site.home / 'jiesu.db'}")) as session:
        for row in session.exec(select(LoginRow).where(LoginRow.name == name)):
            row.expires_at = now_utc() - timedelta(seconds=1)
            session.add(row)
        session.commit()


def test_correction_by_keyboard_alone(enter: Enter) -> None:
    """Class, unit, urgency, district and place without a mouse; the other unit of the new class is proposed."""
    page = enter()
    page.wait_for_selector("[data-pick]")
    first = number(page)
    press(page, "e")
    page.wait_for_function("document.activeElement.closest('.st-key-draft_category') !== null")
    choose(page, "工地夜间施工")
    page.wait_for_function("document.querySelector('.st-key-desk_form').textContent.includes('按职责清单')")
    reach(page, "draft_unit")
    choose(page, "生态环境局")
    reach(page, "draft_urgency")
    choose(page, "紧急")
    reach(page, "draft_district")
    choose(page, "章丘区")
    reach(page, "draft_place")
    page.keyboard.type("绣水大街北首")
    press(page, "Control+Enter")
    page.wait_for_selector("[data-pick]")
    assert "生态环境局" in page.inner_text(".j-toast:has-text('已更正并派')")
    press(page, "z")
    assert number(page) == first


def test_batch_is_previewed_accepted_and_taken_back(enter: Enter) -> None:
    page = enter("shenhe")
    page.wait_for_selector("[data-pick]")
    press(page, "b")
    page.wait_for_selector(".st-key-batch_least")
    pick(page, "batch_lane", "待审")
    pick(page, "batch_least", "不限")
    page.wait_for_selector(".j-batch tbody tr")
    settled(page)
    shown = page.locator(".j-batch tbody tr").count()
    assert shown > 2
    page.click(".j-batch .j-link >> nth=0")
    page.wait_for_selector(f".j-btn:has-text('采纳以下 {shown - 1} 件')")
    settled(page)
    press(page, "Control+Enter")
    page.wait_for_selector(f".j-toast:has-text('已采纳 {shown - 1} 件')")
    settled(page)
    press(page, "z")
    page.wait_for_selector(f".j-toast:has-text('已撤销本批 {shown - 1} 件')")


def test_lists_speak_chinese(enter: Enter) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    press(page, "e")
    page.click(".st-key-draft_unit input")
    page.keyboard.type("某某局")
    page.wait_for_selector("[role=option]:has-text('新增:某某局')")
    page.keyboard.press("Escape")
    page.click(".st-key-draft_district input")
    page.keyboard.type("某某局")
    page.wait_for_selector("text=没有匹配的选项")


def pick(page: Any, name: str, words: str) -> None:
    """An option of a selectbox."""
    page.click(f".st-key-{name} input")
    page.click(f"[role=option]:has-text('{words}')")
    settled(page)


def choose(page: Any, words: str) -> None:
    """In the selectbox that has the caret: type until one option is left, Enter."""
    page.keyboard.type(words)
    page.wait_for_selector(f"[role=option]:has-text('{words}')")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=option]", state="detached")
    settled(page)


def reach(page: Any, name: str) -> None:
    """Tab until the caret is in a field of the form."""
    for _ in range(8):
        if page.evaluate(f"document.activeElement.matches('.st-key-{name} input')"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_an_hour_of_a_dispatcher(enter: Enter) -> None:
    """50 tickets and no mouse: accept, correct, hold, ask back, return; each shows the next one, and all come back."""
    page = enter("shenhe")
    page.wait_for_selector("[data-pick]")
    seen = []
    for n in range(50):
        before = number(page)
        seen.append(before)
        form = {3: "e", 5: "q", 7: "h", 9: "r"}.get(n % 10)
        if form is None:
            page.keyboard.press(str(n % 3 + 1))
            page.keyboard.press("Enter")
        else:
            press(page, form)
            page.wait_for_function("document.activeElement.closest('.st-key-desk_form') !== null")
            if form != "e":
                page.keyboard.type("写明的理由")
            page.keyboard.press("Control+Enter")
        page.wait_for_function(
            "old => document.querySelector('[data-pick]') && document.querySelector('.j-meta b').textContent !== old",
            arg=before,
        )
        settled(page)
    assert len(set(seen)) == 50
    assert "本次已处理 50 件" in page.inner_text(".j-bar")
    for _ in range(50):
        press(page, "z")
    assert number(page) == seen[0]
    assert "本次已处理 0 件" in page.inner_text(".j-bar")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height", "scale"), [(1440, 900, 1), (1152, 720, 1.25)])
def test_nothing_is_cut_or_overlaps(enter: Enter, scheme: str, width: int, height: int, scale: float) -> None:
    page = enter("paidan", width, height, color_scheme=scheme, device_scale_factor=scale)
    page.wait_for_selector("[data-pick]")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for selector in (".j-btn", ".j-pill", ".j-key", ".j-pickcard .u"):
        cut = page.eval_on_selector_all(
            selector,
            "all => all.filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map(e => e.textContent)",
        )
        assert not cut, (selector, cut)

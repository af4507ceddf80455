"""Every role's pages in a real Chromium: what opens, what must not, figures that open their tickets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from docx import Document

from dashboard import access
from tests.dashboard.conftest import Site, settled
from warehouse import accounts
from warehouse.scope import ROLE_TITLES

pytestmark = pytest.mark.e2e
Enter = Callable[..., Any]
NAMES = {user.role: user.name for user in accounts.DEMO_USERS}


@pytest.mark.parametrize("role", sorted(ROLE_TITLES))
def test_pages_of_a_role(enter: Enter, site: Site, role: str) -> None:
    page = enter(NAMES[role])
    own = access.pages_of(role)
    for screen, (_, path, _) in access.PAGES.items():
        page.goto(f"{site.url}/{path}")
        settled(page)
        text = page.inner_text("[data-testid=stMain]")
        assert "出了问题" not in text, (role, screen, text)
        if screen in own:
            assert page.query_selector(".j-h1, .j-bar"), (role, screen)
        else:
            # the page is not in this role's menu, so Streamlit shows its own first page and nothing of the other
            assert access.PAGES[screen][0] not in [one.inner_text() for one in page.query_selector_all("h1")]


def test_watermark_names_the_person(enter: Enter) -> None:
    page = enter("fenxi")
    assert "fenxi" in page.get_attribute(".j-mark", "style")


def test_figure_opens_its_tickets(enter: Enter, site: Site) -> None:
    page = enter("duban")
    page.wait_for_selector(".j-kpi")
    card = page.query_selector(".j-kpi:has-text('已逾期')")
    wanted = card.query_selector(".v").inner_text()
    card.click()
    page.wait_for_selector("h1:has-text('查询')")
    settled(page)
    assert "已逾期的工单" in page.inner_text(".j-h1")
    assert f"共 {wanted} 件" in page.inner_text(".j-bar")
    page.click(".j-link >> nth=0")
    page.wait_for_selector("[aria-label=工单详情]")
    assert "办理经过" in page.inner_text("[aria-label=工单详情]")


def test_leader_sees_totals_and_no_ticket(enter: Enter, site: Site) -> None:
    page = enter("lingdao")
    page.wait_for_selector(".j-kpi")
    assert page.eval_on_selector_all("button.j-kpi, button.j-tile", "all => all.length") == 0
    page.goto(f"{site.url}/warnings")
    settled(page)
    page.wait_for_selector("[aria-label=预警]")
    page.wait_for_selector("[aria-label=预警经过]")
    assert "只看汇总" in page.inner_text("[aria-label=预警经过]")


def test_district_narrows_every_figure(enter: Enter) -> None:
    page = enter("duban")
    page.wait_for_selector(".j-kpi")
    before = page.inner_text(".j-kpi .v >> nth=0")
    page.click(".st-key-overview_district input")
    page.click("[role=option]:has-text('历下区')")
    page.wait_for_function("old => document.querySelector('.j-kpi .v').textContent !== old", arg=before)


def test_issue_shows_its_chain(enter: Enter, site: Site) -> None:
    page = enter("duban")
    page.goto(f"{site.url}/repeats")
    settled(page)
    page.click(".j-q:has-text('青杨苑小区楼下烧烤店夜间油烟直排扰民')")
    page.wait_for_selector("text=条线为主建议")
    settled(page)
    text = page.inner_text("[aria-label=重复诉求]")
    assert "条线为主建议" in text
    assert "基层无力解决" in text
    page.click("[aria-label=重复诉求] .j-link >> nth=0")
    page.wait_for_selector("[aria-label=工单详情]")
    settled(page)
    page.click("text=返回事项")
    page.wait_for_selector("[aria-label=重复诉求]")


def test_slash_goes_to_the_search_box(enter: Enter, site: Site) -> None:
    page = enter("fenxi")
    page.goto(f"{site.url}/search")
    settled(page)
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.closest('.st-key-search') !== null")
    page.keyboard.type("井盖 历城")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "[...document.querySelectorAll('.j-table .j-link')].every(t => t.textContent.includes('井盖'))"
    )
    page.fill(".st-key-search input", "没有这样的词")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=没有符合条件的工单")


def test_an_alarm_goes_round_its_loop(enter: Enter, site: Site) -> None:
    page = enter("shenhe")
    page.goto(f"{site.url}/warnings")
    settled(page)
    page.click(".j-q:has-text('历下区餐饮油烟上升')")
    page.wait_for_selector("[aria-label=预警] h2:has-text('历下区餐饮油烟上升')")
    settled(page)
    page.wait_for_selector(".st-key-card_curve svg, .st-key-card_curve canvas")
    assert "按现有工单重算" in page.inner_text(".st-key-card_curve")
    for button, needs_outcome, state in (
        ("研判", True, "研判"),
        ("签发提示单", False, "签发"),
        ("登记签收", False, "签收"),
        ("登记处置反馈", False, "处置"),
        ("解除", False, "解除"),
    ):
        page.click(f"[aria-label=预警] .j-btn:text-is('{button}')")
        page.wait_for_selector(".st-key-alarm_reason textarea")
        settled(page)
        if needs_outcome:
            page.wait_for_selector(".st-key-alarm_outcome")
        page.click(".st-key-alarm_reason textarea")
        page.keyboard.type(f"{button}的说明")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(f".j-toast:has-text('已{state}')")
        settled(page)
    page.click("text=已解除")
    page.wait_for_selector(".j-q:has-text('历下区餐饮油烟上升')")
    settled(page)
    page.click("[aria-label=预警] .j-btn:text-is('复盘')")
    page.wait_for_selector(".st-key-alarm_reason textarea")
    settled(page)
    page.click(".st-key-alarm_reason textarea")
    page.keyboard.type("阈值合适")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".j-toast:has-text('已复盘')")
    settled(page)
    page.click("text=规则效果")
    page.wait_for_selector(".j-table tr:has-text('突增')")
    assert "100%" in page.inner_text(".j-table tr:has-text('突增')")


def test_an_announcement_is_written_and_ended(enter: Enter, site: Site) -> None:
    page = enter("shenhe")
    page.goto(f"{site.url}/warnings")
    settled(page)
    page.click("text=公告")
    page.click("text=登记公告")
    page.wait_for_selector(".st-key-announce_title input")
    settled(page)
    for field, words in (
        ("title", "安澜苑检修停水"), ("codes", "0604"), ("area", "历下区"), ("starts_at", "2026-03-01 08:00"),
        ("ends_at", "2026-12-31 08:00"),
    ):  # fmt: skip
        page.fill(f".st-key-announce_{field} input", words)
        page.keyboard.press("Tab")
        settled(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".j-toast:has-text('公告已登记')")
    page.wait_for_selector(".j-table tr:has-text('安澜苑检修停水'):has-text('生效中')")
    page.click(".j-table tr:has-text('安澜苑检修停水') .j-btn:text-is('结束')")
    page.wait_for_selector(".st-key-announce_reason input")
    settled(page)
    page.fill(".st-key-announce_reason input", "提前恢复")
    page.keyboard.press("Tab")
    settled(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".j-table tr:has-text('安澜苑检修停水'):has-text('已结束')")


@pytest.mark.parametrize("name", ["duban", "lingdao"])
def test_a_report_is_what_the_page_shows_and_its_download_is_logged(enter: Enter, site: Site, name: str) -> None:
    page = enter(name)
    page.goto(f"{site.url}/reports")
    page.wait_for_selector(".j-paper h2")
    page.click("button:has-text('月报')")
    page.wait_for_selector(".j-paper h2:has-text('月报')")
    settled(page)
    sentences = page.eval_on_selector_all(".j-paper > p", "all => all.map(one => one.innerText)")[1:]
    assert sentences
    with page.expect_download() as waiting:
        page.click("button:has-text('Word')")
    document = Document(waiting.value.path())
    told = [one.text for one in document.paragraphs]
    assert all(sentence in told for sentence in sentences)
    assert ("紧急件" in page.inner_text(".j-papers")) == (name == "duban")
    auditor = enter("shenji")
    auditor.goto(f"{site.url}/auditlog")
    auditor.wait_for_selector(".j-table")
    line = auditor.locator("tr", has_text=waiting.value.suggested_filename).first
    assert name in line.inner_text()


def test_a_supervisor_confirms_the_lead_and_takes_it_back(enter: Enter, site: Site) -> None:
    page = enter("duban")
    page.goto(f"{site.url}/repeats")
    settled(page)
    page.click(".j-q:has-text('青杨苑小区楼下烧烤店夜间油烟直排扰民')")
    page.wait_for_selector("[aria-label=重复诉求] h2:has-text('青杨苑小区楼下烧烤店夜间油烟直排扰民')")
    settled(page)
    page.click("button:has-text('确认条线主办')")
    page.wait_for_selector(".st-key-card_act textarea")
    settled(page)
    # the proposal fills the form
    page.wait_for_function("document.querySelector('.st-key-issue_form_lead_unit input')?.value")
    page.fill(".st-key-issue_form_reason textarea", "街道没有执法权")
    page.click("button:has-text('提交')")
    page.wait_for_selector("text=已确认条线主办")
    settled(page)
    card = page.inner_text("[aria-label=重复诉求]")
    assert "条线办理" in card
    assert "条线时限" in card
    assert "街道没有执法权" in card
    page.click("[aria-label=重复诉求] button:has-text('撤回')")
    page.wait_for_selector(".st-key-card_act textarea")
    settled(page)
    page.fill(".st-key-issue_form_reason textarea", "再核实")
    page.click("button:has-text('提交')")
    page.wait_for_selector("text=已撤回")
    settled(page)
    assert "条线时限" not in page.inner_text("[aria-label=重复诉求]")

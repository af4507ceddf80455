"""Every role's pages in a real Chromium: what opens, what must not, figures that open their tickets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
    assert "只看汇总" in page.inner_text("[aria-label=预警]")


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
    page.click(".j-q:has-text('文化东路街道青杨苑小区楼下烧烤店油烟')")
    page.wait_for_selector("text=条线为主建议")
    text = page.inner_text("[aria-label=重复诉求]")
    assert "条线为主建议" in text
    assert "基层无力解决" in text
    page.click("[aria-label=重复诉求] .j-link >> nth=0")
    page.wait_for_selector("[aria-label=工单详情]")
    page.click("text=返回事项")
    page.wait_for_selector("[aria-label=重复诉求]")


def test_slash_goes_to_the_search_box(enter: Enter, site: Site) -> None:
    page = enter("fenxi")
    page.goto(f"{site.url}/search")
    settled(page)
    page.keyboard.press("/")
    page.keyboard.type("井盖 历城")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "[...document.querySelectorAll('.j-table .j-link')].every(t => t.textContent.includes('井盖'))"
    )
    page.fill(".st-key-search input", "没有这样的词")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=没有符合条件的工单")

"""The quality page in a real Chromium: drift and acceptance are shown, a sample is drawn and read again by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.dashboard.conftest import Site, settled

pytestmark = pytest.mark.e2e
Enter = Callable[..., Any]


def test_a_sample_is_drawn_and_read_again(enter: Enter, site: Site) -> None:
    page = enter("shenhe")
    page.goto(f"{site.url}/quality")
    page.wait_for_selector(".j-kpis")
    assert "漂移" in page.inner_text("[data-testid=stMain]")
    page.click("button:has-text('抽查')")
    page.wait_for_selector(".st-key-check_lane")
    settled(page)
    page.click(".st-key-check_lane input")
    page.click("[role=option]:has-text('待审')")
    settled(page)
    page.click("button:has-text('抽样')")
    page.wait_for_selector("[aria-label=抽查样本] .j-q")
    settled(page)
    first = page.inner_text("[aria-label=抽查样本] [aria-current=true] .t")
    page.keyboard.press("a")
    page.wait_for_selector(".j-toast:has-text('都对')")
    settled(page)
    assert page.inner_text("[aria-label=抽查样本] [aria-current=true] .t") != first or page.query_selector(
        "[aria-label=抽查样本] .j-pill.green"
    )
    # a wrong answer wants a word of why
    page.keyboard.press("d")
    page.wait_for_selector(".j-toast.bad:has-text('应为什么')")
    settled(page)
    page.fill(".st-key-draft_check_note input", "应为街道办理")
    page.click("button:has-text('单位错')")
    page.wait_for_selector(".j-toast:not(.bad):has-text('单位错')")
    settled(page)
    assert page.query_selector("[aria-label=抽查样本] .j-pill.red")
    page.click("button:has-text('概况')")
    page.wait_for_selector("section:has-text('抽查实测') .j-table")
    assert "95% 区间" in page.inner_text("section:has-text('抽查实测') .j-table")


def test_a_leader_sees_figures_and_no_sample(enter: Enter, site: Site) -> None:
    page = enter("lingdao")
    page.goto(f"{site.url}/quality")
    page.wait_for_selector(".j-kpis")
    settled(page)
    assert "抽查\n" not in page.inner_text("[data-testid=stMain]").split("首选采纳率")[0]
    page.click("button:has-text('模型说明')")
    page.wait_for_selector("text=正在使用的版本")

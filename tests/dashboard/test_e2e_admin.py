"""Administration in a real Chromium: an account is made and may log in, a pack is checked, a figure is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.dashboard.conftest import Site, settled

pytestmark = pytest.mark.e2e
Enter = Callable[..., Any]


def test_an_account_is_made_and_switched_off(enter: Enter, site: Site) -> None:
    page = enter("guanli")
    page.wait_for_selector("text=点用户名变更")
    page.click("button:has-text('新建账号')")
    page.wait_for_selector(".st-key-admin_name input")
    settled(page)
    page.fill(".st-key-admin_name input", "lisi")
    page.fill(".st-key-admin_title input", "李四")
    page.click(".st-key-admin_role input")
    page.click("[role=option]:has-text('分析员')")
    page.fill(".st-key-admin_password input", "jiesu-lisi")
    page.click("button:text-is('保存')")
    page.wait_for_selector(".j-toast:has-text('已新建账号 lisi')")
    other = enter("lisi")
    other.wait_for_selector("h1:has-text('运行态势')")
    settled(page)
    page.click(".j-link:text-is('lisi')")
    page.wait_for_selector(".st-key-admin_active")
    settled(page)
    assert page.input_value(".st-key-admin_title input") == "李四"
    page.click(".st-key-admin_active button:has-text('停用')")
    settled(page)
    page.fill(".st-key-admin_reason input", "离岗")
    page.click("button:text-is('保存')")
    page.wait_for_selector(".j-toast:has-text('已变更账号 lisi')")
    other.goto(f"{site.url}/overview")
    other.wait_for_selector("#name")


def test_a_pack_is_checked_and_a_figure_is_set(enter: Enter) -> None:
    page = enter("guanli")
    page.click("button:has-text('城市包')")
    page.wait_for_selector("[data-act='check:qingdao']")
    settled(page)
    page.click("[data-act='check:qingdao']")
    page.wait_for_selector("text=qingdao 检查通过")
    assert "places.csv" in page.inner_text("[class*=st-key-card_pack]")
    settled(page)
    page.click("button:has-text('参数')")
    page.wait_for_selector(".st-key-admin_value_alarm-budget input")
    settled(page)
    page.fill(".st-key-admin_value_alarm-budget input", "1.5")
    page.fill(".st-key-admin_reason_alarm-budget input", "节前加密")
    page.click("[data-act='submitcontrol:alarm-budget']")
    page.wait_for_selector(".j-toast:has-text('已调整')")
    settled(page)
    assert "1.5" in page.inner_text("[class*=st-key-card_alarm-budget] .j-h2")
    page.click("button:has-text('任务')")
    page.wait_for_selector("h2:has-text('导入')")

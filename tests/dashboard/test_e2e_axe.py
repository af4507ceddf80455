"""Accessibility: axe-core finds nothing serious or critical on any page of any role, nor in any open form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard import access
from tests.dashboard.conftest import Site, settled
from warehouse import accounts
from warehouse.scope import ROLE_TITLES

pytestmark = pytest.mark.e2e
Enter = Callable[..., Any]
NAMES = {user.role: user.name for user in accounts.DEMO_USERS}
GRAVE = {"serious", "critical"}


def findings(page: Any) -> list[str]:
    """What axe calls serious or critical, with the markup it means."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found if one["impact"] in GRAVE for node in one["nodes"]]


# the colours are the only difference of the dark theme: the role with the most pages and the one with a page of its own
@pytest.mark.parametrize(
    ("role", "scheme"),
    [*((role, "light") for role in sorted(ROLE_TITLES)), ("supervisor", "dark"), ("officer", "dark")],
)
def test_pages(enter: Enter, site: Site, role: str, scheme: str) -> None:
    page = enter(NAMES[role], color_scheme=scheme)
    for screen in access.pages_of(role):
        page.goto(f"{site.url}/{access.PAGES[screen][1]}")
        settled(page)
        page.wait_for_selector("[data-testid=stMain] :is(.j-h1, .j-bar)")
        assert not findings(page), (role, scheme, screen)


def test_login(enter: Enter, site: Site) -> None:
    page = enter("fenxi")
    page.click(".j-who a")
    page.wait_for_selector("#name")
    assert not findings(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_of_the_desk(enter: Enter, scheme: str) -> None:
    page = enter("paidan", color_scheme=scheme)
    page.wait_for_selector("[data-pick]")
    for key, sign in (
        ("e", ".st-key-draft_category"),
        ("h", ".st-key-draft_reason textarea"),
        ("b", ".st-key-desk_batch"),
    ):
        page.keyboard.press(key)
        page.wait_for_selector(sign)
        settled(page)
        assert not findings(page), key
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Escape")
        page.wait_for_selector("[data-pick]")
        settled(page)
    page.keyboard.press("?")
    page.wait_for_selector("#jiesu-help[open]")
    assert not findings(page), "?"


def test_forms_of_officer_and_reviewer(enter: Enter, site: Site) -> None:
    page = enter("chengban")
    page.wait_for_selector("[aria-label=工单详情]")
    settled(page)
    page.keyboard.press("t")
    page.wait_for_selector(".st-key-draft_code")
    settled(page)
    assert not findings(page)
    other = enter("shenhe")
    other.goto(f"{site.url}/reviewer")
    settled(other)
    other.wait_for_selector("text=同类裁定先例")
    other.keyboard.press("d")
    other.wait_for_selector(".st-key-draft_unit")
    settled(other)
    assert not findings(other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_other_sides_of_the_warnings(enter: Enter, site: Site, scheme: str) -> None:
    page = enter("shenhe", color_scheme=scheme)
    page.goto(f"{site.url}/warnings")
    settled(page)
    for tab, sign in (("规则效果", ".j-table"), ("通知", ".j-card"), ("公告", "text=登记公告")):
        page.click(f"text={tab}")
        page.wait_for_selector(sign)
        settled(page)
        assert not findings(page), (scheme, tab)
    page.click("text=登记公告")
    page.wait_for_selector(".st-key-announce_title input")
    settled(page)
    assert not findings(page), scheme

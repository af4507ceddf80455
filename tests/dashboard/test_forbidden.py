"""Forbidden rows and fields cannot be reached: not by page, changed state, drill-down, cache, peek or reveal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, connect, drill, reveal_form
from dashboard.figures import figures
from tests.dashboard import filling
from tests.dashboard.test_access import ROOM, text_of
from warehouse import accounts
from warehouse.scope import ROLE_TITLES, Scope
from warehouse.views import Filters

DAY = filling.NOW.date()
FOREIGN = filling.ticket(6)
"""A ticket of 天桥区 that waits at the desk."""
AREA = "历下区"
WORDS = ("天桥区", "无影山街道", "北园新居", "七贤街道", "绣水佳园", filling.PHONE)
"""Words of other districts, and the caller's number: nothing of it may reach the browser of who is bound to 历下区."""
BOUND = ("dispatcher", "reviewer", "supervisor", "analyst", "leader")
"""Roles tried with a scope of one district; the officer has a scope of one unit anyway."""


@pytest.fixture(scope="module")
def people(filled: Path) -> dict[str, str]:
    """Role → account bound to 历下区 or, for the officer, to one unit there."""
    with connect.session() as session:
        for role in BOUND:
            accounts.create_user(session, f"only-{role}", f"only-{role}-word", role, areas=[AREA])
    return {**{role: f"only-{role}" for role in BOUND}, "officer": "chengban"}


@pytest.fixture
def open_page(people: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """The app as a bound account, on a screen, after ``state`` was forced into the session."""

    def run(role: str, screen: str, **state: Any) -> AppTest:
        name = people[role]
        token = connect.login(name, "jiesu-chengban" if role == "officer" else f"{name}-word")
        assert token
        monkeypatch.setattr(access, "token", lambda: token)
        page = AppTest.from_file(str(ROOM / "app.py"), default_timeout=30).run()
        page = page.switch_page(f"screens/{screen}.py").run()
        for key, value in state.items():
            page.session_state[key] = value
        return page.run() if state else page

    return run


@pytest.mark.parametrize("role", [*BOUND, "officer"])
def test_no_page_tells_of_another_district(open_page: Callable[..., AppTest], role: str) -> None:
    for screen in access.pages_of(role):
        page = open_page(role, screen)
        assert not page.exception, (role, screen)
        told = text_of(page)
        assert not [word for word in WORDS if word in told], (role, screen)


@pytest.mark.parametrize("role", [one for one in [*BOUND, "officer"] if one in access.PAGES["search"][2]])
def test_a_number_forced_into_the_session_opens_nothing(open_page: Callable[..., AppTest], role: str) -> None:
    told = text_of(open_page(role, "search", search_open=FOREIGN.ticket_no))
    assert "打不开这件工单" in told
    assert FOREIGN.title not in told
    assert not [word for word in WORDS if word in told]


@pytest.mark.parametrize("role", [one for one in BOUND if one in access.PAGES["search"][2]])
def test_conditions_forced_into_the_session_stay_inside_the_scope(open_page: Callable[..., AppTest], role: str) -> None:
    told = text_of(open_page(role, "search", **{drill.KEY: ("x", Filters(district="天桥区"))}))
    assert "没有符合条件的工单" in told
    assert FOREIGN.title not in told


def test_desk_neither_shows_nor_takes_what_is_outside(open_page: Callable[..., AppTest]) -> None:
    page = open_page("dispatcher", "desk")
    desk = page.session_state["desk"]
    desk.peek = FOREIGN.ticket_no
    assert FOREIGN.title not in text_of(page.run())
    desk.peek, desk.ticket = None, FOREIGN.ticket_no
    told = text_of(page.run())
    assert FOREIGN.title not in told
    assert page.session_state["desk"].ticket != FOREIGN.ticket_no


def test_officer_page_keeps_to_its_unit(open_page: Callable[..., AppTest]) -> None:
    told = text_of(open_page("officer", "officer", officer_open=FOREIGN.ticket_no, officer_move="答复"))
    assert FOREIGN.title not in told


def test_caller_cannot_be_revealed_by_forced_state(open_page: Callable[..., AppTest]) -> None:
    for role in ("analyst", "supervisor"):
        forced = {"search_open": FOREIGN.ticket_no, reveal_form.OPEN: FOREIGN.ticket_no, reveal_form.REASON: "强行查看"}
        told = text_of(open_page(role, "search", **forced))
        assert filling.PHONE not in told
        assert "记录并查看" not in told


def test_cached_figures_are_kept_apart(filled: Path) -> None:
    """The same days, asked by everyone one after another: each gets the figures of their own scope."""
    asked = [Scope("a", "supervisor"), *(Scope(role, role, areas=frozenset({AREA})) for role in BOUND)]
    asked.append(Scope("b", "officer", units=frozenset({"历下区城市管理局"})))
    told = [figures(scope, DAY.replace(day=1), DAY, None, filling.NOW) for scope in (*asked, *asked)]
    assert [one.total for one in told[: len(asked)]] == [one.total for one in told[len(asked) :]]
    everyone, *bound = told[: len(asked)]
    assert {one.label for one in everyone.districts} > {AREA}
    for one in bound:
        assert {count.label for count in one.districts} == {AREA}
        assert one.total < everyone.total


def test_every_role_was_tried() -> None:
    """The two that are left have no right to any content at all (tests/warehouse/test_promises_scope.py)."""
    assert {*BOUND, "officer"} | {"auditor", "administrator"} == set(ROLE_TITLES)

"""Pages by role: each screen guards itself, each query takes a scope, and nobody sees a page of another role."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, connect
from warehouse import accounts
from warehouse.scope import RIGHTS, ROLE_TITLES

ROOM = Path(access.__file__).parent
SCREENS = sorted(path for path in (ROOM / "screens").glob("*.py") if path.name != "__init__.py")
NAMES = {user.role: user.name for user in accounts.DEMO_USERS}
NEEDS = {
    "desk": "decide",
    "overview": "count",
    "reviewer": "review",
    "officer": "handle",
    "repeats": "read",
    "warnings": "alarms",
    "departments": "count",
    "quality": "count",
    "reports": "count",
    "search": "read",
    "administration": "manage",
    "auditlog": "audit",
}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda path: path.stem)
def test_screen_asks_who_is_there_first(screen: Path) -> None:
    """Before anything but imports, the screen calls access.require with its own name."""
    body = ast.parse(screen.read_text(encoding="utf-8")).body
    statements = [one for one in body if not isinstance(one, ast.Import | ast.ImportFrom | ast.Expr)]
    assert ast.unparse(statements[0]) == f"who = access.require('{screen.stem}')"


def test_every_screen_is_listed_and_the_other_way_round() -> None:
    assert {path.stem for path in SCREENS} == set(access.PAGES) == set(NEEDS)


def test_a_page_is_only_for_roles_that_hold_its_right() -> None:
    for screen, (_, _, roles) in access.PAGES.items():
        for role in roles:
            assert NEEDS[screen] in RIGHTS[role], (screen, role)


def test_every_role_has_a_page() -> None:
    assert all(access.pages_of(role) for role in ROLE_TITLES)


SCOPED = {
    "views",
    "claims",
    "decisions",
    "audit",
    "desk_batch",
    "desk_queue",
    "desk_work",
    "alarm_work",
    "handling",
    "handling_work",
    "metrics",
    "report_work",
    "admin_work",
    "check_work",
    "controls",
    "nights",
    "spot_checks",
}
READERS = {"find_user", "list_users"}


def test_every_query_takes_a_scope() -> None:
    """No call into the warehouse's reading or deciding modules without a scope among its arguments."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = node.func.value
            if not isinstance(owner, ast.Name) or owner.id not in SCOPED or not node.func.attr.islower():
                continue
            told = [ast.unparse(one) for one in (*node.args, *(word.value for word in node.keywords))]
            takes_session = any(one.endswith("session") or one == "opened" for one in told)
            assert not takes_session or any("scope" in one for one in told), f"{path.name}: {ast.unparse(node)}"


@pytest.fixture
def visit(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Runs the app as a role (None: a stranger), with a real token of a real account."""

    def run(role: str | None, screen: str | None = None) -> AppTest:
        token = None
        if role is not None:
            token = connect.login(NAMES[role], f"jiesu-{NAMES[role]}")
            assert token
        monkeypatch.setattr(access, "token", lambda: token)
        page = AppTest.from_file(str(ROOM / "app.py"), default_timeout=30).run()
        return page.switch_page(f"screens/{screen}.py").run() if screen else page

    return run


def text_of(page: AppTest) -> str:
    return " ".join(str(getattr(one, "body", getattr(one, "value", ""))) for one in page.get("html"))


@pytest.mark.parametrize("role", sorted(ROLE_TITLES))
def test_role_opens_its_pages(visit: Callable[..., AppTest], role: str) -> None:
    for screen in access.pages_of(role):
        page = visit(role, screen if screen != access.pages_of(role)[0] else None)
        assert not page.exception, (role, screen, page.exception)
        assert "没有这一页的权限" not in text_of(page)


def test_stranger_sees_one_sentence(visit: Callable[..., AppTest]) -> None:
    page = visit(None)
    assert "登录已过期" in text_of(page)
    assert "j-q" not in text_of(page).replace("<style>", "").split("</style>")[-1]


@pytest.mark.parametrize(
    ("role", "screen"),
    [(role, screen) for role in sorted(ROLE_TITLES) for screen in access.PAGES if role not in access.PAGES[screen][2]],
)
def test_wrong_role_is_turned_away_by_the_screen_itself(
    filled: Path, monkeypatch: pytest.MonkeyPatch, role: str, screen: str
) -> None:
    """Even if the menu let it through, the screen's own guard refuses."""
    token = connect.login(NAMES[role], f"jiesu-{NAMES[role]}")
    monkeypatch.setattr(access, "token", lambda: token)
    page = AppTest.from_file(str(ROOM / "screens" / f"{screen}.py"), default_timeout=30).run()
    assert "没有这一页的权限" in text_of(page)
    assert len(page.get("html")) == 1

"""Who is looking (访问控制): the person of this run, the pages of each role, the guard that every screen calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import streamlit as st

from dashboard import connect, gate
from warehouse import accounts
from warehouse.scope import ROLE_TITLES, Scope

PAGES: Final[Mapping[str, tuple[str, str, frozenset[str]]]] = {
    "desk": ("派单工作台", "desk", frozenset({"dispatcher", "reviewer", "supervisor"})),
    "reviewer": ("审核", "reviewer", frozenset({"reviewer", "supervisor"})),
    "officer": ("承办", "officer", frozenset({"officer"})),
    "overview": (
        "运行态势",
        "overview",
        frozenset({"dispatcher", "reviewer", "officer", "supervisor", "analyst", "leader"}),
    ),
    "repeats": ("重复诉求", "repeats", frozenset({"dispatcher", "reviewer", "supervisor", "analyst"})),
    "warnings": ("预警", "warnings", frozenset({"dispatcher", "reviewer", "supervisor", "analyst", "leader"})),
    "departments": ("部门", "departments", frozenset({"reviewer", "supervisor", "analyst", "leader"})),
    "quality": ("质量", "quality", frozenset({"reviewer", "supervisor", "analyst", "leader"})),
    "reports": ("报告", "reports", frozenset({"supervisor", "analyst", "leader"})),
    "search": ("查询", "search", frozenset({"dispatcher", "reviewer", "officer", "supervisor", "analyst"})),
    "administration": ("系统管理", "administration", frozenset({"administrator"})),
    "auditlog": ("审计", "auditlog", frozenset({"auditor"})),
}
"""Screen → (name, URL, roles). The administrator sees no content, the auditor only the record (三员分立)."""


HOME: Final[Mapping[str, str]] = {"supervisor": "overview"}
"""The first page of a role, where it is not the first of its menu."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person of this run: the scope goes into every query, ``now`` is what the page calls now."""

    scope: Scope
    title: str
    now: datetime

    @property
    def role_name(self) -> str:
        return ROLE_TITLES.get(self.scope.role, self.scope.role)


def token() -> str | None:
    """The session token of this browser, from the cookie that no script can read."""
    return st.context.cookies.get(gate.COOKIE)


def viewer() -> Viewer | None:
    """The logged-in person, asked of the warehouse in every run; None for a stranger. Raises connect.Down."""
    given = token()
    account = connect.account_of(given) if given else None
    return None if account is None else Viewer(accounts.scope_of(account), account.title, connect.now())


def pages_of(role: str) -> list[str]:
    """The screens of a role, its home first; nothing for an unknown role."""
    allowed = [screen for screen, (_, _, roles) in PAGES.items() if role in roles]
    home = HOME.get(role)
    return sorted(allowed, key=lambda screen: screen != home)


def require(screen: str) -> Viewer:
    """The viewer of this screen, or the end of the run: a stranger and a wrong role see one sentence and no data."""
    who = viewer()
    if who is None:
        stranger()
    if who.scope.role not in PAGES[screen][2]:
        st.html(
            '<div class="j-card j-empty" role="alert"><b>您的岗位没有这一页的权限</b>'
            "如工作需要,请联系本单位系统管理员调整岗位。</div>"
        )
        st.stop()
    return who


def stranger() -> None:
    """Say that the login has ended, and stop. What was typed stays in the tab and comes back after the login."""
    st.html(
        '<div class="j-card j-empty" role="alert"><b>登录已过期</b>未提交的内容已保留在本页,重新登录后可接着办。'
        '<p style="margin:14px 0 0"><a href="/login?why=expired" target="_self">重新登录</a></p></div>'
    )
    st.stop()

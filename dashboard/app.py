"""The page frame: who is logged in, the pages of the role, the menu, the watermark. Run by ``server.py``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import streamlit as st

# `streamlit run` puts dashboard/ first on the path; our packages are found from their root also without an install
ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.append(ROOT)

from dashboard import access, connect, drafts, drill, widgets  # noqa: E402
from dashboard.keyboard import LOST  # noqa: E402

logger = logging.getLogger("jiesu.dashboard")


def frame() -> None:
    """Draw the frame and the page inside it."""
    st.set_page_config(page_title="接诉", page_icon=None, layout="wide", initial_sidebar_state="collapsed")
    widgets.theme()
    st.logo(str(Path(__file__).with_name("data") / "logo.svg"), size="large")
    drafts.keep(st.session_state)
    try:
        who = access.viewer()
        if who is None:
            access.stranger()
            return
        names = access.pages_of(who.scope.role)
        pages = [
            st.Page(f"screens/{name}.py", title=access.PAGES[name][0], url_path=access.PAGES[name][1]) for name in names
        ]
        if not pages:
            st.html(widgets.empty("账号没有可用的页面", "请联系系统管理员核对岗位。"))
            return
        # Streamlit gives its default page no address of its own; with a hidden one every screen can be bookmarked
        home = st.Page(_nothing, title="首页", url_path="home", default=True, visibility="hidden")
        page = st.navigation([home, *pages], position="top")
        if page == home:
            st.switch_page(pages[0])
        named = who.title if who.title == who.role_name else f"{who.title} · {who.role_name}"
        st.html(f'<div class="j-who"><span>{widgets.esc(named)}</span><a href="/logout" target="_self">退出</a></div>')
        widgets.watermark(f"{who.scope.user} {who.role_name}", who.now)
        goto = st.session_state.pop(drill.GOTO, None)
        if goto in names and access.PAGES[goto][1] != page.url_path:
            st.switch_page(pages[names.index(goto)])
        drafts.arrive(st.session_state, page.url_path)
        if st.session_state.pop(LOST, None):
            widgets.show(f'<div class="j-bar">{widgets.toast("刚才的操作没有送达数据库,请再做一次", bad=True)}</div>')
        page.run()
    except connect.Down:
        _wait_for_database()


@st.fragment(run_every="4s")
def _wait_for_database() -> None:
    """One calm sentence, and a look every few seconds: the page comes back by itself."""
    if connect.answers():
        st.rerun()
    st.html(
        widgets.empty("数据库暂时连不上", "已填写的内容没有丢,恢复后本页会自动接着显示。若持续出现,请告知系统管理员。")
    )


def _nothing() -> None:
    """The hidden default page; nobody ever sees it."""


frame()

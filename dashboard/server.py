"""The web server of the dashboard: Streamlit behind a login gate of its own.

``streamlit run dashboard/server.py`` finds ``app`` here. Login and logout are plain HTTP routes, so that the session
cookie is ``HttpOnly`` and no script can read it; the gate refuses every page, web socket, download and upload of a
browser without a living session, before Streamlit sees the request. ``dashboard.access`` asks again in every run.
"""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit.starlette import App

from dashboard.gate import Gate, login_page, login_try, logout
from dashboard.sign_on import begin

logger = logging.getLogger("jiesu.dashboard")


def say_trouble(error: Exception) -> bool:
    """A fault of ours: the log gets the trace, the person one sentence. True keeps Streamlit's own box away."""
    logger.error("page failed", exc_info=error)
    st.html(
        '<div class="j-card j-empty" role="alert"><b>这一页出了问题</b>'
        "已记入系统日志,您的工单和已提交的处理不受影响。请按 F5 重试,或先去别的页面。</div>"
    )
    return True


app = App(
    Path(__file__).with_name("app.py"),
    routes=[
        Route("/login", login_page, methods=["GET"]),
        Route("/login", login_try, methods=["POST"]),
        Route("/login/sso", begin, methods=["GET"]),
        Route("/logout", logout, methods=["GET"]),
    ],
    middleware=[Middleware(Gate)],
    on_script_error=say_trouble,
)

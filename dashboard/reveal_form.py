"""Showing what masking took out (查看隐去内容): a reason first, then the values for two minutes, on this screen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import streamlit as st

from classify.ticket import HotlineError
from dashboard import access, connect, widgets
from warehouse import reveals
from warehouse.settings import secret

OPEN, SHOWN, SAID, REASON = "reveal_open", "reveal_shown", "reveal_said", "reveal_reason"
LASTS: Final = timedelta(minutes=2)
"""How long values stay on the screen."""


def on_event(event: dict[str, Any]) -> bool:
    """Handle the events of this form; whether it was one of them."""
    state, act, number = st.session_state, str(event["act"]), str(event.get("value") or "")
    if act == "reveal":
        state[OPEN] = number
        state.pop(SAID, None)
    elif act == "reveal-hide":
        state[OPEN] = None
        state.pop(SHOWN, None)
    elif act == "submit-reveal":
        _show(number)
    else:
        return False
    return True


def _show(number: str) -> None:
    state, who = st.session_state, access.viewer()
    if who is None or number != state.get(OPEN):
        return
    try:
        with connect.session() as session:
            found = reveals.reveal(session, who.scope, number, str(state.get(REASON) or ""), secret(), now=who.now)
    except HotlineError as error:
        state[SAID] = str(error)
        return
    state[SHOWN], state[OPEN] = (number, found, datetime.now().astimezone() + LASTS), None
    state.pop(REASON, None)


def draw(session: Any, scope: Any, number: str) -> None:
    """The button, the form or the values of one ticket; nothing for who may not look, or where nothing was kept."""
    state = st.session_state
    if state.get(SHOWN) and state[SHOWN][0] != number:
        state.pop(SHOWN)
    if state.get(SHOWN):
        _values()
    elif not reveals.may_reveal(session, scope, number):
        return
    elif state.get(OPEN) == number:
        _form(number)
    else:
        widgets.show(f'<div class="j-acts">{widgets.button("查看来电人信息", f"reveal:{number}")}</div>')


def _form(number: str) -> None:
    with st.container(key="card_reveal"):
        widgets.show(widgets.part("查看来电人信息", "理由和查看人记入审计,不可撤销", rule=False))
        st.text_input("查看理由", key=REASON, max_chars=200, placeholder="如:回访来电人核实地址")
        if st.session_state.get(SAID):
            widgets.show(f"<div>{widgets.toast(st.session_state[SAID], bad=True)}</div>")
        look = widgets.button("记录并查看", f"submit-reveal:{number}", "", "main")
        widgets.show(f'<div class="j-acts">{look}{widgets.button("取消", "reveal-hide")}</div>')


@st.fragment(run_every="15s")
def _values() -> None:
    shown = st.session_state.get(SHOWN)
    if not shown or datetime.now().astimezone() > shown[2]:
        st.session_state.pop(SHOWN, None)
        widgets.show('<p class="j-muted" style="margin:0">来电人信息已收起。</p>')
        return
    rows = [(one.title, f"<b>{widgets.esc(one.value)}</b>") for one in shown[1]]
    body = widgets.facts(rows) if rows else '<p class="j-muted">没有您可以查看的项目。</p>'
    hide = widgets.button("收起", "reveal-hide")
    widgets.show(widgets.card("来电人信息", "已记入审计,两分钟后自动收起", f'{body}<div class="j-acts">{hide}</div>'))

"""What the reviewer's and the officer's page share (办理页): list, ticket, buttons, form and their events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from classify.ticket import HotlineError
from dashboard import access, connect, drafts, drill, handling_work, reveal_form, ticket_view, widgets
from dashboard.handling_work import LABELS, Move
from dashboard.widgets import esc
from warehouse import views
from warehouse.extensions import GRANTED, MOST
from warehouse.handling import RETURN_REASONS


def events(page: str, menu: tuple[Move, ...], tabs: Iterable[str]) -> Callable[[dict[str, Any]], None]:
    """The handler of a page's events; the login and the right are asked again in each. ``tabs``: names of its lists."""

    def on_event(event: dict[str, Any]) -> None:
        state, value = st.session_state, event.get("value")
        act = event["act"]
        if reveal_form.on_event(event):
            return
        if act == "peek" and value:
            # a precedent: shown on the query page, where it can be looked at whole
            state["search_open"], state[drill.GOTO] = str(value), "search"
        elif act == "open" and value:
            state[f"{page}_open"], state[f"{page}_move"] = str(value), None
            drafts.clear(state)
        elif act == "cancel":
            state[f"{page}_move"] = None
            drafts.clear(state)
        elif act == "restore":
            _restore(page, menu, tabs, event.get("draft"))
        elif act in ("move", *(one.kind for one in menu)):
            _start(page, menu, str(value) if act == "move" else act, event.get("ticket"))
        elif act == "submit":
            _carry_out(page, menu, state.get(f"{page}_move"))

    return on_event


def _start(page: str, menu: tuple[Move, ...], kind: str, ticket: Any) -> None:
    state = st.session_state
    move = handling_work.find(menu, kind)
    if move is None or not state.get(f"{page}_open") or ticket != state.get(f"{page}_open"):
        return
    state[f"{page}_move"] = kind
    drafts.clear(state)
    if not move.fields:
        _carry_out(page, menu, kind)


def _restore(page: str, menu: tuple[Move, ...], tabs: Iterable[str], draft: Any) -> None:
    """Open the form that was being written before a reload, with its words; whether the move still may be made is asked
    again when it is sent."""
    if not isinstance(draft, dict) or not isinstance(draft.get("ticket"), str):
        return
    move, state = handling_work.find(menu, draft.get("mode")), st.session_state
    if move is None:
        return
    tab = drafts.texts_of(draft).get("tab")
    if tab in tabs:
        state[f"{page}_kind"] = tab
    state[f"{page}_open"], state[f"{page}_move"] = draft["ticket"], move.kind
    drafts.restore(state, draft, [f"draft_{name}" for name in LABELS], ())
    state[f"{page}_said"] = ("已恢复未提交的内容", False)


def _carry_out(page: str, menu: tuple[Move, ...], kind: str | None) -> None:
    state, asked = st.session_state, access.viewer()
    move, ticket = handling_work.find(menu, kind), state.get(f"{page}_open")
    if asked is None or asked.scope.role not in access.PAGES[page][2] or move is None or not ticket:
        return
    with connect.session() as session:
        said, bad = handling_work.take(session, asked.scope, ticket, move, state, asked.now)
    state[f"{page}_said"] = (said, bad)
    if not bad:
        state[f"{page}_move"] = None
        state[f"{page}_open"] = None


def said(page: str) -> None:
    """What the last move led to, once."""
    told = st.session_state.pop(f"{page}_said", None)
    if told:
        widgets.show(f'<div class="j-bar">{widgets.toast(*told)}</div>')


def pick_open(page: str, numbers: list[str]) -> str | None:
    """The ticket on the right: the one opened, else the first of the list."""
    state = st.session_state
    if state.get(f"{page}_open") not in numbers:
        state[f"{page}_open"] = numbers[0] if numbers else None
        state[f"{page}_move"] = None
    return state[f"{page}_open"]


def buttons(moves: Iterable[Move]) -> str:
    """The moves as buttons with their keys."""
    made = "".join(
        widgets.button(one.name, f"move:{one.kind}", one.key.upper(), "main" if n == 0 else "")
        for n, one in enumerate(moves)
    )
    return f'<div class="j-acts" style="margin:0 0 10px">{made}</div>' if made else ""


def form(move: Move, units: list[str]) -> None:
    """The fields of a move."""
    with st.container(key="card_move"):
        widgets.show(widgets.part(move.name, "提交后记入工单,可在审计中查到", rule=False))
        if "code" in move.fields:
            st.selectbox(
                LABELS["code"],
                list(RETURN_REASONS),
                index=None,
                key="draft_code",
                format_func=lambda code: f"{code} {RETURN_REASONS[code]}",
                placeholder="选择退单类别",
            )
        if "unit" in move.fields:
            label = "建议单位" if "code" in move.fields else LABELS["unit"]
            st.selectbox(
                label, units, index=None, key="draft_unit", accept_new_options=True, placeholder="选择或输入单位全称"
            )
        if "days" in move.fields:
            same = "空着即按申请的天数" if move.kind == GRANTED else f"1 至 {MOST}"
            st.text_input(LABELS["days"], key="draft_days", max_chars=2, placeholder=same)
        if "reason" in move.fields:
            st.text_area(LABELS["reason"], key="draft_reason", max_chars=500, height=90, placeholder="写明依据")
        if "text" in move.fields:
            st.text_area(LABELS["text"], key="draft_text", max_chars=3000, height=140, placeholder="写给诉求人的话")
        submit = widgets.button("提交", "submit", "Ctrl Enter", "main")
        widgets.show(f'<div class="j-acts">{submit}{widgets.button("取消", "cancel", "Esc")}</div>')


def ticket(session: Any, scope: Any, number: str, now: Any, above: str = "") -> Any:
    """The ticket on the right with ``above`` before it; None, and a sentence, when it cannot be opened."""
    try:
        detail = views.ticket_detail(session, scope, number, now=now)
    except HotlineError as error:
        widgets.show(widgets.empty("打不开这件工单", str(error)))
        return None
    widgets.show(above)
    reveal_form.draw(session, scope, number)
    widgets.show(ticket_view.whole(detail, now))
    return detail


def asked_line(code: str | None, reason: str | None) -> str:
    """``R02 非本辖区:…``."""
    name = f"{code} {RETURN_REASONS.get(code, '')}" if code else ""
    return esc(":".join(part for part in (name, reason) if part))

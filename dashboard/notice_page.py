"""提示单: the notices to one's unit on the officer's page: sign, and report what was done."""

from __future__ import annotations

from typing import Any

import streamlit as st

from classify.masking import mask
from classify.ticket import HotlineError
from dashboard import access, connect, drafts, handling_page, ticket_view, widgets
from dashboard.keyboard import keyboard
from dashboard.widgets import LEVEL_PILL, due_pill, esc, pill, when
from warehouse import notices

TAB = "提示单"
NAMES = {"签收": ("签收", "s"), "处置": ("反馈处置", "a")}
"""Step → name of the button and its key."""


def on_event(event: dict[str, Any]) -> None:
    """Open a notice, begin an answer, send it."""
    state, act, value = st.session_state, event["act"], str(event.get("value") or "")
    if act == "open" and value.isdigit():
        state["notice_open"], state["notice_step"] = int(value), None
        drafts.clear(state)
    elif act == "cancel":
        state["notice_step"] = None
        drafts.clear(state)
    elif act == "签收":
        _send("签收")
    elif act == "处置":
        state["notice_step"] = "处置"
        drafts.clear(state)
    elif act == "submit" and state.get("notice_step"):
        _send("处置")


def _send(step: str) -> None:
    state, asked = st.session_state, access.viewer()
    number = state.get("notice_open")
    if asked is None or not asked.scope.may("handle") or not isinstance(number, int):
        return
    words = mask(str(state.get("draft_reason") or "")).text
    try:
        with connect.session() as session:
            notices.answer(session, asked.scope, number, step, reason=words, at=asked.now)
    except HotlineError as error:
        state["officer_said"] = (str(error), True)
        return
    state["notice_step"] = None
    drafts.clear(state)
    state["officer_said"] = (f"提示单已{NAMES[step][0]}", False)


def draw(session: Any, who: access.Viewer) -> None:
    """List on the left, the notice on the right."""
    items = notices.notices(session, who.scope)
    state = st.session_state
    numbers = [one.id for one in items]
    if state.get("notice_open") not in numbers:
        state["notice_open"], state["notice_step"] = (numbers[0] if numbers else None), None
    current = notices.notice(session, who.scope, state["notice_open"]) if numbers else None
    steps = current.next_steps if current else ()
    step = state.get("notice_step")
    keyboard(
        "notices",
        on_event,
        letters={NAMES[one][1]: one for one in steps},
        help_rows=tuple((NAMES[one][1].upper(), NAMES[one][0]) for one in steps),
        user=who.scope.user,
        mode=step,
        focus="draft_reason" if step else None,
    )
    handling_page.said("officer")
    if current is None:
        widgets.show(widgets.empty("没有待办的提示单", "预警签发给本单位后会列在这里。"))
        return
    left, right = st.columns([4, 7], gap="small")
    rows = "".join(
        widgets.list_row(
            f"open:{one.id}",
            f"{pill(one.grade, LEVEL_PILL.get(one.grade, ''))} {esc(one.title)}",
            (due_pill(one.due_at, who.now, True) if one.state == "签发" else "", esc(one.state), f"{one.count} 件"),
            one.id == current.alert.id,
        )
        for one in items
    )
    with left:
        widgets.show(f'<nav class="j-card j-tall j-list" aria-label="提示单">{rows}</nav>')
    with right, st.container(key="pane_notice"):
        made = "".join(
            widgets.button(NAMES[one][0], one, NAMES[one][1].upper(), "" if n else "main")
            for n, one in enumerate(steps)
        )
        widgets.show(f'<div class="j-acts" style="margin:0 0 10px">{made}</div>' if made else "")
        if step:
            _form()
        widgets.show(_whole(current, who))


def _form() -> None:
    with st.container(key="card_move"):
        widgets.show(widgets.part("反馈处置", "签发人会看到;提交后记入预警经过", rule=False))
        st.text_area(
            "处置情况", key="draft_reason", max_chars=1000, height=120, placeholder="查到什么,做了什么,何时完成"
        )
        submit = widgets.button("提交", "submit", "Ctrl Enter", "main")
        widgets.show(f'<div class="j-acts">{submit}{widgets.button("取消", "cancel", "Esc")}</div>')


def _whole(one: notices.Notice, who: access.Viewer) -> str:
    alert = one.alert
    rows = [("签发单位", esc(alert.unit)), ("缘由", esc(alert.why)), ("首报时限", esc(when(alert.due_at, who.now)))]
    place = " ".join(part for part in (alert.district, alert.street) if part)
    if place:
        rows.append(("地点", esc(place)))
    told = widgets.steps((when(step.at, who.now), f"<b>{esc(step.step)}</b> {esc(step.reason)}") for step in one.steps)
    headers = ticket_view.HEADERS
    tickets = widgets.table(headers, ticket_view.rows(one.tickets, who.now)) if one.tickets else ""
    mine = tickets or '<p class="j-muted" style="margin:0">其中没有派到本单位的工单。</p>'
    return (
        f'<article class="j-card" aria-label="提示单详情"><h2 class="j-title">{esc(alert.title)}</h2>'
        f"{widgets.facts(rows)}{widgets.part('经过')}{told}{widgets.part('派到本单位的相关工单')}{mine}</article>"
    )

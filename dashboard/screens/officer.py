"""承办: one unit's tickets: sign, answer, close, ask for more time, return with a reason and a better unit."""

from __future__ import annotations

import streamlit as st

from dashboard import access, connect, drafts, handling_page, handling_work, notice_page, widgets
from dashboard.choices import choices
from dashboard.handling_work import OFFICER
from dashboard.keyboard import keyboard
from dashboard.ticket_card import urgency_pill
from dashboard.widgets import due_pill, esc, when
from warehouse import views
from warehouse.views import Filters

who = access.require("officer")

STATES = {
    "待签收": ("已派单",),
    "办理中": ("办理中",),
    "重办与督办": ("重办", "督办"),
    "审核中": ("退单审核", "延期审核"),
    "已办": ("已办", "回访", "结案"),
    notice_page.TAB: (),
}
SIZE = 60


def draw() -> None:
    """The page."""
    head, kind = st.columns([4, 5], gap="small", vertical_alignment="center")
    with kind:
        st.segmented_control(
            "状态", list(STATES), default="待签收", key="officer_kind", label_visibility="collapsed", required=True
        )
    states = STATES[st.session_state.get("officer_kind") or "待签收"]
    units = "、".join(sorted(who.scope.units)) if who.scope.units is not None else "全部单位"
    with connect.session() as session:
        if st.session_state.get("officer_kind") == notice_page.TAB:
            with head:
                widgets.heading("承办", f"{units};预警签发给本单位的提示单")
            notice_page.draw(session, who)
            return
        pages = [views.tickets(session, who.scope, Filters(state=one), size=SIZE, now=who.now) for one in states]
        total = sum(page.total for page in pages)
        items = sorted((row for page in pages for row in page.rows), key=lambda row: (row.due_at is None, row.due_at))
        with head:
            widgets.heading(
                "承办", f"{units};{st.session_state.get('officer_kind') or '待签收'} {total:,} 件,先到期的在前"
            )
        handling_page.said("officer")
        current = handling_page.pick_open("officer", [row.ticket_no for row in items])
        state = next((row.state for row in items if row.ticket_no == current), "")
        moves = handling_work.moves_for(who.scope, state, OFFICER)
        move = handling_work.find(OFFICER, st.session_state.get("officer_move"))
        keyboard(
            "officer",
            handling_page.events("officer", OFFICER, STATES),
            letters={one.key: one.kind for one in moves},
            hint="左侧选工单,右侧按钮旁是它的按键;写到一半的答复刷新后还在;按 ? 看全部按键。",
            help_rows=tuple((one.key.upper(), one.name) for one in moves),
            user=who.scope.user,
            ticket=current,
            mode=move.kind if move else None,
            form=drafts.values(st.session_state) | {"tab": st.session_state.get("officer_kind")},
            fresh=drafts.asked(st.session_state),
            focus=("draft_text" if "text" in move.fields else "draft_reason") if move else None,
        )
        if current is None:
            widgets.show(widgets.empty("这里没有工单", "派到本单位的工单会按状态列在这里。"))
            return
        left, right = st.columns([4, 7], gap="small")
        rows = "".join(
            widgets.list_row(
                f"open:{row.ticket_no}",
                esc(row.title) if row.title else "(无标题)",
                (
                    urgency_pill(row.urgency),
                    due_pill(row.due_at, who.now, True) if states != STATES["已办"] else "",
                    esc(row.level2 or row.level1),
                    esc(row.street) if row.street else "",
                    esc(when(row.received_at, who.now)),
                ),
                row.ticket_no == current,
            )
            for row in items
        )
        with left:
            widgets.show(f'<nav class="j-card j-tall j-list" aria-label="本单位工单">{rows}</nav>')
        with right, st.container(key="pane_officer"):
            widgets.show(handling_page.buttons(moves))
            if move and move in moves:
                detail = views.ticket_detail(session, who.scope, current, now=who.now)
                handling_page.form(move, choices().units(detail.result or {}))
            handling_page.ticket(session, who.scope, current, who.now, f"<div data-ticket='{esc(current)}'></div>")


draw()

"""查询: tickets by words and conditions, or those behind a figure of another page; one ticket beside the list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from classify.ticket import HotlineError
from dashboard import access, connect, drill, reveal_form, ticket_view, widgets
from dashboard.choices import choices
from dashboard.keyboard import keyboard
from warehouse import views
from warehouse.views import Filters

who = access.require("search")

SIZE = 50
STATES = {
    "全部状态": None, "待派单": "desk", "在办": "with_unit", "已办": "finished", "已结案": "closed",
}  # fmt: skip
URGENCIES = ("特急", "紧急", "一般")


def asked() -> tuple[str, Filters]:
    """Title and conditions: what another page asked for, narrowed by this page's own boxes."""
    title, base = st.session_state.get(drill.KEY) or ("", Filters())
    state = st.session_state
    return title, replace(
        base,
        state=STATES[state.get("search_state") or "全部状态"] or base.state,
        district=state.get("search_district") or base.district,
        urgency=state.get("search_urgency") or base.urgency,
    )


def on_event(event: dict[str, Any]) -> None:
    """Open a ticket, turn a page, or forget the conditions that another page brought."""
    state, value = st.session_state, event.get("value")
    if reveal_form.on_event(event):
        return
    if event["act"] == "peek" and value:
        state["search_open"] = str(value)
    elif event["act"] == "shut":
        state["search_open"] = None
    elif event["act"] == "page" and str(value).isdigit():
        state["search_page"] = max(int(value), 1)
    elif event["act"] == "all":
        state.pop(drill.KEY, None)
        state["search_page"] = 1


def first_page() -> None:
    """A changed condition starts at the first page."""
    st.session_state["search_page"] = 1


def boxes() -> None:
    """The conditions."""
    text, state, district, urgency = st.columns([4, 1.5, 1.5, 1.5], gap="small")
    text.text_input(
        "查找",
        key="search",
        placeholder="标题、正文或编号,多个词用空格分开",
        on_change=first_page,
        label_visibility="collapsed",
    )
    state.selectbox("状态", list(STATES), key="search_state", on_change=first_page, label_visibility="collapsed")
    district.selectbox(
        "区县", choices().districts, index=None, key="search_district", placeholder="全部区县", on_change=first_page,
        label_visibility="collapsed",
    )  # fmt: skip
    urgency.selectbox(
        "紧急程度", URGENCIES, index=None, key="search_urgency", placeholder="紧急程度", on_change=first_page,
        label_visibility="collapsed",
    )  # fmt: skip


def pager(found: views.Page[Any]) -> str:
    """Where we are in the list, and the way on."""
    back = widgets.button("上一页", f"page:{found.page - 1}") if found.page > 1 else ""
    on = widgets.button("下一页", f"page:{found.page + 1}") if found.page < found.pages else ""
    first = (found.page - 1) * found.size + 1 if found.total else 0
    last = min(found.page * found.size, found.total)
    return f'<div class="j-bar"><span>第 {first:,}–{last:,} 件,共 <b>{found.total:,}</b> 件</span>{back}{on}</div>'


def draw() -> None:
    """The page."""
    title, filters = asked()
    widgets.heading("查询", f"{title}:{drill.said(filters)}" if title else "在您的数据范围内查找")
    boxes()
    words = str(st.session_state.get("search") or "").strip()
    page = int(st.session_state.get("search_page") or 1)
    with connect.session() as session:
        try:
            found = views.search(session, who.scope, words, filters, page=page, size=SIZE, now=who.now)
        except HotlineError as error:
            widgets.show(widgets.empty("查找条件不对", str(error)))
            return
        clear = widgets.button("清除带入的条件", "all") if title else ""
        shut = widgets.button("收起详情", "shut") if st.session_state.get("search_open") else ""
        widgets.show(
            f'<div class="j-acts" style="justify-content:space-between">{pager(found)}<span>{clear} {shut}</span></div>'
        )
        if not found.rows:
            widgets.show(widgets.empty("没有符合条件的工单", "少用几个词,或放宽状态、区县和时间。"))
            return
        opened = st.session_state.get("search_open")
        if not opened:
            widgets.show(_table(found.rows))
            return
        left, right = st.columns([5, 6], gap="small")
        with left:
            widgets.show(_table(found.rows, narrow=True))
        with right:
            try:
                detail = views.ticket_detail(session, who.scope, opened, now=who.now)
                reveal_form.draw(session, who.scope, opened)
                widgets.show(ticket_view.whole(detail, who.now))
            except HotlineError as error:
                widgets.show(widgets.empty("打不开这件工单", str(error)))


def _table(items: Any, narrow: bool = False) -> str:
    rows = ticket_view.rows(items, who.now)
    headers: tuple[str, ...] = ticket_view.HEADERS
    if narrow:
        keep = (0, 4, 5)
        rows, headers = [[row[i] for i in keep] for row in rows], tuple(headers[i] for i in keep)
    return f'<div class="j-card j-tall" style="padding:4px 6px">{widgets.table(headers, rows)}</div>'


draw()
keyboard("search", on_event, user=who.scope.user)

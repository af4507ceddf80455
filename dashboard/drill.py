"""From a figure to its tickets (下钻): a screen asks for a list, the query page shows it in the viewer's scope."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any, Final

import streamlit as st

from warehouse.views import Filters

KEY: Final = "drill"
GOTO: Final = "goto"
NAMES: Final = {one.name for one in fields(Filters)}


def ask(title: str, filters: Filters) -> None:
    """Show these tickets next; called in a callback, the frame turns the page before it draws."""
    st.session_state[KEY] = (title, filters)
    st.session_state[GOTO] = "search"
    st.session_state.pop("search_open", None)
    st.session_state["search_page"] = 1


def parse(text: str, base: Filters) -> Filters:
    """``base`` narrowed by ``name=value`` pairs separated by ``&``: what a bar or figure carries in its act.

    Unknown names and values that do not fit are left out: a changed act can only narrow within the scope anyway.
    """
    changes: dict[str, Any] = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if name in NAMES and value:
            try:
                changes[name] = _value(name, value)
            except ValueError:
                continue
    return replace(base, **changes)


def _value(name: str, value: str) -> Any:
    if name in ("since", "until"):
        return date.fromisoformat(value)
    if name == "due_before":
        return datetime.fromisoformat(value)
    if name in ("overdue", "decided"):
        return value == "yes"
    if name == "hour":
        return int(value)
    return value


def said(filters: Filters) -> str:
    """The conditions in words, for the head of the list."""
    words = {
        "state": {
            "desk": "待派单(含挂起、待补充)",
            "with_unit": "在办",
            "open": "未办结",
            "finished": "已办",
            "closed": "已结案",
        },
        "lane": {"auto": "可直派", "forced": "须人工", "review": "待审"},
    }
    parts = []
    if filters.since or filters.until:
        parts.append(f"受理 {filters.since or '…'} 至 {filters.until or '…'}")
    for name in (
        "state",
        "lane",
        "urgency",
        "level1",
        "district",
        "street",
        "unit",
        "channel",
        "request_type",
        "category",
    ):
        value = getattr(filters, name)
        if value is not None:
            parts.append(words.get(name, {}).get(value, str(value)))
    if filters.hour is not None:
        parts.append(f"{filters.hour} 时受理")
    if filters.overdue:
        parts.append("已逾期")
    if filters.due_before is not None:
        parts.append(f"{filters.due_before:%m-%d %H:%M} 前到期")
    if filters.decided is not None:
        parts.append("已决定" if filters.decided else "未决定")
    return " · ".join(parts) or "全部工单"

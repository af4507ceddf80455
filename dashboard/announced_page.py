"""公告 and 通知 on the warnings page: what was announced, written and ended here, and messages that did not arrive."""

from __future__ import annotations

from typing import Any

import streamlit as st

from classify.ticket import HotlineError
from dashboard import access, alarm_work, connect, widgets
from dashboard.widgets import LEVEL_PILL, esc, pill, when
from warehouse import views
from warehouse.announcements import KINDS
from warehouse.announcing import announce, end_announcement
from warehouse.outbox import retry_message

ANNOUNCED, SENT = "公告", "通知"
FIELDS = ("kind", "title", "codes", "area", "word", "starts_at", "ends_at", "source")
STATES = {"failed": ("失败", "red"), "sending": ("中断待核实", "orange"), "waiting": ("待发", "blue")}


def on_event(event: dict[str, Any]) -> bool:
    """Open a form, write, end, or send again; whether the event was one of these."""
    state, act, value = st.session_state, event["act"], str(event.get("value") or "")
    if act in ("announce", "announce_end"):
        state["announce_open"] = value or "new"
    elif act == "cancel" and form():
        state["announce_open"] = None
    elif act == "message_retry" or (act == "submit" and form()):
        asked = access.viewer()
        if asked is not None and asked.scope.role in access.PAGES["warnings"][2]:
            state["alarm_said"] = _take(act, value, asked)
    else:
        return False
    return True


def form() -> str | None:
    """The form that is open on this tab: ``new``, or the key of the announcement that is to end."""
    state = st.session_state
    return state.get("announce_open") if state.get("alarm_view") == ANNOUNCED else None


def _take(act: str, value: str, who: access.Viewer) -> tuple[str, bool]:
    state = st.session_state
    try:
        with connect.session() as session:
            if act == "submit" and form() == "new":
                given = {name: str(state.get(f"announce_{name}") or "") for name in FIELDS}
                announce(session, who.scope, given, at=who.now)
                said = "公告已登记;其间由此引起的预警会记为“可解释”"
            elif act == "submit":
                reason = str(state.get("announce_reason") or "")
                end_announcement(session, who.scope, str(state.get("announce_open")), reason=reason, at=who.now)
                said = "公告已结束"
            else:
                retry_message(session, who.scope, value, at=who.now)
                said = "已放回待发"
    except HotlineError as error:
        return str(error), True
    state["announce_open"] = None
    for name in (*FIELDS, "reason"):
        state.pop(f"announce_{name}", None)
    return said, False


def draw_announced(session: Any, who: access.Viewer) -> None:
    """The form, then the list."""
    may, opened = alarm_work.may(who.scope), st.session_state.get("announce_open")
    found = views.announcements_list(session, who.scope, who.now)
    if may and opened == "new":
        _form()
    elif may and opened:
        _end_form(next((one.title for one in found if one.key == opened), ""))
    elif may:
        widgets.show(f'<div class="j-acts">{widgets.button("登记公告", "announce", kind="main")}</div>')
    if not found:
        widgets.show(widgets.empty("没有公告", "登记停供、活动后,由此引起的预警会自动记为“可解释”;舆情用于 A24 联动。"))
        return
    rows = [
        [
            pill(one.state, {"生效中": "green", "未开始": "blue"}.get(one.state, "")), esc(one.kind), esc(one.title),
            esc("、".join(part for part in (one.codes, one.area, one.word) if part)), esc(when(one.starts_at, who.now)),
            esc(when(one.ends_at, who.now)), esc(one.source),
            widgets.button("结束", f"announce_end:{one.key}") if may and one.state != "已结束" else "",
        ]
        for one in found
    ]  # fmt: skip
    headers = ("状态", "类型", "标题", "范围", "开始", "结束", "来源", "操作")
    widgets.show(widgets.card("公告", f"{len(rows)} 条", widgets.table(headers, rows)))


def _form() -> None:
    with st.container(key="card_announce"):
        widgets.show(widgets.part("登记公告", "事项、地区、名称至少写一项;时间为北京时间", rule=False))
        one, two, three = st.columns([1, 3, 2], gap="small")
        one.selectbox("类型", KINDS, key="announce_kind")
        two.text_input("标题", key="announce_title", max_chars=100, placeholder="如:安澜苑检修停水")
        three.text_input("来源", key="announce_source", max_chars=80, placeholder="如:水务集团公告")
        one, two, three, four, five = st.columns(5, gap="small")
        one.text_input("事项代码", key="announce_codes", max_chars=100, placeholder="如 0604;0607")
        two.text_input("区县或街道", key="announce_area", max_chars=40)
        three.text_input("主体或地名", key="announce_word", max_chars=40)
        four.text_input("开始", key="announce_starts_at", placeholder="2026-11-20 08:00")
        five.text_input("结束", key="announce_ends_at", placeholder="2026-11-20 20:00")
        submit = widgets.button("登记", "submit", "Ctrl Enter", "main")
        widgets.show(f'<div class="j-acts">{submit}{widgets.button("取消", "cancel", "Esc")}</div>')


def _end_form(title: str) -> None:
    with st.container(key="card_announce"):
        widgets.show(widgets.part("结束公告", title, rule=False))
        st.text_input("原因", key="announce_reason", max_chars=200, placeholder="如:提前恢复供水")
        submit = widgets.button("结束公告", "submit", "Ctrl Enter", "main")
        widgets.show(f'<div class="j-acts">{submit}{widgets.button("取消", "cancel", "Esc")}</div>')


def draw_sent(session: Any, who: access.Viewer) -> None:
    """How many messages went out, and which did not."""
    found, may = views.outbox(session, who.scope), alarm_work.may(who.scope)
    counts = ";".join(
        f"{name} {found.counts.get(state, 0):,}"
        for state, name in (("sent", "已发"), *((state, name) for state, (name, _) in STATES.items()))
    )
    if not found.counts:
        widgets.show(widgets.empty("还没有通知", "在 JIESU_NOTIFY_FILE 写明接收人后,新预警会自动通知。"))
        return
    rows = [
        [
            pill(*STATES[one.state]), pill(one.grade, LEVEL_PILL.get(one.grade, "")), esc(one.subject),
            esc(one.channel), str(one.tries), esc(when(one.made_at, who.now)),
            esc(when(one.next_at, who.now)) if one.state == "waiting" else "",
            widgets.button("重发", f"message_retry:{one.key}") if may and one.state == "failed" else "",
        ]
        for one in found.unsent
    ]  # fmt: skip
    headers = ("状态", "等级", "通知", "接收", "次数", "产生", "下次", "操作")
    body = widgets.table(headers, rows, (4,)) if rows else '<p class="j-muted">全部已经送达。</p>'
    widgets.show(widgets.card("预警通知", counts, body))

"""审计: who saw, changed and exported what, newest first, and whether the chain of the record is whole."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import access, connect, widgets
from dashboard.keyboard import keyboard
from dashboard.widgets import esc, local
from warehouse import audit

who = access.require("auditlog")

SIZE = 60
HEADERS = ("序号", "时间", "人员", "动作", "对象", "理由")
ACTIONS = {
    "login": "登录", "logout": "退出", "login.refused": "登录被拒", "decide": "派单决定", "undo": "撤销决定",
    "user.create": "新建账号", "user.change": "变更账号", "export": "导出", "export.again": "再次导出",
    "reveal": "查看隐去内容", "publish": "发布研判版本", "pack.publish": "发布城市包", "control": "调整参数",
    "check.draw": "抽样", "check.judge": "抽查复核", "issue.undo": "撤回事项处置", "act": "办理", "alert": "预警处置",
}  # fmt: skip


def on_event(event: dict[str, Any]) -> None:
    """Turn a page."""
    if event["act"] == "page" and str(event.get("value")).isdigit():
        st.session_state["audit_page"] = max(int(event["value"]), 1)


def draw() -> None:
    """The page."""
    head, actor, target = st.columns([5, 1.8, 1.8], gap="small", vertical_alignment="center")
    by = (
        str(actor.text_input("人员", key="search", placeholder="按用户名", label_visibility="collapsed") or "").strip()
        or None
    )
    on = (
        str(
            target.text_input("对象", key="audit_target", placeholder="按工单或账号", label_visibility="collapsed")
            or ""
        ).strip()
        or None
    )
    page = int(st.session_state.get("audit_page") or 1)
    with connect.session() as session:
        lines, total = audit.audit_list(session, who.scope, actor=by, target=on, page=page, size=SIZE)
    with head:
        widgets.heading("审计", f"共 {total:,} 条,逐条链式校验,不可改动")
    if not lines:
        widgets.show(widgets.empty("没有符合条件的记录", "清空查找框可看全部。"))
        return
    rows = [
        [
            str(one.seq), f"{local(one.at):%Y-%m-%d %H:%M:%S}", esc(one.actor),
            esc(ACTIONS.get(one.action) or ACTIONS.get(one.action.partition(".")[0]) or one.action),
            esc(one.target), esc(one.reason),
        ]
        for one in lines
    ]  # fmt: skip
    back = widgets.button("上一页", f"page:{page - 1}") if page > 1 else ""
    ahead = widgets.button("下一页", f"page:{page + 1}") if page * SIZE < total else ""
    widgets.show(
        f'<div class="j-card">{widgets.table(HEADERS, rows, (0,))}</div>'
        f'<div class="j-acts" style="margin-top:10px">{back}{ahead}</div>'
    )


draw()
keyboard("auditlog", on_event, user=who.scope.user)

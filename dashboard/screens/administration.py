"""系统管理: accounts, nightly stages, imports and quarantine. No ticket is shown here (三员分立)."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import access, connect, widgets
from dashboard.keyboard import keyboard
from dashboard.widgets import esc, pill, when
from warehouse import accounts, views

who = access.require("administration")

STATUS = {"done": ("完成", "green"), "failed": ("失败", "red"), "running": ("进行中", "blue")}
MOST = 30


def people(session: Any) -> str:
    """Accounts with their role and scope."""
    rows = [
        [
            esc(one.name), esc(one.title), esc(one.role_title),
            esc("、".join(sorted(one.areas)) if one.areas is not None else "全部"),
            esc("、".join(sorted(one.units)) if one.units is not None else "全部"),
            pill("启用", "green") if one.active else pill("停用", "red"),
        ]
        for one in accounts.list_users(session, who.scope)
    ]  # fmt: skip
    note = "新增与停用用命令 jiesu user"
    headers = ("用户名", "姓名", "岗位", "区域", "单位", "状态")
    return widgets.card("账号", f"{len(rows)} 个;{note}", widgets.table(headers, rows))


def stages(session: Any) -> str:
    """The nightly run."""
    found = views.stages(session, who.scope, limit=MOST)
    if not found:
        return widgets.empty("夜间任务还没有运行过", "用 jiesu nightly 运行,或按 prefect.yaml 的计划自动运行。")
    rows = [
        [
            esc(str(one.day)), esc(one.stage), pill(*STATUS.get(one.status, (one.status, ""))), esc(one.progress),
            esc(when(one.started_at, who.now)), esc(when(one.ended_at, who.now)), str(one.tries),
        ]
        for one in found
    ]  # fmt: skip
    headers = ("日期", "阶段", "状态", "进度", "开始", "结束", "次数")
    return widgets.card("夜间任务", "", widgets.table(headers, rows, (6,)))


def imports(session: Any) -> str:
    """What came in."""
    found = views.batches(session, who.scope, limit=MOST)
    if not found:
        return widgets.empty("还没有导入记录", "用 jiesu ingest 导入工单或事件。")
    rows = [
        [
            esc(when(one.started_at, who.now)), esc(one.source or one.batch_id), *(f"{value:,}" for value in (
                one.rows_read, one.rows_new, one.rows_changed, one.rows_same, one.rows_rejected, one.rows_triaged)),
        ]
        for one in found
    ]  # fmt: skip
    headers = ("时间", "来源", "读入", "新增", "变更", "相同", "隔离", "研判")
    return widgets.card("导入", f"最近 {len(rows)} 批", widgets.table(headers, rows, range(2, 8)))


def quarantine(session: Any) -> str:
    """Rows that could not be read; values are masked."""
    found = views.quarantine_list(session, who.scope, size=MOST)
    if not found.rows:
        return widgets.empty("隔离区是空的", "读不进来的行会列在这里,并说明文件、行号和原因。")
    rows = [
        [
            esc(one.file_name), esc(one.row_no), esc(one.field_name), esc(one.given), esc(one.reason),
            esc(one.allowed), str(one.seen),
        ]
        for one in found.rows
    ]  # fmt: skip
    headers = ("文件", "行", "字段", "值(已脱敏)", "原因", "应为", "次数")
    return widgets.card("隔离区", f"共 {found.total:,} 行未处理", widgets.table(headers, rows, (6,)))


widgets.heading("系统管理", "只管理账号与运行,不显示工单内容")
with connect.session() as opened:
    tabs = st.tabs(["账号", "夜间任务", "导入", "隔离区"])
    for tab, part in zip(tabs, (people, stages, imports, quarantine), strict=True):
        with tab:
            widgets.show(part(opened))
keyboard("administration", lambda event: None, user=who.scope.user)

"""The desk's batch form (批量采纳): conditions, the button, and every ticket that would be accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from dashboard import desk_batch, ticket_card, widgets
from dashboard.choices import choices
from dashboard.desk_batch import LANES, LEAST, Preview
from dashboard.widgets import due_pill, esc, pill
from warehouse.scope import Scope

UNITS: int = 8
"""Units named in the sum line; the rest is counted."""


def draw(session: Any, scope: Scope, shown: Preview | None, now: datetime) -> Preview:
    """The form in place of ticket and suggestions; returns the preview that is on the screen from now on."""
    with st.container(key="desk_batch"):
        widgets.show(
            '<h2 class="j-h2">批量采纳 <small>只含一般件;紧急、关口、限知和他人在办的不在其内。'
            "点“去掉”可单独留下</small></h2>"
        )
        _conditions(shown)
        wanted = desk_batch.wanted_of(st.session_state)
        out = shown.out if shown is not None and shown.wanted == wanted else None
        now_shown = desk_batch.preview(session, scope, wanted, now, out)
        _result(now_shown, now)
    return now_shown


def _conditions(shown: Preview | None) -> None:
    offered = choices()
    units = [unit for unit, _ in shown.by_unit] if shown else []
    kept = st.session_state.get("batch_unit")
    lane, least, category, district, unit = st.columns([1.1, 1.2, 2, 1.3, 2], gap="small")
    lane.selectbox("通道", list(LANES), key="batch_lane")
    least.selectbox("分类把握", list(LEAST), key="batch_least")
    category.selectbox(
        "分类", list(offered.classes), index=None, key="batch_category", placeholder="全部",
        format_func=lambda code: offered.classes.get(code, code),
    )  # fmt: skip
    district.selectbox("区县", offered.districts, index=None, key="batch_district", placeholder="全部")
    unit.selectbox(
        "首选单位", [*dict.fromkeys([*units, *([kept] if kept else [])])], index=None, key="batch_unit",
        placeholder="全部",
    )  # fmt: skip


def _result(shown: Preview, now: datetime) -> None:
    chosen = shown.chosen
    cancel = widgets.button("退出", "cancel", "Esc")
    if not shown.rows:
        widgets.show(f'<div class="j-acts">{cancel}</div>')
        widgets.show(widgets.empty("没有符合条件的工单", "放宽把握、分类或区县;须人工判断的工单请逐件办理。"))
        return
    agree = widgets.button(f"采纳以下 {len(chosen)} 件", "submit", "Ctrl Enter", "main") if chosen else ""
    more = f";另有 {shown.left:,} 件下一批再看" if shown.left else ""
    told = "".join(f"<span>{esc(unit)} <b>{count}</b></span>" for unit, count in shown.by_unit[:UNITS])
    rest = len(shown.by_unit) - UNITS
    told += f"<span>另 {rest} 个单位</span>" if rest > 0 else ""
    widgets.show(
        f'<div class="j-acts" style="align-items:center">{agree}{cancel}'
        f'<span class="j-muted">预览 {len(shown.rows)} 件,'
        f"去掉 {len(shown.rows) - len(chosen)} 件{more}</span></div>"
        f'<p class="j-meta" style="margin:8px 0 0">派往 {told or "—"}</p>'
    )
    headers = ("标题", "分类", "区县", "派往", "时限", "操作")
    widgets.show(
        f'<div class="j-card j-batch js-scroll" tabindex="0" aria-label="批量采纳预览">'
        f"{widgets.table(headers, [_row(row, shown, now) for row in shown.rows])}</div>"
    )


def _row(row: Any, shown: Preview, now: datetime) -> list[str]:
    out = row.ticket_no in shown.out
    title = esc(row.title) if row.title else "(无标题)"
    toggle = widgets.link("放回" if out else "去掉", f"toggle:{row.ticket_no}")
    return [
        f"<s>{title}</s> {pill('不在本批')}" if out else title,
        f'{esc(row.level2 or row.level1)} <span class="j-muted j-num">{ticket_card.percent(row.probability)}</span>',
        esc(row.district),
        esc(row.unit),
        due_pill(row.due_at, now, short=True),
        toggle,
    ]

"""规则效果: each rule's alarms, what people made of them, how early it spoke; for whoever tunes the rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboard import access, report_work, widgets
from dashboard.widgets import esc
from warehouse import views
from warehouse.alert_rules import load_rules, rule_names

TAB = "规则效果"
SPANS = {"近 30 天": 30, "近 90 天": 90, "近一年": 365}
HEADERS = (
    "规则", "名称", "触发", "属实", "误报", "可解释", "未定", "准确率", "提前量(小时)", "及时研判", "及时首报",
)  # fmt: skip


def draw(session: Any, who: access.Viewer) -> None:
    """A span of days and the table."""
    span = st.segmented_control(
        "时段", list(SPANS), default="近 90 天", key="rules_span", label_visibility="collapsed", required=True
    )
    last = who.now.date()
    told = views.alert_outcomes(session, who.scope, last - timedelta(days=SPANS[span or "近 90 天"] - 1), last)
    if not told:
        widgets.show(widgets.empty("这段时间没有预警", "有预警并研判、复盘后,这里给出每条规则的准确率和提前量。"))
        return
    names = rule_names(load_rules(report_work.pack()))
    rows = [_row(one, names) for one in told]
    note = "准确率 = 属实 ÷(属实+误报);提前量为触发到半数工单到来的中位小时数,负数是晚了"
    widgets.show(widgets.card("规则效果", note, widgets.table(HEADERS, rows, range(2, 11))))


def _row(one: views.RuleOutcome, names: dict[str, str]) -> list[str]:
    return [
        esc(one.rule), esc(names.get(one.rule, "")),
        *(f"{number:,}" for number in (one.fired, one.true, one.false, one.explained, one.unjudged)),
        f"{one.precision:.0%}" if one.precision is not None else "–",
        f"{one.lead:.1f}" if one.lead is not None else "–",
        _share(one.looked_in_time, one.looked), _share(one.reported_in_time, one.reported),
    ]  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}" if whole else "–"

"""部门: the three rates, on time, returns and redone work of units among peers: tiers, not ranks, bases printed."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from dashboard import access, connect, drill, tiers, widgets
from dashboard.keyboard import keyboard
from dashboard.widgets import esc, local, pill
from warehouse import metrics
from warehouse.views import Filters

who = access.require("departments")

GROUPS = {"按单位": "unit", "按部门类型": "unit_type", "按区县": "district"}
SPANS = {"近 30 天": 30, "近 90 天": 90, "近一年": 365}
COLOURS = {"居前": "green", "居中": "", "靠后": "orange"}
MOST = 60


def on_event(event: dict[str, object]) -> None:
    """A unit was clicked: its tickets."""
    asked = access.viewer()
    if asked is None or not asked.scope.may("read") or event["act"] != "list":
        return
    since, until = stretch(local(asked.now).date())
    name = str(event.get("value") or "")
    column = GROUPS[st.session_state.get("departments_by") or "按单位"]
    drill.ask(name, drill.parse(f"{column}={name}", Filters(since=since, until=until)))


def stretch(today: date) -> tuple[date, date]:
    """First and last day."""
    days = SPANS[st.session_state.get("departments_span") or "近 30 天"]
    return today - timedelta(days=days - 1), today


def cell(one: metrics.Figure | None, tier: str | None) -> str:
    """``92.3% 24/26`` with the tier as a label; grey when there are too few tickets."""
    if one is None or one.value is None:
        return '<span class="j-muted">—</span>'
    small = one.denominator < tiers.LEAST
    base = f'<span class="j-muted" style="font-size:12px"> {one.numerator:,}/{one.denominator:,}</span>'
    text = f'<span class="{"j-muted" if small else ""}">{one.value:.1%}</span>{base}'
    return f"{text} {pill(tier, COLOURS[tier])}" if tier in ("居前", "靠后") else text


def draw() -> None:
    """The page."""
    head, by, span = st.columns([4, 3, 3], gap="small", vertical_alignment="center")
    with by:
        st.segmented_control(
            "分组", list(GROUPS), default="按单位", key="departments_by", label_visibility="collapsed", required=True
        )
    with span:
        st.segmented_control(
            "时间", list(SPANS), default="近 30 天", key="departments_span", label_visibility="collapsed", required=True
        )
    since, until = stretch(local(who.now).date())
    column = GROUPS[st.session_state.get("departments_by") or "按单位"]
    with connect.session() as session:
        found = metrics.measure(session, who.scope, since, until, by=column, codes=tiers.SHOWN, now=who.now)
    with head:
        widgets.heading("部门", f"{since} 至 {until};同组分三档,分母不足 {tiers.LEAST} 件的不分档")
    rows = tiers.lines([one for one in found if one.part is not None])
    if not rows:
        widgets.show(widgets.empty("这段时间没有派出的工单", "派单后,这里会显示各单位的响应、解决、满意与退单情况。"))
        return
    # also of figures that nobody has yet: a column is never headed by a code
    names = {one.code: one.name for one in metrics.CATALOGUE}
    reads = who.scope.may("read")
    body = [
        [
            widgets.link(line.name, f"list:{line.name}") if reads else esc(line.name),
            *(cell(line.figures.get(code), line.tiers.get(code)) for code in tiers.SHOWN),
        ]
        for line in rows[:MOST]
    ]
    more = f"按件数列前 {MOST} 个,共 {len(rows)} 个" if len(rows) > MOST else f"共 {len(rows)} 个"
    table = widgets.table(("名称", *(names.get(code, code) for code in tiers.SHOWN)), body, range(1, 8))
    widgets.show(f'<div class="j-card j-tall fit" style="padding:4px 6px">{table}</div>')
    told = "".join(f"<dt>{esc(one.name)}</dt><dd>{esc(one.definition)}</dd>" for one in _once(found))
    widgets.show(widgets.card("口径", more, f'<dl class="j-facts">{told}</dl>'))


def _once(found: list[metrics.Figure]) -> list[metrics.Figure]:
    return list({one.code: one for one in found}.values())


draw()
keyboard("departments", on_event, user=who.scope.user)

"""The two charts that answer a question: is today more than usual (by day), and when do people call (by hour)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.widgets import DARK, LIGHT

WEEKDAYS = "一二三四五六日"
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


def colours() -> dict[str, str]:
    """Colours of the person's theme, with a softer tone for large areas."""
    dark = st.context.theme.type == "dark"
    return {**(DARK if dark else LIGHT), "area": "#3E6C8E" if dark else "#8DB3CF"}


def by_day(now: dict[date, int], before: dict[date, int], since: date, until: date) -> alt.Chart:
    """Bars for each day, a line for the same days before; a day without a ticket is a zero, not a gap."""
    length = (until - since).days + 1
    rows = []
    for i in range(length):
        day, old = since + timedelta(days=i), since + timedelta(days=i - length)
        rows.append(
            {
                "日期": f"{day:%m-%d}", "星期": f"周{WEEKDAYS[day.weekday()]}", "受理": now.get(day, 0),
                "上期同序日": before.get(old, 0), "上期日期": f"{old:%m-%d}", "序": i,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    tone = colours()
    every = max(1, length // 15)
    axis = alt.Axis(
        labelAngle=0, title=None, labelExpr=f"indexof(domain('x'), datum.value) % {every} == 0 ? datum.value : ''"
    )
    x = alt.X("日期:N", sort=None, axis=axis, scale=alt.Scale(paddingInner=0.55 if length <= 10 else 0.25))
    tips = [alt.Tooltip(name) for name in ("日期", "星期", "受理", "上期日期", "上期同序日")]
    bars = (
        alt.Chart(frame)
        .mark_bar(color=tone["area"], cornerRadiusEnd=2)
        .encode(x=x, y=alt.Y("受理:Q", title=None, axis=alt.Axis(tickCount=4, format=",d")), tooltip=tips)
    )
    line = (
        alt.Chart(frame)
        .mark_line(color=tone["ink"], strokeDash=[5, 3], strokeWidth=1.8, point=length < 2)
        .encode(x=x, y="上期同序日:Q", tooltip=tips)
    )
    return dressed(bars + line, 216)


def by_hour(now: dict[int, int]) -> alt.Chart:
    """Tickets by hour of receipt."""
    frame = pd.DataFrame([{"时": hour, "受理": now.get(hour, 0)} for hour in range(24)])
    tone = colours()
    chart = (
        alt.Chart(frame)
        .mark_bar(color=tone["area"], cornerRadiusEnd=2)
        .encode(
            x=alt.X("时:O", title=None, axis=alt.Axis(labelAngle=0, values=list(range(0, 24, 3)))),
            y=alt.Y("受理:Q", title=None, axis=alt.Axis(tickCount=3, format=",d")),
            tooltip=[alt.Tooltip("时"), alt.Tooltip("受理")],
        )
    )
    return dressed(chart, 170)


def dressed(chart: Any, height: int) -> alt.Chart:
    """The chart in the colours and the font of the pages; ``height`` in pixels."""
    tone = colours()
    return (
        chart.properties(height=height, background="transparent")
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=tone["muted"], titleColor=tone["muted"], gridColor=tone["line"], domainColor=tone["line"],
            tickColor=tone["line"], labelFont=FONT, titleFont=FONT, labelFontSize=12,
        )
        .configure_axisX(grid=False)
    )  # fmt: skip

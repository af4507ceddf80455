"""The picture of an alarm (预警曲线): counts of its series, expected, bound, days over the bound, its own tickets."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.charts import colours, dressed
from warehouse.views import AlertCurve

HEIGHT = 190


def caption(curve: AlertCurve, name: str) -> str:
    """What the picture shows, and whether it is over."""
    calm = f"最近连续 {curve.calm} 天在上限以内" if curve.calm else "最近一天仍超过上限"
    return (
        f"{curve.area or '全市'}“{name}”近 {len(curve.days)} 天;{calm}。柱为每日件数(深色为本预警的工单),"
        f"虚线为预期,折线为当日上限,圆点为当日或连续数日合计超过上限({sum(curve.alarm)} 天)。"
        "每天只用当天及以前的数据判断,按现有工单重算。"
    )


def alarm_chart(curve: AlertCurve) -> alt.Chart:
    """Bars, a broken line, a bound in steps, and dots."""
    frame = pd.DataFrame(
        {
            "日期": [f"{day:%Y-%m-%d}" for day in curve.days],
            "件数": curve.counts,
            "本预警": [min(own, count) for own, count in zip(curve.own, curve.counts, strict=True)],
            "预期": curve.expected,
            "上限": curve.upper,
            "超过": curve.alarm,
        }
    )
    tone = colours()
    every = max(1, len(frame) // 10)
    axis = alt.Axis(
        labelAngle=0, title=None, labelOverlap=True,
        labelExpr=f"indexof(domain('x'), datum.value) % {every} == 0 ? slice(datum.value, 5) : ''",
    )  # fmt: skip
    x = alt.X("日期:N", sort=None, axis=axis, scale=alt.Scale(paddingInner=0.2))
    y = alt.Axis(tickCount=4, format=",d")
    tips = [alt.Tooltip(name) for name in ("日期", "件数", "本预警", "预期", "上限")]
    base = alt.Chart(frame).encode(x=x, tooltip=tips)
    bars = base.mark_bar(color=tone["area"]).encode(y=alt.Y("件数:Q", title=None, axis=y))
    own = base.mark_bar(color=tone["accent"]).encode(y="本预警:Q")
    expected = base.mark_line(color=tone["ink"], strokeDash=[5, 3], strokeWidth=1.5).encode(y="预期:Q")
    bound = base.mark_line(color=tone["red"], strokeWidth=1.5, interpolate="step").encode(y="上限:Q")
    dots = base.transform_filter("datum['超过']").mark_point(color=tone["red"], filled=True, size=55).encode(y="件数:Q")
    return dressed(bars + own + expected + bound + dots, HEIGHT)

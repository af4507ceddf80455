"""运行态势: how much came in, what, where and when, against the same days before; what is open, due and over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import access, charts, drill, widgets
from dashboard.figures import Figures, figures
from dashboard.keyboard import keyboard
from dashboard.widgets import Bar, bars, esc, kpi, local, share, when
from warehouse.views import Filters

who = access.require("overview")

SPANS = {"今日": 1, "近 7 天": 7, "近 30 天": 30, "近 90 天": 90}
MOST = 12
"""Classes shown; the rest is summed and named."""


def stretch(newest: date) -> tuple[date, date]:
    """First and last day shown; the last is today, or the newest day of the data when that is older."""
    days = SPANS[st.session_state.get("overview_span") or "近 7 天"]
    return newest - timedelta(days=days - 1), newest


def on_event(event: dict[str, Any]) -> None:
    """A figure was clicked."""
    asked = access.viewer()
    if event["act"] == "search":
        st.session_state[drill.GOTO] = "search"
    if asked is None or not asked.scope.may("read") or event["act"] != "list":
        return
    title, _, conditions = str(event.get("value") or "").partition("|")
    base = Filters(district=st.session_state.get("overview_district"))
    drill.ask(title, drill.parse(conditions, base))


def act(title: str, conditions: str) -> str | None:
    """The act of a figure, or None for a role that sees totals only."""
    return f"list:{title}|{conditions}" if who.scope.may("read") else None


def kpis(told: Figures) -> None:
    """The eight figures of the morning."""
    days = f"since={told.since}&until={told.until}"
    due, lanes, taken = told.deadlines, told.lanes, told.acceptance
    change = told.total - told.before
    against = f"上期 {told.before:,} 件," + (
        "持平" if not change else f"{'增' if change > 0 else '减'} {abs(change):,}"
    )
    if told.before:
        against += f"({change / told.before:+.1%})"
    # a limit of working days ends at 24:00, which is stored as 00:00 of the next day: still today's
    midnight = local(who.now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    night = midnight + timedelta(seconds=1)
    auto, hot = lanes.get("auto", 0), "orange" if due.due_today else ""
    cards = [
        kpi("受理", f"{told.total:,}", against, act("受理的工单", days)),
        kpi("未办结", f"{due.open:,}", f"全部 {due.total:,} 件中", act("未办结的工单", "state=open")),
        kpi("待派单", f"{due.at_desk:,}", share(due.at_desk, due.open), act("待派单的工单", "state=desk")),
        kpi(
            "已逾期", f"{due.overdue:,}", share(due.overdue, due.open), act("已逾期的工单", "overdue=yes"),
            "red" if due.overdue else "",
        ),
        kpi(
            "今日到期", f"{due.due_today:,}", f"明日到期 {due.due_tomorrow:,} 件",
            act("今日到期的工单", f"state=open&overdue=no&due_before={night.isoformat()}"), hot,
        ),
        kpi(
            "可直派", f"{auto / told.total:.1%}" if told.total else "—", f"{auto:,}/{told.total:,} 件",
            act("可直派的工单", f"lane=auto&{days}"),
        ),
        kpi(
            "首选采纳率", f"{taken.first_share:.1%}" if taken.first_share is not None else "—",
            f"{taken.first:,}/{taken.offered:,} 件有建议且已派", act("已决定的工单", f"decided=yes&{days}"),
        ),
        kpi(
            "前三命中率", f"{taken.among_share:.1%}" if taken.among_share is not None else "—",
            f"{taken.among:,}/{taken.offered:,} 件有建议且已派",
        ),
    ]  # fmt: skip
    widgets.show(f'<div class="j-kpis">{"".join(cards)}</div>')


def trend(told: Figures) -> None:
    """By day."""
    length = (told.until - told.since).days + 1
    with st.container(key="card_trend"):
        widgets.show(
            f'<h2 class="j-h2">每日受理 <small>{told.since} 至 {told.until};虚线为此前 {length} 天的同序日</small></h2>'
        )
        st.altair_chart(charts.by_day(told.days, told.days_before, told.since, told.until), width="stretch", theme=None)


def classes(told: Figures) -> None:
    """First-level classes against before."""
    days = f"since={told.since}&until={told.until}"
    rows = [
        Bar(
            one.label,
            one.count,
            told.level1_before.get(one.key, 0),
            act(one.label, f"level1={one.key}&{days}") if one.key else None,
        )
        for one in told.level1[:MOST]
    ]
    rest = sum(one.count for one in told.level1[MOST:])
    note = f";其余 {len(told.level1) - MOST} 类共 {rest:,} 件" if rest else ""
    widgets.show(widgets.card("事项分类", f"共 {told.total:,} 件{note};竖线为上期", bars(rows)))


def districts(told: Figures) -> None:
    """A tile map without a map server: one tile a district, the darker the more."""
    days = f"since={told.since}&until={told.until}"
    most = max((one.count for one in told.districts), default=0) or 1
    total = sum(one.count for one in told.districts)
    tiles = []
    for one in told.districts:
        before = told.districts_before.get(one.key, 0)
        change = one.count - before
        tone = round(one.count / most * 34)
        told_act = act(f"{one.label}的工单", f"district={one.key}&{days}") if one.key else None
        tag = "button type=button" if told_act else "div"
        data = f' data-act="{esc(told_act)}"' if told_act else ""
        tiles.append(
            f'<{tag} class="j-tile"{data} style="background:color-mix(in srgb,var(--j-accent) {tone}%,var(--j-card))">'
            f"<span>{esc(one.label)}</span><b>{one.count:,}</b>"
            f"<small>{one.count / total:.1%} · 较上期 {'+' if change > 0 else ''}{change:,}</small></{tag.split()[0]}>"
        )
    body = f'<div class="j-tiles">{"".join(tiles)}</div>' if tiles else '<p class="j-muted">这段时间没有数据。</p>'
    widgets.show(widgets.card("区县分布", f"共 {total:,} 件,颜色越深越多", body))


def hours(told: Figures) -> None:
    """By hour."""
    with st.container(key="card_hours"):
        total = sum(told.hours.values())
        peak = max(told.hours, key=lambda hour: told.hours[hour], default=None)
        note = f"高峰 {peak}–{peak + 1} 时,{share(told.hours[peak], total)}" if peak is not None else "没有数据"
        widgets.show(f'<h2 class="j-h2">受理时段 <small>{esc(note)}</small></h2>')
        st.altair_chart(charts.by_hour(told.hours), width="stretch", theme=None)


def lanes(told: Figures) -> None:
    """Who has to look: lanes with their shares."""
    days = f"since={told.since}&until={told.until}"
    names = {"auto": "可直派", "review": "人工审核", "forced": "必须人工"}
    rows = [Bar(name, told.lanes.get(lane, 0), None, act(name, f"lane={lane}&{days}")) for lane, name in names.items()]
    taken = told.acceptance
    kept = share(round((taken.category_share or 0) * taken.decided), taken.decided)
    foot = f'<p class="j-muted" style="margin:10px 0 0">已派单 {taken.decided:,} 件,其中分类未改 {kept}</p>'
    widgets.show(widgets.card("分派通道", f"共 {told.total:,} 件", bars(rows) + foot))


def draw() -> None:
    """The page."""
    today = local(who.now).date()
    head, spans, area = st.columns([5, 3.4, 1.8], gap="small", vertical_alignment="center")
    since, until = stretch(today)
    told = figures(
        who.scope, since, until, st.session_state.get("overview_district"), who.now.replace(second=0, microsecond=0)
    )
    with spans:
        st.segmented_control(
            "时间", list(SPANS), default="近 7 天", key="overview_span", label_visibility="collapsed", required=True
        )
    with area:
        names = [one.key for one in told.districts if one.key]
        kept = st.session_state.get("overview_district")
        options = [*names, *([kept] if kept and kept not in names else [])]
        st.selectbox(
            "区县", options, index=None, key="overview_district", placeholder="全部区县", label_visibility="collapsed"
        )
    with head:
        newest = f"最新工单 {when(told.newest, who.now)}" if told.newest else "还没有工单"
        widgets.heading("运行态势", f"{newest};统计于 {local(told.at):%H:%M}")
    if told.newest is None:
        widgets.show(widgets.empty("还没有工单", "导入工单后,这里会显示受理量、分类、区县和时限。"))
        return
    if told.total == 0:
        widgets.show(widgets.empty("这段时间没有受理工单", f"最新一件在 {when(told.newest)},可选更长的时间段。"))
    kpis(told)
    trend(told)
    left, right = st.columns([1, 1], gap="small")
    with left:
        classes(told)
    with right:
        districts(told)
    left, right = st.columns([1, 1], gap="small")
    with left:
        hours(told)
    with right:
        lanes(told)


draw()
HINT = "点任一数字、色块或分类名称,查看它背后的工单;按 / 去查询。" if who.scope.may("read") else ""
keyboard("overview", on_event, user=who.scope.user, hint=HINT)

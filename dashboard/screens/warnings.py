"""预警: what is out of the ordinary, gravest first: count against expectation, the reason, the tickets, the loop."""

from __future__ import annotations

from typing import Any

import streamlit as st

from classify.ticket import HotlineError
from dashboard import (
    access,
    alarm_chart,
    alarm_work,
    announced_page,
    connect,
    report_work,
    rules_page,
    ticket_card,
    ticket_view,
    widgets,
)
from dashboard.keyboard import keyboard
from dashboard.widgets import LEVEL_PILL, due_pill, esc, pill, when
from warehouse import views
from warehouse.alert_counts import category_names, load_splits

who = access.require("warnings")

GRADES = ("红", "橙", "黄", "蓝")
VIEWS = {"处置中": True, "已解除": False, "全部": None}
NOTES = {
    rules_page.TAB: "每条规则触发多少、对了多少、早了多久",
    announced_page.ANNOUNCED: "已知的停供、活动,和外部舆情",
    announced_page.SENT: "邮件与 webhook 的送达情况",
}
DRAW = {
    rules_page.TAB: rules_page.draw,
    announced_page.ANNOUNCED: announced_page.draw_announced,
    announced_page.SENT: announced_page.draw_sent,
}
OUTCOMES = {"true": "属实", "false": "误报", "explained": "可解释"}
SIZE = 40


def on_event(event: dict[str, Any]) -> None:
    """Open an alarm or a ticket, or take a step of the loop; the right is asked again here."""
    state, value = st.session_state, event.get("value")
    if announced_page.on_event(event):
        return
    if event["act"] == "alarm" and str(value).isdigit():
        state["alarm_open"], state["alarm_ticket"], state["alarm_step"] = int(value), None, None
    elif event["act"] == "peek" and value:
        state["alarm_ticket"] = str(value)
    elif event["act"] == "back":
        state["alarm_ticket"] = None
    elif event["act"] in ("step", "cancel"):
        state["alarm_step"] = str(value) if event["act"] == "step" else None
    elif event["act"] == "submit":
        asked = access.viewer()
        if asked is not None and asked.scope.role in access.PAGES["warnings"][2]:
            with connect.session() as session:
                state["alarm_said"] = alarm_work.take(session, asked.scope, state, asked.now)


def against(one: views.AlertItem) -> str:
    """``18 件,预期 5.2,上限 11.4``."""
    parts = [f"{one.count:,} 件"]
    if one.callers is not None:
        parts.append(f"{one.callers:,} 人")
    if one.expected is not None:
        parts.append(f"预期 {one.expected:.1f}")
    if one.upper is not None and one.upper >= (one.expected or 0):
        parts.append(f"上限 {one.upper:.1f}")
    return " · ".join(parts)


def alarms(found: views.Page[views.AlertItem], current: int) -> str:
    """The list on the left."""
    rows = []
    for one in found.rows:
        late = due_pill(one.due_at, who.now) if one.state not in ("解除", "复盘") else ""
        title = f"{pill(one.grade, LEVEL_PILL.get(one.grade, ''))} {esc(one.title)}"
        details = (esc(against(one)), esc(one.state), late, esc(when(one.fired_at, who.now)))
        rows.append(widgets.list_row(f"alarm:{one.id}", title, details, one.id == current))
    return f'<nav class="j-card j-tall j-list" aria-label="预警清单">{"".join(rows)}</nav>'


def bar(one: views.AlertItem) -> str:
    """Count, expectation and limit on one line, to see how far out it is."""
    if one.expected is None:
        return ""
    most = max(one.count, one.upper or 0, one.expected) * 1.08 or 1
    mark = (
        f'<em style="left:{one.upper / most * 100:.1f}%"></em>'
        if one.upper is not None and one.upper >= one.expected
        else ""
    )
    rows = "".join(
        f'<div>{name}</div><div class="b"><span style="width:{value / most * 100:.1f}%"></span>{mark}</div>'
        f'<div class="j-num">{text}</div>'
        for name, value, text in (("本期", one.count, f"{one.count:,}"), ("预期", one.expected, f"{one.expected:.1f}"))
    )
    note = '<p class="j-muted" style="margin:-4px 0 12px;font-size:13px">竖线为上限,超过即触发</p>' if mark else ""
    return f'<div class="j-bars" style="margin:0 0 12px">{rows}</div>{note}'


def alarm_head(one: views.AlertItem, curve: views.AlertCurve | None) -> str:
    """What the alarm is, why, and what may be done; a picture below says more than two bars."""
    place = " ".join(part for part in (one.district, one.street, one.entity) if part)
    meta = ticket_card.meta_line(
        (
            ("规则", one.rule), ("触发", when(one.fired_at, who.now)), ("最近更新", when(one.last_at, who.now)),
            ("地点或主体", place), ("责任单位", one.unit), ("状态", one.state),
            ("结论", OUTCOMES.get(one.outcome or "", one.outcome)),
        )
    )  # fmt: skip
    return (
        f'<article class="j-card" aria-label="预警">'
        f'<h2 class="j-title">{pill(one.grade + "色", LEVEL_PILL.get(one.grade, ""))} {esc(one.title)}</h2>{meta}'
        f'<div class="j-gate blue"><b>触发依据</b><br>{esc(one.why)}</div>{"" if curve else bar(one)}{actions(one)}'
        "</article>"
    )


def alarm_rest(detail: views.AlertDetail) -> str:
    """The steps so far and the tickets behind it."""
    chain = widgets.steps(
        (
            when(row.at, who.now),
            f"<b>{esc(row.step)}</b> {esc(row.unit) if row.unit else ''} {esc(row.reason) if row.reason else ''} "
            f'<span class="j-muted">{esc("系统" if row.by == "system" else row.by)}'
            f"{';结论 ' + esc(OUTCOMES.get(row.outcome, row.outcome)) if row.outcome else ''}</span>",
        )
        for row in detail.steps
    )
    if who.scope.may("read"):
        note = f"可查看 {len(detail.tickets)} 件"
        body = widgets.table(ticket_view.HEADERS, ticket_view.rows(detail.tickets, who.now)) if detail.tickets else ""
        tickets = f'<hr class="j-rule"><h3 class="j-h2">涉及工单 <small>{esc(note)}</small></h3>{body}'
    else:
        tickets = '<p class="j-muted">您的岗位只看汇总,不显示工单明细。</p>'
    return f'<section class="j-card" aria-label="预警经过"><h3 class="j-h2">处置经过</h3>{chain}{tickets}</section>'


def actions(one: views.AlertItem) -> str:
    """The steps that may come next."""
    if not alarm_work.may(who.scope):
        return ""
    buttons = "".join(widgets.button(name, f"step:{step}") for step, name in alarm_work.next_steps(one.state))
    return f'<div class="j-acts" style="margin:0 0 12px">{buttons}</div>' if buttons else ""


def step_form(one: views.AlertItem, step: str) -> None:
    """What a step needs: a reason, and where it applies an outcome or a unit."""
    with st.container(key="card_step"):
        name = dict(alarm_work.next_steps(one.state)).get(step, step)
        widgets.show(widgets.part(name, one.title, rule=False))
        left, right = st.columns(2, gap="small")
        if step in alarm_work.NEED_OUTCOME:
            left.selectbox("结论", list(OUTCOMES), format_func=lambda key: OUTCOMES[key], key="alarm_outcome")
        if step in alarm_work.NEED_UNIT:
            right.text_input("责任单位", value=one.unit or "", key="alarm_unit", max_chars=80)
        st.text_area("说明", key="alarm_reason", placeholder="写明依据或要求", max_chars=500, height=90)
        submit = widgets.button("提交", "submit", "Ctrl Enter", "main")
        widgets.show(f'<div class="j-acts">{submit}{widgets.button("取消", "cancel", "Esc")}</div>')


def draw() -> None:
    """The page."""
    head, live, grade = st.columns([3.6, 4.6, 1.2], gap="small", vertical_alignment="center")
    with live:
        st.segmented_control(
            "范围", [*VIEWS, *DRAW], default="处置中", key="alarm_view", label_visibility="collapsed", required=True
        )
    state = st.session_state
    chosen = state.get("alarm_view") or "处置中"
    with connect.session() as session:
        if chosen in DRAW:
            with head:
                widgets.heading("预警", NOTES[chosen])
            said()
            DRAW[chosen](session, who)
            return
        grade.selectbox(
            "等级", GRADES, index=None, key="alarm_grade", placeholder="全部等级", label_visibility="collapsed"
        )
        wanted = VIEWS[chosen]
        found = views.alerts_list(session, who.scope, live=wanted, grade=state.get("alarm_grade"), size=SIZE)
        with head:
            widgets.heading("预警", f"{chosen} {found.total:,} 条;红橙黄蓝为热线预警等级")
        said()
        if not found.rows:
            widgets.show(
                widgets.empty(
                    "没有处置中的预警" if wanted else "没有符合条件的预警", "夜间任务和每批导入后会重新计算。"
                )
            )
            return
        numbers = [one.id for one in found.rows]
        current = state.get("alarm_open") if state.get("alarm_open") in numbers else numbers[0]
        state["alarm_open"] = current
        left, right = st.columns([4, 7], gap="small")
        with left:
            widgets.show(alarms(found, current))
        with right, st.container(key="pane_alarm"):
            try:
                opened(session, current)
            except HotlineError as error:
                widgets.show(widgets.empty("打不开", str(error)))


def said() -> None:
    """What just happened."""
    if st.session_state.get("alarm_said"):
        text, bad = st.session_state.pop("alarm_said")
        widgets.show(f'<div class="j-bar">{widgets.toast(text, bad)}</div>')


def picture(curve: views.AlertCurve) -> None:
    """Counts, expected, bound and the days above it."""
    with st.container(key="card_curve"):
        name = category_names(report_work.pack()).get(curve.category, curve.category)
        widgets.show(widgets.part("件数与上限", rule=False))
        st.altair_chart(alarm_chart.alarm_chart(curve), width="stretch", theme=None)
        widgets.show(f'<p class="j-muted" style="margin:0;font-size:13px">{esc(alarm_chart.caption(curve, name))}</p>')


def opened(session: Any, current: int) -> None:
    """The alarm, one of its tickets, or the form of a step."""
    number, step = st.session_state.get("alarm_ticket"), st.session_state.get("alarm_step")
    if number:
        widgets.show(f'<div class="j-acts">{widgets.button("返回预警", "back")}</div>')
        widgets.show(ticket_view.whole(views.ticket_detail(session, who.scope, number, now=who.now), who.now))
        return
    detail = views.alert_detail(session, who.scope, current)
    if step and alarm_work.may(who.scope):
        step_form(detail.alert, step)
    splits = load_splits(report_work.pack())
    curve = views.alert_curve(session, who.scope, current, now=who.now, splits=splits)
    widgets.show(alarm_head(detail.alert, curve))
    if curve:
        picture(curve)
    widgets.show(alarm_rest(detail))


draw()
keyboard("warnings", on_event, user=who.scope.user, mode=announced_page.form() or st.session_state.get("alarm_step"))

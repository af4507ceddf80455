"""重复诉求: the ledger of repeat unresolved issues, one issue with its chain of evidence, and the 条线为主 proposal."""

from __future__ import annotations

from typing import Any

import streamlit as st

from classify.ticket import HotlineError
from dashboard import access, connect, issue_card, issue_work, ticket_view, widgets
from dashboard.keyboard import keyboard
from dashboard.widgets import esc, when
from warehouse import views

who = access.require("repeats")

SIZE = 30
KINDS = ("多次重复", "基层无力解决", "多人同诉", "反弹", "历史遗留", "群体性", "重复诉求", "催办")
STATES = ("未解决", "条线办理", "挂账", "反弹", "已解决")


def on_event(event: dict[str, Any]) -> None:
    """Open an issue, or one of its tickets."""
    state, value = st.session_state, event.get("value")
    if event["act"] == "issue" and value:
        state["issue_open"], state["issue_ticket"] = str(value), None
        close_form()
    elif event["act"] == "peek" and value:
        state["issue_ticket"] = str(value)
    elif event["act"] == "back":
        state["issue_ticket"] = None
    elif event["act"] == "act" and value:
        close_form()
        state["issue_act"], _, state["issue_target"] = str(value).partition(":")
    elif event["act"] == "cancel":
        close_form()
    elif event["act"] == "submit":
        carry_out()
    elif event["act"] == "page" and str(value).isdigit():
        state["issue_page"] = max(int(value), 1)


def close_form() -> None:
    """Leave the form; what was typed in it goes."""
    state = st.session_state
    state["issue_act"] = None
    for name in [one for one in state if str(one).startswith(issue_work.PREFIX)]:
        del state[name]


def carry_out() -> None:
    """The act of the form; the login and the right are asked again."""
    state, asked = st.session_state, access.viewer()
    act, current = issue_work.find(state.get("issue_act")), state.get("issue_open")
    if asked is None or asked.scope.role not in access.PAGES["repeats"][2] or act is None or not current:
        return
    with connect.session() as session:
        said, bad, after = issue_work.take(
            session, asked.scope, current, act, state.get("issue_target"), state, asked.now
        )
    state["issue_said"] = (said, bad)
    if not bad:
        state["issue_act"], state["issue_open"] = None, after


def first_page() -> None:
    """A changed condition starts at the first page and closes what was open."""
    st.session_state["issue_page"], st.session_state["issue_open"] = 1, None


def ledger(found: views.Page[views.IssueItem], current: str | None) -> str:
    """The list on the left."""
    rows = []
    for one in found.rows:
        place = " ".join(part for part in (one.district, one.street) if part)
        details = (
            issue_card.kinds(one), f"{one.tickets} 件 · {one.callers} 人", esc(one.state), esc(place) if place else "",
            f"最近 {esc(when(one.last_at, who.now))}",
        )  # fmt: skip
        rows.append(widgets.list_row(f"issue:{one.issue_no}", esc(one.title), details, one.issue_no == current))
    back = widgets.button("上一页", f"page:{found.page - 1}") if found.page > 1 else ""
    on = widgets.button("下一页", f"page:{found.page + 1}") if found.page < found.pages else ""
    foot = f'<div class="j-acts" style="padding:8px 12px">{back}{on}</div>' if back or on else ""
    return f'<nav class="j-card j-tall j-list" aria-label="重复诉求台账">{"".join(rows)}{foot}</nav>'


def acts_row(detail: views.IssueDetail) -> str:
    """The acts that may come now."""
    made = "".join(widgets.button(one.name, f"act:{one.kind}") for one in issue_work.acts_for(who.scope, detail))
    return f'<div class="j-acts" style="margin:0 0 12px">{made}</div>' if made else ""


def act_form(detail: views.IssueDetail, act: issue_work.Act, target: str | None) -> None:
    """What an act needs: its fields, and always a reason."""
    key, labels, choices = issue_work.PREFIX, issue_work.LABELS, issue_work.CHOICES
    mine = {one.ticket_no: f"{one.ticket_no} {one.title}" for one in detail.tickets}
    near = {one.ticket_no: f"{one.ticket_no} {one.title}" for one in detail.possible}
    with st.container(key="card_act"):
        widgets.show(widgets.part(act.name, detail.issue.title, rule=False))
        if act.kind == "lead":
            for name, value in issue_work.proposed(detail).items():
                st.session_state.setdefault(key + name, value)
        for name in act.fields:
            if name == "tickets":
                st.multiselect(labels[name], list(mine), format_func=mine.__getitem__, key=key + name)
            elif name == "member":
                st.selectbox(labels[name], list(mine), index=None, format_func=mine.__getitem__, key=key + name)
            elif name == "stranger":
                st.selectbox(labels[name], list(near), index=None, format_func=near.__getitem__, key=key + name)
            elif name == "ticket":
                st.selectbox(
                    labels[name], list(near), index=None, format_func=lambda one: near.get(one, one), key=key + name,
                    accept_new_options=True, placeholder="从可能相关中选,或输入工单编号",
                )  # fmt: skip
            elif name in choices:
                some = choices[name]
                given = {} if key + name in st.session_state else {"index": None}
                st.selectbox(labels[name], list(some), format_func=some.__getitem__, key=key + name, **given)
            else:
                st.text_input(labels[name], key=key + name, max_chars=120)
        if target and act.kind == "reading":
            reply = next((one for one in detail.replies if one.event_key == target), None)
            widgets.show(f'<p class="j-muted">{esc(reply.text if reply else None)}</p>')
        st.text_area(labels["reason"], key=key + "reason", placeholder="写明依据", max_chars=500, height=90)
        submit = widgets.button("提交", "submit", "Ctrl Enter", "main")
        widgets.show(f'<div class="j-acts">{submit}{widgets.button("取消", "cancel", "Esc")}</div>')


def draw() -> None:
    """The page."""
    head, kind, state = st.columns([5, 1.6, 1.6], gap="small", vertical_alignment="center")
    kind.selectbox(
        "类别",
        KINDS,
        index=None,
        key="issue_kind",
        placeholder="全部类别",
        on_change=first_page,
        label_visibility="collapsed",
    )
    state.selectbox(
        "状态",
        STATES,
        index=None,
        key="issue_state",
        placeholder="全部状态",
        on_change=first_page,
        label_visibility="collapsed",
    )
    picked = st.session_state
    with connect.session() as session:
        found = views.issues_list(
            session, who.scope, state=picked.get("issue_state"), kind=picked.get("issue_kind"),
            page=int(picked.get("issue_page") or 1), size=SIZE,
        )  # fmt: skip
        with head:
            widgets.heading("重复诉求", f"共 {found.total:,} 个事项,按件数与最近时间排列")
        if picked.get("issue_said"):
            widgets.show(f'<div class="j-bar">{widgets.toast(*picked.pop("issue_said"))}</div>')
        if not found.rows:
            narrowed = picked.get("issue_state") or picked.get("issue_kind")
            body = "换个类别或状态。" if narrowed else "同一事项出现第二件工单时,会自动列入台账。"
            widgets.show(widgets.empty("没有符合条件的事项" if narrowed else "台账还是空的", body))
            return
        current = picked.get("issue_open") or found.rows[0].issue_no
        picked["issue_open"] = current
        left, right = st.columns([4, 7], gap="small")
        with left:
            widgets.show(ledger(found, current))
        with right:
            try:
                opened(session, current)
            except HotlineError as error:
                widgets.show(widgets.empty("打不开", str(error)))


def opened(session: Any, current: str) -> None:
    """The issue, or the one of its tickets that was asked for."""
    number = st.session_state.get("issue_ticket")
    if not number:
        detail = views.issue_detail(session, who.scope, current)
        act = issue_work.find(st.session_state.get("issue_act"))
        if act is not None and who.scope.may(act.right):
            act_form(detail, act, st.session_state.get("issue_target"))
        widgets.show(issue_card.card(detail, who.now, who.scope.may("decide"), acts_row(detail)))
        return
    widgets.show(f'<div class="j-acts">{widgets.button("返回事项", "back")}</div>')
    widgets.show(ticket_view.whole(views.ticket_detail(session, who.scope, number, now=who.now), who.now))


draw()
keyboard("repeats", on_event, user=who.scope.user, mode=st.session_state.get("issue_act"))

"""重复诉求: the ledger of repeat unresolved issues, one issue with its chain of evidence, and the 条线为主 proposal."""

from __future__ import annotations

from typing import Any

import streamlit as st

from classify.ticket import HotlineError
from dashboard import access, connect, ticket_card, ticket_view, widgets
from dashboard.keyboard import keyboard
from dashboard.widgets import esc, facts, pill, when
from warehouse import views

who = access.require("repeats")

SIZE = 30
KINDS = ("多次重复", "基层无力解决", "多人同诉", "反弹", "历史遗留", "群体性", "重复诉求", "催办")
STATES = ("未解决", "条线办理", "挂账", "反弹", "已解决")
KIND_PILL = {
    "多次重复": "orange",
    "基层无力解决": "red",
    "群体性": "red",
    "反弹": "orange",
    "多人同诉": "yellow",
    "历史遗留": "blue",
}
LABELS = {
    "lead": "建议主办", "lead_unit": "建议主办", "unit": "建议主办", "assist": "协办", "why": "理由", "basis": "依据",
    "rule": "规则", "rule_id": "职责条目", "disposal": "处置类别", "due_at": "建议时限", "kind": "类别",
}  # fmt: skip
DISPOSALS = {
    "A": "能解决未解决,条线限期", "B": "需多部门,会商联办", "C": "政策或历史遗留,挂账攻坚", "D": "缺乏依据,解释办结",
    "E": "应走法定程序,引导", "F": "恶意诉求,甄别移送",
}  # fmt: skip


def on_event(event: dict[str, Any]) -> None:
    """Open an issue, or one of its tickets."""
    state, value = st.session_state, event.get("value")
    if event["act"] == "issue" and value:
        state["issue_open"], state["issue_ticket"] = str(value), None
    elif event["act"] == "peek" and value:
        state["issue_ticket"] = str(value)
    elif event["act"] == "back":
        state["issue_ticket"] = None
    elif event["act"] == "page" and str(value).isdigit():
        state["issue_page"] = max(int(value), 1)


def first_page() -> None:
    """A changed condition starts at the first page and closes what was open."""
    st.session_state["issue_page"], st.session_state["issue_open"] = 1, None


def kinds(issue: views.IssueItem) -> str:
    """The kinds as pills."""
    return " ".join(pill(name, KIND_PILL.get(name, "")) for name in issue.kind_names)


def ledger(found: views.Page[views.IssueItem], current: str | None) -> str:
    """The list on the left."""
    rows = []
    for one in found.rows:
        place = " ".join(part for part in (one.district, one.street) if part)
        details = (
            kinds(one), f"{one.tickets} 件 · {one.callers} 人", esc(one.state), esc(place) if place else "",
            f"最近 {esc(when(one.last_at, who.now))}",
        )  # fmt: skip
        rows.append(widgets.list_row(f"issue:{one.issue_no}", esc(one.title), details, one.issue_no == current))
    back = widgets.button("上一页", f"page:{found.page - 1}") if found.page > 1 else ""
    on = widgets.button("下一页", f"page:{found.page + 1}") if found.page < found.pages else ""
    foot = f'<div class="j-acts" style="padding:8px 12px">{back}{on}</div>' if back or on else ""
    return f'<nav class="j-card j-tall j-list" aria-label="重复诉求台账">{"".join(rows)}{foot}</nav>'


def plain(value: Any) -> str:
    """A value of the machine's explanation as text."""
    if isinstance(value, dict):
        return ";".join(
            f"{LABELS.get(name, name)} {plain(one)}" for name, one in value.items() if one not in (None, "", [], {})
        )
    if isinstance(value, list | tuple):
        return "、".join(plain(one) for one in value)
    return str(value)


def evidence(issue: views.IssueItem) -> str:
    """Each kind with its reason and the tickets that carry it."""
    rows = []
    for one in issue.kinds:
        numbers = [str(number) for number in one.get("tickets") or ()]
        links = " ".join(widgets.link(number, f"peek:{number}") for number in numbers[:8])
        more = f" 等 {len(numbers)} 件" if len(numbers) > 8 else ""
        rows.append(
            f"<tr><td>{pill(str(one.get('kind')), KIND_PILL.get(str(one.get('kind')), ''))}</td>"
            f"<td>{esc(plain(one.get('why') or '—'))}</td><td>{links}{more}</td></tr>"
        )
    head = '<thead><tr><th scope="col">类别</th><th scope="col">依据</th><th scope="col">工单</th></tr></thead>'
    return (
        f'<table class="j-table">{head}<tbody>{"".join(rows)}</tbody></table>'
        if rows
        else '<p class="j-muted">尚未判定类别。</p>'
    )


def proposal(issue: views.IssueItem) -> str:
    """条线为主: who should lead, and why."""
    told = issue.proposal
    if not told:
        return ""
    rows = [
        (LABELS.get(name, name), esc(plain(value))) for name, value in told.items() if value not in (None, "", [], {})
    ]
    return f'<div class="j-gate blue"><b>条线为主建议</b>{facts(rows)}</div>'


def issue_card(detail: views.IssueDetail) -> str:
    """The issue on the right."""
    one = detail.issue
    meta = ticket_card.meta_line(
        (
            ("台账号", one.issue_no), ("件数", f"{one.tickets} 件 / {one.callers} 人"),
            ("首次", when(one.first_at, who.now)),
            ("最近", when(one.last_at, who.now)), ("状态", one.state),
            ("主办", one.lead_unit or one.unit), ("协办", "、".join(one.assist)),
            ("处置", DISPOSALS.get(one.disposal or "", one.disposal)),
        )
    )  # fmt: skip
    tickets = widgets.table(
        ("受理", "工单", "承办单位", "状态", "是否解决"),
        [
            [
                f'<span class="j-nw">{esc(when(row.received_at, who.now))}</span>',
                ticket_card.link_ticket(row),
                esc(row.unit if row.unit_from != "machine" else None),
                f'<span class="j-nw">{esc(row.state)}</span>', esc(row.resolved),
            ]
            for row in detail.tickets
        ],
    )  # fmt: skip
    hidden = one.tickets - len(detail.tickets)
    note = f";另有 {hidden} 件不在您的数据范围内" if hidden > 0 else ""
    possible = ""
    if detail.possible:
        possible = widgets.part("可能相关", "需人工确认") + widgets.steps(
            (when(row.received_at, who.now), ticket_card.link_ticket(row)) for row in detail.possible[:8]
        )
    actions = ""
    if detail.actions:
        actions = widgets.part("人工处置") + widgets.steps(
            (
                when(row.at, who.now),
                f"<b>{esc(row.kind)}</b> {esc(row.reason)} <span class='j-muted'>{esc(row.by)}</span>",
            )
            for row in detail.actions
        )
    told = widgets.part("工单", f"可查看 {len(detail.tickets)} 件{note}")
    return (
        f'<article class="j-card j-tall js-scroll" tabindex="0" aria-label="重复诉求">'
        f'<h2 class="j-title">{esc(one.title)}</h2>{meta}{proposal(one)}'
        f"{widgets.part('判定与依据', rule=False)}{evidence(one)}{told}{tickets}{possible}{actions}</article>"
    )


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
        if not found.rows:
            narrowed = picked.get("issue_state") or picked.get("issue_kind")
            body = "换个类别或状态。" if narrowed else "同一事项出现第二件工单时,会自动列入台账。"
            widgets.show(widgets.empty("没有符合条件的事项" if narrowed else "台账还是空的", body))
            return
        current = picked.get("issue_open") or found.rows[0].issue_no
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
        widgets.show(issue_card(views.issue_detail(session, who.scope, current)))
        return
    widgets.show(f'<div class="j-acts">{widgets.button("返回事项", "back")}</div>')
    widgets.show(ticket_view.whole(views.ticket_detail(session, who.scope, number, now=who.now), who.now))


draw()
keyboard("repeats", on_event, user=who.scope.user)

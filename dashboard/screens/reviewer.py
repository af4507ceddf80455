"""审核: returns, extensions and conferences that wait for a ruling, each with its precedents on the same screen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import access, connect, drafts, handling_page, handling_work, ticket_card, widgets
from dashboard.choices import choices
from dashboard.handling_work import REVIEWER
from dashboard.keyboard import keyboard
from dashboard.widgets import due_pill, esc, pill, when
from warehouse import conferences, handling, views
from warehouse.views import Filters

who = access.require("reviewer")

KINDS = {"退单": "退单审核", "延期": "延期审核", "会商": "会商"}
SIZE = 60
Line = tuple[str, str, tuple[str, ...]]
"""Number, title as markup, details as markup."""


def waiting(session: Any, state: str) -> tuple[int, list[Line], dict[str, handling.Asked]]:
    """How many wait, the lines of the list (number, title, details), and the requests by number."""
    if state == "会商":
        page = views.tickets(session, who.scope, Filters(state=state), size=SIZE, now=who.now)
        lines = [
            (one.ticket_no, esc(one.title), (due_pill(one.due_at, who.now, True), esc(one.level2), esc(one.district)))
            for one in page.rows
        ]
        return page.total, lines, {}
    asked = handling.review_queue(session, who.scope, kind=state, size=SIZE)
    lines = []
    for one in asked.rows:
        again = pill(f"第 {one.returns + 1} 次退单", "orange") if one.returns else ""
        details = (due_pill(one.due_at, who.now, True), again, esc(one.unit), esc(one.code) if one.code else "")
        lines.append((one.ticket_no, esc(one.title), details))
    return asked.total, lines, {one.ticket_no: one for one in asked.rows}


def request(session: Any, one: handling.Asked) -> str:
    """What is asked, by whom, with what reason, and how such requests were ruled before."""
    rows = [
        ("申请", f"<b>{esc(one.kind)}</b> {esc(when(one.at, who.now))}"),
        ("单位", esc(one.unit)),
        ("理由", handling_page.asked_line(one.code, one.reason)),
    ]
    if one.days:
        rows.append(("申请延期", f"{esc(one.days)} 个工作日"))
    if one.proposed:
        rows.append(("建议单位", esc(one.proposed)))
    if one.returns or one.refusals:
        rows.append(("此前", f"退单通过 {one.returns} 次,驳回 {one.refusals} 次"))
    cases = rulings(session, one.category, one.ticket_no)
    return (
        f'<section class="j-card" style="margin-bottom:10px">{widgets.facts(rows)}'
        f'<hr class="j-rule"><h2 class="j-h2">同类裁定先例</h2>{cases}</section>'
    )


def rulings(session: Any, category: str | None, but: str) -> str:
    """How returns of this class were ruled before; ``but`` is the ticket that asks."""
    found = [
        rule for rule in handling.precedents(session, who.scope, category=category, limit=6) if rule.ticket_no != but
    ]
    if not found:
        return '<p class="j-muted" style="margin:0">同类事项还没有退单裁定先例。</p>'
    return widgets.steps(
        (
            when(rule.at, who.now),
            f"<b>{esc(rule.ruling)}</b> {esc(rule.asked_by)}:{esc(rule.reason)}<br>"
            f'<span class="j-muted">{esc(rule.ruled_why)};最终 {esc(rule.final_unit)}</span>',
        )
        for rule in found[:5]
    )


def conference(session: Any, number: str, category: str | None) -> str:
    """Why the ticket is conferred on, and how conferences and returns of its class ended."""
    mine = conferences.conferences(session, who.scope, ticket_no=number, settled=False, limit=1)
    rows = [("提请", f"{esc(one.by)} {esc(when(one.at, who.now))}") for one in mine]
    rows += [("缘由", esc(one.why) if one.why else "两次退单通过,按规定转会商") for one in mine]
    rows += [("此前", f"退单通过 {one.returns} 次") for one in mine if one.returns]
    found = [
        one
        for one in conferences.conferences(session, who.scope, category=category, limit=6)
        if one.ticket_no != number
    ]
    told = widgets.steps(
        (
            when(one.at, who.now),
            f"{ticket_card.link_ticket(one)}<br>"
            f'<span class="j-muted">{esc(one.why or "两次退单后会商")};最终 <b>{esc(one.final_unit)}</b></span>',
        )
        for one in found[:5]
    )
    cases = told if found else '<p class="j-muted" style="margin:0">同类事项还没有会商先例。</p>'
    return (
        f'<section class="j-card" style="margin-bottom:10px">{widgets.facts(rows) if rows else ""}'
        f'<h2 class="j-h2">同类会商先例</h2>{cases}'
        f'<hr class="j-rule"><h2 class="j-h2">同类退单裁定</h2>{rulings(session, category, number)}</section>'
    )


def draw() -> None:
    """The page."""
    head, kind = st.columns([6, 3], gap="small", vertical_alignment="center")
    with kind:
        st.segmented_control(
            "类别", list(KINDS), default="退单", key="reviewer_kind", label_visibility="collapsed", required=True
        )
    state = KINDS[st.session_state.get("reviewer_kind") or "退单"]
    with connect.session() as session:
        total, lines, asked = waiting(session, state)
        with head:
            widgets.heading("审核", f"{state} {total:,} 件待裁定,急件和先到期的在前")
        handling_page.said("reviewer")
        current = handling_page.pick_open("reviewer", [number for number, _, _ in lines])
        move = handling_work.find(REVIEWER, st.session_state.get("reviewer_move"))
        moves = handling_work.moves_for(who.scope, state, REVIEWER)
        keyboard(
            "reviewer",
            handling_page.events("reviewer", REVIEWER, KINDS),
            letters={one.key: one.kind for one in moves},
            help_rows=tuple((one.key.upper(), one.name) for one in moves),
            user=who.scope.user,
            ticket=current,
            mode=move.kind if move else None,
            form=drafts.values(st.session_state) | {"tab": st.session_state.get("reviewer_kind")},
            fresh=drafts.asked(st.session_state),
            focus="draft_reason" if move else None,
        )
        if current is None:
            widgets.show(widgets.empty(f"没有待裁定的{state}", "承办单位提出申请后会列在这里。"))
            return
        left, right = st.columns([4, 7], gap="small")
        rows = "".join(
            widgets.list_row(f"open:{number}", title, details, number == current) for number, title, details in lines
        )
        with left:
            widgets.show(f'<nav class="j-card j-tall j-list" aria-label="待裁定">{rows}</nav>')
        with right, st.container(key="pane_reviewer"):
            widgets.show(handling_page.buttons(moves))
            if move and move in moves:
                result = views.ticket_detail(session, who.scope, current, now=who.now).result or {}
                units = [one["unit"] for one in result.get("suggestions") or ()]
                handling_page.form(move, [*dict.fromkeys([*units, *choices().units(result)])])
            if state == "会商":
                row = views.ticket_detail(session, who.scope, current, now=who.now).now
                above = conference(session, current, row.category)
            else:
                above = request(session, asked[current]) if current in asked else ""
            above = f'<div data-ticket="{esc(current)}"></div>{above}'
            detail = handling_page.ticket(session, who.scope, current, who.now, above)
            if detail is not None and state == "会商":
                cards = ticket_card.suggestion_cards((detail.result or {}).get("suggestions") or [])
                widgets.show(widgets.card("机器建议的单位", "供会商参考", cards))


draw()

"""派单工作台: the queue, one ticket with its evidence, and the judgement, all by keyboard."""

from __future__ import annotations

from typing import Any

import streamlit as st

from classify.ticket import HotlineError
from dashboard import (
    access,
    batch_form,
    connect,
    desk_form,
    desk_queue,
    desk_work,
    drafts,
    ticket_card,
    ticket_view,
    widgets,
)
from dashboard.choices import choices
from dashboard.desk_state import BATCH, LETTERS, REASONED, Desk, Narrow
from dashboard.keyboard import keyboard
from warehouse import views

who = access.require("desk")

HELP = (
    ("1 2 3", "选第几个承办单位(↑ ↓ 也可)"),
    ("Enter", "采纳所选单位,并打开下一件"),
    ("E", "更正分类、单位、紧急程度、地点"),
    *((key.upper(), f"{name}(须写理由)") for name, key, _ in REASONED.values()),
    ("B", "批量采纳:先预览,再一次采纳"),
    ("N", "跳过,留在队列"),
    ("Z", "撤销刚才的处理"),
    ("Ctrl Enter", "提交更正或理由"),
)
LANES = {"全部": None, "须人工": "forced", "待审": "review", "可直派": "auto"}
STATES = ("挂起", "待补充", "会商", "待受理")
"""What was put aside at the desk: looked up again in the same list."""
SHOWN = 40


def narrow() -> Narrow:
    """What the person narrowed the queue to."""
    text = str(st.session_state.get("queue_text") or "").strip() or None
    lane = st.session_state.get("queue_lane")
    return Narrow(text, LANES.get(lane), lane if lane in STATES else None)


def on_event(event: dict[str, Any]) -> None:
    """A key or click, before the page is drawn. The login is asked again: the event may come hours later."""
    asked = access.viewer()
    if asked is None or asked.scope.role not in access.PAGES["desk"][2]:
        return
    with connect.session() as session:
        desk_work.take(
            session,
            asked.scope,
            st.session_state["desk"],
            narrow(),
            event,
            st.session_state,
            asked.now,
            choices().paths,
        )


def queue_pane(session: Any, desk: Desk) -> int:
    """The list on the left; returns how many wait in all."""
    search, lane = st.columns([3, 2], gap="small")
    search.text_input("查找队列", key="queue_text", placeholder="标题、单位、地点", label_visibility="collapsed")
    lane.selectbox("范围", [*LANES, *STATES], key="queue_lane", label_visibility="collapsed")
    page = desk_queue.waiting(session, who.scope, narrow(), who.now, SHOWN)
    if not page.rows:
        narrowed = narrow() != Narrow()
        body = "换个条件,或清空查找框。" if narrowed else "新工单到达后会自动出现在这里。"
        widgets.show(widgets.empty("没有符合条件的工单" if narrowed else "队列已清空", body))
        return page.total
    rows = ticket_card.queue_rows(page.rows, desk.ticket, who.now)
    widgets.show(f'<nav class="j-card j-pane j-queue" aria-label="待办队列">{rows}</nav>')
    return page.total


def ticket_pane(detail: Any) -> None:
    """The ticket itself."""
    head, body = ticket_card.text_block(
        detail.title, detail.content, detail.result or {}, st.session_state["desk"].whole
    )
    urges = detail.counters.get("urges")
    meta = ticket_card.meta_line(
        (
            ("编号", detail.ticket_no),
            ("受理", widgets.when(detail.received_at, who.now)),
            ("渠道", detail.channel),
            ("登记区域", detail.area_hint),
            ("状态", detail.now.state),
            ("催办", f"{urges} 次" if urges else None),
            ("同一来电人另有", f"{detail.same_caller} 件" if detail.same_caller else None),
        )
    )
    reading = ticket_card.reading(detail.result or {})
    widgets.show(
        f'<article class="j-card j-pane js-scroll" tabindex="0" aria-label="工单" '
        f'data-ticket="{widgets.esc(detail.ticket_no)}">{head}{meta}{body}'
        f'<hr class="j-rule"><h3 class="j-h2">机器读出的要点 <small>划线处为判断依据</small></h3>{reading}</article>'
    )


def peek_pane(session: Any, number: str) -> None:
    """Another ticket in place of one's own; Enter does nothing meanwhile."""
    back = widgets.button("返回当前工单", "back", "Esc")
    try:
        body = ticket_view.whole(views.ticket_detail(session, who.scope, number, now=who.now), who.now)
    except HotlineError as error:
        body = widgets.empty("打不开这件工单", str(error))
    widgets.show(f'<div class="j-acts" style="margin-bottom:8px">{back}</div>{body}')


def judge_pane(session: Any, detail: Any) -> None:
    """The suggestions with their reasons, the clock, the acts and the precedents."""
    result = detail.result or {}
    buttons = "".join(widgets.button(name, act, key.upper()) for act, (name, key, _) in REASONED.items())
    cards = ticket_card.suggestion_cards(result.get("suggestions") or [])
    due = f"{ticket_card.clock_text(result.get('clock'))},{widgets.when(detail.now.due_at, who.now)} 到期 "
    likes = ticket_card.look_alikes(views.similar_tickets(session, who.scope, detail.ticket_no, limit=4), who.now)
    acts = widgets.button("采纳并下一件", "accept", "Enter", "main") + widgets.button("更正", "correct", "E") + buttons
    lane = ticket_card.LANES.get(result.get("lane"), "")
    widgets.show(
        f'<section class="j-card j-pane j-judge js-scroll" tabindex="0" aria-label="派单建议"><div class="grow">'
        f'{ticket_card.gate_notes(result)}<h3 class="j-h2">承办单位 <small>{lane}</small></h3>{cards}'
        f'<p class="j-meta" style="margin:2px 0 10px">时限 <b>{widgets.esc(due)}</b>'
        f"{widgets.due_pill(detail.now.due_at, who.now)}</p>"
        f'<hr class="j-rule"><h3 class="j-h2">相近工单与最终承办</h3>{likes}</div>'
        f'<div class="j-acts foot">{acts}{widgets.button("跳过", "skip", "N")}</div></section>'
    )


def status_bar(desk: Desk, total: int) -> None:
    """One line: where we stand, what just happened, how to take it back."""
    said = widgets.toast(desk.said, desk.bad) if desk.said else ""
    undo = widgets.button("撤销", "undo", "Z") if desk.done else ""
    batch = widgets.button("批量采纳", BATCH, "B") if desk.mode is None and total else ""
    widgets.show(
        f'<div class="j-bar"><span>待办 <b class="j-num">{total:,}</b> 件</span>'
        f'<span>本次已处理 <b class="j-num">{desk.count}</b> 件</span>'
        f"<span>{widgets.key('1')} {widgets.key('2')} {widgets.key('3')} 选单位 · {widgets.key('Enter')} 采纳 · "
        f"{widgets.key('/')} 查找 · {widgets.key('?')} 全部按键</span>{said}{undo}"
        f'<span class="end">{batch}</span></div>'
    )


def keys(desk: Desk, detail: Any, fresh: bool) -> None:
    """Mount the keys before the panes: they must know the new ticket by the time it is drawn."""
    suggestions = ((detail.result or {}).get("suggestions") or []) if detail else []
    keyboard(
        "desk",
        on_event,
        letters=LETTERS if detail else {"z": "undo", "b": BATCH},
        help_rows=HELP,
        hint="按 1、2、3 选承办单位,Enter 采纳并打开下一件,E 更正,Z 撤销;按 ? 看全部按键。",
        user=who.scope.user,
        ticket=desk.ticket,
        choices=0 if desk.mode else min(len(suggestions), 3),
        enter="accept" if detail else None,
        mode=desk.mode or ("peek" if desk.peek else None),
        form=drafts.values(st.session_state),
        fresh=fresh,
        focus=desk_form.FIRST.get(desk.mode or ""),
    )


def draw() -> None:
    """The page."""
    first = "desk" not in st.session_state
    desk: Desk = st.session_state.setdefault("desk", Desk())
    with connect.session() as session:
        if first:
            desk_queue.resume(session, who.scope, desk, narrow(), who.now)
        elif desk.ticket is None:
            desk_queue.next_ticket(session, who.scope, desk, narrow(), who.now)
        detail = desk_queue.on_desk(session, who.scope, desk, narrow(), who.now)
        keys(desk, detail, drafts.asked(st.session_state))
        bar = st.container()
        if desk.mode == BATCH:
            left, right = st.columns([2.5, 8.9], gap="small")
            middle = right
        else:
            left, middle, right = st.columns([2.5, 5, 3.9], gap="small")
        with left:
            total = queue_pane(session, desk)
        if desk.mode == BATCH:
            with right:
                desk.batch = batch_form.draw(session, who.scope, desk.batch, who.now)
        elif detail is None:
            with middle:
                widgets.show(widgets.empty("手上没有工单", "队列里有新工单时,刷新本页即可领取。"))
        else:
            with middle:
                if desk.peek:
                    peek_pane(session, desk.peek)
                else:
                    ticket_pane(detail)
            with right:
                if desk.mode:
                    desk_form.draw(desk, detail)
                else:
                    judge_pane(session, detail)
        with bar:
            status_bar(desk, total)


draw()

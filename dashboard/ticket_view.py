"""One ticket, read only (工单详情): text with evidence, what the machine read, decisions and events in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from dashboard import ticket_card
from dashboard.widgets import esc, pill, steps, when

DECISIONS: Final = {
    "accept": "采纳",
    "correct": "更正",
    "hold": "挂起",
    "ask_back": "追问",
    "return": "退回受理",
    "confer": "会商",
}


def chain(detail: Any, now: datetime) -> str:
    """Receipt, decisions and events, oldest first; what was undone or set aside says so."""
    rows: list[tuple[datetime, str]] = [(detail.received_at, f"受理 · {esc(detail.channel)}")]
    for one in detail.decisions:
        text = f"<b>{esc(DECISIONS.get(one.kind, one.kind))}</b>"
        text += f" {esc(one.unit)}" if one.unit else ""
        text += f"<br>{esc(one.reason)}" if one.reason else ""
        text += f' <span class="j-muted">{esc(one.by)}</span>'
        if one.undone_at:
            text = f"<s>{text}</s> {pill(f'{when(one.undone_at, now)} 由 {one.undone_by} 撤销')}"
        rows.append((one.at, text))
    for one in detail.events:
        text = f"<b>{esc(one.kind)}</b>" + (f" {esc(one.unit)}" if one.unit else "")
        told = [
            part
            for part in (one.reason, one.resolved and f"是否解决:{one.resolved}", one.satisfaction, one.text)
            if part
        ]
        text += f"<br>{esc(';'.join(told))}" if told else ""
        text += f" {pill('未采信:' + one.set_aside, 'orange')}" if one.set_aside else ""
        rows.append((one.at, text))
    rows.sort(key=lambda row: row[0])
    return steps((when(at, now), text) for at, text in rows)


def whole(detail: Any, now: datetime) -> str:
    """The ticket as one card."""
    result = detail.result or {}
    head, body = ticket_card.text_block(detail.title, detail.content, result)
    meta = ticket_card.meta_line(
        (
            ("编号", detail.ticket_no),
            ("受理", when(detail.received_at, now)),
            ("渠道", detail.channel),
            ("状态", detail.now.state),
            ("承办", detail.now.unit if detail.now.unit_from != "machine" else "未派单"),
            ("到期", when(detail.now.due_at, now)),
        )
    )
    return (
        f'<article class="j-card j-tall js-scroll" tabindex="0" aria-label="工单详情">{head}{meta}'
        f"{claim_note(detail)}{ticket_card.gate_notes(result)}{body}"
        f'<hr class="j-rule"><h3 class="j-h2">机器读出的要点</h3>{ticket_card.reading(result)}'
        f'<hr class="j-rule"><h3 class="j-h2">办理经过</h3>{chain(detail, now)}</article>'
    )


def claim_note(detail: Any) -> str:
    """疑似职业索赔: a tag for a person, never a refusal."""
    return f'<div class="j-gate"><b>甄别提示</b><br>{esc(detail.claim)}</div>' if detail.claim else ""


def rows(items: Any, now: datetime) -> list[list[str]]:
    """Cells of a list of tickets: title that opens, class, district, unit, state, receipt and deadline."""
    out = []
    for one in items:
        unit = one.unit if one.unit_from != "machine" else None
        out.append(
            [
                ticket_card.link_ticket(one) + " " + ticket_card.urgency_pill(one.urgency),
                esc(one.level2 or one.level1),
                f'<span class="j-nw">{esc(one.district)}</span>',
                esc(unit) if unit else '<span class="j-muted">未派单</span>',
                f'<span class="j-nw">{esc(one.state)}</span>',
                f'<span class="j-num j-nw">{esc(when(one.received_at, now))}</span>',
            ]
        )
    return out


HEADERS: Final = ("标题", "分类", "区县", "承办单位", "状态", "受理")

"""One issue as HTML (事项卡片): what it is, who should lead and why, its tickets, how replies are read, its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from dashboard import ticket_card, widgets
from dashboard.issue_work import NAMES, VERDICT_NAMES
from dashboard.widgets import due_pill, esc, facts, pill, when
from warehouse import views
from warehouse.ledger import DISPOSALS

KIND_PILL: Final = {
    "多次重复": "orange", "基层无力解决": "red", "群体性": "red", "反弹": "orange", "多人同诉": "yellow",
    "历史遗留": "blue",
}  # fmt: skip
LABELS: Final = {
    "lead_unit": "建议主办", "assist": "协办", "why": "理由", "rule_id": "职责条目", "basis": "依据",
}  # fmt: skip
QUOTED: Final = 60
"""Characters of a reply that the list shows when no words decided."""


def kinds(issue: views.IssueItem) -> str:
    """The kinds as pills."""
    return " ".join(pill(name, KIND_PILL.get(name, "")) for name in issue.kind_names)


def plain(value: Any) -> str:
    """A value of the machine's explanation as text."""
    if isinstance(value, dict):
        told = {name: one for name, one in value.items() if one not in (None, "", [], {})}
        return ";".join(f"{LABELS.get(name, name)} {plain(one)}" for name, one in told.items())
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
        name = str(one.get("kind"))
        rows.append([pill(name, KIND_PILL.get(name, "")), esc(plain(one.get("why") or "—")), links + more])
    if not rows:
        return '<p class="j-muted">尚未判定类别。</p>'
    return widgets.table(("类别", "依据", "工单"), rows)


def proposal(issue: views.IssueItem) -> str:
    """条线为主: who should lead, and why; nothing once a lead stands."""
    told = issue.proposal
    if not told or issue.lead_unit:
        return ""
    rows = [
        (LABELS.get(name, name), esc(plain(value))) for name, value in told.items() if value not in (None, "", [], {})
    ]
    return f'<div class="j-gate blue"><b>条线为主建议</b>{facts(rows)}</div>'


def replies(detail: views.IssueDetail, may: bool) -> str:
    """How the replies are read, with the words that decided; a button to correct each."""
    if not detail.replies:
        return ""
    rows = []
    for one in detail.replies:
        said = f"“{one.quote}”" if one.quote else one.text[:QUOTED] + ("…" if len(one.text) > QUOTED else "")
        told = esc(VERDICT_NAMES.get(one.verdict, one.verdict))
        if one.by is not None:
            was = VERDICT_NAMES.get(one.read, one.read)
            told += f' <span class="j-muted">{esc(one.by)} 更正(原判:{esc(was)}):{esc(one.reason)}</span>'
        again = widgets.button("更正", f"act:reading:{one.event_key}") if may else ""
        rows.append([f'<span class="j-nw">{esc(when(one.at))}</span>', esc(one.unit), told, esc(said), again])
    return widgets.part("答复认定") + widgets.table(("时间", "单位", "认定", "依据", ""), rows)


def history(detail: views.IssueDetail, now: datetime, may: bool) -> str:
    """What people did, newest last, each with who and why and a button to take it back."""
    if not detail.actions:
        return ""
    rows = []
    for one in detail.actions:
        told = f"<b>{esc(_named(one))}</b> {esc(one.reason)} <span class='j-muted'>{esc(one.by)}</span>"
        if one.undone_at is not None:
            told = f'<s>{told}</s> <span class="j-muted">{esc(one.undone_by)} 于 {esc(when(one.undone_at))} 撤回</span>'
        elif may:
            told += " " + widgets.button("撤回", f"act:undo:{one.id}")
        rows.append((when(one.at, now), told))
    return widgets.part("人工处置") + widgets.steps(rows)


def _named(one: views.ActionItem) -> str:
    """``处置与状态 → 条线办理 · A``."""
    told = one.details
    kind = "lead" if one.kind == "rule" and told.get("lead_unit") else one.kind
    marks = [told.get("lead_unit"), told.get("state"), told.get("disposal")]
    if one.kind in ("link", "split", "merge", "apart"):
        marks = [f"{len(one.tickets)} 件" if one.tickets else None]
    if one.kind == "reading":
        marks = [VERDICT_NAMES.get(str(told.get("verdict") or ""))]
    shown = " · ".join(str(mark) for mark in marks if mark)
    return NAMES.get(kind, kind) + (f" → {shown}" if shown else "")


def card(detail: views.IssueDetail, now: datetime, may: bool, acts: str = "") -> str:
    """The whole card; ``may`` whether the viewer can correct and take back, ``acts`` the buttons."""
    one = detail.issue
    meta = ticket_card.meta_line(
        (
            ("台账号", one.issue_no), ("件数", f"{one.tickets} 件 / {one.callers} 人"),
            ("首次", when(one.first_at, now)), ("最近", when(one.last_at, now)), ("状态", one.state),
            ("主办", one.lead_unit or one.unit), ("协办", "、".join(one.assist)),
            ("处置", f"{one.disposal} {DISPOSALS.get(one.disposal, '')}" if one.disposal else None),
        )
    )  # fmt: skip
    due = f"<p>条线时限 {due_pill(one.due_at, now)}</p>" if one.due_at and one.state == "条线办理" else ""
    tickets = widgets.table(
        ("受理", "工单", "承办单位", "状态", "是否解决"),
        [
            [
                f'<span class="j-nw">{esc(when(row.received_at, now))}</span>', ticket_card.link_ticket(row),
                esc(row.unit if row.unit_from != "machine" else None), f'<span class="j-nw">{esc(row.state)}</span>',
                esc(row.resolved),
            ]
            for row in detail.tickets
        ],
    )  # fmt: skip
    hidden = one.tickets - len(detail.tickets)
    note = f";另有 {hidden} 件不在您的数据范围内" if hidden > 0 else ""
    possible = ""
    if detail.possible:
        possible = widgets.part("可能相关", "需人工确认") + widgets.steps(
            (when(row.received_at, now), ticket_card.link_ticket(row)) for row in detail.possible[:8]
        )
    told = widgets.part("工单", f"可查看 {len(detail.tickets)} 件{note}")
    return (
        f'<article class="j-card j-tall js-scroll" tabindex="0" aria-label="重复诉求">'
        f'<h2 class="j-title">{esc(one.title)}</h2>{meta}{due}{acts}{proposal(one)}'
        f"{widgets.part('判定与依据', rule=False)}{evidence(one)}{told}{tickets}{possible}"
        f"{replies(detail, may)}{history(detail, now, may)}</article>"
    )

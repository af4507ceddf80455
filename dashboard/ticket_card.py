"""A ticket as markup: text with evidence, facts, the machine's suggestions, look-alikes, the chain of events.

Pure functions from values to escaped HTML; the desk, the search page and the ledgers share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from dashboard import evidence
from dashboard.widgets import URGENCY_PILL, button, due_pill, esc, facts, link, pill, when

CLOCK_UNITS: Final = {"minute": "分钟", "hour": "小时", "calendar_day": "个自然日", "working_day": "个工作日"}
LANES: Final = {"auto": "可直派", "forced": "必须人工", "review": "人工审核"}
GATE_COLOUR: Final = {"转办": "red", "限知": "red", "引导": "", "并入": "blue"}


def percent(value: float | None) -> str:
    """``72%``; a dash for None."""
    return "—" if value is None else f"{value:.0%}"


def path_text(path: Sequence[str] | None) -> str:
    """``规划建设 › 工地夜间施工``."""
    return " › ".join(path) if path else "—"


def place_text(place: Mapping[str, Any] | None) -> str:
    """District, street and spot in one line; a dash when nothing is known."""
    if not place:
        return "—"
    parts = [place.get(name) for name in ("district", "street", "poi")]
    seen = [part for i, part in enumerate(parts) if part and part not in parts[:i]]
    return " · ".join(seen) or place.get("text") or "未识别到地点"


def clock_text(clock: Mapping[str, Any] | None) -> str:
    """``5 个工作日``."""
    if not clock:
        return "—"
    return f"{clock.get('n')} {CLOCK_UNITS.get(str(clock.get('unit')), clock.get('unit'))}"


def urgency_pill(urgency: str | None) -> str:
    """Only what is not 一般 gets a label."""
    return pill(urgency, URGENCY_PILL[urgency]) if urgency in URGENCY_PILL else ""


def text_block(
    title: str | None, content: str | None, result: Mapping[str, Any], whole: bool = False
) -> tuple[str, str]:
    """Title and content with the evidence marked. Empty fields are said, long ones are cut with a way to the rest."""
    spans = result.get("evidence") or ()
    title, content = title or "", content or ""
    head = evidence.highlight(title, evidence.spans_of(spans, "title"), 400) if title.strip() else "(无标题)"
    limit = len(content) if whole else evidence.LONG
    body = evidence.highlight(content, evidence.spans_of(spans, "content"), limit) if content.strip() else ""
    body = body or '<span class="j-muted">(没有正文,请按来电录音或原渠道补充)</span>'
    rest = len(content) - limit
    more = (
        f'<p class="j-muted">正文共 {len(content):,} 字,还有 {rest:,} 字未显示。 {button("显示全文", "whole")}</p>'
        if rest > 0
        else ""
    )
    return f'<h2 class="j-title">{head}</h2>', f'<div class="j-text">{body}</div>{more}'


def meta_line(pairs: Iterable[tuple[str, object]]) -> str:
    """Small facts under the title; empty ones are left out."""
    return (
        '<div class="j-meta">'
        + "".join(f"<span>{esc(name)} <b>{esc(value)}</b></span>" for name, value in pairs if value not in (None, ""))
        + "</div>"
    )


def reading(result: Mapping[str, Any]) -> str:
    """What the machine read out of the text: class, place, attributes, type, keywords."""
    category = result.get("category") or {}
    rows = [
        ("分类", f"<b>{esc(path_text(category.get('path')))}</b> {pill(percent(category.get('probability')))}"),
        ("地点", esc(place_text(result.get("place")))),
    ]
    others = (result.get("place") or {}).get("others") or ()
    if others:
        rows.append(("也可能在", esc("、".join(others[:3]))))
    if result.get("second"):
        rows.append(("另含一事", esc(path_text(result["second"].get("path")))))
    known = [f"{esc(name)}:{esc(value)}" for name, value in (result.get("attributes") or {}).items() if value]
    if known:
        rows.append(("要素", " ".join(f'<span class="j-pill">{one}</span>' for one in known)))
    rows.append(("诉求类型", esc(result.get("request_type"))))
    if result.get("keywords"):
        rows.append(("关键词", esc("、".join(result["keywords"][:6]))))
    others = [
        f"{esc(path_text(one.get('path')))} {percent(one.get('probability'))}"
        for one in result.get("alternatives") or ()
    ]
    if others:
        rows.append(("其他可能", f'<span class="j-muted">{"<br>".join(others[:3])}</span>'))
    return facts(rows)


def gate_notes(result: Mapping[str, Any]) -> str:
    """Urgency with its reason, the gate with its words for the citizen, the open question; or nothing."""
    out = []
    if result.get("urgency") in URGENCY_PILL:
        why = result.get("urgency_why")
        out.append(
            f'<div class="j-gate red">{urgency_pill(result["urgency"])} {esc(why) if why else "按紧急件办理"}</div>'
        )
    gate = result.get("gate")
    if gate:
        where = f":{esc(gate.get('channel'))}" if gate.get("channel") else ""
        colour = GATE_COLOUR.get(gate.get("action"), "")
        out.append(
            f'<div class="j-gate {colour}"><b>{esc(gate.get("action"))}{where}</b><br>{esc(gate.get("text"))}</div>'
        )
    if result.get("question"):
        out.append(f'<div class="j-gate blue"><b>需要问清</b><br>{esc(result["question"])}</div>')
    return "".join(out)


def suggestion_cards(suggestions: Sequence[Mapping[str, Any]]) -> str:
    """Up to three units as a radio group: number, unit, probability, level and role, reason, duty row."""
    if not suggestions:
        return '<p class="j-muted">没有匹配到承办单位,请按 E 更正后派单。</p>'
    cards = []
    for n, one in enumerate(suggestions[:3], 1):
        rule = f" · 职责 {esc(one.get('rule_id'))}" if one.get("rule_id") else ""
        kind = " · ".join(esc(one.get(name)) for name in ("level", "role", "unit_type"))
        cards.append(
            f'<div class="j-pickcard" role="radio" data-pick="{n}" tabindex="{0 if n == 1 else -1}" '
            f'aria-checked="{"true" if n == 1 else "false"}" aria-label="{n} {esc(one.get("unit"))}">'
            f'<span class="n" aria-hidden="true">{n}</span><span class="u">{esc(one.get("unit"))}</span>'
            f'<span class="p" title="此前同类事项由该单位主办的可能性">{percent(one.get("probability"))}</span>'
            f'<span class="r">{kind}{rule}</span>'
            f'<span class="w">{esc(one.get("why"))}</span></div>'
        )
    return f'<div role="radiogroup" aria-label="建议的承办单位">{"".join(cards)}</div>'


def queue_rows(items: Iterable[Any], current: str | None, now: datetime) -> str:
    """The queue as a list of buttons: title, urgency, class, district, how long is left, who holds it."""
    out = []
    for item in items:
        here = ' aria-current="true"' if item.ticket_no == current else ""
        held = pill("在办") if item.holder and item.ticket_no != current else ""
        out.append(
            f'<button type="button" class="j-q" data-act="open:{esc(item.ticket_no)}"{here}>'
            f'<span class="t">{esc(item.title) if item.title else "(无标题)"}</span>'
            f'<span class="m">{urgency_pill(item.urgency)}{due_pill(item.due_at, now, short=True)}{held}'
            f"<span>{esc(item.level2 or item.level1)}</span><span>{esc(item.district) if item.district else ''}</span>"
            f'<span class="j-num opt">{percent(item.probability)}</span></span></button>'
        )
    return "".join(out)


def look_alikes(rows: Sequence[tuple[Any, int]], now: datetime) -> str:
    """Earlier tickets of the same matter with who handled them in the end: precedent for the person who decides."""
    if not rows:
        return '<p class="j-muted" style="margin:0">没有相近的历史工单。</p>'
    out = []
    for row, _ in rows:
        unit = row.unit if row.decided or row.unit_from != "machine" else None
        out.append(
            f"<li><time>{esc(when(row.received_at, now))}</time><div>{link_ticket(row)}"
            f'<br><span class="j-muted">{esc(unit) if unit else "未派单"} · {esc(row.state)}</span></div></li>'
        )
    return f'<ol class="j-steps">{"".join(out)}</ol>'


def link_ticket(item: Any) -> str:
    """The title of a ticket as a link that opens it."""
    return link(item.title or "(无标题)", f"peek:{item.ticket_no}")

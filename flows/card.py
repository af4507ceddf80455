"""A triage result as a dispatcher would read it: a few lines of plain Chinese for the terminal."""

from __future__ import annotations

from classify.ticket import SHANGHAI, Ticket
from routing.lanes import lane_reason
from routing.result import TriageResult

LANES = {"auto": "自动", "forced": "必审", "review": "待审"}
UNITS = {"minute": "分钟", "hour": "小时", "calendar_day": "日", "working_day": "个工作日"}


def card(ticket: Ticket, result: TriageResult) -> str:
    """The ticket's heading, then one line each for class, place, urgency, gate, units, clock and evidence."""
    place = "、".join(part for part in (result.place.district, result.place.street, result.place.poi) if part)
    others = f"(也可能是 {'、'.join(result.place.others)})" if result.place.others else ""
    found = ",".join(f"{name}={value}" for name, value in result.attributes.items() if value is not None)
    lines = [
        f"【{ticket.ticket_no}】{ticket.title or ticket.content[:30]}",
        f"  分类  {' / '.join(result.category.path)} {percent(result.category.probability)}  类型 {result.request_type}"
        + (f"   另有 {' / '.join(result.second.path)}" if result.second else ""),
        f"  地点  {place or '未识别'}{others}" + (f"   要素 {found}" if found else ""),
    ]
    if result.urgency_why:
        lines.append(f"  {result.urgency}  {result.urgency_why}")
    if result.gate:
        lines.append(f"  关口  {result.gate.action} {result.gate.channel or ''}  {result.gate.text}".rstrip())
    for number, one in enumerate(result.suggestions, 1):
        lines.append(f"  {number}. {one.unit}({one.role}) {percent(one.probability)}  {one.why}")
    if result.question:
        lines.append(f"  先问  {result.question}")
    due = result.due_at.astimezone(SHANGHAI)
    lane = lane_reason(
        urgency=result.urgency,
        gate=result.gate,
        category_code=result.category.code,
        question=result.question,
        lane=result.lane,
    )
    lines.append(
        f"  时限  {result.clock.n} {UNITS[result.clock.unit]},{due:%Y-%m-%d %H:%M} 到期   {LANES[result.lane]}: {lane}"
    )
    if result.evidence:
        lines.append("  依据  " + "、".join(f"“{one.text}”" for one in result.evidence))
    return "\n".join(lines)


def percent(share: float) -> str:
    """0.8123 as 81 %."""
    return f"{share:.0%}"

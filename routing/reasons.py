"""Why a unit is suggested, as one sentence that a dispatcher can check: duty row, condition found, ground."""

from __future__ import annotations

from routing.candidates import Candidate
from routing.duty_rows import Condition, DutyRow
from routing.units import Unit


def line_text(rule: DutyRow, one: Candidate, unit: Unit, leads: bool) -> str:
    """The reason for a line department, as one sentence; ``leads``: it stands first."""
    row = one.row or rule
    duty = f"职责清单 {row.id}“{row.matter}”"
    if one.source == "点名":
        return f"来件点名该部门,由{unit.unit}核实。"
    if one.source == "场所":
        return f"事项不明确,按事发场所由主管部门{one.department}核实。"
    if one.source == "另解" and row is not rule:
        return f"若按另一种理解,{duty}由{one.department}{'主办' if one.department == row.lead else '协助'}。"
    if row.channel and one.source == "主办":
        return f"{duty}引导至{row.channel},由{one.department}告知。"
    found = "、".join(f"{each.key}为{_values(each)}" for each in row.when)
    ground = f",文中判明{found}" if found else ""
    if one.source == "先办":
        return f"{duty}{ground},由{one.department}先行处置,{row.lead}督促。"
    if one.department != row.lead:
        unknown = f"{'、'.join(row.asks)}未判明时" if row.asks and not row.when else ""
        return f"{duty}{unknown}由{one.department}协助。"
    later = f",{'、'.join(row.asks)}未判明时先办后议" if row.asks and not found else ""
    if row.role == "A":
        unplaced = "区县未写明,先" if leads else ""
        return f"{duty}{ground},{unplaced}由{one.department}{'主办' if leads else '业务指导'}{later}。"
    verb = {"B": "主办", "C": "独立承办"}[row.role]
    return f"{duty}{ground},由{one.department}{verb}{later}。"


def _values(condition: Condition) -> str:
    if condition.least is not None:
        return f"{condition.least:g}以上"
    return "或".join(sorted(condition.values))


def ground_text(row: DutyRow, where: str, ahead: bool) -> str:
    """The reason for the territory unit, as one sentence."""
    if ahead:
        return f"职责清单 {row.id}“{row.matter}”为属地主办事项,{where}。"
    if row.role == "C":
        return f"条线独办事项,{where},属地只作协办。"
    return f"{where},属地协助。" if where else f"职责清单 {row.id} 要求属地协助。"

"""Lanes (通道): which tickets a machine may settle, which a person must see, and which wait in line.

``forced`` is what a person must see whatever the model thinks, ``auto`` what is certain enough, ``review`` the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.result import Gate, Lane, Urgency


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least calibrated probability and least lead over the runner-up for the ``auto`` lane.

    Set on held-out decisions by ``jiesu train`` so that at least 97 % are right (design, Lanes) and stored with the
    model. A model that has seen no decisions has none.
    """

    probability: float
    lead: float


def lane_of(
    *,
    probability: float,
    lead: float,
    outside: bool,
    urgency: Urgency,
    gate: Gate | None,
    disputed: bool,
    thresholds: Thresholds | None,
) -> Lane:
    """The lane of one ticket. ``disputed``: the duty rule asks a question before it can name the unit."""
    if urgency != "一般" or gate is not None or outside or disputed:
        return "forced"
    if thresholds is not None and probability >= thresholds.probability and lead >= thresholds.lead:
        return "auto"
    return "review"


def lane_reason(*, urgency: Urgency, gate: Gate | None, category_code: str, question: str | None, lane: Lane) -> str:
    """One sentence for the dispatcher: why the ticket is in its lane."""
    if urgency != "一般":
        return f"{urgency}件,须人工即时处置"
    if gate is not None:
        return f"触发受理关口({gate.action}),须人工确认"
    if question:
        return f"职责有交叉,先答一问:{question}"
    if lane == "forced":
        return "超出分类体系,须人工判断" if category_code.startswith("99") else "模型把握不足且无先例,须人工判断"
    return "分类与去向把握充分,抽样复核" if lane == "auto" else "等待人工审核"

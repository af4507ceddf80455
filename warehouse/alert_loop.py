"""The loop of an alarm (预警闭环): confirm, issue, sign, handle, follow, lift, review; each with who, when, why.

触发 → 研判 → 签发 → 签收 → 处置 → 跟踪 → 解除 → 复盘 (handbook §4.3). ``warehouse.alerts`` fires them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from classify.ticket import AccessError, InputError, StateError
from warehouse.audit import record
from warehouse.models import NAME, AlertRow, AlertStepRow, now_utc
from warehouse.scope import Scope
from warehouse.upsert import lock, storable
from warehouse.views.warnings import StepItem, alert_detail

NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "触发": ("研判", "解除"),
    "升级": ("研判", "解除"),
    "研判": ("签发", "解除"),
    "签发": ("签收", "解除"),
    "签收": ("处置",),
    "处置": ("跟踪", "解除"),
    "跟踪": ("处置", "解除"),
    "解除": ("复盘",),
    "复盘": (),
}
"""State → steps that may follow."""
OUTCOMES: Final = ("true", "false", "explained")
"""属实, 误报, 可解释 (an announced outage, a holiday): what the rules learn from."""
REPORT: Final = {
    "红": timedelta(hours=1),
    "橙": timedelta(hours=2),
    "黄": timedelta(hours=24),
    "蓝": timedelta(hours=24),
}
"""Time for the first report after 签发, by grade [P] (handbook §4.3)."""


def may_move(scope: Scope) -> bool:
    """Reviewers (值班长) and supervisors move alarms; dispatchers, analysts and leaders read them."""
    return scope.may("alarms") and (scope.may("review") or scope.may("supervise"))


def step(
    session: Session,
    scope: Scope,
    alert_id: int,
    name: str,
    *,
    reason: str,
    outcome: str | None = None,
    unit: str | None = None,
    at: datetime | None = None,
) -> StepItem:
    """Take one step; returns it. Commits.

    ``outcome`` is required by 研判 and 复盘, ``unit`` by 签发 (None: the alarm's own). Raises AccessError without the
    right or out of scope, StateError for a step that cannot follow, InputError for what is missing.
    """
    moment = at or now_utc()
    if not may_move(scope):
        raise AccessError("您的岗位不能处置预警")
    if not reason.strip():
        raise InputError(f"“{name}”须写明理由")
    if name in ("研判", "复盘") and outcome not in OUTCOMES:
        raise InputError(f"“{name}”须给出结论", value=outcome, allowed="、".join(OUTCOMES))
    lock(session, "alerts")
    alert_detail(session, scope, alert_id)  # raises when it is not there or not in scope
    return advance(session, scope.user, alert_id, name, reason=reason, outcome=outcome, unit=unit, at=moment)


def advance(
    session: Session,
    by: str,
    alert_id: int,
    name: str,
    *,
    reason: str,
    outcome: str | None = None,
    unit: str | None = None,
    at: datetime,
) -> StepItem:
    """The step itself; the caller has checked who may take it and holds the lock ``alerts``. Commits."""
    alarm = session.get_one(AlertRow, alert_id, populate_existing=True)
    if name not in NEXT.get(alarm.state, ()):
        allowed = "、".join(NEXT.get(alarm.state, ())) or "无"
        raise StateError(f"预警现为“{alarm.state}”,不能“{name}”", allowed=allowed)
    to_unit = storable(unit, NAME) or alarm.unit
    if name == "签发" and not to_unit:
        raise InputError("“签发”须指定责任单位")
    alarm.state, alarm.outcome = name, outcome or alarm.outcome
    if name == "签发":
        alarm.unit, alarm.due_at = to_unit, at + REPORT.get(alarm.grade, REPORT["蓝"])
    row = AlertStepRow(
        alert_id=alert_id,
        step=name,
        at=at,
        by=by,
        grade=alarm.grade,
        unit=to_unit if name in ("签发", "签收", "处置") else None,
        due_at=alarm.due_at if name == "签发" else None,
        outcome=outcome,
        reason=storable(reason),
    )
    session.add(alarm)
    session.add(row)
    details = {"step": name, "outcome": outcome, "unit": to_unit}
    record(session, by, f"alert.{name}", str(alert_id), reason=reason, details=details, at=at)
    session.commit()
    return StepItem(row.step, row.at, row.by, row.grade, row.unit, row.due_at, row.outcome, row.reason)

"""Controls (运行参数): the few figures that operations set while the system runs; each with limits, who and when.

They live in the switch table, because flows and pages on several machines must see the same. A figure that nobody set
is the one that ships: of the model for the lane, of early warning for the budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from classify.ticket import InputError
from warehouse.audit import record
from warehouse.models import SwitchRow, from_json, now_utc, to_json
from warehouse.scope import Scope


@dataclass(frozen=True, slots=True)
class Control:
    """A figure: ``shipped`` in words what holds when it is not set, ``low`` to ``high`` what may be set."""

    name: str
    title: str
    shipped: str
    low: float
    high: float
    help: str


CONTROLS: Final = (
    Control(
        "lane-auto", "可直派的最低把握", "模型训练时定的值", 0.5, 1.0,
        "只能比模型的门槛更严:低于模型门槛的值不起作用;没有训练的模型就没有可直派通道。下一次导入和夜间任务起生效。",
    ),
    Control(
        "alarm-budget", "突增预警的误报预算(条/天)", "0.5", 0.05, 20.0,
        "全部序列合计每天允许的误报;调大更灵敏、误报更多。下一次夜间任务起生效。",
    ),
)  # fmt: skip
"""All that may be set, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A control with what is set (None: nothing), by whom and when."""

    control: Control
    value: float | None
    set_by: str | None
    set_at: datetime | None


def value_of(session: Session, name: str) -> float | None:
    """What is set, or None. For flows; needs no scope because it tells nothing of anybody."""
    row = session.get(SwitchRow, f"control:{name}", populate_existing=True)
    return None if row is None else from_json(row.setting)


def settings_of(session: Session, scope: Scope) -> list[Setting]:
    """All controls as they stand. Needs ``manage``."""
    scope.need("manage")
    out = []
    for one in CONTROLS:
        row = session.get(SwitchRow, f"control:{one.name}", populate_existing=True)
        value = None if row is None else from_json(row.setting)
        out.append(Setting(one, value, row.set_by if row else None, row.set_at if row else None))
    return out


def set_control(
    session: Session, scope: Scope, name: str, value: float | None, reason: str, now: datetime | None = None
) -> None:
    """Set a control, or (None) go back to what ships. Needs ``manage`` and a reason; logged with before and after.

    Raises InputError for an unknown name, a value outside its limits or no reason. Commits.
    """
    scope.need("manage")
    control = next((one for one in CONTROLS if one.name == name), None)
    if control is None:
        raise InputError("没有这个参数", value=name, allowed="、".join(one.name for one in CONTROLS))
    if value is not None and not control.low <= value <= control.high:
        raise InputError(f"{control.title}不对", value=f"{value:g}", allowed=f" {control.low:g} 到 {control.high:g}")
    if not reason.strip():
        raise InputError("调整参数要写明理由")
    moment, key = now or now_utc(), f"control:{name}"
    before = value_of(session, name)
    row = session.get(SwitchRow, key) or SwitchRow(name=key, setting="", set_by=scope.user)
    row.setting, row.set_by, row.set_at = to_json(value), scope.user, moment
    session.add(row)
    details = {"before": before, "after": value}
    record(session, scope.user, "control", name, reason=reason.strip()[:500], details=details, at=moment)
    session.commit()

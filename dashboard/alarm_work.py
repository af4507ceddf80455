"""Steps of an alarm's loop taken on the page (预警处置): which may come next, what each needs, and carrying one out."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import HotlineError
from warehouse.scope import Scope

NEXT: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "触发": (("研判", "研判"), ("解除", "解除")),
    "升级": (("研判", "研判"), ("解除", "解除")),
    "研判": (("签发", "签发提示单"), ("解除", "解除")),
    "签发": (("签收", "登记签收"), ("解除", "解除")),
    "签收": (("处置", "登记处置反馈"),),
    "处置": (("跟踪", "转入跟踪"), ("解除", "解除")),
    "跟踪": (("处置", "补充处置反馈"), ("解除", "解除")),
    "解除": (("复盘", "复盘"),),
}
"""State → (step, name of the button), in the handbook's order (§4.3)."""
NEED_OUTCOME: Final = frozenset({"研判", "复盘"})
NEED_UNIT: Final = frozenset({"签发"})


def may(scope: Scope) -> bool:
    """Who may move an alarm: sees alarms, and decides or supervises. A leader or analyst reads only."""
    return scope.may("alarms") and (scope.may("review") or scope.may("supervise"))


def next_steps(state: str) -> tuple[tuple[str, str], ...]:
    """Steps after ``state``; none for an unknown one, and none while the warehouse cannot take them."""
    return NEXT.get(state, ()) if _stepper() is not None else ()


def _stepper() -> Any:
    try:
        from warehouse import alerts
    except ImportError:
        return None
    return getattr(alerts, "step", None)


def take(session: Session, scope: Scope, form: MutableMapping[str, Any], now: datetime) -> tuple[str, bool]:
    """Carry out the step that stands in the form; what to say, and whether it is bad news."""
    alarm, step, stepper = form.get("alarm_open"), form.get("alarm_step"), _stepper()
    reason = str(form.get("alarm_reason") or "").strip()
    if stepper is None or not isinstance(alarm, int) or not step or not may(scope):
        return "这一步现在不能办理", True
    if not reason:
        return "请写明说明后再提交", True
    outcome = form.get("alarm_outcome") if step in NEED_OUTCOME else None
    unit = str(form.get("alarm_unit") or "").strip() or None if step in NEED_UNIT else None
    try:
        stepper(session, scope, alarm, step, reason=reason, outcome=outcome, unit=unit, at=now)
    except HotlineError as error:
        return str(error), True
    form["alarm_step"] = None
    for name in ("alarm_reason", "alarm_outcome", "alarm_unit"):
        form.pop(name, None)
    return f"已{step}", False

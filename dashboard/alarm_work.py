"""Steps of an alarm's loop taken on the page (预警处置): which may come next, what each needs, and carrying one out."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from classify.masking import mask
from classify.ticket import HotlineError
from warehouse import alert_loop
from warehouse.scope import Scope

NAMES: Final[Mapping[str, str]] = {
    "签发": "签发提示单",
    "签收": "登记签收",
    "处置": "登记处置反馈",
    "跟踪": "转入跟踪",
}
"""Names of buttons where they differ from the step."""
NEED_OUTCOME: Final = frozenset({"研判", "复盘"})
NEED_UNIT: Final = frozenset({"签发"})


def may(scope: Scope) -> bool:
    """Who may move an alarm; a leader or analyst reads only."""
    return alert_loop.may_move(scope)


def next_steps(state: str) -> tuple[tuple[str, str], ...]:
    """Steps after ``state`` with the names of their buttons; none for an unknown state."""
    return tuple((step, NAMES.get(step, step)) for step in alert_loop.NEXT.get(state, ()))


def take(session: Session, scope: Scope, form: MutableMapping[str, Any], now: datetime) -> tuple[str, bool]:
    """Carry out the step that stands in the form; what to say, and whether it is bad news."""
    alarm, step = form.get("alarm_open"), form.get("alarm_step")
    reason = str(form.get("alarm_reason") or "").strip()
    if not isinstance(alarm, int) or not step or not may(scope):
        return "这一步现在不能办理", True
    outcome = form.get("alarm_outcome") if step in NEED_OUTCOME else None
    unit = str(form.get("alarm_unit") or "").strip() or None if step in NEED_UNIT else None
    try:
        alert_loop.step(session, scope, alarm, step, reason=mask(reason).text, outcome=outcome, unit=unit, at=now)
    except HotlineError as error:
        return str(error), True
    form["alarm_step"] = None
    for name in ("alarm_reason", "alarm_outcome", "alarm_unit"):
        form.pop(name, None)
    return f"已{step}", False

"""Notices to units (提示单、督办单): alarms that were issued to a unit, which its officer signs and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from classify.ticket import AccessError, InputError
from warehouse.alert_loop import NEXT, advance
from warehouse.models import AlertRow, AlertStepRow, AlertTicketRow, now_utc
from warehouse.scope import Scope
from warehouse.upsert import lock
from warehouse.views.queue import QueueItem, get_items
from warehouse.views.warnings import AlertItem, StepItem, alert_item

WITH_UNIT: Final = ("签发", "签收", "处置", "跟踪")
"""States of an alarm between its issue to a unit and its end."""
ANSWERS: Final = ("签收", "处置")
"""Steps that are the unit's own: it signs, and reports what it did."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with its steps since it was issued, and those of its tickets that the unit has."""

    alert: AlertItem
    steps: tuple[StepItem, ...]
    tickets: tuple[QueueItem, ...]

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What the unit can do now."""
        return tuple(step for step in NEXT.get(self.alert.state, ()) if step in ANSWERS)


def notices(session: Session, scope: Scope, size: int = 50) -> list[AlertItem]:
    """Notices that wait for the scope's units, first due first. Raises AccessError without the right ``handle``."""
    rows = session.exec(
        select(AlertRow)
        .where(*_own(scope))
        .order_by(col(AlertRow.due_at).is_(None), col(AlertRow.due_at), col(AlertRow.id))
        .limit(size)
        .execution_options(populate_existing=True)
    )
    return [alert_item(row) for row in rows]


def notice(session: Session, scope: Scope, alert_id: int) -> Notice:
    """One of them; raises AccessError when it is not there or another unit's."""
    row = session.exec(
        select(AlertRow).where(*_own(scope), col(AlertRow.id) == alert_id).execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise AccessError("没有这份提示单,或不是发给本单位的", value=str(alert_id))
    steps = session.exec(
        select(AlertStepRow)
        .where(col(AlertStepRow.alert_id) == alert_id, col(AlertStepRow.step).in_(WITH_UNIT))
        .order_by(col(AlertStepRow.at), col(AlertStepRow.id))
    )
    linked = session.exec(select(AlertTicketRow.ticket_no).where(col(AlertTicketRow.alert_id) == alert_id)).all()
    return Notice(
        alert_item(row),
        tuple(StepItem(*(getattr(one, name) for name in StepItem.__dataclass_fields__)) for one in steps),
        tuple(get_items(session, scope, list(linked))),
    )


def answer(
    session: Session, scope: Scope, alert_id: int, step: str, *, reason: str, at: datetime | None = None
) -> StepItem:
    """Sign (签收) or report (处置) for the unit. Commits. Raises AccessError out of scope, InputError without words or
    for another step, StateError when it cannot follow."""
    if step not in ANSWERS:
        raise InputError("承办单位没有这一步", value=step, allowed="、".join(ANSWERS))
    if step == "处置" and not reason.strip():
        raise InputError("反馈须写明处置情况")
    lock(session, "alerts")
    notice(session, scope, alert_id)
    return advance(session, scope.user, alert_id, step, reason=reason.strip() or "签收", at=at or now_utc())


def _own(scope: Scope) -> list[sa.ColumnElement[bool]]:
    scope.need("handle")
    conditions: list[Any] = [col(AlertRow.state).in_(WITH_UNIT), col(AlertRow.restricted).is_(False)]
    if scope.units is not None:
        conditions.append(col(AlertRow.unit).in_(sorted(scope.units)))
    return conditions

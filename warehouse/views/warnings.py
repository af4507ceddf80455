"""Alarms (预警): list, and one alarm with its tickets and the steps of its loop."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import AccessError
from warehouse.models import AlertRow, AlertStepRow, AlertTicketRow
from warehouse.scope import Scope
from warehouse.views.filters import Page, cut
from warehouse.views.queue import QueueItem, get_items


@dataclass(frozen=True, slots=True)
class AlertItem:
    """One alarm; ``count`` tickets from ``callers`` distinct callers, against ``expected`` and ``upper`` (None: a rule
    without a baseline)."""

    id: int
    rule: str
    grade: str
    title: str
    why: str
    day: date
    fired_at: datetime
    last_at: datetime
    category: str | None
    district: str | None
    street: str | None
    entity: str | None
    unit: str | None
    count: int
    callers: int | None
    expected: float | None
    upper: float | None
    score: float | None
    state: str
    due_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class StepItem:
    """One step of the loop."""

    step: str
    at: datetime
    by: str
    grade: str | None
    unit: str | None
    due_at: datetime | None
    outcome: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """An alarm with its steps and those of its tickets that the viewer may open."""

    alert: AlertItem
    steps: tuple[StepItem, ...]
    tickets: tuple[QueueItem, ...]
    details: dict[str, Any]


_GRADES = {"红": 0, "橙": 1, "黄": 2, "蓝": 3}


def alerts_list(
    session: Session,
    scope: Scope,
    *,
    state: str | None = None,
    grade: str | None = None,
    rule: str | None = None,
    since: date | None = None,
    until: date | None = None,
    live: bool | None = None,
    page: int = 1,
    size: int = 50,
) -> Page[AlertItem]:
    """Alarms in scope, gravest and newest first. ``live`` True: not yet 解除 or 复盘."""
    offset, limit = cut(page, size)
    conditions = in_scope(scope)
    for column, value in ((AlertRow.state, state), (AlertRow.grade, grade), (AlertRow.rule, rule)):
        if value is not None:
            conditions.append(col(column) == value)
    if since is not None:
        conditions.append(col(AlertRow.day) >= since)
    if until is not None:
        conditions.append(col(AlertRow.day) <= until)
    if live is not None:
        over = col(AlertRow.state).in_(["解除", "复盘"])
        conditions.append(sa.not_(over) if live else over)
    total = session.exec(select(func.count()).select_from(AlertRow).where(*conditions)).one()
    grave = sa.case(_GRADES, value=col(AlertRow.grade), else_=9)
    rows = session.exec(
        select(AlertRow)
        .where(*conditions)
        .order_by(grave, col(AlertRow.fired_at).desc(), col(AlertRow.id))
        .offset(offset)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return Page(tuple(alert_item(row) for row in rows), total, page, size)


def alert_detail(session: Session, scope: Scope, alert_id: int) -> AlertDetail:
    """One alarm; raises AccessError when it is not there or not in scope. A role without ``read`` gets no tickets."""
    row = session.exec(
        select(AlertRow).where(*in_scope(scope), col(AlertRow.id) == alert_id).execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise AccessError("没有这个预警,或不在您的数据范围内", value=str(alert_id))
    steps = session.exec(
        select(AlertStepRow)
        .where(col(AlertStepRow.alert_id) == alert_id)
        .order_by(col(AlertStepRow.at), col(AlertStepRow.id))
    )
    linked = session.exec(select(AlertTicketRow.ticket_no).where(col(AlertTicketRow.alert_id) == alert_id)).all()
    numbers = list(dict.fromkeys([*linked, *json.loads(row.tickets)]))
    return AlertDetail(
        alert_item(row),
        tuple(
            StepItem(one.step, one.at, one.by, one.grade, one.unit, one.due_at, one.outcome, one.reason)
            for one in steps
        ),
        tuple(get_items(session, scope, numbers)) if numbers and scope.may("read") else (),
        json.loads(row.details),
    )


def alert_item(row: AlertRow) -> AlertItem:
    """The row as pages see it."""
    return AlertItem(**{name: getattr(row, name) for name in AlertItem.__dataclass_fields__})


def in_scope(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Conditions of the alarms that a viewer may see; raises AccessError without the right."""
    scope.need("alarms")
    conditions: list[sa.ColumnElement[bool]] = []
    if scope.areas is not None:
        areas = sorted(scope.areas)
        conditions.append(sa.or_(col(AlertRow.district).in_(areas), col(AlertRow.street).in_(areas)))
    if scope.units is not None:
        conditions.append(col(AlertRow.unit).in_(sorted(scope.units)))
    if not scope.may("restricted"):
        conditions.append(col(AlertRow.restricted).is_(False))
    return conditions

"""The ledger of repeat unresolved issues (重复诉求台账): list, and one issue with its tickets and history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import AccessError
from warehouse.ledger import issue_values, members_of
from warehouse.models import IssueActionRow, IssueRow, LinkRow, TicketRow, from_json
from warehouse.readings import Reading, readings_of
from warehouse.scope import Scope, visible
from warehouse.views.filters import Page, cut
from warehouse.views.queue import QueueItem, get_items


@dataclass(frozen=True, slots=True)
class IssueItem:
    """One issue. ``kinds`` is the list of {kind, rule, tickets, why …} as linking gave it."""

    issue_no: str
    title: str
    category: str | None
    level1: str | None
    district: str | None
    street: str | None
    poi: str | None
    unit: str | None
    first_at: datetime
    last_at: datetime
    tickets: int
    callers: int
    kinds: tuple[dict[str, Any], ...]
    state: str
    disposal: str | None
    lead_unit: str | None
    assist: tuple[str, ...]
    proposal: dict[str, Any] | None
    due_at: datetime | None

    @property
    def kind_names(self) -> tuple[str, ...]:
        """Names of the kinds: 重复诉求, 多次重复, …"""
        return tuple(dict.fromkeys(str(one.get("kind")) for one in self.kinds))


@dataclass(frozen=True, slots=True)
class ActionItem:
    """What a person did to an issue; ``undone_at`` None while it stands."""

    id: int
    kind: str
    tickets: tuple[str, ...]
    details: dict[str, Any]
    by: str
    at: datetime
    reason: str
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class IssueDetail:
    """An issue with the tickets that the viewer may see, possible others, how replies are read, and what people did."""

    issue: IssueItem
    tickets: tuple[QueueItem, ...]
    possible: tuple[QueueItem, ...]
    replies: tuple[Reading, ...]
    actions: tuple[ActionItem, ...]


_KEPT = tuple(
    name for name in IssueItem.__dataclass_fields__ if name not in ("kinds", "assist", "proposal", "tickets", "callers")
)


def issues_list(
    session: Session,
    scope: Scope,
    *,
    state: str | None = None,
    kind: str | None = None,
    district: str | None = None,
    categories: Sequence[str] | None = None,
    least: int = 2,
    page: int = 1,
    size: int = 50,
) -> Page[IssueItem]:
    """Issues of at least ``least`` tickets with a ticket in scope, largest and newest first; ``kind`` e.g. 多次重复;
    ``categories`` codes."""
    offset, limit = cut(page, size)
    conditions = [_in_scope(scope), col(IssueRow.tickets) >= least]
    if state:
        conditions.append(col(IssueRow.state) == state)
    if district:
        conditions.append(col(IssueRow.district) == district)
    if categories is not None:
        conditions.append(col(IssueRow.category).in_(categories))
    if kind:
        # kinds is JSON text written by to_json: the name stands between quotes
        conditions.append(col(IssueRow.kinds).contains(f'"kind":"{kind}"', autoescape=True))
    total = session.exec(select(func.count()).select_from(IssueRow).where(*conditions)).one()
    rows = session.exec(
        select(IssueRow)
        .where(*conditions)
        .order_by(col(IssueRow.tickets).desc(), col(IssueRow.last_at).desc(), col(IssueRow.issue_no))
        .offset(offset)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return Page(tuple(_narrowed(session, scope, rows.all())), total, page, size)


def issue_detail(session: Session, scope: Scope, issue_no: str) -> IssueDetail:
    """One issue; raises AccessError when it is not there or none of its tickets is in scope."""
    row = issue_in_scope(session, scope, issue_no)
    numbers = session.exec(select(TicketRow.ticket_no).where(col(TicketRow.issue_no) == issue_no)).all()
    related = sa.select(LinkRow.related).where(col(LinkRow.issue) == issue_no)
    others = session.exec(
        select(LinkRow.ticket_no)
        .where(col(LinkRow.related).in_(related), col(LinkRow.issue) != issue_no)
        .order_by(col(LinkRow.ticket_no))
        .limit(100)
    ).all()
    # an action stays in the history when its issue gets another number: its first ticket tells
    inside = sa.select(LinkRow.ticket_no).where(col(LinkRow.issue) == issue_no)
    actions = session.exec(
        select(IssueActionRow)
        .where(sa.or_(col(IssueActionRow.issue_no) == issue_no, col(IssueActionRow.anchor).in_(inside)))
        .order_by(col(IssueActionRow.at), col(IssueActionRow.id))
        .execution_options(populate_existing=True)
    )
    mine = get_items(session, scope, list(numbers))
    seen = {one.ticket_no for one in mine}
    whole = len(seen) == len(numbers)
    return IssueDetail(
        _narrowed(session, scope, [row])[0],
        tuple(mine),
        tuple(get_items(session, scope, list(others))),
        readings_of(session, [one.ticket_no for one in mine]),
        tuple(
            ActionItem(
                one.id or 0,
                one.kind,
                tuple(number for number in json.loads(one.tickets) if whole or number in seen),
                json.loads(one.details) if whole else {},
                one.by,
                one.at,
                one.reason,
                one.undone_at,
                one.undone_by,
            )
            for one in actions
        ),
    )


def issue_in_scope(session: Session, scope: Scope, issue_no: str) -> IssueRow:
    """The row of an issue; raises AccessError when it is not there or none of its tickets is in scope."""
    row = session.exec(
        select(IssueRow)
        .where(_in_scope(scope), col(IssueRow.issue_no) == issue_no)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise AccessError("没有这个事项,或不在您的数据范围内", value=issue_no)
    return row


def issue_item(row: IssueRow) -> IssueItem:
    """The row as pages see it."""
    return IssueItem(
        **{name: getattr(row, name) for name in _KEPT},
        tickets=row.tickets,
        callers=row.callers,
        kinds=tuple(json.loads(row.kinds)),
        assist=tuple(json.loads(row.assist)),
        proposal=from_json(row.proposal),
    )


def _narrowed(session: Session, scope: Scope, rows: Sequence[IssueRow]) -> list[IssueItem]:
    """Issues as the viewer may know them: one that reaches beyond the scope is told from its tickets inside alone."""
    if scope.areas is None and scope.units is None and scope.may("restricted"):
        return [issue_item(row) for row in rows]
    seen = members_of(session, [row.issue_no for row in rows], *visible(scope))
    return [_inside(issue_item(row), seen.get(row.issue_no, [])) for row in rows]


def _inside(item: IssueItem, members: Sequence[Mapping[str, Any]]) -> IssueItem:
    if len(members) == item.tickets or not members:
        return item
    told = issue_values(item.issue_no, members, None)
    mine = {one["ticket_no"] for one in members}
    kinds = []
    for kind in item.kinds:
        kept = [(number, day) for number, day in zip(kind["tickets"], kind["dates"], strict=True) if number in mine]
        if len(kept) == len(kind["tickets"]):
            kinds.append(kind)
        elif kept:
            numbers, days = zip(*kept, strict=True)
            kinds.append({**kind, "tickets": list(numbers), "dates": list(days), "why": "部分工单不在您的数据范围内"})
    names = (
        "title", "category", "level1", "district", "street", "poi", "unit", "first_at", "last_at", "tickets", "callers",
    )  # fmt: skip
    return replace(item, **{name: told[name] for name in names}, kinds=tuple(kinds), proposal=None)


def _in_scope(scope: Scope) -> sa.ColumnElement[bool]:
    return sa.exists().where(col(TicketRow.issue_no) == col(IssueRow.issue_no), *visible(scope))

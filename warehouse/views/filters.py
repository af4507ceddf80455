"""What a page can ask for (筛选), and a page of what it gets."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import InputError
from warehouse.lifecycle import CLOSED, DESK, FINISHED, WITH_UNIT
from warehouse.models import TicketRow
from warehouse.scope import Scope, visible

T = TypeVar("T")
LARGEST = 500
"""Most rows of one page; a browser table of more is slow and nobody reads it."""
GROUPS = {"desk": DESK, "with_unit": WITH_UNIT, "open": DESK | WITH_UNIT, "finished": FINISHED, "closed": CLOSED}
"""Names of groups of states, usable in place of one state."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on tickets; None means any. Hashable, for cached readers.

    ``state`` is a state of ``lifecycle.STATES`` or one of ``desk``, ``with_unit``, ``open``, ``finished``,
    ``closed``; ``category`` a code or the first part of one; ``categories`` any of several whole codes; ``level1`` a
    first-level name; ``since`` and ``until`` days of receipt in Asia/Shanghai, both included; ``decided`` whether a
    person has decided; ``overdue`` whether the limit is over and nothing was answered; ``caller`` a caller_key;
    ``batch`` an import; ``least`` the smallest probability of the category.
    """

    state: str | None = None
    lane: str | None = None
    urgency: str | None = None
    category: str | None = None
    categories: tuple[str, ...] | None = None
    level1: str | None = None
    district: str | None = None
    street: str | None = None
    unit: str | None = None
    unit_type: str | None = None
    request_type: str | None = None
    channel: str | None = None
    gate: str | None = None
    issue: str | None = None
    caller: str | None = None
    batch: str | None = None
    hour: int | None = None
    since: date | None = None
    until: date | None = None
    due_before: datetime | None = None
    overdue: bool | None = None
    decided: bool | None = None
    least: float | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``rows`` of page ``page`` (from 1) of ``size`` rows, and how many rows there are in all, counted in SQL."""

    rows: tuple[T, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.size))


_PLAIN = (
    "lane", "urgency", "level1", "district", "street", "unit", "unit_type", "request_type", "channel", "gate", "hour",
)  # fmt: skip


def ticket_conditions(filters: Filters, now: datetime) -> list[sa.ColumnElement[bool]]:
    """The filters as conditions on :class:`TicketRow`."""
    conditions = [
        col(getattr(TicketRow, name)) == getattr(filters, name) for name in _PLAIN if getattr(filters, name) is not None
    ]
    if filters.state is not None:
        states = GROUPS.get(filters.state, {filters.state})
        conditions.append(col(TicketRow.state).in_(sorted(states)))
    if filters.category is not None:
        conditions.append(col(TicketRow.category).startswith(filters.category, autoescape=True))
    if filters.categories is not None:
        conditions.append(col(TicketRow.category).in_(filters.categories))
    for name, column in (
        ("issue", TicketRow.issue_no),
        ("caller", TicketRow.caller_key),
        ("batch", TicketRow.batch_id),
    ):
        if getattr(filters, name) is not None:
            conditions.append(col(column) == getattr(filters, name))
    if filters.since is not None:
        conditions.append(col(TicketRow.day) >= filters.since)
    if filters.until is not None:
        conditions.append(col(TicketRow.day) <= filters.until)
    if filters.least is not None:
        conditions.append(col(TicketRow.probability) >= filters.least)
    if filters.due_before is not None:
        conditions.append(col(TicketRow.due_at) < filters.due_before)
    if filters.overdue is not None:
        late = is_overdue(now)
        conditions.append(late if filters.overdue else sa.not_(late))
    if filters.decided is not None:
        done = col(TicketRow.decided).is_not(None)
        conditions.append(done if filters.decided else sa.not_(done))
    return conditions


def is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    """Past its time limit at ``now`` and neither answered nor closed."""
    return sa.and_(is_open(), col(TicketRow.due_at).is_not(None), col(TicketRow.due_at) < now)


def is_open() -> sa.ColumnElement[bool]:
    """Still to be answered: with the desk or with a unit."""
    return col(TicketRow.state).in_(sorted(DESK | WITH_UNIT))


def scoped(scope: Scope, filters: Filters, now: datetime, right: str = "read") -> list[sa.ColumnElement[bool]]:
    """Scope and filters together; what every read of tickets starts from."""
    return visible(scope, right) + ticket_conditions(filters, now)


def cut(page: int, size: int) -> tuple[int, int]:
    """Offset and limit of a page; raises InputError for a page below 1 or a size out of 1–500."""
    if page < 1 or not 1 <= size <= LARGEST:
        raise InputError("页码或每页行数不对", value=f"{page}/{size}", allowed=f"页码从 1 起,每页 1 到 {LARGEST} 行")
    return (page - 1) * size, size


def count(session: Session, *conditions: sa.ColumnElement[bool]) -> int:
    """How many tickets meet the conditions."""
    return int(session.exec(select(func.count()).select_from(TicketRow).where(*conditions)).one())


def as_dict(row: Any) -> dict[str, Any]:
    """A frozen row of a view as a dict, for a data frame."""
    return {one.name: getattr(row, one.name) for one in fields(row)}

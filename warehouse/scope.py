"""Scope (数据范围): what a person may do and which rows they see. Every read of this room goes through :func:`visible`.

Rights are data: a role holds a set of them (handbook §6.2: 领导 sees totals, 审计员 the record,
系统管理员 no content).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import col

from classify.ticket import AccessError
from warehouse.models import PartyRow, TicketRow

RIGHTS: Final[dict[str, frozenset[str]]] = {
    "dispatcher": frozenset({"read", "count", "decide", "alarms"}),
    "reviewer": frozenset({"read", "count", "decide", "review", "alarms", "restricted"}),
    "officer": frozenset({"read", "count", "handle", "reveal"}),
    "supervisor": frozenset(
        {"read", "count", "decide", "review", "supervise", "alarms", "export", "reveal", "restricted"}
    ),
    "analyst": frozenset({"read", "count", "alarms", "export"}),
    "leader": frozenset({"count", "alarms"}),
    "auditor": frozenset({"audit"}),
    "administrator": frozenset({"manage"}),
    # flows and the command line on the server; no account can hold it
    "system": frozenset(
        {
            "read", "count", "decide", "review", "handle", "supervise", "alarms", "export", "reveal", "restricted",
            "audit", "manage",
        }
    ),
}  # fmt: skip
"""Role → rights. ``read`` ticket by ticket; ``count`` totals; ``restricted`` 限知 tickets; ``audit`` the record."""

ROLE_TITLES: Final = {
    "dispatcher": "派单员",
    "reviewer": "审核员",
    "officer": "承办人",
    "supervisor": "督办员",
    "analyst": "分析员",
    "leader": "领导",
    "auditor": "审计员",
    "administrator": "系统管理员",
}
"""The roles an account can have, with their Chinese names (handbook §6.2)."""

RIGHT_TITLES: Final = {
    "read": "查看工单",
    "count": "查看统计",
    "decide": "派单",
    "review": "审核退单与延期",
    "handle": "办理",
    "supervise": "督办",
    "alarms": "查看预警",
    "export": "导出",
    "reveal": "查看隐去的内容",
    "restricted": "查看限知工单",
    "audit": "查看审计记录",
    "manage": "系统管理",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A person's window on the warehouse. ``areas`` are districts or streets, ``units`` units; None means all.

    An empty set means none. Hashable, so that a cached reader can take it as an argument.
    """

    user: str
    role: str
    areas: frozenset[str] | None = None
    units: frozenset[str] | None = None

    def may(self, right: str) -> bool:
        """Whether the role holds ``right``; an unknown role holds none."""
        return right in RIGHTS.get(self.role, frozenset())

    def need(self, right: str) -> None:
        """Raises AccessError, naming the right in Chinese, when the role does not hold it."""
        if not self.may(right):
            raise AccessError(f"{ROLE_TITLES.get(self.role, '未知角色')}没有“{RIGHT_TITLES[right]}”的权限")


SYSTEM: Final = Scope("system", "system")
"""The scope of flows and of the command line."""


def visible(scope: Scope, right: str = "read") -> list[sa.ColumnElement[bool]]:
    """Conditions on :class:`TicketRow` for what ``scope`` may see; raises AccessError without ``right``.

    A unit sees a ticket once it was dispatched to it, or when it assists: a suggestion alone opens nothing.
    """
    scope.need(right)
    conditions: list[sa.ColumnElement[bool]] = []
    if scope.areas is not None:
        areas = sorted(scope.areas)
        conditions.append(sa.or_(col(TicketRow.district).in_(areas), col(TicketRow.street).in_(areas)))
    if scope.units is not None:
        units = sorted(scope.units)
        assists = sa.exists().where(col(PartyRow.ticket_no) == col(TicketRow.ticket_no), col(PartyRow.unit).in_(units))
        leads = sa.and_(col(TicketRow.unit).in_(units), col(TicketRow.unit_from) != "machine")
        # who only assists never sees a restricted ticket (handbook §6.2)
        conditions.append(sa.or_(leads, sa.and_(assists, col(TicketRow.restricted).is_(False))))
    if not scope.may("restricted"):
        conditions.append(col(TicketRow.restricted).is_(False))
    return conditions

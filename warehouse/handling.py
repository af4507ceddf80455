"""Work on a dispatched ticket (办理): sign, return, extend, reply, call back, redo; and the reviewer's rulings.

Each becomes an event like those that come in by file, so the state machine is one for both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from classify.ticket import AccessError, Event, InputError, StateError
from warehouse import extensions
from warehouse.audit import record
from warehouse.current import refresh
from warehouse.intake import event_values
from warehouse.lifecycle import refusal
from warehouse.models import EventRow, TicketRow, now_utc
from warehouse.scope import Scope, visible
from warehouse.upsert import lock, upsert
from warehouse.views.filters import Page, cut
from warehouse.views.ticket import ticket_in_scope

RIGHT_OF: Final = {
    "签收": "handle",
    "退单申请": "handle",
    "延期申请": "handle",
    "答复": "handle",
    "办结": "handle",
    "退单通过": "review",
    "退单驳回": "review",
    "延期通过": "review",
    "延期驳回": "review",
    "改派": "review",
    "会商": "review",
    "补充": "decide",
    "催办": "decide",
    "回访": "review",
    "重办": "review",
    "结案": "review",
    "并单": "decide",
    "撤销": "review",
    "督办": "supervise",
}
"""Who may make a move: officers work, reviewers rule, supervisors press."""

RETURN_REASONS: Final = {
    "R01": "非本单位职责",
    "R02": "非本辖区",
    "R03": "地址或要素不清",
    "R04": "重复派单",
    "R05": "已进入法定程序",
    "R06": "超出行政范围",
    "R07": "职责交叉需会商",
    "R08": "权属单位另有",
    "R09": "紧急应转专线",
    "R10": "内容不实或无法联系",
}
"""Reasons of a return, handbook §2.4."""
PROPOSED: Final = "建议单位"
"""In the result of a 退单申请: the unit that should have it instead."""
_NEEDS_REASON: Final = frozenset(
    {"退单申请", "延期申请", "退单通过", "退单驳回", "延期驳回", "改派", "会商", "重办", "督办", "撤销", "并单"}
)


@dataclass(frozen=True, slots=True)
class Act:
    """One move on one ticket. ``code`` is R01–R10 for 退单申请; ``unit`` the one proposed (退单申请) or ruled (改派);
    ``result`` holds 是否解决 and 满意度 of a 回访; ``text`` is masked by the caller; ``days`` are the working days of
    an extension, asked for or granted (None there: as many as were asked for)."""

    ticket_no: str
    kind: str
    unit: str | None = None
    code: str | None = None
    reason: str | None = None
    result: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    at: datetime | None = None
    days: int | None = None


def act(session: Session, scope: Scope, move: Act) -> str:
    """Make the move; returns the state that follows. Commits.

    Raises AccessError without the right or out of scope, StateError when the state does not allow it, InputError for an
    unknown kind or code or a missing reason.
    """
    moment = move.at or now_utc()
    if move.kind not in RIGHT_OF:
        raise InputError("没有这种操作", value=move.kind, allowed="、".join(RIGHT_OF))
    right = RIGHT_OF[move.kind]
    scope.need(right)
    if move.kind == "退单申请" and move.code not in RETURN_REASONS:
        raise InputError("退单须选择理由代码", value=move.code, allowed="R01 到 R10")
    if move.kind in _NEEDS_REASON and not (move.reason or "").strip():
        raise InputError(f"“{move.kind}”须写明理由")
    lock(session, "intake")
    ticket = ticket_in_scope(session, scope, move.ticket_no, right)
    if refused := refusal(ticket.state, move.kind):
        raise StateError(refused)
    _only_lead(scope, ticket, move.kind)
    if move.kind == "改派" and not move.unit:
        raise InputError("改派须指定承办单位")
    unit = move.unit if move.kind == "改派" else _own_unit(scope, ticket)
    result = dict(move.result)
    if move.kind == "退单申请" and move.unit:
        result[PROPOSED] = move.unit
    if move.kind in (extensions.ASKED, extensions.GRANTED):
        result |= _extension(session, ticket, move, moment)
    why = " ".join(part for part in (move.code, (move.reason or "").strip()) if part) or None
    event = Event(move.ticket_no, moment, move.kind, unit, why, result, move.text)
    upsert(session, EventRow, [event_values(event, "desk", scope.user, moment)])
    record(session, scope.user, f"act.{move.kind}", move.ticket_no, reason=why, details={"unit": unit}, at=moment)
    refresh(session, [move.ticket_no])
    state = session.exec(select(TicketRow.state).where(col(TicketRow.ticket_no) == move.ticket_no)).one()
    session.commit()
    return state


def _extension(session: Session, ticket: TicketRow, move: Act, moment: datetime) -> dict[str, str]:
    past = session.exec(
        select(EventRow).where(col(EventRow.ticket_no) == ticket.ticket_no, col(EventRow.kind) == extensions.GRANTED)
    ).all()
    before = extensions.granted_days(past)
    if move.kind == extensions.ASKED:
        return extensions.ask(move.days, ticket.due_at, moment, before)
    request = _newest_request(session, [ticket.ticket_no]).get(ticket.ticket_no)
    return extensions.grant(move.days, request, ticket.due_at, before)


def _only_lead(scope: Scope, ticket: TicketRow, kind: str) -> None:
    leads = scope.units is None or ticket.unit in scope.units
    if not leads and kind in ("退单申请", "延期申请", "办结"):
        raise AccessError(f"协办单位不能“{kind}”,请联系主办单位", value=ticket.unit)


def _own_unit(scope: Scope, ticket: TicketRow) -> str | None:
    if scope.units is not None and ticket.unit not in scope.units:
        return min(scope.units, default=None)
    return ticket.unit


@dataclass(frozen=True, slots=True)
class Asked:
    """A return or an extension that waits for a ruling, with how often the ticket was returned before."""

    ticket_no: str
    title: str
    category: str | None
    level2: str | None
    district: str | None
    unit: str | None
    kind: str
    code: str | None
    reason: str | None
    proposed: str | None
    at: datetime
    due_at: datetime | None
    returns: int
    refusals: int
    days: str | None = None
    """Working days asked for."""


def review_queue(
    session: Session, scope: Scope, *, kind: str | None = None, page: int = 1, size: int = 50
) -> Page[Asked]:
    """Tickets in 退单审核 or 延期审核 (``kind`` one of the two) with their newest request, most urgent first."""
    offset, limit = cut(page, size)
    states = [kind] if kind else ["退单审核", "延期审核"]
    conditions = [col(TicketRow.state).in_(states), *visible(scope, "review")]
    total = session.exec(select(func.count()).select_from(TicketRow).where(*conditions)).one()
    rows = session.exec(
        select(TicketRow)
        .where(*conditions)
        .order_by(col(TicketRow.urgency_rank), col(TicketRow.due_at), col(TicketRow.ticket_no))
        .offset(offset)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()
    asked = _newest_request(session, [row.ticket_no for row in rows])
    return Page(tuple(_asked(row, asked.get(row.ticket_no)) for row in rows), int(total), page, size)


@dataclass(frozen=True, slots=True)
class Precedent:
    """How an earlier return was ruled: 退单通过 or 退单驳回, why, and whose the ticket was in the end."""

    ticket_no: str
    title: str
    asked_by: str | None
    reason: str | None
    ruling: str
    ruled_why: str | None
    at: datetime
    final_unit: str | None


def precedents(
    session: Session,
    scope: Scope,
    *,
    category: str | None = None,
    unit: str | None = None,
    text: str = "",
    limit: int = 20,
) -> list[Precedent]:
    """Earlier rulings on returns in scope, newest first (判例库); ``category`` a code or its beginning, ``unit`` the
    one that asked, ``text`` words of a reason."""
    asked, ruled = aliased(EventRow), aliased(EventRow)
    later = aliased(EventRow)
    first_ruling = ~sa.exists().where(
        col(later.ticket_no) == col(asked.ticket_no),
        col(later.kind).in_(["退单通过", "退单驳回"]),
        col(later.at) >= col(asked.at),
        col(later.at) < col(ruled.at),
    )
    conditions = [
        col(asked.kind) == "退单申请",
        col(ruled.kind).in_(["退单通过", "退单驳回"]),
        col(ruled.ticket_no) == col(asked.ticket_no),
        col(ruled.at) >= col(asked.at),
        col(asked.set_aside).is_(None),
        col(ruled.set_aside).is_(None),
        first_ruling,
        *visible(scope),
    ]
    if category:
        conditions.append(col(TicketRow.category).startswith(category, autoescape=True))
    if unit:
        conditions.append(col(asked.unit) == unit)
    for word in text.split()[:8]:
        conditions.append(
            sa.or_(col(asked.reason).contains(word, autoescape=True), col(ruled.reason).contains(word, autoescape=True))
        )
    rows = session.execute(
        sa.select(
            col(TicketRow.ticket_no), col(TicketRow.title), col(asked.unit), col(asked.reason), col(ruled.kind),
            col(ruled.reason), col(ruled.at), col(TicketRow.unit),
        )
        .select_from(TicketRow)
        .join(asked, col(asked.ticket_no) == col(TicketRow.ticket_no))
        .join(ruled, col(ruled.ticket_no) == col(TicketRow.ticket_no))
        .where(*conditions)
        .order_by(col(ruled.at).desc(), col(TicketRow.ticket_no))
        .limit(limit)
    )  # fmt: skip
    return [Precedent(row[0], row[1] or "", *row[2:]) for row in rows]


def _newest_request(session: Session, numbers: list[str]) -> dict[str, EventRow]:
    rows = session.exec(
        select(EventRow)
        .where(
            col(EventRow.ticket_no).in_(numbers),
            col(EventRow.kind).in_(["退单申请", "延期申请"]),
            col(EventRow.set_aside).is_(None),
        )
        .order_by(col(EventRow.at), col(EventRow.event_key))
    )
    return {row.ticket_no: row for row in rows}


def _asked(ticket: TicketRow, event: EventRow | None) -> Asked:
    code, reason = split_code(event.reason if event else None)
    told = json.loads(event.result) if event else {}
    return Asked(
        ticket.ticket_no, ticket.title or "", ticket.category, ticket.level2, ticket.district, ticket.unit,
        event.kind if event else ticket.state, code, reason,
        told.get(PROPOSED),
        event.at if event else ticket.state_at or ticket.received_at, ticket.due_at, ticket.returns, ticket.refusals,
        told.get(extensions.DAYS),
    )  # fmt: skip


def split_code(reason: str | None) -> tuple[str | None, str | None]:
    """(R01–R10 or None, the words) of a return's reason."""
    head, _, rest = (reason or "").partition(" ")
    return (head, rest or None) if head in RETURN_REASONS else (None, reason)

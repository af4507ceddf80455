"""Decisions of people (人工决定): accept, correct, hold, ask back, return, confer; undo. Rows are only added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from classify.ticket import AccessError, HotlineError, InputError, StateError
from routing.owners import Counted
from warehouse.audit import record
from warehouse.claims import holder_of
from warehouse.current import ROUTING, refresh
from warehouse.lifecycle import DECISION_MOVES, WITH_UNIT, refusal
from warehouse.models import (
    NAME,
    ClaimRow,
    DecisionRow,
    OwnerStatRow,
    TicketRow,
    TriageRow,
    now_utc,
    to_json,
)
from warehouse.scope import Scope
from warehouse.upsert import lock, storable, upsert
from warehouse.views.ticket import ticket_in_scope

KIND_TITLES: Final = {
    "accept": "采纳",
    "correct": "改判",
    "hold": "挂起",
    "ask_back": "追问",
    "return": "退回受理",
    "confer": "会商",
}
URGENCIES: Final = ("特急", "紧急", "一般")
UNPLACED: Final = "-"
"""District of an owner count when the ticket has none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides on one ticket. None means: as the machine suggested.

    ``category`` is a code, ``path`` its names from the first level down (None: looked up among the answers); ``place``
    may hold district, street and poi; ``at`` None is now; ``reason`` is required for all kinds but accept and correct.
    """

    ticket_no: str
    by: str
    kind: str = "accept"
    category: str | None = None
    unit: str | None = None
    assist: tuple[str, ...] = ()
    urgency: str | None = None
    place: Mapping[str, str | None] | None = None
    at: datetime | None = None
    reason: str | None = None
    unit_type: str | None = None
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was saved: ``kind`` is accept when category and unit are among the suggestions, else correct."""

    id: int
    ticket_no: str
    kind: str
    category: str | None
    unit: str | None
    state: str


def decide(session: Session, decision: Decision, scope: Scope, now: datetime | None = None) -> Decided:
    """Save a decision and move the ticket; frees its claim. Commits.

    Raises AccessError without the right or out of scope, StateError when another person holds the ticket or its state
    does not allow it, InputError for an unknown kind or urgency or a missing reason.
    """
    moment = now or now_utc()
    scope.need("decide")
    _check(decision, scope)
    lock(session, "intake")
    ticket = ticket_in_scope(session, scope, decision.ticket_no, "decide")
    holder = holder_of(session, ticket.ticket_no, moment)
    if scope.role != "system":
        # decisions loaded from a file are facts; at the desk the state and the claim rule
        if holder is not None and holder != scope.user:
            raise StateError("这件工单正由他人处理", value=holder)
        reason = refusal(ticket.state, _move(decision.kind, ticket.state))
        if reason:
            raise StateError(reason)
    row = _row(session, decision, ticket, moment)
    session.add(row)
    session.flush()
    if row.kind in ROUTING and row.unit:
        _count_owner(session, row, ticket.district, 1)
    session.connection().execute(sa.delete(ClaimRow).where(col(ClaimRow.ticket_no) == ticket.ticket_no))
    details = {"kind": row.kind, "category": row.category, "unit": row.unit}
    record(session, row.by, "decide", ticket.ticket_no, reason=decision.reason, details=details, at=moment)
    refresh(session, [ticket.ticket_no])
    state = session.exec(select(TicketRow.state).where(col(TicketRow.ticket_no) == ticket.ticket_no)).one()
    session.commit()
    return Decided(row.id or 0, row.ticket_no, row.kind, row.category, row.unit, state)


def decide_many(
    session: Session, decisions: Iterable[Decision], scope: Scope, now: datetime | None = None
) -> tuple[list[Decided], list[tuple[str, HotlineError]]]:
    """Each decision in its own transaction: what was saved, and (ticket number, error) for what was not."""
    done: list[Decided] = []
    refused: list[tuple[str, HotlineError]] = []
    for one in decisions:
        try:
            done.append(decide(session, one, scope, now))
        except HotlineError as error:
            session.rollback()
            refused.append((one.ticket_no, error))
    return done, refused


def is_saved(session: Session, decision: Decision) -> bool:
    """Whether the same decision (ticket, person, moment, category and unit) is there already; ``at`` must be given."""
    same = [
        col(DecisionRow.ticket_no) == decision.ticket_no,
        col(DecisionRow.by) == decision.by,
        col(DecisionRow.at) == decision.at,
    ]
    same += [col(DecisionRow.category) == decision.category] if decision.category else []
    same += [col(DecisionRow.unit) == decision.unit] if decision.unit else []
    return session.exec(select(DecisionRow.id).where(*same).limit(1)).first() is not None


def undo(session: Session, ticket_no: str, by: str, scope: Scope, now: datetime | None = None) -> Decided:
    """Take back the newest live decision on a ticket; returns it. Commits.

    One's own, or anybody's for who may review. Raises StateError when there is none or it was exported already.
    """
    moment = now or now_utc()
    scope.need("decide")
    if scope.role != "system" and by != scope.user:
        raise AccessError("只能以本人名义撤回")
    lock(session, "intake")
    ticket = ticket_in_scope(session, scope, ticket_no, "decide")
    live = select(DecisionRow).where(col(DecisionRow.ticket_no) == ticket_no, col(DecisionRow.undone_at).is_(None))
    newest = live.order_by(col(DecisionRow.at).desc(), col(DecisionRow.id).desc()).limit(1)
    row = session.exec(newest.execution_options(populate_existing=True)).first()
    if row is None:
        raise StateError("这件工单没有可撤回的决定", value=ticket_no)
    if row.by != by and not scope.may("review"):
        raise StateError("这是他人的决定,只有审核员可以撤回", value=row.by)
    if row.export_id is not None:
        raise StateError("该决定已送出到市级平台,不能撤回;请改派", value=row.export_id)
    row.undone_at, row.undone_by = moment, by
    session.add(row)
    session.flush()
    if row.kind in ROUTING and row.unit:
        _count_owner(session, row, ticket.district, -1)
    record(session, by, "undo", ticket_no, details={"decision": row.id, "kind": row.kind}, at=moment)
    refresh(session, [ticket_no])
    state = session.exec(select(TicketRow.state).where(col(TicketRow.ticket_no) == ticket_no)).one()
    session.commit()
    return Decided(row.id or 0, ticket_no, row.kind, row.category, row.unit, state)


def owner_counts(session: Session, category: str | None = None) -> list[Counted]:
    """(category, district, unit, unit_type, times) of all live decisions: what the router learns from. Totals only, no
    ticket; for the flows."""
    wanted = select(OwnerStatRow).where(col(OwnerStatRow.times) > 0)
    if category is not None:
        wanted = wanted.where(col(OwnerStatRow.category) == category)
    rows = session.exec(wanted.order_by(OwnerStatRow.category, OwnerStatRow.district, OwnerStatRow.unit))
    return [(row.category, row.district, row.unit, row.unit_type, row.times) for row in rows]


def _check(decision: Decision, scope: Scope) -> None:
    if decision.kind not in DECISION_MOVES:
        raise InputError("没有这种决定", value=decision.kind, allowed="、".join(DECISION_MOVES))
    if decision.urgency is not None and decision.urgency not in URGENCIES:
        raise InputError("没有这个紧急程度", value=decision.urgency, allowed="、".join(URGENCIES))
    if decision.kind not in ROUTING and not (decision.reason or "").strip():
        raise InputError(f"“{KIND_TITLES[decision.kind]}”须写明理由")
    if scope.role != "system" and decision.by != scope.user:
        raise AccessError("只能以本人名义作出决定")


def _move(kind: str, state: str) -> str:
    move = DECISION_MOVES[kind]
    return "改派" if move == "派单" and state in WITH_UNIT else move


def _row(session: Session, decision: Decision, ticket: TicketRow, now: datetime) -> DecisionRow:
    answer = session.get(TriageRow, ticket.triage_key) if ticket.triage_key else None
    result: dict[str, Any] = json.loads(answer.result) if answer else {}
    row = DecisionRow(
        ticket_no=ticket.ticket_no,
        kind=decision.kind,
        by=decision.by,
        at=decision.at or now,
        reason=storable(decision.reason),
        urgency=decision.urgency,
        place=to_json(dict(decision.place)) if decision.place else None,
        assist=to_json(list(dict.fromkeys(decision.assist))),
        triage_key=ticket.triage_key,
        top_category=answer.category if answer else None,
        top_unit=answer.unit if answer else None,
        lane=answer.lane if answer else None,
    )
    if decision.kind not in ROUTING:
        return row
    suggestions = result.get("suggestions", [])
    units = [one["unit"] for one in suggestions]
    row.unit = storable(decision.unit or (units[0] if units else None), NAME)
    if not row.unit:
        raise InputError("没有建议单位,请指定承办单位", value=ticket.ticket_no)
    row.category = decision.category or (answer.category if answer else None)
    row.chosen = units.index(row.unit) + 1 if row.unit in units else 0
    row.unit_type = decision.unit_type or next(
        (one["unit_type"] for one in suggestions if one["unit"] == row.unit), None
    )
    path = decision.path or _path(session, row.category, result)
    row.level1, row.level2 = (*path, None, None)[:2]
    kept = row.category == row.top_category and row.chosen > 0 and not (decision.urgency or decision.place)
    row.kind = "accept" if kept else "correct"
    return row


def _path(session: Session, code: str | None, result: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Names of a category: from this answer, else from any answer that used the code."""
    guesses = [result.get("category"), *result.get("alternatives", []), result.get("second")]
    for guess in guesses:
        if guess and guess["code"] == code:
            return tuple(guess["path"])
    names = select(TriageRow.level1, TriageRow.level2).where(col(TriageRow.category) == code).limit(1)
    found = session.exec(names).first()
    return tuple(found) if found else ()


def _count_owner(session: Session, row: DecisionRow, district: str | None, step: int) -> None:
    place = json.loads(row.place) if row.place else {}
    key = {"category": row.category or UNPLACED, "district": place.get("district") or district or UNPLACED}
    key["unit"] = row.unit or UNPLACED
    upsert(session, OwnerStatRow, [{**key, "unit_type": row.unit_type, "times": 0, "last_at": row.at}])
    mine = [col(getattr(OwnerStatRow, name)) == value for name, value in key.items()]
    changed = {"times": OwnerStatRow.times + step, "last_at": row.at}
    session.connection().execute(sa.update(OwnerStatRow).where(*mine).values(**changed))

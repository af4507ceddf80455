"""One ticket with all that belongs to it (工单详情), and tickets like it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import AccessError
from routing.claimants import claim_tags
from warehouse.candidates import blocks_of, load_fingerprints
from warehouse.issue_kinds import policy_of
from warehouse.models import (
    BlockKeyRow,
    ClaimRow,
    DecisionRow,
    EventRow,
    LinkRow,
    PartyRow,
    TicketRow,
    TicketVersionRow,
    TriageRow,
    from_json,
    now_utc,
)
from warehouse.scope import Scope
from warehouse.views.filters import Filters, scoped
from warehouse.views.queue import QueueItem, get_items


@dataclass(frozen=True, slots=True)
class DecisionItem:
    """A decision, undone ones too. ``chosen`` is the place of the unit among the suggestions (0: not among them)."""

    id: int
    kind: str
    category: str | None
    level1: str | None
    level2: str | None
    unit: str | None
    assist: tuple[str, ...]
    urgency: str | None
    place: dict[str, str | None] | None
    by: str
    at: datetime
    reason: str | None
    chosen: int | None
    undone_at: datetime | None
    undone_by: str | None
    export_id: str | None


@dataclass(frozen=True, slots=True)
class EventItem:
    """An event; ``set_aside`` is the reason why the state machine did not take it, else None."""

    at: datetime
    kind: str
    unit: str | None
    reason: str | None
    resolved: str | None
    satisfaction: str | None
    text: str | None
    by: str | None
    set_aside: str | None


@dataclass(frozen=True, slots=True)
class VersionItem:
    """One version of the text of a ticket."""

    version: int
    title: str
    content: str
    saved_at: datetime
    batch_id: str


@dataclass(frozen=True, slots=True)
class TriageItem:
    """One answer of the machine; ``result`` is the JSON form of a TriageResult."""

    version_key: str
    saved_at: datetime
    published: bool
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LinkItem:
    """How the machine tied the ticket to its past; ``prior_no`` is the ticket it was tied to."""

    issue: str
    related: str
    prior_no: str | None
    tier: str | None
    kind: str | None
    score: float | None
    why: str | None


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket and everything on it. ``result`` is the published TriageResult in its JSON form, None before triage;
    ``now`` the short row (effective category, unit, state …); lists run from old to new."""

    ticket_no: str
    received_at: datetime
    title: str
    content: str
    channel: str
    request_type: str | None
    area_hint: str | None
    caller_key: str | None
    extra: dict[str, str]
    now: QueueItem
    assist: tuple[str, ...]
    result: dict[str, Any] | None
    answers: tuple[TriageItem, ...]
    versions: tuple[VersionItem, ...]
    decisions: tuple[DecisionItem, ...]
    events: tuple[EventItem, ...]
    link: LinkItem | None
    holder: str | None
    same_caller: int
    counters: dict[str, int]
    claim: str | None = None


CLAIMED: Final = 60
"""Newest tickets of a caller that are looked at for signs of professional claims."""

_COUNTERS = (
    "dispatches",
    "return_asks",
    "returns",
    "refusals",
    "extensions",
    "redos",
    "urges",
    "supervisions",
    "set_aside",
)


def ticket_detail(session: Session, scope: Scope, ticket_no: str, now: datetime | None = None) -> TicketDetail:
    """The ticket with its versions, answers, decisions, events and link.

    Raises AccessError when it is not there or not in scope: the two must look the same from outside.
    """
    moment = now or now_utc()
    row = ticket_in_scope(session, scope, ticket_no)
    items = get_items(session, scope, [ticket_no], moment)
    if not items:  # taken out of the scope between the two reads
        raise AccessError("没有这个工单,或不在您的数据范围内", value=ticket_no)
    mine = col(TicketVersionRow.ticket_no) == ticket_no
    versions = session.exec(select(TicketVersionRow).where(mine).order_by(col(TicketVersionRow.version))).all()
    text = versions[-1]
    answers = _answers(session, ticket_no)
    holder = session.exec(
        select(ClaimRow.holder).where(col(ClaimRow.ticket_no) == ticket_no, col(ClaimRow.expires_at) > moment)
    ).first()
    return TicketDetail(
        ticket_no=ticket_no,
        received_at=row.received_at,
        title=text.title or "",
        content=text.content or "",
        channel=text.channel or "",
        request_type=text.request_type,
        area_hint=text.area_hint,
        caller_key=row.caller_key,
        extra=from_json(text.extra) or {},
        now=items[0],
        assist=tuple(session.exec(select(PartyRow.unit).where(col(PartyRow.ticket_no) == ticket_no))),
        result=next((one.result for one in reversed(answers) if one.published), None),
        answers=answers,
        versions=tuple(
            VersionItem(one.version, one.title or "", one.content or "", one.saved_at, one.batch_id) for one in versions
        ),
        decisions=_decisions(session, ticket_no),
        events=_events(session, ticket_no),
        link=_link(session, scope, ticket_no),
        holder=holder,
        same_caller=_same_caller(session, scope, row, moment),
        counters={name: getattr(row, name) for name in _COUNTERS},
        claim=_claim(session, scope, row, moment),
    )


def ticket_in_scope(session: Session, scope: Scope, ticket_no: str, right: str = "read") -> TicketRow:
    """The current row; raises AccessError when it is not there or not in scope."""
    conditions = scoped(scope, Filters(), now_utc(), right)
    row = session.exec(
        select(TicketRow)
        .where(*conditions, col(TicketRow.ticket_no) == ticket_no)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise AccessError("没有这个工单,或不在您的数据范围内", value=ticket_no)
    return row


def similar_tickets(session: Session, scope: Scope, ticket_no: str, limit: int = 5) -> list[tuple[QueueItem, int]]:
    """Tickets in scope that share most block keys with this one, with how many they share; most first, then newest.

    Decided ones show their final owner in ``unit``. Block keys of more than 200 tickets in reach are cut at the newest.
    """
    ticket_in_scope(session, scope, ticket_no)
    one = load_fingerprints(session, [ticket_no]).get(ticket_no)
    shared: dict[str, int] = {}
    for key in blocks_of(one) if one else ():
        newest = (
            select(BlockKeyRow.ticket_no)
            .where(col(BlockKeyRow.block) == key, col(BlockKeyRow.ticket_no) != ticket_no)
            .order_by(col(BlockKeyRow.received_at).desc())
            .limit(200)
        )
        for other in session.exec(newest):
            shared[other] = shared.get(other, 0) + 1
    best = sorted(shared, key=lambda one: (-shared[one], one))[:200]
    items = get_items(session, scope, best)
    items.sort(key=lambda one: (-shared[one.ticket_no], -one.received_at.timestamp(), one.ticket_no))
    return [(one, shared[one.ticket_no]) for one in items[:limit]]


def answer_diff(session: Session, scope: Scope, ticket_no: str) -> list[tuple[str, Any, Any]]:
    """What differs between the published answer and the newest other one: (field, published, other), empty when equal
    or when there is only one. ``versions`` is left out: it always differs."""
    ticket_in_scope(session, scope, ticket_no)
    answers = _answers(session, ticket_no)
    shown = next((one.result for one in reversed(answers) if one.published), None)
    other = next((one.result for one in reversed(answers) if not one.published), None)
    if shown is None or other is None:
        return []
    names = [name for name in shown if name != "versions"]
    return [(name, shown.get(name), other.get(name)) for name in names if shown.get(name) != other.get(name)]


def _answers(session: Session, ticket_no: str) -> tuple[TriageItem, ...]:
    rows = session.exec(
        select(TriageRow)
        .where(col(TriageRow.ticket_no) == ticket_no)
        .order_by(col(TriageRow.saved_at), TriageRow.triage_key)
    )
    return tuple(TriageItem(row.version_key, row.saved_at, row.published, json.loads(row.result)) for row in rows)


def _decisions(session: Session, ticket_no: str) -> tuple[DecisionItem, ...]:
    rows = session.exec(
        select(DecisionRow)
        .where(col(DecisionRow.ticket_no) == ticket_no)
        .order_by(col(DecisionRow.at), col(DecisionRow.id))
        .execution_options(populate_existing=True)
    )
    return tuple(
        DecisionItem(
            row.id or 0, row.kind, row.category, row.level1, row.level2, row.unit, tuple(json.loads(row.assist)),
            row.urgency, from_json(row.place), row.by, row.at, row.reason, row.chosen, row.undone_at, row.undone_by,
            row.export_id,
        )
        for row in rows
    )  # fmt: skip


def _events(session: Session, ticket_no: str) -> tuple[EventItem, ...]:
    rows = session.exec(
        select(EventRow)
        .where(col(EventRow.ticket_no) == ticket_no)
        .order_by(col(EventRow.at), EventRow.event_key)
        .execution_options(populate_existing=True)
    )
    return tuple(
        EventItem(
            row.at, row.kind, row.unit, row.reason, row.resolved, row.satisfaction, row.text, row.by, row.set_aside
        )
        for row in rows
    )


def _link(session: Session, scope: Scope, ticket_no: str) -> LinkItem | None:
    row = session.get(LinkRow, ticket_no, populate_existing=True)
    if row is None:
        return None
    if row.prior_no is not None and not get_items(session, scope, [row.prior_no]):
        return LinkItem(row.issue, row.related, None, row.tier, row.kind, row.score, "与数据范围外的工单相关")
    return LinkItem(row.issue, row.related, row.prior_no, row.tier, row.kind, row.score, row.why)


def _same_caller(session: Session, scope: Scope, row: TicketRow, now: datetime) -> int:
    if row.caller_key is None:
        return 0
    conditions = scoped(scope, Filters(caller=row.caller_key), now)
    others = sa.and_(*conditions, col(TicketRow.ticket_no) != row.ticket_no)
    return int(session.exec(select(func.count()).select_from(TicketRow).where(others)).one())


def _claim(session: Session, scope: Scope, row: TicketRow, now: datetime) -> str | None:
    """Why this caller may be a professional claimant (疑似职业索赔), from the newest of their tickets in scope."""
    if row.caller_key is None:
        return None
    mine = select(TicketRow.ticket_no).where(*scoped(scope, Filters(caller=row.caller_key), now))
    newest = session.exec(mine.order_by(col(TicketRow.received_at).desc()).limit(CLAIMED)).all()
    tags = claim_tags(load_fingerprints(session, newest).values(), policy_of())
    return next((tag.why for tag in tags if row.ticket_no in tag.tickets), None)

"""The current picture (当前视图) of tickets: published answer, newest live decision and events → columns of TicketRow.

The only writer of those columns. It reads all it needs for a batch in a few queries and is a pure function of the rows,
so running it again changes nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from classify.ticket import SHANGHAI
from warehouse.extensions import deadline
from warehouse.lifecycle import DECISION_MOVES, Move, Standing, fold
from warehouse.models import DecisionRow, EventRow, PartyRow, TicketRow, TriageRow
from warehouse.upsert import chunks, update_many, upsert

URGENCY_RANK: Final = {"特急": 0, "紧急": 1, "一般": 2}
LANE_RANK: Final = {"forced": 0, "review": 1, "auto": 2}
ROUTING: Final = frozenset({"accept", "correct"})
"""Kinds of decision that say whose ticket it is."""


def machine_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket's columns as the machine alone would fill them, from the values of a :class:`TriageRow`."""
    same = (
        "triage_key", "version_key", "category", "level1", "level2", "request_type", "probability", "district",
        "street", "poi", "unit", "unit_type", "urgency", "lane", "due_at", "gate", "gate_action",
    )  # fmt: skip
    return {name: row[name] for name in same} | {
        "unit_from": "machine",
        "urgency_rank": URGENCY_RANK.get(row["urgency"], 9),
        "lane_rank": LANE_RANK.get(row["lane"], 9),
        "restricted": row["gate_action"] == "限知",
    }


def local_day(at: datetime) -> dict[str, Any]:
    """``day`` and ``hour`` of a moment, in Asia/Shanghai."""
    local = at.astimezone(SHANGHAI)
    return {"day": local.date(), "hour": local.hour}


def refresh(session: Session, ticket_nos: Iterable[str]) -> None:
    """Recompute the current picture of these tickets; numbers without a ticket are passed over. Does not commit."""
    for part in chunks(sorted(set(ticket_nos))):
        _refresh_part(session, part)


def with_history(session: Session, ticket_nos: Sequence[str]) -> set[str]:
    """Those of the tickets that have decisions or events, so that the machine's columns alone are not the picture."""
    found: set[str] = set()
    for part in chunks(ticket_nos):
        for row in (DecisionRow, EventRow):
            found.update(session.exec(select(row.ticket_no).where(col(row.ticket_no).in_(part)).distinct()))
    return found


def _refresh_part(session: Session, part: list[str]) -> None:
    known = set(session.exec(select(TicketRow.ticket_no).where(col(TicketRow.ticket_no).in_(part))))
    answers = {
        row.ticket_no: row
        for row in session.exec(
            select(TriageRow).where(col(TriageRow.ticket_no).in_(part), col(TriageRow.published).is_(True))
        )
    }
    decisions: dict[str, list[DecisionRow]] = defaultdict(list)
    live = select(DecisionRow).where(col(DecisionRow.ticket_no).in_(part), col(DecisionRow.undone_at).is_(None))
    for decision in session.exec(live.order_by(col(DecisionRow.at), col(DecisionRow.id))):
        decisions[decision.ticket_no].append(decision)
    events: dict[str, list[EventRow]] = defaultdict(list)
    for event in session.exec(select(EventRow).where(col(EventRow.ticket_no).in_(part))):
        events[event.ticket_no].append(event)

    parties: list[dict[str, Any]] = []
    pictures: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    aside: list[dict[str, Any]] = []
    for number in sorted(known):
        standing = fold(_moves(decisions[number], events[number]))
        columns = _picture(answers.get(number), decisions[number], standing)
        if standing.extensions and columns.get("due_at") is not None:
            columns["due_at"] = deadline(columns["due_at"], events[number], standing.put_aside)
        pictures[tuple(columns)].append(columns | {"b_number": number})
        aside += _newly_aside(events[number], standing)
        routed = [one for one in decisions[number] if one.kind in ROUTING]
        assist = json.loads(routed[-1].assist) if routed else []
        parties += [{"ticket_no": number, "unit": unit} for unit in dict.fromkeys(assist)]
    for names, rows in pictures.items():
        update_many(session, TicketRow, "ticket_no", names, rows)
    update_many(session, EventRow, "event_key", ("set_aside",), aside)
    session.connection().execute(sa.delete(PartyRow).where(col(PartyRow.ticket_no).in_(part)))
    upsert(session, PartyRow, parties)
    session.expire_all()


def _moves(decisions: Sequence[DecisionRow], events: Sequence[EventRow]) -> list[Move]:
    made = [
        Move(one.at, DECISION_MOVES[one.kind], f"decision:{one.id}", unit=one.unit, by_person=True, entered=one.id or 0)
        for one in decisions
        if one.kind in DECISION_MOVES
    ]
    return made + [
        Move(one.at, one.kind, one.event_key, unit=one.unit, resolved=one.resolved, satisfaction=one.satisfaction)
        for one in events
    ]


def _picture(answer: TriageRow | None, decisions: Sequence[DecisionRow], standing: Standing) -> dict[str, Any]:
    columns: dict[str, Any] = machine_columns(answer.model_dump()) if answer else {}
    columns |= standing.columns()
    routed = [one for one in decisions if one.kind in ROUTING]
    last = decisions[-1] if decisions else None
    columns |= {
        "decided": last.kind if last else None,
        "decided_by": last.by if last else None,
        "decided_at": last.at if last else None,
    }
    if routed:
        columns |= _decided(routed[-1])
    if standing.unit and not (routed and standing.unit_by_person):
        # the city's own platform said who has it; its word is newer than the suggestion
        columns |= {"unit": standing.unit, "unit_from": "event"}
        columns |= {"unit_type": answer.unit_type if answer and answer.unit == standing.unit else None}
    return columns


def _decided(decision: DecisionRow) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if decision.category:
        columns |= {"category": decision.category, "level1": decision.level1, "level2": decision.level2}
    if decision.unit:
        columns |= {"unit": decision.unit, "unit_type": decision.unit_type, "unit_from": "decision"}
    if decision.urgency:
        columns |= {"urgency": decision.urgency, "urgency_rank": URGENCY_RANK.get(decision.urgency, 9)}
    if decision.place:
        place = json.loads(decision.place)
        columns |= {name: place[name] for name in ("district", "street", "poi") if name in place}
    return columns


def _newly_aside(events: Sequence[EventRow], standing: Standing) -> list[dict[str, Any]]:
    return [
        {"b_number": event.event_key, "set_aside": standing.put_aside.get(event.event_key)}
        for event in events
        if event.set_aside != standing.put_aside.get(event.event_key)
    ]

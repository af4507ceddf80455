"""How a reply is read (答复认定): by the rules of ``routing.replies``, or as a person corrected it, with why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from routing.replies import ORDER, read_reply
from warehouse.models import EventRow, IssueActionRow
from warehouse.upsert import chunks

VERDICTS: Final = (*ORDER, "")
"""What a reply can say: 超职责, 已解决, 办理中, 解释; empty: nothing of the matter."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reply (答复) and what it says: ``verdict`` empty for nothing; ``quote`` the words that decided, None when a
    person did (then ``by``, ``reason`` and ``action_id`` are theirs). ``read`` is what the rules say."""

    event_key: str
    ticket_no: str
    at: datetime
    unit: str | None
    text: str
    verdict: str
    read: str
    quote: str | None
    by: str | None = None
    reason: str | None = None
    action_id: int | None = None


def readings_of(session: Session, numbers: Sequence[str]) -> tuple[Reading, ...]:
    """The replies to these tickets, oldest first; whoever asks must have seen to the scope."""
    corrected = {one.event_key: one for one in _corrections(session, numbers)}
    found: list[Reading] = []
    for part in chunks(numbers):
        rows = session.exec(
            select(EventRow)
            .where(col(EventRow.ticket_no).in_(part), col(EventRow.kind) == "答复", col(EventRow.set_aside).is_(None))
            .execution_options(populate_existing=True)
        )
        found += [_reading(row, corrected.get(row.event_key)) for row in rows if row.text]
    return tuple(sorted(found, key=lambda one: (one.at, one.ticket_no, one.event_key)))


def corrected_verdicts(session: Session, numbers: Iterable[str]) -> dict[str, str]:
    """Event key → what a person said that the reply says."""
    return {one.event_key: one.verdict for one in _corrections(session, list(numbers))}


@dataclass(frozen=True, slots=True)
class _Correction:
    event_key: str
    verdict: str
    by: str
    reason: str
    action_id: int


def _corrections(session: Session, numbers: Sequence[str]) -> list[_Correction]:
    """Live corrections, the newest of one reply last."""
    found: list[_Correction] = []
    for part in chunks(numbers):
        rows = session.exec(
            select(IssueActionRow)
            .where(col(IssueActionRow.anchor).in_(part), col(IssueActionRow.kind) == "reading")
            .where(col(IssueActionRow.undone_at).is_(None))
            .order_by(col(IssueActionRow.at), col(IssueActionRow.id))
            .execution_options(populate_existing=True)
        )
        for row in rows:
            told = json.loads(row.details)
            found.append(_Correction(told["event_key"], told["verdict"], row.by, row.reason, row.id or 0))
    return found


def _reading(row: EventRow, corrected: _Correction | None) -> Reading:
    verdict, evidence = read_reply(row.text or "")
    read = verdict or ""
    base = (row.event_key, row.ticket_no, row.at, row.unit, row.text or "")
    if corrected is None:
        return Reading(*base, read, read, evidence.text if evidence else None)
    return Reading(
        *base, corrected.verdict, read, None, by=corrected.by, reason=corrected.reason, action_id=corrected.action_id
    )

"""The nightly re-link (重关联): the whole history through ``link_all``, and only what differs is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from routing.repeats import Fingerprint, RepeatPolicy, fingerprint, link_all
from routing.result import CategoryGuess, Place
from warehouse.candidates import load_fingerprints, save_fingerprints
from warehouse.ledger import refresh_issues
from warehouse.linking import LINK_COLUMNS, human_links, link_row
from warehouse.models import IssueRow, LinkRow, TicketRow, TriageRow, now_utc
from warehouse.store import load_tickets
from warehouse.upsert import chunks, upsert


@dataclass(frozen=True, slots=True)
class Known:
    """What a fingerprint needs of a saved answer."""

    category: CategoryGuess
    second: CategoryGuess | None
    alternatives: tuple[CategoryGuess, ...]
    request_type: str
    place: Place

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> Known:
        """From the JSON of a triage result."""
        second, place = result.get("second"), result.get("place") or {}
        return cls(
            _guess(result["category"]),
            _guess(second) if second else None,
            tuple(_guess(one) for one in result.get("alternatives", ())),
            result.get("request_type") or "",
            Place(district=place.get("district"), street=place.get("street"), poi=place.get("poi")),
        )


def _guess(record: Mapping[str, Any]) -> CategoryGuess:
    return CategoryGuess(record["code"], tuple(record.get("path", ())), record["probability"])


def relink_all(session: Session, policy: RepeatPolicy, since: datetime | None = None) -> int:
    """Link every ticket (received from ``since`` on) again; returns how many links changed. Does not commit."""
    prints = _all_prints(session, since)
    linked = link_all(prints, policy, human_links(session))
    by_number = {one.ticket_no: one for one in linked}
    saved = _saved_links(session, by_number if since else None)
    at, changed = now_utc(), []
    touched: set[str] = set()
    for one in linked:
        tier = None
        if one.best is not None:
            tier = "same" if by_number[one.best].issue == one.issue else "possible"
        kept = saved.get(one.ticket_no)
        kind = one.kind
        if kept is not None and (kept["issue"], kept["prior_no"], kept["tier"]) == (one.issue, one.best, tier):
            kind = kept["kind"]  # 催办 and 反弹 were seen against the state of that day
        row = link_row(
            one.ticket_no,
            {
                "issue": one.issue, "related": one.related, "prior_no": one.best, "tier": tier, "kind": kind,
                "score": one.score, "why": one.why,
            },
            at,
        )  # fmt: skip
        if kept is None or any(row[name] != kept[name] for name in LINK_COLUMNS if name != "saved_at"):
            changed.append(row)
            touched |= {one.issue, *([kept["issue"]] if kept else [])}
    upsert(session, LinkRow, changed, update=LINK_COLUMNS)
    refresh_issues(session, touched | _ledger(session), policy)
    return len(changed)


def _all_prints(session: Session, since: datetime | None) -> list[Fingerprint]:
    wanted = select(TicketRow.ticket_no).where(col(TicketRow.state) != "撤销")
    if since is not None:
        wanted = wanted.where(col(TicketRow.received_at) >= since)
    numbers = session.exec(wanted).all()
    prints = load_fingerprints(session, numbers)
    missing = [number for number in numbers if number not in prints]
    for part in chunks(missing, 2000):
        fresh = _print_saved(session, part)
        save_fingerprints(session, fresh)
        prints |= {one.ticket_no: one for one in fresh}
    return list(prints.values())


def _print_saved(session: Session, numbers: Sequence[str]) -> list[Fingerprint]:
    """Fingerprints of tickets that came in without one: loaded from a bulk job, or written by an older version."""
    known: dict[str, Known] = {}
    for part in chunks(numbers):
        rows = select(TriageRow.ticket_no, TriageRow.result).where(
            col(TriageRow.ticket_no).in_(part), col(TriageRow.published).is_(True)
        )
        known |= {number: Known.of(json.loads(result)) for number, result in session.exec(rows)}
    return [fingerprint(ticket, known.get(ticket.ticket_no)) for ticket in load_tickets(session, numbers)]


def _saved_links(session: Session, only: Any = None) -> dict[str, dict[str, Any]]:
    names = ["ticket_no", *(name for name in LINK_COLUMNS if name != "saved_at")]
    rows = session.execute(sa.select(*(getattr(LinkRow, name) for name in names)))
    found = (dict(zip(names, row, strict=True)) for row in rows)
    return {row["ticket_no"]: row for row in found if only is None or row["ticket_no"] in only}


def _ledger(session: Session) -> set[str]:
    return set(session.exec(select(IssueRow.issue_no)))

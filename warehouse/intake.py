"""One batch end to end (入库): what is new, triage, save, link. The desk and the flows call the same function."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from classify.ticket import EVENT_KINDS, Event, HotlineError, InputError, Ticket
from warehouse.answering import Triages, triage_all
from warehouse.current import refresh
from warehouse.ledger import issues_of, refresh_issues
from warehouse.linking import link_new
from warehouse.models import NAME, NUMBER, EventRow, TicketRow, now_utc, to_json
from warehouse.outcomes import rating_word, solved_word
from warehouse.quarantine import Saved, count_batch, fault_row, save_faults
from warehouse.store import content_hash, fault_in, save_results, save_tickets, storable_ticket
from warehouse.upsert import chunks, digest, lock, storable, upsert

BATCH: Final = 2000
"""Tickets in one transaction: large enough for bulk statements, small enough that others need not wait long."""
PROMPT: Final = 200
"""Up to this many events at once the ledger follows at once; behind a large file it follows at ``close_batch``."""


def take_in(
    session: Session,
    triager: Triages,
    tickets: Iterable[Ticket],
    batch_id: str,
    *,
    policy: Any = None,
    at: datetime | None = None,
) -> Saved:
    """Triage, save and link what is new or changed; returns what became of each ticket.

    The same ticket number with the same content is ``same`` and nothing is done; with other content it is ``changed``:
    both versions are kept and the newer one is triaged. A ticket that the database cannot hold or triage fails on goes
    to quarantine. ``policy`` is a ``routing.repeats.RepeatPolicy`` (None: the one of the triager's pack).
    Commits after every 2,000 tickets; run again after a failure it goes on where it stopped.
    """
    total = Saved()
    for part in chunks(tickets, BATCH):
        total += _take_part(session, triager, part, batch_id, policy, at or now_utc())
    return total


def _take_part(
    session: Session, triager: Triages, tickets: list[Ticket], batch_id: str, policy: Any, at: datetime
) -> Saved:
    good, faults = _held(tickets)
    fresh = _fresh(session, good)
    newest = {ticket.ticket_no: ticket for ticket in fresh}
    session.rollback()  # triage is long: no snapshot and no lock is held over it
    results, failed = triage_all(triager, list(newest.values()))
    faults += failed

    lock(session, "intake")
    bad = {fault.value for fault in failed}
    # another import may have saved some of them meanwhile
    still = _fresh(session, [ticket for ticket in good if ticket.ticket_no not in bad])
    known = _known(session, [ticket.ticket_no for ticket in still])
    saved = Saved(read=len(tickets), rejected=len(faults))
    versions: list[tuple[Ticket, int]] = []
    latest: dict[str, int] = {}
    for ticket in still:
        number = ticket.ticket_no
        latest[number] = latest.get(number, known.get(number, ("", 0))[1]) + 1
        versions.append((ticket, latest[number]))
        saved += Saved(new=1) if latest[number] == 1 else Saved(changed=1)
    save_tickets(session, versions, batch_id, at)
    current = [results[number] for number in latest if number in results]
    save_results(session, current, at=at)
    linked = link_new(session, triager, [newest[one.ticket_no] for one in current], current, policy)
    save_faults(session, [fault_row(fault, batch_id, at) for fault in faults])
    same = saved.read - saved.new - saved.changed - saved.rejected
    saved = replace(saved, same=same, triaged=len(current), linked=linked)
    count_batch(session, batch_id, "tickets", saved)
    session.commit()
    return saved


def _held(tickets: Iterable[Ticket]) -> tuple[list[Ticket], list[HotlineError]]:
    good: list[Ticket] = []
    faults: list[HotlineError] = []
    for ticket in tickets:
        fault = fault_in(ticket)
        if fault is None:
            good.append(storable_ticket(ticket))
        else:
            faults.append(fault)
    return good, faults


def _fresh(session: Session, tickets: Sequence[Ticket]) -> list[Ticket]:
    """The tickets whose content differs from what is saved and from the one before it in the batch, in order."""
    hashes = {number: known for number, (known, _) in _known(session, [one.ticket_no for one in tickets]).items()}
    fresh = []
    for ticket in tickets:
        content = content_hash(ticket)
        if hashes.get(ticket.ticket_no) != content:
            hashes[ticket.ticket_no] = content
            fresh.append(ticket)
    return fresh


def _known(session: Session, numbers: Sequence[str]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for part in chunks(dict.fromkeys(numbers)):
        rows = select(TicketRow.ticket_no, TicketRow.content_hash, TicketRow.version)
        for number, content, version in session.exec(rows.where(col(TicketRow.ticket_no).in_(part))):
            found[number] = (content, version)
    return found


def take_events(
    session: Session, events: Iterable[Event], batch_id: str, *, by: str | None = None, at: datetime | None = None
) -> Saved:
    """Save events and move their tickets; the same event twice is ``same``. Commits after every 2,000 events.

    All events of a touched ticket are folded again in order of time, so late ones end in the same state. One that the
    state machine refuses, or whose ticket is not here (yet), is kept with the reason and counts as new.
    """
    total = Saved()
    for part in chunks(events, BATCH):
        total += _take_events(session, part, batch_id, by, at or now_utc())
    return total


def _take_events(session: Session, events: list[Event], batch_id: str, by: str | None, at: datetime) -> Saved:
    lock(session, "intake")
    rows: dict[str, dict[str, Any]] = {}
    faults: list[HotlineError] = []
    for event in events:
        fault = _event_fault(event)
        if fault is None:
            row = event_values(event, batch_id, by, at)
            rows[row["event_key"]] = row
        else:
            faults.append(fault)
    known: set[str] = set()
    for part in chunks(rows):
        known.update(session.exec(select(EventRow.event_key).where(col(EventRow.event_key).in_(part))))
    fresh = [row for key, row in rows.items() if key not in known]
    numbers = {row["ticket_no"] for row in fresh}
    here = set(_known(session, sorted(numbers)))
    for row in fresh:
        row["set_aside"] = None if row["ticket_no"] in here else "库中没有这个工单,工单到达后再行流转"
    upsert(session, EventRow, fresh)
    refresh(session, here)
    if len(fresh) <= PROMPT:
        refresh_issues(session, issues_of(session, here))
    save_faults(session, [fault_row(fault, batch_id, at) for fault in faults])
    same = len(events) - len(fresh) - len(faults)
    saved = Saved(read=len(events), new=len(fresh), same=same, rejected=len(faults))
    count_batch(session, batch_id, "events", saved)
    session.commit()
    return saved


def _event_fault(event: Event) -> InputError | None:
    if event.kind not in EVENT_KINDS:
        return InputError("没有这种流转事件", value=event.kind[:20], allowed="、".join(EVENT_KINDS))
    if not event.ticket_no.strip() or len(event.ticket_no) > NUMBER:
        return InputError("事件的工单编号为空或过长", value=event.ticket_no[:20], allowed=f"1 到 {NUMBER} 个字符")
    return None


def event_values(event: Event, batch_id: str, by: str | None, at: datetime) -> dict[str, Any]:
    """The :class:`EventRow` of one event; its key is a digest of all it says, so the same event twice is one row."""
    result = to_json(dict(sorted(event.result.items())))
    moment = event.at.astimezone(UTC).isoformat()
    return {
        "event_key": digest(event.ticket_no, moment, event.kind, event.unit, event.reason, result, event.text),
        "ticket_no": event.ticket_no,
        "at": event.at,
        "kind": event.kind,
        "unit": storable(event.unit, NAME),
        "reason": storable(event.reason),
        "resolved": solved_word(storable(event.result.get("是否解决"), NUMBER)),
        "satisfaction": rating_word(storable(event.result.get("满意度"), NUMBER)),
        "result": storable(result),
        "text": storable(event.text),
        "by": by,
        "batch_id": batch_id,
        "saved_at": at,
        "set_aside": None,
    }

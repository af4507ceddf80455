"""Results and tickets → rows: idempotent, the same rows whether they come from the desk, a flow or a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.text import fold
from classify.ticket import SHANGHAI, InputError, Ticket
from routing.result import LIVE, TriageResult
from warehouse.current import local_day, machine_columns, refresh, with_history
from warehouse.lifecycle import START
from warehouse.models import (
    NAME,
    NUMBER,
    SealedRow,
    SearchTextRow,
    TicketRow,
    TicketVersionRow,
    TriageRow,
    from_json,
    now_utc,
    to_json,
)
from warehouse.text_index import index_texts
from warehouse.upsert import chunks, digest, lock, storable, update_many, upsert


def content_hash(ticket: Ticket) -> str:
    """What makes a ticket ``changed``: text, time, channel, type, place and caller. Columns that jiesu does not
    read are left out, because exports carry the ticket's progress there."""
    return digest(
        ticket.title,
        ticket.content,
        ticket.received_at.astimezone(UTC).isoformat(),
        ticket.channel,
        ticket.request_type,
        ticket.area_hint,
        ticket.caller_key,
    )


def version_key(versions: Mapping[str, str]) -> str:
    """One short key for pack, model and code together."""
    return digest(*(f"{name}={versions[name]}" for name in sorted(versions)))[:16]


def fault_in(ticket: Ticket) -> InputError | None:
    """Why the database cannot hold a ticket, or None. Parsing has checked everything else."""
    if not ticket.ticket_no.strip():
        return InputError("工单编号为空")
    if len(ticket.ticket_no) > NUMBER:
        return InputError("工单编号过长", value=ticket.ticket_no[:20] + "…", allowed=f"不超过 {NUMBER} 个字符")
    return None


def storable_ticket(ticket: Ticket) -> Ticket:
    """The ticket without characters that a database or an encoder refuses (NUL, lone surrogates)."""
    texts = {name: getattr(ticket, name) for name in ("title", "content", "channel", "request_type", "area_hint")}
    clean = {name: storable(text) for name, text in texts.items() if storable(text) != text}
    return replace(ticket, **clean) if clean else ticket


def save_tickets(session: Session, tickets: Sequence[tuple[Ticket, int]], batch_id: str, at: datetime) -> None:
    """Write each (ticket, version): a new version row, and the facts of the current row. Does not commit."""
    current: dict[str, dict[str, Any]] = {}
    versions: list[dict[str, Any]] = []
    for ticket, version in tickets:
        shared = {
            "ticket_no": ticket.ticket_no,
            "version": version,
            "received_at": ticket.received_at,
            "caller_key": ticket.caller_key,
            "content_hash": content_hash(ticket),
            "batch_id": batch_id,
        }
        versions.append(
            shared
            | {
                "title": storable(ticket.title),
                "content": storable(ticket.content),
                "channel": storable(ticket.channel),
                "request_type": storable(ticket.request_type),
                "area_hint": storable(ticket.area_hint),
                "extra": storable(to_json(dict(ticket.extra))),
                "saved_at": at,
            }
        )
        heading = ticket.title.strip() or ticket.content.strip()
        facts: dict[str, Any] = {"title": storable(heading, NAME), "channel": storable(ticket.channel, NAME)}
        current[ticket.ticket_no] = (
            shared | facts | {"first_saved": at, "last_saved": at} | local_day(ticket.received_at)
        )
    kept = [name for name in next(iter(current.values()), {}) if name not in ("ticket_no", "first_saved")]
    upsert(session, TicketRow, list(current.values()), update=kept)
    upsert(session, TicketVersionRow, versions)
    newest = {row["ticket_no"]: f"{row['title']}\n{row['content']}" for row in versions}
    bodies = [{"ticket_no": number, "body": fold(text)} for number, text in newest.items()]
    upsert(session, SearchTextRow, bodies, update=["body"])
    index_texts(session, [(row["ticket_no"], row["body"]) for row in bodies])
    sealed = {ticket.ticket_no: ticket.sealed for ticket, _ in tickets if ticket.sealed}
    rows = [{"ticket_no": number, "body": body} for number, body in sealed.items()]
    upsert(session, SealedRow, rows, update=["body"])


def triage_values(result: Mapping[str, Any], content: str, *, published: bool, at: datetime) -> dict[str, Any]:
    """The :class:`TriageRow` of one result in its JSON form (``TriageResult.to_dict()``)."""
    versions = result["versions"]
    key = version_key(versions)
    category, place, gate = result["category"], result["place"], result["gate"] or {}
    first = result["suggestions"][0] if result["suggestions"] else {}
    path = [*category["path"], None, None]
    return {
        "triage_key": digest(result["ticket_no"], content, key),
        "ticket_no": result["ticket_no"],
        "content_hash": content,
        "version_key": key,
        "pack": str(versions.get("pack", ""))[:NAME],
        "model": str(versions.get("model", ""))[:NAME],
        "code": str(versions.get("code", ""))[:NAME],
        "saved_at": at,
        "published": published,
        "category": category["code"],
        "level1": path[0],
        "level2": path[1],
        "request_type": result["request_type"],
        "probability": category["probability"],
        "district": storable(place["district"], NAME),
        "street": storable(place["street"], NAME),
        "poi": storable(place["poi"], NAME),
        "unit": storable(first.get("unit"), NAME),
        "unit_type": first.get("unit_type"),
        "urgency": result["urgency"],
        "lane": result["lane"],
        "due_at": datetime.fromisoformat(result["due_at"]),
        "gate": gate.get("code"),
        "gate_action": gate.get("action"),
        "result": storable(to_json(result)),
    }


def save_results(
    session: Session,
    results: Sequence[TriageResult | Mapping[str, Any]],
    *,
    published: bool = True,
    at: datetime | None = None,
) -> int:
    """Write answers for tickets that are saved; returns how many were not there yet. Does not commit.

    ``published`` false keeps them beside the old ones until :func:`publish_version`. A result without its ticket raises
    InputError: the tickets come first.
    """
    moment = at or now_utc()
    plain = [one.to_dict() if isinstance(one, TriageResult) else one for one in results]
    hashes = _content_hashes(session, [one["ticket_no"] for one in plain])
    missing = [one["ticket_no"] for one in plain if one["ticket_no"] not in hashes]
    if missing:
        raise InputError(f"{len(missing)} 条研判结果没有对应工单,须先导入工单", value=missing[0])
    rows = [triage_values(one, hashes[one["ticket_no"]], published=published, at=moment) for one in plain]
    known = _already(session, [row["triage_key"] for row in rows])
    if published:
        _unpublish(session, rows)
        upsert(session, TriageRow, rows, update=["published"])
        _show(session, rows)
    else:
        upsert(session, TriageRow, rows)
    return len(rows) - known


def load_results(session: Session, results: Iterable[Mapping[str, Any]], *, published: bool = True) -> int:
    """Rows of a bulk job's Parquet parts (the JSON form of a result) into the database; commits once a chunk.

    Returns how many rows were written. Loading the same parts again changes nothing.
    """
    written = 0
    for part in chunks(results, 2000):
        lock(session, "intake")
        written += save_results(session, part, published=published)
        session.commit()
    return written


def publish_version(session: Session, key: str) -> int:
    """Make the answers of version ``key`` to the newest contents the ones that count; returns for how many tickets.

    Commits once for all: nobody sees half of the old and half of the new.
    """
    lock(session, "intake")
    newest = sa.and_(
        col(TicketRow.ticket_no) == col(TriageRow.ticket_no), col(TicketRow.content_hash) == col(TriageRow.content_hash)
    )
    waiting = (
        select(TriageRow.ticket_no, TriageRow.triage_key)
        .join(TicketRow, newest)
        .where(col(TriageRow.version_key) == key, col(TriageRow.published).is_(False))
    )
    answers = dict(session.exec(waiting).all())
    shown = [name for name in TriageRow.__table__.columns.keys() if name != "result"]  # type: ignore[attr-defined] # noqa: SIM118
    columns: list[Any] = [getattr(TriageRow, name) for name in shown]
    for part in chunks(sorted(answers)):
        keys = [answers[number] for number in part]
        rows = [
            dict(zip(shown, row, strict=True))
            for row in session.execute(sa.select(*columns).where(col(TriageRow.triage_key).in_(keys)))
        ]
        _unpublish(session, rows)
        now_shown = sa.update(TriageRow).where(col(TriageRow.triage_key).in_(keys)).values(published=True)
        session.connection().execute(now_shown)
        _show(session, rows)
    session.commit()
    return len(answers)


def _content_hashes(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(numbers):
        pairs = select(TicketRow.ticket_no, TicketRow.content_hash).where(col(TicketRow.ticket_no).in_(part))
        found.update(session.exec(pairs).all())
    return found


def _already(session: Session, keys: Sequence[str]) -> int:
    found = 0
    for part in chunks(dict.fromkeys(keys)):
        there = select(func.count()).select_from(TriageRow).where(col(TriageRow.triage_key).in_(part))
        found += int(session.exec(there).one())
    return found


def _unpublish(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    for part in chunks([row["ticket_no"] for row in rows]):
        shown = sa.update(TriageRow).where(col(TriageRow.ticket_no).in_(part), col(TriageRow.published).is_(True))
        session.connection().execute(shown.values(published=False))


def _show(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    changed = with_history(session, [row["ticket_no"] for row in rows])
    plain = [machine_columns(row) | {"b_number": row["ticket_no"]} for row in rows if row["ticket_no"] not in changed]
    if plain:
        update_many(session, TicketRow, "ticket_no", [name for name in plain[0] if name != "b_number"], plain)
    refresh(session, changed)


def load_tickets(session: Session, numbers: Sequence[str]) -> list[Ticket]:
    """The newest version of each ticket as triage takes it, in the order of ``numbers``; unknown ones are left out."""
    found: dict[str, Ticket] = {}
    for part in chunks(numbers):
        newest = sa.and_(
            col(TicketRow.ticket_no) == col(TicketVersionRow.ticket_no),
            col(TicketRow.version) == col(TicketVersionRow.version),
        )
        rows = select(TicketVersionRow).join(TicketRow, newest).where(col(TicketVersionRow.ticket_no).in_(part))
        for row in session.exec(rows):
            found[row.ticket_no] = Ticket(
                ticket_no=row.ticket_no,
                received_at=row.received_at.astimezone(SHANGHAI),
                title=row.title or "",
                content=row.content or "",
                channel=row.channel or "",
                request_type=row.request_type,
                area_hint=row.area_hint,
                caller_key=row.caller_key,
                extra=from_json(row.extra) or {},
            )
    return [found[number] for number in numbers if number in found]


def stale_tickets(session: Session, versions: Mapping[str, str], limit: int, after: str = "") -> list[str]:
    """Up to ``limit`` numbers of tickets to read again, in order, beginning behind ``after``.

    Stale is a ticket without an answer of this pack, model and code to its newest content. Owners counted since the
    model was made (``routing.result.LIVE``) change with every decision: they make only those stale that still wait
    for one (待派单), so that a night after a quiet day does not read years of settled tickets again.
    """
    model = versions.get("model", "").split(LIVE)[0]
    answer = sa.and_(
        col(TriageRow.ticket_no) == col(TicketRow.ticket_no),
        col(TriageRow.content_hash) == col(TicketRow.content_hash),
    )
    settled = sa.exists().where(
        answer,
        col(TriageRow.pack) == versions.get("pack", "")[:NAME],
        col(TriageRow.code) == versions.get("code", "")[:NAME],
        sa.or_(col(TriageRow.model) == model, col(TriageRow.model).startswith(model + LIVE, autoescape=True)),
    )
    exact = sa.exists().where(answer, col(TriageRow.version_key) == version_key(versions))
    waiting = col(TicketRow.state) == START
    stale = (
        select(TicketRow.ticket_no)
        .where(col(TicketRow.ticket_no) > after, sa.or_(sa.not_(settled), sa.and_(waiting, sa.not_(exact))))
        .order_by(col(TicketRow.ticket_no))
        .limit(limit)
    )
    return list(session.exec(stale))

"""Tickets and events from a file, in batches, with what could not be read beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from classify.parsing import events_in, parse_event, parse_ticket
from classify.readers import read_rows
from classify.ticket import Event, HotlineError, InputError, Ticket, Where

BATCH: Final = 1000
"""Tickets a batch: large enough that per-batch cost vanishes, small enough to show progress and keep memory flat."""


def placed(error: HotlineError, where: Where) -> InputError:
    """The same error with the file and row filled in where the reader of one cell could not know them."""
    place = Where(
        file=error.where.file or where.file,
        row=error.where.row if error.where.row is not None else where.row,
        field=error.where.field,
    )
    return InputError(error.reason, value=error.value, allowed=error.allowed, where=place)


@dataclass(slots=True)
class Batch:
    """Up to :data:`BATCH` rows of one file; ``events`` are those found in columns of the ticket table."""

    tickets: list[Ticket] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    rejects: list[InputError] = field(default_factory=list)
    rows: int = 0


def ticket_batches(
    path: str,
    secret: bytes,
    *,
    as_of: datetime | None = None,
    default_time: datetime | None = None,
    with_events: bool = False,
    sealed: bool = False,
    size: int = BATCH,
) -> Iterator[Batch]:
    """Tickets of ``path`` (``-`` is standard input), ``size`` at a time.

    ``as_of``: tickets later than it by more than a day are rejected; None checks no time. ``default_time`` stands in
    for an empty time; None rejects such rows. ``sealed``: for the warehouse, with what masking took out, encrypted.
    Raises InputError when the file as a whole cannot be read.
    """

    def take(batch: Batch, record: Mapping[str, str], where: Where) -> None:
        ticket = parse_ticket(record, secret, as_of=as_of, where=where, default_time=default_time, sealed=sealed)
        batch.tickets.append(ticket)
        if with_events:
            batch.events.extend(events_in(record, ticket))

    yield from _batches(path, take, size)


def event_batches(path: str, secret: bytes, *, size: int = BATCH) -> Iterator[Batch]:
    """Events of ``path``, one a row, ``size`` at a time."""

    def take(batch: Batch, record: Mapping[str, str], where: Where) -> None:
        batch.events.append(parse_event(record, secret, where))

    yield from _batches(path, take, size)


def _batches(path: str, take: Callable[[Batch, Mapping[str, str], Where], None], size: int) -> Iterator[Batch]:
    name = "标准输入" if path == "-" else Path(path).name
    batch, any_row = Batch(), False
    for row in read_rows(path):
        any_row = True
        batch.rows += 1
        where = Where(file=name, row=row.row)
        try:
            if row.error is not None:
                raise row.error
            take(batch, row.record, where)
        except HotlineError as error:
            batch.rejects.append(placed(error, where))
        if batch.rows >= size:
            yield batch
            batch = Batch()
    if not any_row:
        raise InputError("文件里没有数据行", allowed="表头之下至少一行", where=Where(file=name))
    if batch.rows:
        yield batch


def newest(path: str, secret: bytes, not_after: datetime) -> datetime | None:
    """Time of the newest ticket of ``path`` that is not later than ``not_after``; None when no row can be read."""
    times = (
        ticket.received_at
        for batch in ticket_batches(path, secret)
        for ticket in batch.tickets
        if ticket.received_at <= not_after
    )
    return max(times, default=None)

"""Labelled tables: tickets with the value of one column that a person filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from classify.headers import canonical
from classify.parsing import parse_ticket
from classify.readers import read_rows
from classify.ticket import HotlineError, InputError, Ticket, Where
from flows.source import placed


@dataclass(slots=True)
class Labelled:
    """Tickets and their labels, side by side; ``unlabelled`` rows had an empty cell, ``rejects`` could not be read."""

    tickets: list[Ticket] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    unlabelled: int = 0
    rejects: list[InputError] = field(default_factory=list)


def read_labelled(path: str, column: str, secret: bytes, default_time: datetime) -> Labelled:
    """Reads a labelled table. Raises InputError when the column is not there or no row has a label."""
    found = Labelled()
    name, key, seen = Path(path).name, canonical(column), False
    for row in read_rows(path):
        where = Where(name, row.row)
        seen = seen or key in row.record
        try:
            if row.error is not None:
                raise row.error
            ticket = parse_ticket(row.record, secret, where=where, default_time=default_time)
        except HotlineError as error:
            found.rejects.append(placed(error, where))
            continue
        label = row.record.get(key, "").strip()
        if not label:
            found.unlabelled += 1
            continue
        found.tickets.append(ticket)
        found.labels.append(label)
    if not seen:
        # empty cells are no part of a record, so an empty column looks like none
        raise InputError("没有这个标签列,或者整列是空的", value=column, allowed="表头里的一列", where=Where(name, 0))
    if not found.tickets:
        raise InputError("标签列全是空的", value=column, where=Where(name, field=column))
    return found

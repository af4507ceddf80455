"""The pure doors: a file in, a file out, no database. Each is a plain function that the command line calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from classify.masking import mask, masked_value
from classify.ticket import HotlineError, InputError, Ticket, Where
from flows.card import card
from flows.progress import progress
from flows.sink import whole_file, write_line, write_rejects
from flows.source import placed, ticket_batches
from routing.fingerprint import Fingerprint, fingerprint
from routing.linking import link_all
from routing.repeats import RepeatPolicy
from routing.triage import Triager


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows read, rows answered, rows set aside."""

    read: int
    good: int
    rejected: int

    def to_dict(self) -> dict[str, int]:
        return asdict(self)


def require_good(counts: Counts, rejects: list[InputError], name: str) -> Counts:
    """Raises InputError with the first reason when no row was good: the command then ends with exit code 2."""
    if counts.good == 0 and rejects:
        first = rejects[0]
        raise InputError(
            f"没有一行能够读取,第一处原因: {first.reason}", value=first.value, allowed=first.allowed, where=first.where
        )
    if counts.good == 0:
        raise InputError("没有数据行", value=masked_value(Path(name).name))
    return counts


def each_ticket(
    path: str,
    out: Path,
    secret: bytes,
    answer: Callable[[list[Ticket]], Iterable[dict[str, Any]]],
    *,
    title: str,
    as_of: datetime,
) -> Counts:
    """Answers every ticket of ``path`` by ``answer(batch)``, one JSON line a ticket, in the order of the file."""
    read = good = 0
    rejects: list[InputError] = []
    with progress(title) as advance, whole_file(out) as handle:
        for batch in ticket_batches(path, secret, as_of=as_of, default_time=as_of):
            for line in answer(batch.tickets):
                write_line(handle, line)
                good += 1
            rejects.extend(batch.rejects)
            read += batch.rows
            advance(batch.rows)
        write_rejects(out, rejects)
        counts = require_good(Counts(read, good, len(rejects)), rejects, path)
    return counts


def triage_file(path: str, out: Path, triager: Triager, secret: bytes, *, as_of: datetime) -> Counts:
    """``jiesu triage``: one TriageResult a line."""

    def answer(tickets: list[Ticket]) -> Iterable[dict[str, Any]]:
        return (result.to_dict() for result in triager.triage(tickets))

    return each_ticket(path, out, secret, answer, title="研判", as_of=as_of)


def show_file(path: str, triager: Triager, secret: bytes, *, as_of: datetime) -> Iterator[str]:
    """``jiesu triage --text``: each ticket as a dispatcher would read it; rows set aside say why."""
    for batch in ticket_batches(path, secret, as_of=as_of, default_time=as_of):
        for ticket, result in zip(batch.tickets, triager.triage(batch.tickets), strict=True):
            yield card(ticket, result)
        yield from (f"搁置  {error}" for error in batch.rejects)


def link_file(path: str, out: Path, triager: Triager, secret: bytes, *, as_of: datetime) -> dict[str, int]:
    """``jiesu link``: group ids of both tiers for every ticket of the file, in the order of the file.

    A folder is the result of ``jiesu bulk``: its fingerprints are linked, in the order of time.
    """
    if Path(path).is_dir():
        return link_folder(Path(path), out, triager)
    prints: dict[str, Fingerprint] = {}  # a number that comes again replaces its earlier content, as in the warehouse
    rejects: list[InputError] = []
    read = 0
    with progress("研判") as advance:
        for batch in ticket_batches(path, secret, as_of=as_of, default_time=as_of):
            results = triager.triage(batch.tickets)
            prints |= {t.ticket_no: fingerprint(t, r) for t, r in zip(batch.tickets, results, strict=True)}
            rejects.extend(batch.rejects)
            read += batch.rows
            advance(batch.rows)
    write_rejects(out, rejects)
    counts = require_good(Counts(read, len(prints), len(rejects)), rejects, path)
    linked = {one.ticket_no: one for one in link_all(list(prints.values()), RepeatPolicy.load(triager.pack))}
    with whole_file(out) as handle:
        for ticket_no in prints:
            write_line(handle, linked[ticket_no].to_dict())
    issues = len({one.issue for one in linked.values()})
    related = len({one.related for one in linked.values()})
    return counts.to_dict() | {"issues": issues, "related": related}


def link_folder(folder: Path, out: Path, triager: Triager) -> dict[str, int]:
    """Links of the fingerprints that a bulk job left."""
    from flows.bulk_links import link_parts

    linked = link_parts(folder, RepeatPolicy.load(triager.pack))
    with whole_file(out) as handle:
        for one in linked:
            write_line(handle, one.to_dict())
    groups = {"issues": len({one.issue for one in linked}), "related": len({one.related for one in linked})}
    return Counts(len(linked), len(linked), 0).to_dict() | groups


def mask_record(record: dict[str, Any], row: int) -> dict[str, Any]:
    """``{id, text}`` to ``{id, masked, spans}``; offsets count code points of the text given."""
    text = record.get("text")
    if not isinstance(text, str):
        raise InputError("缺少要脱敏的文本", allowed="字段 text 为字符串")
    masked = mask(text)
    spans = [{"start": span.start, "end": span.end, "kind": span.kind} for span in masked.spans]
    return {"id": record.get("id", row), "masked": masked.text, "spans": spans}


def each_record(path: str, out: Path, answer: Callable[[dict[str, Any], int], dict[str, Any]], *, title: str) -> Counts:
    """Answers JSON lines that are not tickets (masking, clocks), one line a record; bad lines are set aside."""
    rejects: list[InputError] = []
    read = good = 0
    with progress(title) as advance, whole_file(out) as handle:
        for number, record in json_records(path):
            read += 1
            advance(1)
            where = Where(file=Path(path).name, row=number)
            try:
                if not isinstance(record, dict):
                    raise InputError("这一行不是 JSON 对象")
                write_line(handle, answer(record, number))
                good += 1
            except HotlineError as error:
                rejects.append(placed(error, where))
        write_rejects(out, rejects)
        counts = require_good(Counts(read, good, len(rejects)), rejects, path)
    return counts


def json_records(path: str) -> Iterator[tuple[int, Any]]:
    """(line number, parsed value) of every line that is not blank; None for a line that is no JSON."""
    if path != "-" and not Path(path).is_file():
        raise InputError("找不到文件", value=masked_value(Path(path).name), allowed="JSONL 文件,或 - 表示标准输入")
    with nullcontext(sys.stdin.buffer) if path == "-" else Path(path).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield number, json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                yield number, None

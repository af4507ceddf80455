"""Links of a bulk job (Beam): who meets whom by GroupByKey on block keys, then one scoring and grouping.

The parts that ``jiesu bulk`` wrote carry fingerprints. Workers read parts and exchange ticket numbers only; the result
is that of ``link_all`` over all fingerprints, whatever the parts and their order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow.parquet as pq
from apache_beam.options.pipeline_options import PipelineOptions

from classify.ticket import InputError, Where
from flows.bulk import RUNNERS
from flows.sink import whole_file, write_line
from routing.blocks import keys_of
from routing.fingerprint import Fingerprint
from routing.linking import Linked, link_met
from routing.policy import LinkRules, RepeatPolicy

Place = tuple[float, str]
"""Moment in seconds and ticket number: the order of tickets."""


def link_parts(folder: Path, policy: RepeatPolicy, *, runner: str = "direct") -> list[Linked]:
    """Issues of all tickets in the parts of a bulk job; InputError when the folder holds none."""
    parts = sorted(folder.glob("part-*.parquet"))
    if not parts:
        raise InputError("目录里没有批量结果", value=folder.name, allowed="part-*.parquet", where=Where(folder.name))
    prints = [one for part in parts for one in read_prints(part)]
    return link_met(prints, meetings(parts, folder, policy.link, runner), policy)


def read_prints(part: Path) -> Iterator[Fingerprint]:
    """The fingerprints of one part."""
    for line in pq.read_table(part, columns=["fingerprint"]).column("fingerprint").to_pylist():
        yield Fingerprint.from_dict(json.loads(line))


def meetings(parts: Iterable[Path], folder: Path, rules: LinkRules, runner: str) -> dict[str, list[str]]:
    """For each ticket the earlier ones it is compared with, those that share most block keys first."""
    notes = folder / "_met"
    for old in notes.glob("*.jsonl"):
        old.unlink()
    options = PipelineOptions([f"--runner={RUNNERS[runner]}"])
    with beam.Pipeline(options=options) as pipeline:
        (
            pipeline
            | "Parts" >> beam.Create([str(part) for part in parts])
            | "Spread" >> beam.Reshuffle()
            | "Keys" >> beam.FlatMap(keys_in)
            | "Blocks" >> beam.GroupByKey()
            | "Meet" >> beam.FlatMap(meet, rules=rules)
            | "Tickets" >> beam.GroupByKey()
            | "Best" >> beam.Map(best, rules=rules)
            | "Shares" >> beam.BatchElements(min_batch_size=2000, max_batch_size=20_000)
            | "Note" >> beam.Map(note, folder=str(notes))
        )
    found: dict[str, list[str]] = {}
    for path in notes.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            found |= json.loads(line)
        path.unlink()
    notes.rmdir()
    return found


def keys_in(part: str) -> Iterator[tuple[str, Place]]:
    """(block key, place) of every ticket of a part."""
    for one in read_prints(Path(part)):
        for key in keys_of(one):
            yield key, (one.received_at.timestamp(), one.ticket_no)


def meet(block: tuple[str, Iterable[Place]], rules: LinkRules) -> Iterator[tuple[str, list[Place]]]:
    """Every ticket of a block with the newest and the very first ones before it."""
    members = sorted(set(block[1]))
    for at, (_, number) in enumerate(members):
        low = max(0, at - rules.window)
        if at:
            yield number, [*members[: min(rules.anchors, low)], *members[low:at]]


def best(ticket: tuple[str, Iterable[list[Place]]], rules: LinkRules) -> tuple[str, list[str]]:
    """The earlier tickets that share most keys, the latest of them first, as many as are compared."""
    number, some = ticket
    shared = Counter(place for places in some for place in places)
    ranked = sorted(shared, key=lambda place: (shared[place], place), reverse=True)
    return number, [other for _, other in ranked[: rules.candidates]]


def note(some: list[tuple[str, list[str]]], folder: str) -> str:
    """Keeps a share of the answer as a small file; a retry writes the same file again."""
    met: Mapping[str, Any] = dict(sorted(some))
    name = next(iter(met), "none")
    with whole_file(Path(folder) / f"{name}.jsonl") as handle:
        write_line(handle, dict(met))
    return name

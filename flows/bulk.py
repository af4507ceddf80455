"""The bulk job (Beam): years of tickets from files to result files, before one loader writes them as rows.

An element is a shard of a file, not a ticket: each DoFn call reads its shard, triages it and writes one Parquet part
under a temporary name that it renames when whole. A bundle that runs twice therefore writes the same part twice, and
per-ticket bookkeeping (about 67 µs a ticket in Beam) is not paid. Workers never open the database.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.utils.shared import Shared

from classify.ticket import InputError, Where
from flows.shards import Shard, read_shard, shards_of
from flows.sink import rejected, whole_file, write_line
from routing.fingerprint import fingerprint
from routing.triage import Triager

LOG: Final = logging.getLogger(__name__)

RUNNERS: Final = {"direct": "FnApiRunner", "flink": "FlinkRunner"}
"""``direct`` names FnApiRunner: plain DirectRunner first tries to download Prism, which a closed network refuses."""

SCHEMA: Final = pa.schema(
    [
        ("ticket_no", pa.string()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("category", pa.string()),
        ("probability", pa.float64()),
        ("urgency", pa.string()),
        ("lane", pa.string()),
        ("unit", pa.string()),
        ("district", pa.string()),
        ("due_at", pa.timestamp("us", tz="UTC")),
        ("result", pa.string()),
        ("fingerprint", pa.string()),
    ]
)
"""One row a ticket: columns to filter by, the whole TriageResult as JSON, and what linking needs later."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker must know; paths and names only, no text and no key."""

    pack: str
    model: str | None
    secret_file: str
    out: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one shard."""

    shard: str
    read: int
    written: int
    rejected: int


class TriageShard(beam.DoFn):  # type: ignore[misc]
    """Shard in, :class:`Part` out; the rows go to the part's file."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._shared = Shared()

    def setup(self) -> None:
        """Loads pack and model once a process; a model is never pickled into the pipeline."""
        job = self._job
        self._triager: Triager = self._shared.acquire(lambda: Triager.load(job.pack, job.model))
        self._secret = bytes.fromhex(Path(job.secret_file).read_text(encoding="ascii").strip())

    def process(self, shard: Shard) -> Iterator[Part]:
        """Reads, triages and writes one shard."""
        out = Path(self._job.out)
        batch = read_shard(shard, self._secret, self._job.as_of)
        results = self._triager.triage(batch.tickets)
        rows = [
            {
                "ticket_no": result.ticket_no,
                "received_at": ticket.received_at,
                "category": result.category.code,
                "probability": round(result.category.probability, 4),
                "urgency": result.urgency,
                "lane": result.lane,
                "unit": result.suggestions[0].unit if result.suggestions else None,
                "district": result.place.district,
                "due_at": result.due_at,
                "result": json.dumps(result.to_dict(), ensure_ascii=False),
                "fingerprint": json.dumps(fingerprint(ticket, result).to_dict(), ensure_ascii=False),
            }
            for ticket, result in zip(batch.tickets, results, strict=True)
        ]
        write_part(out / f"part-{shard.name}.parquet", rows)
        if batch.rejects:
            with whole_file(out / "_rejected" / f"{shard.name}.jsonl") as handle:
                for error in batch.rejects:
                    write_line(handle, rejected(error))
        yield Part(shard.name, batch.rows, len(rows), len(batch.rejects))


def write_part(path: Path, rows: list[dict[str, Any]]) -> None:
    """Writes one Parquet part whole or not at all; its temporary name starts with ``_`` so that no reader takes it."""
    half = path.with_name(f"_{path.name}.tmp")
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), half, compression="zstd")
    half.replace(path)


def run_bulk(
    source: Path,
    out: Path,
    *,
    pack: str,
    model: str | None,
    secret_file: Path,
    runner: str = "direct",
    workers: int = 1,
    as_of: datetime | None = None,
    flags: list[str] | None = None,
) -> dict[str, int]:
    """Runs the job; counts of rows read, written and set aside. ``workers`` processes on one machine.

    Raises InputError for an unknown runner, no input, or an output folder that holds something else than an earlier
    run. Checks at the end that no row was lost.
    """
    if runner not in RUNNERS:
        raise InputError("没有这个运行方式", value=runner, allowed="、".join(RUNNERS))
    shards = shards_of(source)
    prepare(out)
    Triager.load(pack, model)  # a bad pack or model is refused here, in one sentence, not as a worker's traceback
    job = Job(pack, model, str(secret_file), str(out), as_of)
    options = [f"--runner={RUNNERS[runner]}", *(flags or [])]
    if runner == "direct" and workers > 1:
        options += ["--direct_running_mode=multi_processing", f"--direct_num_workers={workers}"]
    with beam.Pipeline(options=PipelineOptions(options)) as pipeline:
        (
            pipeline
            | "Shards" >> beam.Create(shards)
            | "Spread" >> beam.Reshuffle()
            | "Triage" >> beam.ParDo(TriageShard(job))
            | "Note" >> beam.Map(note, folder=str(out / "_parts"))
        )
    return finish(out, shards)


def note(part: Part, folder: str) -> str:
    """Keeps what became of a shard as a small file: a retry writes the same file again, so nothing is counted twice."""
    with whole_file(Path(folder) / f"{part.shard}.json") as handle:
        write_line(handle, asdict(part))
    return part.shard


def prepare(out: Path) -> None:
    """An empty output folder; an earlier run of this job is cleared, anything else is left alone and refused."""
    if out.is_file():
        raise InputError("输出路径是一个文件", value=out.name, allowed="目录")
    strangers = [p.name for p in out.glob("*") if not p.name.startswith(("part-", "_"))] if out.exists() else []
    if strangers:
        raise InputError(
            "输出目录里有别的文件", value=strangers[0], allowed="空目录或上一次的结果", where=Where(out.name)
        )
    if out.exists():
        shutil.rmtree(out)
    (out / "_parts").mkdir(parents=True)


def finish(out: Path, shards: list[Shard]) -> dict[str, int]:
    """Adds up the parts and proves that every row read is either written or set aside."""
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((out / "_parts").glob("*.json"))]
    missing = {shard.name for shard in shards} - {part["shard"] for part in parts}
    if missing:
        raise InputError("有分片没有完成", value="、".join(sorted(missing)[:3]), where=Where(out.name))
    totals = {key: sum(part[key] for part in parts) for key in ("read", "written", "rejected")}
    rows = sum(pq.read_metadata(path).num_rows for path in out.glob("part-*.parquet"))
    if rows != totals["written"] or totals["read"] != totals["written"] + totals["rejected"]:
        raise InputError("写出的行数对不上", value=f"{totals},文件中 {rows} 行", where=Where(out.name))
    with whole_file(out / "_summary.json") as handle:
        write_line(handle, totals | {"parts": len(shards)})
    shutil.rmtree(out / "_parts")
    return totals

"""Files that arrive: named on the command line, or dropped into a watched folder (收件箱)."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Final

from classify.ticket import SHANGHAI, HotlineError
from flows.progress import say
from flows.steps import Taken, ingest_events, ingest_tickets
from routing.triage import Triager
from warehouse.alert_evaluation import AT_ONCE
from warehouse.alerts import raise_alerts
from warehouse.controls import value_of
from warehouse.decisions import owner_counts
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.outbox import read_channels, send_messages
from warehouse.settings import settings

ENDINGS: Final = frozenset({".xlsx", ".xls", ".csv", ".jsonl", ".parquet"})
POLL_SECONDS: Final = 5.0
"""How often a watched folder is looked at; a file system on a government network seldom offers change events."""


def ingest_files(
    files: list[str], triager: Triager, secret: bytes, *, events: bool, as_of: datetime | None = None
) -> Taken:
    """Takes in the files in the order given, routed by what people decided so far.

    ``as_of`` None is the clock. Raises InputError for a file as a whole.
    """
    upgrade()
    total = Taken()
    moment = as_of or datetime.now(SHANGHAI)
    with open_session(make_engine()) as session:
        triager = triager.with_owners(owner_counts(session)).with_threshold(value_of(session, "lane-auto"))
        for path in files:
            if events:
                taken = ingest_events(session, path, secret)
            else:
                taken = ingest_tickets(session, triager, path, secret, moment)
            total.rows += taken.rows
            total.tickets += taken.tickets
            total.events += taken.events
            total.rejected += taken.rejected
    return total


def sweep(folder: Path, triager: Triager, secret: bytes, *, events: bool = False) -> Taken:
    """Takes in every settled file of a folder once and moves it to ``done/``, or to ``failed/`` beside its reason."""
    total = Taken()
    for file in settled(folder):
        try:
            taken = ingest_files(
                [str(file)], triager, secret, events=events or "event" in file.stem or "流转" in file.stem
            )
        except HotlineError as error:
            say(f"搁置 {file.name}: {error}")
            put(file, folder / "failed").with_suffix(".reason.txt").write_text(f"{error}\n", encoding="utf-8")
            continue
        put(file, folder / "done")
        if taken.tickets.new or taken.tickets.changed:
            _alarm(triager)
        total.rows += taken.rows
        total.tickets += taken.tickets
        total.events += taken.events
        total.rejected += taken.rejected
        say("{name}: 新增 {new},变更 {changed},相同 {same},搁置 {rejected}".format(name=file.name, **taken.to_dict()))
    return total


def _alarm(triager: Triager) -> None:
    """What a single ticket fires is told with its batch, and notices that waited are tried again."""
    channels = read_channels(settings().notify_file)
    with open_session(make_engine()) as session:
        raised = raise_alerts(session, triager.pack, datetime.now(SHANGHAI), channels, AT_ONCE)
        if raised:
            say(f"预警 {len(raised)} 条")
        if channels:
            send_messages(session, channels)


def settled(folder: Path) -> list[Path]:
    """Files of known kinds that nobody is still writing: their size stands still between two looks."""
    if not folder.is_dir():
        from classify.ticket import InputError

        raise InputError("要盯住的目录不存在", value=folder.name, allowed="已有的目录")
    files = sorted(
        f for f in folder.iterdir() if f.is_file() and f.suffix.lower() in ENDINGS and f.name[0] not in "._~"
    )
    before = {file: file.stat().st_size for file in files}
    if files:
        time.sleep(0.2)
    return [file for file in files if file.exists() and file.stat().st_size == before[file]]


def put(file: Path, folder: Path) -> Path:
    """Moves a file without overwriting an earlier one of the same name."""
    folder.mkdir(exist_ok=True)
    target, number = folder / file.name, 1
    while target.exists():
        target = folder / f"{file.stem}-{number}{file.suffix}"
        number += 1
    return file.replace(target)


def watch_folder(folder: Path, triager: Triager, secret: bytes, *, events: bool) -> None:
    """Sweeps the folder until interrupted."""
    say(f"盯住 {folder};按 Ctrl+C 结束")
    while True:
        sweep(folder, triager, secret, events=events)
        time.sleep(POLL_SECONDS)

"""The nightly run as stages: plain functions, each noted when it is done; a broken night goes on where it broke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import SHANGHAI
from flows.progress import progress, say
from routing.owners import Counted
from routing.triage import Triager
from warehouse.alerts import raise_alerts
from warehouse.answering import triage_all
from warehouse.controls import value_of
from warehouse.decisions import owner_counts
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.issues import count_issues, relink
from warehouse.metrics import save_metrics
from warehouse.nights import Night, difference, freeze_owners, frozen_owners, stage, thaw_owners
from warehouse.nights import publish as switch_to
from warehouse.outbox import read_channels, send_messages
from warehouse.pack_publish import pack_in_use
from warehouse.reports import write_report
from warehouse.scope import SYSTEM
from warehouse.settings import settings
from warehouse.store import load_tickets, save_results, stale_tickets

CHUNK: Final = 2000
"""Tickets re-read in one transaction; what a broken run loses at most."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every stage is given: the night's day (Asia/Shanghai) and the triager of the new pack and model."""

    session: Session
    triager: Triager
    day: date

    @property
    def as_of(self) -> datetime:
        """The end of the day."""
        return datetime.combine(self.day + timedelta(days=1), time(), SHANGHAI) - timedelta(seconds=1)


def retriage(task: Task) -> dict[str, Any]:
    """Reads again the tickets whose result is of another pack, model or code; old results stay beside the new.

    A text that triage fails on keeps its old result and is counted as ``unread``.
    """
    done = unread = 0
    last = ""
    with progress("重研判") as advance:
        while numbers := stale_tickets(task.session, task.triager.versions, CHUNK, after=last):
            results, faults = triage_all(task.triager, load_tickets(task.session, numbers))
            save_results(task.session, list(results.values()), published=False)
            task.session.commit()
            done, unread, last = done + len(results), unread + len(faults), numbers[-1]
            advance(len(numbers))
    return {"retriaged": done, "unread": unread} | difference(task.session, task.triager.versions)


def link(task: Task) -> dict[str, Any]:
    """Links the whole history again, so that late and out-of-order tickets end in the same issues."""
    relink(task.session, task.triager)
    return {"issues": count_issues(task.session)}


def detect(task: Task) -> dict[str, Any]:
    """Runs the alert rules as of the end of the day and tells people; who is away is told by the next run."""
    channels = read_channels(settings().notify_file)
    raised = raise_alerts(task.session, task.triager.pack, task.as_of, channels)
    return {"alerts": len(raised)} | ({"notices": send_messages(task.session, channels)} if channels else {})


def measure(task: Task) -> dict[str, Any]:
    """Stores the day's metrics with numerator and denominator."""
    return {"metrics": save_metrics(task.session, task.day)}


def report(task: Task) -> dict[str, Any]:
    """Writes the daily report (日报) into the home folder."""
    folder = settings().home / "reports"
    return {"report": str(write_report(task.session, SYSTEM, "daily", task.day, folder / f"日报-{task.day}.docx").name)}


STAGES: Final[tuple[tuple[str, Callable[[Task], dict[str, Any]]], ...]] = (
    ("retriage", retriage),
    ("link", link),
    ("detect", detect),
    ("measure", measure),
    ("report", report),
)


def owners_of(session: Session, day: date) -> list[Counted]:
    """What people had decided when the night of ``day`` began: all its stages, also those that run after a break,
    must work with the same model."""
    frozen = frozen_owners(session, day)
    return frozen if frozen is not None else freeze_owners(session, day, owner_counts(session))


def triager_of(session: Session, day: date, pack: str, model: Path | None) -> Triager:
    """The triager that all stages of the night of ``day`` use."""
    return Triager.load(pack, model, owners_of(session, day)).with_threshold(value_of(session, "lane-auto"))


def pack_to_use() -> str:
    """The pack that administration published, else the one of the settings; the tables must be there."""
    with open_session(make_engine()) as session:
        return pack_in_use(session)


def run_stage(name: str, day: date, pack: str, model: Path | None) -> dict[str, Any]:
    """Runs one stage of one night unless it is done already; its counts either way."""
    function = dict(STAGES)[name]
    with open_session(make_engine()) as session:
        triager = triager_of(session, day, pack, model)
        with stage(session, Night(day, triager.versions), name) as noted:
            if noted.done:
                say(f"{name}: 已完成,跳过")
                return noted.details
            noted.details = function(Task(session, triager, day))
            return noted.details


def run_nightly(day: date, *, pack: str, model: Path | None, publish: bool = True) -> dict[str, Any]:
    """All stages in order, then the end of the night; safe to run again at any time."""
    upgrade()
    counts: dict[str, Any] = {}
    for name, _ in STAGES:
        counts |= run_stage(name, day, pack, model)
    return counts | end_night(day, pack, model, publish=publish)


def end_night(day: date, pack: str, model: Path | None, *, publish: bool) -> dict[str, Any]:
    """Makes (with ``publish``) the results of this pack and model the ones that people see, and lets go of the
    decisions that the night worked with."""
    with open_session(make_engine()) as session:
        counts: dict[str, Any] = {}
        if publish:
            counts["published"] = switch_to(session, triager_of(session, day, pack, model).versions)
        thaw_owners(session, day)
        return counts

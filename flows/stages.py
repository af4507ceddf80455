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
from routing.triage import Triager
from warehouse.alerts import raise_alerts
from warehouse.decisions import owner_counts
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.issues import count_issues, relink
from warehouse.metrics import save_metrics
from warehouse.nights import Night, difference, stage
from warehouse.nights import publish as switch_to
from warehouse.reports import write_report
from warehouse.scope import SYSTEM
from warehouse.settings import settings
from warehouse.store import load_tickets, save_results, stale_tickets

CHUNK: Final = 2000
"""Tickets re-read in one transaction; what a broken run loses at most."""


Owners = list[tuple[str, str, str, str | None, int]]
"""(category, district, unit, unit_type, times), see ``warehouse.decisions.owner_counts``."""


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
    """Reads again the tickets whose result is of another pack, model or code; old results stay beside the new."""
    done = 0
    with progress("重研判") as advance:
        while numbers := stale_tickets(task.session, task.triager.versions, CHUNK):
            tickets = load_tickets(task.session, numbers)
            save_results(task.session, task.triager.triage(tickets), published=False)
            task.session.commit()
            done += len(tickets)
            advance(len(tickets))
    return {"retriaged": done} | difference(task.session, task.triager.versions)


def link(task: Task) -> dict[str, Any]:
    """Links the whole history again, so that late and out-of-order tickets end in the same issues."""
    relink(task.session, task.triager)
    return {"issues": count_issues(task.session)}


def detect(task: Task) -> dict[str, Any]:
    """Runs the alert rules as of the end of the day."""
    return {"alerts": len(raise_alerts(task.session, task.triager.pack, task.as_of))}


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


def owners_so_far() -> Owners:
    """What people decided until now. Read once a night: all its stages must work with the same model."""
    with open_session(make_engine()) as session:
        return owner_counts(session)


def run_stage(name: str, day: date, pack: str, model: Path | None, owners: Owners) -> dict[str, Any]:
    """Runs one stage of one night unless it is done already; its counts either way."""
    function = dict(STAGES)[name]
    triager = Triager.load(pack, model, owners)
    with open_session(make_engine()) as session, stage(session, Night(day, triager.versions), name) as noted:
        if noted.done:
            say(f"{name}: 已完成,跳过")
            return noted.details
        noted.details = function(Task(session, triager, day))
        return noted.details


def run_nightly(day: date, *, pack: str, model: Path | None, publish: bool = True) -> dict[str, Any]:
    """All stages in order, then the switch that publishes the new results; safe to run again at any time."""
    upgrade()
    counts: dict[str, Any] = {}
    owners = owners_so_far()
    for name, _ in STAGES:
        counts |= run_stage(name, day, pack, model, owners)
    if publish:
        counts |= publish_results(pack, model, owners)
    return counts


def publish_results(pack: str, model: Path | None, owners: Owners) -> dict[str, Any]:
    """Makes the results of this pack and model the ones that people see."""
    with open_session(make_engine()) as session:
        return {"published": switch_to(session, Triager.load(pack, model, owners).versions)}

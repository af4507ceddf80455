"""Reports from the command line (报告): open the warehouse, write one report with the rights of the server."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from classify.ticket import SHANGHAI, InputError
from routing.pack import Pack
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.figures import TITLES
from warehouse.reports import write_paper, write_report
from warehouse.scope import SYSTEM
from warehouse.topics import collect_topic, topic_named, topic_report
from warehouse.views import newest_moment


def periodic(kind: str, day: date, out: Path) -> None:
    """日报, 周报 or 月报 of the period that ``day`` belongs to, as far as there are tickets.

    Raises InputError for another kind.
    """
    if kind not in TITLES:
        raise InputError("没有这种报告", value=kind, allowed="、".join((*TITLES, "topic")))
    upgrade()
    with open_session(make_engine()) as session:
        newest = newest_moment(session, SYSTEM)
        last = newest.astimezone(SHANGHAI).date() if newest else None
        write_report(session, SYSTEM, kind, day, out, last)  # type: ignore[arg-type]


def special(pack: str, topic: str, since: date, until: date, out: Path) -> None:
    """专报 on a theme of the pack."""
    theme = topic_named(Pack.load(pack), topic)
    upgrade()
    with open_session(make_engine()) as session:
        write_paper(topic_report(collect_topic(session, SYSTEM, theme, since, until)), out)

"""What the reports page does (报告): which report is asked for, its content, the file and its line in the record."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st
from sqlmodel import Session

from dashboard import connect
from routing.pack import Pack
from warehouse.audit import record
from warehouse.figures import collect
from warehouse.pack_publish import pack_in_use
from warehouse.paper import Paper
from warehouse.reports import report, write_paper
from warehouse.scope import Scope
from warehouse.topics import Topic, collect_topic, load_topics, topic_named, topic_report


@dataclass(frozen=True, slots=True)
class Request:
    """A report: ``day`` lies in its period, or is the last one of a theme that begins at ``since``;
    a period that is not over ends ``today``."""

    kind: str
    day: date
    today: date
    since: date | None = None
    topic: str | None = None


def pack() -> Pack:
    """The city pack in use."""
    with connect.session() as session:
        return _pack(pack_in_use(session))


@st.cache_resource(show_spinner=False, max_entries=4)
def _pack(source: str) -> Pack:
    return Pack.load(source)


def themes() -> tuple[Topic, ...]:
    """The themes of special reports, those in season are not told apart: the reader knows the month."""
    return load_topics(pack())


def read(session: Session, scope: Scope, request: Request) -> Paper:
    """The content of the report with the rights of ``scope``. Raises HotlineError."""
    if request.kind == "topic":
        theme = topic_named(pack(), request.topic or "")
        return topic_report(collect_topic(session, scope, theme, request.since or request.day, request.day))
    return report(collect(session, scope, request.kind, request.day, request.today))  # type: ignore[arg-type]


def made(scope: Scope, request: Request, ending: str) -> bytes:
    """The file of the report; that it went out, and to whom, stands in the record."""
    with connect.session() as session, tempfile.TemporaryDirectory(prefix="jiesu-report-") as folder:
        paper = read(session, scope, request)
        content = write_paper(paper, Path(folder) / f"report{ending}").read_bytes()
        record(session, scope.user, "export", f"{paper.file_name}{ending}", details={"bytes": len(content)})
        session.commit()
    return content

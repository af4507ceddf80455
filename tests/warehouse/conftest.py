"""Fresh warehouses on SQLite and on a real PostgreSQL, and hand-made tickets with a fake triager."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from classify.ticket import SHANGHAI, Ticket
from routing.result import CategoryGuess, Clock, Gate, Place, Suggestion, TriageResult
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.models import METADATA, TicketRow
from warehouse.settings import settings

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=SHANGHAI)
"""A Wednesday."""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("JIESU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("JIESU_DATABASE_URL", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a private cluster without a database name; started once, only when a test asks for it."""
    if not BINARIES or not (BINARIES[0] / "initdb").exists():
        pytest.skip("no PostgreSQL server binaries under /usr/lib/postgresql")
    root = os.geteuid() == 0
    if root and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root and runuser is missing")
    # not pytest's own folder: other runs of pytest clear that, and its parents are closed to the user postgres
    folder = Path(tempfile.mkdtemp(prefix="jiesu-postgres-"))
    data = folder / "data"
    data.mkdir()
    as_owner = ["runuser", "-u", "postgres", "--"] if root else []
    if root:
        owner = pwd.getpwnam("postgres")
        for path in (folder, data):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    run = {"cwd": folder, "check": True, "capture_output": True, "timeout": 120}
    initdb = [str(BINARIES[0] / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*as_owner, *initdb, "--locale=C.UTF-8", "-N"], **run)
    control = [*as_owner, str(BINARIES[0] / "pg_ctl"), "-D", str(data)]
    subprocess.run([*control, "-w", "-l", str(data / "log"), "-o", options, "start"], **run)
    yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    subprocess.run([*control, "-m", "immediate", "stop"], **(run | {"check": False}))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _templates() -> dict[str, str]:
    return {}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path, _templates: dict[str, str]) -> Iterator[str]:
    """A migrated, empty warehouse on each database."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'warehouse.db'}"
        if "sqlite" not in _templates:
            upgrade(address)
            _close(make_engine(address))
            template = request.getfixturevalue("tmp_path_factory").mktemp("template") / "empty.db"
            shutil.copy(tmp_path / "warehouse.db", template)
            _templates["sqlite"] = str(template)
        else:
            shutil.copy(_templates["sqlite"], tmp_path / "warehouse.db")
        yield address
        make_engine(address).dispose()
        return
    address = f"{request.getfixturevalue('postgres_server')}/postgres"
    if "postgres" not in _templates:
        upgrade(address)
        _templates["postgres"] = address
    yield address
    with make_engine(address).begin() as connection:
        tables = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


def _close(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()


@pytest.fixture
def engine(url: str) -> Engine:
    return make_engine(url)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with open_session(engine) as opened:
        yield opened


class FakeTriager:
    """Answers from the words of a ticket, so that a test sees in the text what triage will say.

    历下/市中 → district; 噪声/垃圾 → category; 急 → 特急; 举报 → a restricted gate; 坏 → an exception.
    """

    def __init__(self, pack: str = "fake:1") -> None:
        self.versions = {"pack": pack, "model": "lexicon", "code": "0"}
        self.seen = 0

    def triage(self, tickets: Sequence[Ticket]) -> list[TriageResult]:
        self.seen += len(tickets)
        return [self._one(ticket) for ticket in tickets]

    def _one(self, ticket: Ticket) -> TriageResult:
        text = ticket.text
        if "坏" in text:
            raise RuntimeError("the fake breaks on 坏")
        code, second = ("0901", "噪声污染") if "噪声" in text else ("0601", "垃圾清运")
        level1 = "生态环境" if code == "0901" else "城市管理"
        district = next((f"{name}区" for name in ("历下", "市中", "槐荫") if name in text), None)
        lead = f"{district or '市'}{'生态环境局' if code == '0901' else '城市管理局'}"
        suggestions = tuple(
            Suggestion(unit, kind, "条线", "主办", share, f"D{code}-{n}", "手工")
            for n, (unit, kind, share) in enumerate(
                [(lead, "生态环境", 0.7), (f"{district or '市'}住建局", "住建房产", 0.2)], start=1
            )
        )
        return TriageResult(
            ticket_no=ticket.ticket_no,
            category=CategoryGuess(code, (level1, second), 0.9 if "确定" in text else 0.6),
            alternatives=(CategoryGuess("0503", ("规划建设", "工地夜间施工"), 0.1),),
            second=None,
            request_type=ticket.request_type or "投诉",
            urgency="特急" if "急" in text else "一般",
            urgency_why="急" if "急" in text else None,
            gate=Gate("G07", "限知", None, "限知") if "举报" in text else None,
            place=Place(district=district, street="甸柳街道" if "甸柳" in text else None),
            attributes={"时段": None},
            suggestions=() if "无单位" in text else suggestions,
            question=None,
            due_at=ticket.received_at + timedelta(days=5),
            clock=Clock("working_day", 5),
            lane="forced" if "急" in text else "auto" if "确定" in text else "review",
            evidence=(),
            keywords=(second,),
            crosswalk={"xinfang": None},
            block_keys=(f"{code}|{district}", f"w|{second}"),
            versions=dict(self.versions),
        )


def a_ticket(number: str = "T1", text: str = "历下区有噪声", at: datetime | None = None, **changes: object) -> Ticket:
    """A ticket received at ``at`` (None: noon of 2026-03-04)."""
    made = Ticket(number, at or NOON, title=text[:10], content=text, channel="电话", caller_key=f"caller-{number}")
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def triager() -> FakeTriager:
    return FakeTriager()


def current(session: Session, number: str) -> TicketRow:
    """The current row, read afresh."""
    row = session.get(TicketRow, number, populate_existing=True)
    assert row is not None
    return row

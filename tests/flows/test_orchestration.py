"""The Prefect flows on Prefect's own test server: thin doors to functions that are tested elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from warehouse.settings import settings

TICKETS = Path(__file__).parent.parent / "golden" / "tickets.jsonl"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    import flows.orchestration  # noqa: F401 (sets Prefect's switches before Prefect loads)

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("JIESU_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_ingest_sweeps_the_inbox_once_and_keeps_what_failed(server: None, own_home: Path) -> None:
    from flows.ingest import ingest

    inbox = own_home / "inbox"
    inbox.mkdir()
    shutil.copy(TICKETS, inbox / "tickets.jsonl")
    (inbox / "broken.xlsx").write_bytes(b"PK no workbook")
    counts = ingest()
    rows = len(TICKETS.read_text(encoding="utf-8").splitlines())
    assert (counts["new"], counts["rejected"]) == (rows, 0)
    assert (inbox / "done" / "tickets.jsonl").exists()
    assert "Excel" in (inbox / "failed" / "broken.reason.txt").read_text(encoding="utf-8")
    shutil.copy(TICKETS, inbox / "again.jsonl")
    assert ingest()["same"] == rows


def test_nightly_runs_every_stage_once(server: None, own_home: Path) -> None:
    from flows.inbox import ingest_files
    from flows.nightly import nightly
    from routing.triage import Triager
    from warehouse.settings import secret

    ingest_files([str(TICKETS)], Triager.load("jinan"), secret(), events=False)
    first = nightly(day=date(2026, 11, 19))
    assert first["issues"] >= 0
    assert (own_home / "reports" / "日报-2026-11-19.docx").exists()
    assert nightly(day=date(2026, 11, 19)) == first


def test_parameters_hold_names_only() -> None:
    """Prefect's server keeps flow parameters: no text and no number of a caller may be one."""
    from flows.ingest import ingest
    from flows.nightly import nightly

    assert set(ingest.parameters.properties) == {"inbox", "pack", "model"}
    assert set(nightly.parameters.properties) == {"day", "pack", "model", "publish"}
    assert "G0001" not in json.dumps(ingest.parameters.model_dump(), default=str)

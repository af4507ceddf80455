"""Fifty corrections in a file change who is suggested there, live and through training, and nobody elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from warehouse.engine import make_engine
from warehouse.settings import settings

UNIT = "历下区照明服务中心"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("JIESU_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield
    make_engine().dispose()
    settings.cache_clear()


def run(*words: object) -> None:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, (result.output, result.exception)


def table(path: Path, start: int, count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for number in range(start, start + count):
            district = ("历下区", "市中区", "槐荫区")[number % 3]
            record = {
                "ticket_no": f"T{number}",
                "received_at": f"2026-03-{number % 27 + 1:02} 09:00:00",
                "title": "路灯不亮" if number % 2 else "暖气不热",
                "content": f"{district}第{number}号门前" + ("路灯不亮,夜里很黑" if number % 2 else "家里暖气不热"),
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def triaged(source: Path, out: Path, *more: object) -> list[dict[str, object]]:
    run("triage", source, "--out", out, "--as-of", "2026-04-01", *more)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
def test_fifty_corrections(tmp_path: Path) -> None:
    first = table(tmp_path / "first.jsonl", 0, 300)
    before = triaged(first, tmp_path / "before.jsonl")
    lights = [one for one in before if "路灯" in str(one["keywords"]) and one["place"]["district"] == "历下区"]  # type: ignore[index]
    assert len(lights) == 50
    run("ingest", first, "--as-of", "2026-04-01")
    decisions = tmp_path / "decisions.jsonl"
    with decisions.open("w", encoding="utf-8") as file:
        for one in lights:
            line = {"ticket_no": one["ticket_no"], "unit": UNIT, "by": "zhang", "at": "2026-03-30T10:00:00+08:00"}
            file.write(json.dumps(line) + "\n")
    run("decide", decisions)

    run("train", "--from-warehouse", "--target", "owner", "--out", tmp_path / "model")
    after = triaged(first, tmp_path / "after.jsonl", "--model", tmp_path / "model")
    there = {one["ticket_no"] for one in lights}
    for old, new in zip(before, after, strict=True):
        if old["ticket_no"] in there:
            assert new["suggestions"][0]["unit"] == UNIT  # type: ignore[index]
        else:
            assert {**old, "versions": 0} == {**new, "versions": 0}

    from sqlmodel import col, select

    from warehouse.engine import open_session
    from warehouse.models import TriageRow

    run("ingest", table(tmp_path / "second.jsonl", 300, 60), "--as-of", "2026-04-01")
    with open_session(make_engine()) as session:
        newest = session.exec(select(TriageRow).where(col(TriageRow.ticket_no) >= "T300")).all()
        live = {row.ticket_no: json.loads(row.result) for row in newest if len(row.ticket_no) == 4}
    learnt = [one for one in live.values() if one["suggestions"][0]["unit"] == UNIT]
    assert len(learnt) == 10
    assert all(one["place"]["district"] == "历下区" for one in learnt)

"""The command line as a user types it: the same file twice, decisions out once, nights that go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from warehouse.settings import settings

TICKETS = Path(__file__).parent.parent / "golden" / "tickets.jsonl"
ROWS = len(TICKETS.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("JIESU_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def jiesu(*words: object) -> dict[str, Any]:
    """Runs a command that must succeed; its last line of standard output as JSON."""
    result = CliRunner().invoke(app, [str(word) for word in words] + ["--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    last: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return last


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return path


def test_the_same_file_twice_changes_nothing(own_home: Path) -> None:
    first = jiesu("ingest", TICKETS)
    assert (first["read"], first["new"], first["same"], first["rejected"]) == (ROWS, ROWS, 0, 0)
    second = jiesu("ingest", TICKETS)
    assert (second["new"], second["changed"], second["same"], second["triaged"]) == (0, 0, ROWS, 0)


def test_other_content_under_the_same_number_is_changed(own_home: Path) -> None:
    record = {"工单编号": "A1", "来电时间": "2026-11-01 09:00", "标题": "路灯不亮", "诉求内容": "经十路路灯不亮"}
    jiesu("ingest", write(own_home / "a.jsonl", [record]))
    again = jiesu("ingest", write(own_home / "b.jsonl", [record | {"诉求内容": "经十路路灯已亮,井盖坏了"}]))
    assert (again["new"], again["changed"]) == (0, 1)


def test_duplicate_numbers_in_one_file_keep_both_versions(own_home: Path) -> None:
    record = {"工单编号": "A1", "来电时间": "2026-11-01 09:00", "标题": "路灯不亮", "诉求内容": "经十路路灯不亮"}
    counts = jiesu("ingest", write(own_home / "a.jsonl", [record, record | {"诉求内容": "别的内容"}, record]))
    assert counts["read"] == 3
    assert counts["new"] == 1
    assert counts["changed"] + counts["same"] == 2


def test_events_move_tickets_and_come_once(own_home: Path) -> None:
    jiesu("ingest", TICKETS)
    events = [
        {"工单编号": "G0014", "操作时间": "2026-10-26 09:00", "操作类型": "派单", "承办单位": "章丘区综合行政执法局"},
        {"工单编号": "G0014", "操作时间": "2026-10-26 10:00", "操作类型": "签收", "承办单位": "章丘区综合行政执法局"},
        {"工单编号": "G0014", "操作时间": "坏时间", "操作类型": "办结"},
        {"工单编号": "没有这件", "操作时间": "2026-10-27 10:00", "操作类型": "办结"},
    ]
    file = write(own_home / "events.jsonl", events)
    counts = jiesu("ingest", file, "--events")
    assert (counts["read"], counts["new"], counts["rejected"]) == (4, 3, 1)
    assert jiesu("ingest", file, "--events")["new"] == 0


def test_decisions_come_in_once_and_go_out_once(own_home: Path) -> None:
    jiesu("ingest", TICKETS)
    file = write(
        own_home / "decisions.jsonl",
        [
            {"ticket_no": "G0002", "category": "0202", "unit": "济南水务集团", "by": "zhang", "at": "2026-11-18T08:00"},
            {"ticket_no": "G0014", "unit": "章丘区综合行政执法局", "by": "zhang", "at": "2026-11-18T08:05"},
            {"ticket_no": "没有", "unit": "某局", "by": "zhang", "at": "2026-11-18T08:06"},
            {"ticket_no": "G0003", "by": "zhang", "at": "2026-11-18T08:07"},
        ],
    )
    counts = jiesu("decide", file)
    assert (counts["new"], counts["same"], counts["rejected"]) == (2, 0, 2)
    assert jiesu("decide", file)["same"] == 2
    out = own_home / "out.jsonl"
    sent = jiesu("export", "dispatches", "--since", "2026-11-01", "--out", out)
    assert sent["rows"] == 2
    assert (own_home / "out.jsonl.receipt.json").exists()
    assert jiesu("export", "dispatches", "--since", "2026-11-01", "--out", own_home / "more.jsonl")["rows"] == 0


def test_nightly_goes_on_where_it_broke(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import stages

    jiesu("ingest", TICKETS)

    def broken(*_: object) -> list[object]:
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(stages, "raise_alerts", broken)
        with pytest.raises(OSError, match="disk"):
            jiesu("nightly", "--date", "2026-11-19")
    done: list[str] = []
    for name, function in stages.STAGES:
        done.append(name)
        assert function.__doc__
    counts = jiesu("nightly", "--date", "2026-11-19")
    assert counts["retriaged"] == 0
    assert (own_home / "home" / "reports" / "日报-2026-11-19.docx").exists()
    assert done == ["retriage", "link", "detect", "measure", "report"]


@pytest.mark.parametrize("ending", [".docx", ".xlsx"])
@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
def test_reports_of_every_kind(own_home: Path, kind: str, ending: str) -> None:
    jiesu("ingest", TICKETS)
    out = own_home / f"report{ending}"
    assert jiesu("report", kind, "--date", "2026-11-18", "--out", out)["kind"] == kind
    assert out.stat().st_size > 5_000


def test_mask_answers_with_offsets_into_the_text_given(own_home: Path) -> None:
    text = "我姓王,电话是 138 0000 6688,别的不说"
    source, out = write(own_home / "m.jsonl", [{"id": 7, "text": text}, {"id": 8}]), own_home / "masked.jsonl"
    counts = jiesu("mask", source, "--out", out)
    assert (counts["good"], counts["rejected"]) == (1, 1)
    (line,) = [json.loads(one) for one in out.read_text(encoding="utf-8").splitlines()]
    (span,) = line["spans"]
    assert (line["id"], span["kind"]) == (7, "mobile")
    assert text[span["start"] : span["end"]] == "138 0000 6688"


def test_clock_counts_working_days(own_home: Path) -> None:
    record = {"received_at": "2026-09-30T17:00:00+08:00", "clock": {"unit": "working_day", "n": 2}, "pauses": []}
    out = own_home / "due.jsonl"
    jiesu("clock", write(own_home / "c.jsonl", [record]), "--out", out)
    answer = json.loads(out.read_text(encoding="utf-8"))
    assert answer["due_at"].startswith("2026-10-1")


def test_link_answers_every_ticket(own_home: Path) -> None:
    out = own_home / "l.jsonl"
    jiesu("link", TICKETS, "--out", out)
    lines = [json.loads(one) for one in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == ROWS
    within: dict[str, str] = {}
    for line in lines:
        assert line["issue"]
        assert line["related"]
        assert within.setdefault(line["issue"], line["related"]) == line["related"]


@pytest.mark.slow
def test_demo_makes_a_fresh_warehouse_and_keeps_it_when_nothing_changed(own_home: Path) -> None:
    from flows.demo import run_demo

    first = run_demo([str(TICKETS)], "jinan", None, None, fresh=True)
    assert (first.counts["new"], first.counts["rejected"]) == (ROWS, 0)
    assert {name for name, _, _ in first.logins} >= {"paidan", "duban", "guanli"}
    again = run_demo([str(TICKETS)], "jinan", None, None, fresh=False)
    assert again.reused
    assert again.counts == first.counts


@pytest.mark.slow
def test_demo_moves_a_real_warehouse_aside(own_home: Path) -> None:
    from flows.demo import run_demo

    jiesu("ingest", TICKETS)
    run_demo([str(TICKETS)], "jinan", None, None, fresh=True)
    assert list((own_home / "home").glob("jiesu.db.2*"))


ANSWERS = {
    "label": "城乡建设",
    "一级分类": "城乡建设",
    "答复意见": "经城管局核实,已整改",
    "答复时间": "2026-11-19",
    "承办单位": "市城管局",
    "是否解决": "是",
    "满意度": "满意",
    "办结时间": "2026-11-19 10:00",
    "退单理由": "非本单位职责",
}


@pytest.mark.parametrize("command", ["triage", "link"])
def test_labels_replies_and_outcomes_change_nothing(own_home: Path, command: str) -> None:
    """Triage and link never read a reply, a label or an outcome: with all such columns the answers are the same."""
    records = [json.loads(line) for line in TICKETS.read_text(encoding="utf-8").splitlines()]
    bare, told = own_home / "bare.jsonl", own_home / "told.jsonl"
    jiesu(command, write(own_home / "a.jsonl", records), "--out", bare)
    jiesu(command, write(own_home / "b.jsonl", [one | ANSWERS for one in records]), "--out", told)
    assert told.read_text(encoding="utf-8") == bare.read_text(encoding="utf-8")


def test_outcomes_of_rules_come_from_the_record(own_home: Path) -> None:
    from datetime import UTC, datetime

    from warehouse import alert_loop
    from warehouse.engine import make_engine, open_session, upgrade
    from warehouse.models import AlertRow
    from warehouse.scope import Scope

    upgrade()
    now = datetime(2026, 11, 20, 2, tzinfo=UTC)
    with open_session(make_engine()) as session:
        for number, outcome in enumerate(("true", "true", "false"), 1):
            session.add(
                AlertRow(
                    id=number, alert_key=f"A08|{number}|1", rule="A08", grade="橙", title="x", day=now.date(),
                    fired_at=now, last_at=now, count=1,
                )
            )  # fmt: skip
            session.commit()
            head = Scope("shenhe", "reviewer")
            alert_loop.step(session, head, number, "研判", reason="查过", outcome=outcome, at=now)
    told = jiesu("outcomes")
    assert told["to"] == "2026-11-20"
    assert told["rules"]["A08"]["fired"] == 3
    assert told["rules"]["A08"]["precision"] == pytest.approx(2 / 3)
    assert jiesu("outcomes", "--from", "2026-11-21", "--to", "2026-11-22")["rules"] == {}
    text = CliRunner().invoke(app, ["outcomes"], catch_exceptions=False).output
    assert "0.667" in text

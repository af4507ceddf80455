"""What goes out: each accepted decision once, with a receipt; indicators with their parts; no formula runs."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from classify.ticket import AccessError, Event, InputError, StateError
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.decisions import Decision, decide, undo
from warehouse.exports import again, export_dispatches, export_indicators, harmless
from warehouse.intake import take_events, take_in
from warehouse.views import SYSTEM, Scope

DAY = timedelta(days=1)


@pytest.fixture
def decided(session: Session, triager: FakeTriager) -> Session:
    take_in(session, triager, [a_ticket(f"T{n}", "历下区噪声") for n in range(1, 4)], "B1")
    decide(session, Decision("T1", "anna", at=NOON), SYSTEM, NOON)
    decide(session, Decision("T2", "anna", unit="=HYPERLINK()", at=NOON, reason="+1"), SYSTEM, NOON)
    return session


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_decision_goes_out_once_with_a_receipt(decided: Session, tmp_path: Path) -> None:
    out = tmp_path / "out" / "d.jsonl"
    receipt = export_dispatches(decided, NOON - DAY, out, SYSTEM, NOON)
    assert [row["ticket_no"] for row in lines(out)] == ["T1", "T2"]
    assert lines(out)[0]["unit"] == "历下区生态环境局"
    beside = json.loads((tmp_path / "out" / "d.jsonl.receipt.json").read_text(encoding="utf-8"))
    assert beside == receipt
    assert receipt["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    before = out.read_bytes()
    assert export_dispatches(decided, NOON - DAY, out, SYSTEM, NOON)["rows"] == 0
    assert out.read_bytes() == before
    other = tmp_path / "second.jsonl"
    assert export_dispatches(decided, NOON - DAY, other, SYSTEM, NOON)["rows"] == 0
    assert other.read_bytes() == b""
    again(decided, receipt["export_id"], tmp_path / "lost.jsonl", SYSTEM)
    assert (tmp_path / "lost.jsonl").read_bytes() == before


def test_a_correction_after_the_export_goes_out_as_a_new_row(decided: Session, tmp_path: Path) -> None:
    export_dispatches(decided, NOON - DAY, tmp_path / "a.jsonl", SYSTEM, NOON)
    with pytest.raises(StateError, match="已送出"):
        undo(decided, "T1", "anna", SYSTEM)
    decide(decided, Decision("T1", "anna", unit="历下区公安分局", at=NOON + DAY), SYSTEM, NOON + DAY)
    with pytest.raises(InputError, match="已存在"):
        export_dispatches(decided, NOON - DAY, tmp_path / "a.jsonl", SYSTEM, NOON)
    export_dispatches(decided, NOON - DAY, tmp_path / "b.jsonl", SYSTEM, NOON + DAY)
    assert [(row["ticket_no"], row["unit"]) for row in lines(tmp_path / "b.jsonl")] == [("T1", "历下区公安分局")]


def test_undone_and_superseded_decisions_stay_here(decided: Session, tmp_path: Path) -> None:
    undo(decided, "T2", "anna", SYSTEM)
    decide(decided, Decision("T1", "anna", unit="历下区住建局", at=NOON + DAY), SYSTEM, NOON + DAY)
    export_dispatches(decided, NOON - DAY, tmp_path / "a.jsonl", SYSTEM, NOON)
    assert [(row["ticket_no"], row["unit"]) for row in lines(tmp_path / "a.jsonl")] == [("T1", "历下区住建局")]


def test_no_cell_runs_as_a_formula(decided: Session, tmp_path: Path) -> None:
    export_dispatches(decided, NOON - DAY, tmp_path / "d.csv", SYSTEM, NOON)
    text = (tmp_path / "d.csv").read_text(encoding="utf-8-sig")
    row = list(csv.DictReader(text.splitlines()))[1]
    assert (row["unit"], row["reason"]) == ("'=HYPERLINK()", "'+1")
    assert [harmless(one) for one in ("@x", "\tx", "=x", "x=1", -3, None)] == ["'@x", "'\tx", "'=x", "x=1", -3, None]


def test_exports_need_the_right_and_keep_to_the_scope(decided: Session, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="导出"):
        export_dispatches(decided, NOON, tmp_path / "d.csv", Scope("x", "dispatcher"))
    narrow = Scope("x", "supervisor", areas=frozenset({"市中区"}))
    assert export_dispatches(decided, NOON - DAY, tmp_path / "d.csv", narrow, NOON)["rows"] == 0
    with pytest.raises(InputError, match="类型"):
        export_dispatches(decided, NOON - DAY, tmp_path / "d.xls", SYSTEM, NOON)


def test_indicators_carry_their_parts(decided: Session, tmp_path: Path) -> None:
    take_events(decided, [Event("T1", NOON + DAY, "办结", "历下区生态环境局")], "B2")
    receipt = export_indicators(decided, NOON, tmp_path / "i.jsonl", SYSTEM, NOON + 9 * DAY)
    rows = lines(tmp_path / "i.jsonl")
    assert len(rows) == receipt["rows"]
    on_time = next(row for row in rows if row["code"] == "M04" and row["by"] is None)
    assert (on_time["numerator"], on_time["denominator"], on_time["value"]) == (1, 2, 0.5)
    assert "÷" in str(on_time["definition"])

"""Three doors, one answer: the same tickets one by one, through ``take_in`` and through Beam."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
from sqlmodel import select

from classify.ticket import Ticket
from flows.bulk import run_bulk, write_part
from flows.bulk_links import link_parts
from flows.source import ticket_batches
from routing.fingerprint import fingerprint
from routing.linking import link_all
from routing.policy import RepeatPolicy
from routing.triage import Triager
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.intake import take_in
from warehouse.issues import relink
from warehouse.models import LinkRow, TriageRow
from warehouse.settings import secret, settings

TICKETS = Path(__file__).parent / "golden" / "tickets.jsonl"
SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "triage_result.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    return [ticket for batch in ticket_batches(str(TICKETS), secret()) for ticket in batch.tickets]


@pytest.fixture(scope="module")
def one_by_one(jinan: Triager, tickets: list[Ticket]) -> dict[str, dict[str, Any]]:
    return {ticket.ticket_no: jinan.triage([ticket])[0].to_dict() for ticket in tickets}


def test_every_line_has_the_form_of_the_contract(one_by_one: dict[str, dict[str, Any]]) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for result in one_by_one.values():
        validator.validate(result)


def test_winner_is_not_among_the_alternatives(one_by_one: dict[str, dict[str, Any]]) -> None:
    for result in one_by_one.values():
        assert result["category"]["code"] not in {guess["code"] for guess in result["alternatives"]}


def test_evidence_offsets_point_at_the_shown_text(tickets: list[Ticket], one_by_one: dict[str, dict[str, Any]]) -> None:
    for ticket in tickets:
        for span in one_by_one[ticket.ticket_no]["evidence"]:
            assert getattr(ticket, span["field"])[span["start"] : span["end"]] == span["text"]


def test_batch_and_single_agree(jinan: Triager, tickets: list[Ticket], one_by_one: dict[str, dict[str, Any]]) -> None:
    assert [result.to_dict() for result in jinan.triage(tickets)] == list(one_by_one.values())


def test_a_batch_is_the_sum_of_its_parts(jinan: Triager, tickets: list[Ticket]) -> None:
    half = len(tickets) // 2
    assert jinan.triage(tickets) == jinan.triage(tickets[:half]) + jinan.triage(tickets[half:])


def test_nothing_in_gives_nothing_out(jinan: Triager) -> None:
    assert jinan.triage([]) == []


def test_the_desk_door_agrees(
    jinan: Triager, tickets: list[Ticket], one_by_one: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'parity.db'}"
    upgrade(url)
    with open_session(make_engine(url)) as session:
        take_in(session, jinan, tickets, "parity")
        rows = session.exec(select(TriageRow)).all()
        assert {row.ticket_no: json.loads(row.result) for row in rows} == one_by_one


@pytest.mark.slow
def test_the_bulk_door_agrees(one_by_one: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    counts = run_bulk(TICKETS, tmp_path / "out", pack="jinan", model=None, secret_file=settings().secret_file)
    assert counts == {"read": len(one_by_one), "written": len(one_by_one), "rejected": 0}
    table = pq.read_table(sorted((tmp_path / "out").glob("part-*.parquet")))
    found = {row["ticket_no"]: json.loads(row["result"]) for row in table.to_pylist()}
    assert found == one_by_one


@pytest.mark.slow
def test_the_bulk_door_links_as_the_warehouse_and_the_file_do(jinan: Triager, tmp_path: Path) -> None:
    small = Path(__file__).parents[1] / "samples" / "data" / "jinan_small.xlsx"
    tickets = [ticket for batch in ticket_batches(str(small), secret()) for ticket in batch.tickets]
    prints = [fingerprint(*both) for both in zip(tickets, jinan.triage(tickets), strict=True)]
    policy = RepeatPolicy.load(jinan.pack)
    expected = {one.ticket_no: (one.issue, one.related) for one in link_all(prints, policy)}
    assert len({issue for issue, _ in expected.values()}) < len(expected)

    rows = [{"fingerprint": json.dumps(one.to_dict(), ensure_ascii=False)} for one in prints]
    for k in range(3):  # parts of uneven size, the newest first
        write_part(tmp_path / f"part-{k}.parquet", rows[::-1][k::3] if k else rows[::-1][::3])
    assert {one.ticket_no: (one.issue, one.related) for one in link_parts(tmp_path, policy)} == expected

    url = f"sqlite:///{tmp_path / 'links.db'}"
    upgrade(url)
    with open_session(make_engine(url)) as session:
        take_in(session, jinan, tickets, "parity")
        relink(session, jinan)
        saved = {row.ticket_no: (row.issue, row.related) for row in session.exec(select(LinkRow))}
    assert saved == expected

"""The nightly run's bookkeeping: stages that restart, answers side by side, one switch."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, select

from routing.result import LIVE
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.decisions import Decision, decide
from warehouse.intake import take_in
from warehouse.models import FingerprintRow, LinkRow, TriageRow
from warehouse.nights import (
    Night,
    difference,
    freeze_owners,
    frozen_owners,
    publish,
    published_versions,
    stage,
    thaw_owners,
)
from warehouse.store import load_results, load_tickets, save_results, stale_tickets, version_key
from warehouse.views import SYSTEM, answer_diff, stages, ticket_detail

TONIGHT = date(2026, 3, 4)


class OtherTriager(FakeTriager):
    """A new pack under which every text is about 噪声."""

    def __init__(self) -> None:
        super().__init__("fake:2")

    def triage(self, tickets):  # type: ignore[no-untyped-def]
        loud = [a_ticket(one.ticket_no, one.text.replace("垃圾", "噪声"), one.received_at) for one in tickets]
        return super().triage(loud)


def test_a_stage_that_is_done_is_passed_over_and_a_failed_one_runs_again(session: Session) -> None:
    night = Night(TONIGHT, {"pack": "a"})
    with pytest.raises(RuntimeError), stage(session, night, "link"):
        raise RuntimeError("power cut")
    assert [(row.status, row.progress) for row in stages(session, SYSTEM)] == [("failed", "RuntimeError")]
    with stage(session, night, "link") as noted:
        assert not noted.done
        noted.details = {"issues": 3}
    with stage(session, night, "link") as noted:
        assert (noted.done, noted.details) == (True, {"issues": 3})
    assert stages(session, SYSTEM)[0].tries == 2
    with stage(session, Night(TONIGHT, {"pack": "b"}), "link") as noted:
        assert not noted.done


def test_new_answers_stay_beside_the_old_until_the_switch(session: Session, triager: FakeTriager) -> None:
    tickets = [a_ticket("T1", "历下区垃圾"), a_ticket("T2", "历下区噪声"), a_ticket("T3", "历下区垃圾")]
    take_in(session, triager, tickets, "B1")
    decide(session, Decision("T3", "anna"), SYSTEM, NOON)
    other = OtherTriager()
    assert stale_tickets(session, triager.versions, 10) == []
    stale = stale_tickets(session, other.versions, 2)
    assert stale == ["T1", "T2"]
    while stale := stale_tickets(session, other.versions, 2):
        save_results(session, other.triage(load_tickets(session, stale)), published=False)
        session.commit()
    assert current(session, "T1").category == "0601"
    assert difference(session, other.versions) | {"due": 0} == {
        "compared": 3, "other_category": 2, "other_unit": 2, "other_urgency": 0, "other_lane": 0, "other_gate": 0,
        "other_due_at": 0, "due": 0,
    }  # fmt: skip
    assert "category" in [name for name, _, _ in answer_diff(session, SYSTEM, "T1")]
    assert publish(session, other.versions) == 3
    assert current(session, "T1").category == "0901"
    assert current(session, "T3").category == "0601"
    assert published_versions(session) == [(version_key(other.versions), 3)]
    assert publish(session, other.versions) == 0
    assert publish(session, triager.versions) == 3
    assert current(session, "T1").category == "0601"


def test_new_decisions_make_only_waiting_tickets_stale(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket(f"T{n}", "历下区垃圾") for n in range(4)], "B1")
    decide(session, Decision("T3", "anna"), SYSTEM, NOON)
    model = triager.versions["model"]
    learned = {**triager.versions, "model": f"{model}{LIVE}1"}
    assert stale_tickets(session, learned, 10) == ["T0", "T1", "T2"]
    assert stale_tickets(session, learned, 1, after="T0") == ["T1"]
    assert stale_tickets(session, {**triager.versions, "model": f"{model}x{LIVE}1"}, 10) == ["T0", "T1", "T2", "T3"]


def test_a_night_that_broke_goes_on_with_the_decisions_it_began_with(session: Session) -> None:
    owners = [("0901", "历下区", "历下区公安分局", None, 3)]
    assert frozen_owners(session, TONIGHT) is None
    assert freeze_owners(session, TONIGHT, owners) == owners
    assert frozen_owners(session, TONIGHT) == owners
    assert frozen_owners(session, date(2026, 3, 5)) is None
    thaw_owners(session, date(2026, 3, 5))
    assert frozen_owners(session, TONIGHT) == owners
    thaw_owners(session, TONIGHT)
    assert frozen_owners(session, TONIGHT) is None


def test_answers_to_an_older_content_are_not_published(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", "历下区垃圾")], "B1")
    other = OtherTriager()
    save_results(session, other.triage(load_tickets(session, ["T1"])), published=False)
    take_in(session, triager, [a_ticket("T1", "市中区垃圾")], "B2")
    assert publish(session, other.versions) == 0
    assert stale_tickets(session, other.versions, 10) == ["T1"]


def test_rows_from_parquet_are_those_of_the_desk(session: Session, triager: FakeTriager) -> None:
    tickets = [a_ticket(f"T{n}", f"历下区噪声 {n}") for n in range(3)]
    take_in(session, triager, tickets, "B1")
    names = ["triage_key", "category", "unit", "due_at", "lane", "published", "result"]

    def rows() -> list[tuple[object, ...]]:
        found = session.exec(select(TriageRow).order_by(TriageRow.ticket_no)).all()
        return [tuple(getattr(row, name) for name in names) for row in found]

    before = rows()
    assert load_results(session, [one.to_dict() for one in triager.triage(tickets)]) == 0
    session.expire_all()
    assert rows() == before
    assert ticket_detail(session, SYSTEM, "T1").now.category == "0901"


def test_loaded_tickets_round_trip(session: Session, triager: FakeTriager) -> None:
    ticket = a_ticket("T1", "历下区噪声", area_hint="历下", request_type="投诉", extra={"备注": "甲"})
    take_in(session, triager, [ticket], "B1")
    assert load_tickets(session, ["T1", "nothing"]) == [ticket]
    assert session.exec(select(FingerprintRow.ticket_no)).all() == ["T1"]
    assert session.exec(select(LinkRow.issue)).all() == ["IT1"]

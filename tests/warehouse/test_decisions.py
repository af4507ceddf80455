"""Decisions: rows beside the machine's, undo, claims that two people never share, what corrections teach."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from classify.ticket import AccessError, Event, InputError, StateError
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.claims import claim, claim_next, held_by, release
from warehouse.decisions import Decision, decide, decide_many, is_saved, owner_counts, undo
from warehouse.engine import open_session
from warehouse.intake import take_events, take_in
from warehouse.views import SYSTEM, Filters, Scope, acceptance, queue, ticket_detail

ANNA = Scope("anna", "dispatcher")
BORIS = Scope("boris", "dispatcher")
DAY = NOON.date()


@pytest.fixture
def desk(session: Session, triager: FakeTriager) -> Session:
    take_in(session, triager, [a_ticket(f"T{n}", "历下区噪声") for n in range(1, 4)], "B1")
    return session


def test_accept_takes_the_first_suggestion_and_dispatches(desk: Session) -> None:
    done = decide(desk, Decision("T1", "anna"), ANNA, NOON)
    assert (done.kind, done.unit, done.state) == ("accept", "历下区生态环境局", "已派单")
    detail = ticket_detail(desk, ANNA, "T1")
    assert (detail.now.unit_from, detail.decisions[0].chosen) == ("decision", 1)
    assert detail.result is not None
    assert detail.result["suggestions"][0]["unit"] == "历下区生态环境局"
    assert queue(desk, ANNA).total == 2


def test_what_differs_from_the_suggestions_is_a_correction(desk: Session) -> None:
    second = decide(desk, Decision("T1", "anna", unit="历下区住建局"), ANNA, NOON)
    assert second.kind == "accept"
    other = decide(desk, Decision("T2", "anna", unit="历下区公安分局", assist=("甸柳街道",)), ANNA, NOON)
    assert other.kind == "correct"
    matter = decide(
        desk, Decision("T3", "anna", category="0503", urgency="紧急", place={"street": "甸柳街道"}), ANNA, NOON
    )
    assert matter.kind == "correct"
    row = current(desk, "T3")
    assert (row.category, row.level2, row.urgency, row.street) == ("0503", "工地夜间施工", "紧急", "甸柳街道")
    figures = acceptance(desk, SYSTEM, DAY, DAY)
    assert (figures.decided, figures.first, figures.among, figures.category_kept) == (3, 1, 2, 2)
    assert ticket_detail(desk, ANNA, "T2").assist == ("甸柳街道",)


def test_reprocessing_never_overwrites_a_decision(desk: Session) -> None:
    decide(desk, Decision("T1", "anna", unit="历下区公安分局"), ANNA, NOON)
    take_in(desk, FakeTriager("fake:2"), [a_ticket("T1", "历下区垃圾")], "B2")
    detail = ticket_detail(desk, ANNA, "T1")
    assert (detail.now.unit, detail.now.unit_from, detail.now.state) == ("历下区公安分局", "decision", "已派单")
    assert detail.now.category == "0901"


def test_undo_brings_the_machine_back(desk: Session) -> None:
    decide(desk, Decision("T1", "anna", unit="历下区公安分局"), ANNA, NOON)
    with pytest.raises(StateError, match="他人"):
        undo(desk, "T1", "boris", BORIS)
    assert undo(desk, "T1", "anna", ANNA).state == "待派单"
    row = current(desk, "T1")
    assert (row.unit, row.unit_from, row.decided) == ("历下区生态环境局", "machine", None)
    assert ticket_detail(desk, ANNA, "T1").decisions[0].undone_by == "anna"
    assert owner_counts(desk) == []
    with pytest.raises(StateError, match="没有可撤回"):
        undo(desk, "T1", "anna", ANNA)


def test_hold_ask_back_return_and_confer_want_a_reason_and_move_the_state(desk: Session) -> None:
    with pytest.raises(InputError, match="理由"):
        decide(desk, Decision("T1", "anna", kind="hold"), ANNA, NOON)
    for kind, state in (("hold", "挂起"), ("ask_back", "待补充"), ("return", "待受理"), ("confer", "会商")):
        assert decide(desk, Decision("T1", "anna", kind=kind, reason="等材料"), ANNA, NOON).state == state
    assert decide(desk, Decision("T1", "anna"), ANNA, NOON).state == "已派单"


def test_a_closed_ticket_is_not_dispatched_at_the_desk_but_may_be_recorded(desk: Session) -> None:
    take_events(
        desk, [Event("T1", NOON, "派单", "甲"), Event("T1", NOON, "办结", "甲"), Event("T1", NOON, "结案")], "B2"
    )
    with pytest.raises(StateError, match="结案"):
        decide(desk, Decision("T1", "anna"), ANNA, NOON)
    fact = Decision("T1", "anna", unit="历下区公安分局", at=NOON + timedelta(days=3))
    decide(desk, fact, SYSTEM, NOON)
    assert is_saved(desk, fact)
    assert current(desk, "T1").state == "结案"


def test_decisions_teach_who_owns_a_matter(desk: Session) -> None:
    wanted = [Decision(f"T{n}", "anna", unit="历下区公安分局") for n in range(1, 4)] + [Decision("T9", "anna")]
    done, refused = decide_many(desk, wanted, ANNA, NOON)
    assert (len(done), [number for number, _ in refused]) == (3, ["T9"])
    assert owner_counts(desk, "0901") == [("0901", "历下区", "历下区公安分局", None, 3)]


def test_nobody_decides_for_another_or_without_the_right(desk: Session) -> None:
    with pytest.raises(AccessError, match="本人"):
        decide(desk, Decision("T1", "boris"), ANNA, NOON)
    with pytest.raises(AccessError, match="派单"):
        decide(desk, Decision("T1", "lili"), Scope("lili", "leader"), NOON)
    with pytest.raises(AccessError, match="数据范围"):
        decide(desk, Decision("T1", "anna"), Scope("anna", "dispatcher", areas=frozenset({"市中区"})), NOON)


def test_a_claimed_ticket_is_anothers_until_it_is_over(desk: Session) -> None:
    number = claim_next(desk, ANNA, now=NOON)
    assert number is not None
    assert held_by(desk, ANNA, NOON) == [number]
    with pytest.raises(StateError, match="他人"):
        claim(desk, BORIS, number, NOON)
    with pytest.raises(StateError, match="他人"):
        decide(desk, Decision(number, "boris"), BORIS, NOON)
    claim(desk, BORIS, number, NOON + timedelta(hours=1))
    release(desk, BORIS, number)
    assert held_by(desk, BORIS, NOON) == []


def test_claims_follow_the_queue_and_end(desk: Session) -> None:
    taken = [claim_next(desk, scope, now=NOON) for scope in (ANNA, BORIS, ANNA, BORIS)]
    assert taken == ["T1", "T2", "T3", None]
    assert claim_next(desk, ANNA, Filters(district="市中区"), NOON) is None


def test_ten_people_at_once_never_get_the_same_ticket(engine: Engine, triager: FakeTriager) -> None:
    with open_session(engine) as session:
        take_in(session, triager, [a_ticket(f"T{n:03}", "历下区噪声") for n in range(60)], "B1")
    taken: dict[str, list[str]] = {}
    errors: list[BaseException] = []

    def work(name: str) -> None:
        scope = Scope(name, "dispatcher")
        try:
            with open_session(engine) as session:
                mine = taken.setdefault(name, [])
                while (number := claim_next(session, scope, now=NOON)) is not None:
                    decide(session, Decision(number, name), scope, NOON)
                    mine.append(number)
        except BaseException as error:
            errors.append(error)

    people = [threading.Thread(target=work, args=(f"p{n}",)) for n in range(6)]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    assert not errors
    everything = [number for mine in taken.values() for number in mine]
    assert sorted(everything) == [f"T{n:03}" for n in range(60)]

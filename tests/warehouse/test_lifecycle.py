"""The state machine: legal moves, illegal ones set aside, order of arrival without effect."""

from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from classify.ticket import EVENT_KINDS
from tests.warehouse.conftest import NOON
from warehouse.lifecycle import DECISION_MOVES, MOVES, STATES, Move, Standing, fold, refusal

HOUR = timedelta(hours=1)


def moves(*kinds: str, unit: str | None = None) -> list[Move]:
    return [Move(NOON + n * HOUR, kind, f"k{n}", unit=unit) for n, kind in enumerate(kinds)]


def test_every_kind_of_event_and_decision_has_moves_to_known_states() -> None:
    assert set(EVENT_KINDS) | set(DECISION_MOVES.values()) == set(MOVES)
    for kind, table in MOVES.items():
        assert set(table) <= set(STATES), kind
        assert {after for after in table.values() if after} <= set(STATES), kind


def test_every_state_can_be_reached() -> None:
    reached = {"待派单"} | {after for table in MOVES.values() for after in table.values() if after}
    assert reached == set(STATES)


def test_the_straight_way() -> None:
    standing = fold(moves("派单", "签收", "答复", "办结", "回访", "结案"))
    assert (standing.state, standing.dispatches, standing.put_aside) == ("结案", 1, {})
    assert standing.closed_at == NOON + 2 * HOUR


def test_a_return_goes_back_to_the_desk_and_the_second_one_to_a_conference() -> None:
    once = fold(moves("派单", "退单申请", "退单通过"))
    assert (once.state, once.returns, once.unit) == ("待派单", 1, None)
    twice = fold(moves("派单", "退单申请", "退单通过", "派单", "签收", "退单申请", "退单通过"))
    assert (twice.state, twice.returns) == ("会商", 2)
    refused = fold(moves("派单", "退单申请", "退单驳回", "退单申请", "退单驳回"))
    assert (refused.state, refused.refusals) == ("会商", 2)


def test_an_illegal_move_is_set_aside_with_its_reason() -> None:
    standing = fold(moves("签收", "派单", "退单通过"))
    assert standing.state == "已派单"
    assert standing.put_aside["k0"] == "工单状态为“待派单”,不能“签收”;须先为: 已派单、办理中、重办、督办"
    assert "退单通过" in standing.put_aside["k2"]
    assert refusal("待派单", "飞") is not None


def test_the_platforms_echo_of_our_dispatch_is_one_dispatch() -> None:
    own = Move(NOON, "派单", "decision:1", unit="历下区城管局", by_person=True)
    echo = Move(NOON + HOUR, "派单", "e1", unit="历下区城管局")
    other = Move(NOON + 2 * HOUR, "派单", "e2", unit="历下区住建局")
    assert fold([own, echo]).dispatches == 1
    assert fold([own, echo]).unit_by_person
    assert (fold([own, echo, other]).dispatches, fold([own, echo, other]).unit) == (2, "历下区住建局")


def test_a_redo_opens_the_ticket_again() -> None:
    standing = fold(moves("派单", "签收", "办结", "回访", "重办", "签收"))
    assert (standing.state, standing.closed_at, standing.redos) == ("办理中", None, 1)


def test_rows_of_the_same_minute_follow_the_flow() -> None:
    same = [Move(NOON, kind, kind) for kind in ("办结", "签收", "派单")]
    assert fold(same).state == "已办"


@given(st.lists(st.sampled_from(EVENT_KINDS), max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_any_order_of_arrival_ends_in_the_same_standing(kinds: list[str], shuffled: random.Random) -> None:
    made = moves(*kinds)
    mixed = made[:]
    shuffled.shuffle(mixed)
    standing = fold(mixed)
    assert standing == fold(made)
    assert standing.state in STATES
    assert len(standing.put_aside) <= len(made)
    assert set(Standing().columns()) == set(standing.columns())

"""The states of a ticket (工单状态) as an explicit machine; decisions and events are folded in order of time.

Nothing here touches the database: :func:`fold` takes moves and answers where the ticket stands, what was counted, and
which moves were set aside, each with its reason. Handbook §1.5 (statuses), §2.4 (returns), §2.5 (extension, redo).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

START: Final = "待派单"
STATES: Final = (
    "待受理",
    "待补充",
    "待派单",
    "挂起",
    "会商",
    "已派单",
    "办理中",
    "退单审核",
    "延期审核",
    "已办",
    "回访",
    "重办",
    "督办",
    "结案",
    "并单",
    "撤销",
)
DESK: Final = frozenset({"待受理", "待派单", "待补充", "挂起", "会商"})
"""States in which the hotline, not a unit, has the ticket."""
WITH_UNIT: Final = frozenset({"已派单", "办理中", "退单审核", "延期审核", "重办", "督办"})
FINISHED: Final = frozenset({"已办", "回访", "结案"})
CLOSED: Final = frozenset({"结案", "并单", "撤销"})
OPEN: Final = frozenset(STATES) - CLOSED

_STAY: Final = ""
MOVES: Final[dict[str, dict[str, str]]] = {
    "派单": {**dict.fromkeys(DESK, "已派单"), "已派单": "已派单", "办理中": _STAY, "重办": "已派单", "督办": _STAY},
    "签收": {"已派单": "办理中", "重办": "办理中", "督办": "办理中", "办理中": _STAY},
    "退单申请": {"已派单": "退单审核", "办理中": "退单审核", "重办": "退单审核"},
    "退单通过": {"退单审核": "待派单"},
    "退单驳回": {"退单审核": "办理中"},
    "延期申请": {"已派单": "延期审核", "办理中": "延期审核", "重办": "延期审核", "督办": "延期审核"},
    "延期通过": {"延期审核": "办理中"},
    "延期驳回": {"延期审核": "办理中"},
    "改派": dict.fromkeys(DESK | WITH_UNIT, "已派单"),
    "补充": {**dict.fromkeys(OPEN, _STAY), "待补充": "待派单"},
    "催办": dict.fromkeys(OPEN, _STAY),
    # 直办: the hotline answers at the desk, so an answer needs no dispatch before it
    "答复": {**dict.fromkeys(DESK | {"已派单", "办理中", "重办", "督办"}, "已办"), "已办": _STAY, "回访": _STAY},
    "办结": {**dict.fromkeys(DESK | {"已派单", "办理中", "重办", "督办"}, "已办"), "已办": _STAY, "回访": _STAY},
    "回访": {"已办": "回访", "回访": _STAY, "结案": _STAY},
    "重办": {"已办": "重办", "回访": "重办", "结案": "重办", "督办": "重办"},
    "督办": dict.fromkeys(WITH_UNIT | {"已办", "回访", "会商"}, "督办"),
    "会商": dict.fromkeys(DESK | WITH_UNIT, "会商"),
    "并单": dict.fromkeys(OPEN, "并单"),
    "撤销": dict.fromkeys(OPEN, "撤销"),
    "结案": {"已办": "结案", "回访": "结案", "督办": "结案"},
    # only a person at the desk makes these
    "挂起": dict.fromkeys(DESK, "挂起"),
    "追问": dict.fromkeys(DESK, "待补充"),
    "退回受理": dict.fromkeys(DESK, "待受理"),
}
"""Kind → {state before: state after}; the empty text means that the state stays. What is not here is illegal."""

DECISION_MOVES: Final = {
    "accept": "派单",
    "correct": "派单",
    "hold": "挂起",
    "ask_back": "追问",
    "return": "退回受理",
    "confer": "会商",
}
"""What a decision does to the state."""

_COUNTED: Final = {
    "退单申请": "return_asks",
    "退单通过": "returns",
    "退单驳回": "refusals",
    "延期通过": "extensions",
    "重办": "redos",
    "催办": "urges",
    "督办": "supervisions",
}
CONFER_AFTER: Final = 2
"""The second approved return sends a ticket to 会商 (handbook §2.4)."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may change the state. ``key`` names its row; ``by_person`` is true for a decision,
    ``entered`` then its number: decisions of one moment follow each other as they were made.
    """

    at: datetime
    kind: str
    key: str
    unit: str | None = None
    resolved: str | None = None
    satisfaction: str | None = None
    by_person: bool = False
    entered: int = 0


@dataclass(slots=True)
class Standing:
    """Where a ticket stands after all its moves; field names are columns of :class:`TicketRow`.

    ``unit`` is the unit of the newest dispatch, None when there was none or it was returned.
    ``put_aside`` maps the key of every illegal move to the reason.
    """

    state: str = START
    state_at: datetime | None = None
    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    visited_at: datetime | None = None
    resolved: str | None = None
    satisfaction: str | None = None
    dispatches: int = 0
    return_asks: int = 0
    returns: int = 0
    refusals: int = 0
    extensions: int = 0
    redos: int = 0
    urges: int = 0
    supervisions: int = 0
    unit: str | None = None
    unit_by_person: bool = False
    put_aside: dict[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """The columns of the ticket row that events and decisions fill."""
        names = [name for name in self.__dataclass_fields__ if name not in ("unit", "unit_by_person", "put_aside")]
        return {name: getattr(self, name) for name in names} | {"set_aside": len(self.put_aside)}


_ORDER: Final = {kind: place for place, kind in enumerate(MOVES)}


def fold(moves: Iterable[Move]) -> Standing:
    """The standing after ``moves`` in any order: they are sorted by time, decisions first, then by the flow's order.

    Rows of the same minute are common in exports, so the kind breaks ties: 派单 comes before 签收.
    """
    standing = Standing()
    for move in sorted(moves, key=_place):
        reason = refusal(standing.state, move.kind)
        if reason:
            standing.put_aside[move.key] = reason
        else:
            _apply(standing, move)
    return standing


def _place(move: Move) -> tuple[datetime, bool, int, str]:
    return move.at, not move.by_person, move.entered if move.by_person else _ORDER.get(move.kind, 99), move.key


def refusal(state: str, kind: str) -> str | None:
    """Why ``kind`` is illegal in ``state``, or None when it is legal."""
    if kind not in MOVES:
        return f"没有“{kind}”这种流转;可用: {'、'.join(MOVES)}"
    if state in MOVES[kind]:
        return None
    before = "、".join(one for one in STATES if one in MOVES[kind])
    return f"工单状态为“{state}”,不能“{kind}”;须先为: {before}"


def _apply(standing: Standing, move: Move) -> None:
    after = MOVES[move.kind][standing.state] or standing.state
    if move.kind in _COUNTED:
        name = _COUNTED[move.kind]
        setattr(standing, name, getattr(standing, name) + 1)
    if move.kind in ("派单", "改派"):
        _dispatch(standing, move)
    elif move.kind in ("答复", "办结"):
        _answer(standing, move)
    elif move.kind in ("退单通过", "退单驳回"):
        after = _rule(standing, move, after)
    elif move.kind == "签收":
        standing.signed_at = standing.signed_at or move.at
    elif move.kind == "重办":
        standing.closed_at = None
    elif move.kind == "回访":
        standing.visited_at = move.at
    standing.resolved = move.resolved or standing.resolved
    standing.satisfaction = move.satisfaction or standing.satisfaction
    if after != standing.state or standing.state_at is None:
        standing.state, standing.state_at = after, move.at


def _dispatch(standing: Standing, move: Move) -> None:
    # the city's platform reports back the dispatch that a person decided here: one dispatch, not two
    again = move.unit is not None and move.unit == standing.unit and move.kind == "派单"
    if not again:
        standing.dispatches += 1
        standing.unit, standing.unit_by_person = move.unit or standing.unit, move.by_person
    standing.dispatched_at = standing.dispatched_at or move.at


def _answer(standing: Standing, move: Move) -> None:
    standing.replied_at = move.at if move.kind == "答复" else standing.replied_at
    standing.closed_at = standing.closed_at or move.at
    if standing.unit is None and move.unit:
        standing.unit, standing.unit_by_person = move.unit, move.by_person


def _rule(standing: Standing, move: Move, after: str) -> str:
    if move.kind == "退单通过":
        standing.unit = None
    seen = standing.returns if move.kind == "退单通过" else standing.refusals
    return "会商" if seen >= CONFER_AFTER else after

"""Moves on a dispatched ticket (办理与审核): which may come next for whom, what each needs, and carrying one out.

No Streamlit here: the form is a plain mapping of the widgets' values, so the rules are tested without a page.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from classify.masking import mask
from classify.ticket import HotlineError
from dashboard import drafts
from warehouse import handling
from warehouse.handling import RETURN_REASONS, Act
from warehouse.lifecycle import refusal
from warehouse.scope import Scope


@dataclass(frozen=True, slots=True)
class Move:
    """A button: ``kind`` of the event, ``name`` and key on the page, and the fields its form has."""

    kind: str
    name: str
    key: str
    fields: tuple[str, ...] = ()


OFFICER: Final = (
    Move("签收", "签收", "s"),
    Move("答复", "答复", "a", ("text",)),
    Move("办结", "办结", "b", ("text",)),
    Move("延期申请", "申请延期", "y", ("days", "reason")),
    Move("退单申请", "申请退单", "t", ("code", "unit", "reason")),
)
REVIEWER: Final = (
    Move("退单通过", "同意退单", "y", ("reason",)),
    Move("退单驳回", "驳回退单", "b", ("reason",)),
    Move("延期通过", "同意延期", "y", ("days", "reason")),
    Move("延期驳回", "驳回延期", "b", ("reason",)),
    Move("改派", "裁定改派", "d", ("unit", "reason")),
    Move("会商", "转会商", "g", ("reason",)),
)
DONE: Final = frozenset({("签收", "办理中"), ("会商", "会商")})
"""Moves that the state machine lets pass again, but that would change nothing: no button."""
LABELS: Final[Mapping[str, str]] = {
    "text": "答复内容",
    "reason": "理由",
    "code": "退单类别",
    "unit": "承办单位",
    "days": "延期工作日",
}


def moves_for(scope: Scope, state: str, menu: tuple[Move, ...]) -> list[Move]:
    """The moves of the menu that the role may make and the state allows."""
    allowed = [one for one in menu if scope.may(handling.RIGHT_OF[one.kind]) and refusal(state, one.kind) is None]
    return [one for one in allowed if (one.kind, state) not in DONE]


def find(menu: tuple[Move, ...], kind: str | None) -> Move | None:
    """The move of a kind."""
    return next((one for one in menu if one.kind == kind), None)


def take(
    session: Session, scope: Scope, ticket_no: str, move: Move, form: MutableMapping[str, Any], now: datetime
) -> tuple[str, bool]:
    """Make the move with what stands in the form: what to say, and whether it is bad news (then the form stays)."""
    told = {name: str(form.get(f"draft_{name}") or "").strip() or None for name in LABELS}
    if "text" in move.fields and not told["text"]:
        return f"{move.name}要写{LABELS['text']}", True
    if "reason" in move.fields and not told["reason"] and move.kind not in ("延期通过",):
        return f"{move.name}要写明理由", True
    days = told["days"] if "days" in move.fields else None
    if days is not None and not (days.isascii() and days.isdigit()):
        return "延期工作日要写整数", True
    code = told["code"] if told["code"] in RETURN_REASONS else None
    wanted = Act(
        ticket_no,
        move.kind,
        unit=told["unit"] if "unit" in move.fields else None,
        code=code if "code" in move.fields else None,
        reason=_masked(told["reason"]) if "reason" in move.fields else None,
        text=_masked(told["text"]) if "text" in move.fields else None,
        at=now,
        days=int(days) if days is not None else None,
    )
    try:
        state = handling.act(session, scope, wanted)
    except HotlineError as error:
        return str(error), True
    drafts.clear(form)
    return f"{ticket_no} 已{move.name},现为“{state}”", False


def _masked(text: str | None) -> str | None:
    """What a person typed is masked like what came in (§6.2)."""
    return mask(text).text if text else None

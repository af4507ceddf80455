"""What the desk does (派单动作): one event in, at most one decision out, and which ticket comes next.

No Streamlit here: the state is a plain dict that the screen keeps, so every rule of the desk is tested without a page.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import AccessError, HotlineError, StateError
from dashboard import desk_batch, drafts
from dashboard.desk_queue import first_free, next_ticket, waiting
from dashboard.desk_state import BATCH, EDITING, LISTS, REASONED, TEXTS, Desk, Narrow
from warehouse import claims, decisions, views
from warehouse.decisions import Decision
from warehouse.lifecycle import DESK as AT_DESK
from warehouse.scope import Scope


def take(
    session: Session, scope: Scope, desk: Desk, narrow: Narrow, event: Mapping[str, Any],
    form: MutableMapping[str, Any], now: datetime, paths: Mapping[str, tuple[str, ...]] | None = None,
) -> None:  # fmt: skip
    """Carry out one event. ``form`` holds the widgets' values, ``paths`` the names of a class by its code.

    An error becomes what the desk says; nothing is lost.
    """
    act = str(event.get("act"))
    if act not in ("open", "restore", "search") and event.get("ticket") != desk.ticket:
        return  # a key that was pressed on the ticket before
    try:
        _ACTS.get(act, _nothing)(_Turn(session, scope, desk, narrow, event, form, now, paths or {}))
    except HotlineError as error:
        desk.say(str(error), bad=True)


@dataclass(frozen=True, slots=True)
class _Turn:
    session: Session
    scope: Scope
    desk: Desk
    narrow: Narrow
    event: Mapping[str, Any]
    form: MutableMapping[str, Any]
    now: datetime
    paths: Mapping[str, tuple[str, ...]]


def _nothing(turn: _Turn) -> None:
    return


def _decide(turn: _Turn, kind: str, said: str, **what: Any) -> None:
    desk = turn.desk
    if desk.ticket is None:
        return
    number = desk.ticket
    decision = Decision(ticket_no=number, by=turn.scope.user, kind=kind, at=turn.now, **what)
    decisions.decide(turn.session, decision, turn.scope, now=turn.now)
    desk.note((number,))
    desk.say(said)
    next_ticket(turn.session, turn.scope, desk, turn.narrow, turn.now)


def _accept(turn: _Turn) -> None:
    if turn.desk.ticket is None:
        return
    detail = views.ticket_detail(turn.session, turn.scope, turn.desk.ticket, now=turn.now)
    suggestions = (detail.result or {}).get("suggestions") or []
    pick = turn.event.get("pick")
    if not isinstance(pick, int) or isinstance(pick, bool) or not 1 <= pick <= len(suggestions):
        raise StateError("没有可采纳的承办单位", allowed="按 E 更正,填写承办单位后派单")
    unit = suggestions[pick - 1]["unit"]
    _decide(turn, "accept", f"已派 {unit}", unit=unit)


def _mode(turn: _Turn) -> None:
    act = str(turn.event["act"])
    if turn.desk.ticket is not None:
        turn.desk.mode = act
        turn.desk.say("")
        drafts.clear(turn.form)


def _cancel(turn: _Turn) -> None:
    turn.desk.mode = turn.desk.peek = None
    turn.desk.say("")
    drafts.clear(turn.form)


def _submit(turn: _Turn) -> None:
    mode, form = turn.desk.mode, turn.form
    if mode == BATCH:
        _accept_batch(turn)
        return
    text = str(form.get("draft_reason") or "").strip()
    ready = form.get("draft_ready")
    reason = ";".join(part for part in ([ready] if isinstance(ready, str) else ready or []) + [text] if part)
    if mode == EDITING:
        unit = str(form.get("draft_unit") or "").strip()
        if not unit:
            raise StateError("更正时要写明承办单位")
        _decide(turn, "correct", f"已更正并派 {unit}", unit=unit, reason=reason or None, **_corrected(turn, unit))
    elif mode in REASONED:
        if not reason:
            raise StateError(f"{REASONED[mode][0]}要写明理由", allowed="选一条常用理由,或写一句话")
        _decide(turn, mode, f"已{REASONED[mode][0]}", reason=reason)
    else:
        return
    drafts.clear(form)


def _corrected(turn: _Turn, unit: str) -> dict[str, Any]:
    """What differs from the machine's answer; what was left as it stood stays None, so that it counts as kept."""
    detail = views.ticket_detail(turn.session, turn.scope, turn.desk.ticket or "", now=turn.now)
    result, form = detail.result or {}, turn.form
    code, urgency = form.get("draft_category"), form.get("draft_urgency")
    place = {
        name: value
        for name, field_name in (("district", "draft_district"), ("poi", "draft_place"))
        if (value := str(form.get(field_name) or "").strip()) and value != (result.get("place") or {}).get(name)
    }
    changed = code is not None and code != (result.get("category") or {}).get("code")
    return {
        "category": code if changed else None,
        "path": turn.paths.get(str(code)) if changed else None,
        "assist": tuple(one for one in form.get("draft_assist") or () if one != unit),
        "urgency": urgency if urgency != result.get("urgency") else None,
        "place": {**_known_place(result), **place} if place else None,
    }


def _known_place(result: Mapping[str, Any]) -> dict[str, str | None]:
    told = result.get("place") or {}
    return {name: told.get(name) for name in ("district", "street", "poi")}


def _undo(turn: _Turn) -> None:
    desk = turn.desk
    if not desk.done:
        raise StateError("本次登录没有可撤销的派单")
    if len(desk.done[-1]) > 1:
        _undo_batch(turn)
        return
    (number,) = desk.done[-1]
    decisions.undo(turn.session, number, turn.scope.user, turn.scope, now=turn.now)
    desk.done.pop()
    desk.count = max(desk.count - 1, 0)
    if desk.ticket and desk.ticket != number:
        claims.release(turn.session, turn.scope, desk.ticket)
    claims.claim(turn.session, turn.scope, number, turn.now)
    desk.show(number)
    desk.say("已撤销,工单回到您手上")


def _undo_batch(turn: _Turn) -> None:
    desk = turn.desk
    numbers = list(desk.done.pop())
    back, refused = desk_batch.take_back(turn.session, turn.scope, numbers, turn.now)
    desk.count = max(desk.count - back, 0)
    desk.say(f"已撤销本批 {back} 件" + _refusals(refused), bad=bool(refused))


def _batch(turn: _Turn) -> None:
    """Open the batch form."""
    turn.desk.mode, turn.desk.batch = BATCH, None
    turn.desk.say("")


def _toggle(turn: _Turn) -> None:
    """Take a ticket out of the batch, or put it back."""
    if turn.desk.batch is not None:
        turn.desk.batch.out ^= {str(turn.event.get("value"))}


def _accept_batch(turn: _Turn) -> None:
    """Accept exactly what was on the screen."""
    desk, shown = turn.desk, turn.desk.batch
    if shown is None or not shown.chosen:
        raise StateError("这一批没有工单", allowed="放宽条件,或退出批量采纳")
    if desk_batch.wanted_of(turn.form) != shown.wanted:
        raise StateError("条件刚改过,预览已更新", allowed="看过新的预览后再提交一次")
    done, refused = desk_batch.accept(turn.session, turn.scope, shown, turn.now)
    if done:
        desk.note(tuple(done))
    desk.batch = None
    desk.say(f"已采纳 {len(done)} 件" + _refusals(refused), bad=bool(refused))
    if desk.ticket in done:
        next_ticket(turn.session, turn.scope, desk, turn.narrow, turn.now)
    # what could not be accepted is looked at in a new preview
    desk.mode = BATCH if refused else None


def _refusals(refused: list[tuple[str, str]]) -> str:
    if not refused:
        return ""
    number, why = refused[0]
    return f",{len(refused)} 件没有办成,如 {number}:{why}"


def _open(turn: _Turn) -> None:
    number = str(turn.event.get("value") or "")
    if not number or number == turn.desk.ticket:
        return
    before = turn.desk.ticket
    claims.claim(turn.session, turn.scope, number, turn.now)
    if before:
        claims.release(turn.session, turn.scope, before)
    turn.desk.show(number)
    turn.desk.say("")


def _skip(turn: _Turn) -> None:
    """Leave the ticket in the queue and take the first free one after it in the list."""
    before = turn.desk.ticket
    numbers = [row.ticket_no for row in waiting(turn.session, turn.scope, turn.narrow, turn.now).rows]
    start = numbers.index(before) + 1 if before in numbers else 0
    number = first_free(turn.session, turn.scope, numbers[start:], turn.now)
    if number is None:
        raise StateError("后面没有可领取的工单了")
    if before:
        claims.release(turn.session, turn.scope, before)
    turn.desk.show(number)
    turn.desk.say("已跳过,原工单仍在队列中")


def _whole(turn: _Turn) -> None:
    turn.desk.whole = True


def _peek(turn: _Turn) -> None:
    """Look at another ticket (a precedent) without leaving one's own."""
    turn.desk.peek = str(turn.event.get("value") or "") or None


def _back(turn: _Turn) -> None:
    turn.desk.peek = None


def _restore(turn: _Turn) -> None:
    """Bring back a half-written form after a reload, on its own ticket: taken again if one lost it meanwhile."""
    draft = turn.event.get("draft")
    if not isinstance(draft, dict):
        return
    mode, number = draft.get("mode"), draft.get("ticket")
    if (mode != EDITING and mode not in REASONED) or not isinstance(number, str):
        return
    if number != turn.desk.ticket and not _take_back(turn, number):
        words = str(drafts.texts_of(draft).get("draft_reason") or "").strip()
        told = f";您写的是:{words[:120]}" if words else ""
        turn.desk.say(f"{number} 已由他人处理,未提交的内容没有恢复{told}", bad=True)
        return
    turn.desk.mode = mode
    drafts.restore(turn.form, draft, TEXTS, LISTS)
    turn.desk.say("已恢复未提交的内容")


def _take_back(turn: _Turn, number: str) -> bool:
    """Whether the ticket of a draft is one's own again; the one on the desk then goes back to the queue."""
    try:
        detail = views.ticket_detail(turn.session, turn.scope, number, now=turn.now)
        if detail.now.state not in AT_DESK:
            return False
        claims.claim(turn.session, turn.scope, number, turn.now)
    except (AccessError, StateError):
        return False
    if turn.desk.ticket:
        claims.release(turn.session, turn.scope, turn.desk.ticket)
    turn.desk.show(number)
    return True


_ACTS: Final = {
    "accept": _accept, EDITING: _mode, **dict.fromkeys(REASONED, _mode), "cancel": _cancel, "submit": _submit,
    BATCH: _batch, "toggle": _toggle, "undo": _undo, "open": _open, "skip": _skip, "whole": _whole,
    "peek": _peek, "back": _back, "restore": _restore,
}  # fmt: skip

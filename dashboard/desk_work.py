"""What the desk does (派单动作): one event in, at most one decision out, and which ticket comes next.

No Streamlit here: the state is a plain dict that the screen keeps, so every rule of the desk is tested without a page.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import AccessError, HotlineError, StateError
from warehouse import claims, decisions, views
from warehouse.decisions import Decision
from warehouse.scope import Scope

REASONED: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "hold": ("挂起", "h", ("等来电人补充材料", "等上级答复", "等值班长定夺", "系统外正在核实")),
    "ask_back": ("追问", "q", ("事发地址不清", "被反映单位不清", "诉求目的不清", "发生时间不清", "缺少联系方式")),
    "return": ("退回受理", "r", ("记录与录音不符", "一单多事需拆分", "非本市事项", "重复受理", "应转紧急热线")),
    "confer": ("会商", "g", ("多部门职责交叉", "职责清单没有规定", "已有单位拒收", "条线与属地意见不一")),
}
"""Acts that need a reason: name, key, ready reasons (handbook §2.4, §2.6, §8.3)."""
EDITING: Final = "correct"
LETTERS: Final = {"e": EDITING, **{key: act for act, (_, key, _) in REASONED.items()}, "z": "undo", "n": "skip"}
KEEP: Final = 50
"""How many of one's own last decisions `z` can walk back through."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What the person narrowed the queue to: words, and a lane; None means all."""

    text: str | None = None
    lane: str | None = None

    @property
    def filters(self) -> views.Filters:
        """The part that the warehouse's filters know."""
        return views.Filters(lane=self.lane)


@dataclass
class Desk:
    """The desk of one browser tab. ``mode`` is None, correct, or an act of :data:`REASONED`."""

    ticket: str | None = None
    mode: str | None = None
    said: str = ""
    bad: bool = False
    whole: bool = False
    peek: str | None = None
    done: list[str] = field(default_factory=list)
    count: int = 0

    def say(self, text: str, bad: bool = False) -> None:
        self.said, self.bad = text, bad

    def show(self, ticket: str | None) -> None:
        self.ticket, self.mode, self.whole, self.peek = ticket, None, False, None


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


def waiting(
    session: Session, scope: Scope, narrow: Narrow, now: datetime, size: int = 40
) -> views.Page[views.QueueItem]:
    """The top of the queue as the person narrowed it."""
    if narrow.text:
        filters = views.Filters(lane=narrow.lane, state="待派单", decided=False)
        return views.search(session, scope, narrow.text, filters, page=1, size=size, now=now)
    return views.queue(session, scope, narrow.filters, page=1, size=size, now=now)


def resume(session: Session, scope: Scope, desk: Desk, narrow: Narrow, now: datetime) -> None:
    """After a login or reload: the ticket that one still holds, else the next one."""
    held = claims.held_by(session, scope, now)
    for number in held:
        if views.ticket_detail(session, scope, number, now=now).now.state == "待派单":
            claims.claim(session, scope, number, now)
            desk.show(number)
            return
    next_ticket(session, scope, desk, narrow, now)


def next_ticket(
    session: Session, scope: Scope, desk: Desk, narrow: Narrow, now: datetime, skip: str | None = None
) -> None:
    """Take the next ticket of the queue, or none. Another person's is passed over."""
    if not narrow.text:
        desk.show(claims.claim_next(session, scope, narrow.filters, now=now, skip=skip))
        return
    rows = waiting(session, scope, narrow, now).rows
    desk.show(_first_free(session, scope, [row.ticket_no for row in rows if row.ticket_no != skip], now))


def _first_free(session: Session, scope: Scope, numbers: list[str], now: datetime) -> str | None:
    for number in numbers:
        try:
            claims.claim(session, scope, number, now)
        except (StateError, AccessError):
            continue
        return number
    return None


def _nothing(turn: _Turn) -> None:
    return


def _decide(turn: _Turn, kind: str, said: str, **what: Any) -> None:
    desk = turn.desk
    if desk.ticket is None:
        return
    number = desk.ticket
    decision = Decision(ticket_no=number, by=turn.scope.user, kind=kind, at=turn.now, **what)
    decisions.decide(turn.session, decision, turn.scope, now=turn.now)
    desk.done = [*desk.done[-KEEP + 1 :], number]
    desk.count += 1
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
        clear_form(turn.form)


def _cancel(turn: _Turn) -> None:
    turn.desk.mode = turn.desk.peek = None
    turn.desk.say("")
    clear_form(turn.form)


def clear_form(form: MutableMapping[str, Any]) -> None:
    """Forget what stands in the form."""
    for name in [one for one in form if str(one).startswith("draft_")]:
        del form[name]


def _submit(turn: _Turn) -> None:
    mode, form = turn.desk.mode, turn.form
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
    clear_form(form)


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
    number = desk.done[-1]
    decisions.undo(turn.session, number, turn.scope.user, turn.scope, now=turn.now)
    desk.done.pop()
    desk.count = max(desk.count - 1, 0)
    if desk.ticket and desk.ticket != number:
        claims.release(turn.session, turn.scope, desk.ticket)
    claims.claim(turn.session, turn.scope, number, turn.now)
    desk.show(number)
    desk.say("已撤销,工单回到您手上")


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
    number = _first_free(turn.session, turn.scope, numbers[start:], turn.now)
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
    """Bring back a half-written form after a reload: only on the same ticket, only known fields."""
    draft = turn.event.get("draft")
    if not isinstance(draft, dict) or draft.get("ticket") != turn.desk.ticket:
        return
    mode = draft.get("mode")
    if mode != EDITING and mode not in REASONED:
        return
    turn.desk.mode = mode
    values = {**(draft.get("form") or {}), **(draft.get("typed") or {})}
    for name in ("draft_category", "draft_unit", "draft_urgency", "draft_district", "draft_place", "draft_reason"):
        if isinstance(values.get(name), str):
            turn.form[name] = values[name][:2000]
    for name in ("draft_assist", "draft_ready"):
        if isinstance(values.get(name), list):
            turn.form[name] = [str(one)[:200] for one in values[name][:10]]
    turn.desk.say("已恢复未提交的内容")


_ACTS: Final = {
    "accept": _accept, EDITING: _mode, **dict.fromkeys(REASONED, _mode), "cancel": _cancel, "submit": _submit,
    "undo": _undo, "open": _open, "skip": _skip, "whole": _whole, "peek": _peek, "back": _back, "restore": _restore,
}  # fmt: skip

"""The spot check on the quality page (抽查): which sample, which ticket, and keeping a verdict. No markup here."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import date
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import HotlineError
from warehouse import spot_checks
from warehouse.scope import Scope

VERDICTS: Final = {
    "ok": ("都对", "a", True, True),
    "class": ("分类错", "l", False, True),
    "unit": ("单位错", "d", True, False),
    "both": ("都错", "n", False, False),
}
"""Act → (name, key, class right, unit right)."""
OPEN: Final = "check_open"
NOTE: Final = "draft_check_note"
SAID: Final = "check_said"
SIZES: Final = (50, 100, 200, 500)


def months(today: date, back: int = 6) -> dict[str, date]:
    """The newest months by name, this one first."""
    out, first = {}, today.replace(day=1)
    for _ in range(back):
        out[f"{first.year} 年 {first.month} 月"] = first
        first = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    return out


def draw(session: Session, scope: Scope, month: date, lane: str, size: int, state: MutableMapping[Any, Any]) -> None:
    """Draw and say how many came."""
    try:
        added = spot_checks.draw(session, scope, month, lane, size)
    except HotlineError as error:
        state[SAID] = (str(error), True)
        return
    state[OPEN] = None
    state[SAID] = (f"抽取 {added} 件" if added else "没有可再抽取的工单", not added)


def give(session: Session, scope: Scope, sample: str, verdict: str, state: MutableMapping[Any, Any]) -> None:
    """Keep the verdict on the open ticket and go to the next; a wrong answer wants a word of why."""
    told, number = VERDICTS.get(verdict), state.get(OPEN)
    if told is None or not number:
        return
    name, _, class_right, unit_right = told
    note = str(state.get(NOTE) or "").strip()
    if not (class_right and unit_right) and not note:
        state[SAID] = (f"判“{name}”要写明应为什么", True)
        return
    try:
        spot_checks.judge(session, scope, sample, number, class_right=class_right, unit_right=unit_right, note=note)
    except HotlineError as error:
        state[SAID] = (str(error), True)
        return
    state.pop(NOTE, None)
    state[OPEN] = None
    state[SAID] = (f"已记为“{name}”", False)


def pick(found: list[spot_checks.SpotCheck], state: MutableMapping[Any, Any]) -> spot_checks.SpotCheck | None:
    """The check on the right: the one opened, else the first that waits, else the first."""
    opened = next((one for one in found if one.ticket_no == state.get(OPEN)), None)
    chosen = opened or next((one for one in found if one.judged_at is None), None) or (found[0] if found else None)
    state[OPEN] = chosen.ticket_no if chosen else None
    return chosen

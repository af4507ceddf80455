"""Extensions (延期): how many working days were asked for and granted, and where the deadline lies then.

An extension is asked for before the deadline, with a reason, for at most ten working days over all (handbook §2.2,
§2.5; row 延期 of ``sla.csv``). What was said stands in the result of the events 延期申请 and 延期通过, so that a
feed may bring it as well as a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from classify.ticket import SHANGHAI, HotlineError, InputError, StateError
from routing.calendar import WorkCalendar
from routing.pack import Pack
from routing.result import Clock
from warehouse.models import EventRow
from warehouse.settings import settings

DAYS: Final = "延期工作日"
UNTIL: Final = "延期至"
"""Keys of an event's result: working days, and the new deadline (ISO 8601, Asia/Shanghai)."""
MOST: Final = 10
"""Working days of all extensions of a ticket together (Shandong 2020, handbook §2.2)."""
ASKED: Final = "延期申请"
GRANTED: Final = "延期通过"


@lru_cache(maxsize=4)
def calendar_of(pack: str) -> WorkCalendar:
    """The working days of a pack; the country's when the pack cannot be read."""
    try:
        return WorkCalendar(Pack.load(pack))
    except HotlineError:
        return WorkCalendar()


def extended(due_at: datetime, days: int) -> datetime:
    """``due_at`` later by working days: 24:00 of the last of them, in Asia/Shanghai.

    A deadline at 24:00 belongs to the day that ends then, so the first day of the extension is the next working day.
    """
    last = due_at.astimezone(SHANGHAI) - timedelta(microseconds=1)
    return calendar_of(settings().pack).due_at(last, Clock("working_day", days))


def deadline(due_at: datetime | None, events: Iterable[EventRow], aside: Mapping[str, str]) -> datetime | None:
    """Where the deadline lies after the extensions granted, those ``aside`` (by key) not counted; None when unknown.

    A ruling that names no date counts from the deadline before it; one that names no days grants what was asked; where
    nobody said how many, the most is assumed, so that no unit is called late by a gap in a feed.
    """
    asked, left = 0, MOST
    for event in sorted(events, key=lambda one: (one.at, one.kind == GRANTED, one.event_key)):
        if event.kind not in (ASKED, GRANTED) or event.event_key in aside or due_at is None:
            continue
        told = json.loads(event.result)
        days = _days(told.get(DAYS))
        if event.kind == ASKED:
            asked = days
            continue
        until, days = _moment(told.get(UNTIL)), min(days or asked or left, left)
        if until is not None:
            due_at = max(due_at, until)
        elif days:
            due_at = extended(due_at, days)
        left -= days
        asked = 0
    return due_at


def granted_days(events: Iterable[EventRow]) -> int:
    """Working days that were granted so far."""
    given = (_days(json.loads(one.result).get(DAYS)) for one in events if one.kind == GRANTED and one.set_aside is None)
    return sum(given)


def ask(days: int | None, due_at: datetime | None, at: datetime, before: int) -> dict[str, str]:
    """What a request adds to its event. ``before``: days granted already.

    Raises InputError for a number that cannot be, StateError once the deadline has passed.
    """
    if due_at is not None and at > due_at:
        raise StateError(f"时限 {due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 已过,不能再申请延期")
    return {DAYS: str(_checked(days, before))}


def grant(days: int | None, request: EventRow | None, due_at: datetime | None, before: int) -> dict[str, str]:
    """What a ruling adds to its event: ``days``, or as many as were asked for, and the new deadline.

    Raises InputError when neither says how many, or for more than are left.
    """
    asked = _days(json.loads(request.result).get(DAYS)) if request is not None else 0
    given = _checked(days if days is not None else asked or None, before)
    until = {UNTIL: extended(due_at, given).isoformat()} if due_at is not None else {}
    return {DAYS: str(given), **until}


def _checked(days: int | None, before: int) -> int:
    left = MOST - before
    if left < 1:
        raise InputError(f"延期合计已满 {MOST} 个工作日,不能再延")
    if days is None or not 1 <= days <= left:
        raise InputError(
            "须写明延期几个工作日", value=None if days is None else str(days), allowed=f"1 至 {left} 的整数"
        )
    return days


def _days(said: object) -> int:
    """Working days as a feed may write them; 0 for what is no number."""
    digits = str(said or "").strip().removesuffix("个工作日").removesuffix("天")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 0


def _moment(said: object) -> datetime | None:
    """A new deadline as a feed may write it: a day means its end; None for what cannot be read."""
    try:
        moment = datetime.fromisoformat(str(said or "").strip().replace("/", "-"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    return moment + timedelta(days=1) if len(str(said).strip()) <= len("2026-03-04") else moment

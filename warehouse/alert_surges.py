"""A04 突增: daily counts on the category tree × area tree, judged at a stated number of false alarms a day.

A surge is raised once, at the level that explains it: the subject's own alarm (A05–A16) if it holds most of the extra
tickets, else the district whose excess is most of the city's, else the city.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np
from sqlmodel import Session, col, func, select

from classify.ticket import SHANGHAI
from warehouse.alert_facts import Facts
from warehouse.alert_rules import AlertRule
from warehouse.alert_watch import Fired, most
from warehouse.early_warning import detect
from warehouse.models import TicketRow

BUDGET: Final = 0.5
"""False alarms a day over all series of the tree [P]; at most as many surges as a person can look at."""
LEAST: Final = 5
"""Tickets that a surge has at least, handbook §4.2."""
BACK: Final = 365 * 3
"""Days of history that are read."""
EXPLAINS: Final = 0.6
"""Share of the excess that makes a lower level of the tree the one that explains it [P]."""
NOWHERE: Final = ""
OUTSIDE: Final = ("9906", "99")
"""What the classifier could not read is no matter; what many people say there is found by its name."""


def read_counts(session: Session, first: date, last: date) -> dict[tuple[str, str], dict[date, int]]:
    """Tickets a day of every (category, area): both levels of the tree, in every district and in the city (``*``)."""
    query = (
        select(TicketRow.category, TicketRow.district, TicketRow.day, func.count())
        .where(col(TicketRow.day) >= first, col(TicketRow.day) <= last, col(TicketRow.category).is_not(None))
        .group_by(col(TicketRow.category), col(TicketRow.district), col(TicketRow.day))
    )
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for code, district, day, number in session.exec(query):
        for key in ((code, district or NOWHERE), (code, "*"), (code[:2], "*"), (code[:2], district or NOWHERE)):
            found[key][day] = found[key].get(day, 0) + number
    return {key: days for key, days in found.items() if key[1] != NOWHERE and key[0] not in OUTSIDE}


def find_surges(
    rule: AlertRule, session: Session, facts: Facts, at: datetime, raised: list[Fired], days: int, names: dict[str, str]
) -> list[Fired]:
    """Surges of the newest ``days`` days that no alarm in ``raised`` explains; ``names`` of the categories."""
    last = at.astimezone(SHANGHAI).date()
    oldest = session.exec(select(func.min(TicketRow.day))).one()
    if oldest is None:
        return []
    first = max(oldest, last - timedelta(days=BACK))
    span = (last - first).days + 1
    table = read_counts(session, first, last)
    if span < 28 or not table:
        return []
    keys = sorted(table)
    counts = np.zeros((len(keys), span), dtype=np.int32)
    for row, key in enumerate(keys):
        for day, number in table[key].items():
            counts[row, (day - first).days] = number
    newest = min(days, span)
    alarms = detect(counts, first, None, budget=BUDGET, days=newest)
    found: list[Fired] = []
    for index in range(newest):
        day = last - timedelta(days=newest - 1 - index)
        hot = {key: (row, int(alarms.width[row, index])) for row, key in enumerate(keys) if alarms.alarm[row, index]}
        found += _explained(rule, facts, raised + found, day, hot, keys, counts, alarms, index, newest, names)
    return found


def _explained(rule, facts, raised, day, hot, keys, counts, alarms, index, newest, names):  # type: ignore[no-untyped-def]
    """The alarms of one day, one for each matter, at the lowest level that holds most of the excess."""
    rows = {key: row for row, key in enumerate(keys)}
    column = counts.shape[1] - newest + index
    found: list[Fired] = []
    taken: set[str] = set()
    # second-level matters first: a first-level surge is raised only where no matter explains it
    for key in sorted(hot, key=lambda key: (-len(key[0]), key[1] != "*", key)):
        code, area = key
        if code in taken or any(one.startswith(code) for one in taken):
            continue
        row, width = hot[key]
        total = int(counts[row, max(0, column - width + 1) : column + 1].sum())
        hoped = float(alarms.expected[row, index]) * width
        ratio = total / (hoped + 1.0)  # one more expected ticket: five against none is no tenfold surge
        level = rule.grade(ratio, datetime.combine(day, time(12), SHANGHAI))
        if level is None or total < LEAST:
            continue
        taken.add(code)
        where = area
        if area == "*":
            below = {
                name: int(counts[rows[(code, name)], max(0, column - width + 1) : column + 1].sum())
                - float(alarms.expected[rows[(code, name)], index]) * width
                for one, name in rows
                if one == code and name != "*"
            }
            name = max(below, key=lambda one: below[one], default="")
            if name and below[name] >= max(EXPLAINS * (total - hoped), LEAST - 1):
                where = name
                row = rows[(code, name)]
                total = int(counts[row, max(0, column - width + 1) : column + 1].sum())
                hoped = float(alarms.expected[row, index]) * width
        start = datetime.combine(day - timedelta(days=width - 1), time(0), SHANGHAI)
        stop = datetime.combine(day, time(23, 59, 59), SHANGHAI)
        mine = [
            fact
            for fact in facts.between(start - timedelta(seconds=1), stop)
            if fact.code.startswith(code) and (where == "*" or fact.district == where)
        ]
        numbers = {fact.ticket_no for fact in mine}
        excess = max(1.0, total - hoped)
        if mine and len({fact.who for fact in mine}) < LEAST:
            continue
        if any(len(numbers & set(other.tickets)) >= EXPLAINS * excess for other in raised if len(other.tickets) > 1):
            continue
        place = "全市" if where == "*" else where
        found.append(
            Fired(
                rule.rule,
                f"{code}/{where}",
                level,
                f"{place}“{names.get(code, code)}”突增:{width} 天 {total} 件,预期 {hoped:.1f} 件",
                f"预期的 {total / max(hoped, 1.0):.1f} 倍,得分 {alarms.score[row, index]:.1f}(阈值 {alarms.level:.1f})",
                min(stop, mine[-1].at) if mine else stop,
                tuple(sorted(numbers)),
                len({fact.who for fact in mine}),
                round(ratio, 2),
                code,
                None if where == "*" else where,
                unit=most(fact.unit for fact in mine),
                expected=round(hoped, 2),
                upper=float(alarms.upper[row, index]),
                score=float(alarms.score[row, index]),
                details={"days": width, "day": day.isoformat()},
            )
        )
    return found

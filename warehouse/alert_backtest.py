"""What the alert rules would have fired on past days (回测): the same evaluation, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlmodel import Session

from classify.ticket import SHANGHAI
from routing.pack import Pack
from warehouse.alert_evaluation import FRESH, Around, evaluate
from warehouse.alert_facts import read_facts
from warehouse.alert_names import burst_names
from warehouse.alert_rules import GRADES, load_rules
from warehouse.alert_watch import ALONE, GENERAL, Fired
from warehouse.alerts import BACK, COOL
from warehouse.announcements import read_announcements

PAST: Final = 3_000
"""Earlier texts of each day that say what is not new; :func:`warehouse.alerts.raise_alerts` looks at more."""


def backtest_alerts(session: Session, pack: Pack, first: date, last: date) -> list[Fired]:
    """What the rules would have fired on each day from ``first`` to ``last``, each judged at its end; writes nothing.

    Rules on the present state (退单, 积压, data faults) are left out: the past state is not kept.
    """
    rules = load_rules(pack)
    start = datetime.combine(first, time(0), SHANGHAI) - BACK
    facts = read_facts(session, start, datetime.combine(last, time(23, 59, 59), SHANGHAI))
    announced = read_announcements(session, start, datetime.combine(last, time(23, 59, 59), SHANGHAI))
    around = Around.of(pack, announced)
    standing: dict[tuple[str, str], Fired] = {}
    special: set[str | None] = set()
    fired_all: list[Fired] = []
    day = first
    while day <= last:
        at = datetime.combine(day, time(23, 59, 59), SHANGHAI)
        past = facts.rows[max(0, facts.before(at - FRESH) - PAST) : facts.before(at - FRESH)]
        around = replace(around, before=[row.text for row in reversed(past)])
        today = replace(facts, bursts=burst_names(facts.between(at - FRESH, at), around.before))
        for fired in evaluate(session, rules, today, at, around, live=False, earlier=tuple(standing.values())):
            if any(one.explains(fired) for one in announced) or (fired.rule_id in GENERAL and fired.entity in special):
                continue
            if fired.rule_id not in GENERAL and fired.entity:
                special.add(fired.entity)
            key = _key(fired, standing)
            known = standing.get(key)
            if known is not None and fired.at - known.at > COOL:
                known = None
            if known is None or GRADES.index(fired.level) > GRADES.index(known.level):
                fired_all.append(fired)
            standing[key] = fired if known is None else _grown(known, fired)
        day += timedelta(days=1)
    return fired_all


def _key(fired: Fired, standing: dict[tuple[str, str], Fired]) -> tuple[str, str]:
    """Rule and subject; of a single danger those of the alarm that has one of its tickets."""
    if fired.rule_id in ALONE:
        for key, known in standing.items():
            if key[0] == fired.rule_id and not set(fired.tickets).isdisjoint(known.tickets):
                return key
    return fired.rule_id, fired.subject


def _grown(known: Fired, news: Fired) -> Fired:
    """A standing alarm with the news of its subject."""
    return replace(
        news,
        level=max(known.level, news.level, key=GRADES.index),
        at=max(known.at, news.at),
        tickets=tuple(sorted({*known.tickets, *news.tickets})),
    )

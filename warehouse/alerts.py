"""Early warning as a job: rules over the warehouse, alarms as rows, once each (触发); backtests without rows.

``raise_alerts`` may run as often as wanted: the same rule and subject updates its live alarm, and fires again only on a
higher level (升级) or when the earlier one is over.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlmodel import Session, col, select

from classify.ticket import SHANGHAI
from routing.pack import Pack
from warehouse.alert_facts import Facts, read_facts, read_issues, read_texts
from warehouse.alert_names import burst_names
from warehouse.alert_outlook import season
from warehouse.alert_rules import GRADES, RESPONSE, AlertRule, load_rules
from warehouse.alert_surges import find_surges
from warehouse.alert_system import SYSTEM_RULES
from warehouse.alert_topics import emerging
from warehouse.alert_watch import GENERAL, Fired, best, callers, issues, places, singles, words
from warehouse.announcements import Announcement, heat, read_announcements
from warehouse.models import NAME, AlertRow, AlertStepRow, AlertTicketRow, now_utc, to_json
from warehouse.outbox import Channel, queue_messages
from warehouse.upsert import lock, storable, upsert

FRESH: Final = timedelta(days=7)
"""How far back a run looks for what fires; the longest window of a counting rule, and what a first load shows."""
NEWS: Final = timedelta(days=1)
"""An issue is told when its newest ticket is from the last day: runs are at least daily."""
SLIDES: Final = 4
"""Steps that a counting window takes over its own length; tickets within three quarters of it are never cut apart."""
COOL: Final = timedelta(days=14)
"""An alarm that is not over takes the news of its subject for so long after its last ticket [P]."""
BACK: Final = timedelta(days=63)
PAST: Final = 3_000
TEXTS: Final = 30_000
"""Texts of the eight weeks before the newest week, at most so many, say what is not new (backtests: 3,000)."""
AT_ONCE: Final = frozenset({"single", "words"})
"""Kinds of rules that one ticket can fire: looked at after every batch, so a danger does not wait for the night."""
OVER: Final = ("解除", "复盘")
PATTERNS: Final = {"single": singles, "words": words, "callers": callers, "places": places}


def evaluate(
    session: Session,
    rules: Iterable[AlertRule],
    facts: Facts,
    at: datetime,
    live: bool = True,
    names: dict[str, str] | None = None,
    before: Sequence[str] = (),
    announced: Sequence[Announcement] = (),
) -> list[Fired]:
    """Everything that fires at ``at``; ``live`` False leaves out what only the present state knows (backtests).

    ``names`` are the categories' names by code, for the titles of surges; ``before`` earlier texts, newest first, that
    say what is not new; ``announced`` what outside of the hotline is talked of.
    """
    found: list[Fired] = []
    surges: list[AlertRule] = []
    topics: list[AlertRule] = []
    for rule in rules:
        if rule.kind in PATTERNS:
            # the window slides over the span by a quarter of itself: five calls within an hour of the afternoon are
            # found by the run of the night, and a late run misses nothing
            stride, span = min(rule.window / SLIDES, NEWS), FRESH + NEWS if live else NEWS
            steps = 1 if rule.kind in ("single", "words") else round(span / stride)
            for back in range(steps):
                found += PATTERNS[rule.kind](rule, facts, at - back * stride)
        elif rule.kind == "issue":
            history = read_issues(session, at - rule.window, at - NEWS, at)
            found += issues(rule, history, at, NEWS)
        elif rule.kind == "surge":
            surges.append(rule)
        elif rule.kind == "emerging":
            topics.append(rule)
        elif rule.kind == "heat":
            found += heat(rule, facts, announced, at)
        elif rule.kind == "season":
            found += season(rule, session, at, names or {}) if live else ()
        elif live:
            found += SYSTEM_RULES[rule.kind](rule, session, at)
    kept = best(found)
    for rule in surges:
        # an issue's long history explains no surge; a subject that many people name does
        named = [one for one in kept if one.entity]
        kept += find_surges(rule, session, facts, at, named, int(FRESH.days) if live else 1, names or {})
    for rule in topics:
        kept += emerging(rule, facts, before, kept, at)
    return kept


def raise_alerts(
    session: Session,
    pack: Pack,
    as_of: datetime,
    channels: Sequence[Channel] = (),
    kinds: Container[str] | None = None,
) -> list[AlertRow]:
    """Evaluate the pack's rules at ``as_of`` (aware) and write what is new, with its notices to ``channels``. Commits.

    ``kinds`` of rules to look at, None: all; :data:`AT_ONCE` is what a batch is looked through for. Returns the alarms
    that are new or went up a level; a second run at the same moment returns none.
    """
    lock(session, "alerts")
    at = as_of.astimezone(SHANGHAI)
    every = load_rules(pack)
    rules = tuple(rule for rule in every if kinds is None or rule.kind in kinds)
    facts = read_facts(session, at - 2 * FRESH, at)
    rows = facts.between(at - FRESH, at)
    before: Sequence[str] = ()
    if kinds is None:
        before = list(read_texts(session, at - BACK, at - FRESH, TEXTS))
        facts = replace(facts, bursts=burst_names(rows, before))
    singles_since = at - FRESH
    wide = tuple(_widened(rule, singles_since, at) for rule in rules)
    changed: list[AlertRow] = []
    names, announced = category_names(pack), read_announcements(session, at - FRESH, at)
    for fired in evaluate(session, wide, facts, at, names=names, before=before, announced=announced):
        fired = _again(session, fired)
        row = _merge(session, fired, pack, next((one for one in announced if one.explains(fired)), None))
        if row is not None:
            changed.append(row)
    queue_messages(session, changed, channels, {rule.rule: rule.name for rule in every}, names)
    session.commit()
    for row in changed:
        session.refresh(row)
    return changed


def _widened(rule: AlertRule, since: datetime, at: datetime) -> AlertRule:
    """Singles look back over the whole span, so that tickets that came in late are not missed."""
    return replace(rule, window=max(rule.window, at - since)) if rule.kind in ("single", "words") else rule


def category_names(pack: Pack) -> dict[str, str]:
    """Names of the pack's categories by code."""
    with pack.path("taxonomy.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _standing(session: Session, fired: Fired) -> AlertRow | None:
    """The alarm that already speaks of this rule and subject, or None."""
    prefix = f"{fired.rule_id}|{fired.subject}|"[:180]
    query = (
        select(AlertRow)
        .where(col(AlertRow.alert_key).startswith(prefix, autoescape=True))
        .order_by(col(AlertRow.fired_at).desc())
    )
    for row in session.exec(query):
        known = row.state not in OVER or fired.at <= _aware(row.last_at) or row.day == fired.day
        if abs(fired.at - _aware(row.last_at)) <= COOL and known:
            return row
    return None


def _again(session: Session, fired: Fired) -> Fired:
    """What fires anew after its alarm was lifted: only the tickets since, when they are enough by themselves."""
    row = _standing(session, fired) if fired.least and fired.latest else None
    if row is None or row.state not in OVER or fired.latest is None or fired.latest <= _aware(row.last_at):
        return fired
    fresh = tuple(sorted(set(fired.tickets) - set(json.loads(row.tickets))))
    if len(fresh) < fired.least or fired.latest.date() == row.day:
        return fired
    return replace(fired, at=fired.latest, tickets=fresh, callers=min(fired.callers, len(fresh)))


def _told(session: Session, fired: Fired) -> bool:
    """Whether a general rule only repeats what a rule for the matter has already said of the subject."""
    if fired.rule_id not in GENERAL or not fired.entity:
        return False
    query = select(AlertRow).where(col(AlertRow.entity) == storable(fired.entity, NAME))
    return any(row.rule not in GENERAL and abs(fired.at - _aware(row.last_at)) <= COOL for row in session.exec(query))


def _merge(session: Session, fired: Fired, pack: Pack, cause: Announcement | None = None) -> AlertRow | None:
    """A new alarm, or the news of a standing one; the row when it is new or went up, else None. Does not commit.

    With a ``cause`` it is kept on record as explained, and None is returned.
    """
    row = _standing(session, fired)
    if row is None and _told(session, fired):
        return None
    if row is None:
        row = _new_row(fired, pack)
        session.add(row)
        session.flush()
        _step(session, row, "触发", fired.why, fired.at)
        _link(session, row, fired.tickets)
        if cause is not None:
            row.state, row.outcome = "解除", "explained"
            _step(session, row, "解除", f"已公告({cause.kind}):{cause.title}", fired.at)
            return None
        return row
    known = set(json.loads(row.tickets))
    fresh = [number for number in fired.tickets if number not in known]
    up = GRADES.index(fired.level) > GRADES.index(row.grade)
    if not fresh and not up:
        return None
    row.tickets = to_json(sorted(known | set(fired.tickets)))
    row.count = len(known | set(fired.tickets))
    row.callers = max(row.callers or 0, fired.callers)
    row.last_at = max(_aware(row.last_at), fired.at)
    if up:
        row.grade, row.title, row.why = fired.level, fired.title[:200], fired.why
        row.due_at = fired.at + RESPONSE[fired.level]
        if row.state in OVER and cause is None:
            row.state, row.outcome = "触发", None  # what was lifted or explained is so no longer
        _step(session, row, "升级", fired.why, fired.at)
    session.add(row)
    _link(session, row, fresh)
    return row if up and cause is None else None


def _new_row(fired: Fired, pack: Pack) -> AlertRow:
    return AlertRow(
        alert_key=f"{f'{fired.rule_id}|{fired.subject}|'[:180]}{fired.day}",
        rule=fired.rule_id,
        grade=fired.level,
        title=storable(fired.title, 200) or fired.rule_id,
        why=storable(fired.why) or "",
        day=fired.day,
        fired_at=fired.at.astimezone(UTC),
        last_at=fired.at.astimezone(UTC),
        category=fired.code or None,
        district=fired.district or None,
        street=fired.street or None,
        entity=storable(fired.entity, NAME),
        unit=storable(fired.unit, NAME) or None,
        count=len(fired.tickets) or round(fired.number),
        callers=fired.callers,
        expected=fired.expected,
        upper=fired.upper,
        score=fired.score,
        tickets=to_json(list(fired.tickets)),
        details=to_json(fired.details | {"number": fired.number}),
        restricted=fired.restricted,
        due_at=(fired.at + RESPONSE[fired.level]).astimezone(UTC),
        pack=pack.name,
    )


def _step(session: Session, row: AlertRow, step: str, reason: str, at: datetime) -> None:
    session.add(
        AlertStepRow(
            alert_id=row.id,
            step=step,
            at=at.astimezone(UTC),
            by="system",
            grade=row.grade,
            unit=row.unit,
            due_at=row.due_at,
            reason=reason,
        )
    )


def _link(session: Session, row: AlertRow, tickets: Iterable[str]) -> None:
    rows = [{"alert_id": row.id, "ticket_no": number} for number in tickets]
    upsert(session, AlertTicketRow, rows)


def backtest_alerts(session: Session, pack: Pack, first: date, last: date) -> list[Fired]:
    """What the rules would have fired on each day from ``first`` to ``last``, each judged at its end; writes nothing.

    Rules on the present state (退单, 积压, data faults) are left out: the past state is not kept.
    """
    rules = load_rules(pack)
    start = datetime.combine(first, time(0), SHANGHAI) - BACK
    facts = read_facts(session, start, datetime.combine(last, time(23, 59, 59), SHANGHAI))
    names = category_names(pack)
    announced = read_announcements(session, start, datetime.combine(last, time(23, 59, 59), SHANGHAI))
    live: dict[tuple[str, str], tuple[datetime, int]] = {}
    special: set[str | None] = set()
    fired_all: list[Fired] = []
    day = first
    while day <= last:
        at = datetime.combine(day, time(23, 59, 59), SHANGHAI)
        past = facts.rows[max(0, facts.before(at - FRESH) - PAST) : facts.before(at - FRESH)]
        before = [row.text for row in reversed(past)]
        today = replace(facts, bursts=burst_names(facts.between(at - FRESH, at), before))
        for fired in evaluate(session, rules, today, at, live=False, names=names, before=before, announced=announced):
            if any(one.explains(fired) for one in announced):
                continue
            key, grade = (fired.rule_id, fired.subject), GRADES.index(fired.level)
            if fired.rule_id in GENERAL and fired.entity in special:
                continue
            if fired.rule_id not in GENERAL and fired.entity:
                special.add(fired.entity)
            last_at, highest = live.get(key, (datetime.min.replace(tzinfo=SHANGHAI), -1))
            if fired.at - last_at > COOL:
                highest = -1
            if grade > highest:
                fired_all.append(fired)
            live[key] = (max(last_at, fired.at), max(grade, highest))
        day += timedelta(days=1)
    return fired_all


__all__ = ["backtest_alerts", "evaluate", "load_rules", "now_utc", "raise_alerts"]

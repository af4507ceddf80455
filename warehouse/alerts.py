"""Early warning as a job: alarms as rows, once each (触发), with the news of their subjects.

``raise_alerts`` may run as often as wanted: the same rule and subject updates its live alarm, and fires again only on a
higher level (升级) or when the earlier one is over.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from classify.ticket import SHANGHAI
from routing.pack import Pack
from warehouse.alert_evaluation import AT_ONCE, FRESH, Around, evaluate
from warehouse.alert_facts import read_facts, read_texts
from warehouse.alert_names import burst_names
from warehouse.alert_rules import GRADES, RESPONSE, AlertRule, load_rules, rule_names
from warehouse.alert_watch import ALONE, GENERAL, Fired
from warehouse.announcements import Announcement, read_announcements
from warehouse.models import NAME, AlertRow, AlertStepRow, AlertTicketRow, to_json
from warehouse.outbox import Channel, queue_messages
from warehouse.upsert import lock, storable, upsert

COOL: Final = timedelta(days=14)
"""An alarm that is not over takes the news of its subject for so long after its last ticket [P]."""
BACK: Final = timedelta(days=63)
TEXTS: Final = 30_000
"""Texts of the eight weeks before the newest week, at most so many, say what is not new."""
OVER: Final = ("解除", "复盘")


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
    announced = read_announcements(session, at - FRESH, at)
    around = Around.of(pack, announced, before)
    for fired in evaluate(session, wide, facts, at, around, earlier=_earlier(session, at)):
        fired = _again(session, fired)
        row = _merge(session, fired, pack, next((one for one in announced if one.explains(fired)), None))
        if row is not None:
            changed.append(row)
    queue_messages(session, changed, channels, rule_names(every), around.names)
    session.commit()
    for row in changed:
        session.refresh(row)
    return changed


def _earlier(session: Session, at: datetime) -> list[Fired]:
    """Alarms of the last two weeks that name somebody or something, as evaluation knows them."""
    query = select(AlertRow).where(col(AlertRow.last_at) > at - COOL, col(AlertRow.entity).is_not(None))
    return [
        Fired(
            row.rule, row.alert_key.split("|")[1], row.grade, row.title, row.why, _aware(row.last_at),
            tuple(json.loads(row.tickets)), row.callers or 0, 0.0, row.category, entity=row.entity,
        )
        for row in session.exec(query)
    ]  # fmt: skip


def _widened(rule: AlertRule, since: datetime, at: datetime) -> AlertRule:
    """Singles look back over the whole span, so that tickets that came in late are not missed."""
    return replace(rule, window=max(rule.window, at - since)) if rule.kind in AT_ONCE else rule


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
    return _same_event(session, fired) if fired.rule_id in ALONE else None


def _same_event(session: Session, fired: Fired) -> AlertRow | None:
    """The alarm of a single danger that has one of these tickets: its first ticket may have left the window."""
    query = (
        select(AlertRow)
        .join(AlertTicketRow, col(AlertTicketRow.alert_id) == AlertRow.id)
        .where(AlertRow.rule == fired.rule_id, col(AlertTicketRow.ticket_no).in_(fired.tickets))
        .order_by(col(AlertRow.fired_at).desc())
    )
    return session.exec(query).first()


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
        _absorb(session, row, fired)
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


def _absorb(session: Session, row: AlertRow, fired: Fired) -> None:
    """Lift the general alarm of the same subject that nobody has looked at yet: the special one says more."""
    if fired.rule_id in GENERAL or not fired.entity:
        return
    query = select(AlertRow).where(
        col(AlertRow.entity) == row.entity, col(AlertRow.rule).in_(sorted(GENERAL)), AlertRow.state == "触发"
    )
    for general in session.exec(query):
        if abs(fired.at - _aware(general.last_at)) <= COOL:
            general.state = "解除"
            session.add(general)
            _step(session, general, "解除", f"并入预警 {row.id}({row.rule})", fired.at)


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

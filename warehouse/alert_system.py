"""Rules about the house itself: returned tickets, overdue units, a feed that stopped, came twice or drifted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import SHANGHAI
from warehouse.alert_outlook import rebound
from warehouse.alert_rules import AlertRule
from warehouse.alert_watch import Fired
from warehouse.lifecycle import OPEN
from warehouse.models import BatchRow, TicketRow

DAYTIME: Final = range(8, 20)
"""Hours in which a hotline is never silent for long."""
SILENCE: Final = 9.0
"""Tickets that must be missing before silence means a fault: the chance of none by luck is e⁻⁹."""
BACK: Final = timedelta(days=56)
"""Eight weeks, the baseline of the handbook §4.2."""
SHARE_LEAST: Final = 60
"""Tickets of a week below which shares are not compared."""
DUPLICATES_LEAST: Final = 20
"""Equal rows of a batch below which it is no second feed."""


def returned(rule: AlertRule, session: Session, at: datetime) -> Iterable[Fired]:
    """Tickets returned again: two units refuse (handbook §2.4)."""
    query = select(TicketRow).where(
        col(TicketRow.returns) >= rule.lowest,
        col(TicketRow.state).in_(sorted(OPEN)),
        col(TicketRow.received_at) > at - rule.window,
        col(TicketRow.received_at) <= at,
    )
    for row in session.exec(query):
        level = rule.grade(row.returns, at)
        if level:
            title = f"{(row.title or row.ticket_no)[:24]}:已退单 {row.returns} 次"
            yield Fired(
                rule.rule, row.ticket_no, level, title, "多次退单,转会商", at, (row.ticket_no,), 1, row.returns,
                row.category, row.district, row.street, None, row.unit, restricted=bool(row.restricted),
            )  # fmt: skip


def overdue(rule: AlertRule, session: Session, at: datetime) -> Iterable[Fired]:
    """Units with many open tickets past their deadline."""
    query = select(TicketRow.unit, TicketRow.ticket_no).where(
        col(TicketRow.due_at) < at,
        col(TicketRow.due_at) > at - rule.window,
        col(TicketRow.dispatched_at).is_not(None),
        col(TicketRow.replied_at).is_(None),
        col(TicketRow.closed_at).is_(None),
        col(TicketRow.state).in_(sorted(OPEN)),
        col(TicketRow.unit).is_not(None),
    )
    units: dict[str, list[str]] = defaultdict(list)
    for unit, ticket_no in session.exec(query):
        units[str(unit)].append(ticket_no)
    for unit, tickets in units.items():
        level = rule.grade(len(tickets), at)
        if level:
            title = f"{unit}:超期未办结 {len(tickets)} 件"
            yield Fired(
                rule.rule, unit, level, title, "逾期件达到阈值", at, tuple(tickets[:200]), 0, len(tickets), unit=unit
            )


def gap(rule: AlertRule, session: Session, at: datetime) -> Iterable[Fired]:
    """No ticket for hours of daytime in which the eight weeks before had many."""
    local = at.astimezone(SHANGHAI)
    since = (local - BACK).date()
    day = sa.and_(col(TicketRow.day) > since, col(TicketRow.day) < local.date())
    usual = dict(session.exec(select(TicketRow.hour, func.count()).where(day).group_by(col(TicketRow.hour))).all())
    days = session.exec(select(func.count(sa.distinct(TicketRow.day))).where(day)).one()
    recent = session.exec(
        select(TicketRow.day, TicketRow.hour, func.count())
        .where(col(TicketRow.received_at) > at - rule.window, col(TicketRow.received_at) <= at)
        .group_by(col(TicketRow.day), col(TicketRow.hour))
    )
    seen = {(one, hour) for one, hour, _ in recent}
    if days < 14:
        return
    hours, missing = 0, 0.0
    moment = (local - rule.window).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while moment + timedelta(hours=1) <= local:
        if moment.hour in DAYTIME:
            quiet = (moment.date(), moment.hour) not in seen
            hours, missing = (hours + 1, missing + usual.get(moment.hour, 0) / days) if quiet else (0, 0.0)
        level = rule.grade(hours, at) if missing >= SILENCE else None
        if level:
            title = f"{moment:%m-%d %H} 时前连续 {hours} 个白天时段没有工单"
            yield Fired(
                rule.rule, f"中断/{moment:%Y-%m-%d}", level, title, f"往常约有 {missing:.0f} 件;数据中断,并非平安无事",
                moment + timedelta(hours=1), (), 0, hours, expected=round(missing, 1),
            )  # fmt: skip
        moment += timedelta(hours=1)


def double(rule: AlertRule, session: Session, at: datetime) -> Iterable[Fired]:
    """A batch in which many rows are already here unchanged: the feed was sent twice."""
    query = select(BatchRow).where(
        col(BatchRow.rows_same) >= DUPLICATES_LEAST,
        col(BatchRow.started_at) > at - rule.window,
        col(BatchRow.started_at) <= at + timedelta(days=1),
    )
    for batch in session.exec(query):
        share = 100 * batch.rows_same / max(1, batch.rows_read)
        level = rule.grade(share, at)
        if level:
            title = f"批次 {batch.source[:60]}:{share:.0f}% 的行与已有工单相同"
            moment = batch.started_at if batch.started_at.tzinfo else batch.started_at.replace(tzinfo=UTC)
            yield Fired(
                rule.rule, f"重复/{batch.batch_id}", level, title, f"{batch.rows_read} 行中 {batch.rows_same} 行相同",
                moment.astimezone(SHANGHAI), (), 0, share,
            )  # fmt: skip


def drift(rule: AlertRule, session: Session, at: datetime) -> Iterable[Fired]:
    """The share of a first-level class jumped against the eight weeks before: the classifier or the feed changed."""
    local = at.astimezone(SHANGHAI)
    first = (local - rule.window).date()
    level1 = func.substr(TicketRow.category, 1, 2)

    def shares(after: object, until: object) -> dict[str, int]:
        query = (
            select(level1, func.count())
            .where(col(TicketRow.day) > after, col(TicketRow.day) <= until, col(TicketRow.category).is_not(None))
            .group_by(level1)
        )
        return {str(code): number for code, number in session.exec(query)}

    now, then = shares(first, local.date()), shares((local - BACK).date() - rule.window, first)
    total, before = sum(now.values()), sum(then.values())
    if total < SHARE_LEAST or before < SHARE_LEAST:
        return
    for code in sorted(now.keys() | then.keys()):
        new, old = now.get(code, 0) / total, then.get(code, 0) / before
        noise = sqrt(max(old, 0.01) * (1 - old) / total)
        level = rule.grade(100 * abs(new - old), at)
        if level and abs(new - old) > 4 * noise:
            title = f"一级分类 {code} 的占比由 {old:.0%} 变为 {new:.0%}"
            yield Fired(
                rule.rule, f"漂移/{code}", level, title, "核对分类模型与数据来源", at, (), 0,
                round(100 * (new - old), 1), code=code,
            )  # fmt: skip


SYSTEM_RULES: Final = {
    "returns": returned,
    "overdue": overdue,
    "gap": gap,
    "double": double,
    "drift": drift,
    "rebound": rebound,
}

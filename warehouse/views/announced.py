"""What was announced (公告) and what was sent (通知), as the warnings page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from warehouse.models import AlertRow, AnnouncementRow, MessageRow
from warehouse.scope import Scope
from warehouse.views.warnings import in_scope

UNSENT = ("failed", "sending", "waiting")
"""States of a message that has not arrived for sure; ``sending`` was cut off in between."""


@dataclass(frozen=True, slots=True)
class AnnouncementItem:
    """One announcement; ``state`` is 未开始, 生效中 or 已结束 at the moment asked for."""

    key: str
    kind: str
    title: str
    codes: str
    area: str
    word: str
    starts_at: datetime
    ends_at: datetime
    source: str
    state: str


@dataclass(frozen=True, slots=True)
class MessageItem:
    """One message about an alarm to one receiver, who is named as in the file of addresses, never by the address."""

    key: str
    alert_id: int
    channel: str
    grade: str
    subject: str
    state: str
    tries: int
    made_at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Outbox:
    """``counts`` of messages by state, and those that did not arrive, failed ones first, newest first."""

    counts: dict[str, int]
    unsent: tuple[MessageItem, ...]


def announcements_list(
    session: Session, scope: Scope, now: datetime | None = None, size: int = 60
) -> tuple[AnnouncementItem, ...]:
    """Announcements, those that end last first; they are public, so every viewer of alarms sees all."""
    scope.need("alarms")
    at = now or datetime.now(UTC)
    rows = session.exec(
        select(AnnouncementRow)
        .order_by(col(AnnouncementRow.ends_at).desc(), col(AnnouncementRow.announcement_key))
        .limit(size)
        .execution_options(populate_existing=True)
    )
    return tuple(_item(row, at) for row in rows)


def outbox(session: Session, scope: Scope, size: int = 60) -> Outbox:
    """Messages about alarms in scope."""
    mine = sa.select(AlertRow.id).where(*in_scope(scope))  # type: ignore[arg-type]
    here = col(MessageRow.alert_id).in_(mine)
    counts = dict(session.exec(select(MessageRow.state, func.count()).where(here).group_by(MessageRow.state)).all())
    grave = sa.case({state: place for place, state in enumerate(UNSENT)}, value=col(MessageRow.state))
    rows = session.exec(
        select(MessageRow)
        .where(here, col(MessageRow.state).in_(UNSENT))
        .order_by(grave, col(MessageRow.made_at).desc(), col(MessageRow.message_key))
        .limit(size)
        .execution_options(populate_existing=True)
    )
    return Outbox(
        counts,
        tuple(
            MessageItem(
                row.message_key, row.alert_id, row.channel, row.grade, row.subject, row.state, row.tries, row.made_at,
                row.next_at,
            )
            for row in rows
        ),
    )  # fmt: skip


def _item(row: AnnouncementRow, at: datetime) -> AnnouncementItem:
    start, end = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (row.starts_at, row.ends_at))
    state = "已结束" if end <= at else "生效中" if start <= at else "未开始"
    return AnnouncementItem(
        row.announcement_key, row.kind, row.title, row.codes, row.area, row.word, start, end, row.source, state
    )

"""Announcements written and ended by people (公告登记), on the record; a file of them comes by ``jiesu announce``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session

from classify.masking import mask
from classify.ticket import AccessError, HotlineError, InputError, StateError
from routing.tables import TableRow
from warehouse.alert_loop import may_move
from warehouse.announcements import COLUMNS, announcement_row
from warehouse.audit import record
from warehouse.models import AnnouncementRow, now_utc
from warehouse.scope import Scope
from warehouse.upsert import lock, upsert

LABELS: Final[Mapping[str, str]] = {
    "kind": "类型", "title": "标题", "codes": "事项代码", "area": "区县或街道", "word": "主体或地名",
    "starts_at": "开始", "ends_at": "结束", "source": "来源",
}  # fmt: skip


def announce(session: Session, scope: Scope, values: Mapping[str, str], at: datetime | None = None) -> str:
    """Write one announcement, ``values`` by the columns of the table; returns its key. Commits; twice is once.

    Raises AccessError without the right to move alarms, InputError naming the field.
    """
    _need(scope)
    try:
        row = announcement_row(TableRow("公告", 1, {name: (values.get(name) or "").strip() for name in COLUMNS}))
    except HotlineError as error:
        field = LABELS.get(error.where.field or "", "")
        raise InputError(f"{field}:{error.reason}", value=error.value, allowed=error.allowed) from None
    upsert(session, AnnouncementRow, [row])
    key = str(row["announcement_key"])
    record(session, scope.user, "announce", key, reason=str(row["title"]), at=at)
    session.commit()
    return key


def end_announcement(session: Session, scope: Scope, key: str, *, reason: str, at: datetime | None = None) -> None:
    """Let an announcement hold no longer from ``at`` on (None: now). Commits. One that has not begun never holds.

    Raises AccessError without the right, InputError for an unknown one or no reason, StateError when it is over.
    """
    _need(scope)
    moment = (at or now_utc()).astimezone(UTC)
    if not reason.strip():
        raise InputError("结束公告须写明原因")
    lock(session, "alerts")
    row = session.get(AnnouncementRow, key, populate_existing=True)
    if row is None:
        raise InputError("没有这条公告", value=key[:40])
    start, end = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (row.starts_at, row.ends_at))
    if end <= moment:
        raise StateError("这条公告已经结束")
    row.ends_at = max(start, moment)
    session.add(row)
    record(session, scope.user, "announce.end", key, reason=mask(reason).text, at=at)
    session.commit()


def _need(scope: Scope) -> None:
    if not may_move(scope):
        raise AccessError("您的岗位不能登记或结束公告")

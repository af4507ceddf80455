"""Telling people (预警通知): alarms to mail and webhook, through an outbox; retried, never twice, no text of a ticket.

A message is written with the alarm in one transaction and is sent later. Before sending its row is taken
(``sending``), so no two senders send the same; a refusal gives it back for another try, a cut in between leaves it
taken, and it is not sent again. Receivers get the row's key as ``Idempotency-Key`` and ``X-Jiesu-Message``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.masking import mask
from classify.ticket import SHANGHAI, AccessError, InputError, StateError, Where
from warehouse.alert_loop import may_move
from warehouse.alert_rules import GRADES, RESPONSE
from warehouse.audit import record
from warehouse.models import AlertRow, MessageRow, now_utc
from warehouse.scope import Scope
from warehouse.upsert import digest, upsert

WAITS: Final = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 240))
"""Time to the next try after each refusal; after the last the message is ``failed`` [P]."""
AT_ONCE: Final = 200
"""Messages of one run at most."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One receiver: ``name`` is kept in the outbox, ``lowest`` the level from which it is told, ``url`` an address of
    apprise (``mailtos://…``, ``jsons://…``, ``wecombot://…``), which may hold a password and is never shown."""

    name: str
    lowest: str
    url: str

    def plugin(self) -> Any:
        """The sender behind the address; None when the address says nothing that can be sent to."""
        import apprise  # here, not above: it takes longer than all else, and most commands tell nobody

        return apprise.Apprise.instantiate(self.url, suppress_exceptions=True)

    def wants(self, grade: str) -> bool:
        """Whether a level is high enough for it."""
        return GRADES.index(grade) >= GRADES.index(self.lowest)


def read_channels(file: Path | None) -> tuple[Channel, ...]:
    """Receivers of a file with ``name level address`` on each line, ``#`` begins a remark; None: nobody is told.

    Raises InputError naming file and line, never the address.
    """
    if file is None:
        return ()
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("通知地址文件无法读取", value=type(error).__name__, where=Where(file.name)) from None
    found: dict[str, Channel] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts, where = line.split(None, 2), Where(file.name, number)
        if len(parts) != 3:
            raise InputError("通知地址有误", allowed="名称 最低等级 地址", where=where)
        channel = Channel(parts[0], parts[1], parts[2].strip())
        if channel.lowest not in GRADES:
            raise InputError("通知的最低等级有误", value=channel.lowest, allowed="、".join(GRADES), where=where)
        if channel.name in found:
            raise InputError("通知名称重复", value=channel.name, where=where)
        plugin = channel.plugin()
        if plugin is None:
            raise InputError("通知地址无法识别", allowed=" mailtos://、jsons://、wecombot:// 等", where=where)
        if len(plugin) > 1:
            # with two receivers in one message a half refusal could only be repeated for both
            raise InputError("一行只能有一个收件人", value=str(len(plugin)), allowed="多人请分行", where=where)
        found[channel.name] = channel
    return tuple(found.values())


def write_message(alarm: AlertRow, rule_name: str, category: str) -> tuple[str, str]:
    """Subject and body: rule, place, numbers, clock. No ticket's words; a name only if masking keeps it."""
    place = "".join(part for part in (alarm.district, alarm.street) if part) or "全市"
    subject = f"【{alarm.grade}色预警】{rule_name}({place})"
    lines = [
        f"预警编号:{alarm.id}",
        f"规则:{alarm.rule} {rule_name}",
        f"等级:{alarm.grade}",
        f"地区:{place}",
        f"触发:{_local(alarm.fired_at):%Y-%m-%d %H:%M}",
        f"件数:{alarm.count}" + (f",来电人:{alarm.callers}" if alarm.callers else ""),
        f"{minutes_text(RESPONSE[alarm.grade])}内签收;详情请登录系统,在“预警”中查看。",
    ]
    if not alarm.restricted:
        if category:
            lines.insert(4, f"事项:{category}")
        if alarm.entity and mask(alarm.entity).text == alarm.entity:
            lines.insert(4, f"主体:{alarm.entity}")
        if alarm.expected is not None:
            lines.insert(-1, f"预期:{alarm.expected:.1f}")
        if alarm.unit:
            lines.insert(-1, f"责任单位:{alarm.unit}")
    return subject[:200], "\n".join(lines)


def minutes_text(span: timedelta) -> str:
    """``15 分钟`` or ``2 小时``."""
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} 分钟" if minutes < 60 else f"{minutes // 60} 小时"


def queue_messages(
    session: Session,
    alarms: Iterable[AlertRow],
    channels: Sequence[Channel],
    rules: dict[str, str],
    names: dict[str, str],
) -> int:
    """Write the messages of alarms that are new or went up, once for each level and receiver; returns how many.

    ``rules`` and ``names`` are the names of rules and categories. Does not commit: the alarm's transaction does.
    """
    rows: list[dict[str, Any]] = []
    for alarm in alarms:
        subject, body = write_message(alarm, rules.get(alarm.rule, alarm.rule), names.get(alarm.category or "", ""))
        rows += [
            {
                "message_key": digest("message", alarm.alert_key, alarm.grade, channel.name),
                "alert_id": alarm.id,
                "channel": channel.name,
                "grade": alarm.grade,
                "subject": subject,
                "body": body,
            }
            for channel in channels
            if channel.wants(alarm.grade)
        ]
    upsert(session, MessageRow, rows)
    return len(rows)


def send_messages(session: Session, channels: Sequence[Channel], at: datetime | None = None) -> dict[str, int]:
    """Send what is due at ``at`` (aware; None: now), gravest first; returns counts of sent, waiting, failed, unsure.

    Commits after every message. A receiver that is no longer in the file keeps its messages waiting. Never raises for
    a receiver that is away: that is what the outbox is for.
    """
    moment, known = at or now_utc(), {channel.name: channel for channel in channels}
    grave = sa.case(
        {grade: place for place, grade in enumerate(reversed(GRADES))}, value=col(MessageRow.grade), else_=9
    )
    due = session.exec(
        select(MessageRow.message_key)
        .where(
            col(MessageRow.state) == "waiting",
            col(MessageRow.next_at) <= moment,
            col(MessageRow.channel).in_(sorted(known)),
        )
        .order_by(grave, col(MessageRow.made_at), col(MessageRow.message_key))
        .limit(AT_ONCE)
    ).all()
    session.commit()
    for key in due:
        taken = session.connection().execute(
            sa.update(MessageRow)
            .where(col(MessageRow.message_key) == key, col(MessageRow.state) == "waiting")
            .values(state="sending", tries=MessageRow.tries + 1)
        )
        session.commit()
        if taken.rowcount == 1:
            row = session.get_one(MessageRow, key, populate_existing=True)
            _settle(row, _send(row, known[row.channel]), moment)
            session.add(row)
            session.commit()
    return count_messages(session)


def retry_message(session: Session, scope: Scope, key: str, at: datetime | None = None) -> None:
    """Give a message that failed for good another round of tries. Commits.

    Raises AccessError without the right to move alarms, StateError for one that did not fail: what was cut off while
    it was sent may have arrived, and nobody is told twice.
    """
    if not may_move(scope):
        raise AccessError("您的岗位不能重发通知")
    moment = at or now_utc()
    taken = session.connection().execute(
        sa.update(MessageRow)
        .where(col(MessageRow.message_key) == key, col(MessageRow.state) == "failed")
        .values(state="waiting", tries=0, next_at=moment)
    )
    if taken.rowcount != 1:
        session.rollback()
        raise StateError("只有发送失败的通知可以重发")
    record(session, scope.user, "message.retry", key, at=at)
    session.commit()


def count_messages(session: Session) -> dict[str, int]:
    """How many messages are sent, waiting, failed, or unsure (cut off while they were sent)."""
    found = dict(session.exec(select(MessageRow.state, func.count()).group_by(col(MessageRow.state))).all())
    return {
        "sent": found.get("sent", 0),
        "waiting": found.get("waiting", 0),
        "failed": found.get("failed", 0),
        "unsure": found.get("sending", 0),
    }


def _settle(row: MessageRow, accepted: bool, moment: datetime) -> None:
    if accepted:
        row.state, row.sent_at = "sent", moment
    elif row.tries > len(WAITS):
        row.state = "failed"
    else:
        row.state, row.next_at = "waiting", moment + WAITS[row.tries - 1]


def _send(row: MessageRow, channel: Channel) -> bool:
    import apprise

    plugin = channel.plugin()
    if plugin is None:
        return False
    if isinstance(getattr(plugin, "headers", None), dict):
        plugin.headers |= {"Idempotency-Key": row.message_key, "X-Jiesu-Message": row.message_key}
    quiet = logging.getLogger("apprise")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)  # its messages name addresses and hold what was sent
    try:
        kind = apprise.NotifyType.FAILURE if row.grade == "红" else apprise.NotifyType.WARNING
        return bool(plugin.notify(body=row.body, title=row.subject, notify_type=kind, body_format="text"))
    except Exception:  # a plugin's fault is a refusal: the message is tried again and in the end told as failed
        return False
    finally:
        quiet.setLevel(level)


def _local(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(SHANGHAI)

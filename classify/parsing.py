"""Records into tickets and events: the only way in from outside.

Personal data ends here: title, content and every extra column are masked, the caller becomes a keyed hash. Columns
that tell the outcome (replies, labels, 满意度 …) never reach a ticket; :func:`events_in` turns those that are events
into events.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from classify.headers import header_of
from classify.masking import caller_key, mask, masked_value
from classify.sealing import Piece, seal
from classify.text import clean, one_line
from classify.ticket import EVENT_KINDS, Event, InputError, Ticket, Where
from classify.times import parse_time

MAX_TICKET_NO: Final = 64
"""Longest ticket number in characters; longer ones are a shifted column."""
INTO_THE_FUTURE: Final = timedelta(days=1)
"""A ticket may be this much later than "now" (clocks differ); later ones go to quarantine."""

_NO: Final = re.compile(r"[^\x00-\x20\x7f\s]{1,64}$")
_TICKET_FIELDS: Final = frozenset({"ticket_no", "received_at", "title", "content", "channel", "request_type"}) | {
    "area_hint",
    "area_street",
    "area_address",
}


@cache
def _values(field: str) -> Mapping[str, str]:
    """Alias to value for one field of ``data/values.csv``."""
    with (files("classify") / "data" / "values.csv").open(encoding="utf-8") as lines:
        return {_key(row["alias"]): row["value"] for row in csv.DictReader(lines) if row["field"] == field}


def _key(text: str) -> str:
    return re.sub(r"[\s_\-()]+", "", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=4096)
def _normal(field: str, text: str) -> str:
    """The house's word for a short value, or the value itself, masked, on one line and cut to 40 characters."""
    known = _values(field).get(_key(text))
    return known if known is not None else one_line(masked_value(text))


def _at(where: Where | None, field: str) -> Where:
    where = where or Where()
    return Where(where.file, where.row, field)


def _ticket_no(record: Mapping[str, str], where: Where | None) -> str:
    text = unicodedata.normalize("NFKC", record.get("ticket_no", "")).strip()
    if not text:
        raise InputError("工单编号为空", allowed="不重复的编号", where=_at(where, "工单编号"))
    if not _NO.match(text):
        allowed = f"不含空白的 1–{MAX_TICKET_NO} 个字符"
        raise InputError("工单编号不像编号", value=masked_value(text), allowed=allowed, where=_at(where, "工单编号"))
    return text


def _masked(text: str, field: str = "", taken: list[Piece] | None = None) -> str:
    """Cleaned, then masked: a number or name is then found once for all, whatever noise stood in it. What was taken
    out goes to ``taken``."""
    if not text:
        return ""
    given = clean(text)
    masked = mask(given)
    if taken is not None:
        taken += [Piece(field, span.kind, given[span.start : span.end]) for span in masked.spans]
    return masked.text


def _title_and_content(title: str, content: str, taken: list[Piece] | None) -> tuple[str, str]:
    """Both masked in one look, as the ticket shows them: a name that one tells is masked in the other as well."""
    title, content = clean(title).replace("\n", " "), clean(content)
    border = len(title)
    masked = mask(f"{title}\n{content}")
    if any(span.start <= border < span.end for span in masked.spans):
        return _masked(title, "title", taken), _masked(content, "content", taken)
    if taken is not None:
        both = f"{title}\n{content}"
        for span in masked.spans:
            field = "title" if span.start < border else "content"
            taken.append(Piece(field, span.kind, both[span.start : span.end]))
    head, _, rest = masked.text.partition("\n")
    return head, rest


@lru_cache(maxsize=1024)
def _header(name: str) -> str:
    return _masked(name)


def _masked_under(name: str, value: str) -> str:
    """The value of a column, masked with its header as the cue: 监护人 above a bare name, 微信 above an id."""
    cue = f"{one_line(name)[:20]}:"
    masked = mask(cue + clean(value)).text
    return mask(masked.removeprefix(cue)).text if masked.startswith(cue) else _masked(value)


def _caller_pieces(record: Mapping[str, str]) -> list[Piece]:
    """Number and name of the caller from their own columns."""
    found = []
    for field in ("caller_phone", "caller_name"):
        given = (one_line(text) for name, text in record.items() if text and _is(name, field))
        found += [Piece("caller", field, text[:80]) for text in dict.fromkeys(given) if text.strip("*-—/无 ")]
    return found


def _is(name: str, field: str) -> bool:
    return name == field or ((known := header_of(name)) is not None and known.field == field)


def _area(record: Mapping[str, str]) -> str | None:
    """District, street and address columns as one hint, without repeating what the next one says again."""
    parts: list[str] = []
    for field in ("area_hint", "area_street", "area_address"):
        given = record.get(field)
        text = mask(one_line(given)).text if given else ""
        if text and not any(text in part for part in parts):
            parts = [part for part in parts if part not in text] + [text]
    return "".join(parts) or None


def _caller(record: Mapping[str, str], secret: bytes) -> str | None:
    """Key of the phone number, else of the user id; a name alone is shared by many and is no key."""
    for field in ("caller_phone", "caller_id"):
        if (key := caller_key(record.get(field), secret)) is not None:
            return key
        for name, value in record.items():
            known = header_of(name)
            if known and known.field == field and (key := caller_key(value, secret)):
                return key
    return None


def _extra(record: Mapping[str, str]) -> Mapping[str, str]:
    """Columns that jiesu does not interpret, masked; never a caller, event or label column."""
    extra = {
        _header(name): _masked_under(name, value)
        for name, value in record.items()
        if name not in _TICKET_FIELDS and value and ((known := header_of(name)) is None or known.side == "ticket")
    }
    return {name: value for name, value in extra.items() if value}


def parse_ticket(
    record: Mapping[str, str],
    secret: bytes,
    *,
    as_of: datetime | None = None,
    where: Where | None = None,
    default_time: datetime | None = None,
    sealed: bool = False,
) -> Ticket:
    """The ticket of a record with canonical names (see ``readers.read_rows``).

    ``secret`` keys the caller's hash. ``as_of`` is "now": a ticket more than a day later is refused; None checks
    nothing. ``default_time`` stands in where the record has no time; None refuses such a record. ``sealed`` keeps what
    masking takes out of title, content and caller, encrypted with ``secret``. Raises :class:`InputError` with the field
    that cannot be read.
    """
    ticket_no = _ticket_no(record, where)
    taken: list[Piece] | None = _caller_pieces(record) if sealed else None
    content = record.get("content", "") or record.get("text", "")
    title, content = _title_and_content(record.get("title", ""), content, taken)
    if not title and not content:
        raise InputError("标题和内容都是空的", allowed="至少一项有文字", where=_at(where, "诉求内容"))
    given = record.get("received_at", "") or record.get("at", "")
    if not given.strip() and default_time is not None:
        received_at = default_time
    else:
        received_at = parse_time(given, _at(where, "受理时间"))
    if as_of is not None and received_at > as_of + INTO_THE_FUTURE:
        shown, limit = f"{received_at:%Y-%m-%d %H:%M}", f"不晚于 {as_of + INTO_THE_FUTURE:%Y-%m-%d %H:%M}"
        raise InputError("受理时间在未来", value=shown, allowed=limit, where=_at(where, "受理时间"))
    request_type = record.get("request_type", "").strip()
    channel = record.get("channel", "").strip()
    return Ticket(
        ticket_no=ticket_no,
        received_at=received_at,
        title=title,
        content=content,
        channel=_normal("channel", channel) if channel else "",
        request_type=_normal("request_type", request_type) if request_type else None,
        area_hint=_area(record),
        caller_key=_caller(record, secret),
        extra=_extra(record),
        sealed=seal(taken, ticket_no, secret) if taken else None,
    )


def _result(record: Mapping[str, str]) -> dict[str, str]:
    named = (("是否联系", "contacted", "resolved"), ("是否解决", "resolved", "resolved"))
    result = {name: _normal(kind, text) for name, field, kind in named if (text := record.get(field, "").strip())}
    if text := record.get("satisfaction", "").strip():
        result["满意度"] = _normal("satisfaction", text)
    for name, field in (("延期工作日", "extension_days"), ("延期至", "extended_to")):
        if text := (record.get(field, "") or record.get(name, "")).strip():
            result[name] = masked_value(text, 40)
    return result


def _unit(record: Mapping[str, str]) -> str | None:
    text = record.get("unit", "")
    return one_line(masked_value(text, 80)) or None if text else None


def parse_event(record: Mapping[str, str], secret: bytes, where: Where | None = None) -> Event:
    """The event of a row of an event table: ticket_no, at, kind, unit, reason, resolved, satisfaction, text.

    ``secret`` is for a future keyed operator and unused. Raises :class:`InputError` with the field that cannot be read.
    """
    ticket_no = _ticket_no(record, where)
    given = record.get("kind", "").strip()
    kind = _normal("kind", given) if given else ""
    if kind not in EVENT_KINDS:
        value = masked_value(given) if given else None
        reason = "不认识的事件类型" if given else "事件类型为空"
        raise InputError(reason, value=value, allowed="、".join(EVENT_KINDS), where=_at(where, "事件类型"))
    at = parse_time(record.get("at", "") or record.get("received_at", ""), _at(where, "事件时间"))
    reason = _masked(record.get("reason", "") or record.get("return_reason", "") or record.get("extension_reason", ""))
    spoken = (record.get(name, "") for name in ("text", "content", "reply_text", "callback_result"))
    text = _masked(next(filter(None, spoken), ""))
    return Event(ticket_no, at, kind, _unit(record), reason or None, _result(record), text or None)


_APPROVED: Final = re.compile(r"(?<!不)(?<!未)(?:通过|同意|批准|准予|准许|approved|granted)")
_REFUSED: Final = re.compile(r"驳回|不同意|不通过|未通过|不予|拒绝|reject|denied")


def _verdict(text: str) -> str | None:
    if _REFUSED.search(text):
        return "驳回"
    return "通过" if _APPROVED.search(text) else None


_COLUMNS: Final = (
    # kind, time, reason, text
    ("派单", "dispatched_at", "", ""),
    ("签收", "signed_at", "", ""),
    ("退单申请", "return_at", "return_reason", ""),
    ("延期申请", "extension_at", "extension_reason", ""),
    ("催办", "urged_at", "", ""),
    ("督办", "supervised_at", "", ""),
    ("答复", "reply_at", "", "reply_text"),
    ("办结", "closed_at", "", ""),
    ("回访", "callback_at", "", "callback_result"),
    ("重办", "redo_at", "", ""),
    ("结案", "archived_at", "", ""),
)


def events_in(record: Mapping[str, str], ticket: Ticket, where: Where | None = None) -> list[Event]:
    """The events that a row of a ticket table holds in its columns (派单时间, 答复意见, 办结时间, 满意度 …), by time.

    A reply, return, extension or call-back without its own time takes the row's next known one: reply and call-back
    that of closing, else the ticket's. Raises :class:`InputError` when an event's time cannot be read.
    """
    times = {
        field: parse_time(record[field], _at(where, field))
        for _, field, _, _ in _COLUMNS
        if record.get(field, "").strip()
    }
    unit = _unit(record)
    result = _result(record)
    events: list[Event] = []
    for kind, field, reason_field, text_field in _COLUMNS:
        reason = _masked(record.get(reason_field, ""))
        text = _masked(record.get(text_field, ""))
        about = result if kind == "回访" else {}
        at = times.get(field)
        if at is None:
            if not (reason or text or about):
                continue
            at = _instead(kind, times, ticket)
        events.append(Event(ticket.ticket_no, at, kind, unit, reason or None, about, text or None))
        verdict = _verdict(record.get(field.replace("_at", "_result"), "")) if kind.endswith("申请") else None
        if verdict:
            events.append(Event(ticket.ticket_no, at, kind.replace("申请", verdict), unit))
    if unit and not any(event.kind == "派单" for event in events):
        events.insert(0, Event(ticket.ticket_no, ticket.received_at, "派单", unit))
    return sorted(events, key=lambda event: event.at)


def _instead(kind: str, times: Mapping[str, datetime], ticket: Ticket) -> datetime:
    order = ("closed_at", "reply_at", "archived_at") if kind in ("答复", "回访") else ("dispatched_at", "signed_at")
    if kind == "回访":
        order = ("archived_at", "closed_at", "reply_at")
    return next((times[field] for field in order if field in times), ticket.received_at)

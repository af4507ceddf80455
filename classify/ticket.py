"""The ticket (工单) and the event on it, as every layer above sees them: masked, aware, immutable.

``classify.parsing`` is the only way in from outside; nothing else builds these from raw rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from classify.masking import masked_value

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
"""The one time zone in which days, deadlines and pages are reckoned."""

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Where:
    """Where a value stands in the input: file name, 1-based data row (the header is row 0), field."""

    file: str | None = None
    row: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        parts = (
            masked_value(self.file, 200) if self.file else None,  # a file may be named after its caller
            f"第 {self.row} 行" if self.row is not None else None,
            f"字段 {self.field}" if self.field else None,
        )
        return " · ".join(part for part in parts if part)


class HotlineError(Exception):
    """Base of every error that jiesu raises on purpose.

    ``reason`` says what was wrong, ``value`` is what was given (the raiser masks it first), ``allowed`` what would do,
    ``where`` the place in the input. ``str()`` joins them into one Chinese sentence for a person.
    """

    def __init__(
        self,
        reason: str,
        *,
        value: str | None = None,
        allowed: str | None = None,
        where: Where | None = None,
    ) -> None:
        self.reason, self.value, self.allowed = reason, value, allowed
        self.where = where or Where()
        super().__init__(str(self))

    def __str__(self) -> str:
        place = str(self.where)
        given = f"(给出的是“{self.value}”)" if self.value is not None else ""
        wanted = f";应为{self.allowed}" if self.allowed else ""
        return (f"{place}: " if place else "") + self.reason + given + wanted


class InputError(HotlineError):
    """A file or row that cannot be read; the row goes to quarantine, the rest goes on."""


class PackError(HotlineError):
    """A city pack that must not be loaded."""


class ModelError(HotlineError):
    """A model folder that does not match this code, taxonomy or its own manifest."""


class AccessError(HotlineError):
    """A person asked for what their role or scope does not hold."""


class StateError(HotlineError):
    """A move that the state of the ticket, issue or alarm does not allow."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One complaint (工单), already masked.

    ``received_at`` is aware. ``request_type`` is the door's own word (投诉, 咨询 …) or None when it gave none;
    ``area_hint`` the door's district or address column, or None; ``caller_key`` a keyed hash of the caller, never the
    number, or None when the caller is unknown. ``extra`` holds the columns that jiesu does not interpret, masked;
    ``sealed`` what masking took out, encrypted (``classify.sealing``), None where the door does not keep it: no part of
    what the ticket says, and no part of a comparison.
    """

    ticket_no: str
    received_at: datetime
    title: str
    content: str
    channel: str = ""
    request_type: str | None = None
    area_hint: str | None = None
    caller_key: str | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    sealed: str | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """Title and content as one string; offsets of a hit are turned back with :meth:`locate`."""
        return f"{self.title}\n{self.content}"

    def locate(self, start: int, end: int) -> tuple[str, int, int]:
        """Field name and offsets in that field of a span of :attr:`text`."""
        shift = len(self.title) + 1
        return ("title", start, end) if end < shift else ("content", start - shift, end - shift)


EVENT_KINDS: Final = (
    "派单",
    "签收",
    "退单申请",
    "退单通过",
    "退单驳回",
    "延期申请",
    "延期通过",
    "延期驳回",
    "改派",
    "补充",
    "催办",
    "答复",
    "办结",
    "回访",
    "重办",
    "督办",
    "会商",
    "并单",
    "撤销",
    "结案",
)
"""Kinds of event, in the words of the handbook's flow (§1.5, §2.4, §2.5)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a ticket; ``kind`` is one of :data:`EVENT_KINDS`, ``text`` is masked.

    ``unit`` is the acting or receiving unit, ``reason`` a code or words (退单 R01–R10), ``result`` holds
    ``是否解决`` and ``满意度`` as given, where the row had them.
    """

    ticket_no: str
    at: datetime
    kind: str
    unit: str | None = None
    reason: str | None = None
    result: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    text: str | None = None

"""What triage answers for one ticket: the contract of the design, as dataclasses with one JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from classify.ticket import NOTHING

Urgency = Literal["特急", "紧急", "一般"]
Lane = Literal["auto", "forced", "review"]
GateAction = Literal["转办", "引导", "并入", "限知"]
PLACES: Final = 4
"""Decimal places of every probability and weight; makes triage of one and triage of many print the same."""
LIVE: Final = "+live-"
"""In ``versions["model"]`` before the hash of the owners counted since the model was made: they change every day, so
what stands before tells whether an answer is of the same pack, model and code."""


class CategoryGuess(NamedTuple):
    """A category with its calibrated probability; ``path`` runs from the first level down."""

    code: str
    path: tuple[str, ...]
    probability: float

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "path": list(self.path), "probability": round(self.probability, PLACES)}


class Evidence(NamedTuple):
    """A span that spoke for the category: ``field`` is title or content, offsets in code points of that field."""

    field: str
    start: int
    end: int
    text: str
    weight: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "weight": round(self.weight, PLACES),
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """A door before routing: ``code`` of the gate, what to do, the lawful channel, the text for the citizen."""

    code: str
    action: GateAction
    channel: str | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "action": self.action, "channel": self.channel, "text": self.text}


class Place(NamedTuple):
    """Where the matter is. None means not known. ``others`` are rival readings, best first, as display names."""

    district: str | None = None
    street: str | None = None
    poi: str | None = None
    text: str | None = None
    others: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "district": self.district,
            "street": self.street,
            "poi": self.poi,
            "text": self.text,
            "others": list(self.others),
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit that could act: ``level`` is 条线 or 属地, ``role`` 主办 or 协办, ``why`` one sentence for a person."""

    unit: str
    unit_type: str
    level: str
    role: str
    probability: float
    rule_id: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "unit_type": self.unit_type,
            "level": self.level,
            "role": self.role,
            "probability": round(self.probability, PLACES),
            "rule_id": self.rule_id,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit: ``unit`` is minute, hour, calendar_day or working_day."""

    unit: str
    n: int

    def to_dict(self) -> dict[str, Any]:
        return {"unit": self.unit, "n": self.n}


class TriageResult(NamedTuple):
    """Everything triage says of one ticket; ``to_dict`` is its contract, docs/triage_result.schema.json.

    A named tuple, because one is made for every ticket: a frozen dataclass of twenty fields takes five times as long.
    """

    ticket_no: str
    category: CategoryGuess
    alternatives: tuple[CategoryGuess, ...]
    second: CategoryGuess | None
    request_type: str
    urgency: Urgency
    urgency_why: str | None
    gate: Gate | None
    place: Place
    attributes: dict[str, str | None]
    suggestions: tuple[Suggestion, ...]
    question: str | None
    due_at: datetime
    clock: Clock
    lane: Lane
    evidence: tuple[Evidence, ...]
    keywords: tuple[str, ...]
    crosswalk: dict[str, list[str] | None]
    block_keys: tuple[str, ...]
    versions: Mapping[str, str] = NOTHING

    def to_dict(self) -> dict[str, Any]:
        return {
            "ticket_no": self.ticket_no,
            "category": self.category.to_dict(),
            "alternatives": [guess.to_dict() for guess in self.alternatives],
            "second": self.second.to_dict() if self.second else None,
            "request_type": self.request_type,
            "urgency": self.urgency,
            "urgency_why": self.urgency_why,
            "gate": self.gate.to_dict() if self.gate else None,
            "place": self.place.to_dict(),
            "attributes": dict(self.attributes),
            "suggestions": [one.to_dict() for one in self.suggestions],
            "question": self.question,
            "due_at": self.due_at.isoformat(),
            "clock": self.clock.to_dict(),
            "lane": self.lane,
            "evidence": [one.to_dict() for one in self.evidence],
            "keywords": list(self.keywords),
            "crosswalk": {name: list(path) if path else None for name, path in self.crosswalk.items()},
            "block_keys": list(self.block_keys),
            "versions": dict(self.versions),
        }

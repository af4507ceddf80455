"""The written sentences (话术): what callers say of each matter, read from ``wordings/*.csv``.

A wording is one complaint in a caller's own words with slots such as ``{estate}``. Wordings with the same ``thread``
speak of the same problem, so different callers of one issue may use them. ``manner`` tells the plain ones, which name
the matter in ordinary words, from the oblique ones, which only tell what is seen or felt; of ``[a|b]`` one is said.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

REQUESTS: Final = {"t": "投诉", "q": "求助", "z": "咨询", "j": "举报", "y": "建议", "b": "表扬"}
"""Letter of the ``type`` column to request type (诉求类型, handbook §1.4)."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence. ``demand``, ``thread`` and ``gate`` are empty when there is none; ``urgency`` is 一般 or above.

    ``topic`` is the matter as an operator writes it into a title (暖气不热); empty for oblique wordings.
    """

    code: str
    request: str
    text: str
    demand: str = ""
    urgency: str = "一般"
    thread: str = ""
    gate: str = ""
    manner: str = "oblique"
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """How a matter lives: who acts (``unit_type`` of the closed list, ``lead`` at ``level``), how often, when."""

    code: str
    unit_type: str
    lead: str
    level: str
    weight: float
    season: str
    day: str


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of ``wordings/<name>.csv``; a short row has empty strings at its end."""
    with (files("samples") / "wordings" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, restval=""):
            if None in row:
                raise ValueError(f"{name}.csv: too many fields in {row}")
            yield row


@cache
def wordings() -> tuple[Wording, ...]:
    """Every wording of the numbered files, in file order."""
    names = sorted(entry.name[:-4] for entry in (files("samples") / "wordings").iterdir() if entry.name[:2].isdigit())
    return tuple(
        Wording(
            row["code"],
            REQUESTS[row["type"]],
            row["text"],
            row.get("demand", ""),
            row.get("urgency") or "一般",
            row.get("thread", ""),
            row.get("gate", ""),
            row["manner"],
            row.get("topic", ""),
        )
        for name in names
        for row in table(name)
    )


@cache
def by_code() -> dict[str, tuple[Wording, ...]]:
    """Wordings of each second-level code."""
    found: dict[str, list[Wording]] = {}
    for one in wordings():
        found.setdefault(one.code, []).append(one)
    return {code: tuple(ones) for code, ones in found.items()}


@cache
def matters() -> dict[str, Matter]:
    """The 193 matters by code."""
    return {
        row["code"]: Matter(
            row["code"], row["unit_type"], row["lead"], row["level"], float(row["weight"]), row["season"], row["day"]
        )
        for row in table("matters")
    }


@cache
def texts(name: str, key: str) -> dict[str, tuple[str, ...]]:
    """Texts of a small table (replies, followups …) grouped by its column ``key``."""
    found: dict[str, list[str]] = {}
    for row in table(name):
        found.setdefault(row[key], []).append(row["text"])
    return {group: tuple(ones) for group, ones in found.items()}


@cache
def names(kind: str) -> tuple[str, ...]:
    """Words of one kind of ``names.csv``."""
    return {row["kind"]: tuple(row["words"].split()) for row in table("names")}[kind]

"""Which line departments (条线部门) could own a ticket, with a score each.

Duty rows of the readings, departments that the text names and the ground speak for a department.
A score is a share of belief, not a calibrated probability; it only orders the candidates. The duty row of a reading
that is certain enough keeps the first place whatever the scores say: a dispatcher must be able to look it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from routing.duty_rows import DutyRow

Source = Literal["先办", "主办", "协办", "另解", "点名", "场所"]
"""Why a department is a candidate: acts first, leads, assists, in another reading, is named, or minds the ground."""

SURE: Final = 0.35
"""From this probability of the category on, its duty row decides who leads [P]."""

LEADS: Final = 0.75
ASSISTS: Final = (0.17, 0.08, 0.04, 0.02)
RIVAL: Final = 0.30
"""Shares of a reading's belief [P]: its lead, its 协办 in order, the first 协办 while the question is open."""

IN_TITLE: Final = 0.80
IN_TEXT: Final = 0.20
"""Belief in a department that the title, or only the content, names [P]: named ones are often the owner, not always."""

GROUNDS: Final[Mapping[str, str]] = {
    "学校": "教育局",
    "医院": "卫生健康委",
    "公路": "交通运输局",
    "车站": "交通运输局",
    "河道": "城乡水务局",
    "农田": "农业农村局",
    "工地": "住房城乡建设局",
    "小区内": "住房城乡建设局",
    "市政道路": "城市管理局",
}
"""Who minds a kind of place (场所) when the matter is in doubt: 谁主管谁负责."""

BY_GROUND: Final = 0.04
"""Belief in the department that minds the place [P]."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A generic department that could act; ``row`` is the duty row that says so, None when only the text does."""

    department: str
    score: float
    source: Source
    row: DutyRow | None


def gather(
    readings: Sequence[tuple[DutyRow, float]], open_: bool, named: Mapping[str, float], ground: str | None
) -> list[Candidate]:
    """All candidates, best first; equal scores keep the order of readings.

    ``readings`` are (row, probability), the main one first; ``open_``: its question is open. ``named`` maps departments
    that the text names to a weight, ``ground`` is the attribute 场所.
    """
    scores: dict[str, float] = {}
    origin: dict[str, tuple[Source, DutyRow | None]] = {}

    def add(department: str, score: float, source: Source, row: DutyRow | None) -> None:
        scores[department] = scores.get(department, 0.0) + score
        known = origin.setdefault(department, (source, row))
        if known[0] == "协办" and row is not None and row.lead == department:
            origin[department] = (source, row)

    # Relative to each other: how much of its belief a classifier leaves to the unknown is its own affair.
    total = sum(probability for _, probability in readings) or 1.0
    for number, (row, given) in enumerate(readings):
        probability = given / total
        actors: Iterable[tuple[str, Source]] = (
            ((row.first, "先办"), (row.lead, "主办")) if row.first else ((row.lead, "主办"),)
        )
        for share, (name, source) in zip((LEADS, LEADS / 2), actors, strict=False):
            add(name, probability * share, source if number == 0 else "另解", row)
        shares = (RIVAL, *ASSISTS[1:]) if open_ and number == 0 else ASSISTS
        for share, name in zip(shares, row.assist, strict=False):
            add(name, probability * share, "协办" if number == 0 else "另解", row)
    for name, weight in named.items():
        add(name, weight, "点名", None)
    if ground and ground in GROUNDS:
        add(GROUNDS[ground], BY_GROUND, "场所", None)
    found = [Candidate(name, score, *origin[name]) for name, score in scores.items()]
    return sorted(found, key=lambda one: -one.score)

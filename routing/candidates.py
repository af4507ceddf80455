"""Which line departments (条线部门) could own a ticket, with a score each.

Duty rows of the readings, departments that the text names and the ground speak for a department.
A score is a share of belief, not a calibrated probability; it only orders the candidates. The duty row of a reading
that is certain enough keeps the first place whatever the scores say: a dispatcher must be able to look it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from routing.duty_rows import NEXT, RIVAL, DutyRow, Source

SURE: Final = 0.5
"""From this share of the belief in all readings on, the duty row of the first one decides who leads [P]."""

IN_TITLE: Final = 0.80
IN_TEXT: Final = 0.30
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

FAINT: Final = 0.02
"""Other readings below this share of the main one's belief are noise [P]."""

BY_GROUND: Final = 0.04
"""Belief in the department that minds the place [P]."""


class Mention(NamedTuple):
    """A department that the text names: belief in it, and whether the city's own one is meant (市城管局)."""

    weight: float
    city: bool


class Candidate(NamedTuple):
    """A generic department that could act; ``row`` is the duty row that says so, None when only the text does."""

    department: str
    score: float
    source: Source
    row: DutyRow | None


class Field(NamedTuple):
    """Departments that were weighed: ``names`` best first, of each its score and where it comes from."""

    names: list[str]
    scores: dict[str, float]
    origin: dict[str, tuple[Source, DutyRow | None]]

    def candidate(self, name: str) -> Candidate:
        """One of them."""
        return Candidate(name, self.scores[name], *self.origin[name])

    def candidates(self) -> list[Candidate]:
        """All of them, best first."""
        return [self.candidate(name) for name in self.names]


def gather(
    readings: Sequence[tuple[DutyRow, float]], open_: bool, named: Mapping[str, Mention], ground: str | None
) -> Field:
    """All candidates, best first; equal scores keep the order of readings.

    ``readings`` are (row, probability), the main one first; ``open_``: its question is open. ``named`` are departments
    that the text names, ``ground`` is the attribute 场所.
    """
    # Relative to each other: how much of its belief a classifier leaves to the unknown is its own affair.
    total = sum([probability for _, probability in readings]) or 1.0
    scores: dict[str, float] = {}
    origin: dict[str, tuple[Source, DutyRow | None]] = {}
    main = True
    for row, given in readings:
        probability = given / total
        for name, stake, source in row.stakes:
            share = RIVAL if open_ and main and stake == NEXT else stake
            if name not in scores:
                scores[name] = probability * share
                origin[name] = (source if main else "另解", row)
                continue
            scores[name] += probability * share
            if source != "协办" and origin[name][0] == "协办":
                origin[name] = ("另解", row)
        main = False
    for name, mention in named.items():
        scores[name] = scores.get(name, 0.0) + mention.weight
        origin.setdefault(name, ("点名", None))
    if ground and (keeper := GROUNDS.get(ground)):
        scores[keeper] = scores.get(keeper, 0.0) + BY_GROUND
        origin.setdefault(keeper, ("场所", None))
    return Field(sorted(scores, key=scores.__getitem__, reverse=True), scores, origin)

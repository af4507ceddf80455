"""Habits (惯例): who ended up with the tickets of a matter in a district, shrunk towards matter and first level.

A district's own cases speak first. What other districts do speaks softly and only when at least two of them agree to
have an opinion, so that fifty corrections in one district move that district and change nothing elsewhere. Every
district is one voice of at most one, however many cases it has; the same holds for matters within a first level.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

OWN_WEIGHT: Final = 8.0
"""Cases of one's own district that weigh as much as everything known before them [P]: eight to ten of one mind move a
matter of role B or C, two or three do not."""

MATTER_WEIGHT: Final = 2.0
LEVEL_WEIGHT: Final = 20.0
"""Voices of other districts, and of other matters of the first level, that weigh as much as the duty list [P]."""

LEAST_CASES: Final = 5
"""Fewer cases of a matter in a district are taken for chance [P]; on the replies, cells of one to three cases pushed
right units out of the three suggestions."""

LEAST_DISTRICTS: Final = 2
LEAST_MATTERS: Final = 3
"""Fewer other districts, or other matters, are a local custom and no rule [P]."""

UNPLACED: Final = "-"
"""District of a case whose place is unknown, as the warehouse counts it."""

GROUND: Final = "属地"
"""Stands for the territory unit of wherever the ticket is: streets are not learned by name."""


class Owner(NamedTuple):
    """Who owned a case: the concrete ``unit`` where it is certain, else the generic ``department``, else "" for both.

    ``kind`` is the unit type, or :data:`GROUND` for streets and towns.
    """

    kind: str
    department: str = ""
    unit: str = ""


class OwnerCount(NamedTuple):
    """``times`` cases of a matter (four-digit code) in a district ended with ``owner``."""

    matter: str
    district: str
    owner: Owner
    times: int


Cell = Mapping[Owner, float]


class Habits:
    """Counts as shares, ready to ask. Immutable; :attr:`hash` names the content."""

    def __init__(self, counts: Iterable[OwnerCount]) -> None:
        cells: dict[tuple[str, str], Counter[Owner]] = {}
        for one in counts:
            if one.times > 0:
                cells.setdefault((one.matter[:4], one.district or UNPLACED), Counter())[one.owner] += one.times
        self.cells: dict[tuple[str, str], Counter[Owner]] = cells
        self._voices: dict[str, dict[str, dict[str, float]]] = {}
        for (matter, district), cell in cells.items():
            total = cell.total()
            if total < LEAST_CASES:
                continue
            voice: dict[str, float] = {}
            for owner, times in cell.items():
                voice[owner.kind] = voice.get(owner.kind, 0.0) + times / (total + OWN_WEIGHT)
            self._voices.setdefault(matter, {})[district] = voice
        self._levels: dict[str, dict[str, dict[str, float]]] = {}
        for matter, voices in self._voices.items():
            if len(voices) >= LEAST_DISTRICTS:
                total_voice = _summed(voices.values())
                scale = sum(total_voice.values()) + MATTER_WEIGHT
                level = self._levels.setdefault(matter[:2], {})
                level[matter] = {kind: share / scale for kind, share in total_voice.items()}
        self._known: dict[tuple[str, str], tuple[Cell, Mapping[str, float], Mapping[str, float]]] = {}

    def __bool__(self) -> bool:
        return bool(self.cells)

    @property
    def hash(self) -> str:
        """Short hash of all counts, whatever their order."""
        lines = sorted(
            f"{key}{tuple(owner)}{times}" for key, cell in self.cells.items() for owner, times in cell.items()
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]

    def counts(self) -> list[OwnerCount]:
        """The counts again, sorted."""
        return sorted(
            OwnerCount(matter, district, owner, times)
            for (matter, district), cell in self.cells.items()
            for owner, times in cell.items()
        )

    def outranked_by(self, newer: Habits) -> Habits:
        """These habits where ``newer`` has no case of the same matter and district, else the newer ones."""
        kept = [one for one in self.counts() if (one.matter, one.district) not in newer.cells]
        return Habits([*kept, *newer.counts()])

    def ask(self, matter: str, district: str | None) -> tuple[Cell, Mapping[str, float], Mapping[str, float]]:
        """The district's own cases by owner, the other districts' voices and the other matters' voices by kind."""
        key = (matter, district or UNPLACED)
        known = self._known.get(key)
        if known is None:
            others = [voice for where, voice in self._voices.get(matter, {}).items() if where != key[1]]
            matters = [voice for name, voice in self._levels.get(matter[:2], {}).items() if name != matter]
            own: Cell = self.cells.get(key, {})
            known = self._known[key] = (
                own if sum(own.values()) >= LEAST_CASES else {},
                _summed(others) if len(others) >= LEAST_DISTRICTS else {},
                _summed(matters) if len(matters) >= LEAST_MATTERS else {},
            )
        return known


def shrink(own: Mapping[str, float], weight: float, before: Mapping[str, float]) -> dict[str, float]:
    """Shares after ``own`` where ``before`` was believed with ``weight``: (n + weight * before) / (N + weight)."""
    total = sum(own.values()) + weight
    return {key: (own.get(key, 0.0) + weight * before.get(key, 0.0)) / total for key in {**before, **own}}


def _summed(voices: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for voice in voices:
        for kind, share in voice.items():
            total[kind] = total.get(kind, 0.0) + share
    return total

"""Tiers of units among their peers (分档): with like units compared, and nobody judged on a handful of tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from warehouse.metrics import Figure

SHOWN: Final = ("M01", "M02", "M03", "M04", "M05", "M07", "M12")
"""三率, on time, returns asked, returns refused, redone: what a supervisor reads first."""
LOW_IS_GOOD: Final = frozenset({"M05", "M07", "M12"})
LEAST: Final = 10
"""Denominator under which a rate is shown but not put into a tier [P]: one ticket would move it by 10 points."""
TIERS: Final = ("居前", "居中", "靠后")


@dataclass(frozen=True, slots=True)
class Line:
    """One unit: its figures by code, and its tier by code (None: too few tickets, or too few peers)."""

    name: str | None
    figures: dict[str, Figure]
    tiers: dict[str, str | None]

    @property
    def handled(self) -> int:
        """Tickets behind the on-time rate: how large the unit's work is."""
        return max((one.denominator for one in self.figures.values()), default=0)


def lines(figures: Sequence[Figure]) -> list[Line]:
    """One line a unit, largest first; the tier is a third of the peers that have enough tickets."""
    by_name: dict[str | None, dict[str, Figure]] = {}
    for one in figures:
        by_name.setdefault(one.part, {})[one.code] = one
    cuts = {code: _thirds(code, figures) for code in {one.code for one in figures}}
    made = [
        Line(name, found, {code: _tier(one, cuts[code]) for code, one in found.items()})
        for name, found in by_name.items()
    ]
    return sorted(made, key=lambda line: (-line.handled, line.name or ""))


def _enough(one: Figure) -> bool:
    return one.value is not None and one.denominator >= LEAST


def _thirds(code: str, figures: Sequence[Figure]) -> tuple[float, float] | None:
    """The values that part the best and the worst third, best first; None with fewer than three peers."""
    values = sorted(
        (one.value for one in figures if one.code == code and _enough(one) and one.value is not None),
        reverse=code not in LOW_IS_GOOD,
    )
    if len(values) < 3:
        return None
    return values[len(values) // 3 - 1 if len(values) >= 3 else 0], values[-(len(values) // 3)]


def _tier(one: Figure, cut: tuple[float, float] | None) -> str | None:
    if cut is None or not _enough(one) or one.value is None or cut[0] == cut[1]:
        return None
    sign = -1 if one.code in LOW_IS_GOOD else 1
    if sign * one.value >= sign * cut[0]:
        return TIERS[0]
    return TIERS[2] if sign * one.value <= sign * cut[1] else TIERS[1]

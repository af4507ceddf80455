"""Who acts: the most specific row of the duty list, made concrete for the place, as up to three suggestions.

Roles: A the territory unit leads (属地主办) and the department guides; B the department leads, the territory
assists; C the department alone, a street or town may at most stand third as 协办. The best line department and the
territory unit are always among the three, the third is the rival that an unanswered question, the list's 协办 or a
second reading of the text would make right. For every matter, place, day and set of attributes there is exactly one
first actor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from routing.duty_rows import DutyRow, Role, read_duties
from routing.pack import Pack
from routing.places import Gazetteer
from routing.result import Place, Suggestion
from routing.units import HOTLINE, PARK, STREET, Unit, UnitTable

LEAD: Final = "主办"
ASSIST: Final = "协办"

SHARES: Final[Mapping[Role, tuple[float, float, float]]] = {
    "A": (0.36, 0.44, 0.10),
    "B": (0.58, 0.22, 0.12),
    "C": (0.74, 0.06, 0.13),
}
"""Prior share of (best line, territory, second line) by role [P]; re-ranking by final owners replaces it."""

SURE: Final = 0.08
"""Moves from the second line to the first when a condition was found, back while the question is open [P]."""

ALSO: Final = 0.15
"""A second reading of the text takes the third place when its probability is at least this [P]."""

NOWHERE: Final = DutyRow(
    id="D000",
    matter_code="",
    matter="未列入职责清单的事项",
    lead=HOTLINE,
    assist=(),
    role="C",
    question="事项未列入职责清单,由哪个部门主办?(会商)",
)
"""Answers for a category that the list cannot know, such as a first-level one."""


class Codes(Protocol):
    """What is needed of ``classify.taxonomy.Taxonomy``."""

    def codes(self, level: int) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Assignment:
    """Up to three suggestions, best first; ``first`` is the first of them and acts first (先办).

    ``question`` is what would decide between the first two lines, None when nothing is open.
    """

    first: Suggestion
    suggestions: tuple[Suggestion, ...]
    question: str | None
    rule: DutyRow
    role: Role


class DutyList:
    """The duty list of a pack. Raises PackError for a list that is incomplete or contradicts itself."""

    def __init__(
        self, pack: Pack, taxonomy: Codes, units: UnitTable | None = None, places: Gazetteer | None = None
    ) -> None:
        self.units = units or UnitTable(pack)
        self.places = places or Gazetteer(pack)
        levels = {name: department.level for name, department in self.units.departments.items()}
        self.rows = read_duties(pack, levels, taxonomy.codes(2))
        self._levels = levels
        self._by_matter: dict[str, list[DutyRow]] = {}
        for row in sorted(self.rows, key=lambda row: row.rank):
            if row.city in ("", pack.city):
                self._by_matter.setdefault(row.matter_code, []).append(row)

    def match(self, code: str, attributes: Mapping[str, str | None], day: date) -> DutyRow:
        """The row that applies. Before the list's first day the earliest row without conditions does."""
        rows = self._by_matter.get(code[:4])
        if not rows:
            return NOWHERE
        for row in rows:
            if row.matches(attributes, day):
                return row
        return min((row for row in rows if not row.when), key=lambda row: row.valid_from or date.min)

    def assign(
        self,
        code: str,
        attributes: Mapping[str, str | None],
        place: Place,
        day: date,
        also: Sequence[tuple[str, float]] = (),
    ) -> Assignment:
        """Suggestions for a category at a place on a day.

        ``also`` are other readings of the text, (code, probability), best first: they may fill the third place.
        """
        row = self.match(code, attributes, day)
        open_ = bool(row.question) and all(attributes.get(key) is None for key in row.asks)
        lines = self._lines(
            row, self.places.administered(place), [] if open_ else self._readings(row, also, attributes, day)
        )
        territory, where = self._territory(place)
        best, ground, second = self._shares(row, open_)
        seat = [(lines[0], best), *([(lines[1], second)] if len(lines) > 1 else [])]
        ranked = [(unit, share, why) for ((unit, why), share) in seat]
        # An unknown place has no territory unit that could lead: the ticket is routed by matter.
        ahead = row.role == "A" and place.district is not None
        home = (territory, ground, _ground_text(row, where, ahead))
        ranked.insert({"A": 0 if ahead else 1, "B": 1, "C": len(ranked)}[row.role], home)
        if row.role == "A" and not ahead:
            ranked[0], ranked[1] = (ranked[0][0], ground, ranked[0][2]), (ranked[1][0], best, ranked[1][2])
        suggestions = tuple(
            Suggestion(
                unit=unit.unit,
                unit_type=unit.unit_type,
                level=unit.level,
                role=LEAD if seat == 0 else ASSIST,
                probability=round(share, 4),
                rule_id=row.id,
                why=why,
            )
            for seat, (unit, share, why) in enumerate(ranked)
        )
        return Assignment(suggestions[0], suggestions, row.question if open_ else None, row, row.role)

    def _lines(self, row: DutyRow, place: Place, readings: list[DutyRow]) -> list[tuple[Unit, str]]:
        """The first two line units with their reason: first actor or lead, then rival, reading or 协办."""
        named = [(row, row.first), (row, row.lead)] if row.first else [(row, row.lead)]
        helpers = [(row, name) for name in row.assist]
        found: list[tuple[Unit, str]] = []
        for source, name in (*named, *((one, one.first or one.lead) for one in readings), *helpers):
            if self._levels[name] != "条线":
                continue
            unit = self.units.resolve(name, place)
            if all(unit.unit != one.unit for one, _ in found):
                found.append((unit, _line_text(row, source, name, len(found))))
        return found[:2]

    def _readings(
        self, row: DutyRow, also: Sequence[tuple[str, float]], attributes: Mapping[str, str | None], day: date
    ) -> list[DutyRow]:
        """Rows of other readings that are likely enough and name another department."""
        rows = [self.match(code, attributes, day) for code, probability in also if probability >= ALSO]
        return [one for one in rows if one.lead != row.lead and one.lead != HOTLINE]

    def _territory(self, place: Place) -> tuple[Unit, str]:
        """The unit responsible for the ground, and where that is; the street wherever the text names it."""
        found = self.places.territory(place)
        if found.street_unit:
            return Unit(found.street_unit, STREET, "属地"), found.why
        if found.district_unit and self.places.is_park(place):
            return Unit(found.district_unit, PARK, "属地"), found.why
        return self.units.resolve(STREET, place), found.why

    def _shares(self, row: DutyRow, open_: bool) -> tuple[float, float, float]:
        best, ground, second = SHARES[row.role]
        shift = SURE if row.when else -SURE if open_ else 0.0
        return best + min(shift, second), ground, second - min(shift, second)


def _line_text(row: DutyRow, source: DutyRow, name: str, seat: int) -> str:
    """The reason for a line department, as one sentence."""
    rule = f"职责清单 {source.id}“{source.matter}”"
    if source is not row:
        return f"若按另一种理解,{rule}由{name}主办。"
    if row.channel and seat == 0:
        return f"{rule}引导至{row.channel},由{name}告知。"
    found = "、".join(f"{one.key}为{'或'.join(sorted(one.values)) or f'{one.least:g}以上'}" for one in row.when)
    ground = f",文中判明{found}" if found else ""
    if name == row.first and name != row.lead:
        return f"{rule}{ground},由{name}先行处置,{row.lead}督促。"
    if name != row.lead:
        unknown = f"{'、'.join(row.asks)}未判明时" if row.asks and not row.when else ""
        return f"{rule}{unknown}由{name}协助。"
    later = f",{'、'.join(row.asks)}未判明时先办后议" if row.asks and not found else ""
    verb = {"A": "业务指导", "B": "主办", "C": "独立承办"}[row.role]
    return f"{rule}{ground},由{name}{verb}{later}。"


def _ground_text(row: DutyRow, where: str, ahead: bool) -> str:
    """The reason for the territory unit, as one sentence."""
    if ahead:
        return f"职责清单 {row.id}“{row.matter}”为属地主办事项,{where}。"
    if row.role == "C":
        return f"条线独办事项,{where},属地只作协办。"
    return f"{where},属地协助。" if where else f"职责清单 {row.id} 要求属地协助。"

"""Re-ranking (重排) of the suggested owners by what became of earlier tickets: final owners and people's corrections.

The duty list says who could act; this says how likely each is. Two sources, both optional: a learned reading of the
text (:mod:`routing.owner_reading`) and the habits of matter and district (:mod:`routing.owner_habits`). Whatever they
say, a street or town never leads a matter of role C, and the best line department and the responsible territory unit
stay among the three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from classify.ticket import Ticket
from routing.candidates import Candidate
from routing.duties import ASSIST, LEAD, Assignment, DutyList
from routing.owner_habits import GROUND, LEVEL_WEIGHT, MATTER_WEIGHT, OWN_WEIGHT, Habits, Owner, OwnerCount, shrink
from routing.owner_reading import LINES, Ranker, Reading, beliefs_of
from routing.result import Place, Suggestion
from routing.units import STREET, TERRITORY_TYPES, UNIT_TYPES, Unit, UnitTable

Counted = tuple[str, str, str, str | None, int]
"""(category, district, unit, unit_type, times), as ``warehouse.decisions.owner_counts`` gives them."""

OTHER: Final = "其他"

WORTH: Final = 0.02
"""Line types below this chance are not looked up, unless they are among the best four."""


class Choice(NamedTuple):
    """A unit that could own the ticket; ``given`` is the suggestion of the duty list for it, if it made one."""

    unit: Unit
    department: str
    given: Suggestion | None


class OwnerModel:
    """Habits, a ranker, both or neither; immutable. ``trained`` and ``live`` are the hashes of a model folder and of
    counts given later; each is "" where there is none."""

    def __init__(
        self,
        habits: Habits | None = None,
        ranker: Ranker | None = None,
        *,
        trained: str = "",
        live: str = "",
        manifest: Mapping[str, Any] | None = None,
    ) -> None:
        self.habits = habits or Habits([])
        self.ranker = ranker
        self.manifest = manifest or {}
        self.trained = trained
        self.live = live

    def __bool__(self) -> bool:
        return bool(self.habits) or self.ranker is not None

    def with_counts(self, counts: Iterable[Counted], units: UnitTable) -> OwnerModel:
        """This model with the warehouse's newest counts, which outrank its own of the same matter and district."""
        live = Habits(counted(counts, units))
        if not live:
            return self
        habits = self.habits.outranked_by(live)
        return OwnerModel(habits, self.ranker, trained=self.trained, live=live.hash, manifest=self.manifest)

    def read(self, tickets: Sequence[Ticket]) -> Sequence[Reading | None]:
        """What the texts say, one a ticket; None where nothing was trained on texts."""
        return self.ranker.read(tickets) if self.ranker and tickets else [None] * len(tickets)

    def rerank(
        self,
        assignment: Assignment,
        code: str,
        place: Place,
        duties: DutyList,
        reading: Reading | None = None,
        *,
        official: bool = False,
    ) -> Assignment:
        """The assignment with its suggestions in the order of their probability, as far as the guard allows.

        ``official``: a complaint about an official stays where the duty list sends it, above that official's unit.
        """
        if official:
            return assignment
        own, districts, matters = self.habits.ask(code[:4], place.district)
        if reading is None and not (own or districts or matters):
            return assignment
        bench = _Bench(assignment, place, duties, duties.line_only(code))
        chances = bench.read(self.ranker, reading) if self.ranker and reading else bench.listed()
        for weight, seen in ((LEVEL_WEIGHT, matters), (MATTER_WEIGHT, districts)):
            if seen:
                chances = shrink(bench.of_kinds(seen, chances), weight, chances)
        if own:
            chances = shrink(bench.of_owners(own, chances), OWN_WEIGHT, chances)
        cases = {bench.key(owner, chances): times for owner, times in own.items()}
        return bench.seated(chances, cases, learned=reading is not None)


class _Bench:
    """The choices of one ticket, by key: the unit's name."""

    def __init__(self, assignment: Assignment, place: Place, duties: DutyList, line_only: bool) -> None:
        self.assignment, self.place, self.duties = assignment, place, duties
        self.alone = assignment.role == "C" or (line_only and assignment.first.level == "条线")
        self.choices: dict[str, Choice] = {}
        self.by_department: dict[str, str] = {}
        self.by_kind: dict[str, str] = {}
        self.lines: list[str] = []
        self.ground = ""
        self._where = duties.places.administered(place)
        for one in assignment.suggestions:
            unit = Unit(one.unit, one.unit_type, one.level)
            if one.level == "条线":
                self.lines.append(one.unit)
            elif not self.ground:
                self.ground = one.unit
            self._add(Choice(unit, "", one))
        levels = duties.units.departments
        self.candidates: list[Candidate] = [
            one for one in assignment.weighed.candidates() if levels[one.department].level == "条线"
        ]
        for candidate in self.candidates:
            self._by_department(candidate.department)

    def _add(self, choice: Choice) -> str:
        key = choice.unit.unit
        known = self.choices.get(key)
        if known is None or (choice.department and not known.department):
            self.choices[key] = choice if known is None else known._replace(department=choice.department)
        if choice.department:
            self.by_department.setdefault(choice.department, key)
        self.by_kind.setdefault(choice.unit.unit_type, key)
        return key

    def _by_department(self, name: str) -> str:
        key = self.by_department.get(name)
        return key if key is not None else self._add(Choice(self.duties.units.resolve(name, self._where), name, None))

    def kind(self, name: str) -> str:
        """The choice of a kind of owner, "" when the pack has no such department."""
        if name == GROUND:
            return self.ground
        if name in self.by_kind:
            return self.by_kind[name]
        department = self.duties.units.of_type(name)
        return self._by_department(department) if department else ""

    def key(self, owner: Owner, chances: Mapping[str, float]) -> str:
        """The choice that an owner of earlier cases means here; made when the duty list did not think of it."""
        if owner.kind == GROUND:
            return self.ground
        if owner.unit:
            known = owner.unit in self.choices
            return owner.unit if known else self._add(Choice(self.duties.units.typed(owner.unit, owner.kind), "", None))
        return self._by_department(owner.department) if owner.department else self.kind(owner.kind)

    def listed(self) -> dict[str, float]:
        """Chances by the duty list alone: its prior shares, what they leave to the other candidates by score."""
        chances = {one.unit: one.probability for one in self.assignment.suggestions}
        rest = {
            key: max(0.0, one.score)
            for one in self.candidates
            if (key := self.by_department[one.department]) not in chances
        }
        left, total = max(0.0, 1.0 - sum(chances.values())), sum(rest.values())
        return chances | {key: left * score / total for key, score in rest.items() if total > 0}

    def read(self, ranker: Ranker, reading: Reading) -> dict[str, float]:
        """Chances by the learned reading; the best candidate of a type stands for it."""
        types = [self.choices[name].unit.unit_type for name in self.lines]
        beliefs = beliefs_of(
            (self.choices[self.by_department[one.department]].unit.unit_type, one.score) for one in self.candidates
        )
        second = types[1] if len(types) > 1 else None
        lines = ranker.lines(beliefs, types[0], second, reading)
        ground = ranker.ground(self.assignment.role, self.place.district is not None, reading)
        chances = {self.ground: ground} if self.ground else {}
        least = min(WORTH, sorted(lines)[-4])
        for name, chance in zip(LINES, lines, strict=True):
            if chance >= least and (name != OTHER or name in self.by_kind):
                key = self.kind(name)
                if key:
                    chances[key] = chances.get(key, 0.0) + (1.0 - ground) * chance
        return chances

    def of_kinds(self, voices: Mapping[str, float], chances: Mapping[str, float]) -> dict[str, float]:
        """Voices by kind as voices by choice; kinds that the pack does not have are left out."""
        found: dict[str, float] = {}
        for name, share in voices.items():
            key = self.kind(name) if name != OTHER else ""
            if key:
                found[key] = found.get(key, 0.0) + share
        return found

    def of_owners(self, own: Mapping[Owner, float], chances: Mapping[str, float]) -> dict[str, float]:
        """Cases by owner as cases by choice."""
        found: dict[str, float] = {}
        for owner, times in own.items():
            key = self.key(owner, chances)
            if key:
                found[key] = found.get(key, 0.0) + times
        return found

    def seated(self, chances: Mapping[str, float], cases: Mapping[str, float], *, learned: bool) -> Assignment:
        """The three seats: the best line, the ground, and the best of the rest; role C never has the ground first."""
        order = sorted(chances, key=lambda key: -chances[key])
        lines = [key for key in order if self.choices[key].unit.level == "条线"]
        seats = [lines[0] if lines else self.lines[0]]
        if self.ground:
            seats.append(self.ground)
        alone = self.alone
        more = (key for key in order if key not in seats)
        if alone:
            more = (key for key in more if self.choices[key].unit.level == "条线")
        seats += [key for _, key in zip(range(3 - len(seats)), more, strict=False)]
        placed = self.place.district is not None

        def place_of(key: str) -> tuple[bool, float]:
            choice = self.choices[key]
            territory = choice.unit.level == "属地"
            # Unplaced, nobody knows which territory unit it would be; only people's own decisions seat it first.
            barred = territory and (alone or (not placed and not cases.get(key)))
            return barred, -chances.get(key, 0.0)

        seats.sort(key=place_of)
        given = self.assignment.suggestions
        made, most = [], 1.0
        for number, key in enumerate(seats):
            most = min(most, round(chances.get(key, 0.0), 4))
            made.append(self._suggestion(key, number, most, cases, given[0].unit))
        suggestions = tuple(made)
        return self.assignment._replace(first=suggestions[0], suggestions=suggestions)

    def _suggestion(self, key: str, number: int, share: float, cases: Mapping[str, float], before: str) -> Suggestion:
        choice = self.choices[key]
        role = ASSIST if number else LEAD
        known = choice.given
        times = int(cases.get(key, 0))
        if known is not None and (known.unit == before) == (number == 0) and not (number == 0 and times):
            return replace(known, role=role, probability=share)
        rule = known.rule_id if known else self.assignment.rule.id
        if times:
            why = f"本地同类事项已办结或经人工决定的 {int(sum(cases.values()))} 件中,{times} 件由{key}承办。"
        elif known is not None and number:
            why = f"职责清单原列首位:{known.why}"
        else:
            why = f"同类来件的最终承办单位多为{choice.unit.unit_type}类({key})。"
        if times and known is not None:
            why += known.why
        return Suggestion(*choice.unit, role, share, rule, why)


def counted(counts: Iterable[Counted], units: UnitTable) -> list[OwnerCount]:
    """The warehouse's counts with the kind of owner that each unit is."""
    found = []
    for category, district, unit, unit_type, times in counts:
        owner = owner_of(unit, units, unit_type, concrete=True)
        if owner is not None:
            found.append(OwnerCount(category, district, owner, times))
    return found


def owner_of(label: str, units: UnitTable, unit_type: str | None = None, *, concrete: bool = False) -> Owner | None:
    """The owner that a label means: a type of the closed list, or a raw unit name. None for an empty label.

    ``concrete``: the name is one that dispatchers use and is suggested as it is; names from replies are read as the
    generic department, whose unit follows from the place.
    """
    name = label.strip()
    if not name or name == "-":
        return None
    if name in UNIT_TYPES:
        return Owner(GROUND if name == STREET else name)
    found = units.find(name)
    kind = unit_type if unit_type in UNIT_TYPES and found.unit_type == OTHER else found.unit_type
    if kind == STREET:
        return Owner(GROUND)
    if concrete:
        return Owner(kind, unit=name)
    department = units.department_of(name)
    if kind in TERRITORY_TYPES or department is None:
        return Owner(kind) if kind != OTHER else None
    return Owner(kind, department)

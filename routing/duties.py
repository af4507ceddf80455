"""Who acts: the most specific row of the duty list, made concrete for the place, as up to three suggestions.

Roles: A the territory unit leads (属地主办) and the department guides; B the department leads, the territory
assists; C the department alone, a street or town may at most stand third as 协办. The best line department and the
territory unit are always among the three, the third is the rival that an unanswered question, the list's 协办 or a
second reading of the text would make right. For every matter, place, day and set of attributes there is exactly one
first actor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from classify.scan import Hit
from classify.text import fold
from classify.ticket import Ticket
from routing.candidates import FAINT, IN_TEXT, IN_TITLE, SURE, Candidate, Field, Mention, gather
from routing.duty_checks import read_duties
from routing.duty_rows import DutyRow, Role
from routing.pack import Pack
from routing.places import Gazetteer
from routing.reasons import ground_text, line_text
from routing.result import Place, Suggestion
from routing.units import DISTRICT, HOTLINE, MEMORY, PARK, STREET, Unit, UnitTable

LEAD: Final = "主办"
ASSIST: Final = "协办"

SHARES: Final[Mapping[Role, tuple[float, float, float]]] = {
    "A": (0.36, 0.44, 0.10),
    "B": (0.58, 0.22, 0.12),
    "C": (0.74, 0.06, 0.13),
}
"""Prior share of (best line, territory, second line) by role [P]; re-ranking by final owners replaces it."""

SHIFT: Final = 0.08
"""Moves from the second line to the first when a condition was found, back while the question is open [P]."""

LEAST: Final = 0.02
"""Least score of a department that takes a vague matter from the hotline body [P]."""

SUPERIOR: Final = "上级"
NOBODY: Final[Mapping[str, Mention]] = MappingProxyType({})

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


class Assignment(NamedTuple):
    """Up to three suggestions, best first; ``first`` is the first of them and acts first (先办).

    ``question`` is what would decide between the first two lines, None when nothing is open. ``weighed`` are all
    departments that could act, for a re-ranking by final owners.
    """

    first: Suggestion
    suggestions: tuple[Suggestion, ...]
    question: str | None
    rule: DutyRow
    role: Role
    weighed: Field


_assignment: Callable[[tuple[object, ...]], Assignment] = partial(tuple.__new__, Assignment)
"""A named tuple without the detour through its own ``__new__``, which costs more than the tuple."""


class Matter:
    """The rows of one matter, most specific first, with what was asked of them before."""

    def __init__(self, rows: list[DutyRow]) -> None:
        self.rows = rows
        self.keys = tuple(dict.fromkeys(one.key for row in rows for one in row.when))
        self.line_only = all(row.role == "C" for row in rows)
        self.dated = any(row.valid_from or row.valid_to for row in rows)
        self.known: dict[tuple[object, ...], DutyRow] = {}

    def match(self, attributes: Mapping[str, str | None], day: date) -> DutyRow:
        """The first row that applies; before the first day the earliest one without conditions."""
        for row in self.rows:
            if row.matches(attributes, day):
                return row
        return min((row for row in self.rows if not row.when), key=lambda row: row.valid_from or date.min)


class DutyList:
    """The duty list of a pack; ``terms`` (how citizens call departments) go to the shared Scanner.

    Raises PackError for a list that is incomplete or contradicts itself.
    """

    def __init__(
        self, pack: Pack, taxonomy: Codes, units: UnitTable | None = None, places: Gazetteer | None = None
    ) -> None:
        self.units = units or UnitTable(pack)
        self.places = places or Gazetteer(pack)
        levels = {name: department.level for name, department in self.units.departments.items()}
        self.rows = read_duties(pack, levels, taxonomy.codes(2))
        self._levels = levels
        self._owners: list[str] = []
        self.terms: list[str] = []
        for department in self.units.departments.values():
            for word in department.spoken:
                self.terms.append(fold(word))
                self._owners.append(department.name)
        groups: dict[str, list[DutyRow]] = {}
        for row in sorted(self.rows, key=lambda row: row.rank):
            if row.city in ("", pack.city):
                groups.setdefault(row.matter_code, []).append(row)
        self._by_matter = {code: Matter(rows) for code, rows in groups.items()}
        self._texts: dict[tuple[str, str, str, str, str, bool], str] = {}
        self._made: dict[tuple[Unit, str, float, str, str], Suggestion] = {}
        self._seated: dict[tuple[object, ...], tuple[Suggestion, ...]] = {}
        self._grounds: dict[tuple[str | None, str | None, str, bool], tuple[Unit, str]] = {}

    def match(self, code: str, attributes: Mapping[str, str | None], day: date) -> DutyRow:
        """The row that applies. Before the list's first day the earliest row without conditions does."""
        matter = self._by_matter.get(code[:4])
        if matter is None:
            return NOWHERE
        if len(matter.rows) == 1:
            return matter.rows[0]
        key = (day if matter.dated else None, *map(attributes.get, matter.keys))
        row = matter.known.get(key)
        if row is None:
            if len(matter.known) > MEMORY:
                matter.known.clear()
            row = matter.known[key] = matter.match(attributes, day)
        return row

    def line_only(self, code: str) -> bool:
        """Whether every row of the matter is 条线独办 (role C), under whatever attributes."""
        matter = self._by_matter.get(code[:4])
        return matter is None or matter.line_only

    def named(self, ticket: Ticket, hits: Sequence[Hit]) -> Mapping[str, Mention]:
        """Departments that the text names; ``hits`` are those of :attr:`terms` in the shared scan."""
        if not hits:
            return NOBODY
        text, title = ticket.text, len(ticket.title)
        counts: dict[str, int] = {}
        weights: dict[str, float] = {}
        cities: set[str] = set()
        for row, start, end in hits:
            department = self._owners[row]
            counts[department] = counts.get(department, 0) + 1
            weights[department] = max(weights.get(department, 0.0), IN_TITLE if end <= title else IN_TEXT)
            if start and text[start - 1] in "市省":
                cities.add(department)
        # Of those named only in the content the most frequent counts in full, the others half.
        most = max(counts.values())
        return {
            name: Mention(weight if weight == IN_TITLE or counts[name] == most else weight / 2, name in cities)
            for name, weight in weights.items()
        }

    def assign(
        self,
        code: str,
        attributes: Mapping[str, str | None],
        place: Place,
        day: date,
        also: Sequence[tuple[str, float]] = (),
        *,
        certainty: float = 1.0,
        named: Mapping[str, Mention] = NOBODY,
        official: bool = False,
    ) -> Assignment:
        """Suggestions for a category at a place on a day.

        ``certainty`` is the category's probability, ``also`` are other readings of the text, (code, probability), best
        first; ``named`` comes from :meth:`named`. Without them the duty list alone decides. ``official``: it is a
        complaint about an official, which never goes to that official's unit but to the one above it.
        """
        row = self.match(code, attributes, day)
        faint = FAINT * certainty
        readings, total = [(row, certainty)], certainty
        for other, share in also:
            if share > faint:
                readings.append((self.match(other, attributes, day), share))
                total += share
        open_ = is_open(row, attributes)
        weighed = gather(readings, open_, named, attributes.get("场所"))
        if official:
            weighed = self._above(weighed, place, named)
        rule, first, second = self._seat(row, certainty / total if total else 0.0, weighed, open_, named)
        if rule is not row:
            open_ = is_open(rule, attributes)
        origin = weighed.origin
        key = (row.by_name, rule, first, origin[first], second, second and origin[second], place.district, place.street,
               self.units.city_of(place), open_)  # fmt: skip
        known = None if official else self._seated.get(key)
        if known is None:
            other_one = weighed.candidate(second) if second else None
            known = self._suggestions(row, rule, weighed.candidate(first), other_one, place, open_, official, named)
            if not official:
                if len(self._seated) > MEMORY:
                    self._seated.clear()
                self._seated[key] = known
        return _assignment((known[0], known, rule.question if open_ else None, rule, rule.role, weighed))

    def _suggestions(
        self,
        row: DutyRow,
        rule: DutyRow,
        first: Candidate,
        second: Candidate | None,
        place: Place,
        open_: bool,
        official: bool,
        named: Mapping[str, Mention],
    ) -> tuple[Suggestion, ...]:
        """The seated candidates and the territory as suggestions, best first."""
        ground = self.places.administered(place)
        # An unknown place has no territory unit that could lead: the ticket is routed by matter.
        ahead = rule.role == "A" and place.district is not None
        unit = self._unit(row, first, ground, official, named)
        ranked = [(unit, self._line_text(rule, first, unit, not ahead))]
        if second is not None and (other := self._unit(row, second, ground, official, named)).unit != unit.unit:
            ranked.append((other, self._line_text(rule, second, other, False)))
        territory, where = self._territory(place, official)
        seat = 0 if ahead else len(ranked) if rule.role == "C" else 1
        ranked.insert(seat, (territory, ground_text(rule, where, ahead)))
        shares = _shares(rule.role, bool(rule.when), open_, seat, len(ranked))
        return tuple(
            [
                self._suggestion(unit, ASSIST if number else LEAD, shares[number], rule.id, why)
                for number, (unit, why) in enumerate(ranked)
            ]
        )

    def _above(self, weighed: Field, place: Place, named: Mapping[str, Mention]) -> Field:
        """Candidates for a complaint about an official: none whose only unit is the one that the text names."""
        levels = self.units.departments

        def has_superior(name: str) -> bool:
            return bool(place.district) and "区" in levels[name].reach and not named[name].city

        kept = [name for name in weighed.names if name not in named or has_superior(name)]
        if HOTLINE in kept:
            return weighed._replace(names=kept)
        scores = {**weighed.scores, HOTLINE: 0.0}
        return Field([*kept, HOTLINE], scores, {**weighed.origin, HOTLINE: ("主办", None)})

    def _seat(
        self,
        row: DutyRow,
        certainty: float,
        weighed: Field,
        open_: bool,
        named: Mapping[str, Mention],
    ) -> tuple[DutyRow, str, str | None]:
        """The rule that holds and the first two line departments under it."""
        levels = self._levels
        able = [name for name in weighed.names if levels[name] == "条线"]
        actor = next((name for name in (row.first, row.lead) if name in able), None)
        rule, first = row, actor or (HOTLINE if HOTLINE in able else able[0])
        vague = row.lead == HOTLINE and not row.channel
        if (certainty < SURE and not row.when) or vague or actor is None:
            # Attitude, praise, a shrug of the classifier: whoever the text names or the next reading means.
            origin = weighed.origin
            others = (name for name in able if name != HOTLINE and not (vague and origin[name][0] == "协办"))
            best = next(others, None)
            if best and (not vague or weighed.scores[best] >= LEAST):
                first = best
                rule = row if row.by_name else origin[first][1] or row
        if not (open_ and rule is row and row.assist):
            return rule, first, next((name for name in able if name not in (first, HOTLINE)), None)
        rest = [name for name in able if name not in (first, HOTLINE)]
        # The question decides between the lead and the first 协办: both must be there to choose from,
        # unless the title names yet another department.
        titled = {name for name, mention in named.items() if mention.weight >= IN_TITLE}
        rest.sort(key=lambda name: (name not in titled, name != row.assist[0]))
        return rule, first, rest[0] if rest else None

    def _unit(
        self, row: DutyRow, candidate: Candidate, ground: Place, official: bool, named: Mapping[str, Mention]
    ) -> Unit:
        """The concrete unit; the city's one where the district's own may be what the complaint is about."""
        name = candidate.department
        if (official and name in named) or (row.by_name == SUPERIOR and candidate.source == "点名"):
            ground = Place(text=self.units.city_of(ground))
        return self.units.resolve(name, ground)

    def _suggestion(self, unit: Unit, role: str, share: float, rule_id: str, why: str) -> Suggestion:
        key = (unit, role, share, rule_id, why)
        known = self._made.get(key)
        if known is None:
            if len(self._made) > MEMORY:
                self._made.clear()
            known = self._made[key] = Suggestion(*unit, role, share, rule_id, why)
        return known

    def _line_text(self, rule: DutyRow, one: Candidate, unit: Unit, leads: bool) -> str:
        row = one.row or rule
        key = (rule.id, row.id, one.source, one.department, unit.unit, leads)
        text = self._texts.get(key)
        if text is None:
            if len(self._texts) > MEMORY:
                self._texts.clear()
            text = self._texts[key] = line_text(rule, one, unit, leads)
        return text

    def _territory(self, place: Place, official: bool) -> tuple[Unit, str]:
        """The unit responsible for the ground, and where that is; the street wherever the text names it.

        ``official``: the district above it, because the street's own people may be complained about.
        """
        key = (place.district, place.street, self.units.city_of(place), official)
        known = self._grounds.get(key)
        if known is None:
            found = self.places.territory(place)
            if official:
                unit = self.units.resolve(DISTRICT, place)
            elif found.street_unit:
                unit = Unit(found.street_unit, STREET, "属地")
            elif found.district_unit and self.places.is_park(place):
                unit = Unit(found.district_unit, PARK, "属地")
            else:
                unit = self.units.resolve(STREET, place)
            if len(self._grounds) > MEMORY:
                self._grounds.clear()
            known = self._grounds[key] = unit, found.why
        return known


def is_open(row: DutyRow, attributes: Mapping[str, str | None]) -> bool:
    """Whether the row's question is still to be asked: it has one, and no attribute that settles it is known."""
    return bool(row.question) and all([attributes.get(key) is None for key in row.asks])


@cache
def _shares(role: Role, found: bool, open_: bool, seat: int, count: int) -> tuple[float, ...]:
    """Probabilities in the order of the suggestions: territory at ``seat``, lines around it, largest first."""
    best, ground, second = SHARES[role]
    shift = min(SHIFT if found else -SHIFT if open_ else 0.0, second)
    lines = [best + shift, second - shift]
    lines.insert(seat, ground)
    return tuple(sorted((round(share, 4) for share in lines[:count]), reverse=True))

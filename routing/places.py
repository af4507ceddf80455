"""Where it happened (地点): district, street and estate of a ticket, and which territory unit that makes responsible.

Longest match wins, a street decides its district, aliases and former names count, and what stays ambiguous is returned
in ``others`` instead of being guessed away. Functional areas (功能区) administer streets that lie in a district on the
map (代管): the place keeps the map's district, :meth:`Gazetteer.territory` names who is responsible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from classify.scan import Hit
from classify.text import fold
from classify.ticket import Ticket
from classify.trie import Array, encode, fold_points
from routing.cities import HOMES, Cities
from routing.pack import Pack
from routing.pages import Pages
from routing.place_hits import FROM_HOME, GLUED_ON, HOME_REACH, Parts, PlaceHit, split_hits
from routing.pois import Endings, Poi
from routing.result import Place
from routing.streets import lettered_street
from routing.tables import TableRow, read_table

KINDS: Final = ("本省", "本市", "区县", "功能区", "街道", "地片", "非地名")
"""Kinds of places.csv; 非地名 are words that only look like a place (高新技术企业) and hide it."""

WEIGHTS: Final = {"街道": 6.0, "区县": 3.0, "功能区": 3.0, "地片": 2.0}
"""How strongly a kind speaks for its district [P]; a street outweighs a district named in passing."""

ALIAS: Final = 0.6
"""Share of the weight that an alias or former name has [P]."""

IN_TITLE: Final = 1.5
"""A place in the title is more likely the place of the event [P]."""

GLUED: Final = re.compile(
    r"[东南西北中上下]?(?:路|大道|街(?!道)|河(?=街道|风光|大道|[东西]路)|嘉苑|家园|花园|小区|大厦)"
)
"""What follows a lettered code that is part of another name (A1区南路, A9市河): says nothing of the district."""

BESIDE: Final = 12
"""Characters between two names that still make one phrase (历下区 泉城路街道 …小区)."""


class Territory(NamedTuple):
    """The territory units responsible for a place; None where the place does not say. ``why`` reads after a comma."""

    district_unit: str | None
    street_unit: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a place: ``district`` is where it lies on the map, ``by`` the functional area that administers it."""

    kind: str
    name: str
    district: str
    by: str
    weight: float


Named = tuple[int, int, Name, int]
"""(start, end, name, doubts) of a name in the text."""


class Gazetteer:
    """The places of a pack; ``terms`` go to the shared Scanner (table "places")."""

    def __init__(self, pack: Pack) -> None:
        self.city = pack.city
        self._letters = pack.letters
        self._names: list[Name] = []
        self.terms: list[str] = []
        self._parks: set[str] = set()
        self._managed: dict[tuple[str, str], str] = {}
        rows = read_table(pack.path("places.csv"), ("name", "kind", "parent", "managed_by", "aliases", "note"))
        known = {row["name"] for row in rows if row["kind"] in ("本市", "区县", "功能区")}
        seen: dict[tuple[str, str], int] = {}
        for row in rows:
            self._add(row, known, seen)
        if pack.letters:
            self._add_letters()
        self._first_foreign = len(self._names)
        self._is_mask = np.array([name.kind == "非地名" for name in self._names], np.bool_)
        self._cities = Cities(pack, self._terms_of_own())
        self.terms += self._cities.terms
        self._first_ending = len(self.terms)
        self._endings = Endings(pack)
        self.terms += self._endings.terms
        self._hints: dict[str, tuple[str | None, str | None]] = {}

    def _add(self, row: TableRow, known: set[str], seen: dict[tuple[str, str], int]) -> None:
        kind, name, parent, by = row.choice("kind", KINDS), row.need("name"), row["parent"], row["managed_by"]
        for column, value in (("parent", parent), ("managed_by", by)):
            if value and value not in known:
                raise row.error(column, "上级地名不在本表中", value)
        if kind in ("街道", "地片") and not parent:
            raise row.error("parent", "不能为空")
        if (kind, name + parent) in seen:
            raise row.error("name", f"与第 {seen[kind, name + parent]} 行重复", name)
        seen[kind, name + parent] = row.row
        if kind == "功能区":
            self._parks.add(name)
        if by:
            self._managed[parent, name] = by
        district = name if kind in ("区县", "功能区") else parent if kind in ("街道", "地片") else ""
        weight = WEIGHTS.get(kind, 0.0)
        self._register(Name(kind, name, district, by, weight), [name])
        self._register(Name(kind, name, district, by, weight * ALIAS), [*row.items("aliases"), *_offices(kind, name)])

    def _add_letters(self) -> None:
        """Places of the anonymised messages: A市 … Z市, A1区 … Z20县."""
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            self._register(Name("本市", f"{letter}市", "", "", 0.0), [f"{letter}市"])
            for number in range(1, 21):
                for end in "区县市":
                    name = f"{letter}{number}{end}"
                    self._register(Name("区县", name, name, "", WEIGHTS["区县"]), [name])

    def _register(self, entry: Name, words: Iterable[str]) -> None:
        for word in words:
            self._names.append(entry)
            self.terms.append(fold(word))

    def _terms_of_own(self) -> set[str]:
        return {fold(self.city), fold(self.city.removesuffix("市"))} | set(self.terms)

    @property
    def districts(self) -> tuple[str, ...]:
        """Districts and functional areas, as listed; not the endless ones of the lettered pack."""
        names = (name.name for name in self._names if name.kind in ("区县", "功能区") and not self._letters)
        return tuple(dict.fromkeys(names))

    def is_park(self, place: Place) -> bool:
        """Whether the place's ground is administered by a functional area (功能区)."""
        return place.district in self._parks

    def administered(self, place: Place) -> Place:
        """The place as its administration sees it: the functional area instead of the district on the map (代管)."""
        by = self._managed.get((place.district or "", place.street or ""))
        return place._replace(district=by) if by else place

    def find(self, ticket: Ticket, hits: Sequence[Hit]) -> Place:
        """Place of the event; every field None where the text and ``area_hint`` say nothing. Never an error."""
        return self.read(ticket, ticket.text, self._split(ticket.text, hits))

    def read(self, ticket: Ticket, text: str, parts: Parts) -> Place:
        """As :meth:`find`, from what :meth:`split` gives of the ticket's text."""
        names, endings = parts
        named = [
            (start, end, self._names[row], doubts) for row, start, end, doubts, _ in names if row < self._first_foreign
        ]
        title = len(ticket.title)
        scores, best = self._vote(text, title, named)
        barriers = [end for _, end, _, _ in named]
        street, span = self._street(text, best, barriers, endings)
        if span:
            barriers.append(span[1])
        poi = self._endings.find(text, endings, barriers) if endings else None
        ranked = sorted(scores, key=lambda name: -scores[name]) if len(scores) > 1 else list(scores)
        others = tuple(ranked[1:3])
        district = ranked[0] if ranked else None
        if ticket.area_hint:
            hint_district, hint_street = self._read_hint(ticket.area_hint)
            if district is None:
                district, street = hint_district, street or hint_street
            elif hint_district and hint_district != district and hint_district not in others:
                others = (*others, hint_district)[:3]
        label = text[poi.start : poi.end] if poi else None
        return Place(district, street, label, self._phrase(text, named, best, span, poi), others)

    def split(self, hits: Array, ends: Array, folded: Array, offsets: Array) -> list[Parts]:
        """Names and endings of a batch, text by text, see :func:`routing.place_hits.split_hits`."""
        rows = self._first_ending, self._first_foreign, self._is_mask
        return split_hits(hits, ends, folded, offsets, *rows)

    def _split(self, text: str, hits: Sequence[Hit]) -> Parts:
        buffer, offsets = encode([text])
        table = np.array(hits, np.int32).reshape(-1, 3)
        return self.split(table, np.array([0, len(hits)]), fold_points(buffer), offsets)[0]

    def _vote(self, text: str, title: int, named: list[Named]) -> tuple[dict[str, float], Named | None]:
        """Score of every district named, and the mention that spoke loudest."""
        scores: dict[str, float] = {}
        best: Named | None = None
        top = 0.0
        for one in named:
            start, end, name, doubts = one
            weight = name.weight
            if not weight or (doubts & GLUED_ON and self._letters and GLUED.match(text, end)):
                continue
            if start < title:
                weight *= IN_TITLE
            if doubts & FROM_HOME and HOMES.search(text, max(0, start - HOME_REACH), start):
                weight *= 0.2
            # The first mention counts in full, repeats a little: length of a text is no evidence.
            scores[name.district] = max(scores.get(name.district, 0.0), weight) + 0.1
            if weight > top:
                top, best = weight, one
        # A functional area named beside one of its streets is no rival of the street's district.
        for _, _, name, _ in named:
            if name.kind == "街道" and name.by in scores and scores[name.by] <= scores.get(name.district, 0.0):
                del scores[name.by]
        return scores, best

    def _street(
        self,
        text: str,
        best: Named | None,
        barriers: Sequence[int],
        endings: Sequence[PlaceHit],
    ) -> tuple[str | None, tuple[int, int] | None]:
        """The street or town with its span: as listed; in the lettered pack any …街道, …镇 or …乡 of the text."""
        if best and best[2].kind == "街道":
            return best[2].name, best[:2]
        span = lettered_street(text, barriers, self._endings.streets(endings)) if self._letters else None
        return (text[span[0] : span[1]], span) if span else (None, None)

    def _read_hint(self, hint: str) -> tuple[str | None, str | None]:
        """District and street that a door's area column names; longest term first."""
        found = self._hints.get(hint)
        if found is None:
            folded, district, street, length = fold(hint), None, None, (0.0, 0)
            for row in range(self._first_foreign):
                name, term = self._names[row], self.terms[row]
                if name.district and (name.weight, len(term)) > length and term in folded:
                    length, district = (name.weight, len(term)), name.district
                    street = name.name if name.kind == "街道" else None
            found = district, street
            if len(self._hints) < 10_000:
                self._hints[hint] = found
        return found

    def _phrase(
        self,
        text: str,
        named: list[Named],
        best: Named | None,
        street: tuple[int, int] | None,
        poi: Poi | None,
    ) -> str | None:
        """The words of the text that name the place: city to estate where they stand together."""
        spans = [(start, end) for start, end, name, _ in named if name.weight or name.kind == "本市"]
        spans += [street] if street else []
        spans += [(poi.start, poi.end)] if poi else []
        if not spans:
            return None
        spans.sort()
        start, end = best[:2] if best else street or ((poi.start, poi.end) if poi else spans[0])
        for left, right in reversed(spans):
            if 0 <= start - right <= BESIDE // 4 and "\n" not in text[right:start]:
                start = left
        for left, right in spans:
            if 0 <= left - end <= BESIDE // 4 and "\n" not in text[end:left]:
                end = right
        if poi and 0 <= poi.start - end <= BESIDE and "\n" not in text[end : poi.start]:
            end = poi.end
        return text[start:end]

    def territory(self, place: Place) -> Territory:
        """Who is responsible for the ground: the street's office, the functional area or the district's government."""
        district, street = place.district, place.street
        by = self._managed.get((district or "", street or ""))
        if street:
            office = street + ("办事处" if street.endswith("街道") else "人民政府")
            full = office if self._letters is False or not district else district + office
            ground = f"事发地在{district or ''}{street}"
            return Territory(_government(by or district, self._parks), full, f"{ground},由{by}代管" if by else ground)
        if district:
            why = f"事发地在{district},街道未写明" if district not in self._parks else f"事发地由{district}管理"
            return Territory(_government(district, self._parks), None, why)
        return Territory(None, None, "文中未写明区县,按事项派单")

    def foreign(self, ticket: Ticket, hits: Sequence[Hit]) -> str | None:
        """Another known city named as the place of the event, else None; a place of one's own excludes it."""
        return self.elsewhere(ticket.text, self._split(ticket.text, hits)[0])

    def elsewhere_all(self, pages: Pages, parts: Sequence[Parts]) -> list[str | None]:
        """As :meth:`foreign` for a batch; ``parts`` as :meth:`split` gives them."""
        hits, ends = pages.found.table("places")
        of_cities = (hits[:, 0] >= self._first_foreign) & (hits[:, 0] < self._first_ending)
        told = np.zeros(len(parts), np.bool_)
        told[np.searchsorted(ends, np.flatnonzero(of_cities), side="right") - 1] = True
        answers: list[str | None] = [None] * len(parts)
        for number in np.flatnonzero(told).tolist():
            answers[number] = self.elsewhere(pages.encoded.texts[number], parts[number][0])
        return answers

    def elsewhere(self, text: str, names: Sequence[PlaceHit]) -> str | None:
        """As :meth:`foreign`, from the names that :meth:`split` gives."""
        low = self._first_foreign
        cities = [(row - low, start, end) for row, start, end, _, _ in names if row >= low]
        if not cities or any([row < low and self._names[row].kind != "本省" for row, *_ in names]):
            return None
        return self._cities.place_of(text, cities)


def _offices(kind: str, name: str) -> list[str]:
    """Other ways to write a street: its office."""
    if kind != "街道" or not name.endswith("街道"):
        return []
    stem = name.removesuffix("街道")
    return [f"{stem}办事处", f"{stem}街办"]


def _government(district: str | None, parks: set[str]) -> str | None:
    if district is None:
        return None
    return f"{district}管理委员会" if district in parks else f"{district}人民政府"

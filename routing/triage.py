"""Triage (研判): the one function that decides, for the desk, the flow and the bulk job alike.

Pure and batch-first: no clock, no environment, no database. What a result was made with stands in its ``versions``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from classify.learned import load_model
from classify.lexicon import Lexicon
from classify.model import Classifier, Guess, Prediction, Span
from classify.request_type import request_terms, request_types
from classify.scan import Hit
from classify.taxonomy import Taxonomy
from classify.ticket import SHANGHAI, Ticket
from classify.words import keywords
from routing.attributes import AttributeFinder
from routing.blocks import block_keys
from routing.calendar import WorkCalendar
from routing.disowned import TERMS as DISOWNED
from routing.disowned import spans_of, without
from routing.duties import DutyList
from routing.gates import Gates
from routing.lanes import Thresholds, lane_of
from routing.owner_folder import holds_categories, load_owners
from routing.owner_reading import Reading
from routing.owners import Counted, OwnerModel
from routing.pack import Pack
from routing.pages import Reader
from routing.place_hits import Parts
from routing.places import Gazetteer
from routing.result import LIVE, CategoryGuess, Evidence, Gate, Suggestion, TriageResult, Urgency
from routing.sla import SlaTable
from routing.urgency import UrgencyRules

MATTER_IS_CLEAR: Final = 0.5
"""From this probability of a category a charge of corruption (9910) is but a side of the matter [P]."""


UNREAD: Final = "99"
"""Category of a ticket in which no word of any matter was read: 其他, for a person to name. Its second level would call
it 无实质内容/骚扰, which is said only where the text says it."""


def known(prediction: Prediction) -> Guess:
    """The category to show: the prediction's, or 其他 when nothing in the text speaks for any."""
    first = prediction.category
    return Guess(UNREAD, first.probability) if prediction.outside and not prediction.evidence else first


def code_version() -> str:
    """Version of jiesu as installed; "0" when it runs from a bare checkout."""
    try:
        return version("jiesu")
    except PackageNotFoundError:
        return "0"


class Triager:
    """Reads tickets and says of each: what, where, who, by when, how urgent, and why.

    Build it with :meth:`load`; it is immutable afterwards and may be shared between threads.
    """

    def __init__(self, pack: Pack, classifier: Classifier, owners: OwnerModel | None = None) -> None:
        self.pack = pack
        self.classifier = classifier
        self.taxonomy: Taxonomy = classifier.taxonomy
        self._paths = {code: self.taxonomy.path(code) for code in self.taxonomy.codes()}
        self.calendar = WorkCalendar(pack)
        self.places = Gazetteer(pack)
        self.duties = DutyList(pack, self.taxonomy, places=self.places)
        self._attributes = AttributeFinder(pack)
        self._urgency = UrgencyRules(pack)
        self._gates = Gates(pack)
        self._clocks = SlaTable(pack)
        self._reader = Reader(
            {
                "places": self.places.terms,
                "attributes": self._attributes.terms,
                "request": request_terms(),
                "departments": self.duties.terms,
                "disowned": DISOWNED,
                **self._urgency.tables,
                **self._gates.tables,
            }
        )
        self.owners = owners or OwnerModel()
        model = classifier.model
        auto = model.auto if model is not None and not pack.bare else None
        self.thresholds = Thresholds(auto, 0.0) if auto is not None else None
        """Of the loaded model; None (nothing is settled by machine) when the lexicon decides."""
        self._stricter = False
        self.versions = self._versions()

    def _versions(self) -> dict[str, str]:
        model = self.classifier.versions["model"]
        if self.owners.trained:
            model += f"+owners-{self.owners.trained}"
        if self._stricter and self.thresholds is not None:
            model += f"+auto-{self.thresholds.probability:g}"
        if self.owners.live:
            model += f"{LIVE}{self.owners.live}"
        return {"pack": f"{self.pack.name}:{self.pack.hash}", "model": model, "code": code_version()}

    @classmethod
    def load(
        cls,
        pack: str | Path | Pack = "jinan",
        model: str | Path | None = None,
        owners: Iterable[Counted] | None = None,
    ) -> Triager:
        """The triager of a city pack, with a trained model folder or (None) the lexicon and the duty list alone.

        A folder may hold a model of categories, of owners or both. ``owners`` as for :meth:`with_owners`.
        Raises PackError or ModelError when either must not be used.
        """
        loaded = pack if isinstance(pack, Pack) else Pack.load(pack)
        taxonomy = Taxonomy.load(loaded.path("taxonomy.csv"))
        lexicon = Lexicon.load(loaded.path("lexicon.csv"), taxonomy)
        trained = load_model(model, taxonomy, lexicon) if model and holds_categories(model) else None
        learned = load_owners(model, taxonomy.hash) if model else None
        triager = cls(loaded, Classifier(taxonomy, lexicon, trained), learned)
        return triager.with_owners(owners) if owners is not None else triager

    def with_threshold(self, least: float | None) -> Triager:
        """The same triager with a stricter ``auto`` lane: ``least`` where it is above the model's own threshold, and
        then told by the model version. None, or a model without a lane, changes nothing."""
        if least is None or self.thresholds is None or least <= self.thresholds.probability:
            return self
        other = copy(self)
        other.thresholds, other._stricter = Thresholds(least, self.thresholds.lead), True
        other.versions = other._versions()
        return other

    def with_owners(self, counts: Iterable[Counted]) -> Triager:
        """The same triager with final owners counted: (category, district, unit, unit_type, times), see
        ``warehouse.decisions.owner_counts``. Their hash stands behind ``routing.result.LIVE`` in the model version."""
        other = copy(self)
        other.owners = self.owners.with_counts(counts, self.duties.units)
        other.versions = other._versions()
        return other

    def triage(self, tickets: Sequence[Ticket]) -> list[TriageResult]:
        """One result a ticket, same order; ``triage(a + b) == triage(a) + triage(b)``."""
        if not tickets:
            return []
        collecting = gc.isenabled()
        gc.disable()  # many small objects at once, none of them in a cycle
        try:
            pages = self._reader.read(tickets)
            found = pages.found
            parts = self.places.split(*found.table("places"), pages.folded, pages.encoded.offsets)
            urgencies = self._urgency.judge_all(pages)
            disowned = spans_of(pages)
            foreign = self.places.elsewhere_all(pages, parts)
            read = zip(
                tickets,
                pages.encoded.texts,
                self.classifier.predict(tickets, without(pages.encoded, disowned)),
                self._attributes.read_all(pages, disowned),
                request_types(tickets, *found.table("request")),
                parts,
                urgencies,
                self._gates.check_all(pages, [level for level, _ in urgencies], foreign),
                found.per_text("departments"),
                self.owners.read(tickets),
                strict=True,
            )
            return [self._one(*each) for each in read]
        finally:
            if collecting:
                gc.enable()

    def _one(
        self,
        ticket: Ticket,
        text: str,
        prediction: Prediction,
        attributes: dict[str, str | None],
        request: str,
        parts: Parts,
        urgent: tuple[Urgency, str | None],
        gate: Gate | None,
        departments: list[Hit],
        reading: Reading | None,
    ) -> TriageResult:
        """One result from what was read of the ticket."""
        paths = self._paths
        code, probability = known(prediction)
        named_below = prediction.detail if code != UNREAD else None
        category = _category((code, paths[named_below or code], probability))
        certainty, second = prediction.category.probability, prediction.second
        received = ticket.received_at
        if received.tzinfo is not SHANGHAI:
            received = received.astimezone(SHANGHAI)
        day = received.date()
        place = self.places.read(ticket, text, parts)
        urgency, urgency_why = urgent
        named = self.duties.named(ticket, departments)
        official = about_official(gate, code, certainty)
        assignment = self.duties.assign(
            code, attributes, place, day, prediction.alternatives, certainty=certainty, named=named, official=official
        )
        if self.owners:
            assignment = self.owners.rerank(assignment, code, place, self.duties, reading, official=official)
        clock = self._clocks.clock(code, request, urgency, ticket.channel, is_enterprise(ticket), day)
        words = keywords(ticket, prediction)
        lane = lane_of(
            probability=certainty,
            lead=prediction.lead,
            outside=prediction.outside,
            urgency=urgency,
            gate=gate,
            disputed=assignment.question is not None,
            thresholds=self.thresholds,
        )
        return _result(
            (
                ticket.ticket_no,
                category,
                tuple([_category((one, paths[one], share)) for one, share in prediction.alternatives]),
                _category((second[0], paths[second[0]], second[1])) if second else None,
                request,
                urgency,
                urgency_why,
                gate,
                place,
                attributes,
                _bare(self.pack, assignment.suggestions) if self.pack.bare else assignment.suggestions,
                assignment.question,
                self.calendar.due_at(received, clock),
                clock,
                lane,
                tuple(map(_evidence, prediction.evidence)),
                words,
                {"xinfang": list(prediction.xinfang) if prediction.xinfang else None},
                block_keys(ticket, place, code, words),
                self.versions,
            )
        )


_category: Callable[[tuple[str, tuple[str, ...], float]], CategoryGuess] = partial(tuple.__new__, CategoryGuess)
_evidence: Callable[[Span], Evidence] = partial(tuple.__new__, Evidence)
_result: Callable[[tuple[object, ...]], TriageResult] = partial(tuple.__new__, TriageResult)
"""Named tuples without the detour through their own ``__new__``, which costs more than the tuple."""


def _bare(pack: Pack, suggestions: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
    """The suggestions for a city without a pack: the first says why people must look at each."""
    why = f"{pack.city}没有城市包,职责、区划和时限都是通用的,须人工审核。"
    return tuple(replace(one, why=why + one.why) if number == 0 else one for number, one in enumerate(suggestions))


def about_official(gate: Gate | None, code: str, certainty: float) -> bool:
    """Whether the ticket is a complaint about an official, which never goes to that official's own unit."""
    if gate is None or gate.code not in ("1903", "9910"):
        return False
    return gate.code == "1903" or code[:2] in ("19", "99") or certainty < MATTER_IS_CLEAR


def is_enterprise(ticket: Ticket) -> bool:
    """Whether an enterprise speaks (涉企诉求): by channel or by the door's own column."""
    if "企业" in ticket.channel:
        return True
    extra = ticket.extra
    kind = extra.get("诉求人类型", "") + extra.get("caller_type", "") if extra else ""
    return "企业" in kind or "法人" in kind

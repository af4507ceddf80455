"""Gates (关口) before routing: hand-over of danger, guidance to a lawful channel, restricted reports, chasers.

A row of ``gates.csv`` applies when one of its terms stands in the text, what it needs stands in its window and what
excludes it does not. Order: danger is handed over first and never answered "not accepted"; then guidance (引导), then
restricted knowledge (限知), then merging of chasers (并入); within an action the order of the file decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from classify.scan import Hit, hits_per_text, keep_hits
from classify.text import fold
from classify.ticket import Ticket
from classify.trie import Array
from routing.clauses import WINDOWS, Passage, Phrases, folded, window
from routing.pack import Pack
from routing.pages import Pages
from routing.patterns import Pattern
from routing.result import Gate, GateAction, Urgency
from routing.shortlist import MANY, Shortlist, first_hits
from routing.tables import TableRow, read_table
from routing.weights import Weights

ACTIONS: Final = ("转办", "引导", "限知", "并入")
COLUMNS: Final = ("id", "code", "action", "channel", "urgency", "terms", "window", "needs", "unless", "text")
FOREIGN: Final = "9907"
EMPTY: Final = "9906"
"""Codes whose rows have no terms: another city's matter is told by the gazetteer, an empty call by its shape."""

WEIGHT: Final = "引导"
"""The column of ``gate_weights.csv`` that tells whether any guidance is due; the others are ids of its rows."""
LIKELY: Final = 0.5
SURE: Final = 0.6
"""Likelihood by the weights from which a short text is guided though no pattern fits: with a term of gates, without."""
NOT_LETTERS: Final = re.compile(r"[^\w]|[0-9_]")
LETTER: Final = 160
"""Characters above which a message is a letter that tells many things: what it asks for stands in its title."""
EMPTY_TALK: Final = 40
"""Characters above which a message is never called empty: it deserves a reader."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One row with its compiled patterns."""

    row_id: str
    order: int
    urgency: str
    window: str
    needs: Pattern | None
    unless: Pattern | None
    gate: Gate


class Gates:
    """The gates of one pack; ``terms`` go to the shared Scanner. Raises PackError for a bad row."""

    def __init__(self, pack: Pack) -> None:
        phrases = Phrases(pack)
        self.terms: list[str] = []
        self._rows: list[GateRow] = []
        self._handover: dict[str, list[GateRow]] = {}
        self._special: dict[str, GateRow] = {}
        self._by_id: dict[str, GateRow] = {}
        for order, row in enumerate(read_table(pack.path("gates.csv"), COLUMNS)):
            one = _row(row, order, phrases)
            self._by_id[one.row_id] = one
            for term in row.items("terms"):
                self.terms.append(fold(term))
                self._rows.append(one)
            if not row["terms"]:
                self._add_special(one, row)
        weights = pack.maybe("gate_weights.csv")
        self._weights = Weights(weights) if weights else None
        names = phrases.names
        self._idle = re.compile(names["空话"]) if "空话" in names else None
        self._stock = re.compile(names["套话"]) if "套话" in names else None
        self._away = re.compile(names["本地办外地事"]) if "本地办外地事" in names else None
        self._needs = Shortlist([(row.window, row.needs) for row in self._rows])
        self._hands_over = np.array([bool(row.urgency) for row in self._rows], np.bool_)
        self._guides = np.array([row.gate.action == "引导" for row in self._rows], np.bool_)

    @property
    def tables(self) -> dict[str, Sequence[str]]:
        """Tables of terms for the shared Scanner."""
        return {"gates": self.terms}

    def check_all(self, pages: Pages, urgencies: Sequence[Urgency], foreign: Sequence[str | None]) -> list[Gate | None]:
        """As :meth:`check` for a batch; tickets without anything that could stop them cost nothing."""
        live, ends = self._live(pages)
        hits = hits_per_text(live, ends)
        empty = pages.lengths - pages.titles - 1 <= EMPTY_TALK
        any_hit = np.diff(pages.found.table("gates")[1]) > 0
        likely = np.zeros(len(empty))
        if self._weights is not None:
            chances = self._weights.likelihoods(pages.folded, pages.encoded.offsets)
            likely = np.nan_to_num(chances[:, 0])
        open_ = (np.diff(ends) > 0) | empty | (likely >= np.where(any_hit, LIKELY, SURE))
        open_ |= np.array([name is not None for name in foreign], np.bool_)
        answers: list[Gate | None] = [None] * len(open_)
        for number in np.flatnonzero(open_).tolist():
            row = None
            if likely[number] >= (LIKELY if any_hit[number] else SURE):
                row = self._by_wording(chances[number])
            passage, ticket = pages.passage(number), pages.tickets[number]
            answers[number] = self._decide(ticket, hits[number], row, foreign[number], passage)
        for number, urgency in enumerate(urgencies):
            if urgency != "一般":
                answers[number] = self._hand_over(pages.hits("gates", number), urgency)
        return answers

    def _live(self, pages: Pages) -> tuple[Array, Array]:
        """Hits of a batch that :meth:`_first` may let count: no hand-over; in a letter guidance by its title only."""
        hits, ends = pages.found.table("gates")
        text = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        rows, title = hits[:, 0], pages.titles[text]
        letter = (title > 0) & (pages.lengths[text] - 1 > LETTER)
        kept = first_hits(ends) & ~self._hands_over[rows] & ~(letter & self._guides[rows] & (hits[:, 2] > title))
        hits, ends = keep_hits(hits, ends, kept)
        return keep_hits(hits, ends, self._needs.possible(pages, hits, ends, hits[:, 0]))

    def check(
        self,
        ticket: Ticket,
        hits: Sequence[Hit],
        code: str,
        attributes: Mapping[str, str | None],
        urgency: Urgency,
        foreign: str | None,
        passage: Passage | None = None,
    ) -> Gate | None:
        """The gate that stops this ticket, or None. ``foreign`` is a known other city named as the event's place.

        ``passage`` is the folded text when it is cut already.
        """
        if urgency != "一般":
            return self._hand_over(hits, urgency)
        passage = passage or Passage(folded(ticket.text))
        row = None
        if self._weights is not None:
            chances = self._weights.of([passage.text])[0]
            row = self._by_wording(chances) if chances[0] >= (LIKELY if hits else SURE) else None
        return self._decide(ticket, hits, row, foreign, passage)

    def _decide(
        self, ticket: Ticket, hits: Sequence[Hit], by_wording: GateRow | None, foreign: str | None, passage: Passage
    ) -> Gate | None:
        """The gate of a ticket that is not urgent; ``by_wording`` is the guidance that its wording speaks for."""
        if foreign and FOREIGN in self._special and _asked(ticket, foreign) and not self._kept_here(ticket):
            return self._special[FOREIGN].gate
        found = self._first(ticket, hits, passage) if hits else None
        if (found is None or found.gate.action == "限知") and self._is_empty(ticket):
            return self._special[EMPTY].gate
        if found is None or found.gate.action != "引导":
            found = by_wording or found
        return found.gate if found else None

    def _hand_over(self, hits: Sequence[Hit], urgency: Urgency) -> Gate | None:
        """The row of that urgency with most hits; without a hit the row that asks for no term, if there is one."""
        counts: dict[int, int] = {}
        rows: dict[int, GateRow] = {}
        for number, _, _ in hits:
            row = self._rows[number]
            if row.urgency == urgency:
                counts[row.order] = counts.get(row.order, 0) + 1
                rows[row.order] = row
        if rows:
            return rows[min(counts, key=lambda order: (-counts[order], order))].gate
        special = self._special.get(urgency)
        return special.gate if special else None

    def _first(self, ticket: Ticket, hits: Sequence[Hit], passage: Passage) -> GateRow | None:
        best: GateRow | None = None
        title = len(ticket.title)
        letter = title > 0 and title + len(ticket.content) > LETTER
        tried: set[tuple[int, int, int]] = set()
        for number, start, end in hits[:MANY]:
            row = self._rows[number]
            if row.urgency or (best is not None and row.order >= best.order):
                continue
            if letter and row.gate.action == "引导" and end > title:
                continue
            one, two = window(passage, row.window, start, end)
            if (row.order, one, two) in tried:
                continue
            tried.add((row.order, one, two))
            if row.needs is not None and not row.needs.search(passage.text, one, two):
                continue
            if row.unless is None or not row.unless.search(passage.text, one, two):
                best = row
        return best

    def _by_wording(self, chances: Array) -> GateRow | None:
        """The row of guidance for which most weight speaks; ``chances`` are a text's likelihoods."""
        assert self._weights is not None
        return self._by_id.get(self._weights.names[1 + int(np.argmax(chances[1:]))])

    def _kept_here(self, ticket: Ticket) -> bool:
        return self._away is not None and self._away.search(ticket.text) is not None

    def _is_empty(self, ticket: Ticket) -> bool:
        """Whether a short message holds nothing to act on: greetings, tests, chat, bare abuse."""
        if self._idle is None or EMPTY not in self._special or len(ticket.content) > EMPTY_TALK:
            return False
        said = ticket.content or ticket.title
        if not said.strip():
            return False  # an empty record is a fault of the feed, not of the caller
        if self._stock is not None:
            said = self._stock.sub("", fold(said))
        left = NOT_LETTERS.sub("", said)
        return not self._idle.sub("", fold(left))

    def _add_special(self, one: GateRow, row: TableRow) -> None:
        key = one.urgency or one.gate.code
        if key not in (FOREIGN, EMPTY, "特急", "紧急"):
            raise row.error("terms", "不能为空")
        self._special[key] = one


def _asked(ticket: Ticket, city: str) -> bool:
    """Whether what is asked for can be in ``city``: a letter must name it in its title."""
    letter = ticket.title and len(ticket.title) + len(ticket.content) > LETTER
    return not letter or city.rstrip("省市") in ticket.title


def _row(row: TableRow, order: int, phrases: Phrases) -> GateRow:
    action = row.choice("action", ACTIONS)
    urgency = row.choice("urgency", ("", "紧急", "特急"))
    if (action == "转办") != bool(urgency):
        raise row.error("urgency", "转办行须写紧急程度,其他行须留空", row["urgency"])
    gate = Gate(row.need("code"), cast(GateAction, action), row["channel"] or None, row.need("text"))
    return GateRow(
        row.need("id"),
        order,
        urgency,
        row.choice("window", WINDOWS),
        phrases.compile(row, "needs"),
        phrases.compile(row, "unless"),
        gate,
    )

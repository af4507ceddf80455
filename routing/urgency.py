"""Urgency (紧急程度): danger to life, health or public order now or within hours, not yet under control.

A term of danger (``urgent.csv``) is found by the shared Scanner; it counts when what its row needs stands in the row's
window, and no frame (``urgent_not.csv``: negated, hypothetical, figurative, planned, news, past and over, praise …)
takes it back. Definitions: labelling rules of the project; classes: handbook §2.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from classify.scan import Hit, hits_per_text, keep_hits
from classify.text import fold
from classify.ticket import Ticket
from classify.trie import Array
from routing.clauses import TEXT_REACH, Passage, Phrases, folded, window
from routing.dangers import (
    CLASSES,
    DANGER_COLUMNS,
    FRAME_COLUMNS,
    LEVELS,
    PLACES,
    Danger,
    Frame,
    Memo,
    danger_of,
    frame_of,
    holds,
)
from routing.pack import Pack
from routing.pages import Pages
from routing.patterns import Pattern
from routing.result import Urgency
from routing.shortlist import MANY, Shortlist, first_hits
from routing.tables import read_table
from routing.weights import SHORT, Weights

LONG: Final = 160
"""Characters above which a message is a letter; tickets of calls run to 80-400, letters to thousands (§1.5)."""
LETTER_REACH: Final = 30
"""Characters on each side that a row's window is cut to in a letter: its sentences tell many things at once."""
LIKELY: Final = 0.25
SURE: Final = 0.55
DENIED: Final = 0.65
"""Likelihood by the weights from which a short text is urgent though no pattern fits: with a danger term, without one,
with one that a frame took back. All marks were chosen on sentences that the weights had not seen (eight folds)."""
UNLIKELY: Final = 0.08
"""Likelihood below which no pattern counts: its words stand in a sentence of another kind."""
EVEN: Final = 0.5
"""Likelihood below which danger is the less likely reading, above which asking for another channel is the likelier."""
UNTOLD: Final = (UNLIKELY + LIKELY) / 2
"""Stands for the likelihood of a text that is too long for weights: between the marks, where it decides nothing."""
GUESSED: Final = "疑似"
"""Begins a reason that only the wording gives: a person is to look first, and nobody is woken by it."""
QUOTE: Final = 30
"""Characters of the clause that the reason quotes at most."""
CALM: Final[tuple[Urgency, None]] = ("一般", None)


class UrgencyRules:
    """The tables of one pack; ``terms`` go to the shared Scanner. Raises PackError for a bad row."""

    def __init__(self, pack: Pack) -> None:
        phrases = Phrases(pack)
        self.terms: list[str] = []
        self._dangers: list[Danger] = []
        for row in read_table(pack.path("urgent.csv"), DANGER_COLUMNS):
            danger = danger_of(row, phrases)
            for term in row.items("terms"):
                self.terms.append(fold(term))
                self._dangers.append(danger)
        weights = pack.maybe("urgent_weights.csv")
        self._weights = Weights(weights) if weights else None
        if self._weights:
            self._columns = self._weights.columns((WEIGHT, GUIDED))
        now = phrases.names.get("此刻")
        self._now = Pattern(now) if now else None
        self._near = Shortlist([("整句", self._now)])
        self._needs = Shortlist([(danger.window, danger.needs) for danger in self._dangers])
        self._stock = [(one, " " * len(one)) for one in phrases.names.get("套话", "").split("|") if one]
        frames = [frame_of(row, phrases) for row in read_table(pack.path("urgent_not.csv"), FRAME_COLUMNS)]
        self._frames = sorted(frames, key=lambda frame: PLACES.index(frame.place))  # the short looks first
        self._frames_of: dict[str, list[Frame]] = {}
        self._no_letters = np.array([row.reads_no_letters for row in self._dangers], np.bool_)

    @property
    def tables(self) -> dict[str, Sequence[str]]:
        """Tables of terms for the shared Scanner."""
        return {"urgency": self.terms, "stock": self.stock_terms}

    def judge_all(self, pages: Pages) -> list[tuple[Urgency, str | None]]:
        """As :meth:`judge` for a batch: most tickets have no danger term that could count, and are told so at once."""
        stock = np.diff(pages.found.table("stock")[1]) > 0
        live, ends = self._live(pages, stock)
        hits = hits_per_text(live, ends)
        likely, guided = self._likelihoods(pages)
        enough = np.where(np.diff(pages.found.table("urgency")[1]) > 0, LIKELY, SURE)
        told = (likely >= UNLIKELY) & ~_quarrel(likely, guided)
        told &= (np.diff(ends) > 0) | (likely >= enough)
        answers: list[tuple[Urgency, str | None]] = [CALM] * len(told)
        for number in np.flatnonzero(told).tolist():
            ticket = pages.tickets[number]
            if ticket.request_type == "表扬":
                continue
            passage = pages.passage(number)
            if stock[number]:
                passage = self._without_stock(passage)
            answers[number], denied = self._by_patterns(ticket, hits[number], passage)
            if answers[number] == CALM and likely[number] >= max(enough[number], denied, guided[number]):
                answers[number] = self._by_wording(ticket, passage, pages.hits("urgency", number))
        return answers

    def _live(self, pages: Pages, stock: Array) -> tuple[Array, Array]:
        """Hits of a batch, without those that :meth:`judge` would not let count whatever else they say.

        Where clerk's phrases stand in a text, none is left out: without them its clauses are others.
        """
        hits, ends = pages.found.table("urgency")
        texts = np.arange(len(ends) - 1)
        hits, ends = keep_hits(hits, ends, first_hits(ends))
        length = pages.lengths[np.repeat(texts, np.diff(ends))]
        hits, ends = keep_hits(hits, ends, (length <= SHORT) | ~self._no_letters[hits[:, 0]])

        def but_stock(kept: Array, text: Array) -> tuple[Array, Array]:
            return keep_hits(hits, ends, kept | stock[text])

        text = np.repeat(texts, np.diff(ends))
        reach = np.where(pages.lengths[text] > LONG, LETTER_REACH, TEXT_REACH)
        hits, ends = but_stock(self._needs.possible(pages, hits, ends, hits[:, 0], reach), text)
        text = np.repeat(texts, np.diff(ends))
        near = (pages.lengths[text] <= LONG) | (hits[:, 2] <= pages.titles[text])
        near |= self._near.possible(pages, hits, ends, np.zeros(len(hits), np.int64))
        return but_stock(near, text)

    def _likelihoods(self, pages: Pages) -> tuple[Array, Array]:
        """How likely each text is urgent, and asks for what another channel does, by its wording: (n,) each.

        :data:`UNTOLD` for a long one.
        """
        if self._weights is None:
            return np.full(len(pages.tickets), UNTOLD), np.zeros(len(pages.tickets))
        likely = self._weights.likelihoods(pages.folded, pages.encoded.offsets)[:, self._columns]
        likely[pages.lengths > SHORT] = UNTOLD
        return likely[:, 0], likely[:, 1]

    def judge(
        self,
        ticket: Ticket,
        hits: Sequence[Hit],
        code: str,
        attributes: object = None,
        passage: Passage | None = None,
        stock: bool = True,
    ) -> tuple[Urgency, str | None]:
        """The level and, above 一般, the class with the words that say so. ``hits`` are those of the folded text.

        ``passage`` is the folded text when it is cut already; ``stock`` whether :attr:`stock_terms` may stand in it.
        """
        if ticket.request_type == "表扬":
            return CALM
        passage = passage or Passage(folded(ticket.text))
        likely, guided = self._likely(passage.text)
        if likely < UNLIKELY or _quarrel(likely, guided) or (not hits and likely < SURE):
            return CALM
        passage = self._without_stock(passage) if stock else passage
        answer, denied = self._by_patterns(ticket, hits, passage)
        if answer == CALM and likely >= max(LIKELY if hits else SURE, denied, guided):
            return self._by_wording(ticket, passage, hits)
        return answer

    def _by_patterns(
        self, ticket: Ticket, hits: Sequence[Hit], passage: Passage
    ) -> tuple[tuple[Urgency, str | None], float]:
        """The level and the reason that a term, what its row needs and no frame give; :data:`DENIED` or 0.

        DENIED: a frame took a term back, so wording must speak the louder.
        """
        title = len(ticket.title)
        best, why, denied = 0, None, 0.0
        memo: Memo = {}
        for number, start, end in hits[:MANY]:
            danger = self._dangers[number]
            if danger.level <= best or " " in passage.text[start:end]:
                continue
            if not self._needed(danger, passage, start, end, memo):
                continue
            if end > title and not self._near_now(passage, start, end):
                continue
            if self._taken_back(danger, passage, start, end, memo):
                denied = DENIED
                continue
            best = danger.level
            why = f"{danger.danger}:“{_quote(ticket.text, passage.clause(start, end), start, end)}”"
            if best == len(LEVELS) - 1:
                break
        level: Urgency = "特急" if best == 2 else "紧急" if best == 1 else "一般"
        return (level, why), denied

    def _likely(self, text: str) -> tuple[float, float]:
        """As :meth:`_likelihoods`, of one folded text."""
        if self._weights is None:
            return UNTOLD, 0.0
        if len(text) > SHORT:
            return UNTOLD, UNTOLD
        urgent, guided = self._weights.of([text])[0, self._columns].tolist()
        return urgent, guided

    def _by_wording(self, ticket: Ticket, passage: Passage, hits: Sequence[Hit]) -> tuple[Urgency, str]:
        """Urgent where no pattern fits, for the class most terms speak of and the clause with most weight; the reason
        begins with :data:`GUESSED`."""
        classes = [self._dangers[number].danger for number, _, _ in hits[:MANY]] or [CLASSES[-1]]
        clauses = sorted({passage.clause(at, at + 1) for at in range(0, len(passage.text), 4)})
        assert self._weights is not None
        weights = self._weights.of([passage.text[start:end] for start, end in clauses])[:, self._columns[0]]
        heavy = clauses[int(np.argmax(weights.round(9)))]  # the first of those that weigh the same
        name = max(CLASSES, key=classes.count)
        return "紧急", f"{GUESSED}{name}:“{_quote(ticket.text, heavy, *heavy)}”"

    def explain(self, ticket: Ticket, hits: Sequence[Hit]) -> list[tuple[str, str, str]]:
        """(row, term, what took it back or "") of every hit; for people who edit the tables."""
        passage = self._without_stock(Passage(folded(ticket.text)))
        found = []
        for number, start, end in hits:
            danger = self._dangers[number]
            reason = "needs" if not self._needed(danger, passage, start, end, {}) else ""
            reason = reason or self._taken_back(danger, passage, start, end, {})
            found.append((danger.row_id, passage.text[start:end], reason))
        return found

    @property
    def stock_terms(self) -> list[str]:
        """The clerk's stock phrases, for the shared Scanner: a ticket without any is read as it stands."""
        return [said for said, _ in self._stock]

    def _without_stock(self, passage: Passage) -> Passage:
        """The folded text with the clerk's stock phrases (套话) blanked: they say nothing of the matter."""
        text = passage.text
        for said, blank in self._stock:
            if said in text:
                text = text.replace(said, blank)
        return Passage(text) if text is not passage.text else passage

    def _near_now(self, passage: Passage, start: int, end: int) -> bool:
        """In a long letter danger counts only in a sentence with a word of now; who calls for help is short."""
        if self._now is None or len(passage.text) <= LONG:
            return True
        one, two = passage.sentence(start, end)
        return self._now.search(passage.text, one, two) is not None

    @staticmethod
    def _needed(danger: Danger, passage: Passage, start: int, end: int, memo: Memo) -> bool:
        if danger.needs is None and danger.unless is None:
            return True
        one, two = window(passage, danger.window, start, end)
        if danger.reads_no_letters and len(passage.text) > SHORT:
            return False
        if len(passage.text) > LONG:
            one, two = max(one, start - LETTER_REACH), min(two, end + LETTER_REACH)
        key = (danger.row_id, one, two)
        found = memo.get(key)
        if found is None:
            found = danger.needs is None or danger.needs.search(passage.text, one, two) is not None
            found = found and (danger.unless is None or not danger.unless.search(passage.text, one, two))
            memo[key] = found
        return found

    def _taken_back(self, danger: Danger, passage: Passage, start: int, end: int, memo: Memo) -> str:
        """Name of the first frame that takes the term back, or ""; ``memo`` keeps what was found per window."""
        frames = self._frames_of.get(danger.row_id)
        if frames is None:
            frames = self._frames_of[danger.row_id] = [
                frame
                for frame in self._frames
                if frame.name not in danger.free
                and danger.danger not in frame.never
                and (not frame.only or danger.danger in frame.only)
            ]
        spans: dict[str, tuple[int, int]] = {}
        for frame in frames:
            if holds(frame, passage, start, end, memo, spans):
                return frame.name
        return ""


WEIGHT: Final = "紧急"
GUIDED: Final = "引导"
"""The columns of ``urgent_weights.csv``: danger, and asking for what only another channel can give. The same words of
quarrel and despair stand in both; wording alone makes a text urgent only when the first is the likelier."""


def _quarrel(likely: Any, guided: Any) -> Any:
    """Whether wording asks for another channel rather than for help: then no word of danger is meant as one."""
    return (guided > likely) & (guided > EVEN) & (likely < EVEN)


def _quote(text: str, span: tuple[int, int], start: int, end: int) -> str:
    one, two = span
    if two - one > QUOTE:
        one = max(one, start - QUOTE // 2)
        two = max(min(two, one + QUOTE), end)
    return text[one:two].strip()

"""The classifier (分类器): tickets in, probabilities over the taxonomy with evidence out.

Without a trained model the lexicon decides (:mod:`classify.fastpath`). The numbers in :data:`RULES` were set by
reasoning on what a point means, not fitted on labels.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

import numpy as np

from classify.compiling import compile_tables
from classify.fastpath import classify_texts, explain_texts, score_texts, soften
from classify.features import add_mass
from classify.hits import find_hits, signs_of
from classify.lexicon import NEAR, Lexicon
from classify.matters import cut, second_matters, turns
from classify.tables import Answers, LexiconHits, Rules, room
from classify.taxonomy import OUTSIDE, Taxonomy
from classify.ticket import ModelError, Ticket
from classify.trie import Array, Encoded, build_trie, encode_tickets

RULES: Final = Rules(
    title=2.2,
    near=NEAR,
    from_parent=0.6,
    parent_alone=0.35,
    temperature=1.8,
    growth=60.0,
    leading=1.5,
    full=10.0,
    location=0.4,
    detail=2.0,
    clear=1.5,
)
"""A title names the matter, so it counts double and a bit; a first-level word says less than one of the class; the
content's points saturate at about ten, two or three clear terms, since long letters mention many things.
A third level is said when one clear term speaks for it and half as much again as for any other."""

SURE: Final = 0.5
"""Least probability of the second level from which a third one is named below it [P]."""

_FIELDS: Final = ("content", "title")


class Decider(Protocol):
    """What :class:`Classifier` asks of a learned model; see ``classify.learned.LabelModel``."""

    @property
    def kind(self) -> str:
        """``codes`` or ``labels``."""

    @property
    def hash(self) -> str:
        """Of the folder's content."""

    @property
    def auto(self) -> float | None:
        """Least probability of the lane auto, or None."""

    def decide(self, buffer: Array, offsets: Array, shifts: Array, lexicon: Array, mass: Array) -> Array:
        """Probabilities (n, codes)."""

    def gram_spans(
        self, buffer: Array, offsets: Array, shifts: Array, winners: Sequence[str]
    ) -> list[list[tuple[int, int, float]]]:
        """Stretches (start, end, weight) of each text that spoke for its winner."""


class Guess(NamedTuple):
    """A category code with its probability."""

    code: str
    probability: float


class Span(NamedTuple):
    """A stretch of ``title`` or ``content`` (``field``), code points, end exclusive, that gave ``weight`` points."""

    field: str
    start: int
    end: int
    text: str
    weight: float


class Prediction(NamedTuple):
    """What the classifier says of one ticket.

    ``alternatives`` are the next three; ``second`` is another matter in the same ticket, or None; ``lead`` the distance
    of the winner to the next in probability; ``outside`` says that no category fits; ``xinfang`` is the path in the
    public petition label system, or None, and ``xinfang_probability`` its first level's share; ``detail`` the code
    of the third-level category below the winner that the text clearly speaks for, or None.
    """

    category: Guess
    alternatives: tuple[Guess, ...]
    second: Guess | None
    evidence: tuple[Span, ...]
    lead: float
    outside: bool
    xinfang: tuple[str, ...] | None = None
    xinfang_probability: float = 0.0
    detail: str | None = None


class Classifier:
    """Lexicon and taxonomy compiled once; :meth:`predict` is pure and batch-first."""

    def __init__(self, taxonomy: Taxonomy, lexicon: Lexicon, model: Decider | None = None) -> None:
        self.taxonomy, self.lexicon, self.model = taxonomy, lexicon, model
        self.columns: list[str] = taxonomy.codes(2)
        self.tables, words, self._paths, self._details = compile_tables(taxonomy, lexicon)
        self.trie, self._sign_of = signs_of(build_trie(words), self.tables.sign)
        name = f"lexicon-{lexicon.hash}-{taxonomy.hash}"
        if model is not None and model.kind != "codes":
            raise ModelError("这个模型的标签不是本分类体系的代码,只能用于 predict,不能用于分派", value=model.kind)
        self.versions = {"model": f"{model.hash}+{name}" if model is not None else name}
        self.thresholds = {"auto": model.auto} if model is not None and model.auto is not None else None

    @property
    def terms(self) -> list[str]:
        """Terms for the shared scanner: none, :mod:`classify.hits` scans the text itself, compiled."""
        return []

    def predict(self, tickets: Sequence[Ticket], encoded: Encoded | None = None) -> list[Prediction]:
        """One prediction a ticket, in order. ``encoded``: the tickets' texts, where they are encoded already."""
        if not tickets:
            return []
        encoded = encoded or encode_tickets(tickets)
        texts, buffer, offsets, shifts = encoded
        answers = self.arrays(encoded)
        extra: list[list[tuple[int, int, float]]] | None = None
        if self.model is not None:
            extra = self.model.gram_spans(buffer, offsets, shifts, [self.columns[top] for top in answers.tops[:, 0]])
        collecting = gc.isenabled()
        gc.disable()  # thousands of small tuples at once, none of them in a cycle
        try:
            return self._predictions(texts, shifts, answers, extra, self._seconds(encoded, answers))
        finally:
            if collecting:
                gc.enable()

    def arrays(self, encoded: Encoded) -> Answers:
        """What :meth:`predict` says, as arrays and without an object a ticket; columns are those of :attr:`columns`."""
        texts, buffer, offsets, shifts = encoded
        answers = room(len(texts))
        found = self.hits(buffer, offsets, shifts)
        if self.model is None:
            classify_texts(found, shifts, self.tables, RULES, answers)
            return answers
        lexicon, paths, points = self._probabilities(found, shifts)
        chances = self.model.decide(buffer, offsets, shifts, lexicon, self.level_mass(lexicon, paths))
        chances = np.ascontiguousarray(chances, np.float32)
        explain_texts(found, shifts, self.tables, RULES, chances, paths, points, answers)
        return answers

    def _seconds(self, encoded: Encoded, answers: Answers) -> dict[int, Guess]:
        """Second matters by number of the ticket, see :mod:`classify.matters`."""
        _, buffer, offsets, shifts = encoded
        rows, parts, ends, titles = cut(buffer, offsets, shifts, turns(buffer, offsets, shifts))
        if len(rows) == 0:
            return {}
        read = room(len(titles))
        hits = self.hits(parts, ends, titles)
        classify_texts(hits, titles, self.tables, RULES, read)
        found = second_matters(read.tops, read.chances, read.points, answers.tops[rows, 0], self.columns)
        return {
            row: Guess(self.columns[one[0]], round(one[1], 6))
            for row, one in zip(rows.tolist(), found, strict=True)
            if one is not None
        }

    def _predictions(
        self,
        texts: list[str],
        shifts: Array,
        answers: Answers,
        extra: list[list[tuple[int, int, float]]] | None,
        seconds: dict[int, Guess],
    ) -> list[Prediction]:
        known, details = self._paths, self._details
        codes = np.array(self.columns, object)[answers.tops]
        shares = answers.chances.astype(np.float64).round(6)
        width = codes.shape[1]
        guesses: list[Guess] = list(map(_guess, zip(codes.ravel().tolist(), shares.ravel().tolist(), strict=True)))
        evidence = _evidence(texts, shifts[:, None], answers)
        rows = zip(
            range(0, len(guesses), width),
            evidence,
            answers.path.tolist(),
            answers.share.astype(np.float64).round(6).tolist(),
            answers.detail.tolist(),
            strict=True,
        )
        found = []
        for number, (at, spans, path, share, detail) in enumerate(rows):
            best, other, third, fourth = guesses[at : at + 4]
            none = best[0] == OUTSIDE
            crossed = known[path] if path >= 0 and not none else None
            below = details[detail] if detail >= 0 and best[1] >= SURE else None
            if below is not None and crossed and below.path and below.path[0] == crossed[0]:
                crossed = below.path
            if extra and extra[number]:
                spans = _with_grams(spans, int(shifts[number]), texts[number], extra[number])
            found.append(
                _prediction(
                    (
                        best,
                        (other, third, fourth),
                        seconds.get(number),
                        spans,
                        best[1] - other[1],
                        none,
                        crossed,
                        share,
                        below.code if below is not None else None,
                    )
                )
            )
        return found

    def hits(self, buffer: Array, offsets: Array, shifts: Array) -> LexiconHits:
        """The lexicon's hits in texts encoded by ``trie.encode``; ``shifts`` is where contents start."""
        return find_hits(buffer, offsets, shifts, self.trie, self._sign_of, self.tables, RULES)

    def probabilities(self, buffer: Array, offsets: Array, shifts: Array) -> tuple[Array, Array, Array]:
        """Probabilities, crosswalk paths and raw points, each (n, classes), of texts encoded by ``trie.encode``."""
        return self._probabilities(self.hits(buffer, offsets, shifts), shifts)

    def _probabilities(self, found: LexiconHits, shifts: Array) -> tuple[Array, Array, Array]:
        n = len(shifts)
        scores = np.zeros((n, len(self.columns)), np.float32)
        paths = np.empty((n, len(self.columns)), np.int16)
        score_texts(found, shifts, self.tables, RULES, scores, paths)
        points = scores.copy()
        soften(scores, RULES)
        return scores, paths, points

    @property
    def levels(self) -> list[str]:
        """First-level names of the outside label system, in the order of :meth:`level_mass`."""
        return list(dict.fromkeys(path[0] for path in self._paths))

    def level_mass(self, probabilities: Array, paths: Array) -> Array:
        """Probability (n, levels) that falls to each first level of the outside label system."""
        mass = np.zeros((len(probabilities), len(self.levels)), np.float32)
        add_mass(probabilities, paths, self.tables.first_of_path, mass)
        return mass


_guess: Callable[[tuple[str, float]], Guess] = partial(tuple.__new__, Guess)
_span: Callable[[tuple[str, int, int, str, float]], Span] = partial(tuple.__new__, Span)
_prediction: Callable[[tuple[object, ...]], Prediction] = partial(tuple.__new__, Prediction)
"""Named tuples without the detour through their own ``__new__``, which costs more than the tuple."""


def _evidence(texts: list[str], shifts: Array, answers: Answers) -> list[tuple[Span, ...]]:
    """The spans of every text, those of the title or the content alone; ``shifts`` (n, 1)."""
    starts, ends = answers.spans[:, :, 0], answers.spans[:, :, 1]
    in_title = (starts >= 0) & (ends < shifts)
    kept = in_title | (starts >= shifts)
    back = np.where(in_title, 0, shifts)[kept]
    rows = np.nonzero(kept)[0].tolist()
    one, two = starts[kept], ends[kept]
    words = [texts[row][start:end] for row, start, end in zip(rows, one.tolist(), two.tolist(), strict=True)]
    fields = [_FIELDS[flag] for flag in in_title[kept].tolist()]
    weights = answers.given[kept].astype(np.float64).round(4).tolist()
    places = zip(fields, (one - back).tolist(), (two - back).tolist(), words, weights, strict=True)
    spans = list(map(_span, places))
    marks = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(kept.sum(axis=1), out=marks[1:])
    return [tuple(spans[start:end]) for start, end in pairwise(marks.tolist())]


def _with_grams(
    spans: tuple[Span, ...], shift: int, text: str, extra: list[tuple[int, int, float]]
) -> tuple[Span, ...]:
    """``spans`` with stretches (start, end, weight) of the text that a learned model adds, where none stands yet."""
    found = list(spans)
    for start, end, weight in extra:
        name, back = ("title", 0) if end < shift else ("content", shift)
        if not any(name == span.field and start - back < span.end and span.start < end - back for span in found):
            found.append(Span(name, start - back, end - back, text[start:end], weight))
    return tuple(found)

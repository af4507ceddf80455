"""A learned model (训练出的模型): a linear model over :mod:`classify.features`, loaded from a folder and applied.

Kinds: ``labels`` is a model over any label set, ``codes`` has our codes as labels. Either goes down level by level, see
:mod:`classify.steps`. Codes that it never saw in training are left to the lexicon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from classify.descent import Descent, Joint, Leaves, join_levels, joint_of, leaves_of, spread
from classify.features import Weights
from classify.folder import load_folder
from classify.grams import explain_grams, read_grams
from classify.lexicon import Lexicon
from classify.model import Classifier
from classify.steps import Step
from classify.taxonomy import Taxonomy
from classify.ticket import ModelError, Ticket
from classify.trie import Array, encode_tickets, plane

BATCH: Final = 500
"""Tickets at once: what is computed of them stays in the cache."""
_ALTERNATIVES: Final = 3
_STRETCHES: Final = 3
"""Stretches of a text that are shown as evidence of its grams."""


def softmax(scores: Array) -> Array:
    """Row-wise softmax, in double precision."""
    scores = scores.astype(np.float64)
    moved = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(moved / moved.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class LabelModel:
    """A model ready to predict. ``auto`` is the least probability of the lane auto, or None: no ticket goes there."""

    kind: str
    labels: tuple[str, ...]
    steps: tuple[Step, ...]
    auto: float | None
    classifier: Classifier
    hash: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)

    def probabilities(self, tickets: Sequence[Ticket]) -> Array:
        """(n, labels) probabilities, columns as in :attr:`labels`."""
        if not tickets:
            return np.zeros((0, len(self.labels)), np.float32)
        _, buffer, offsets, shifts = encode_tickets(tickets)
        lexicon, paths, _ = self.classifier.probabilities(buffer, offsets, shifts)
        parts = self._parts(buffer, offsets, shifts, lexicon, self.classifier.level_mass(lexicon, paths))
        return spread(self._join(parts, lexicon), parts, self._leaves) if self.kind == "codes" else parts[-1]

    @cached_property
    def _descent(self) -> Descent:
        return Descent(self.steps, len(self.classifier.columns))

    @cached_property
    def _joint(self) -> Joint:
        return joint_of(self.classifier.columns, self.steps[0].labels, self.steps[1].labels)

    @cached_property
    def _leaves(self) -> Leaves:
        return leaves_of(self.classifier.columns, self.steps)

    def decide(self, buffer: Array, offsets: Array, shifts: Array, lexicon: Array, mass: Array) -> Array:
        """Probabilities of the second-level codes, or of the labels where they are not ours (n, codes or labels).

        ``lexicon`` (n, columns) and ``mass`` (n, outside levels) are what the lexicon says.
        """
        parts = self._parts(buffer, offsets, shifts, lexicon, mass)
        return self._join(parts, lexicon) if self.kind == "codes" else parts[-1]

    def _parts(self, buffer: Array, offsets: Array, shifts: Array, lexicon: Array, mass: Array) -> list[Array]:
        weights = self.steps[0].weights
        return self._descent.down(lexicon, mass, read_grams(buffer, offsets, shifts, weights.row_of, weights.idf))

    def _join(self, parts: Sequence[Array], lexicon: Array) -> Array:
        chances = np.empty_like(lexicon)
        join_levels(parts[0], parts[1], lexicon, self._joint, chances)
        return chances

    def gram_spans(
        self, buffer: Array, offsets: Array, shifts: Array, winners: Sequence[str]
    ) -> list[list[tuple[int, int, float]]]:
        """Stretches (start, end, weight) of each text whose grams spoke most for its winner; none for unseen codes."""
        first, place = self.steps[0], {label: index for index, label in enumerate(self.steps[0].labels)}
        columns = np.array([place.get(label[:2] if self.kind == "codes" else label, -1) for label in winners], np.int64)
        spans = np.empty((len(columns), _STRETCHES, 2), np.int64)
        given = np.empty((len(columns), _STRETCHES))
        explain_grams(buffer, offsets, shifts, plane(), columns, first.weights.row_of, first.gains, spans, given)
        return [
            [(start, end, weight) for (start, end), weight in zip(places, weights, strict=True) if start >= 0]
            for places, weights in zip(spans.tolist(), given.tolist(), strict=True)
        ]


def load_model(folder: Path | str, taxonomy: Taxonomy | None = None, lexicon: Lexicon | None = None) -> LabelModel:
    """Read a model folder; ModelError when it was changed, is of another version or for another taxonomy."""
    taxonomy = taxonomy or Taxonomy.load()
    arrays, manifest, digest = load_folder(Path(folder), taxonomy.hash)
    classifier = Classifier(taxonomy, lexicon or Lexicon.load(None, taxonomy))
    try:
        steps = tuple(_step(arrays, at, held) for at, held in enumerate(manifest["steps"]))
        kind = manifest["kind"]
        return LabelModel(
            kind=kind,
            labels=leaves_of(classifier.columns, steps).labels if kind == "codes" else steps[-1].labels,
            steps=steps,
            auto=manifest["auto"],
            classifier=classifier,
            hash=digest,
            manifest=manifest,
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ModelError("模型清单与权重对不上", value=str(error)[:60]) from error


def _step(arrays: dict[str, Array], at: int, held: dict[str, Any]) -> Step:
    weights = Weights(*(arrays[f"step{at}_{part}"] for part in Weights._fields))
    labels, table, parents = tuple(held["labels"]), arrays[f"step{at}_table"], arrays[f"step{at}_parents"]
    if {weights.grams.shape[1], len(weights.bias), table.shape[1], len(parents)} != {len(labels)}:
        raise ValueError("标签数与权重列数不同")
    if not np.array_equal(weights.row_of, arrays["step0_row_of"]) or weights.row_of.max() >= len(weights.idf):
        raise ValueError("各级的字片不同")
    calibration = (float(held[name]) for name in ("ratio", "sharpness", "floor"))
    return Step(labels, parents, weights, table, *calibration)


def predict_labels(model: LabelModel, tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """One dict a ticket: ticket_no, predicted, probability, alternatives (label, probability), lane auto or review."""
    return list(iterate_labels(model, tickets))


def iterate_labels(model: LabelModel, tickets: Sequence[Ticket]) -> Iterator[dict[str, Any]]:
    """:func:`predict_labels`, a batch at a time."""
    for start in range(0, len(tickets), BATCH):
        part = tickets[start : start + BATCH]
        chances = model.probabilities(part)
        order = np.argsort(-chances, axis=1, kind="stable")[:, : _ALTERNATIVES + 1]
        best = np.round(np.take_along_axis(chances, order, axis=1).astype(float), 4).tolist()
        for ticket, places, values in zip(part, order.tolist(), best, strict=True):
            names = [model.labels[place] for place in places]
            yield {
                "ticket_no": ticket.ticket_no,
                "predicted": names[0],
                "probability": values[0],
                "alternatives": [
                    {"label": name, "probability": value} for name, value in zip(names[1:], values[1:], strict=True)
                ],
                "lane": "auto" if model.auto is not None and values[0] >= model.auto else "review",
            }

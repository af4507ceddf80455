"""A learned model (训练出的模型): a linear model over :mod:`classify.features`, loaded from a folder and applied.

Kinds: ``labels`` is a flat model over any label set; ``codes`` has our codes as labels and two steps, first level and
then the codes of the likely first levels. What it never saw in training is left to the lexicon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from classify.features import Weights, evidence_of, explain_grams, score_grams
from classify.folder import load_folder
from classify.lexicon import Lexicon
from classify.model import Classifier
from classify.taxonomy import Taxonomy
from classify.ticket import ModelError, Ticket
from classify.trie import Array, encode_tickets, plane

BATCH: Final = 500
"""Tickets at once: what is computed of them stays in the cache."""
_ALTERNATIVES: Final = 3
_LONGEST_RUN: Final = 8


def calibrate(scores: Array, sharpness: float, floor: float) -> Array:
    """Scores to probabilities: softmax of ``sharpness`` times the scores, with a share ``floor`` spread over all.

    The floor stands for labels that are simply wrong or a matter of taste; without it the surest are said too surely.
    """
    chances = softmax(scores * sharpness)
    return np.asarray(chances * (1.0 - floor) + floor / max(1, chances.shape[1]))


def softmax(scores: Array) -> Array:
    """Row-wise softmax, in double precision."""
    scores = scores.astype(np.float64)
    moved = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(moved / moved.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Linear:
    """Weights with the labels of their columns and what calibrates them, see :func:`calibrate`."""

    labels: tuple[str, ...]
    weights: Weights
    sharpness: float
    floor: float = 0.0

    def scores(self, buffer: Array, offsets: Array, shifts: Array, evidence: Array) -> Array:
        """Decision values (n, labels)."""
        one = self.weights
        # double precision: a batch of one and a batch of many must give the same four places
        dense = evidence.astype(np.float64) @ one.dense.astype(np.float64) + one.bias
        scores = np.ascontiguousarray(dense, np.float32)
        score_grams(buffer, offsets, shifts, plane(), evidence, one.row_of, one.idf, one.grams, scores)
        return scores


@dataclass(frozen=True)
class LabelModel:
    """A model ready to predict. ``auto`` is the least probability of the lane auto, or None: no ticket goes there."""

    kind: str
    labels: tuple[str, ...]
    first: Linear
    second: Linear | None
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
        return self.decide(buffer, offsets, shifts, lexicon, self.classifier.level_mass(lexicon, paths))

    def decide(self, buffer: Array, offsets: Array, shifts: Array, lexicon: Array, mass: Array) -> Array:
        """As :meth:`probabilities`, from the lexicon's probabilities and outside levels' mass."""
        evidence = evidence_of(lexicon, mass)
        first = calibrate(self.first.scores(buffer, offsets, shifts, evidence), self.first.sharpness, self.first.floor)
        if self.second is None:
            return first
        scores = self.second.scores(buffer, offsets, shifts, evidence) * self.second.sharpness
        return merge_levels(self.labels, self.first.labels, self.second.labels, first, scores, lexicon)

    def gram_spans(
        self, buffer: Array, offsets: Array, shifts: Array, winners: Sequence[str]
    ) -> list[list[tuple[int, int, float]]]:
        """Stretches (start, end, weight) of each text whose grams spoke most for its winner; none for unseen codes."""
        place = {label: index for index, label in enumerate(self.first.labels)}
        columns = np.array([place.get(label[:2] if self.second else label, -1) for label in winners], np.int64)
        worth = np.zeros(int(offsets[-1]), np.float32)
        one = self.first.weights
        explain_grams(buffer, offsets, shifts, plane(), np.maximum(columns, 0), one.row_of, one.idf, one.grams, worth)
        answer = []
        for row, column in enumerate(columns):
            start, end = int(offsets[row]), int(offsets[row + 1])
            answer.append(_runs(worth[start:end]) if column >= 0 else [])
        return answer


def _runs(worth: Array, most: int = 3) -> list[tuple[int, int, float]]:
    """The best stretches of two to eight characters that are worth at least a good half of the best character."""
    if len(worth) == 0 or worth.max() <= 0:
        return []
    good = worth >= 0.5 * worth.max()
    found, start = [], None
    for at in range(len(worth) + 1):
        inside = at < len(worth) and good[at]
        if inside and start is None:
            start = at
        elif start is not None and (not inside or at - start == _LONGEST_RUN):
            if at - start >= 2:
                found.append((start, at, round(float(worth[start:at].sum()), 4)))
            start = None
    return sorted(found, key=lambda run: (-run[2], run[0]))[:most]


def merge_levels(
    codes: Sequence[str], firsts: Sequence[str], seen: Sequence[str], first: Array, scores: Array, lexicon: Array
) -> Array:
    """Probabilities of all ``codes``: first level times code within it; unseen codes keep the lexicon's share."""
    answer = np.zeros((len(first), len(codes)))
    lexicon = lexicon.astype(np.float64)
    column = {code: index for index, code in enumerate(codes)}
    for index, parent in enumerate(firsts):
        inside = [place for place, code in enumerate(seen) if code[:2] == parent]
        if inside:
            share = softmax(scores[:, inside]) * first[:, [index]]
            answer[:, [column[seen[place]] for place in inside]] = share
        else:
            children = [place for place, code in enumerate(codes) if code[:2] == parent]
            share = lexicon[:, children] + 1e-9
            answer[:, children] = share / share.sum(axis=1, keepdims=True) * first[:, [index]]
    known = set(seen)
    unseen = [place for place, code in enumerate(codes) if code not in known]
    left = lexicon[:, unseen].sum(axis=1, keepdims=True)
    answer *= 1.0 - left
    answer[:, unseen] += lexicon[:, unseen]
    return np.asarray(answer / answer.sum(axis=1, keepdims=True))


def load_model(folder: Path | str, taxonomy: Taxonomy | None = None, lexicon: Lexicon | None = None) -> LabelModel:
    """Read a model folder; ModelError when it was changed, is of another version or for another taxonomy."""
    taxonomy = taxonomy or Taxonomy.load()
    arrays, manifest, digest = load_folder(Path(folder), taxonomy.hash)
    classifier = Classifier(taxonomy, lexicon or Lexicon.load(None, taxonomy))
    try:
        first = _linear(arrays, manifest, "first")
        second = _linear(arrays, manifest, "second") if "second" in manifest else None
        return LabelModel(
            kind=manifest["kind"],
            labels=tuple(classifier.columns) if second else first.labels,
            first=first,
            second=second,
            auto=manifest["auto"],
            classifier=classifier,
            hash=digest,
            manifest=manifest,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("模型清单与权重对不上", value=str(error)[:60]) from error


def _linear(arrays: dict[str, Array], manifest: dict[str, Any], name: str) -> Linear:
    weights = Weights(*(arrays[f"{name}_{part}"] for part in Weights._fields))
    labels = tuple(manifest[name]["labels"])
    if weights.grams.shape[1] != len(labels) or len(weights.bias) != len(labels):
        raise ValueError("标签数与权重列数不同")
    return Linear(labels, weights, float(manifest[name]["sharpness"]), float(manifest[name].get("floor", 0.0)))


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

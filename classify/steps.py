"""Steps (逐级) of a learned model: labels as paths, a linear model a level, each leaning on the lexicon.

A label is a path: our codes go down two digits at a time, outside labels at ``/`` or ``>`` when nearly all have one,
and any other label is a path of length one. The probability of a label is the product of its levels'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from classify.features import Weights
from classify.trie import Array

PRIOR_WEIGHT: Final = 2.0
"""Scale of the lexicon's opinion among the features: what it knows costs little regularisation."""

DOUBT: Final = 0.12
"""Share of the lexicon's opinion that is spread over all labels: it may be silent on a matter, never certain."""

SEPARATORS: Final = ("/", "／", ">", "＞", "→")
_PATHS: Final = 0.9
DEEPEST: Final = 3


@dataclass(frozen=True)
class Tree:
    """How labels are cut into levels. ``separator`` None: a label is one level; ``digits``: our codes."""

    separator: str | None = None
    digits: bool = False
    depth: int = 1

    @classmethod
    def of(cls, labels: Sequence[str], codes: bool) -> Tree:
        """The tree of a label set; ``codes`` says that they are ours, of four digits or of six."""
        if codes:
            return cls(digits=True, depth=DEEPEST if any(len(label) > 4 for label in labels) else 2)
        for mark in SEPARATORS:
            inside = [label.count(mark) for label in labels]
            if labels and sum(count > 0 for count in inside) >= _PATHS * len(labels):
                tree = cls(mark, depth=min(DEEPEST, 1 + max(inside)))
                if len({tree.cut(label, 0) for label in labels}) < len(set(labels)):
                    return tree
        return cls()

    def cut(self, label: str, level: int) -> str:
        """The part of ``label`` down to ``level`` (0 is the first); the whole label where it ends before."""
        if self.digits:
            return label[: 2 * (level + 1)]
        if self.separator is None or level >= self.depth - 1:
            return label
        return self.separator.join(label.split(self.separator)[: level + 1])


@dataclass(frozen=True)
class Step:
    """One level. ``parents`` (labels,), never falling: each label's place among those of the level above, or 0.

    ``table`` (lexicon columns + outside levels, labels) turns what the lexicon says into an opinion on the labels;
    ``ratio`` says how much it counts beside the scores; ``sharpness`` and ``floor`` calibrate, see :func:`chances_of`.
    """

    labels: tuple[str, ...]
    parents: Array
    weights: Weights
    table: Array
    ratio: float = 1.0
    sharpness: float = 1.0
    floor: float = 0.0

    @cached_property
    def gains(self) -> Array:
        """What a gram says for each label against the mean of all, (labels, rows + 1); the last row says nothing."""
        weights = self.weights
        said = (weights.grams - weights.grams.mean(axis=1, keepdims=True)).T * weights.idf
        return np.ascontiguousarray(np.pad(said, ((0, 0), (0, 1))))

    def features(self, evidence: Array, said: Array) -> tuple[Array, Array]:
        """Dense inputs, and the log of the lexicon's opinion, of what :func:`said_of` gives."""
        opinion = opinion_of(said, self.table, self.parents)
        return np.hstack([evidence, PRIOR_WEIGHT * opinion]).astype(np.float32), log_of(opinion, self.parents)


def said_of(lexicon: Array, mass: Array) -> Array:
    """What the lexicon says (n, columns + outside levels), in double precision."""
    return np.hstack([lexicon, mass]).astype(np.float64)


def opinion_of(said: Array, table: Array, parents: Array) -> Array:
    """The lexicon's opinion (n, labels), one within each parent."""
    return within(said @ table.astype(np.float64) + 1e-9, parents)


def log_of(opinion: Array, parents: Array) -> Array:
    """Logarithm of ``opinion`` with :data:`DOUBT` spread over the labels of each parent."""
    _, widths = _runs(parents)
    return np.asarray(np.log((1.0 - DOUBT) * opinion + DOUBT / np.repeat(widths, widths)))


def within(values: Array, parents: Array) -> Array:
    """``values`` divided by their sum within each parent; ``parents`` never falls."""
    starts, widths = _runs(parents)
    total = np.add.reduceat(values, starts, axis=1)
    return np.asarray(values / np.repeat(np.maximum(total, 1e-300), widths, axis=1))


def _runs(parents: Array) -> tuple[Array, Array]:
    starts = np.flatnonzero(np.diff(parents, prepend=-1))
    return starts, np.diff(starts, append=len(parents))


def chances_of(scores: Array, log_opinion: Array, step: Step) -> Array:
    """Scores and the lexicon's opinion to probabilities: a softmax within each parent.

    ``floor`` is a share spread over all labels: it stands for labels that are simply wrong or a matter of taste;
    without it the surest are said too surely.
    """
    return softmax_within(step.sharpness * (scores + step.ratio * log_opinion), step.parents, step.floor)


def softmax_within(scores: Array, parents: Array, floor: float = 0.0) -> Array:
    """Row-wise softmax within each parent, in double precision, with a share ``floor`` spread evenly."""
    scores = scores.astype(np.float64)
    starts, widths = _runs(parents)
    highest = np.repeat(np.maximum.reduceat(scores, starts, axis=1), widths, axis=1)
    return within(np.exp(scores - highest), parents) * (1.0 - floor) + floor / np.repeat(widths, widths)


def product(steps: Sequence[Step], parts: Sequence[Array]) -> Array:
    """Probabilities of the last level's labels from those of every level."""
    answer = parts[0]
    for step, part in zip(steps[1:], parts[1:], strict=True):
        answer = answer[:, step.parents] * part
    return np.asarray(answer)

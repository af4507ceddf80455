"""Fitting (拟合) the steps of a learned model: linear models that start from what the lexicon says of the labels.

The lexicon's opinion enters twice: as features, and as a prior added to the scores with a ratio chosen out of fold.
With few labels, or labels of another mix than the tickets to come, the model thus falls back to the lexicon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.svm import LinearSVC

from classify.features import Weights, by_frequency, weigh_grams
from classify.folds import folds_of
from classify.steps import PRIOR_WEIGHT, Step, Tree, chances_of, log_of, opinion_of, within
from classify.trie import Array

FLOORS: Final = (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06)
"""Shares of wrong labels that calibration may assume."""

RATIOS: Final = (0.2, 0.3, 0.45, 0.7, 1.0)
"""How much the lexicon's opinion may count beside the scores; never nothing, tickets to come may be of another mix."""

_COST: Final = 0.3
_LEAST_DF: Final = 2
_SMOOTH: Final = 1.0
_UNKNOWN: Final = -1.0
"""Score of a label that a fold's training part did not hold: what a machine says of what is not its own."""

TIE: Final = 0.002
"""Losses so near are the same; then the ratio that trusts the lexicon most is taken."""


@dataclass
class Sample:
    """Labelled tickets as features: gram counts, evidence, what the lexicon says; ``groups`` holds near-copies."""

    labels: list[str]
    counts: sparse.csr_matrix
    lexicon: Array
    evidence: Array
    said: Array
    groups: Array
    days: Array
    dropped: Counter[str] = field(default_factory=Counter)

    def part(self, rows: Array) -> Sample:
        """Only ``rows``."""
        labels = [self.labels[row] for row in rows]
        return Sample(
            labels,
            self.counts[rows],
            self.lexicon[rows],
            self.evidence[rows],
            self.said[rows],
            self.groups[rows],
            self.days[rows],
        )


class Known:
    """What the lexicon's columns mean in words: names of labels to rows of a :class:`classify.steps.Step`'s table."""

    LEAST: Final = 0.6
    """From this share of known names on, the names speak; below it the table is counted from the labelled tickets."""

    def __init__(self, names: dict[str, list[int]], columns: int) -> None:
        self.names, self.columns = names, columns

    def table(self, labels: Sequence[str]) -> Array | None:
        """The table (columns, labels) of label names, or None when too few are known."""
        rows = [self.names.get(label, []) for label in labels]
        if sum(map(bool, rows)) < self.LEAST * len(labels):
            return None
        table = np.zeros((self.columns, len(labels)), np.float32)
        for place, row in enumerate(rows):
            table[row, place] = 1.0
        return table


def fit_steps(sample: Sample, tree: Tree, known: Known, least: int) -> list[Step]:
    """A step a level; below the first, labels of fewer than ``least`` tickets are left out."""
    seen = np.asarray((sample.counts > 0).sum(axis=0)).ravel()
    kept = by_frequency(seen, min(_LEAST_DF, len(sample.labels)))
    row_of = np.full(sample.counts.shape[1], -1, np.int32)
    row_of[kept] = np.arange(len(kept))
    idf = (np.log((1 + len(sample.labels)) / (1 + seen[kept])) + 1).astype(np.float32)
    grams = weigh_grams(sample.counts, row_of, idf)
    steps: list[Step] = []
    above: dict[str, int] = {"": 0}
    for level in range(tree.depth):
        step = _fit_level(sample, tree, level, above, known, least, grams, row_of, idf)
        steps.append(step)
        above = {label: place for place, label in enumerate(step.labels)}
    return steps


def _fit_level(
    sample: Sample,
    tree: Tree,
    level: int,
    above: dict[str, int],
    known: Known,
    least: int,
    grams: sparse.csr_matrix,
    row_of: Array,
    idf: Array,
) -> Step:
    own = [tree.cut(label, level) for label in sample.labels]
    over = [tree.cut(label, level - 1) if level else "" for label in sample.labels]
    held = Counter(own)
    pairs = {(above[parent], label) for label, parent in zip(own, over, strict=True) if parent in above}
    labels = [(parent, label) for parent, label in sorted(pairs) if level == 0 or held[label] >= least]
    if not labels:  # nothing is frequent enough at this level: the level above stands for itself
        labels = sorted(pairs)
    names, parents = tuple(label for _, label in labels), np.array([parent for parent, _ in labels], np.int64)
    places = {label: place for place, label in enumerate(names)}
    truth = np.array([places.get(label, -1) for label in own], np.int64)
    table = known.table(names)
    if table is None:
        table, opinion = _counted(sample.said, truth, parents)
    else:
        opinion = opinion_of(sample.said, table, parents)
    dense = np.hstack([sample.evidence, PRIOR_WEIGHT * opinion]).astype(np.float32)
    inputs = sparse.hstack([grams, sparse.csr_matrix(dense)]).tocsr()
    coefficients = np.zeros((inputs.shape[1], len(names)), np.float32)
    bias = np.zeros(len(names), np.float32)
    for parent in np.unique(parents):
        inside = np.flatnonzero(parents == parent)
        rows = np.flatnonzero(np.isin(truth, inside))
        if len(inside) < 2 or len(np.unique(truth[rows])) < 2:
            continue
        coefficients[:, inside], bias[inside] = _linear(inputs[rows], truth[rows], inside)
    size = len(idf)
    weights = Weights(
        row_of, idf, np.ascontiguousarray(coefficients[:size]), np.ascontiguousarray(coefficients[size:]), bias
    )
    return Step(names, parents, weights, table)


def _counted(said: Array, truth: Array, parents: Array) -> tuple[Array, Array]:
    """The table counted from labelled tickets, and the opinion on each of them without its own label."""
    marked = np.zeros((len(said), len(parents)))
    rows = np.flatnonzero(truth >= 0)
    marked[rows, truth[rows]] = 1.0
    counts = said.T @ marked
    base = _SMOOTH / len(parents)
    total = counts.sum(axis=1)
    table = (counts + base) / (total[:, None] + _SMOOTH)
    share = said / np.maximum(total[None, :] - said * (truth >= 0)[:, None] + _SMOOTH, 1e-9)
    opinion = share @ (counts + base) - (share * said).sum(axis=1, keepdims=True) * marked
    return table.astype(np.float32), within(np.maximum(opinion, 0) + 1e-9, parents)


def _linear(inputs: sparse.csr_matrix, truth: Array, inside: Array) -> tuple[Array, Array]:
    """Coefficients (inputs, labels) and bias of one-against-rest machines; every label weighs the same."""
    machine = LinearSVC(C=_COST, random_state=0, max_iter=3000, tol=0.01, class_weight="balanced")
    machine.fit(inputs, truth)
    weights, bias = machine.coef_.T, machine.intercept_
    if len(machine.classes_) == 2:
        weights, bias = np.hstack([-weights, weights]), np.array([-bias[0], bias[0]])
    full, zero = np.zeros((inputs.shape[1], len(inside)), np.float32), np.full(len(inside), _UNKNOWN, np.float32)
    places = np.searchsorted(inside, machine.classes_)
    full[:, places], zero[places] = weights, bias
    return full, zero


def raw_scores(step: Step, counts: sparse.csr_matrix, evidence: Array, said: Array) -> tuple[Array, Array]:
    """Decision values and the log of the lexicon's opinion; the reference of ``Step.chances``."""
    dense, log_opinion = step.features(evidence, said)
    one = step.weights
    values = weigh_grams(counts, one.row_of, one.idf)
    return np.asarray(values @ one.grams + dense @ one.dense + one.bias), log_opinion


@dataclass(frozen=True)
class Unseen:
    """Out-of-fold scores of every level: of tickets that the step had not seen, in the order of ``labels``."""

    labels: list[tuple[str, ...]]
    parents: list[Array]
    scores: list[Array]
    opinions: list[Array]

    def chances(self, steps: Sequence[Step]) -> list[Array]:
        """Probabilities of every level with the calibration of ``steps``."""
        parts = []
        for at, step in enumerate(steps):
            like = replace(step, labels=self.labels[at], parents=self.parents[at])
            parts.append(chances_of(self.scores[at], self.opinions[at], like))
        return parts


def _named_or_silent(known: Known, step: Step) -> Array:
    """The table of a step where it comes from names; else one that says nothing."""
    table = known.table(step.labels)
    return np.zeros_like(step.table) if table is None else table


def out_of_fold(sample: Sample, tree: Tree, known: Known, least: int, whole: Sequence[Step]) -> Unseen:
    """Scores from grouped folds, columns as in the steps fitted on all (``whole``)."""
    folds = folds_of(sample.labels, sample.groups)
    labels, parents = [step.labels for step in whole], [step.parents for step in whole]
    scores = [np.full((len(sample.labels), len(step.labels)), _UNKNOWN) for step in whole]
    opinions = [
        log_of(opinion_of(sample.said, _named_or_silent(known, step), step.parents), step.parents) for step in whole
    ]
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        test = sample.part(outside)
        for at, step in enumerate(fit_steps(sample.part(inside), tree, known, least)):
            place = {label: number for number, label in enumerate(labels[at])}
            columns = np.array([number for number, label in enumerate(step.labels) if label in place], np.int64)
            found, opinion = raw_scores(step, test.counts, test.evidence, test.said)
            into = np.ix_(outside, np.array([place[step.labels[number]] for number in columns], np.int64))
            scores[at][into], opinions[at][into] = found[:, columns], opinion[:, columns]
    return Unseen(labels, parents, scores, opinions)


def calibrated(steps: Sequence[Step], unseen: Unseen, labels: Sequence[str], tree: Tree) -> list[Step]:
    """The steps with ratio, sharpness and floor that make out-of-fold probabilities most likely.

    The ratio is chosen with every label weighing the same, so that it holds for another mix too; sharpness and floor
    (first level only) are for the mix at hand. Below the first level the right parent is taken as known.
    """
    answer = []
    for at, step in enumerate(steps):
        place = {label: number for number, label in enumerate(unseen.labels[at])}
        truth = np.array([place.get(tree.cut(label, at), -1) for label in labels], np.int64)
        rows = np.flatnonzero(truth >= 0)
        several = np.bincount(step.parents)[step.parents] > 1
        rows = rows[several[truth[rows]]]
        if len(rows) == 0:
            answer.append(step)
            continue
        scores, opinion, right = unseen.scores[at][rows], unseen.opinions[at][rows], truth[rows]
        even = 1.0 / np.bincount(right)[right]
        found = [
            (_best(replace(step, ratio=ratio), scores, opinion, right, even / even.sum()), ratio) for ratio in RATIOS
        ]
        least = min(loss for (loss, _), _ in found)
        ratio = max(ratio for (loss, _), ratio in found if loss <= least + TIE)
        flat = np.full(len(rows), 1.0 / len(rows))
        best = (np.inf, 1.0, 0.0)
        for floor in FLOORS if at == 0 else FLOORS[:1]:
            loss, sharpness = _best(replace(step, ratio=ratio, floor=floor), scores, opinion, right, flat)
            best = min(best, (loss, sharpness, floor))
        answer.append(replace(step, ratio=ratio, sharpness=round(best[1], 4), floor=best[2]))
    return answer


def _best(step: Step, scores: Array, opinion: Array, right: Array, weight: Array) -> tuple[float, float]:
    """Least loss and the sharpness that gives it."""
    rows = np.arange(len(right))

    def loss(log_sharpness: float) -> float:
        chances = chances_of(scores, opinion, replace(step, sharpness=float(np.exp(log_sharpness))))
        return float(-(weight * np.log(np.maximum(chances[rows, right], 1e-12))).sum())

    found = minimize_scalar(loss, bounds=(-2.0, 1.5), method="bounded", options={"xatol": 0.02})
    return float(found.fun), float(np.exp(found.x))

"""Learning (训练) from labelled tickets: linear models over grams and the lexicon's evidence, calibrated out of fold.

The split is grouped: near-copies of a text never stand on both sides. Rare labels are left out openly and told in the
card. With our codes as labels the model has two steps, first level and code; any other label set is flat.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.svm import LinearSVC

from classify.card import write_card
from classify.features import Weights, count_grams, evidence_of, weigh_grams
from classify.folder import save_folder
from classify.learned import calibrate, merge_levels, softmax
from classify.lexicon import Lexicon
from classify.measures import measure
from classify.model import Classifier
from classify.taxonomy import Taxonomy
from classify.ticket import ModelError, Ticket
from classify.trie import Array, encode, plane

RARE: Final = 3
"""Fewer examples than this cannot stand in a fold of their own: the label is left out (codes: left to the lexicon)."""

MOST_LABELS: Final = 600
FOLDS: Final = 5
AUTO_PRECISION: Final = 0.97
"""What the lane auto promises (design, Lanes)."""

FLOORS: Final = (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06)
"""Shares of wrong labels that calibration may assume."""

_COST: Final = 0.5
_LEAST_DF: Final = 2
_OUR_CODES: Final = 0.8


@dataclass
class Sample:
    """Labelled tickets as features: gram counts, lexicon probabilities, evidence; ``groups`` holds near-copies."""

    labels: list[str]
    counts: sparse.csr_matrix
    lexicon: Array
    evidence: Array
    groups: Array
    days: Array
    dropped: Counter[str] = field(default_factory=Counter)

    def part(self, rows: Array) -> Sample:
        """Only ``rows``."""
        labels = [self.labels[row] for row in rows]
        return Sample(
            labels, self.counts[rows], self.lexicon[rows], self.evidence[rows], self.groups[rows], self.days[rows]
        )


@dataclass(frozen=True)
class Fitted:
    """One linear step: column labels and weights in the order of :class:`classify.features.Weights`."""

    labels: tuple[str, ...]
    weights: Weights

    def scores(self, counts: sparse.csr_matrix, evidence: Array) -> Array:
        """Decision values, the reference of ``features.score_grams``."""
        values = weigh_grams(counts, self.weights.row_of, self.weights.idf)
        return np.asarray(values @ self.weights.grams + evidence @ self.weights.dense + self.weights.bias)


def train_model(
    tickets: Sequence[Ticket],
    labels: Sequence[str],
    out: Path | str,
    taxonomy: Taxonomy | None = None,
    lexicon: Lexicon | None = None,
    target: str = "category",
) -> dict[str, Any]:
    """Fit, calibrate, measure and save a model folder at ``out``; returns the report that the manifest holds.

    ``labels`` go with ``tickets``; an empty one drops its ticket. ``target`` (category or owner) is only told in the
    card. ModelError when fewer than two labels have :data:`RARE` examples.
    """
    if len(tickets) != len(labels):
        raise ModelError("标签数与工单数不同", value=str(len(labels)), allowed=str(len(tickets)))
    taxonomy = taxonomy or Taxonomy.load()
    lexicon = lexicon or Lexicon.load(None, taxonomy)
    classifier = Classifier(taxonomy, lexicon)
    sample, codes = _sample(tickets, labels, classifier)
    oof, names = _out_of_fold(sample, classifier, codes)
    sharp_first, sharp_second, floor = oof.sharpness
    known = np.array([label in set(names) for label in sample.labels])
    truth = [label for label, keep in zip(sample.labels, known, strict=True) if keep]
    metrics = measure(truth, oof.probabilities[known], names)
    auto = _threshold(truth, oof.probabilities[known], names)
    metrics["auto"] = _lane(truth, oof.probabilities[known], names, auto)
    first, second = _fit(sample, codes)
    arrays = _arrays(first, "first") | (_arrays(second, "second") if second else {})
    manifest: dict[str, Any] = {
        "kind": "codes" if codes else "labels",
        "target": target,
        "taxonomy": taxonomy.hash,
        "lexicon": lexicon.hash,
        "data": _data_hash(tickets, labels),
        "tickets": len(sample.labels),
        "labels": dict(Counter(sample.labels).most_common()),
        "dropped": dict(sample.dropped),
        "auto": auto,
        "first": {"labels": list(first.labels), "sharpness": round(sharp_first, 4), "floor": floor},
        "metrics": metrics,
        "time_split": _newest_fifth(sample, classifier, codes),
        "versions": _versions(),
    }
    if second:
        manifest["second"] = {"labels": list(second.labels), "sharpness": round(sharp_second, 4)}
    save_folder(Path(out), arrays, manifest, write_card(manifest))
    return manifest


def _sample(tickets: Sequence[Ticket], labels: Sequence[str], classifier: Classifier) -> tuple[Sample, bool]:
    cleaned = [str(label).strip() if label is not None else "" for label in labels]
    dropped: Counter[str] = Counter()
    given = {label for label in cleaned if label}
    inside = {label for label in given if label in classifier.taxonomy and len(label) >= 4}
    codes = bool(given) and len(inside) >= _OUR_CODES * len(given)
    if codes:
        dropped["不在分类体系里的代码"] = sum(1 for label in cleaned if label and label not in inside)
        cleaned = [label[:4] if label in inside else "" for label in cleaned]
    empty = sum(1 for label in labels if label is None or not str(label).strip())
    if empty:
        dropped["标签为空"] = empty
    held = Counter(label for label in cleaned if label)
    frequent = {label for label, n in held.most_common(MOST_LABELS) if n >= RARE}
    kept = {code for code in held if code[:2] in {label[:2] for label in frequent}} if codes else frequent
    rare = sum(n for label, n in held.items() if label not in (frequent if not codes else kept))
    if rare:
        dropped[f"少于 {RARE} 条的标签"] = rare
    rows = [row for row, label in enumerate(cleaned) if label in kept]
    if len(frequent) < 2:
        allowed = f"至少两个标签,每个至少 {RARE} 条"
        raise ModelError("可学的标签不够", value=f"{len(frequent)} 个", allowed=allowed)
    chosen = [tickets[row] for row in rows]
    buffer, offsets = encode([ticket.text for ticket in chosen])
    shifts = np.array([len(ticket.title) + 1 for ticket in chosen], np.int64)
    probabilities, paths, _ = classifier.probabilities(buffer, offsets, shifts)
    sample = Sample(
        labels=[cleaned[row] for row in rows],
        counts=count_grams(buffer, offsets, shifts, plane()),
        lexicon=probabilities,
        evidence=evidence_of(probabilities, classifier.level_mass(probabilities, paths)),
        groups=group_copies([ticket.content or ticket.title for ticket in chosen]),
        days=np.array([ticket.received_at.timestamp() for ticket in chosen]),
        dropped=+dropped,
    )
    return sample, codes


def group_copies(texts: Sequence[str], window: int = 12, keep: int = 8, shared: int = 3) -> Array:
    """Group number of each text; texts that share ``shared`` of their ``keep`` smallest window hashes go together."""
    parent = list(range(len(texts)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    holders: dict[int, list[int]] = {}
    common: Counter[tuple[int, int]] = Counter()
    for row, text in enumerate(texts):
        letters = "".join(char for char in text if char.isalnum())
        windows = {letters[at : at + window] for at in range(max(1, len(letters) - window + 1))}
        hashes = sorted(int.from_bytes(hashlib.blake2b(w.encode(), digest_size=8).digest()) for w in windows)[:keep]
        for value in hashes:
            others = holders.setdefault(value, [])
            for other in others[-20:]:
                common[(other, row)] += 1
            others.append(row)
        if len(windows) < shared and hashes and len(holders[hashes[0]]) > 1:
            common[(holders[hashes[0]][0], row)] += shared
    for (one, other), count in common.items():
        if count >= shared:
            parent[root(one)] = root(other)
    return np.array([root(row) for row in range(len(texts))])


def folds_of(labels: Sequence[str], groups: Array, folds: int = FOLDS) -> Array:
    """Fold of each row: whole groups, labels spread evenly, the same for the same input."""
    answer = np.zeros(len(labels), np.int64)
    held: dict[str, list[int]] = {}
    sizes = Counter(groups.tolist())
    members: dict[int, list[int]] = {}
    for row, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(row)
    for group in sorted(members, key=lambda one: (-sizes[one], one)):
        label = labels[members[group][0]]
        filled = held.setdefault(label, [0] * folds)
        fold = min(range(folds), key=lambda one: (filled[one], (one + len(label)) % folds))
        filled[fold] += sizes[group]
        answer[members[group]] = fold
    return answer


@dataclass(frozen=True)
class _Folded:
    probabilities: Array
    sharpness: tuple[float, float, float]


def _out_of_fold(sample: Sample, classifier: Classifier, codes: bool) -> tuple[_Folded, list[str]]:
    folds = folds_of(sample.labels, sample.groups)
    firsts = _first_labels(sample, codes)
    seconds = _second_labels(sample) if codes else []
    first_scores = np.full((len(sample.labels), len(firsts)), -2.0)
    second_scores = np.full((len(sample.labels), len(seconds)), -2.0)
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        rest = sample.part(inside)
        test = sample.part(outside)
        first, second = _fit(rest, codes)
        first_scores[np.ix_(outside, _places(first.labels, firsts))] = first.scores(test.counts, test.evidence)
        if second:
            places = _places(second.labels, seconds)
            second_scores[np.ix_(outside, places)] = second.scores(test.counts, test.evidence)
    wanted = [label[:2] for label in sample.labels] if codes else sample.labels
    sharp_first, floor = _sharpness(first_scores, [firsts.index(label) for label in wanted])
    chances = calibrate(first_scores, sharp_first, floor)
    if not codes:
        return _Folded(chances, (sharp_first, 1.0, floor)), firsts
    truth = [seconds.index(label) if label in seconds else -1 for label in sample.labels]
    masked = second_scores.copy()
    for row, label in enumerate(sample.labels):
        masked[row, [place for place, code in enumerate(seconds) if code[:2] != label[:2]]] = -1e9
    sharp_second, _ = _sharpness(masked, truth, floors=(0.0,))
    everything = merge_levels(
        classifier.columns, firsts, seconds, chances, second_scores * sharp_second, sample.lexicon
    )
    return _Folded(everything, (sharp_first, sharp_second, floor)), list(classifier.columns)


def _places(labels: Sequence[str], among: Sequence[str]) -> Array:
    return np.array([among.index(label) for label in labels], np.int64)


def _first_labels(sample: Sample, codes: bool) -> list[str]:
    return sorted({label[:2] if codes else label for label in sample.labels})


def _second_labels(sample: Sample) -> list[str]:
    held = Counter(sample.labels)
    return sorted(label for label, n in held.items() if n >= RARE)


def _fit(sample: Sample, codes: bool) -> tuple[Fitted, Fitted | None]:
    """The first step on all tickets; with codes a second, each code against its neighbours of the same first level."""
    seen = np.asarray((sample.counts > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(seen >= min(_LEAST_DF, len(sample.labels)))
    row_of = np.full(sample.counts.shape[1], -1, np.int32)
    row_of[kept] = np.arange(len(kept))
    idf = (np.log((1 + len(sample.labels)) / (1 + seen[kept])) + 1).astype(np.float32)
    values = weigh_grams(sample.counts, row_of, idf)
    inputs = sparse.hstack([values, sparse.csr_matrix(sample.evidence)]).tocsr()
    labels = [label[:2] for label in sample.labels] if codes else sample.labels
    first = _linear(inputs, labels, row_of, idf)
    if not codes:
        return first, None
    seconds = _second_labels(sample)
    grams = np.zeros((len(kept), len(seconds)), np.float32)
    dense = np.zeros((sample.evidence.shape[1], len(seconds)), np.float32)
    bias = np.zeros(len(seconds), np.float32)
    for parent in sorted({code[:2] for code in seconds}):
        children = [code for code in seconds if code[:2] == parent]
        rows = np.array([row for row, label in enumerate(sample.labels) if label in children])
        if len(children) < 2:
            continue
        part = _linear(inputs[rows], [sample.labels[row] for row in rows], row_of, idf)
        places = _places(part.labels, seconds)
        grams[:, places], dense[:, places] = part.weights.grams, part.weights.dense
        bias[places] = part.weights.bias
    return first, Fitted(tuple(seconds), Weights(row_of, idf, grams, dense, bias))


def _linear(inputs: sparse.csr_matrix, labels: Sequence[str], row_of: Array, idf: Array) -> Fitted:
    names = sorted(set(labels))
    machine = LinearSVC(C=_COST, random_state=0, max_iter=3000)
    if len(names) < 2:
        zero = np.zeros((inputs.shape[1], 1), np.float32)
        size = len(idf)
        return Fitted(tuple(names), Weights(row_of, idf, zero[:size], zero[size:], np.zeros(1, np.float32)))
    machine.fit(inputs, np.array(labels))
    weights, bias = machine.coef_.T, machine.intercept_
    if len(names) == 2:
        weights, bias = np.hstack([-weights, weights]), np.array([-bias[0], bias[0]])
    size = len(idf)
    grams = np.ascontiguousarray(weights[:size], np.float32)
    dense = np.ascontiguousarray(weights[size:], np.float32)
    return Fitted(tuple(machine.classes_.tolist()), Weights(row_of, idf, grams, dense, bias.astype(np.float32)))


def _sharpness(scores: Array, truth: Sequence[int], floors: Sequence[float] = FLOORS) -> tuple[float, float]:
    """Factor on the scores and floor that make out-of-fold probabilities most likely (temperature calibration)."""
    rows = np.array([row for row, place in enumerate(truth) if place >= 0], np.int64)
    places = np.array([place for place in truth if place >= 0], np.int64)
    if len(rows) == 0 or scores.shape[1] < 2:
        return 1.0, 0.0

    def loss(log_factor: float, floor: float) -> float:
        chances = calibrate(scores[rows], float(np.exp(log_factor)), floor)
        return float(-np.log(np.maximum(chances[np.arange(len(rows)), places], 1e-12)).mean())

    found = [minimize_scalar(loss, args=(floor,), bounds=(-2.0, 3.0), method="bounded") for floor in floors]
    best = min(range(len(floors)), key=lambda one: found[one].fun)
    return float(np.exp(found[best].x)), floors[best]


def _threshold(truth: Sequence[str], chances: Array, names: Sequence[str]) -> float | None:
    """Least probability from which on the promised precision holds out of fold; None when it never does."""
    best = chances.max(axis=1)
    right = np.array([names[place] for place in chances.argmax(axis=1)]) == np.array(truth)
    order = np.argsort(-best, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_tie = np.append(np.diff(best[order]) != 0, True)
    good = np.flatnonzero((precision >= AUTO_PRECISION) & last_of_tie)
    if len(good) == 0 or good[-1] < min(20, len(order) // 4):
        return None
    return float(np.ceil(best[order][good[-1]] * 1e4) / 1e4)


def _lane(truth: Sequence[str], chances: Array, names: Sequence[str], auto: float | None) -> dict[str, float]:
    best = chances.max(axis=1)
    right = np.array([names[place] for place in chances.argmax(axis=1)]) == np.array(truth)
    inside = best >= auto if auto is not None else np.zeros(len(best), bool)
    precision = float(right[inside].mean()) if inside.any() else 0.0
    return {"share": round(float(inside.mean()), 4), "precision": round(precision, 4)}


def _newest_fifth(sample: Sample, classifier: Classifier, codes: bool) -> dict[str, Any] | None:
    """Macro F1 and accuracy on the newest fifth after training on the rest; None when times do not tell."""
    if len(np.unique(sample.days)) < len(sample.days) // 2 or len(sample.days) < 50:
        return None
    border = np.quantile(sample.days, 0.8)
    newest = sample.days > border
    old_groups = set(sample.groups[~newest].tolist())
    newest &= np.array([group not in old_groups for group in sample.groups.tolist()])
    old, new = sample.part(np.flatnonzero(sample.days <= border)), sample.part(np.flatnonzero(newest))
    if len(set(old.labels)) < 2 or not new.labels:
        return None
    first, second = _fit(old, codes)
    chances = softmax(first.scores(new.counts, new.evidence))
    names: Sequence[str] = first.labels
    if second:
        scores = second.scores(new.counts, new.evidence)
        chances = merge_levels(classifier.columns, first.labels, second.labels, chances, scores, new.lexicon)
        names = classifier.columns
    result = measure(new.labels, chances, list(names))
    return {"tickets": len(new.labels), "macro_f1": result["macro_f1"], "accuracy": result["accuracy"]}


def _arrays(fitted: Fitted, name: str) -> dict[str, Array]:
    return {f"{name}_{part}": value for part, value in fitted.weights._asdict().items()}


def _data_hash(tickets: Sequence[Ticket], labels: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for ticket, label in zip(tickets, labels, strict=True):
        digest.update(f"{ticket.ticket_no}\0{ticket.text}\0{label}\1".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _versions() -> Mapping[str, str]:
    import numpy
    import scipy
    import sklearn

    return {"numpy": numpy.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__, "os": os.name}

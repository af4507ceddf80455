"""Measures (指标): what a table of probabilities is worth against the truth: per class, calibration, coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from classify.trie import Array

BINS: Final = 10
PRECISIONS: Final = (0.90, 0.95, 0.97, 0.99)
_CONFUSIONS: Final = 20


def measure(truth: Sequence[str], chances: Array, names: Sequence[str]) -> dict[str, Any]:
    """All figures of predictions ``chances`` (n, names) against ``truth``. Macro F1 is over the classes in ``truth``.

    ``calibration`` has one row a bin of top probability: [mean probability, share right, tickets]; ``ece`` is the
    expected calibration error over ten equal bins; ``coverage`` the largest share of tickets, most certain first, whose
    precision reaches each of 90/95/97/99 %.
    """
    if not len(truth):
        return {"tickets": 0, "accuracy": 0.0, "macro_f1": 0.0, "top3": 0.0, "ece": 0.0}
    actual = np.array(truth)
    order = np.argsort(-chances, axis=1, kind="stable")[:, :3]
    labels = np.array(list(names))
    predicted = labels[order[:, 0]]
    best = chances[np.arange(len(actual)), order[:, 0]]
    right = predicted == actual
    top3 = (labels[order] == actual[:, None]).any(axis=1)
    per_class = {}
    for name in sorted(set(truth)):
        hit = int(((predicted == name) & right).sum())
        said, held = int((predicted == name).sum()), int((actual == name).sum())
        precision, recall = hit / said if said else 0.0, hit / held
        f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
        per_class[name] = {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
            "tickets": held,
        }
    wrong = Counter((str(a), str(p)) for a, p, ok in zip(actual, predicted, right, strict=True) if not ok)
    calibration, ece = _calibration(best, right)
    return {
        "tickets": len(actual),
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(float(np.mean([row["f1"] for row in per_class.values()])), 4),
        "top3": round(float(top3.mean()), 4),
        "ece": ece,
        "calibration": calibration,
        "coverage": _coverage(best, right),
        "per_class": per_class,
        "confusions": [[a, p, n] for (a, p), n in wrong.most_common(_CONFUSIONS)],
    }


def _calibration(best: Array, right: Array) -> tuple[list[list[float]], float]:
    bins = np.minimum((best * BINS).astype(int), BINS - 1)
    rows, error = [], 0.0
    for one in range(BINS):
        inside = bins == one
        if not inside.any():
            continue
        mean, share, count = float(best[inside].mean()), float(right[inside].mean()), int(inside.sum())
        error += abs(mean - share) * count / len(best)
        rows.append([round(mean, 4), round(share, 4), count])
    return rows, round(error, 4)


def _coverage(best: Array, right: Array) -> dict[str, dict[str, float]]:
    order = np.argsort(-best, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_tie = np.append(np.diff(best[order]) != 0, True)
    answer = {}
    for wanted in PRECISIONS:
        good = np.flatnonzero((precision >= wanted) & last_of_tie)
        last = int(good[-1]) if len(good) else -1
        least = float(best[order][last]) if last >= 0 else 1.0
        answer[f"{wanted:.2f}"] = {"share": round((last + 1) / len(order), 4), "from": round(least, 4)}
    return answer

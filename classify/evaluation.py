"""How good (评估): per class, confusions of neighbours, calibration, coverage at a precision, the learning curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from classify.learned import BATCH, LabelModel
from classify.ticket import ModelError, Ticket
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


def evaluate(
    model: LabelModel, tickets: Sequence[Ticket], labels: Sequence[str], out: Path | str | None = None
) -> dict[str, Any]:
    """Figures of ``model`` on labelled ``tickets`` (empty labels are left out); pictures go to folder ``out`` if given.

    Beside :func:`measure`: ``auto`` share and precision of the lane, ``unknown`` tickets whose label the model never
    learned (they count as wrong). ModelError when no label is left.
    """
    if len(tickets) != len(labels):
        raise ModelError("标签数与工单数不同", value=str(len(labels)), allowed=str(len(tickets)))
    pairs = [(ticket, str(label).strip()) for ticket, label in zip(tickets, labels, strict=True) if label]
    pairs = [(ticket, label) for ticket, label in pairs if label]
    if not pairs:
        raise ModelError("没有可评估的标签")
    kept = [ticket for ticket, _ in pairs]
    truth = [label for _, label in pairs]
    parts = [model.probabilities(kept[at : at + BATCH]) for at in range(0, len(kept), BATCH)]
    chances = np.vstack(parts)
    report = measure(truth, chances, model.labels)
    best = chances.max(axis=1)
    right = np.array([model.labels[place] for place in chances.argmax(axis=1)]) == np.array(truth)
    inside = best >= model.auto if model.auto is not None else np.zeros(len(best), bool)
    report["auto"] = {
        "threshold": model.auto,
        "share": round(float(inside.mean()), 4),
        "precision": round(float(right[inside].mean()), 4) if inside.any() else 0.0,
    }
    known = set(model.labels)
    report["unknown"] = sum(1 for label in truth if label not in known)
    if out is not None:
        Path(out).mkdir(parents=True, exist_ok=True)
        draw_reliability(report["calibration"], Path(out) / "reliability.png")
    return report


def learning_curve(
    train: Sequence[tuple[Ticket, str]], test: Sequence[tuple[Ticket, str]], sizes: Sequence[int]
) -> list[dict[str, float]]:
    """Macro F1 and accuracy on ``test`` of models trained on the first ``n`` of ``train`` for each n of ``sizes``."""
    import tempfile

    from classify.learned import load_model
    from classify.training import train_model

    rows = []
    for size in sizes:
        if size > len(train):
            break
        with tempfile.TemporaryDirectory(prefix="jiesu-curve-") as folder:
            place = Path(folder) / "model"
            train_model([ticket for ticket, _ in train[:size]], [label for _, label in train[:size]], place)
            report = evaluate(load_model(place), [ticket for ticket, _ in test], [label for _, label in test])
        rows.append({"tickets": size, "macro_f1": report["macro_f1"], "accuracy": report["accuracy"]})
    return rows


def draw_reliability(calibration: Sequence[Sequence[float]], path: Path) -> None:
    """The reliability picture: said probability against share right, a dot a bin, its area the number of tickets."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 4.5), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    total = sum(row[2] for row in calibration) or 1
    axes.scatter(
        [row[0] for row in calibration],
        [row[1] for row in calibration],
        s=[30 + 600 * row[2] / total for row in calibration],
        color="#1f5fa8",
        alpha=0.7,
    )
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="predicted probability", ylabel="share right", title="Reliability")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path)

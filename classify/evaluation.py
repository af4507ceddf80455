"""How good (评估): per class, confusions of neighbours, calibration, coverage at a precision, the learning curve."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from classify.folds import folds_of, group_copies
from classify.learned import BATCH, LabelModel, load_model
from classify.lexicon import Lexicon
from classify.measures import measure
from classify.steps import Tree
from classify.taxonomy import Taxonomy
from classify.ticket import ModelError, Ticket
from classify.training import train_model
from classify.trie import Array

LEAST_FOR_CURVE: Final = 100
"""Labelled tickets below which a learning curve says nothing."""


def evaluate(
    model: LabelModel, tickets: Sequence[Ticket], labels: Sequence[str], out: Path | str | None = None
) -> dict[str, Any]:
    """Figures of ``model`` on labelled ``tickets`` (empty labels are left out); pictures go to folder ``out`` if given.

    Beside those of ``measure``: ``auto`` share and precision of the lane, ``unknown`` tickets whose label the model
    never learned (they count as wrong). ModelError when no label is left.
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
    report |= _by_level(model, truth, chances, report["confusions"])
    if out is not None:
        Path(out).mkdir(parents=True, exist_ok=True)
        draw_reliability(report["calibration"], Path(out) / "reliability.png")
    return report


def _by_level(
    model: LabelModel, truth: Sequence[str], chances: Array, confusions: Sequence[Sequence[Any]]
) -> dict[str, Any]:
    """``first_level`` figures and ``neighbours``, the confusions within a first level; nothing for flat labels."""
    tree = Tree.of(list(model.labels), model.kind == "codes")
    if tree.depth == 1:
        return {}
    firsts = sorted({tree.cut(label, 0) for label in model.labels})
    place = {first: number for number, first in enumerate(firsts)}
    summed = np.zeros((len(truth), len(firsts)))
    np.add.at(summed.T, [place[tree.cut(label, 0)] for label in model.labels], np.asarray(chances, np.float64).T)
    found = measure([tree.cut(label, 0) for label in truth], summed, firsts)
    told = ("accuracy", "macro_f1", "top3", "ece")
    near = [list(one) for one in confusions if tree.cut(one[0], 0) == tree.cut(one[1], 0)]
    return {"first_level": {name: found[name] for name in told}, "neighbours": near}


def curve_of(
    tickets: Sequence[Ticket],
    labels: Sequence[str],
    taxonomy: Taxonomy,
    lexicon: Lexicon,
    sizes: Sequence[int] = (70, 140, 280, 560, 1120),
) -> list[dict[str, float]]:
    """The learning curve of a labelled table: a fifth of whole groups is kept to judge; [] when it is too small."""
    pairs = [(ticket, str(label).strip()) for ticket, label in zip(tickets, labels, strict=True) if label]
    pairs = [(ticket, label) for ticket, label in pairs if label]
    if len(pairs) < LEAST_FOR_CURVE:
        return []
    folds = folds_of([label for _, label in pairs], group_copies([ticket.content for ticket, _ in pairs]))
    test = [pair for pair, fold in zip(pairs, folds, strict=True) if fold == 0]
    train = [pair for pair, fold in zip(pairs, folds, strict=True) if fold != 0]
    np.random.default_rng(0).shuffle(train)
    wanted = [size for size in sizes if size < len(train)] + [min(len(train), sizes[-1])]
    return learning_curve(train, test, sorted(set(wanted)), taxonomy, lexicon)


def learning_curve(
    train: Sequence[tuple[Ticket, str]],
    test: Sequence[tuple[Ticket, str]],
    sizes: Sequence[int],
    taxonomy: Taxonomy | None = None,
    lexicon: Lexicon | None = None,
) -> list[dict[str, float]]:
    """Macro F1 and accuracy on ``test`` of models trained on the first ``n`` of ``train`` for each n of ``sizes``.

    A size with too few tickets a label to learn from is left out.
    """
    rows = []
    for size in sizes:
        if size > len(train):
            break
        with tempfile.TemporaryDirectory(prefix="jiesu-curve-") as folder:
            place = Path(folder) / "model"
            try:
                train_model(
                    [ticket for ticket, _ in train[:size]],
                    [label for _, label in train[:size]],
                    place,
                    taxonomy,
                    lexicon,
                )
            except ModelError:
                continue
            model = load_model(place, taxonomy, lexicon)
            report = evaluate(model, [ticket for ticket, _ in test], [label for _, label in test])
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


def draw_curve(rows: Sequence[dict[str, float]], path: Path) -> None:
    """The learning curve: macro F1 against the number of labelled tickets."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 3.5), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([row["tickets"] for row in rows], [row["macro_f1"] for row in rows], marker="o", color="#1f5fa8")
    axes.set(xscale="log", ylim=(0, 1.02), xlabel="labelled tickets", ylabel="macro F1", title="Learning curve")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path)

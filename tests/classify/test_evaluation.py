"""Figures: right by hand on small examples; the report holds what the issue asks for."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from classify.evaluation import evaluate, learning_curve
from classify.learned import load_model
from classify.measures import measure
from classify.ticket import ModelError
from classify.training import train_model
from tests.classify.test_training import MATTERS, tickets_of


def test_measure_by_hand() -> None:
    chances = np.array([[0.95, 0.05], [0.85, 0.15], [0.35, 0.65], [0.85, 0.15]])
    found = measure(["a", "a", "b", "b"], chances, ["a", "b"])
    assert found["accuracy"] == 0.75
    assert found["per_class"]["a"] == {"precision": 0.6667, "recall": 1.0, "f1": 0.8, "tickets": 2}
    assert found["macro_f1"] == round((0.8 + 2 / 3) / 2, 4)
    assert found["confusions"] == [["b", "a", 1]]
    assert found["calibration"] == [[0.65, 1.0, 1], [0.85, 0.5, 2], [0.95, 1.0, 1]]
    assert found["ece"] == round((0.35 + 0.35 * 2 + 0.05) / 4, 4)
    assert found["coverage"]["0.90"] == {"share": 0.25, "from": 0.95}


def test_measure_of_nothing() -> None:
    assert measure([], np.zeros((0, 2)), ["a", "b"])["tickets"] == 0


def test_report_and_picture(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS)
    train_model(tickets, names, tmp_path / "m")
    model = load_model(tmp_path / "m")
    report = evaluate(model, tickets, ["" if n == 0 else name for n, name in enumerate(names)], tmp_path / "out")
    assert report["tickets"] == len(tickets) - 1
    assert {"per_class", "confusions", "calibration", "coverage", "ece", "auto", "unknown"} <= set(report)
    assert (tmp_path / "out" / "reliability.png").stat().st_size > 1000
    with pytest.raises(ModelError, match="没有可评估"):
        evaluate(model, tickets, [""] * len(tickets))
    with pytest.raises(ModelError, match="不同"):
        evaluate(model, tickets, names[1:])
    assert evaluate(model, tickets[:2], ["没见过", names[1]])["unknown"] == 1


@pytest.mark.slow
def test_learning_curve() -> None:
    tickets, names = tickets_of(MATTERS, 20)
    pairs = [(ticket, name) for ticket, name in zip(tickets, names, strict=True)]
    rows = learning_curve(pairs[::2], pairs[1::2], [25, 50, 999])
    assert [row["tickets"] for row in rows] == [25, 50]


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif("JIESU_REAL_DATA" not in os.environ, reason="JIESU_REAL_DATA is not set")
def test_real_messages_without_and_with_labels(tmp_path: Path) -> None:
    from benchmarks.classify import labelled, no_labels

    tickets, labels = labelled(Path(os.environ["JIESU_REAL_DATA"]))
    assert no_labels(tickets, labels)["macro_f1"] >= 0.85
    report = train_model(tickets, labels, tmp_path / "m")
    assert report["metrics"]["macro_f1"] >= 0.88

"""Weights of wording, and the sentences kept blind: no table and no weight was fitted to them."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.scan import Scanner
from classify.text import fold
from classify.ticket import SHANGHAI, PackError, Ticket
from routing.gates import Gates
from routing.pack import Pack
from routing.urgency import UrgencyRules
from routing.weights import BIAS, SHORT, Weights, grams

PACK = Pack.load("jinan")
GATES = Gates(PACK)
RULES = UrgencyRules(PACK)
SCANNER = Scanner({"gates": GATES.terms, "urgent": RULES.terms})
GOLDEN = Path(__file__).parents[1] / "golden"


def read(name: str) -> list[tuple[dict[str, Any], bool, str | None]]:
    """(sentence, judged urgent, channel it was guided to) of a golden file."""
    rows = []
    for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        ticket = Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", row["text"])
        hits = SCANNER.scan(fold(ticket.text))
        urgency, _ = RULES.judge(ticket, hits.get("urgent", []), "")
        gate = GATES.check(ticket, hits.get("gates", []), "", {}, urgency, None)
        rows.append((row, urgency != "一般", gate.channel if gate and gate.action == "引导" else None))
    return rows


@pytest.mark.parametrize(
    ("name", "recall", "precision", "gate_recall", "gate_precision"),
    [("urgent_blind.jsonl", 0.97, 0.85, 0.93, 0.9), ("urgent_rounds.jsonl", 0.98, 0.95, 0.96, 0.96)],
)
def test_rounds_hold_their_floor(
    name: str, recall: float, precision: float, gate_recall: float, gate_precision: float
) -> None:
    rows = read(name)
    urgent = sum(1 for row, said, _ in rows if row["urgent"] and said)
    assert urgent / sum(1 for row, _, _ in rows if row["urgent"]) >= recall
    assert urgent / sum(1 for _, said, _ in rows if said) >= precision
    right = sum(1 for row, _, channel in rows if row["gate"] and channel and row["channel"] in channel)
    assert right / sum(1 for row, _, _ in rows if row["gate"]) >= gate_recall
    assert right / sum(1 for _, _, channel in rows if channel) >= gate_precision


def test_grams_are_characters_and_pairs_with_one_digit() -> None:
    assert grams("第9层") == {"第", "0", "层", "第0", "0层"}
    assert grams("") == set()


def test_weights_add_up_to_a_likelihood(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text(f"字词,紧急,别\n{BIAS},-1,\n火,3,-2\n", encoding="utf-8")
    weights = Weights(path)
    assert weights.names == ("紧急", "别")
    likely = weights.of(["火", "水", "火火", "火" * (SHORT + 1)])
    assert likely[:, 0] == pytest.approx([0.8808, 0.2689, 0.8808, np.nan], abs=1e-4, nan_ok=True)
    assert likely[0, 0] > likely[0, 1]


@pytest.fixture(scope="module")
def shipped() -> tuple[Weights, dict[str, Any]]:
    """The weights of the gates, and the same as a dict of columns a gram."""
    path = PACK.path("gate_weights.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    return Weights(path), {row[0]: np.array([float(cell or 0) for cell in row[1:]]) for row in rows[1:]}


@settings(deadline=None)
@given(texts=st.lists(st.text("第9层楼火,。a\n😀", max_size=SHORT + 2), max_size=4))
def test_compiled_sums_are_those_of_the_grams(shipped: tuple[Weights, dict[str, Any]], texts: list[str]) -> None:
    weights, table = shipped
    for text, likely in zip(texts, weights.of(texts), strict=True):
        wanted = sum((table[gram] for gram in grams(text) if gram in table), table[BIAS])
        wanted = 1 / (1 + np.exp(-wanted)) if len(text) <= SHORT else np.full(len(wanted), np.nan)
        assert likely == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize("text", ["", "字词,紧急\n火,热\n", "字词,紧急\n火\n"])
def test_a_bad_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "w.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=r"w\.csv"):
        Weights(path)

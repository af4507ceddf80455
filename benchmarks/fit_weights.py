"""Fits the weights of wording (字词权重) of urgency and of the gates to hand-written sentences.

    python -m benchmarks.fit_weights

The sentences are those of ``tests/golden`` and the wordings of ``samples``. Everyday matters (those wordings, and the
sentences written for masking) show what is not urgent: most tickets are neither danger nor near it, and weights that
never saw such a ticket read danger into the names of places. Writes
``urgent_weights.csv`` and ``gate_weights.csv`` of the base pack. Reads no real message and nothing by
chance: the same sentences give the same files. Sentences kept blind (``urgent_blind.jsonl``) are never read here.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from classify.scan import Scanner
from classify.text import fold
from classify.ticket import SHANGHAI, Ticket
from routing.gates import Gates
from routing.pack import PACKS, Pack
from routing.urgency import UrgencyRules
from routing.weights import BIAS, SHORT, grams

ROOT: Final = Path(__file__).parents[1]
SENTENCES: Final = ("urgent.jsonl", "urgent_rounds.jsonl")
BASE: Final = PACKS / "base"
RARE: Final = 2
"""Sentences in which a gram must stand to be worth a weight."""
STRENGTH: Final = 3.0
GATE_STRENGTH: Final = 9.0
"""Inverse of the penalty of weights, chosen on the third round of sentences before it was added."""
EVERYDAY: Final = 0.2
"""How much a wording of the samples counts beside a sentence written for the purpose."""
PLAIN: Final = 0.3
"""The same for a sentence written for masking; nobody judged those, so any that the patterns speak of is left out."""
BLANK: Final = re.compile(r"\{[^}]*\}")
CHANNELS: Final = {
    "民事纠纷": ("9908", "调解"),
    "外省市事项": ("9907", "12345"),
    "信访已受理": ("9902", "信访"),
    "涉密": ("9904", "不予提供"),
    "军队": ("9905", "军队"),
    "无实质内容骚扰": ("9906", "劝导"),
    "纪检监察": ("9910", "12388"),
    "诉讼执行": ("9901", "12368"),
    "行政复议": ("9903", "复议"),
    "仲裁": ("9901", "12333"),
}
"""Names of the gates in the samples: code and channel."""
SMALL: Final = 0.01
"""Weights nearer to nothing are left out."""


def read(names: tuple[str, ...] = SENTENCES) -> list[dict[str, Any]]:
    """The sentences of golden files: text, urgent, gate (code or null), channel."""
    lines = [line for name in names for line in (ROOT / "tests/golden" / name).read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def everyday() -> list[dict[str, Any]]:
    """The wordings of the samples in the form of golden sentences, their blanks left empty."""
    found = []
    for path in sorted((ROOT / "samples/wordings").glob("[0-9]*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                code, channel = CHANNELS.get(row["gate"], (None, None))
                text = BLANK.sub("", row["text"])
                for said in [text, f"{text},{row['demand']}"] if row["demand"] else [text]:
                    found.append({"text": said, "urgent": bool(row["urgency"]), "gate": code, "channel": channel})
    return found


def plain() -> list[dict[str, Any]]:
    """The short sentences written for masking that no pattern calls urgent or sends through a gate."""
    pack = Pack.load("jinan")
    urgency, gates = UrgencyRules(pack), Gates(pack)
    urgency._weights = gates._weights = None  # the patterns alone: what was fitted before must not fit itself
    scanner = Scanner({"urgency": urgency.terms, "gates": gates.terms})
    names = sorted(path.name for path in (ROOT / "tests/golden").glob("masking*.jsonl"))
    found = []
    for text in (one["text"] for one in read(tuple(names))):
        ticket = Ticket("", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", text)
        hits = scanner.scan(fold(text))
        level, _ = urgency.judge(ticket, hits.get("urgency", []), "")
        if len(text) <= SHORT and not gates.check(ticket, hits.get("gates", []), "", {}, level, None):
            found.append({"text": text, "urgent": False, "gate": None, "channel": None})
    return found


def channels() -> list[dict[str, str]]:
    """The rows of guidance of the base pack."""
    with (BASE / "gates.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["action"] == "引导"]


def row_of(sentence: dict[str, Any], rows: list[dict[str, str]]) -> str | None:
    """Id of the first gate row with the code and the channel of a sentence."""
    for row in rows:
        if row["code"] == sentence["gate"] and (sentence["channel"] or "") in row["channel"]:
            return row["id"]
    return None


def fit(texts: list[str], counted: list[float], columns: dict[str, tuple[list[bool], float]], path: Path) -> None:
    """Writes one file: a column for each class with its weights."""
    found = [grams(fold(text)) for text in texts]
    counts: dict[str, int] = {}
    for one in found:
        for gram in one:
            counts[gram] = counts.get(gram, 0) + 1
    known = sorted(gram for gram, count in counts.items() if count >= RARE)
    place = {gram: number for number, gram in enumerate(known)}
    cells = [(row, place[gram]) for row, one in enumerate(found) for gram in one if gram in place]
    matrix = csr_matrix((np.ones(len(cells)), tuple(zip(*cells, strict=True))), shape=(len(found), len(known)))
    weights: list[list[str]] = [[] for _ in range(len(known) + 1)]
    for truth, strength in columns.values():
        model = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced").fit(matrix, truth, counted)
        values = [float(model.intercept_[0]), *map(float, model.coef_[0])]
        for cell, value in zip(weights, values, strict=True):
            cell.append(f"{value:.2f}" if abs(value) >= SMALL else "")
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["字词", *columns])
        for gram, cell in zip([BIAS, *known], weights, strict=True):
            if any(cell):
                writer.writerow([gram, *cell])


def main() -> None:
    written, wordings, calm = read(), everyday(), plain()
    sentences = written + wordings + calm
    counted = [1.0] * len(written) + [EVERYDAY] * len(wordings) + [PLAIN] * len(calm)
    texts = [one["text"] for one in sentences]
    rows = channels()
    ids = [row_of(one, rows) if one["gate"] else None for one in sentences]
    guided = ([one is not None for one in ids], GATE_STRENGTH)
    urgent = ([bool(one["urgent"]) for one in sentences], STRENGTH)
    fit(texts, counted, {"紧急": urgent, "引导": guided}, BASE / "urgent_weights.csv")
    gates: dict[str, tuple[list[bool], float]] = {"引导": guided}
    for name in sorted({one for one in ids if one}):
        gates[name] = ([one == name for one in ids], GATE_STRENGTH)
    fit(texts, counted, gates, BASE / "gate_weights.csv")


if __name__ == "__main__":
    main()

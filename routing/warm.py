"""Warming (预热): compiles what numba compiles, once after installation, so that no first ticket waits for it.

    python -m routing.warm

The machine code is kept beside the modules (``__pycache__``); where that folder cannot be written every process
compiles for itself and nothing else changes.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from classify.descent import Descent, join_levels, joint_of
from classify.features import Weights
from classify.grams import BUCKETS, explain_grams, read_grams
from classify.steps import Step
from classify.ticket import SHANGHAI, Ticket
from classify.trie import encode_tickets, plane
from routing.triage import Triager


def warm(pack: str = "jinan") -> None:
    """Triage one made-up ticket and score its grams with empty weights. Raises PackError for a bad pack."""
    ticket = Ticket("0", datetime(2024, 5, 6, tzinfo=SHANGHAI), "路灯不亮", "小区门口路灯不亮,请尽快维修,欠费200元")
    triager = Triager.load(pack)
    triager.triage([ticket])
    _, buffer, offsets, shifts = encode_tickets([ticket])
    triager.classifier.level_mass(*triager.classifier.probabilities(buffer, offsets, shifts)[:2])
    none = np.zeros((1, 1), np.float32)
    row_of = np.full(2 * BUCKETS, -1, np.int32)
    grams = read_grams(buffer, offsets, shifts, row_of, np.zeros(0, np.float32))
    labels, columns = ("1", "2"), len(triager.classifier.columns)
    level = np.zeros((columns + 1, 2), np.float32)
    weights = Weights(row_of, np.zeros(0, np.float32), none[:0].repeat(2, 1), np.vstack([level, level[:2]]), level[0])
    lexicon = np.zeros((1, columns), np.float32)
    parts = Descent([Step(labels, np.zeros(2, np.int64), weights, level)], columns).down(lexicon, none, grams)
    join_levels(parts[0], parts[0], lexicon, joint_of(triager.classifier.columns, labels, labels), lexicon.copy())
    spans, given = np.zeros((1, 1, 2), np.int64), np.zeros((1, 1))
    explain_grams(buffer, offsets, shifts, plane(), np.zeros(1, np.int64), row_of, none, spans, given)


if __name__ == "__main__":
    warm()

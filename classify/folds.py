"""Folds (分份): near-copies of a text never stand on both sides of a split."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from classify.trie import Array

FOLDS: Final = 5


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

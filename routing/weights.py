"""Weights of wording (字词权重): how much the characters and pairs of characters of a short text speak for a class.

Patterns name what their author thought of; people say it otherwise. The weights were fitted, by
``benchmarks/fit_weights.py``, to the sentences of ``tests/golden`` that were written for the purpose; no real message
had a part in them. They stand beside the patterns and never alone decide about a long letter.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numba
import numpy as np

from classify.ticket import PackError, Where
from classify.trie import Array, encode

SHORT: Final = 110
"""Characters up to which weights are asked: they were fitted to sentences of 5-120; a letter tells of many things."""
BIAS: Final = "(常数)"
"""The row with what holds before anything is read."""
SAME_DIGIT: Final = str.maketrans("123456789", "000000000")


def grams(text: str) -> set[str]:
    """The different characters and pairs of neighbours of a folded text, every digit read as 0.

    For fitting; :class:`Weights` reads the same compiled.
    """
    text = text.translate(SAME_DIGIT)
    found = {text[at : at + 2] for at in range(len(text) - 1)}
    found.update(text)
    return found


class Weights:
    """The columns of one CSV (字词, class, class …), each with a weight or nothing in a row.

    Raises PackError when the file is not of that form.
    """

    def __init__(self, path: Path) -> None:
        keys: list[int] = []
        rows: list[list[float]] = []
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            self.names = tuple(next(reader, [])[1:])
            self._bias = np.zeros(len(self.names))
            self._file = path.name
            for number, row in enumerate(reader, 1):
                try:
                    weights = [float(cell or 0) for cell in row[1:]]
                    if len(weights) != len(self.names):
                        raise ValueError
                except ValueError:
                    raise PackError("权重须为数", value=",".join(row), where=Where(path.name, number)) from None
                if row[0] == BIAS:
                    self._bias = np.array(weights)
                elif 0 < len(row[0]) <= 2:
                    keys.append(_key(row[0]))
                    rows.append(weights)
        if not self.names:
            raise PackError("没有表头", where=Where(path.name))
        self._weights = np.array(rows).reshape(-1, len(self.names))
        self._slots = _hashed(keys)

    def columns(self, names: Sequence[str]) -> list[int]:
        """Where the columns of these names stand. Raises PackError for a name that the file does not have."""
        for name in names:
            if name not in self.names:
                raise PackError("没有这一列", value=name, where=Where(self._file))
        return [self.names.index(name) for name in names]

    def likelihoods(self, buffer: Array, offsets: Array) -> Array:
        """How likely each class is, (n, classes) from 0 to 1, of folded texts encoded by ``trie.encode``.

        NaN for texts of more than :data:`SHORT` characters.
        """
        sums = np.full((len(offsets) - 1, len(self.names)), np.nan)
        _add_weights(buffer, offsets, SHORT, self._slots, self._weights, self._bias, sums)
        return np.asarray(1 / (1 + np.exp(-np.clip(sums, -40.0, 40.0))))

    def of(self, texts: Sequence[str]) -> Array:
        """As :meth:`likelihoods`, of folded texts."""
        return self.likelihoods(*encode(texts))


def _key(gram: str) -> int:
    """A character or a pair as a number, as :func:`_add_weights` makes it."""
    return ord(gram[-1]) | (ord(gram[0]) + 1 << 21 if len(gram) == 2 else 0)


def _hashed(keys: Sequence[int]) -> Array:
    """An open-addressing table (size, 2) of key and row; key -1 where empty, size a power of two."""
    size = 1 << max(4, (len(keys) * 3).bit_length())
    slots = np.full((size, 2), -1, np.int64)
    for row, key in enumerate(keys):
        slot = (key * 0x9E3779B1 & 0xFFFFFFFF) >> 7 & (size - 1)
        while slots[slot, 0] not in (-1, key):
            slot = (slot + 1) & (size - 1)
        slots[slot] = key, row
    return slots


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _add_weights(buffer: Any, offsets: Any, longest: int, slots: Any, weights: Any, bias: Any, sums: Any) -> None:
    """Fill ``sums`` (n, classes) for texts of at most ``longest`` characters; each different gram counts once."""
    mask = slots.shape[0] - 1
    met = np.full(weights.shape[0], -1, np.int64)
    for text in range(offsets.shape[0] - 1):
        if offsets[text + 1] - offsets[text] > longest:
            continue
        sums[text] = bias
        before = np.int64(-1)
        for at in range(offsets[text], offsets[text + 1]):
            point = np.int64(buffer[at])
            if 49 <= point <= 57:
                point = np.int64(48)
            for pair in range(1 if before < 0 else 2):
                key = point | (before + 1) << 21 if pair else point
                slot = (key * np.int64(0x9E3779B1) & np.int64(0xFFFFFFFF)) >> 7 & mask
                while slots[slot, 0] != key and slots[slot, 0] != -1:
                    slot = (slot + 1) & mask
                row = slots[slot, 1]
                if row >= 0 and met[row] != text:
                    met[row] = text
                    for column in range(sums.shape[1]):
                        sums[text, column] += weights[row, column]
            before = point

"""Weights of wording (字词权重): how much the characters and pairs of characters of a short text speak for a class.

Patterns name what their author thought of; people say it otherwise. The weights were fitted, by
``benchmarks/fit_weights.py``, to the sentences of ``tests/golden`` that were written for the purpose; no real message
had a part in them. They stand beside the patterns and never alone decide about a long letter.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import repeat
from math import exp
from pathlib import Path
from typing import Final

from classify.ticket import PackError, Where

SHORT: Final = 110
"""Characters up to which weights are asked: they were fitted to sentences of 5-120; a letter tells of many things."""
BIAS: Final = "(常数)"
"""The row with what holds before anything is read."""
SAME_DIGIT: Final = str.maketrans("123456789", "000000000")


def grams(text: str) -> set[str]:
    """The different characters and pairs of neighbours of a folded text, every digit read as 0."""
    text = text.translate(SAME_DIGIT)
    found = {text[at : at + 2] for at in range(len(text) - 1)}
    found.update(text)
    return found


class Weights:
    """The columns of one CSV (字词, class, class …), each with a weight or nothing in a row.

    Raises PackError when the file is not of that form.
    """

    def __init__(self, path: Path) -> None:
        self.names: tuple[str, ...] = ()
        self._columns: dict[str, dict[str, float]] = {}
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            self.names = tuple(next(reader, [])[1:])
            columns: list[dict[str, float]] = [{} for _ in self.names]
            for number, row in enumerate(reader, 1):
                try:
                    for column, cell in zip(columns, row[1:], strict=True):
                        if cell:
                            column[row[0]] = float(cell)
                except ValueError:
                    raise PackError("权重须为数", value=",".join(row), where=Where(path.name, number)) from None
        if not self.names:
            raise PackError("没有表头", where=Where(path.name))
        self._columns = dict(zip(self.names, columns, strict=True))

    def probability(self, name: str, found: Iterable[str]) -> float:
        """How likely the class is, 0 to 1."""
        weights = self._columns[name]
        total = sum(map(weights.get, found, repeat(0.0)), weights.get(BIAS, 0.0))
        return 1 / (1 + exp(-max(-40.0, min(40.0, total))))

    def best(self, names: Iterable[str], found: set[str]) -> str:
        """The class of ``names`` with most weight."""
        return max(names, key=lambda name: self.probability(name, found))

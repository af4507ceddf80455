"""What a text and the duty list together say of the kind of owner (承办单位类型): a small conditional logit.

Few numbers are learned: how much the duty list's belief, its first and second seat, the habit of all cases and a
regularised text model weigh, and when the ground leads. The text model is linear over the grams of
:mod:`classify.features`. :mod:`routing.owner_training` fits both; here they are only applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import Final, NamedTuple

import numpy as np

from classify.descent import Block, blocks_of, score_grams
from classify.grams import read_grams
from classify.learned import softmax
from classify.ticket import Ticket
from classify.trie import Array, encode
from routing.owner_habits import GROUND
from routing.units import TERRITORY_TYPES, UNIT_TYPES

LINES: Final = tuple(name for name in UNIT_TYPES if name not in TERRITORY_TYPES)
COLUMN: Final[Mapping[str, int]] = {name: place for place, name in enumerate(LINES)}
"""Types of line departments, the choices of the line model."""

FAINTEST: Final = 0.003
"""Belief in a type that the duty list does not consider; its logarithm must be finite."""

NO_TEXT: Final = 3e-4
"""Chance of a type that the text model never met."""

FEATURES: Final = ("belief", "first", "second", "prior", "text")
GROUND_FEATURES: Final = ("A", "B", "C", "placed", "text")


@dataclass(frozen=True)
class TextModel:
    """Linear text model over ``kinds`` (types of line departments, and :data:`GROUND`); arrays as in ``Weights``."""

    kinds: tuple[str, ...]
    row_of: Array
    idf: Array
    grams: Array
    bias: Array

    @cached_property
    def _blocks(self) -> list[Block]:
        return blocks_of(self.grams, np.zeros(len(self.kinds), np.int64))

    def chances(self, tickets: Sequence[Ticket]) -> Array:
        """Probabilities (n, kinds)."""
        buffer, offsets = encode([ticket.text for ticket in tickets])
        shifts = np.array([len(ticket.title) + 1 for ticket in tickets], np.int64)
        scores = np.tile(self.bias.astype(np.float32), (len(tickets), 1))
        grams = read_grams(buffer, offsets, shifts, self.row_of, self.idf)
        score_grams(grams, self._blocks, np.ones((len(tickets), 1), np.float32), 0.0, scores)
        return softmax(scores)


class Reading(NamedTuple):
    """What was read of one text: scores of :data:`LINES` before the duty list is heard, log odds of the ground."""

    lines: list[float]
    ground: float


class Ranker(NamedTuple):
    """The learned weights. ``prior`` log shares of the line types in training, ``weights`` as :data:`FEATURES`,
    ``ground_weights`` as :data:`GROUND_FEATURES`."""

    text: TextModel
    prior: Array
    weights: Array
    ground_weights: Array

    def read(self, tickets: Sequence[Ticket]) -> list[Reading]:
        """What depends on the text alone, a batch at a time."""
        lines, ground = spread(self.text.kinds, self.text.chances(tickets))
        scores = self.weights[0] * log(FAINTEST) + self.weights[3] * self.prior + self.weights[4] * lines
        return list(map(Reading, scores.tolist(), ground.tolist()))

    def lines(self, beliefs: Mapping[str, float], first: str, second: str | None, reading: Reading) -> list[float]:
        """Chances of all :data:`LINES` given that a line department owns the ticket."""
        belief, is_first, is_second, _, _ = self.weights.tolist()
        low = belief * log(FAINTEST)
        scores = reading.lines.copy()
        total = sum(beliefs.values()) or 1.0
        for name, share in beliefs.items():
            scores[COLUMN[name]] += belief * log(share / total + FAINTEST) - low
        if first in COLUMN:
            scores[COLUMN[first]] += is_first
        if second is not None and second in COLUMN and second != first:
            scores[COLUMN[second]] += is_second
        top = max(scores)
        moved = [exp(score - top) for score in scores]
        whole = sum(moved)
        return [one / whole for one in moved]

    def ground(self, role: str, placed: bool, reading: Reading) -> float:
        """Chance that the territory owns the ticket."""
        a, b, c, known, text = self.ground_weights.tolist()
        score = {"A": a, "B": b, "C": c}[role] + known * placed + text * reading.ground
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, score))))


def spread(kinds: Sequence[str], chances: Array) -> tuple[Array, Array]:
    """Text chances over ``kinds`` as log chances of :data:`LINES` (n, lines) and log odds of the ground (n,)."""
    n = len(chances)
    lines = np.full((n, len(LINES)), NO_TEXT)
    ground = np.full(n, NO_TEXT)
    for place, kind in enumerate(kinds):
        if kind == GROUND:
            ground += chances[:, place]
        else:
            lines[:, COLUMN[kind]] += chances[:, place]
    odds = np.log(ground) - np.log(np.maximum(1.0 - ground, NO_TEXT))
    return np.log(lines / lines.sum(axis=1, keepdims=True)), odds


def beliefs_of(candidates: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Beliefs of the duty list summed by type; ``candidates`` are (type, score) of line departments."""
    found: dict[str, float] = {}
    for name, score in candidates:
        found[name] = found.get(name, 0.0) + max(0.0, score)
    return found

"""How much a shared word or name says (稀有度): fixed expectations, never counts of the tickets at hand.

So a pair of tickets has one score for ever: in a batch, alone at the desk and in the nightly run, in any order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from routing.entities import terms
from routing.fingerprint import hashed, pair_hash

USUAL: Final = 0.004
"""Expected share of tickets that hold a word of which nothing is known."""

KIND_WEIGHT: Final[Mapping[str, float]] = {
    "estate": 1.0, "school": 1.0, "company": 1.0, "village": 1.0, "venue": 0.9, "route": 0.9,
    "road": 0.75, "quoted": 0.7, "class": 0.6, "area": 0.25,
}  # fmt: skip
"""What a shared name of a kind says, from 0 to 1."""


@cache
def _expected() -> dict[int, float]:
    """-ln of the share of tickets that hold a common word, by the hashes of words and of character pairs."""
    common = terms().common.items()
    pairs = {pair_hash(word[0], word[1]): -math.log(p) for word, p in common if len(word) == 2}
    return pairs | {hashed(word): -math.log(p) for word, p in common}


def word_weight(word: int) -> float:
    """-ln of the expected share of tickets with a hashed word or character pair; 0.7 (every second) to 5.5."""
    return _expected().get(word, -math.log(USUAL))


@lru_cache(maxsize=1 << 16)
def prefix_weights(text: str) -> tuple[float, ...]:
    """Rarity from 0 to 1 of the text's first 2, 3 … characters, by their character pairs: for heads of titles, which
    are cut at no certain place."""
    total, weights = 0.0, []
    for i in range(len(text) - 1):
        total += word_weight(pair_hash(text[i], text[i + 1]))
        weights.append(min(1.0, max(0.0, (total / (i + 1) - 3.5) / 2.5)))
    return tuple(weights)

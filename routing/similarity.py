"""How alike two tickets are: evidence of name, title, matter, wording, caller, place and time, and one score from it.

The score is a logistic model whose weights are set by hand in repeats.toml; nothing is fitted. What must hold beside
the score for tier ``same`` (a place or name in common, no conflict, no question) is the evidence's ``barred``. The
arithmetic is compiled in :mod:`routing.pairing`; here it gets names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from functools import cached_property

import numpy as np

from routing.fingerprint import SKETCH, Fingerprint
from routing.namesakes import SIDES
from routing.packing import Array, Packed, pack
from routing.pairing import COLUMNS, evidence
from routing.scoring import score


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a pair; all from 0 to 1 except where said.

    ``name`` rare names shared; ``title`` cosine of titles, ``matter`` the same without the shared names, ``body``
    cosine of matter words; ``copy`` Jaccard of shingles; ``caller`` same caller; ``code`` how far the likely
    categories agree, 0 unknown, -1 not at all; ``adrift`` no proper name is shared; ``conflict`` names of one kind
    that exclude each other; ``apart`` 1 other district, 2 other city; ``days`` between them; ``chase`` the later asks
    after the earlier of the same caller; ``place`` they share what says where or against whom (.5: a road);
    ``near`` the same within days and of one matter; ``barred`` never the same event, ``vague`` nothing
    for a person to look at either; ``shared`` the names, best first.
    """

    name: float
    title: float
    matter: float
    body: float
    copy: float
    caller: float
    code: float
    adrift: float
    conflict: float
    apart: float
    days: float
    chase: float
    place: float
    near: float
    barred: float
    vague: float
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """Weights of the logistic score; see repeats.toml for each one's reason."""

    bias: float
    name: float
    title: float
    matter: float
    body: float
    copy: float
    caller: float
    code: float
    other: float
    name_matter: float
    adrift: float
    conflict: float
    apart: float
    years: float
    chase: float
    near: float

    @classmethod
    def from_dict(cls, record: Mapping[str, float]) -> Weights:
        return cls(**{one.name: float(record[one.name]) for one in fields(cls)})

    @cached_property
    def array(self) -> Array:
        """The weights in the order of the fields, for compiled code."""
        return np.array(astuple(self), dtype=np.float64)

    def score(self, pair: Evidence) -> float:
        """Probability-like score from 0 to 1."""
        return float(score(self.array, np.array(astuple(pair)[:COLUMNS], dtype=np.float64)))


def compare(one: Fingerprint, other: Fingerprint) -> Evidence:
    """Evidence of a pair; symmetric."""
    return evidence_of(pack([one, other]), (one, other), 0, 1)


def evidence_of(packed: Packed, prints: tuple[Fingerprint, Fingerprint], i: int, j: int) -> Evidence:
    """Evidence of rows i and j, whose fingerprints are ``prints``."""
    out, refs = np.zeros(COLUMNS), np.zeros(3, dtype=np.int64)
    evidence(packed, i, j, out, refs)
    shared = []
    for ref in refs.tolist():
        if ref >= 0:
            one = prints[ref // SIDES % 2]
            shared.append(one.head[: ref % SIDES] if ref >= 2 * SIDES else one.names[ref % SIDES].core)
    columns = {one.name: value for one, value in zip(fields(Evidence), out.tolist(), strict=False)}
    return Evidence(**columns, shared=tuple(shared))


def jaccard(a: frozenset[int], b: frozenset[int], one: Fingerprint, other: Fingerprint) -> float:
    """Jaccard similarity of the shingles, from the bottom-k sketches; 1 for equal bare texts."""
    if one.exact == other.exact and one.size == other.size and one.size:
        return 1.0
    if not a or not b:
        return 0.0
    both = a & b
    if not both:
        return 0.0
    lowest = sorted(a | b)[:SKETCH]
    return sum(value in both for value in lowest) / len(lowest)

"""Descent (逐级下行): from what the lexicon says and a text's grams down the levels of a learned model, compiled.

The same as ``steps.chances_of`` over ``fitting.raw_scores``, which are the reference; text by text, so that a batch of
one and a batch of many give the same. Children of a parent that is unlikely are left to the lexicon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numba
import numpy as np

from classify.features import CODE_WEIGHT, LEAST_MASS, PATH_WEIGHT
from classify.grams import Grams
from classify.steps import DOUBT, PRIOR_WEIGHT, Step
from classify.trie import Array

UNLIKELY: Final = 0.02
"""Below this probability of a parent the order of its children is of no use to anybody [P]."""

LANES: Final = 8
"""Columns of a block of weights are a multiple of this, so that a row is read with whole vector registers."""


NOTHING: Final = 1e-6
"""A weight below this cannot move a probability in its fourth place."""


class Block(NamedTuple):
    """Weights of grams for the children of one parent: ``weights`` (rows, at least ``width``), those of label ``first``
    and the next ones. Most grams say nothing of them: ``place`` (grams,) is a gram's row, the empty row 0 if so."""

    weights: Array
    place: Array
    first: int
    width: int
    parent: int


def blocks_of(grams: Array, parents: Array) -> list[Block]:
    """The blocks of weights (grams, labels); ``parents`` (labels,), never falling. A label without a rival needs no
    score and is in no block."""
    blocks = []
    for parent in np.unique(parents).tolist():
        labels = np.flatnonzero(parents == parent)
        if len(labels) > 1:
            telling = np.flatnonzero(np.abs(grams[:, labels]).max(axis=1) > NOTHING)
            place = np.zeros(len(grams), np.int32)
            place[telling] = np.arange(1, len(telling) + 1)
            weights = np.zeros((len(telling) + 1, -(-len(labels) // LANES) * LANES), np.float32)
            weights[1:, : len(labels)] = grams[np.ix_(telling, labels)]
            blocks.append(Block(weights, place, int(labels[0]), len(labels), parent))
    return blocks


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _score_block(grams: Grams, block: Block, above: Any, least: float, scores: Any) -> None:
    """Add to ``scores`` (n, labels) what the grams of likely texts say; what they read of the block stays in cache."""
    wide = block.weights.shape[1]
    sums = np.zeros(wide, np.float32)
    for text in range(scores.shape[0]):
        if above[text, block.parent] < least:
            continue
        sums[:] = 0
        for at in range(grams.ends[text], grams.ends[text + 1]):
            row, value = block.weights[block.place[grams.rows[at]]], grams.values[at]
            for column in range(wide):
                sums[column] += value * row[column]
        for column in range(block.width):
            scores[text, block.first + column] += sums[column]


def score_grams(grams: Grams, blocks: Sequence[Block], above: Array, least: float, scores: Array) -> None:
    """Add to ``scores`` (n, labels) what the grams say of the children of each parent.

    ``above`` (n, parents) are probabilities; the children of parents below ``least`` are left as they are.
    """
    highest = above.max(axis=0, initial=0.0)
    for block in blocks:
        if highest[block.parent] >= least:
            _score_block(grams, block, above, least, scores)


class Level(NamedTuple):
    """One step as arrays. ``dense`` and ``table`` as in the step, with the sums of the rows of the lexicon's columns;
    ``first``, ``width`` and ``parent`` (runs,) are the labels of each parent; numbers as in the step and its files."""

    dense: Array
    dense_sum: Array
    table: Array
    table_sum: Array
    bias: Array
    first: Array
    width: Array
    parent: Array
    ratio: float
    sharpness: float
    floor: float
    prior_weight: float
    code_weight: float
    path_weight: float
    least_mass: float
    doubt: float


def level_of(step: Step, columns: int) -> Level:
    """A step for the processor; ``columns`` are the lexicon's."""
    dense, table = step.weights.dense.astype(np.float32), step.table.astype(np.float32)
    first = np.flatnonzero(np.diff(step.parents, prepend=-1))
    return Level(
        dense=np.ascontiguousarray(dense),
        dense_sum=dense[:columns].sum(axis=0),
        table=np.ascontiguousarray(table),
        table_sum=table[:columns].sum(axis=0),
        bias=step.weights.bias.astype(np.float32),
        first=first,
        width=np.diff(first, append=len(step.parents)),
        parent=step.parents[first],
        ratio=step.ratio,
        sharpness=step.sharpness,
        floor=step.floor,
        prior_weight=PRIOR_WEIGHT,
        code_weight=CODE_WEIGHT,
        path_weight=PATH_WEIGHT,
        least_mass=LEAST_MASS,
        doubt=DOUBT,
    )


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _spoken(lexicon: Any, found: Any) -> tuple[Any, int]:
    """The probability of classes that no word speaks for, all alike, and how many stand in ``found`` that are above."""
    silent = lexicon.min()
    count = 0
    for column in range(lexicon.shape[0]):
        found[count] = column
        count += lexicon[column] > silent
    return silent, count


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _opine(lexicon: Any, mass: Any, silent: Any, spoken: Any, level: Any, opinion: Any) -> None:
    """Fill ``opinion`` (labels,) with the lexicon's, one within each parent."""
    columns = lexicon.shape[0]
    for label in range(opinion.shape[0]):
        opinion[label] = silent * level.table_sum[label] + np.float32(1e-9)
    for column in spoken:
        extra, row = lexicon[column] - silent, level.table[column]
        for label in range(opinion.shape[0]):
            opinion[label] += extra * row[label]
    for outside in range(mass.shape[0]):
        share, row = mass[outside], level.table[columns + outside]
        if share > 0:
            for label in range(opinion.shape[0]):
                opinion[label] += share * row[label]
    for run in range(level.first.shape[0]):
        own = opinion[level.first[run] : level.first[run] + level.width[run]]
        own /= own.sum()


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _weigh(lexicon: Any, mass: Any, silent: Any, spoken: Any, level: Any, opinion: Any, run: int, scores: Any) -> None:
    """Fill ``scores`` (labels,) of one parent's labels with what all but the grams say."""
    columns, outsides = lexicon.shape[0], mass.shape[0]
    first, last = level.first[run], level.first[run] + level.width[run]
    root = np.sqrt(silent) * np.float32(level.code_weight)
    for label in range(first, last):
        scores[label] = level.bias[label] + root * level.dense_sum[label]
    for column in spoken:
        extra, row = np.sqrt(lexicon[column]) * np.float32(level.code_weight) - root, level.dense[column]
        for label in range(first, last):
            scores[label] += extra * row[label]
    least = np.float32(level.least_mass)
    for outside in range(outsides):
        value = (np.log(mass[outside] + least) - np.log(least)) * np.float32(level.path_weight)
        row = level.dense[columns + outside]
        for label in range(first, last):
            scores[label] += value * row[label]
    for other in range(opinion.shape[0]):
        value, row = np.float32(level.prior_weight) * opinion[other], level.dense[columns + outsides + other]
        for label in range(first, last):
            scores[label] += value * row[label]


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def weigh_texts(lexicon: Any, mass: Any, above: Any, unlikely: float, level: Level, opinions: Any, scores: Any) -> None:
    """Fill ``opinions`` and ``scores`` (n, labels), the latter for the children of likely parents."""
    found = np.empty(lexicon.shape[1] + 1, np.int64)
    for text in range(lexicon.shape[0]):
        silent, count = _spoken(lexicon[text], found)
        spoken = found[:count]
        _opine(lexicon[text], mass[text], silent, spoken, level, opinions[text])
        for run in range(level.first.shape[0]):
            if level.width[run] > 1 and above[text, level.parent[run]] >= unlikely:
                _weigh(lexicon[text], mass[text], silent, spoken, level, opinions[text], run, scores[text])


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def settle_texts(opinions: Any, scores: Any, above: Any, unlikely: float, level: Level, below: Any) -> None:
    """Fill ``below`` (n, labels) with probabilities: those of the parents times those of the labels within them."""
    for text in range(scores.shape[0]):
        for run in range(level.first.shape[0]):
            first, width = level.first[run], level.width[run]
            share = np.float32(above[text, level.parent[run]])
            own, opinion = below[text, first : first + width], opinions[text, first : first + width]
            if width == 1 or share < unlikely:
                own[:] = share * opinion
                continue
            doubt = np.float32(level.doubt / width)
            for label in range(width):
                prior = np.log(np.float32(1.0 - level.doubt) * opinion[label] + doubt)
                score = scores[text, first + label] + np.float32(level.ratio) * prior
                own[label] = np.float32(level.sharpness) * score
            highest = own.max()
            total = np.float32(0.0)
            for label in range(width):
                own[label] = np.exp(own[label] - highest)
                total += own[label]
            floor = np.float32(level.floor / width)
            for label in range(width):
                own[label] = share * (own[label] / total * np.float32(1.0 - level.floor) + floor)


class Descent:
    """The steps of a model ready to go down; ``columns`` are the lexicon's."""

    def __init__(self, steps: Sequence[Step], columns: int) -> None:
        self._levels = [(level_of(step, columns), blocks_of(step.weights.grams, step.parents)) for step in steps]

    def down(self, lexicon: Array, mass: Array, grams: Grams) -> list[Array]:
        """Probabilities (n, labels) of every level, from the lexicon's (n, columns) and outside levels' mass."""
        above = np.ones((len(lexicon), 1), np.float32)
        found = []
        for level, blocks in self._levels:
            opinions, scores, below = np.empty((3, len(lexicon), len(level.bias)), np.float32)
            weigh_texts(lexicon, mass, above, UNLIKELY, level, opinions, scores)
            score_grams(grams, blocks, above, UNLIKELY, scores)
            settle_texts(opinions, scores, above, UNLIKELY, level, below)
            found.append(below)
            above = below
        return found


class Joint(NamedTuple):
    """How two levels of our codes become probabilities of all codes: for each code its place among those of the last
    level and its parent's among those of the first, -1 where there is none; ``alone`` (first level,) are parents of
    which no child was seen in training."""

    seen: Array
    parent: Array
    alone: Array


def joint_of(codes: Sequence[str], firsts: Sequence[str], seconds: Sequence[str]) -> Joint:
    """The joint of a model's levels with all ``codes``."""
    seen, parent = ({code: place for place, code in enumerate(names)} for names in (seconds, firsts))
    return Joint(
        np.array([seen.get(code, -1) for code in codes], np.int64),
        np.array([parent.get(code[:2], -1) for code in codes], np.int64),
        np.array([not any(code[:2] == one for code in seconds) for one in firsts], np.bool_),
    )


@numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def join_levels(firsts: Any, seconds: Any, lexicon: Any, joint: Joint, chances: Any) -> None:
    """Fill ``chances`` (n, codes): what was learned of the codes seen; the unseen keep the lexicon's share.

    ``firsts`` and ``seconds`` (n, labels) are the probabilities of both levels. A first level of which no code was seen
    gives its share to its codes as the lexicon does.
    """
    shares = np.empty(firsts.shape[1], np.float64)
    for text in range(lexicon.shape[0]):
        shares[:] = 1e-30
        left = 0.0
        for code in range(lexicon.shape[1]):
            if joint.seen[code] < 0:
                left += lexicon[text, code]
                if joint.parent[code] >= 0:
                    shares[joint.parent[code]] += lexicon[text, code] + 1e-9
        total = 0.0
        for code in range(lexicon.shape[1]):
            parent = joint.parent[code]
            chance = 0.0
            if joint.seen[code] >= 0:
                chance = seconds[text, joint.seen[code]] * (1.0 - left)
            else:
                if parent >= 0 and joint.alone[parent]:
                    chance = (lexicon[text, code] + 1e-9) / shares[parent] * firsts[text, parent] * (1.0 - left)
                chance += lexicon[text, code]
            chances[text, code] = chance
            total += chance
        for code in range(lexicon.shape[1]):
            chances[text, code] /= total


class Leaves(NamedTuple):
    """What a model of our codes can say: ``labels``, the third-level codes it learned in place of their second level.

    ``column`` (labels,) is the second-level code of each among all codes, ``place`` its place among the labels of the
    third step, -1 where the second level stands for itself; ``parent`` that of its parent in the second step.
    """

    labels: tuple[str, ...]
    column: Array
    place: Array
    parent: Array


def leaves_of(codes: Sequence[str], steps: Sequence[Step]) -> Leaves:
    """The leaves below second-level ``codes`` of a model with two steps or three."""
    below: dict[str, list[int]] = {}
    if len(steps) > 2:
        for place, parent in enumerate(steps[2].parents.tolist()):
            below.setdefault(steps[1].labels[parent], []).append(place)
    found = [(column, code, place) for column, code in enumerate(codes) for place in below.get(code, [-1])]
    return Leaves(
        labels=tuple(steps[2].labels[place] if place >= 0 else code for _, code, place in found),
        column=np.array([column for column, _, _ in found], np.int64),
        place=np.array([place for _, _, place in found], np.int64),
        parent=np.array([steps[2].parents[place] if place >= 0 else -1 for _, _, place in found], np.int64),
    )


def spread(chances: Array, parts: Sequence[Array], leaves: Leaves) -> Array:
    """Probabilities (n, leaves): those of all second-level codes (n, codes), parted as the third step says.

    ``parts`` are the probabilities of every step, those of the parents times those within them.
    """
    answer = chances[:, leaves.column]
    learned = np.flatnonzero(leaves.place >= 0)
    if len(learned):
        share = parts[2][:, leaves.place[learned]] / np.maximum(parts[1][:, leaves.parent[learned]], 1e-30)
        answer[:, learned] *= share
    return np.asarray(answer)

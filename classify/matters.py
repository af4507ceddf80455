"""Two matters in one ticket (一单两事): where the caller turns to another thing, and what each part is about.

Only short texts are cut: a call that turns (另外 …) speaks of a second matter, a long letter goes through the sides of
one. The parts are read by the lexicon, whichever model decided on the whole.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from classify.trie import Array

TURNS: Final = (
    "另外",
    "此外",
    "还有一个",
    "还有就是",
    "同时反映",
    "同时还",
    "再一个",
    "顺便",
    "另一个",
    "第二个问题",
    "第二件",
    "其次",
    "二是",
    "2、",
    "二、",
    "2.",
)
"""What callers say when they turn to something else [K]."""

LONGEST: Final = 420
"""Characters of content up to which a text is cut [P]."""

LEAST_PART: Final = 6
"""Characters that each part must have: less is a phrase, no matter [P]."""

POINTS: Final = 2.5
CERTAIN: Final = 0.3
"""A part speaks for a matter with one plain term, saturated as contents are, that leads [P]."""

NO_MATTER: Final = ("19", "99")
"""Complaints about how an earlier call went stand beside any matter; they are no second one."""


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _find(
    buffer: Any, offsets: Any, shifts: Any, begins: Any, words: Any, longest: int, least: int, found: Any
) -> None:
    """Fill ``found`` (texts,) with where the last turn of each text's content stands, or -1."""
    for text in range(offsets.shape[0] - 1):
        found[text] = -1
        start, end = offsets[text] + shifts[text], offsets[text + 1]
        if end - start > longest or end - start < 2 * least:
            continue
        for at in range(start + least, end - least):
            point = buffer[at]
            if point >= begins.shape[0] or begins[point] == 0:
                continue
            for word in range(words.shape[0]):
                place = 0
                while place < words.shape[1] and words[word, place] != 0 and at + place < end:
                    if buffer[at + place] != words[word, place]:
                        break
                    place += 1
                if place == words.shape[1] or words[word, place] == 0:
                    found[text] = at - offsets[text]
                    break
            if found[text] >= 0:
                break


def _table() -> tuple[Array, Array]:
    words = np.zeros((len(TURNS), max(map(len, TURNS))), np.uint32)
    begins = np.zeros(65536, np.uint8)
    for row, word in enumerate(TURNS):
        words[row, : len(word)] = [ord(char) for char in word]
        begins[ord(word[0])] = 1
    return begins, words


_BEGINS, _WORDS = _table()


def turns(buffer: Array, offsets: Array, shifts: Array) -> Array:
    """Where the first turn in the content of each text stands, from the start of the text, or -1."""
    found = np.empty(len(offsets) - 1, np.int64)
    _find(buffer, offsets, shifts, _BEGINS, _WORDS, LONGEST, LEAST_PART, found)
    return found


def cut(buffer: Array, offsets: Array, shifts: Array, found: Array) -> tuple[Array, Array, Array, Array]:
    """Texts with a turn as twice as many parts: their rows, then buffer, offsets and shifts of the parts."""
    rows = np.flatnonzero(found >= 0)
    pieces, sizes, titles = [], [0], []
    for row in rows.tolist():
        start, middle, end = int(offsets[row]), int(offsets[row] + found[row]), int(offsets[row + 1])
        pieces += [buffer[start:middle], buffer[middle:end]]
        sizes += [middle - start, end - middle]
        titles += [int(shifts[row]), 0]
    joined = np.concatenate(pieces) if pieces else buffer[:0]
    return rows, joined, np.cumsum(np.array(sizes, offsets.dtype)), np.array(titles, np.int64)


def second_matters(
    tops: Array, chances: Array, points: Array, winners: Array, codes: list[str]
) -> list[tuple[int, float] | None]:
    """For each cut text the column of its second matter with its probability, or None.

    ``tops``, ``chances``, ``points`` (2n, k) are the answers of the parts, ``winners`` (n,) the columns of the wholes.
    The second matter is that of the part which does not speak for the winner.
    """
    answer: list[tuple[int, float] | None] = []
    best, sure, spoken = tops[:, 0], chances[:, 0], points[:, 0]
    for number, winner in enumerate(winners.tolist()):
        part = 2 * number if best[2 * number + 1] == winner else 2 * number + 1
        clear = spoken[part] >= POINTS and sure[part] >= CERTAIN and codes[best[part]][:2] not in NO_MATTER
        answer.append((int(best[part]), float(sure[part])) if clear and best[part] != winner else None)
    return answer

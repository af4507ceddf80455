"""The reader of names (姓名): a conditional random field that tells where names stand in a view.

It is fitted on made-up sentences (``classify.nametraining``) and sees the signs of ``classify.namefeatures``. The rules
for cues (``names``, ``nameforms``, ``signatures``) know what a form says outright; where both speak, the likelier wins.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.resources import as_file
from typing import Final

import pycrfsuite

from classify.namefeatures import MODEL, Seen, features, seen

CERTAIN: Final = 0.5
"""Probability from which a name is believed."""

_own = threading.local()
"""A tagger keeps the sentence it reads, so every thread has its own."""


def _tagger() -> pycrfsuite.Tagger:
    tagger: pycrfsuite.Tagger | None = getattr(_own, "tagger", None)
    if tagger is None:
        tagger = pycrfsuite.Tagger()
        with as_file(MODEL) as path:
            tagger.open(str(path))
        _own.tagger = tagger
    return tagger


def labels(size: int, spans: list[tuple[int, int]]) -> list[str]:
    """A label a character: B begins a name, I goes on, E ends it, O is none."""
    row = ["O"] * size
    for start, end in spans:
        row[start:end] = ["B", *"I" * (end - start - 2), "E"]
    return row


def read(text: str) -> Iterator[tuple[int, int, float]]:
    """(start, end, probability) of the names in a view, in order."""
    look = seen(text)
    for low, high in look.windows():
        yield from _window(look, low, high)


def _window(look: Seen, low: int, high: int) -> Iterator[tuple[int, int, float]]:
    tagger = _tagger()
    tagger.set(features(look, low, high))
    row = tagger.tag()
    at = 0
    while at < len(row):
        if row[at] != "B":
            at += 1
            continue
        end = at + 1
        while end < len(row) and row[end] == "I":
            end += 1
        if end < len(row) and row[end] == "E":
            marks = ["B", *"I" * (end - at - 1), "E"]
            yield (
                low + at,
                low + end + 1,
                min(tagger.marginal(mark, place) for place, mark in enumerate(marks, start=at)),
            )
        at = end + 1

"""Patterns (模式) of the data tables, searched fast.

Tables hold long alternations, which ``re`` tries one by one at every character. A :class:`Pattern` knows with which two
characters a match can begin, looks only where such a pair stands, and finds exactly what ``re`` finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _parser as syntax  # type: ignore[attr-defined]  # what re itself compiles from
from typing import Any, Final

_PAIR: Final = 2
_MOST: Final = 4000
"""Beginnings after which a pattern is no longer worth filtering."""

_CLASS: Final = 80
"""Characters of a class that are spelled out."""

Atoms = frozenset[str]
"""Words of which every match of a pattern holds one."""

Openings = set[tuple[str, bool]]
"""Beginnings of matches, at most two characters; True: closed, whatever follows."""


class Pattern:
    """A regular expression with ``search``, ``match`` and ``finditer`` as in ``re``. Raises ``re.error``."""

    __slots__ = ("_opening", "finditer", "match", "pattern", "search")

    def __init__(self, pattern: str) -> None:
        compiled = re.compile(pattern)
        self.pattern = pattern
        self.match = compiled.match
        opening = _opening(pattern)
        if opening is None:
            self.search = compiled.search
            self.finditer = compiled.finditer
        else:
            self._opening = re.compile(opening)
            self.search = self._search  # type: ignore[assignment]
            self.finditer = self._finditer  # type: ignore[assignment]

    def _search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        match = self.match
        for opening in self._opening.finditer(text, start, end):
            found = match(text, opening.start(), end)
            if found is not None:
                return found
        return None

    def _finditer(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        for opening in self._opening.finditer(text, start, end):
            if opening.start() >= start:
                found = self.match(text, opening.start(), end)
                if found is not None:
                    yield found
                    start = found.end()


def _opening(pattern: str) -> str | None:
    """A pattern for the character that begins a match, looking at the next; None when anything may begin one."""
    parsed = syntax.parse(pattern)
    if parsed.state.flags & ~re.UNICODE:
        return None
    found = _follow(parsed, {("", False)})
    if found is None or any(not begin for begin, _ in found):
        return None
    seconds: dict[str, set[str] | None] = {}
    for begin, _ in found:
        if len(begin) < _PAIR:
            seconds[begin] = None
        elif (known := seconds.setdefault(begin[0], set())) is not None:
            known.add(begin[1])
    return "|".join(
        re.escape(first) + (f"(?=[{''.join(map(re.escape, sorted(chars)))}])" if chars else "")
        for first, chars in sorted(seconds.items())
    )


def _follow(items: Iterable[Any], begun: Openings) -> Openings | None:
    """Beginnings after ``items`` were put behind ``begun``; None when there are too many to tell."""
    for item in items:
        after = _put(item, {begin for begin in begun if not begin[1]})
        if after is None or len(after) > _MOST:
            return None
        begun = after | {begin for begin in begun if begin[1]}
    return begun


def _put(item: tuple[Any, Any], begun: Openings) -> Openings | None:
    kind, value = str(item[0]), item[1]
    if not begun or kind in ("AT", "ASSERT", "ASSERT_NOT"):
        return begun
    if kind == "LITERAL":
        return _append(begun, {chr(value)})
    if kind == "IN":
        return _append(begun, _chars(value))
    if kind == "SUBPATTERN" and not value[1]:
        return _follow(value[-1], begun)
    if kind == "BRANCH":
        parts = [_follow(branch, begun) for branch in value[1]]
        return None if None in parts else set().union(*[part for part in parts if part is not None])
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inside = value
        once = _follow(inside, begun)
        twice = _follow(inside, once) if once is not None and most > 1 else once
        if once is None or twice is None:
            return None
        return (begun if least == 0 else set()) | (once if least <= 1 else set()) | twice
    return {(begin, True) for begin, _ in begun}


def _append(begun: Openings, chars: set[str] | None) -> Openings:
    if chars is None:
        return {(begin, True) for begin, _ in begun}
    return {(begin + char, len(begin) + 1 == _PAIR) for begin, _ in begun for char in chars}


def _chars(parts: Iterable[tuple[Any, Any]]) -> set[str] | None:
    """Characters of a class; None when it is negated or large."""
    chars: set[str] = set()
    for kind, value in parts:
        if str(kind) == "LITERAL":
            chars.add(chr(value))
        elif str(kind) == "RANGE" and value[1] - value[0] < _CLASS:
            chars.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return chars


def atoms(pattern: str) -> Atoms | None:
    """Words of which every match of ``pattern`` holds at least one; None when there are no such words."""
    parsed = syntax.parse(pattern)
    return None if parsed.state.flags & ~re.UNICODE else _atoms(parsed)


def _atoms(items: Iterable[Any]) -> Atoms | None:
    """Of a sequence, the words that tell most: the longest letters in a row, or those of one of its parts."""
    best: Atoms | None = None
    row = ""
    for kind, value in items:
        name = str(kind)
        row = row + chr(value) if name == "LITERAL" else ""
        found: Atoms | None = None
        if row:
            found = frozenset([row])
        elif name == "SUBPATTERN" and not value[1]:
            found = _atoms(value[-1])
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
            found = _atoms(value[2])
        elif name == "BRANCH":
            parts = [_atoms(branch) for branch in value[1]]
            found = None if None in parts else frozenset().union(*[part for part in parts if part is not None])
        if found is not None and (best is None or min(map(len, found)) >= min(map(len, best))):
            best = found
    return best

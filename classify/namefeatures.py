"""What the reader of names (姓名) looks at: for every character near a possible name, the signs around it.

Signs are characters, classes of characters, the cheapest division into words, the price of a name against those words,
and cues. Only the surroundings of characters where a name may begin are looked at, so a long text costs little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from classify.namecontext import HAN, cue_table, cue_trie, surname_at
from classify.namescores import is_frequent, is_usual, name_cost, priced
from classify.namewords import given, minority_parts, not_names, rare_surnames, surnames, word_costs

MODEL: Final = files("classify") / "data" / "names" / "model.crf"
"""The fitted reader (CRFsuite), made by ``python -m classify.nametraining``."""
FLOOR: Final = -8.0
"""Log odds below which a surname and what follows are not looked at unless a cue stands before: 2 % of the names of
the golden sentences are lower, and 6 % of the characters of ordinary texts are higher."""
_BEFORE, _AFTER = 2, 6
"""Characters looked at before and from the beginning of a possible name."""
_LOWEST, _HIGHEST = -8, 8


@dataclass(frozen=True, slots=True)
class Divided:
    """A view divided into words at the least cost: ``rest[i]`` is the cost from ``i`` to the end, in nats.

    ``marks[i]`` tells the place of character ``i`` in its word, the word's length and its price; ``ends`` maps the end
    of every word to the word.
    """

    rest: list[float]
    marks: list[str]
    ends: dict[int, str]


def divided(text: str) -> Divided:
    """The cheapest division of ``text`` into words of the dictionary."""
    size = len(text)
    rest, ends, costs = priced(text)
    marks, words, at = [""] * size, {}, 0
    while at < size:
        end = ends[at]
        length = end - at
        mark = f"{length}/{int(costs[at] // 2)}"
        if length == 1:
            marks[at] = "S" + mark
        else:
            marks[at], marks[end - 1] = "B" + mark, "E" + mark
            for inner in range(at + 1, end - 1):
                marks[inner] = "M" + mark
        words[end] = text[at:end]
        at = end
    return Divided(rest, marks, words)


@cache
def _minority() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, minority_parts()), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Seen:
    """A view with what is reckoned once for it: division, cues by their end, odds of a name by its beginning."""

    text: str
    division: Divided
    cues: dict[int, str]
    odds: dict[int, tuple[float, int]]
    parts: frozenset[int]

    def windows(self) -> list[tuple[int, int]]:
        """The stretches that may hold a name, apart and in order."""
        begins = {at for at, (value, _) in self.odds.items() if value >= FLOOR or at in self.cues} | self.parts
        found: list[tuple[int, int]] = []
        for at in sorted(begins):
            low, high = max(0, at - _BEFORE), min(len(self.text), at + _AFTER)
            if found and low <= found[-1][1]:
                found[-1] = (found[-1][0], max(high, found[-1][1]))
            else:
                found.append((low, high))
        return found


def seen(text: str) -> Seen:
    """``text`` (a view) made ready to be read."""
    strengths = cue_table()[1]
    cues = {end: strengths[which] for which, _, end in cue_trie().find_matches_as_indexes(text)}
    division = divided(text)
    odds: dict[int, tuple[float, int]] = {}
    heads = _heads()
    for at, char in enumerate(text):
        if char not in heads:
            continue
        surname = surname_at(text, at)
        if surname is None:
            continue
        best = _best(text, at, surname, division.rest)
        if best is not None:
            odds[at] = best
    parts = frozenset(found.start() for found in _minority().finditer(text))
    return Seen(text, division, cues, odds, parts)


@cache
def _heads() -> frozenset[str]:
    single, _, compound = surnames()
    return single | {name[0] for name in compound}


def _best(text: str, at: int, surname: str, rest: list[float]) -> tuple[float, int] | None:
    """(log odds, characters of the given name) of the likelier of the two lengths; None where no name can stand."""
    best = None
    begin = at + len(surname)
    for size in (1, 2):
        end = begin + size
        if end > len(text) or not HAN.match(text[end - 1]):
            break
        value = rest[at] - rest[end] - name_cost(surname, text[begin:end])
        if best is None or value > best[0]:
            best = value, size
    return best


@lru_cache(maxsize=16384)
def _kind(char: str) -> str:
    """Class of a character: script, as a surname, as a character of given names."""
    if not HAN.match(char):
        return "9" if char.isdigit() else "a" if char.isalpha() else "_" if char.isspace() else char
    return "H" + _as_surname(char) + _as_given(char)


def _as_surname(char: str) -> str:
    single, careful, _ = surnames()
    if char in rare_surnames():
        return "r"
    if char in careful:
        return "c"
    return "f" if is_frequent(char) else "s" if char in single else "n"


def _as_given(char: str) -> str:
    return "u" if is_usual(char) else "g" if char in given() else "n"


_EDGE: Final = 4
"""Places beyond the first and last character that signs may name."""


def features(look: Seen, low: int, high: int) -> list[list[str]]:
    """Signs of the characters from ``low`` to ``high`` (exclusive), a list each."""
    size = len(look.text)
    padded = "^" * _EDGE + look.text + "$" * _EDGE
    kinds = [_kind(char) for char in padded[low : high + 2 * _EDGE]]
    marks = look.division.marks
    rows = []
    for at in range(low, high):
        p, k = at + _EDGE, at - low + _EDGE
        c3, c2, c1, c, d1, d2, d3 = list(padded[p - 3 : p + 4])
        k2, k1, k0, n1, n2, n3 = kinds[k - 2 : k + 4]
        signs = [
            "b", "p3" + c3, "p2" + c2, "p1" + c1, "c" + c, "n1" + d1, "n2" + d2, "n3" + d3,
            "pp" + c2 + c1, "pc" + c1 + c, "cn" + c + d1, "nn" + d1 + d2, "ppp" + c3 + c2 + c1, "n23" + d2 + d3,
            "kp2" + k2, "kp1" + k1, "k" + k0, "kn1" + n1, "kn2" + n2, "kn3" + n3,
            f"kb{k0[1:2]}{n1[2:]}{n2[2:]}{n3[:1]}", f"ki{k1[1:2]}{k0[2:]}{n1[2:]}{n2[:1]}",
            f"ke{k2[1:2]}{k1[2:]}{k0[2:]}{n1[:1]}",
        ]  # fmt: skip
        for step in (-2, -1, 0, 1, 2):
            if 0 <= at + step < size:
                mark = marks[at + step]
                signs += (f"m{step}{mark}", f"ms{step}{mark[:2]}")
        word = look.division.ends.get(at)
        if word is not None:
            signs.append("w" + word)
        _prices(look, at, signs)
        rows.append(signs)
    _words(look.text, low, rows)
    return rows


def _words(text: str, low: int, rows: list[list[str]]) -> None:
    """Adds to the row of every character the words of the dictionary that cover it, with their price."""
    costs, listed = word_costs(), not_names()
    high = low + len(rows)
    for start in range(max(0, low - 3), high):
        for length in (2, 3, 4):
            piece = text[start : start + length]
            cost, why = costs.get(piece), listed.get(piece)
            if cost is None and why is None:
                continue
            for at in range(max(low, start), min(high, start + length)):
                if cost is not None:
                    rows[at - low].append(f"d{at - start}{length}{int(cost // 1.5)}")
                if why is not None:
                    rows[at - low].append(f"l{at - start}{length}{why}")


def _prices(look: Seen, at: int, signs: list[str]) -> None:
    """Adds what the price of a name that begins here or one or two characters before says, and its cue."""
    for back in (0, 1, 2):
        begin = at - back
        if begin < 0:
            break
        odds = look.odds.get(begin)
        if odds is not None:
            level = max(_LOWEST, min(_HIGHEST, int(odds[0] // 2)))
            signs.append(f"o{back}{level},{odds[1]}")
            signs += [f"o{back}>{step}" for step in range(level + 1)]
            if begin:
                signs.append(f"oc{back}{level}{look.text[begin - 1]}")
        for gap in (0, 1, 2):
            cue = look.cues.get(begin - gap) if begin >= gap else None
            if cue is not None:
                signs.append(f"q{back}{gap}{cue}{look.text[begin - gap : begin]}")
        if begin in look.parts:
            signs.append(f"y{back}")

"""Tables behind the names: surnames, characters of given names, and the words that are no names."""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib.resources import files
from typing import Final


@cache
def surnames() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(one-character surnames, those that are mostly other words, compound surnames)."""
    with (files("classify") / "data" / "masking_surnames.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    single = frozenset(row["surname"] for row in rows if len(row["surname"]) == 1)
    careful = frozenset(row["surname"] for row in rows if row["careful"] != "0")
    return single, careful, frozenset(row["surname"] for row in rows if len(row["surname"]) > 1)


@cache
def rare_surnames() -> frozenset[str]:
    """Surnames that are nearly always another word: only the price of a name may speak for them (careful = 2)."""
    with (files("classify") / "data" / "masking_surnames.csv").open(encoding="utf-8") as lines:
        return frozenset(row["surname"] for row in csv.DictReader(lines) if row["careful"] == "2")


@cache
def given() -> frozenset[str]:
    """Characters that people are named with."""
    with (files("classify") / "data" / "masking_given.csv").open(encoding="utf-8") as lines:
        return frozenset("".join(row["characters"] for row in csv.DictReader(lines)))


@cache
def minority_parts() -> tuple[str, ...]:
    """Parts of Uyghur, Kazakh, Tibetan and Mongol names as they are written in ideographs."""
    with (files("classify") / "data" / "names" / "minority.csv").open(encoding="utf-8") as lines:
        return tuple(row["part"] for row in csv.DictReader(lines))


@cache
def not_names() -> dict[str, str]:
    """Words that are spelled like a name, and public figures."""
    with (files("classify") / "data" / "masking_not_names.csv").open(encoding="utf-8") as lines:
        return {row["word"]: row["why"] for row in csv.DictReader(lines)}


@cache
def _dictionary() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(words, words far more common than any name, places and firms) of jieba's dictionary, in one reading."""
    single, _, _ = surnames()
    plain = {word for word, why in not_names().items() if why != "public"}
    common, places = set(), set()
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, given_count, tag = line.split(" ")
            size, count = len(word), int(given_count)
            if not 2 <= size <= 4 or count < 30 or tag.startswith("nr"):
                continue
            if size == 2 and count >= 1200:
                common.add(word)
            if tag.startswith(("ns", "nz", "nt")):
                if size < 4 and count >= 100:
                    places.add(word)
            elif size == 2 or word[0] in single:
                plain.add(word)
    return frozenset(plain), frozenset(common), frozenset(places)


@cache
def word_costs() -> dict[str, float]:
    """Minus the logarithm of every word's share of jieba's dictionary, names of persons left out."""
    counts: dict[str, int] = {}
    _, careful, _ = surnames()
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, tag = line.split(" ")
            size = len(word)
            # jieba tags ordinary words as names of persons (权威, 廉政); behind a common surname they may be names
            named = tag.startswith("nr") and not (size == 2 and int(count) >= 60 and word[0] in careful)
            if size == 1 or (size <= 4 and int(count) >= 5 and not named):
                counts[word] = int(count)
    total = math.log(sum(counts.values()))
    costs = {word: total - math.log(max(1, count)) for word, count in counts.items()}
    for word, why in not_names().items():
        if why == "word":
            costs[word] = min(costs.get(word, 99.0), _LISTED)
    return costs


_LISTED: Final = 9.0
"""Cost of a word listed because hotline texts hold it where a name could stand."""


@cache
def _place_words() -> frozenset[str]:
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        rows = (line.split(" ") for line in lines)
        return frozenset(
            word for word, count, tag in rows if tag.startswith("ns") and 2 <= len(word) <= 3 and int(count) > 2
        )


def is_place(name: str) -> bool:
    """Whether the dictionary knows ``name`` as a place, however rare: 昌乐, 薛城."""
    return name in _place_words()


def words() -> frozenset[str]:
    """Words of the language without its names, to tell 高空 from a Mr Gao."""
    return _dictionary()[0]


def common_words() -> frozenset[str]:
    """Words that a text holds far more often than a name does (物业, 上周)."""
    return _dictionary()[1]


def places() -> frozenset[str]:
    """Names of places and firms: 安徽人 after a cue is no Mr An."""
    return _dictionary()[2]

"""Tables behind the names: surnames, characters of given names, and the words that are no names."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def surnames() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(one-character surnames, those that are mostly other words, compound surnames)."""
    with (files("classify") / "data" / "masking_surnames.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    single = frozenset(row["surname"] for row in rows if len(row["surname"]) == 1)
    careful = frozenset(row["surname"] for row in rows if row["careful"] == "1")
    return single, careful, frozenset(row["surname"] for row in rows if len(row["surname"]) > 1)


@cache
def given() -> frozenset[str]:
    """Characters that people are named with."""
    with (files("classify") / "data" / "masking_given.csv").open(encoding="utf-8") as lines:
        return frozenset("".join(row["characters"] for row in csv.DictReader(lines)))


@cache
def not_names() -> dict[str, str]:
    """Words that are spelled like a name, and public figures."""
    with (files("classify") / "data" / "masking_not_names.csv").open(encoding="utf-8") as lines:
        return {row["word"]: row["why"] for row in csv.DictReader(lines)}


@cache
def words() -> frozenset[str]:
    """Words of the language (jieba's dictionary without its names), to tell 高空 from a Mr Gao."""
    single, _, _ = surnames()
    words = {word for word, why in not_names().items() if why != "public"}
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, tag = line.split(" ")
            size = len(word)
            if tag.startswith(("nr", "ns", "nz")) or int(count) < 30:
                continue
            if size == 2 or (size in (3, 4) and word[0] in single):
                words.add(word)
    return frozenset(words)


@cache
def places() -> frozenset[str]:
    """Names of places and firms in jieba's dictionary: 安徽人 after a cue is no Mr An."""
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        rows = (line.split(" ") for line in lines)
        return frozenset(
            word
            for word, count, tag in rows
            if len(word) in (2, 3) and tag[:2] in ("ns", "nz", "nt") and int(count) >= 100
        )


@cache
def common_words() -> frozenset[str]:
    """Words that a text holds far more often than a name does (物业, 上周)."""
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        rows = (line.split(" ") for line in lines)
        return frozenset(word for word, count, tag in rows if len(word) == 2 and int(count) >= 1200 and tag[:2] != "nr")

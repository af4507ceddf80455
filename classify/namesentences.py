"""Sentences with made-up names (姓名) for fitting the reader of names: templates, roles, dictionary words, plain texts.

Everything is drawn from the seed given, so that a fit can be repeated; no message of a caller is among the sources.
"""

from __future__ import annotations

import csv
import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Final

from classify.namecontext import HAN, cue_table
from classify.namescores import frequent_surnames, usual_characters
from classify.namewords import given, minority_parts, not_names, places, rare_surnames, surnames, word_costs

Sentence = tuple[str, list[tuple[int, int]]]
"""A text and where its names stand, [start, end)."""

_PERSON_ENDS: Final = "人员者工师长主户生友属客商贩农民婆公爷奶叔婶姨"
_MARKS: Final = "，。，。，、 ；：！"
_AFTER_LABEL: Final = ("，", "。", " ", "", "\n", "；", "，电话", "/")
_JOINS: Final = ("：", ":", " ", "", "：", "为", "是")


@cache
def _templates(use: str) -> list[str]:
    with (files("classify") / "data" / "names" / "sentences.csv").open(encoding="utf-8") as lines:
        return [row["sentence"].replace("\\n", "\n") for row in csv.DictReader(lines) if row["use"] == use]


@dataclass(frozen=True, slots=True)
class _Weighted:
    """Words to draw from, the frequent ones more often."""

    words: list[str]
    sums: list[float]

    @classmethod
    def of(cls, words: list[str], power: float) -> _Weighted:
        costs = word_costs()
        return cls(words, list(accumulate(math.exp(-costs[word] * power) for word in words)))

    def draw(self, rng: random.Random) -> str:
        return rng.choices(self.words, cum_weights=self.sums)[0]


class Writer:
    """Writes sentences; ``plain`` are texts without names, ``place_names`` names of places."""

    def __init__(self, seed: int, plain: Sequence[str], place_names: Sequence[str]) -> None:
        self._rng = random.Random(seed)
        self._plain = list(plain)
        self._clauses = [part for text in plain for part in re.split(r"(?<=[。！？\n])", text) if len(part) > 5]
        single, _, compound = surnames()
        costs = word_costs()
        self._single, self._compound = sorted(single - rare_surnames()), sorted(compound)
        self._given, self._usual = sorted(given()), sorted(usual_characters())
        han = [word for word in sorted(costs) if all(map(HAN.match, word))]
        self._any = _Weighted.of([word for word in han if costs[word] < 13], 0.8)
        self._like_names = _Weighted.of(
            [word for word in han if len(word) > 1 and costs[word] < 14 and word[0] in single], 0.6
        )
        self._worded = [
            word for word in han if 2 <= len(word) <= 3 and word[0] in single and all(c in given() for c in word[1:])
        ]
        self._places = [*place_names, *(word for word in han if word in places())]
        cues, strengths = cue_table()
        self._roles = [c for c, kind in zip(cues, strengths, strict=True) if kind == "role" and len(c) > 1]
        self._labels = [c for c, kind in zip(cues, strengths, strict=True) if kind == "label"]
        self._people = [word for word in han if 2 <= len(word) <= 4 and word[-1] in _PERSON_ENDS and costs[word] < 15]
        self._public = sorted(word for word, why in not_names().items() if why == "public")

    def name(self, worded: float) -> str:
        """A name; ``worded`` is the share of names that are words of the language (高峰, 温泉)."""
        rng = self._rng
        if rng.random() < 0.04:
            return self._minority()
        if rng.random() < worded:
            return rng.choice(self._worded)
        which = rng.random()
        if which < 0.62:
            frequent = frequent_surnames()
            surname = frequent[min(int(rng.expovariate(1 / 25)), len(frequent) - 1)]
        else:
            surname = rng.choice(self._single if which < 0.95 else self._compound)
        first = self._character()
        if rng.random() < 0.22:
            return surname + first
        return surname + first + (first if rng.random() < 0.05 else self._character())

    def _character(self) -> str:
        return self._rng.choice(self._usual if self._rng.random() < 0.65 else self._given)

    def _minority(self) -> str:
        rng, parts = self._rng, minority_parts()
        which = rng.random()
        if which < 0.4:
            return f"{rng.choice(parts)}·{rng.choice(parts)}"
        if which < 0.7:
            return rng.choice([part for part in parts if len(part) > 2])
        return rng.choice([part for part in parts if len(part) == 2]) + rng.choice(
            [part for part in parts if len(part) == 2]
        )

    def renamed(self, sentence: Sentence) -> Sentence:
        """The sentence with other names; the same name gets the same new one, names with a dot stay."""
        text, spans = sentence
        parts, found, at, size, new = [], [], 0, 0, dict[str, str]()
        for start, end in sorted(spans):
            old = text[start:end]
            keep = "·" in old or self._rng.random() < 0.1
            name = old if keep else new.setdefault(old, self.name(0.05))
            parts += [text[at:start], name]
            size += start - at
            found.append((size, size + len(name)))
            size, at = size + len(name), end
        return "".join([*parts, text[at:]]), found

    def write(self, count: int) -> list[Sentence]:
        """``count`` sentences with names, words like names, places, titles and public figures."""
        kinds = (self._filled, self._role, self._bare, self._label, self._role_word, self._place, self._titled)
        rest = (self._stock, self._word, self._figure, self._salad, self._natural)
        weights = (40, 18, 4, 4, 6, 6, 3, 5, 7, 1, 3, 3)
        makers = self._rng.choices((*kinds, *rest), weights=weights, k=count)
        return [self._framed(maker()) for maker in makers]

    def _framed(self, sentence: Sentence) -> Sentence:
        """With words before and behind, half of the time each."""
        rng, (text, spans) = self._rng, sentence
        before = after = ""
        if self._clauses and rng.random() < 0.5:
            before = rng.choice(self._clauses)[-rng.randint(4, 30) :] if rng.random() < 0.6 else self._words(4)
            before += rng.choice(("，", "。", "", "", "，", " "))
        if self._clauses and rng.random() < 0.5:
            after = rng.choice(("", "，", "。", "，", "\n")) + rng.choice(self._clauses)[: rng.randint(3, 20)]
        return before + text + after, [(start + len(before), end + len(before)) for start, end in spans]

    def _words(self, most: int) -> str:
        return "".join(self._any.draw(self._rng) for _ in range(self._rng.randint(1, most)))

    def _behind(self, before: str, name: str, after: str) -> Sentence:
        return before + name + after, [(len(before), len(before) + len(name))]

    def _filled(self) -> Sentence:
        first, *others = self._rng.choice(_templates("name")).split("{N}")
        text, spans = first, []
        for part in others:
            name = self.name(0.03)
            text = text.replace("{S}", name[: 2 if name[:2] in self._compound else 1])
            spans.append((len(text), len(text) + len(name)))
            text += name + part
        return text, spans

    def _a_role(self) -> str:
        return self._rng.choice(self._roles if self._rng.random() < 0.5 else self._people)

    def _role(self) -> Sentence:
        return self._behind(self._a_role(), self.name(0.03), self._rng.choice(_templates("tail")))

    def _bare(self) -> Sentence:
        return self._behind(self._rng.choice("，。、"), self.name(0.01), self._rng.choice(_templates("tail")))

    def _label(self) -> Sentence:
        before = self._rng.choice(self._labels) + self._rng.choice(_JOINS)
        return self._behind(before, self.name(0.08), self._rng.choice(_AFTER_LABEL))

    def _role_word(self) -> Sentence:
        return self._a_role() + self._like_names.draw(self._rng) + self._words(4), []

    def _place(self) -> Sentence:
        name = self.name(0.05).replace("·", "")
        return name + self._rng.choice(_templates("place")) + self._rng.choice(_templates("tail")), []

    def _titled(self) -> Sentence:
        rng = self._rng
        surname = rng.choice(frequent_surnames()[:60]) if rng.random() < 0.7 else rng.choice(self._single)
        before = rng.choice((self._a_role(), "", "", "小", "老", "大"))
        title = "" if before in ("小", "老", "大") else rng.choice(_templates("title"))
        return before + surname + title + rng.choice(_templates("tail")), []

    def _stock(self) -> Sentence:
        return self._rng.choice(_templates("plain")), []

    def _word(self) -> Sentence:
        rng, like = self._rng, self._like_names
        word = rng.choice(self._places) if rng.random() < 0.4 else (like if rng.random() < 0.8 else self._any).draw(rng)
        if word in self._public:
            return self._stock()
        frame = rng.choice(_templates("word"))
        for slot, filler in (("{W}", word), ("{V}", like.draw(rng)), ("{X}", like.draw(rng)), ("{A}", word[0])):
            frame = frame.replace(slot, filler)
        return frame, []

    def _figure(self) -> Sentence:
        return self._rng.choice(_templates("figure")).replace("{W}", self._rng.choice(self._public)), []

    def _salad(self) -> Sentence:
        rng = self._rng
        marks = (rng.choice(_MARKS) if rng.random() < 0.22 else "" for _ in range(rng.randint(8, 20)))
        return "".join(self._any.draw(rng) + mark for mark in marks), []

    def _natural(self) -> Sentence:
        return (self._rng.choice(self._plain)[:200] if self._plain else self._rng.choice(_templates("plain"))), []

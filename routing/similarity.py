"""How alike two tickets are: evidence of name, title, matter, wording, caller, place and time, and one score from it.

The score is a logistic model whose weights are set by hand in repeats.toml; nothing is fitted. Rarity (idf) comes from
the batch, blended with a general expectation, so that a batch of five tickets behaves and a batch of a million adapts;
it is a function of the set of tickets, never of their order.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

from routing.entities import SUBJECTS, Name, terms
from routing.fingerprint import BLOOM, SKETCH, Fingerprint, hashed, pair_bit

PRIOR_TICKETS: Final = 1000
"""Weight of the general expectation against the batch, in tickets."""

USUAL: Final = 0.004
"""Expected share of tickets that hold a word of which nothing is known."""

USUAL_NAME: Final = 0.0005
"""The same of a name."""

_NUMBERED: Final = re.compile(r"\d")
_LETTERS: Final = re.compile(r"[A-Za-z]\d*[市区县]")
"""Places of the anonymised messages: A市 is the city, A3区 a district of it."""

_CITY: Final = re.compile(r"[A-Za-z]市")
_CODE: Final = re.compile(r"[a-z0-9]+")

BUSY: Final = 6
"""Tickets of one caller in the set from which "the same caller" says less and less: some callers report everything."""

WIDE: Final = 5
WIDE_WEIGHT: Final = 0.3
"""A name said of so many streets or districts is a chain or no name, and says this much of what it would."""

PLAIN_HEAD: Final = 0.4
"""What a shared beginning says that does not look like a proper name."""

SHORT: Final = 80
"""Characters up to which equal wording alone says nothing: people ask the same thing in the same few words."""

SURE: Final = 0.25
"""Probability that the kept categories must hold together before they are evidence."""

HEAD_NAME: Final = 5
"""Characters at a title's beginning that can be a name; what a shared beginning says beyond them is matter."""

_KIND_WEIGHT: Final[Mapping[str, float]] = {
    "estate": 1.0, "school": 1.0, "company": 1.0, "village": 1.0, "venue": 0.9, "route": 0.9,
    "road": 0.75, "quoted": 0.7, "class": 0.6, "area": 0.25,
}  # fmt: skip


@lru_cache(maxsize=1 << 16)
def pairs_of(core: str) -> tuple[tuple[int, int], ...]:
    """Hash and filter bit of every character pair of a string."""
    return tuple((hashed(core[i : i + 2]), pair_bit(core[i], core[i + 1])) for i in range(len(core) - 1))


class Rarity:
    """idf of hashed words and names over a set of tickets."""

    def __init__(self, prints: Iterable[Fingerprint] = ()) -> None:
        self._words: Counter[int] = Counter()
        self._names: Counter[str] = Counter()
        self._callers: Counter[str] = Counter()
        self._places: dict[str, set[str]] = {}
        self.n = 0
        for one in prints:
            self.n += 1
            self._words.update({*one.title, *(word for word, _ in one.body)} - {0})
            where = one.street or one.district
            for core in {name.core for name in one.names}:
                self._names[core] += 1
                if where and not _CITY.fullmatch(where):
                    self._places.setdefault(core, set()).add(where)
            if one.caller:
                self._callers[one.caller] += 1
        self._expected = {hashed(word): p for word, p in terms().common.items()}
        self._idf: dict[int, float] = {}
        self._strings: dict[str, float] = {}

    def word(self, word: int) -> float:
        """-ln of the blended share of tickets with the word; 0.7 (every second) to 7."""
        held = self._idf.get(word)
        if held is None:
            held = self._idf[word] = self._word(word)
        return held

    def _word(self, word: int) -> float:
        expected = self._expected.get(word, USUAL)
        return -math.log((self._words[word] + PRIOR_TICKETS * expected) / (self.n + PRIOR_TICKETS))

    def name(self, core: str) -> float:
        """Rarity of a name from 0 (in 8 % of the tickets) to 1 (in 0.15 % or less)."""
        share = (self._names[core] + PRIOR_TICKETS * USUAL_NAME) / (self.n + PRIOR_TICKETS)
        rare = min(1.0, max(0.0, (-math.log(share) - 2.5) / 4.0))
        return rare * WIDE_WEIGHT if self.wide(core) else rare

    def wide(self, core: str) -> bool:
        """Whether the name stands for no one place: a chain, or a word that only looks like a name."""
        return len(self._places.get(core, ())) >= WIDE

    def string(self, core: str) -> float:
        """Rarity of any string from 0 to 1, by its character pairs: for heads, which are cut at no certain place."""
        held = self._strings.get(core)
        if held is None:
            pairs = [self.word(pair) for pair, _ in pairs_of(core)]
            held = min(1.0, max(0.0, (sum(pairs) / len(pairs) - 3.5) / 2.5)) if pairs else 0.0
            self._strings[core] = held
        return held

    def caller(self, caller: str) -> int:
        """Tickets of the caller in the set."""
        return self._callers[caller]


@dataclass(frozen=True, slots=True)
class View:
    """A fingerprint made ready for comparing under one :class:`Rarity`."""

    one: Fingerprint
    title: dict[int, float]
    body: dict[int, float]
    names: dict[str, tuple[Name, float]]
    subjects: dict[str, list[str]]
    kinds: dict[str, list[str]]
    pairs: bytes
    sketch: frozenset[int]
    codes: dict[str, float]

    @classmethod
    def of(cls, one: Fingerprint, rarity: Rarity) -> View:
        title = _normal({gram: rarity.word(gram) for gram in one.title if gram})
        body = _normal({word: (1 + math.log(n)) * rarity.word(word) for word, n in one.body})
        names = {}
        subjects: dict[str, list[str]] = {}
        kinds: dict[str, list[str]] = {}
        for name in one.names:
            if name.core not in names:
                names[name.core] = (name, rarity.name(name.core) * _KIND_WEIGHT[name.kind])
                if name.title and name.kind in SUBJECTS:
                    subjects.setdefault(name.kind, []).append(name.core)
                if name.kind in SUBJECTS:
                    kinds.setdefault(name.kind, []).append(name.core)
        codes: dict[str, float] = {}
        for code, percent in one.codes:
            codes[code] = math.sqrt(percent / 100.0)
        pairs = one.pairs.to_bytes(BLOOM // 8, "little")
        return cls(one, title, body, names, subjects, kinds, pairs, frozenset(one.sketch), codes)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a pair; all from 0 to 1 except where said.

    ``name`` rare names shared; ``title`` cosine of titles, ``matter`` the same without the shared names, ``body``
    cosine of matter words; ``copy`` Jaccard of shingles; ``caller`` same caller (less for a busy one); ``code`` how
    far the likely categories agree, 0 unknown, -1 not at all; ``adrift`` no proper name is shared; ``conflict`` names
    of one kind that exclude each other; ``apart`` 1 other district, 2 other city; ``days`` between them; ``shared``
    the names, best first.
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
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
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

    @classmethod
    def from_dict(cls, record: Mapping[str, float]) -> Weights:
        return cls(**{one.name: float(record[one.name]) for one in fields(cls)})

    def score(self, pair: Evidence) -> float:
        """Probability-like score from 0 to 1."""
        z = (
            self.bias
            + self.name * pair.name
            + self.title * pair.title
            + self.body * pair.body
            + self.copy * pair.copy
            + self.caller * pair.caller
            + self.matter * pair.matter
            + self.code * max(pair.code, 0.0)
            - self.other * max(-pair.code, 0.0)
            + self.name_matter * pair.name * max(pair.body, pair.matter)
            - self.adrift * pair.adrift * (1.0 - pair.copy) * (1.0 - 0.7 * pair.caller)
            - self.conflict * pair.conflict
            - self.apart * pair.apart
            - self.years * min(pair.days / 365.0, 3.0)
        )
        return 1.0 / (1.0 + math.exp(-z))


def compare(a: View, b: View, rarity: Rarity) -> Evidence:
    """Evidence of a pair; symmetric."""
    name, shared, anchored, named = _names(a, b, rarity)
    one, other = a.one, b.one
    copy = jaccard(a.sketch, b.sketch, one, other)
    if not anchored:
        copy *= min(1.0, max(0.0, (min(one.size, other.size) - SHORT) / SHORT))
    caller = 0.0
    if one.caller and one.caller == other.caller:
        caller = 1.0 / (1.0 + max(0, rarity.caller(one.caller) - BUSY) / BUSY)
    body = _cosine(a.body, b.body)
    conflict = _conflict(a, b)
    alike_words = copy >= 0.2 or body >= 0.55
    if alike_words or not named:
        conflict = max(conflict, _strangers(a, b, alike_words))
    return Evidence(
        name=name,
        title=_cosine(a.title, b.title),
        matter=_matter(a.title, b.title, shared),
        body=body,
        copy=copy,
        caller=caller,
        code=_code(a.codes, b.codes),
        adrift=float(not anchored),
        conflict=conflict,
        apart=_apart(one.district, other.district),
        days=abs((one.received_at - other.received_at).total_seconds()) / 86400.0,
        shared=shared,
    )


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


def _names(a: View, b: View, rarity: Rarity) -> tuple[float, tuple[str, ...], bool, bool]:
    """Score of the shared names, the best three, whether a proper name is among them, and one that is no mere head."""
    found: dict[str, float] = {}
    anchored = False
    for one, other in ((a, b), (b, a)):
        for core, (name, weight) in one.names.items():
            hit = other.names.get(core)
            if hit is not None:
                found[core] = weight * _position(name, hit[0])
                anchored = anchored or (name.kind != "area" and not rarity.wide(core))
            elif name.title:
                support = weight * _support(core, other)
                if support > 0:
                    found[core] = max(support, found.get(core, 0.0))
                    anchored = anchored or (name.kind != "area" and not rarity.wide(core))
    named = anchored
    for one, other in ((a, b), (b, a)):
        head, weight = _head(one, other, rarity)
        if weight > 0 and not any(head in core or core in head for core in found):
            found[head] = weight
            anchored = anchored or one.one.proper
    best = sorted(((weight, core) for core, weight in found.items()), reverse=True)[:3]
    rest = 1.0
    for weight, _ in best:
        rest *= 1.0 - weight
    return 1.0 - rest, tuple(core for _, core in best), anchored, named


def _head(one: View, other: View, rarity: Rarity) -> tuple[str, float]:
    """The longest beginning of one title that the other ticket holds too, and how much it says."""
    head = one.one.head
    size = 0
    in_title = True
    for pair, bit in pairs_of(head):
        if pair not in other.title:
            if not other.pairs[bit >> 3] >> (bit & 7) & 1:
                break
            in_title = False
        size += 1
    if size < (2 if in_title else 3):
        return "", 0.0  # three characters are in the filter by chance too often
    core = head[: size + 1]
    weight = rarity.string(core) * (0.95 if in_title else 0.75) * (1.0 if one.one.proper else PLAIN_HEAD)
    return core[:HEAD_NAME], weight * (1.0 if size >= 3 else 0.85)


def _position(name: Name, other: Name) -> float:
    if name.title and other.title:
        return 1.0
    if name.title or other.title:
        return 0.85
    return 0.6 if name.n > 1 and other.n > 1 else 0.4


def _support(core: str, other: View) -> float:
    """How far a title name of one ticket is in the other: in its title, in its text, or nearly one of its names."""
    if len(core) >= 3:
        pairs = pairs_of(core)
        if all(pair in other.title for pair, _ in pairs):
            return 0.95
        if all(other.pairs[bit >> 3] >> (bit & 7) & 1 for _, bit in pairs):
            return 0.85 if len(pairs) > 2 else 0.6
    return 0.9 * max((alike(core, mate) for mate, (name, _) in other.names.items() if name.title), default=0.0)


@lru_cache(maxsize=1 << 18)
def alike(a: str, b: str) -> float:
    """Likeness of two names: 1 equal, .9 one holds the other, .75 nearly the same characters, else 0."""
    if a == b:
        return 1.0
    if _NUMBERED.search(a) and _NUMBERED.search(b) and _CODE.findall(a) != _CODE.findall(b):
        return 0.0  # 205路, 20路 and x205路; 1813班 and 1814班
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) >= 2 and short in long:
        return 0.9 if len(short) >= 3 or len(long) <= 4 else 0.6
    common = sum((Counter(a) & Counter(b)).values())
    if len(short) >= 3 and 2 * common >= 0.8 * (len(a) + len(b)):
        return 0.75
    return 0.0


def _conflict(a: View, b: View) -> float:
    """1 when the titles name different things of one kind and nothing joins them, .5 when something does."""
    worst = 0.0
    for kind, mine in a.subjects.items():
        theirs = b.subjects.get(kind)
        if not theirs:
            continue
        if any(alike(x, y) for x in mine for y in theirs):
            continue
        joined = any(_support(core, b) for core in mine) or any(_support(core, a) for core in theirs)
        worst = max(worst, 0.5 if joined else 1.0)
    return worst


def _strangers(a: View, b: View, alike_words: bool) -> float:
    """Conflict of two tickets that name things of one kind anywhere and share none of that kind.

    1 in near-identical wording (another estate in the same template) and in short texts, .4 in long ones, which
    mention many things by the way.
    """
    for kind in a.kinds.keys() & b.kinds.keys():
        if not any(alike(x, y) for x in a.kinds[kind] for y in b.kinds[kind]):
            return 1.0 if alike_words or min(a.one.size, b.one.size) <= 2 * SHORT else 0.4
    return 0.0


def _apart(a: str | None, b: str | None) -> float:
    """1 for two districts, 2 for two cities, 0 when one may lie in the other or is not known."""
    if not a or not b or a == b:
        return 0.0
    if _LETTERS.match(a) and _LETTERS.match(b):
        if a[0] != b[0]:
            return 2.0
        return float(len(a) > 2 and len(b) > 2)
    return 1.0


def _cosine(a: dict[int, float], b: dict[int, float]) -> float:
    if len(a) > len(b):
        a, b = b, a
    return sum(weight * b[word] for word, weight in a.items() if word in b)


def _matter(a: dict[int, float], b: dict[int, float], shared: tuple[str, ...]) -> float:
    """Cosine of two titles without what their shared names say; 0 when a title says nothing else."""
    names = {pair for core in shared for pair, _ in pairs_of(core)}
    return _cosine(
        _normal({gram: weight for gram, weight in a.items() if gram not in names}),
        _normal({gram: weight for gram, weight in b.items() if gram not in names}),
    )


def _code(a: dict[str, float], b: dict[str, float]) -> float:
    """Agreement of two lists of likely categories: overlap of probabilities, a common first level counts a third;
    0 when either list is too unsure to say anything."""
    sure = min(sum(p * p for p in a.values()), sum(q * q for q in b.values()))
    if sure < SURE:
        return 0.0
    exact = sum(p * b[code] for code, p in a.items() if code in b)
    above = max((p * q for code, p in a.items() for mate, q in b.items() if code[:2] == mate[:2]), default=0.0)
    agreed = max(exact, above / 3.0)
    return min(1.0, agreed / sure) if agreed >= 0.1 * sure else -sure


def _normal(vector: dict[int, float]) -> dict[int, float]:
    norm = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {word: weight / norm for word, weight in vector.items()} if norm else {}

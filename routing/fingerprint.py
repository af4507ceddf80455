"""The fingerprint of a ticket: all that linking needs later, without its text.

Names stay readable (they are estates, firms and roads, never people: the text is masked before), every other word is
a 32-bit hash. A fingerprint is about 1 KB as JSON, at most 2 KB, and equal texts give equal fingerprints anywhere.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from classify.ticket import Ticket
from routing.entities import (
    BODY_CHARS,
    Name,
    address_names,
    collect,
    head_of,
    is_place,
    names_in,
    split_places,
    tag,
    terms,
)
from routing.result import CategoryGuess, Place

VERSION: Final = 3
"""Of the fingerprint's content; fingerprints of different versions must not be compared."""

TERMS: Final = 56
"""Words of the body that are kept: those said most often and first; more do not change the cosine noticeably."""

GRAMS: Final = 36
"""Character pairs of the title that are kept."""

SKETCH: Final = 32
"""Smallest shingle hashes kept (bottom-k sketch): estimates the Jaccard similarity of two texts within about .09."""

CODES: Final = 4
"""Categories kept."""

UNKNOWN: Final = "99"
"""The category of a text in which nothing speaks for any matter (其他): says nothing of what two tickets share."""

SHINGLE: Final = 4
"""Characters of a shingle of the sketch."""

ASKING: Final = frozenset({"咨询", "建议", "表扬"})
"""Request types of which two callers never make one event."""

SKETCH_CHARS: Final = 2000
"""Characters that the sketch reads."""

BLOOM: Final = 2048
"""Bits of the filter of the content's character pairs; about 15 % are set, so a name of four characters that is not
there passes by chance in .15³ = .3 % of the cases."""

PAIR_LEFT: Final = 0x9E3779B1
PAIR_RIGHT: Final = 0x85EBCA6B
"""Odd multipliers of :func:`pair_hash` (golden ratio; MurmurHash3)."""

SILENT: Final = 0.3
"""Share of complaints from which a common word is no part of what a title says."""

CALLER: Final = 16
"""Hexadecimal digits kept of the caller's keyed hash: 64 bits."""

_NOISE: Final = re.compile(r"https?://\S+|[^\u4e00-\u9fffa-z0-9]+")
_PLAIN_NUMBER: Final = re.compile(r"\d{1,2}|(?:19|20)\d\d")
"""Small numbers and years say nothing; a sum, a file number or a house number is as good as a name."""

_MASK: Final = re.compile(r"〔[^〕]*〕")
_AREA: Final = re.compile(r"[A-Za-z]\d+[区县市]|[A-Za-z]市")
_DISTRICT: Final = re.compile(r"(?:^|[省市])([\u4e00-\u9fff]{1,4}?(?<![小社校园厂])[区县])")
_PEOPLE: Final = re.compile(
    r"(\d{1,6})\s?(?:多|余)?(?:名|位|户|个)?(?:业主|居民|村民|工人|农民工|员工|学生|家长|职工|受害人|人(?![民员行大次均]))"
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What linking knows of a ticket.

    ``received_at`` aware; ``caller`` None when unknown; ``codes`` the likeliest categories with per cent, likeliest
    first, empty when not known; ``district``, ``street``, ``poi`` None when not known; ``people`` how many the text
    speaks of, None when it does not; ``marks`` signs in the words (crowd 群体, years 多年, claim 索赔, chase 催办,
    still 从未解决, ask 咨询); ``exact`` the hash of the bare text, ``size`` its length; ``head`` how the title
    begins, ``proper`` whether that looks like a name; ``title`` hashed character pairs in order, 0 where they break
    off; ``body`` (hashed word, how often) without the names; ``pairs`` a Bloom filter of the content's character
    pairs; ``sketch`` ascending.
    """

    ticket_no: str
    received_at: datetime
    caller: str | None
    codes: tuple[tuple[str, int], ...]
    district: str | None
    street: str | None
    poi: str | None
    people: int | None
    marks: tuple[str, ...]
    names: tuple[Name, ...]
    exact: int
    size: int
    head: str
    proper: bool
    title: tuple[int, ...]
    body: tuple[tuple[int, int], ...]
    pairs: int
    sketch: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "v": VERSION,
            "ticket_no": self.ticket_no,
            "received_at": self.received_at.isoformat(),
            "caller": self.caller,
            "codes": [list(pair) for pair in self.codes],
            "place": [self.district, self.street, self.poi],
            "people": self.people,
            "marks": list(self.marks),
            "names": [[name.core, name.kind, int(name.title), name.n] for name in self.names],
            "exact": self.exact,
            "size": self.size,
            "head": [self.head, int(self.proper)],
            "title": _pack(self.title),
            "body": _pack(term for term, _ in self.body),
            "counts": "".join(str(n) for _, n in self.body),
            "pairs": base64.b64encode(self.pairs.to_bytes(BLOOM // 8, "little")).decode(),
            "sketch": _pack(self.sketch),
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Fingerprint:
        """The fingerprint that :meth:`to_dict` wrote. Raises ValueError for another version."""
        if record.get("v") != VERSION:
            raise ValueError(f"fingerprint version {record.get('v')!r}, expected {VERSION}")
        district, street, poi = record["place"]
        return cls(
            ticket_no=record["ticket_no"],
            received_at=datetime.fromisoformat(record["received_at"]),
            caller=record["caller"],
            codes=tuple((code, percent) for code, percent in record["codes"]),
            district=district,
            street=street,
            poi=poi,
            people=record["people"],
            marks=tuple(record["marks"]),
            names=tuple(Name(core, kind, bool(title), n) for core, kind, title, n in record["names"]),
            exact=record["exact"],
            size=record["size"],
            head=record["head"][0],
            proper=bool(record["head"][1]),
            title=_unpack(record["title"]),
            body=tuple(zip(_unpack(record["body"]), (int(n) for n in record["counts"]), strict=True)),
            pairs=int.from_bytes(base64.b64decode(record["pairs"]), "little"),
            sketch=_unpack(record["sketch"]),
        )


class Answered(Protocol):
    """What a fingerprint needs of a triage result."""

    @property
    def category(self) -> CategoryGuess: ...
    @property
    def second(self) -> CategoryGuess | None: ...
    @property
    def alternatives(self) -> tuple[CategoryGuess, ...]: ...
    @property
    def request_type(self) -> str: ...
    @property
    def place(self) -> Place: ...


def fingerprint(ticket: Ticket, result: Answered | None = None) -> Fingerprint:
    """Fingerprint of a ticket and its triage result (None: text alone)."""
    title = _MASK.sub(" ", ticket.title).lower()
    body = _MASK.sub(" ", ticket.content).lower()
    bare = _NOISE.sub("", title + body)
    title_text, body_text = split_places(title), split_places(body[:BODY_CHARS])
    title_words, body_words = tag(title_text), tag(body_text)
    marks = marks_of(f"{title}\n{body}", result)
    # where somebody lives who only asks is no place of an event
    address = "" if "ask" in marks else _MASK.sub(" ", ticket.area_hint or "")
    named = [*names_in(title_words, title_text), *address_names(address)]
    names = collect(named, names_in(body_words, body_text))
    head, proper = head_of(title_words)
    place = result.place if result is not None else _place_of(ticket)
    district = place.district or _city_of(ticket)
    return Fingerprint(
        ticket_no=ticket.ticket_no,
        received_at=ticket.received_at,
        caller=ticket.caller_key[:CALLER] if ticket.caller_key else None,
        codes=_codes(result) if result is not None else (),
        district=district,
        street=place.street,
        poi=place.poi,
        people=people_in(f"{title}\n{body}"),
        marks=marks,
        names=names,
        exact=crc32(bare.encode()),
        size=len(bare),
        head=head,
        proper=proper,
        title=_grams(title_words, place),
        body=_terms(title_words, body_words, names),
        pairs=_filter(body_text),
        sketch=sketch(bare),
    )


def _codes(result: Answered) -> tuple[tuple[str, int], ...]:
    best: dict[str, int] = {}
    for guess in (result.category, result.second, *result.alternatives):
        if guess is not None and guess.code != UNKNOWN:
            best.setdefault(guess.code, round(100 * guess.probability))
    return tuple(sorted(((c, p) for c, p in best.items() if p > 0), key=lambda pair: (-pair[1], pair[0]))[:CODES])


def people_in(text: str) -> int | None:
    """The largest number of people that the text speaks of; None when it does not."""
    counts = [int(match.group(1)) for match in _PEOPLE.finditer(text)]
    return max(counts) if counts else None


def marks_in(text: str) -> tuple[str, ...]:
    """Signs that the words give, in the order of the word list."""
    return tuple(mark for mark, words in terms().marks.items() if any(word in text for word in words))


def marks_of(text: str, result: Answered | None) -> tuple[str, ...]:
    """The signs of the words, and ``ask`` for what is no complaint at all: a question, a suggestion, thanks."""
    asks = result is not None and result.request_type in ASKING
    return (*marks_in(text), "ask") if asks else marks_in(text)


def sketch(bare: str) -> tuple[int, ...]:
    """Bottom-k sketch of the character shingles of a bare text, ascending."""
    points = np.frombuffer(bare[:SKETCH_CHARS].encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(points) < SHINGLE:
        return (crc32(bare.encode()),) if bare else ()
    windows: NDArray[np.uint64] = np.zeros(len(points) - SHINGLE + 1, dtype=np.uint64)
    for offset in range(SHINGLE):
        windows = (windows << np.uint64(16)) ^ points[offset : offset + len(windows)]
    # A 64-bit finaliser (splitmix64) makes the order of the shingles random but the same everywhere.
    windows ^= windows >> np.uint64(30)
    windows *= np.uint64(0xBF58476D1CE4E5B9)
    windows ^= windows >> np.uint64(27)
    windows *= np.uint64(0x94D049BB133111EB)
    hashes = np.unique((windows >> np.uint64(32)).astype(np.uint32))
    return tuple(int(value) for value in hashes[:SKETCH])


def hashed(word: str) -> int:
    """32-bit hash of a word, the same everywhere."""
    return crc32(word.encode())


def _grams(words: list[tuple[str, str]], place: Place) -> tuple[int, ...]:
    """Character pairs of what a title says beside where: district and street are compared on their own."""
    lists = terms()
    silent = lists.cue | {word for word, p in lists.common.items() if p >= SILENT}
    kept = "".join(" " if word in silent or is_place(word, lists) else word for word, _ in words)
    for area in (place.district, place.street):
        kept = kept.replace(area.lower(), " ") if area else kept
    grams: list[int] = []
    for segment in _NOISE.split(kept):
        if len(segment) > 1:
            grams += [
                *([0] if grams else []),
                *(pair_hash(segment[i], segment[i + 1]) for i in range(len(segment) - 1)),
            ]
    return tuple(grams[:GRAMS])


def _filter(text: str) -> int:
    bits = 0
    for left, right in pairwise(text):
        bits |= 1 << pair_bit(left, right)
    return bits


def pair_hash(left: str, right: str) -> int:
    """32-bit hash of a character pair; plain arithmetic, so that compiled code makes the same."""
    return (ord(left) * PAIR_LEFT + ord(right) * PAIR_RIGHT) & 0xFFFFFFFF


def pair_bit(left: str, right: str) -> int:
    """The bit of a character pair in the filter: the top of its hash."""
    return pair_hash(left, right) * BLOOM >> 32


def _terms(
    title: list[tuple[str, str]], body: list[tuple[str, str]], names: tuple[Name, ...]
) -> tuple[tuple[int, int], ...]:
    """Words of two characters and more outside the names, with capped counts; the title counts twice."""
    cores = " ".join(name.core for name in names)
    counts: Counter[str] = Counter()
    for weight, words in ((2, title), (1, body)):
        for word, _ in words:
            if len(word) > 1 and word[0].isalnum() and not _PLAIN_NUMBER.fullmatch(word) and word not in cores:
                counts[word] += weight
    cue = terms().cue
    best = [(hashed(word), min(n, 9)) for word, n in counts.most_common() if word not in cue]
    return tuple(best[:TERMS])


def _place_of(ticket: Ticket) -> Place:
    if lettered := _lettered(ticket):
        return Place(district=lettered)
    hinted = _DISTRICT.search(ticket.area_hint or "")
    return Place(district=hinted[1] if hinted else ticket.area_hint or None)


def _lettered(ticket: Ticket) -> str | None:
    """The anonymised area (A3区, M市) that the text names first, districts before cities."""
    found = _AREA.findall(ticket.text)
    best = next((one for one in found if len(one) > 2), found[0] if found else None)
    return best.upper() if best else None


def _city_of(ticket: Ticket) -> str | None:
    """The anonymised city of a place that no pack knows: people name the wrong district, hardly the wrong city."""
    lettered = _lettered(ticket)
    return f"{lettered[0]}市" if lettered else None


def _pack(values: Any) -> str:
    return base64.b64encode(np.fromiter(values, dtype="<u4").tobytes()).decode()


def _unpack(text: str) -> tuple[int, ...]:
    return tuple(int(value) for value in np.frombuffer(base64.b64decode(text), dtype="<u4"))

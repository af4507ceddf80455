"""Masking (脱敏): personal data in a text to typed tags such as 〔手机〕, and the caller to a keyed hash.

What counts and what stays is the room's labelling guide: a span is the value only, without cue word or title.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from classify.addresses import addresses
from classify.identifiers import emails, passports, plates, wechats
from classify.numbers import find_numbers
from classify.persons import persons
from classify.spelled import spelled
from classify.views import view

TAGS: Final = {
    "mobile": "〔手机〕",
    "landline": "〔座机〕",
    "id_card": "〔身份证〕",
    "bank_card": "〔银行卡〕",
    "plate": "〔车牌〕",
    "passport": "〔护照〕",
    "email": "〔邮箱〕",
    "wechat_qq": "〔微信QQ〕",
    "name": "〔姓名〕",
    "address_room": "〔住址〕",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data from ``start`` to ``end`` (exclusive) of the text given; ``kind`` is a key of :data:`TAGS`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Masked:
    """The text with tags, and the spans in the text as it was given, in order, not overlapping."""

    text: str
    spans: tuple[Span, ...] = ()


_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(("email", "passport", "id_card", "wechat_qq", "bank_card", "mobile", "landline"))
}
"""Where spans overlap, the kind that claims more wins: a number inside an e-mail address is the address."""


_SHORT: Final = 48
"""Longest text in characters that is remembered: reasons, units and replies come again and again."""


def find(text: str) -> list[Span]:
    """Personal data in ``text``, in order, not overlapping."""
    if len(text) < 2:
        return []
    return list(_found_before(text)) if len(text) <= _SHORT else _find(text)


@lru_cache(maxsize=8192)
def _found_before(text: str) -> tuple[Span, ...]:
    return tuple(_find(text))


def _find(text: str) -> list[Span]:
    seen = view(text)
    numbers = [*find_numbers(seen), *spelled(seen)]
    spans = [Span(number.start, number.end, number.kind) for number in numbers]
    owned = [span.start for span in spans if span.kind != "bank_card"]
    for finder in (emails, plates, passports, wechats, addresses):
        for start, end, kind in finder(seen):
            spans.append(Span(start, end, kind))
    spans += [Span(start, end, "name") for start, end in persons(seen, owned)]
    if not spans:
        return spans
    return _apart(spans)


def _apart(spans: list[Span]) -> list[Span]:
    """The spans without those that overlap one of higher rank or greater length, in order."""
    starts: list[int] = []
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (_RANK.get(span.kind, 9), span.start - span.end)):
        at = bisect_left(starts, span.start)
        if (at and kept[at - 1].end > span.start) or (at < len(kept) and kept[at].start < span.end):
            continue
        starts.insert(at, span.start)
        kept.insert(at, span)
    return kept


_ROUNDS: Final = 4
"""A tag beside a word can make it a name. All golden and real texts need two looks at most."""


def mask(text: str) -> Masked:
    """``text`` with personal data as tags. Masking a masked text changes nothing."""
    spans: list[Span] = []
    masked = text
    for _ in range(_ROUNDS):
        more = [span for span in find(masked) if "〔" not in masked[span.start : span.end]]
        if not more:
            break
        spans = sorted([*spans, *_placed(more, spans)], key=lambda span: span.start)
        masked = _tagged(text, spans)
    return Masked(masked, tuple(spans))


def _tagged(text: str, spans: list[Span]) -> str:
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], TAGS[span.kind]]
        at = span.end
    return "".join([*parts, text[at:]])


def _placed(found: list[Span], before: list[Span]) -> Iterator[Span]:
    """Spans of a text in which ``before`` are tags already, as spans of the text as it was given."""
    shift, following = 0, iter(before)
    after = next(following, None)
    for span in found:
        while after is not None and after.start + shift <= span.start:
            shift += len(TAGS[after.kind]) - (after.end - after.start)
            after = next(following, None)
        yield Span(span.start - shift, span.end - shift, span.kind)


def masked_value(text: str, limit: int = 40) -> str:
    """A value for an error message: masked, then cut to ``limit`` characters."""
    masked = mask(text[: 10 * limit]).text
    return masked if len(masked) <= limit else masked[: limit - 1] + "…"


_UNKNOWN: Final = re.compile(
    r"无|未知|不详|匿名|保密|无电话|没有|空|未留|未提供|网友|匿名用户|nan|null|none|unknown|anonymous|n/a|na|nil|[-/]*"
)


def caller_key(raw: str | None, secret: bytes) -> str | None:
    """Keyed hash of a caller: HMAC-SHA256 of the normalised number or user id, 32 hex digits.

    Width, case, spaces, separators and the country code do not matter. None for an empty, unknown or masked caller.
    """
    if not raw:
        return None
    text = unicodedata.normalize("NFKC", raw).strip().casefold()
    if _UNKNOWN.fullmatch(text) or "*" in text:
        return None
    plain = re.sub(r"[\s\-_.()+·—–]+", "", text)
    if plain.isdigit():
        if re.fullmatch(r"(?:0086|86)?1[3-9]\d{9}", plain):
            plain = plain[-11:]
        elif re.fullmatch(r"(?:0086|86)0?\d{9,11}", plain):
            plain = "0" + re.sub(r"^(?:0086|86)0?", "", plain)
    if not plain.strip("0"):
        return None
    return hmac.new(secret, plain.encode("utf-8"), hashlib.sha256).hexdigest()[:32]

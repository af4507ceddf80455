"""Keys under which tickets meet: only tickets that share a key are ever compared, never all pairs.

Two sets: :func:`block_keys` is what triage emits from what it knows anyway (a few strings, microseconds);
:func:`keys_of` is what linking and the warehouse use, from the fingerprint (at most ``MOST`` strings). Keys are
stable: they depend on the ticket alone, never on other tickets, on order or on the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from classify.ticket import Ticket
from routing.fingerprint import CALLER, Fingerprint
from routing.result import Place

NAMES: Final = 6
"""Keys from names: title names first."""

TRIPLES: Final = 4
"""Keys from the title's character triples, the smallest hashes: titles that share half of theirs meet almost surely."""

LOWEST: Final = 4
"""Keys from the sketch: texts with Jaccard .5 share one of the four lowest with 94 %."""

MOST: Final = 18
"""Upper bound of the keys of one ticket."""


def block_keys(ticket: Ticket, place: Place, category_code: str, keywords: Sequence[str]) -> tuple[str, ...]:
    """Keys that triage emits: caller and first level, place and category, place and keyword."""
    level1 = category_code[:2]
    where = place.poi or place.street or place.district or ""
    keys = []
    if ticket.caller_key:
        keys.append(f"c|{ticket.caller_key[:CALLER]}|{level1}")
    if where:
        keys.append(f"p|{where}|{category_code}")
        keys += [f"k|{where}|{word}" for word in keywords[:3]]
    elif keywords:
        keys.append(f"k||{category_code}|{'|'.join(sorted(keywords[:2]))}")
    return tuple(keys)


def keys_of(one: Fingerprint) -> tuple[str, ...]:
    """Keys under which linking looks for earlier tickets, most telling first; at most :data:`MOST`."""
    keys: list[str] = []
    if one.caller:
        keys.append(f"c|{one.caller}")
    keys += [f"s|{value}" for value in one.sketch[:LOWEST]]
    if len(one.head) >= 3:
        keys.append(f"h|{one.head[:3]}")
    names = [name for name in one.names if name.kind not in ("area", "class")]
    keys += [f"n|{start}" for start in dict.fromkeys(name.core[:3] for name in names[:NAMES])]
    title = one.title
    triples = {(a * 31 + b) & 0xFFFFFFFF for a, b in pairwise(title) if a and b}
    keys += [f"t|{value}" for value in sorted(triples)[:TRIPLES]]
    if one.poi:
        keys.append(f"p|{one.poi}")
    return tuple(dict.fromkeys(keys))[:MOST]

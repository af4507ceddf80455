"""Terms as flat arrays that compiled code can walk: no Python object per character, one pass over a batch of texts.

``symbols`` maps a code point to a small number (0: in no term) and folds on the way, so texts need no folding
first. Children of a node are in one open-addressing hash table; the root has a direct table.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classify.text import fold
from classify.ticket import Ticket

Array = NDArray[Any]
PAIR_BITS: Final = 1 << 17
_PLANE: Final = 0x10000
_REACH: Final = 0x32000
"""Code points that terms may hold: all ideographs, rare ones of names included."""
_SURROGATES: Final = range(0xD800, 0xE000)


class Trie(NamedTuple):
    """``symbols`` (REACH,) uint16; ``root`` (symbols,) int32 first node or -1; ``entries`` hash table of
    ``(node * 65536 + symbol) * 2**24 + child``, -1 where empty; ``term`` per node: number of the term that ends there
    or -1; ``pairs`` bits of the pairs of symbols that terms start with, so that most characters cost one look."""

    symbols: Array
    root: Array
    entries: Array
    term: Array
    pairs: Array


@cache
def _folded_plane() -> str:
    return fold("".join("\0" if point in _SURROGATES else chr(point) for point in range(_REACH)))


@cache
def plane() -> Array:
    """Folded code point of every code point of the first plane, (65536,) uint16; surrogates become 0."""
    folded = np.frombuffer(_folded_plane()[:_PLANE].encode("utf-16-le"), np.uint16).copy()
    folded.flags.writeable = False
    return folded


def build_trie(terms: Sequence[str]) -> Trie:
    """A trie of ``terms`` (folded, distinct, not empty); a term's number is its index."""
    alphabet: dict[str, int] = {}
    for term in terms:
        for char in term:
            alphabet.setdefault(char, len(alphabet) + 1)
    symbols = np.array([alphabet.get(char, 0) for char in _folded_plane()], np.uint16)
    children: dict[tuple[int, int], int] = {}
    ends = [-1]
    for number, term in enumerate(terms):
        node = 0
        for char in term:
            key = (node, alphabet[char])
            child = children.get(key)
            if child is None:
                child = children[key] = len(ends)
                ends.append(-1)
            node = child
        ends[node] = number
    root = np.full(len(alphabet) + 1, -1, np.int32)
    size = 1 << max(4, (len(children) * 3).bit_length())
    entries = np.full(size, -1, np.int64)
    pairs = np.zeros(PAIR_BITS // 64, np.uint64)
    first = {child: symbol for (node, symbol), child in children.items() if node == 0}
    for (node, symbol), child in children.items():
        if node == 0:
            root[symbol] = child
            continue
        if node in first:
            bit = (first[node] * 2897 + symbol) & (PAIR_BITS - 1)
            pairs[bit >> 6] |= np.uint64(1 << (bit & 63))
        packed = node << 16 | symbol
        slot = (packed * 0x9E3779B1 & 0xFFFFFFFF) >> 7 & (size - 1)
        while entries[slot] != -1:
            slot = (slot + 1) & (size - 1)
        entries[slot] = packed << 24 | child
    if len(ends) >= 1 << 23:
        raise ValueError("too many terms for one trie")
    return Trie(symbols, root, entries, np.array(ends, np.int32), pairs)


def encode(texts: Sequence[str]) -> tuple[Array, Array]:
    """``texts`` as one uint32 buffer of code points and (n + 1) offsets into it."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    buffer = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    return buffer, offsets


class Encoded(NamedTuple):
    """A batch of tickets: their texts, :func:`encode` of these, and where contents start in them (title + 1)."""

    texts: list[str]
    buffer: Array
    offsets: Array
    shifts: Array


def encode_tickets(tickets: Sequence[Ticket]) -> Encoded:
    """The texts of tickets as one buffer."""
    texts = [ticket.text for ticket in tickets]
    return Encoded(texts, *encode(texts), np.array([len(ticket.title) + 1 for ticket in tickets], np.int64))


@cache
def _folded_points() -> Array:
    points = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    known = np.frombuffer(_folded_plane().encode("utf-32-le"), np.uint32)
    points[: len(known)] = np.where(known == 0, points[: len(known)], known)
    return points


def fold_points(buffer: Array) -> Array:
    """Code points encoded by :func:`encode`, folded (``classify.text.fold``)."""
    return np.asarray(_folded_points()[buffer])

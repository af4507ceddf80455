"""Terms as flat arrays that compiled code can walk: no Python object per character, one pass over a batch of texts.

``symbols`` maps a code point to a small number (0: in no term) and folds on the way, so texts need no folding
first. Children of a node are in one open-addressing hash table; the root has a direct table.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from classify.text import fold
from classify.ticket import Ticket

Array = NDArray[Any]
PAIR_BITS: Final = 1 << 17
PAIR_FACTOR: Final = 2897
_PLANE: Final = 0x10000
_REACH: Final = 0x32000
"""Code points that terms may hold: all ideographs, rare ones of names included."""
_SURROGATES: Final = range(0xD800, 0xE000)


class Trie(NamedTuple):
    """``symbols`` (REACH,) uint16; ``root`` (symbols,) int32 first node or -1; ``entries`` hash table of
    ``(node * 65536 + symbol) * 2**24 + child``, -1 where empty; ``term`` per node: number of the term that ends there
    or -1; ``single`` (symbols,) 1 for terms of one character; ``pairs`` bits of the pairs of symbols that terms start
    with, so that most characters cost one look."""

    symbols: Array
    root: Array
    entries: Array
    term: Array
    single: Array
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
    symbols[-1] = 0  # for all that lies beyond
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
            bit = (first[node] * PAIR_FACTOR + symbol) & (PAIR_BITS - 1)
            pairs[bit >> 6] |= np.uint64(1 << (bit & 63))
        packed = node << 16 | symbol
        slot = (packed * 0x9E3779B1 & 0xFFFFFFFF) >> 7 & (size - 1)
        while entries[slot] != -1:
            slot = (slot + 1) & (size - 1)
        entries[slot] = packed << 24 | child
    if len(ends) >= 1 << 23:
        raise ValueError("too many terms for one trie")
    terms_at = np.array(ends, np.int32)
    single = ((root >= 0) & (terms_at[root] >= 0)).astype(np.uint8)
    return Trie(symbols, root, entries, terms_at, single, pairs)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _mark_begins(buffer: Any, trie: Any, coded: Any, begins: Any) -> int:
    """Fill what :func:`mark_begins` gives, without a branch a character; returns how many begins there are."""
    last = trie.symbols.shape[0] - 1
    for at in range(buffer.shape[0]):
        coded[at] = trie.symbols[min(np.int64(buffer[at]), last)]
    coded[buffer.shape[0]] = 0
    count = 0
    for at in range(buffer.shape[0]):
        symbol = np.int64(coded[at])
        bit = (symbol * PAIR_FACTOR + np.int64(coded[at + 1])) & (PAIR_BITS - 1)
        begins[count] = at
        count += ((trie.pairs[bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1)) | np.uint64(trie.single[symbol])
    return count


class Coded(NamedTuple):
    """A batch as the symbols (characters + 1,) of one trie; ``begins`` are the places, in order, where alone a term may
    begin, those of text ``t`` from ``bounds[t]`` to ``bounds[t + 1]``."""

    symbols: Array
    begins: Array
    bounds: Array


def mark_begins(buffer: Array, offsets: Array, trie: Trie) -> Coded:
    """Texts encoded by :func:`encode` as a trie sees them."""
    coded, begins = np.empty(len(buffer) + 1, np.uint16), np.empty(len(buffer) + 1, np.int64)
    begins = begins[: _mark_begins(buffer, trie, coded, begins)]
    return Coded(coded, begins, np.searchsorted(begins, offsets))


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


@numba.njit(cache=True, nogil=True, error_model="numpy")
def child(entries: Any, mask: Any, node: Any, symbol: Any) -> Any:
    """The node below ``node`` by ``symbol``, or -1."""
    packed = (np.int64(node) << 16) | np.int64(symbol)
    slot = ((packed * np.int64(0x9E3779B1)) & np.int64(0xFFFFFFFF)) >> 7 & mask
    while True:
        entry = entries[slot]
        if entry == -1:
            return -1
        if entry >> 24 == packed:
            return entry & np.int64(0xFFFFFF)
        slot = (slot + 1) & mask

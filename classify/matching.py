"""Matching (匹配), compiled with numba: every occurrence of the terms of many tables, and marks, in a batch."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from classify.trie import Coded, Trie, child


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _all_terms(coded: Any, begins: Any, start: int, end: int, trie: Any, raw: Any, count: int) -> int:
    """Write (term, start, end) of every occurrence from ``raw[count]`` on, by end, then start; the new count.

    ``begins`` are the places where terms may begin, those of this text; ``coded`` their symbols. Hits that find
    no room are counted, not written.
    """
    mask = trie.entries.shape[0] - 1
    first = count
    room = raw.shape[0]
    for begin in range(begins.shape[0]):
        at = begins[begin]
        node = np.int64(trie.root[coded[at]])
        here = at
        while node >= 0:
            here += 1
            term = trie.term[node]
            if term >= 0:
                if count < room:
                    place = count
                    while place > first and raw[place - 1, 2] > here - start:
                        raw[place] = raw[place - 1]
                        place -= 1
                    raw[place, 0] = term
                    raw[place, 1] = at - start
                    raw[place, 2] = here - start
                count += 1
            if here >= end or coded[here] == 0:
                break
            node = child(trie.entries, mask, node, np.int64(coded[here]))
    return count


@numba.njit(cache=True, nogil=True, error_model="numpy")
def collect_terms(
    coded: Coded, offsets: Any, trie: Trie, owner_from: Any, owners: Any, raw: Any, found: Any, ends: Any
) -> int:
    """Fill ``found`` and ``ends`` as ``classify.scan.Found`` says; returns how many hits there are.

    ``owners`` (owners, 2) of (table, row), those of term ``t`` from ``owner_from[t]`` on; ``raw`` is room to work in.
    When the answer is more than ``found`` holds, nothing in it is of use.
    """
    texts = offsets.shape[0] - 1
    starts = np.zeros(texts + 1, np.int64)
    count = 0
    for text in range(texts):
        begins = coded.begins[coded.bounds[text] : coded.bounds[text + 1]]
        count = _all_terms(coded.symbols, begins, offsets[text], offsets[text + 1], trie, raw, count)
        starts[text + 1] = count
    if count > raw.shape[0]:
        return 2 * count
    ends[:] = 0
    total = 0
    for text in range(texts):
        for hit in range(starts[text], starts[text + 1]):
            term = raw[hit, 0]
            for owner in range(owner_from[term], owner_from[term + 1]):
                ends[owners[owner, 0], text + 1] += 1
                total += 1
    if total > found.shape[0]:
        return total
    before = 0
    filled = np.empty((ends.shape[0], texts), np.int64)
    for table in range(ends.shape[0]):
        ends[table, 0] = before
        for text in range(texts):
            filled[table, text] = before
            before += ends[table, text + 1]
            ends[table, text + 1] = before
    for text in range(texts):
        for hit in range(starts[text], starts[text + 1]):
            term = raw[hit, 0]
            for owner in range(owner_from[term], owner_from[term + 1]):
                table = owners[owner, 0]
                place = filled[table, text]
                filled[table, text] = place + 1
                found[place, 0] = owners[owner, 1]
                found[place, 1] = raw[hit, 1]
                found[place, 2] = raw[hit, 2]
    return total


@numba.njit(cache=True, nogil=True, error_model="numpy")
def mark_spans(
    buffer: Any, starts: Any, ends: Any, wanted: Any, trie: Trie, owner_from: Any, owners: Any, found: Any
) -> None:
    """Fill ``found`` (spans,): whether a term of set ``wanted`` stands in each span of ``buffer``; -1 wants nothing.

    ``owners`` are sets, those of term ``t`` from ``owner_from[t]`` on.
    """
    symbols, root, entries, terms = trie.symbols, trie.root, trie.entries, trie.term
    mask = entries.shape[0] - 1
    reach = symbols.shape[0]
    for span in range(starts.shape[0]):
        found[span] = wanted[span] < 0
        for at in range(starts[span], ends[span]):
            if found[span]:
                break
            node = np.int64(root[symbols[buffer[at]]]) if buffer[at] < reach else np.int64(-1)
            here = at
            while node >= 0:
                term = terms[node]
                if term >= 0:
                    for owner in range(owner_from[term], owner_from[term + 1]):
                        if owners[owner] == wanted[span]:
                            found[span] = True
                here += 1
                if found[span] or here >= ends[span] or buffer[here] >= reach or symbols[buffer[here]] == 0:
                    break
                node = child(entries, mask, node, np.int64(symbols[buffer[here]]))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def mark_texts(buffer: Any, offsets: Any, kinds: Any, wanted: int, before: int, found: Any, ends: Any) -> int:
    """Offsets in its text of every character of a kind (bits of ``kinds`` (65536,) uint8) in ``wanted``.

    With ``before`` only where the character before it, in the same text, is of such a kind. Fills ``found`` text by
    text and ``ends`` (texts + 1,); returns how many there are, more than ``found`` holds when it is too small.
    """
    count = 0
    ends[0] = 0
    for text in range(offsets.shape[0] - 1):
        start = offsets[text]
        last = np.uint8(0)
        for at in range(start, offsets[text + 1]):
            point = buffer[at]
            kind = kinds[point] if point < 65536 else np.uint8(0)
            if kind & wanted and (before == 0 or last & before):
                if count < found.shape[0]:
                    found[count] = at - start
                count += 1
            last = kind
        ends[text + 1] = count
    return count

"""Hits of places (地名命中) of a batch, sorted by compiled code: names, endings of names, what stands beside them."""

from __future__ import annotations

from functools import cache
from itertools import chain, pairwise
from typing import Any, Final

import numba
import numpy as np

from classify.text import fold
from classify.trie import Array
from routing.pages import kinds

WINDOW: Final = 10
"""Characters that a name may have before its ending."""

BREAK_CHARS: Final = (
    ",.;:!?()\"'/\\|<>~*&%$#@=+[]{}^`，。、；：！？（）“”‘’《》【】〔〕…—·_"
    "的在于到我你他她们是住对向从把被将因该此这那各每也就还至给让使由与及等本约距离近来往去"
)
BREAK_WORDS: Final = (
    "位于 反映 投诉 举报 咨询 建议 希望 关于 解决 请求 要求 附近 旁边 门口 对面 楼下 靠近 经过 业主 市民 居民"
    " 居住 有人 称 包括 拆除 延长 加上 报道 走进 组织 围着 为了 做好 提议 难道 相信 减少 征收 名为 加强 修建"
    " 建设 建成 发展 前往 路过 途经 途径 隔壁 整治 治理 反对 呼吁 查处 取缔 制止 原为 属于 通往 接送 就读 入住"
    " 购买 租住 管理 负责 关闭 搬迁 恢复 交叉口 之间 以及 期间 目前 因为 由于 开发 进入 通过 沿着 沿 过了 没有"
    " 一条 一家 一个 家住 尊敬 领导 书记 市长 县长 区长"
)
"""What cannot stand inside a name, blanks as well; behind the last such thing left of an ending the name begins."""

GLUE: Final = frozenset("东南西北中上下路大街河嘉家花小")
"""Characters that ``places.GLUED`` begins with; most names are followed by another."""

HOME_REACH: Final = 8
HOME_BEGINS: Final = frozenset("户籍老来原出")
"""Characters that a match of :data:`routing.cities.HOMES` begins with; it looks so far back from a name."""

GLUED_ON, FROM_HOME = 1, 2
"""Doubts about a name: what follows may make it part of another, what stands before may speak of the caller's home."""

PlaceHit = tuple[int, int, int, int, int]
"""(row, start, end) and two numbers more: of a name its doubts (bits) and 0; of an ending, with rows counted from the
first ending, start and end of the last break within :data:`WINDOW` before it, -1 where there is none."""

Parts = tuple[list[PlaceHit], list[PlaceHit]]
"""Names and endings of one text."""


def split_hits(
    hits: Array, ends: Array, folded: Array, offsets: Array, first_ending: int, first_foreign: int, is_mask: Array
) -> list[Parts]:
    """Hits of a batch, as in ``scan.Found.table``, as names and endings text by text; ``folded`` are the texts.

    Names: longest match only, in text order; rows from ``first_foreign`` on are elsewhere, ``is_mask`` tells the rest
    which only look like one and are left out. Endings (rows from ``first_ending`` on): outside of all of them.
    """
    kept = np.zeros((len(hits), 5), np.int32)
    marks = np.zeros(2 * (len(ends) - 1) + 1, np.int64)
    total = _split(hits, ends, first_ending, first_foreign, is_mask, kept, marks)
    _find_breaks(folded, offsets, marks, WINDOW, *_break_table(), kept)
    _find_doubts(folded, offsets, marks, _doubtful(), kept)
    tuples = list(zip(*kept[:total].T.tolist(), strict=True)) if total else []
    parts = [tuples[start:end] for start, end in pairwise(marks.tolist())]
    return list(zip(parts[::2], parts[1::2], strict=True))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _split(  # noqa: C901 - one loop for numba
    hits: Any, ends: Any, first_ending: int, first_foreign: int, is_mask: Any, kept: Any, marks: Any
) -> int:
    """Fill ``kept`` with names, then endings of each text, ``marks`` (2 * texts + 1,) with where each part ends.

    Names: longest match only, in text order, without masked ones. Endings: outside of names, masked ones too, with rows
    counted from the first ending. Returns how many are kept.
    """
    total = 0
    order = np.empty(hits.shape[0], np.int64)
    names = np.empty(hits.shape[0], np.int64)
    for text in range(ends.shape[0] - 1):
        count = 0
        for at in range(ends[text], ends[text + 1]):
            if hits[at, 0] >= first_ending:
                continue
            place = count
            while place > 0:
                other = order[place - 1]
                if hits[other, 1] < hits[at, 1] or (hits[other, 1] == hits[at, 1] and hits[other, 2] >= hits[at, 2]):
                    break
                order[place] = other
                place -= 1
            order[place] = at
            count += 1
        named = 0
        reach = -1
        for place in range(count):
            at = order[place]
            start, end = hits[at, 1], hits[at, 2]
            last = names[named - 1] if named else -1
            if end > reach or (last >= 0 and hits[last, 1] == start and hits[last, 2] == end):
                names[named] = at
                named += 1
                reach = max(reach, end)
        for place in range(named):
            at = names[place]
            if hits[at, 0] >= first_foreign or not is_mask[hits[at, 0]]:
                kept[total, :3] = hits[at]
                total += 1
        marks[2 * text + 1] = total
        for at in range(ends[text], ends[text + 1]):
            if hits[at, 0] < first_ending:
                continue
            begins = False
            finishes = False
            for place in range(named):
                name = names[place]
                begins = begins or hits[name, 1] <= hits[at, 1] < hits[name, 2]
                finishes = finishes or hits[name, 1] <= hits[at, 2] - 1 < hits[name, 2]
            if not (begins and finishes):
                kept[total, 0] = hits[at, 0] - first_ending
                kept[total, 1] = hits[at, 1]
                kept[total, 2] = hits[at, 2]
                total += 1
        marks[2 * text + 2] = total
    return total


@cache
def _break_table() -> tuple[Array, Array]:
    """Folded breaks (words, longest) as code points, 0 behind the end, those that begin alike together and in the order
    of preference; and for each character of the first plane the first word that it begins plus one, or 0."""
    blanks = (char for char in map(chr, range(0x10000)) if char.isspace())
    words = sorted(dict.fromkeys(map(fold, chain(blanks, BREAK_CHARS, BREAK_WORDS.split()))), key=lambda word: word[0])
    table = np.zeros((len(words), max(map(len, words))), np.uint32)
    first = np.zeros(0x10000, np.int64)
    for row, word in enumerate(words):
        table[row, : len(word)] = [ord(char) for char in word]
        first[ord(word[0])] = first[ord(word[0])] or row + 1
    return table, first


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _break_at(folded: Any, at: int, end: int, table: Any, first: Any) -> int:
    """Characters of the break that begins at ``at`` and ends by ``end``; 0 for none."""
    point = folded[at]
    row = first[point] - 1 if point < first.shape[0] else -1
    while 0 <= row < table.shape[0] and table[row, 0] == point:
        length = 1
        while length < table.shape[1] and table[row, length] != 0:
            length += 1
        same = at + length <= end
        for place in range(1, length):
            same = same and folded[at + place] == table[row, place]
        if same:
            return length
        row += 1
    return 0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _find_breaks(folded: Any, offsets: Any, marks: Any, window: int, table: Any, first: Any, hits: Any) -> None:
    """Fill the last two columns of ``hits`` (m, 5): start and end of the last break before each ending, or -1.

    The endings of text ``t`` are those from ``marks[2 * t + 1]`` to ``marks[2 * t + 2]``.
    """
    for text in range(offsets.shape[0] - 1):
        begin = offsets[text]
        for hit in range(marks[2 * text + 1], marks[2 * text + 2]):
            start = hits[hit, 1]
            hits[hit, 3] = hits[hit, 4] = -1
            for at in range(start - 1, max(start - window, 0) - 1, -1):
                length = _break_at(folded, begin + at, begin + start, table, first)
                if length:
                    hits[hit, 3], hits[hit, 4] = at, at + length
                    break


@cache
def _doubtful() -> Array:
    return kinds({GLUED_ON: "".join(GLUE), FROM_HOME: "".join(HOME_BEGINS)})


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _find_doubts(folded: Any, offsets: Any, marks: Any, doubtful: Any, hits: Any) -> None:
    """Fill the fourth column of the names among ``hits`` (m, 5) with their doubts, see :data:`PlaceHit`."""
    for text in range(offsets.shape[0] - 1):
        begin, over = offsets[text], offsets[text + 1]
        for hit in range(marks[2 * text], marks[2 * text + 1]):
            start, end = begin + hits[hit, 1], begin + hits[hit, 2]
            found = doubtful[folded[end]] & GLUED_ON if end < over and folded[end] < 65536 else 0
            for at in range(max(start - HOME_REACH, begin), start):
                if folded[at] < 65536:
                    found |= doubtful[folded[at]] & FROM_HOME
            hits[hit, 3] = found

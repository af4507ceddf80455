"""Compiled looks at what stands beside a name, against the regular expressions that they stand for."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.text import fold
from classify.trie import encode, fold_points
from routing.cities import HOMES
from routing.place_hits import BREAK_CHARS, BREAK_WORDS, FROM_HOME, GLUE, GLUED_ON, HOME_BEGINS, WINDOW, split_hits
from routing.places import GLUED

BREAK = re.compile(f".*(?:[\\s{re.escape(BREAK_CHARS)}]|{'|'.join(BREAK_WORDS.split())})", re.DOTALL)
SOME = [*"的在，。 \n\u3000张王李", *BREAK_WORDS.split()[::9], "交叉口", "附近", "沿着", "😀"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SOME), max_size=9).map("".join), min_size=1, max_size=3))
def test_the_last_break_before_an_ending(stems: list[str]) -> None:
    texts = [stem + "小区" for stem in stems]
    buffer, offsets = encode(texts)
    hits = np.array([(0, len(stem), len(stem) + 2) for stem in stems], np.int32)
    ends = np.arange(len(texts) + 1)
    parts = split_hits(hits, ends, fold_points(buffer), offsets, 0, 0, np.zeros(0, np.bool_))
    for text, stem, (names, endings) in zip(texts, stems, parts, strict=True):
        assert names == []
        at, after = endings[0][3:]
        low = max(0, len(stem) - WINDOW)
        found = BREAK.match(fold(text), low, len(stem))
        assert after == (found.end() if found else -1)
        assert found is None or low <= at < after


def test_doubts_about_names() -> None:
    texts = ["历城区中路", "户籍在历城区", "历城区"]
    buffer, offsets = encode(texts)
    hits = np.array([(0, text.index("历"), text.index("区") + 1) for text in texts], np.int32)
    parts = split_hits(hits, np.arange(4), fold_points(buffer), offsets, 1, 1, np.zeros(1, np.bool_))
    assert [names[0][3] for names, _ in parts] == [GLUED_ON, FROM_HOME, 0]


def test_characters_that_the_patterns_begin_with() -> None:
    begins = HOMES.pattern[HOMES.pattern.index("(?:") + 3 : HOMES.pattern.index(")")].split("|")
    assert {word[0] for word in begins} <= HOME_BEGINS
    for road in ("南路", "大道", "街", "河街道", "嘉苑", "家园", "花园", "小区", "大厦", "路"):
        assert GLUED.match(road)
        assert road[0] in GLUE

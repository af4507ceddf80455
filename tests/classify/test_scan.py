"""The scan finds every occurrence of every term, in each text alone, wherever the text ends."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from classify.scan import Scanner
from classify.text import fold
from classify.trie import encode

TABLES = {"one": ["灯", "路灯", "路灯坏", "a1"], "two": ["坏了", "路灯", "灯坏了吗"]}
SCANNER = Scanner(TABLES)
TEXTS = st.lists(st.text(st.sampled_from("路灯坏了吗aA1１ 😀\ud83d\U000300f7"), max_size=12), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_every_occurrence_is_found(texts: list[str]) -> None:
    found = SCANNER.find(*encode(texts))
    for name, terms in TABLES.items():
        for text, hits in zip(texts, found.per_text(name), strict=True):
            folded = fold(text)
            expected = {
                (row, at, at + len(term))
                for row, term in enumerate(terms)
                for at in range(len(folded))
                if folded.startswith(term, at)
            }
            assert set(hits) == expected
            assert len(hits) == len(expected)
            assert hits == sorted(hits, key=lambda hit: (hit[2], hit[1]))

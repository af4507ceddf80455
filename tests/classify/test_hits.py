"""Hits of the lexicon: a batch that is denser than expected is read with more room, a monstrous text is cut."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classify.hits import MAX_HITS
from classify.lexicon import Lexicon
from classify.model import Classifier
from classify.tables import LexiconHits
from classify.taxonomy import Taxonomy
from classify.trie import encode

TAXONOMY = Taxonomy.load()
CLASSIFIER = Classifier(TAXONOMY, Lexicon.load(None, TAXONOMY))
DENSE = "路灯不亮井盖缺失"


def find(texts: Sequence[str]) -> LexiconHits:
    buffer, offsets = encode(texts)
    shifts = np.ones(len(texts), np.int64)
    return CLASSIFIER.hits(buffer, offsets, shifts)


def test_hits_of_a_batch_are_those_of_each_text() -> None:
    texts = ["", "\n路灯不亮", "\n" + DENSE * 900, "\n无", "\n" + DENSE]
    batch = find(texts)
    for number, text in enumerate(texts):
        alone, span = find([text]), slice(batch.ends[number], batch.ends[number + 1])
        assert np.array_equal(batch.hits[span], alone.hits)
        assert np.array_equal(batch.factors[span], alone.factors)
    assert batch.ends[1] == 0
    assert len(batch.hits) > 256 + sum(map(len, texts)) // 4


def test_a_monstrous_text_keeps_its_first_hits_and_leaves_the_next_text_alone() -> None:
    batch = find(["\n" + DENSE * MAX_HITS, "\n" + DENSE])
    assert batch.ends[1] == MAX_HITS
    assert np.array_equal(batch.hits[MAX_HITS:], find(["\n" + DENSE]).hits)


def test_a_term_says_half_when_it_is_said_again() -> None:
    found = find(["\n路灯不亮,路灯不亮"])
    whole = found.hits[:, 3] != 1
    factors = {
        (start, float(factor)) for (_, start, _, _), factor in zip(found.hits[whole], found.factors[whole], strict=True)
    }
    assert {factor for start, factor in factors if start < 5} == {1.0}
    assert {factor for start, factor in factors if start > 5} == {0.5}


def test_words_of_one_character_that_rows_ask_for_are_signs_and_no_hits() -> None:
    found = find(["\n堵淹垮飞", "\n无"])
    assert len(found.signs) > 0
    assert all(CLASSIFIER.tables.sign[found.signs[:, 0]])
    assert set(found.signs[:, 1].tolist()) <= {1, 2, 3, 4}
    assert found.bounds.tolist() == [0, len(found.signs), len(found.signs)]
    assert not CLASSIFIER.tables.sign[found.hits[:, 0]].any()

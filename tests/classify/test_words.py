"""Tokens together are the text; keywords are few, distinct and say something."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from classify.lexicon import Lexicon
from classify.model import Classifier
from classify.taxonomy import Taxonomy
from classify.ticket import SHANGHAI, Ticket
from classify.words import cut, cut_all, jieba_tokenizer, keywords

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("小区停车费物业井盖a1 。，\n噪音"), max_size=40))
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(cut(text)) == text


def test_same_tokens_as_jieba() -> None:
    text = "小区物业费乱收费，工地夜间施工噪音扰民"
    assert cut_all([text]) == [list(jieba_tokenizer().cut(text, HMM=False))]


def test_keywords() -> None:
    taxonomy = Taxonomy.load()
    classifier = Classifier(taxonomy, Lexicon.load(None, taxonomy))
    tickets = [
        Ticket("1", NOW, "搅拌站夜间噪音", "搅拌站夜间噪音很大,工地夜间施工。"),
        Ticket("2", NOW, "", ""),
    ]
    found = [keywords(one, answer) for one, answer in zip(tickets, classifier.predict(tickets), strict=True)]
    assert 1 <= len(found[0]) <= 6
    assert len(set(found[0])) == len(found[0])
    assert found[1] == ()


def test_half_a_surrogate_pair_stops_nothing() -> None:
    assert cut("路灯\ud83d坏了") == cut("路灯?坏了")

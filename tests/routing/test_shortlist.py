"""What is left out before any pattern is tried changes no answer: a batch says what each ticket alone says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.ticket import SHANGHAI, Ticket
from routing.clauses import WINDOWS, window
from routing.gates import Gates
from routing.pack import Pack
from routing.pages import Pages, Reader
from routing.patterns import Pattern
from routing.shortlist import MANY, Shortlist, first_hits
from routing.urgency import UrgencyRules

PACK = Pack.load("jinan")
RULES, GATES = UrgencyRules(PACK), Gates(PACK)
READER = Reader({**RULES.tables, **GATES.tables})
GOLDEN = Path(__file__).parents[1] / "golden" / "urgent.jsonl"
SENTENCES = [json.loads(line)["text"] for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


def ticket(title: str, content: str) -> Ticket:
    return Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), title, content)


def read(tickets: Sequence[Ticket]) -> Pages:
    return READER.read(tickets)


LETTERS = st.lists(st.sampled_from([*SENTENCES, *RULES.stock_terms]), min_size=1, max_size=9).map("。".join)
TICKETS = st.lists(st.builds(ticket, st.sampled_from(["", *SENTENCES]), LETTERS), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(TICKETS)
def test_a_batch_says_what_each_ticket_alone_says(tickets: list[Ticket]) -> None:
    pages = read(tickets)
    urgent = [RULES.judge(one, pages.hits("urgency", number), "") for number, one in enumerate(tickets)]
    assert RULES.judge_all(pages) == urgent
    levels = [level for level, _ in urgent]
    gates = [
        GATES.check(one, pages.hits("gates", number), "", {}, levels[number], None)
        for number, one in enumerate(tickets)
    ]
    assert GATES.check_all(pages, levels, [None] * len(tickets)) == gates


def test_sentences_written_for_the_rules_are_judged_alike_in_a_batch() -> None:
    tickets = [ticket("", text) for text in SENTENCES]
    pages = read(tickets)
    alone = [RULES.judge(one, pages.hits("urgency", number), "") for number, one in enumerate(tickets)]
    assert RULES.judge_all(pages) == alone


@pytest.mark.parametrize("name", WINDOWS)
@settings(deadline=None)
@given(text=st.text("火,。\n水a", max_size=60))
def test_a_word_stands_in_the_window_that_the_rules_cut(name: str, text: str) -> None:
    pages = Reader({"terms": ["火"]}).read([ticket("", text)])
    hits, ends = pages.found.table("terms")
    said = Shortlist([(name, Pattern("水"))]).possible(pages, hits, ends, np.zeros(len(hits), np.int64))
    passage = pages.passage(0)
    spans = [window(passage, name, start, end) for _, start, end in pages.hits("terms", 0)]
    assert said.tolist() == ["水" in passage.text[start:end] for start, end in spans]


def test_only_the_first_hits_of_each_text_are_looked_at() -> None:
    kept = first_hits(np.array([0, MANY + 3, MANY + 4]))
    assert np.flatnonzero(~kept).tolist() == [MANY, MANY + 1, MANY + 2]

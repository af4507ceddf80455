"""Who sent the caller away says nothing of the matter."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.ticket import SHANGHAI, Ticket
from routing.disowned import LEFT, TERMS, spans
from routing.triage import Triager

TRIAGER = Triager.load("jinan")


def blanked(text: str) -> str:
    for start, end in spans(text):
        text = text[:start] + "_" * (end - start) + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("柏油路陷下去一块,水务燃气都说不是自己的", "柏油路陷下去一块,___________"),
        ("井盖裂了,供电、热力都来看过,都说不是自家的", "井盖裂了,_________,_______"),
        ("挖掘机通宵干活,住建说归城管,城管说归环保", "挖掘机通宵干活,______,______"),
        ("路灯不亮,物业和城管互相推诿", "路灯不亮,_________"),
        ("物业乱收费,要求物业公示账目", "物业乱收费,要求物业公示账目"),
        ("自来水公司说明天停水", "自来水公司说明天停水"),
        ("物业说不归他们管", "物业说不归他们管"),
    ],
)
def test_clauses_that_disown_are_found_and_no_others(text: str, left: str) -> None:
    assert blanked(text) == left


def test_the_matter_and_the_owner_are_read_from_the_rest() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    texts = [
        "骑车差点掉窨井里,盖子裂了,报给水务说是通信的,报给通信说是雨水的",
        "院里路灯全不亮,开发商说移交了,物业说没接",
    ]
    cover, lamp = TRIAGER.triage([Ticket(str(n), at, "", text) for n, text in enumerate(texts)])
    assert cover.category.code == "0202"
    assert cover.attributes["权属"] is None
    assert cover.question is not None
    assert lamp.attributes["移交"] is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*TERMS, "物业", "城管", "路灯坏了", ",", "。", "都", "😀", "\n"]), max_size=14))
def test_spans_are_in_order_and_leave_something(words: list[str]) -> None:
    text = "".join(words)
    found = spans(text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    if found:
        assert sum(character.isalnum() for character in blanked(text)) >= LEFT

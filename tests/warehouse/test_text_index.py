"""The index of search answers what reading every text would answer, and forgets what was changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from classify.text import fold
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.intake import take_in
from warehouse.models import SearchTextRow
from warehouse.text_index import holding, holds, index_texts, pairs
from warehouse.upsert import storable, upsert

TEXTS = (
    "历下区工地夜间噪声扰民,影响休息",
    "噪声 扰民 夜间",
    "声噪不是噪 声",
    "水",
    "",
    "路灯坏了100%不亮_请 修A-B c\"d'e*f(g)",
    "電梯困人 ELEVATOR 故障",
    "𠮷野家门口停车 😀",
    "a,b \ue02c \ue0ff尾",
)
WORDS = (
    "噪声", "声噪", "水", "夜间噪声", "扰民", "扰", "100%", "_", "%", "\"d'", "*", "(g)", "电梯", "elevator", "ele",
    "𠮷野", "😀", "a,", "ab", "k7", "k-1", "k", "尾", "灯", ",影响", "没有这样的词",
)  # fmt: skip


@pytest.fixture
def texts(session: Session, triager: FakeTriager) -> Session:
    numbers = ["K-1", "K-2", "k7", "X噪声", "T_1", "T6", "水1", "T8", "T9"]
    take_in(session, triager, [a_ticket(number, text) for number, text in zip(numbers, TEXTS, strict=True)], "B1")
    return session


def read(session: Session, words: list[str]) -> list[str]:
    return sorted(session.exec(select(SearchTextRow.ticket_no).where(*(holds(session, word) for word in words))))


def asked(session: Session, words: list[str]) -> list[str]:
    return sorted(row[0] for row in session.execute(holding(session, words)))


@pytest.mark.parametrize("word", WORDS)
def test_the_index_answers_as_reading_does(texts: Session, word: str) -> None:
    assert asked(texts, [fold(word)]) == read(texts, [fold(word)])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.text("噪声水a1%_,\"* '\ue02c\ue0ffß", max_size=12),
    words=st.lists(st.text("噪声水a1%_,\"*'\ue02c\ue0ffß", min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_any_text_and_any_words(texts: Session, body: str, words: list[str]) -> None:
    folded = fold(storable(body) or "")
    upsert(texts, SearchTextRow, [{"ticket_no": "T9", "body": folded}], update=["body"])
    index_texts(texts, [("T9", folded)])
    wanted = [fold(word) for word in words]
    assert asked(texts, wanted) == read(texts, wanted)


def test_a_word_of_a_thousand_characters_is_only_slow_to_type(texts: Session) -> None:
    assert asked(texts, ["噪声扰民夜间休息" * 125]) == []


def test_a_changed_text_is_found_by_its_new_words_only(texts: Session, triager: FakeTriager) -> None:
    take_in(texts, triager, [a_ticket("K-1", "暖气不热", NOON)], "B2")
    assert asked(texts, ["暖气"]) == ["K-1"]
    assert "K-1" not in asked(texts, ["夜间"])


def test_pairs_of_one_and_of_no_character() -> None:
    assert len(pairs("水")) == 1
    assert pairs("") == set()


def test_the_index_is_used(texts: Session) -> None:
    dialect = texts.get_bind().dialect.name
    if dialect == "postgresql":
        texts.connection().execute(sa.text("SET enable_seqscan = off"))
    query = holding(texts, ["夜间噪声"]).compile(texts.get_bind(), compile_kwargs={"literal_binds": True})
    words = "EXPLAIN QUERY PLAN " if dialect == "sqlite" else "EXPLAIN "
    plan = " ".join(str(row) for row in texts.connection().exec_driver_sql(words + str(query)))
    assert "text_search" in plan

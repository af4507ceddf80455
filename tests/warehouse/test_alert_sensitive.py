"""Sensitive words count where they are meant, once a ticket; a bad list is refused by file, row and column."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from classify.ticket import SHANGHAI, PackError
from routing.pack import PACKS, Pack
from warehouse.alert_facts import Fact, Facts
from warehouse.alert_rules import AlertRule, load_rules
from warehouse.alert_sensitive import is_meant, load_words, sensitive
from warehouse.pack_check import check_tables

PACK = Pack.load("jinan")
NOON = datetime(2026, 3, 4, 12, tzinfo=SHANGHAI)


def rule() -> AlertRule:
    return next(one for one in load_rules(PACK) if one.rule == "A21")


def fact(number: int, text: str) -> Fact:
    return Fact(
        f"T{number}", NOON - number * timedelta(minutes=3), "0604", text[:20], text, "历下区", "甸柳街道", "水务",
        f"c{number}", None, "一般", 0, (), None, False, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("再不解决我就从楼上跳楼", True),
        ("超市跳楼价清仓扰民", False),
        ("我没有自杀的想法,就是问问", False),
        ("小区要搞防触电应急演练", False),
        ("担心孩子触电", False),
        ("他扬言要自杀", True),
        ("昨天看的电影里有人绑架", False),
        ("路面铺的透水砖坏了", False),
        ("落水管断了", False),
        ("上吊顶的师傅没来", False),
    ],
)
def test_words_count_where_they_are_meant(text: str, meant: bool) -> None:
    word = next(one for one in load_words(PACK) if one.word in text)
    at = text.index(word.word)
    assert is_meant(text, at, at + len(word.word), word.unless) == meant


def test_the_shipped_list_is_long_enough_and_every_word_can_count() -> None:
    listed = load_words(PACK)
    assert len(listed) >= 170, "handbook §4.2 asks for at least 170"
    assert all(is_meant(one.word, 0, len(one.word), one.unless) for one in listed)


def test_a_ticket_is_told_once_at_the_gravest_level_and_small_words_need_company() -> None:
    texts = ["要跳楼,还要找记者曝光", "我要找记者", "找记者,再发到网上", "路灯不亮"]
    facts = Facts.of([fact(number, text) for number, text in enumerate(texts)])
    found = {one.subject: one for one in sensitive(rule(), facts, NOON, load_words(PACK))}
    assert {number: one.level for number, one in found.items()} == {"T0": "橙", "T2": "蓝"}
    assert "跳楼" in found["T0"].title
    assert "人工确认" in found["T0"].why
    assert list(sensitive(rule(), facts, NOON, load_words(PACK), {"T0", "T2"})) == []
    chasers = Facts.of([replace(row, chase=True) for row in facts.rows])
    assert list(sensitive(rule(), chasers, NOON, load_words(PACK))) == []


def test_a_bad_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text('name = "x"\nextends = "jinan"\n', encoding="utf-8")
    head = (PACKS / "base" / "sensitive.csv").read_text(encoding="utf-8").splitlines()[0]
    for rows, column in ((["甲,类,紫,"], "level"), (["甲,类,红,("], "unless"), (["甲,类,红,"] * 2, "word")):
        (tmp_path / "sensitive.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        with pytest.raises(PackError, match=column):
            load_words(Pack.load(tmp_path))
        assert "sensitive.csv" in check_tables(tmp_path)[0]

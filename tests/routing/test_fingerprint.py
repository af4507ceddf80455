"""Fingerprints: complete, small, stable."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.ticket import SHANGHAI, Ticket
from routing.blocks import MOST, block_keys, keys_of
from routing.fingerprint import Fingerprint, fingerprint, people_in, sketch
from routing.result import Place
from routing.similarity import jaccard


def ticket(title: str, content: str, no: str = "T1", caller: str | None = "c" * 64) -> Ticket:
    return Ticket(no, datetime(2024, 5, 1, 9, tzinfo=SHANGHAI), title, content, caller_key=caller)


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("投诉历下区锦绣华庭小区物业乱收费", "锦绣华庭"),
        ("反映经十路与山大路交叉口井盖缺失", "经十"),
        ("咨询市中区育晖小学学区划分", "育晖"),
        ("“老街味道”饭店油烟扰民", "老街味道"),
    ],
)
def test_names_are_found_without_a_gazetteer(title: str, core: str) -> None:
    assert any(core in name.core or name.core in core for name in fingerprint(ticket(title, "")).names)


def test_a_plain_word_before_a_kind_word_is_no_name() -> None:
    assert not fingerprint(ticket("老旧小区改造问题", "我们小区物业不作为")).names


def test_json_round_trip_and_size() -> None:
    long = ticket("投诉锦绣华庭小区三号楼业主私搭乱建", "楼上住户在露台搭建阳光房,多次反映无果,影响采光和安全。" * 200)
    made = fingerprint(long)
    text = json.dumps(made.to_dict(), ensure_ascii=False)
    assert Fingerprint.from_dict(json.loads(text)) == made
    assert len(text.encode()) <= 2048


def test_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        Fingerprint.from_dict({"v": 0})


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=3000))
def test_any_text_gives_a_small_fingerprint_and_few_keys(title: str, content: str) -> None:
    made = fingerprint(ticket(title, content))
    again = Fingerprint.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again == made
    assert len(json.dumps(made.to_dict(), ensure_ascii=False).encode()) <= 2048
    assert len(keys_of(made)) <= MOST
    assert keys_of(made) == keys_of(again)


def test_sketch_tells_copies_from_strangers() -> None:
    a = "小区北门外的烧烤摊每天营业到凌晨两点油烟和噪声影响居民休息希望尽快处理"
    b = a.replace("希望尽快处理", "请有关部门管一管")
    c = "学校要求学生周末统一补课并收取费用家长希望教育局核实处理"
    one = fingerprint(ticket("", a))
    assert jaccard(frozenset(sketch(a)), frozenset(sketch(b)), one, fingerprint(ticket("", b))) > 0.5
    assert jaccard(frozenset(sketch(a)), frozenset(sketch(c)), one, fingerprint(ticket("", c))) < 0.1


def test_people() -> None:
    assert people_in("小区3522户业主,其中30人签名") == 3522
    assert people_in("无人管理") is None


def test_block_keys_are_stable_strings() -> None:
    keys = block_keys(ticket("a", "b"), Place(district="历下区", poi="锦绣华庭"), "0503", ("噪声", "施工"))
    assert keys == (f"c|{'c' * 16}|05", "p|锦绣华庭|0503", "k|锦绣华庭|噪声", "k|锦绣华庭|施工")
    assert block_keys(ticket("a", "b", caller=None), Place(), "99", ()) == ()

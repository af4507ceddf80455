"""Cleaning and folding."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.text import clean, fold, one_line


@pytest.mark.parametrize(
    ("dirty", "plain"),
    [
        ("\n\t\t\t\t\t\n\t\t\t\t\t路灯不亮\n\t\t\n", "路灯不亮"),
        ("路灯\r\n\r\n不亮", "路灯\n不亮"),
        ("路灯\xa0\xa0不亮\u3000\u3000三天", "路灯 不亮 三天"),
        ("路\u200b灯\ufeff不\u2060亮", "路灯不亮"),
        ("L10县县住建局", "L10县住建局"),
        ("M6州州国土局", "M6州国土局"),
        ("A市市民在A7县县城", "A市市民在A7县县城"),
        ("济南市市中区", "济南市市中区"),
        ("路灯_x000D_\n不亮_x000D_", "路灯\n不亮"),
        ("路灯&nbsp;不亮&lt;三天&gt;&amp;", "路灯 不亮<三天>&"),
        ("路灯&amp;nbsp;不亮", "路灯 不亮"),
        ("<p>路灯</p><br/>不亮", "路灯 不亮"),
        ("见https://www.example.com/a/b?id=1234567890#x。", "见https://www.example.com/…。"),
        ("Ａ３区１２３４５", "A3区12345"),
        ("您好，（急）！？：；～", "您好，（急）！？：；～"),
        ("①漏水②停电", "①漏水②停电"),
        ("臺灣街道", "臺灣街道"),
        ("电话****", "电话****"),
        ("坏\ud800字", "坏\ufffd字"),
        ("", ""),
        (" \u3000\n", ""),
    ],
)
def test_traps(dirty: str, plain: str) -> None:
    assert clean(dirty) == plain


def test_nothing_is_cut() -> None:
    assert len(clean("路灯不亮。" * 20_000)) == 100_000


def test_a_title_is_one_line() -> None:
    assert one_line("路灯\n\t不亮") == "路灯 不亮"


PARTS = [
    "&nbsp;",
    "&amp;",
    "amp;",
    "&lt;br&gt;",
    "_x000D_",
    "_x0",
    "00D_",
    "<",
    ">",
    "br",
    "http://a.cn/",
    "L10县县",
    "县",
]


@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=6)), max_size=12).map("".join))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text())
def test_folding_keeps_length_and_is_stable(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def test_folding_finds_traditional_full_width_and_capitals() -> None:
    assert fold("噪聲擾民ＡBC１２") == "噪声扰民abc12"


@pytest.mark.real
@pytest.mark.skipif("JIESU_REAL_DATA" not in os.environ, reason="JIESU_REAL_DATA is not set")
def test_no_trap_is_left_in_real_messages() -> None:
    lines = (Path(os.environ["JIESU_REAL_DATA"]) / "unlabelled.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        text = clean(json.loads(line)["留言详情"])
        assert not any(
            trap in text for trap in ("\t", "\r", "\xa0", "\u3000", "\u200b", "_x000D_", "&nbsp;", "  ", "\n\n")
        )

"""The lexicon covers every class, refuses rows it cannot use, and holds only folded terms."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from classify.lexicon import NEUTRAL, Lexicon
from classify.taxonomy import Taxonomy
from classify.text import fold
from classify.ticket import PackError

HEAD = "code,term,weight,unless,only_with,purpose\n"


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.load()


def test_every_class_has_terms(taxonomy: Taxonomy) -> None:
    lexicon = Lexicon.load(None, taxonomy)
    held = Counter(row.code[:4] for row in lexicon.rows)
    assert not [code for code in taxonomy.codes(2) if held[code] < 5]
    assert {row.code for row in lexicon.rows if len(row.code) == 6} == set(taxonomy.codes(3))
    assert held[NEUTRAL] > 50
    assert all(row.purpose for row in lexicon.rows)
    assert all(term == fold(term) for term in lexicon.terms)
    assert len(set(lexicon.terms)) == len(lexicon.terms)


def test_score_is_plain_arithmetic(taxonomy: Taxonomy, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "0202,井盖,4,,,核心词\n0202,异响,1,,,现象\n", encoding="utf-8")
    assert Lexicon.load(tmp_path, taxonomy).score("井蓋異響") == {"0202": 5.0}


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("0299,井盖,4,,,x\n", "分类代码不存在"),
        ("0202,,4,,,x\n", "长度"),
        ("0202,井盖,很多,,,x\n", "分值"),
        ("0202,井盖,40,,,x\n", "分值"),
        ("0202,井盖,4,,,x\n0202,井蓋,3,,,x\n", "重复"),
    ],
)
def test_bad_rows_are_named(taxonomy: Taxonomy, tmp_path: Path, row: str, word: str) -> None:
    (tmp_path / "a.csv").write_text(HEAD + row, encoding="utf-8")
    with pytest.raises(PackError, match=word) as caught:
        Lexicon.load(tmp_path, taxonomy)
    assert "a.csv" in str(caught.value)


def test_empty_folder(taxonomy: Taxonomy, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="没有 CSV"):
        Lexicon.load(tmp_path, taxonomy)


def test_shipped_lexicon_with_a_smaller_taxonomy(tmp_path: Path) -> None:
    head = "code,level,parent,name,aliases,xinfang,valid_from,valid_to,note\n"
    rows = "02,1,,市政,,,,,\n0201,2,02,道路,,,,,\n0202,2,02,井盖,,,,,\n"
    (tmp_path / "taxonomy.csv").write_text(head + rows, encoding="utf-8")
    lexicon = Lexicon.load(None, Taxonomy.load(tmp_path))
    assert {row.code for row in lexicon.rows} <= {NEUTRAL, "02", "0201", "0202"}


def test_shipped_lexicon_without_a_third_level(tmp_path: Path) -> None:
    head = "code,level,parent,name,aliases,xinfang,valid_from,valid_to,note\n"
    (tmp_path / "taxonomy.csv").write_text(head + "08,1,,公安,,,,,\n0801,2,08,户籍证照,,,,,\n", encoding="utf-8")
    held = Lexicon.load(None, Taxonomy.load(tmp_path)).score("办身份证")
    assert held["0801"] > 0

"""The category tree loads whole, refuses bad tables with file and row, and maps to the public labels."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from classify.taxonomy import DATA, Taxonomy
from classify.ticket import PackError

HEAD = "code,level,parent,name,aliases,xinfang,valid_from,valid_to,note\n"


def load(tmp_path: Path, rows: str) -> Taxonomy:
    (tmp_path / "taxonomy.csv").write_text(HEAD + rows, encoding="utf-8")
    return Taxonomy.load(tmp_path)


def test_shipped_tree_is_whole() -> None:
    taxonomy = Taxonomy.load()
    assert len(taxonomy.codes(1)) == 20
    assert len(taxonomy.codes(2)) == 193
    assert taxonomy.path("0503") == ("规划建设", "工地夜间施工")
    assert all(taxonomy.path(code)[:2] == taxonomy.path(code[:4]) for code in taxonomy.codes(3))
    assert all(taxonomy.xinfang(code) for code in taxonomy.codes(3))
    assert taxonomy.xinfang("0503") == ["环境保护", "环境污染", "噪音污染"]
    assert taxonomy.get("0103").aliases
    assert Taxonomy.load(DATA).hash == taxonomy.hash


def test_codes_on_a_day(tmp_path: Path) -> None:
    taxonomy = load(tmp_path, "01,1,,甲,,,,,\n0101,2,01,乙,,,2024-01-01,2024-12-31,\n")
    assert taxonomy.codes(2, date(2024, 12, 31)) == ["0101"]
    assert taxonomy.codes(2, date(2025, 1, 1)) == []


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ("0101,2,01,乙,,,,,\n", "上级代码不存在"),
        ("01,1,,甲,,,,,\n01,1,,甲,,,,,\n", "重复"),
        ("01,1,,,,,,,\n", "缺少名称"),
        ("01,2,,甲,,,,,\n", "级别不符"),
        ("01,1,,甲,,,昨天,,\n", "日期"),
        ("01,1,,甲,,,,\n", "列数"),
        ("01,1,,甲,,,,,\n0201,2,01,乙,,,,,\n", "前几位"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, rows: str, word: str) -> None:
    with pytest.raises(PackError, match=word) as caught:
        load(tmp_path, rows)
    assert "taxonomy.csv" in str(caught.value)


def test_wrong_columns_and_unknown_code(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.csv").write_text("编码,名称\n", encoding="utf-8")
    with pytest.raises(PackError, match="列名不符"):
        Taxonomy.load(tmp_path / "taxonomy.csv")
    with pytest.raises(PackError, match="不存在"):
        Taxonomy.load().get("0000")

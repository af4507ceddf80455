"""``jiesu pack check``: shipped packs are clean, a broken one shows every problem with file, row and column."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from routing.pack import PACKS
from routing.pack_check import check_pack


@pytest.mark.parametrize("name", ["base", "jinan", "qingdao", "anonymous"])
def test_shipped_packs_have_no_problem(name: str) -> None:
    assert check_pack(name) == []


def copied(folder: Path) -> Path:
    target = folder / "mine"
    shutil.copytree(PACKS / "base", target)
    shutil.copy(PACKS / "jinan" / "places.csv", target)
    return target


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_all_problems_are_shown_at_once(tmp_path: Path) -> None:
    pack = copied(tmp_path)
    edit(pack / "duties.csv", "D001,0101,", "D001,9999,")
    edit(pack / "duties.csv", "D002,0102,流动摊贩、夜市扰民,,,,城市管理局", "D002,0102,流动摊贩、夜市扰民,,,,城管大队")
    edit(pack / "departments.csv", "公交企业,交通运输,条线,国企", "公交企业,交通运输,条线,外企")
    found = check_pack(pack)
    assert len(found) == 1
    assert "departments.csv · 第 7 行 · 字段 nature" in found[0]
    edit(pack / "departments.csv", "外企", "国企")
    found = check_pack(pack)
    assert len(found) == 2
    assert "duties.csv · 第 1 行 · 字段 matter_code" in found[0]
    assert "字段 lead" in found[1]


def test_a_matter_without_a_lead_ties_and_strange_files(tmp_path: Path) -> None:
    pack = copied(tmp_path)
    path = pack / "duties.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("D131,")]
    double = next(line for line in lines if line.startswith("D001-1,"))
    lines.append(double.replace("D001-1,", "X1,", 1))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (pack / "duty.csv").write_text("id\n", encoding="utf-8")
    found = check_pack(pack)
    assert len(found) == 3
    assert "duty.csv" in found[0]
    assert "有效期重叠" in found[1]
    assert "0105" in found[2]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("duties.csv", "id,matter_code,", "id,", "缺少列"),
        ("duties.csv", ",note", ",remark", "remark"),
        ("pack.toml", "letters = false", 'letters = false\ncolour = "red"', "colour"),
        ("departments.csv", "{city}水务集团,,,城乡水务局", "{city}水务集团,,,供水企业", "成环"),
        ("places.csv", "泉城路街道,街道,历下区", "泉城路街道,街道,无此区", "字段 parent"),
    ],
)  # fmt: skip
def test_bad_input_is_named(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    pack = copied(tmp_path)
    edit(pack / file, old, new)
    found = check_pack(pack)
    assert any(file in problem and says in problem for problem in found), found


def test_a_folder_without_a_pack(tmp_path: Path) -> None:
    assert "pack.toml" in check_pack(tmp_path)[0]

"""Packs: inheritance, the content hash, and refusals that name file, row and column."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from classify.ticket import SHANGHAI, PackError, Ticket
from routing.pack import Pack
from routing.tables import read_table
from routing.triage import Triager


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["base", "jinan", "qingdao", "anonymous"])
def test_shipped_packs_load(name: str) -> None:
    pack = Pack.load(name)
    assert pack.name == name
    assert len(pack.hash) == 16
    assert pack.hash == Pack.load(name).hash


def test_a_pack_inherits_files_and_settings(tmp_path: Path) -> None:
    write(tmp_path, "pack.toml", 'name = "mine"\nextends = "jinan"\n')
    write(tmp_path, "sla.csv", "a\n1\n")
    pack = Pack.load(tmp_path)
    assert (pack.city, pack.name, pack.title) == ("济南市", "mine", "济南市")
    assert pack.path("sla.csv").parent == tmp_path.resolve()


def test_the_hash_follows_content_not_line_ends(tmp_path: Path) -> None:
    write(tmp_path, "pack.toml", 'name = "mine"\nextends = "base"\n')
    write(tmp_path, "x.csv", "a\n1\n")
    before = Pack.load(tmp_path).hash
    (tmp_path / "x.csv").write_bytes(b"a\r\n1\r\n")
    assert Pack.load(tmp_path).hash == before
    write(tmp_path, "x.csv", "a\n2\n")
    assert Pack.load(tmp_path).hash != before
    assert Pack.load("base").hash != before


def test_a_cycle_of_packs_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "one", "pack.toml", 'name = "one"\nextends = "../two"\n')
    write(tmp_path / "two", "pack.toml", 'name = "two"\nextends = "../one"\n')
    with pytest.raises(PackError, match="成环"):
        Pack.load(tmp_path / "one")


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('name = "x"\ncolour = "red"\n', "colour"),
        ('title = "x"\n', "name"),
        ('name = "x"\nletters = "yes"\n', "letters"),
        ("name = \n", "无法解析"),
        ('name = "x"\nextends = "nowhere"\n', "nowhere"),
    ],
)
def test_bad_settings_are_refused(tmp_path: Path, toml: str, says: str) -> None:
    write(tmp_path, "pack.toml", toml)
    with pytest.raises(PackError, match=says):
        Pack.load(tmp_path)


@pytest.mark.parametrize("name", ["石家庄", "石家庄市"])
def test_a_known_city_without_a_pack_borrows_the_common_one(name: str) -> None:
    pack = Pack.load(name)
    assert (pack.name, pack.city, pack.bare) == ("石家庄市", "石家庄市", True)
    assert not Pack.load("jinan").bare


def test_everything_of_a_city_without_a_pack_goes_to_people_and_says_why() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    texts = ["路灯不亮半个月", "楼道里闻到煤气味", "咨询社保怎么交", "法院判决不公,要求重新审", "啊啊啊", ""]
    results = Triager.load("石家庄").triage([Ticket(str(n), at, "", text) for n, text in enumerate(texts)])
    assert {one.lane for one in results} <= {"review", "forced"}
    assert all("没有城市包" in one.suggestions[0].why for one in results if one.suggestions)
    assert results[0].suggestions[0].unit == "石家庄市城市管理局"


def test_unknown_packs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="jinan"):
        Pack.load("atlantis")
    with pytest.raises(PackError, match=r"pack\.toml"):
        Pack.load(tmp_path)


def test_a_table_reads_lists_days_and_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "\ufeffa,b,c\n一;二\uff1b三,2024-02-29,1.5\n\n,,\nx,,\n")
    rows = read_table(path, ("a", "b", "c"), ("d",))
    assert [row.row for row in rows] == [1, 4]
    assert rows[0].items("a") == ("一", "二", "三")
    assert str(rows[0].day("b")) == "2024-02-29"
    assert rows[0].number("c") == 1.5
    assert rows[1].day("b") is None
    assert rows[1]["d"] == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\n1\n", "缺少列.*b"),
        ("a,b,z\n1,2,3\n", "列名不认识.*z"),
        ("a,b,b\n1,2,3\n", "列名重复.*b"),
        ("a,b\n1,2,3\n", "第 1 行.*列数"),
        ('a,b\n"1,2\n', "引号"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PackError) as caught:
        read_table(write(tmp_path, "t.csv", text), ("a", "b"))
    assert "t.csv" in str(caught.value)
    assert re.search(says, str(caught.value))


def test_cell_errors_name_row_and_column(tmp_path: Path) -> None:
    row = read_table(write(tmp_path, "t.csv", "a,b\nx,2024-13-01\n"), ("a", "b"))[0]
    calls = ((lambda: row.day("b"), "b"), (lambda: row.number("a"), "a"), (lambda: row.choice("a", ("y",)), "a"))
    for call, column in calls:
        with pytest.raises(PackError, match=rf"t\.csv · 第 1 行 · 字段 {column}"):
            call()

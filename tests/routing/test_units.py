"""Units: concrete names from generic ones, raw names back to types, and a tree without cycles."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from classify.ticket import PackError
from routing.pack import PACKS, Pack
from routing.result import Place
from routing.units import UNIT_TYPES, UnitTable

TABLES = {name: UnitTable(Pack.load(name)) for name in ("jinan", "qingdao", "anonymous")}
FILE = PACKS / "base" / "departments.csv"


@pytest.mark.parametrize(
    ("pack", "department", "place", "unit"),
    [
        ("jinan", "住房城乡建设局", Place("历下区"), "历下区住房和城乡建设局"),
        ("jinan", "住房城乡建设局", Place(), "济南市住房和城乡建设局"),
        ("jinan", "供电公司", Place("历下区"), "国网济南供电公司"),
        ("jinan", "供水企业", Place("历下区"), "济南水务集团"),
        ("jinan", "邮政管理局", Place("章丘区"), "济南市邮政管理局"),
        ("jinan", "公安局", Place("历下区"), "济南市公安局历下区分局"),
        ("jinan", "公安局", Place("平阴县"), "平阴县公安局"),
        ("jinan", "生态环境局", Place("平阴县"), "济南市生态环境局平阴分局"),
        ("qingdao", "城乡水务局", Place(), "青岛市水务管理局"),
        ("qingdao", "园林和林业绿化局", Place(), "青岛市园林和林业局"),
        ("anonymous", "住房城乡建设局", Place("A3区", "洋湖街道"), "A3区住房和城乡建设局"),
        ("anonymous", "公安交警", Place(text="A市"), "A市公安局交通警察支队"),
        ("anonymous", "公交企业", Place("L10县"), "L市公共交通集团"),
        ("anonymous", "教育局", Place(), "市教育局"),
    ],
)
def test_a_generic_department_becomes_a_unit(pack: str, department: str, place: Place, unit: str) -> None:
    assert TABLES[pack].resolve(department, place).unit == unit


@pytest.mark.parametrize(
    ("raw", "unit_type", "level"),
    [
        ("A7县城市管理和行政执法局", "城管执法", "条线"),
        ("市公安局交警支队", "公安交警", "条线"),
        ("市公安局荷花园派出所", "公安", "条线"),
        ("县工商局", "市场监管", "条线"),
        ("市国土资源局", "自然资源规划", "条线"),
        ("市房产管理局", "住建房产", "条线"),
        ("泉塘街道办事处", "街道乡镇", "属地"),
        ("安沙镇人民政府", "街道乡镇", "属地"),
        ("大合坪乡", "街道乡镇", "属地"),
        ("某某开发区管委会", "园区管委会", "属地"),
        ("B3区人民政府", "区县政府", "属地"),
        ("济南水务集团", "供水燃气", "条线"),
        ("济南热力集团", "供热", "条线"),
        ("国网济南供电公司", "供电", "条线"),
        ("历下区住房和城乡建设局", "住建房产", "条线"),
        ("市交通运输局运管处", "交通运输", "条线"),
        ("县人民医院", "卫健", "条线"),
        ("不知名单位", "其他", "条线"),
    ],
)
def test_a_raw_name_is_read(raw: str, unit_type: str, level: str) -> None:
    found = TABLES["jinan"].find(raw)
    assert (found.unit, found.unit_type, found.level) == (raw, unit_type, level)
    assert TABLES["jinan"].find(raw) == found


def test_types_and_levels_are_the_closed_ones() -> None:
    assert len(UNIT_TYPES) == 41
    for table in TABLES.values():
        for department in table.departments.values():
            assert department.unit_type in UNIT_TYPES
            territory = department.unit_type in ("街道乡镇", "园区管委会", "区县政府")
            assert department.level == ("属地" if territory else "条线")


def test_every_unit_that_a_pack_names_is_found_with_its_own_type() -> None:
    for table in TABLES.values():
        for name, department in table.departments.items():
            for place in (Place(), Place("A3区")):
                unit = table.resolve(name, place)
                if department.nature in ("党政部门", "国企", "垂管"):
                    assert table.find(unit.unit).level == unit.level, unit


def changed(folder: Path, row: int, **cells: str) -> Pack:
    with FILE.open(encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or [])
        rows = [dict(one) | (cells if number == row else {}) for number, one in enumerate(reader, 1)]
    (folder / "pack.toml").write_text('name = "mine"\nextends = "jinan"\n', encoding="utf-8")
    with (folder / "departments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return Pack.load(folder)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"unit_type": "太空局"}, "字段 unit_type"),
        ({"level": "属地"}, "字段 level"),
        ({"parent": "无此局"}, "字段 parent"),
        ({"parent": "公交企业"}, "成环"),
        ({"name": "公交企业"}, "重复"),
        ({"city_name": "{planet}局"}, "字段 city_name"),
        ({"reach": "省"}, "字段 reach"),
        ({"nature": "外星"}, "字段 nature"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, cells: dict[str, str], says: str) -> None:
    with pytest.raises(PackError, match=says) as caught:
        UnitTable(changed(tmp_path, 6, **cells))
    assert "departments.csv" in str(caught.value)


def test_a_city_unit_must_know_its_department(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text('name = "mine"\nextends = "jinan"\n', encoding="utf-8")
    for line, says in (("无此局,,某局", "字段 department"), ("教育局,,甲\n教育局,,乙", "两个单位")):
        (tmp_path / "units.csv").write_text(f"department,district,unit\n{line}\n", encoding="utf-8")
        with pytest.raises(PackError, match=says):
            UnitTable(Pack.load(tmp_path))

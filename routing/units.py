"""Departments and units (承办单位): from a generic lead and a place to the unit that would really act.

``departments.csv`` names each kind of department once, with its type (the closed list below), level and name
patterns; ``units.csv`` of a city holds only what the patterns get wrong. Patterns know ``{city}``, ``{district}`` and
``{stem}`` (the district without 区/县/市). The other way round, :meth:`UnitTable.find` reads a raw unit name from an
event or a reply, also a former or colloquial one, because renames are why old data has "unknown" departments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from classify.ticket import PackError, Where
from routing.pack import Pack
from routing.result import Place
from routing.tables import TableRow, read_table

UNIT_TYPES: Final = (
    *("街道乡镇", "园区管委会", "区县政府", "教育", "交通运输", "城管执法", "住建房产", "人社", "自然资源规划", "公安"),
    *("公安交警", "农业农村", "卫健", "医保", "供水燃气", "供热", "供电", "市场监管", "生态环境", "民政", "水利水务"),
    *("商务", "发改能源", "通信邮政", "文旅广电体", "林业园林", "消防应急安监", "征收拆迁", "退役军人", "财政", "税务"),
    *("公积金", "行政审批", "大数据", "金融经信科技", "组织编办", "司法法院", "纪检监察", "信访", "国企", "其他"),
)
"""Department types: the closed list that results are scored and learnt by."""

TERRITORY_TYPES: Final = ("街道乡镇", "园区管委会", "区县政府")
"""Types whose level is 属地; all others are 条线, 国企 and 垂管 included."""

LEVELS: Final = ("条线", "属地")
STREET: Final = "街道乡镇"
PARK: Final = "园区管委会"
DISTRICT: Final = "区县政府"
HOTLINE: Final = "热线管理机构"
"""Generic names that the code itself refers to; departments.csv must hold them."""

COLUMNS: Final = ("name", "unit_type", "level", "nature", "reach", "city_name")
MORE: Final = ("district_name", "county_name", "parent", "aliases", "former", "spoken", "note")
NATURES: Final = ("党政部门", "国企", "垂管", "事业单位", "群团", "属地")
REACHES: Final = ("市", "区", "市区")
LETTER_CITY: Final = re.compile(r"([A-Za-z])\d*(?=[市区县])")
STREET_END: Final = re.compile(r"(?:街道|镇|乡|苏木|街道办|街道办事处|(?:镇|乡)(?:人民)?政府|村委会|居委会|社区)$")
PARK_WORDS: Final = ("管委会", "管理委员会", "高新区", "经开区", "开发区", "示范区", "新区")


MEMORY: Final = 20_000
"""Answers remembered before a table starts afresh: a bound on memory, not on correctness."""


class Unit(NamedTuple):
    """A unit as results name it; ``level`` is 条线 or 属地."""

    unit: str
    unit_type: str
    level: str


@dataclass(frozen=True, slots=True)
class Department:
    """One row of departments.csv. ``reach``: the levels at which it exists; ``spoken``: how citizens call it."""

    name: str
    unit_type: str
    level: str
    nature: str
    reach: str
    city_name: str
    district_name: str
    county_name: str
    parent: str
    aliases: tuple[str, ...]
    spoken: tuple[str, ...]


class UnitTable:
    """The units of one pack. Raises PackError for unknown types, doubled names and a cycle in the tree."""

    def __init__(self, pack: Pack) -> None:
        rows = read_table(pack.path("departments.csv"), COLUMNS, MORE)
        self.city = pack.city
        self._letters = pack.letters
        self.departments: dict[str, Department] = {}
        for row in rows:
            department = _department(row)
            if department.name in self.departments:
                raise row.error("name", "部门重复", department.name)
            self.departments[department.name] = department
        for name in (STREET, PARK, DISTRICT, HOTLINE):
            if name not in self.departments:
                raise PackError("缺少部门", value=name, where=Where("departments.csv", field="name"))
        _check_tree(rows, self.departments)
        self._own: dict[tuple[str, str], str] = {}
        self._types: dict[str, str] = {}
        names: dict[str, str] = {}
        for department in self.departments.values():
            for alias in (department.name, *department.aliases):
                names.setdefault(alias, department.name)
        path = pack.maybe("units.csv")
        for row in read_table(path, ("department", "district", "unit"), ("unit_type", *MORE)) if path else []:
            self._add_unit(row, names)
        self._aliases = names
        self._terms = list(names)
        self._finder = AhoCorasick(self._terms, matchkind=MatchKind.LeftmostLongest)
        self._read: dict[str, Unit] = {}
        self._by_type: dict[str, str] = {}
        self._lettered: dict[str, str] = {}
        self._resolved: dict[tuple[str, str, str], Unit] = {}

    def _add_unit(self, row: TableRow, names: dict[str, str]) -> None:
        name = row.need("department")
        if name not in self.departments:
            raise row.error("department", "部门不在 departments.csv 中", name)
        key = (name, row["district"])
        if key in self._own:
            raise row.error("unit", "同一部门、同一区县有两个单位", row["unit"])
        unit = row.need("unit")
        self._own[key] = unit
        if row["unit_type"]:
            self._types[unit] = row.choice("unit_type", UNIT_TYPES)
        for alias in (unit, *row.items("aliases"), *row.items("former")):
            names.setdefault(alias, name)

    def resolve(self, department: str, place: Place) -> Unit:
        """The concrete unit of a generic department at a place; the city's own one where the district is unknown.

        ``department`` must be a row of departments.csv (duties are checked for that at load); KeyError otherwise.
        """
        key = (department, place.district or "", self.city_of(place))
        unit = self._resolved.get(key)
        if unit is None:
            if len(self._resolved) > MEMORY:
                self._resolved.clear()
            unit = self._resolved[key] = self._resolve(*key)
        return unit

    def _resolve(self, department: str, district: str, city: str) -> Unit:
        kind = self.departments[department]
        if district and "区" in kind.reach:
            own = self._own.get((department, district))
            stem = district[:-1] if len(district) > 2 and district[-1] in "区县市" else district
            county = kind.county_name if district[-1] in "县市" else ""
            pattern = county or kind.district_name or kind.city_name
            unit = own or pattern.format(city=city, district=district, stem=stem)
        else:
            unit = self._own.get((department, "")) or kind.city_name.format(city=city, district="", stem="")
        return Unit(unit, self._types.get(unit, kind.unit_type), kind.level)

    def city_of(self, place: Place) -> str:
        """Name of the city that a place lies in: the pack's own, or by its letter (A3区 → A市); 市 when unknown."""
        if not self._letters:
            return self.city or "市"
        name = place.district or place.text or ""
        city = self._lettered.get(name)
        if city is None:
            by_name = LETTER_CITY.match(name)
            found = by_name or LETTER_CITY.match(place.text or "")
            city = f"{found.group(1).upper()}市" if found else "市"
            if place.district is None or by_name is None:
                return city  # said by the text of this ticket, not by the name
            if len(self._lettered) > MEMORY:
                self._lettered.clear()
            self._lettered[name] = city
        return city

    def find(self, text: str) -> Unit:
        """The unit that a raw name means; the name is kept, type and level are looked up (其他 when unknown)."""
        found = self._read.get(text)
        if found is None:
            if len(self._read) > MEMORY:
                self._read.clear()
            found = self._read[text] = self._find(text)
        return found

    def department_of(self, text: str) -> str | None:
        """The generic department that a raw name means; None when no alias is in it."""
        hits = self._finder.find_matches_as_indexes(text.strip())
        return self._aliases[self._terms[hits[-1][0]]] if hits else None

    def of_type(self, unit_type: str) -> str | None:
        """The department that stands for a type: the first of departments.csv; None when there is none."""
        if not self._by_type:
            for department in self.departments.values():
                self._by_type.setdefault(department.unit_type, department.name)
        return self._by_type.get(unit_type)

    def typed(self, name: str, unit_type: str) -> Unit:
        """A unit by its name and a type known from elsewhere."""
        return Unit(name, unit_type, "属地" if unit_type in TERRITORY_TYPES else "条线")

    def _find(self, text: str) -> Unit:
        """Reads one name.

        The alias that ends last decides (公安局交警大队 is 交警, 街道城管办 its own office), a street, town or
        village at the very end is 街道乡镇.
        """
        name = text.strip()
        if STREET_END.search(name):
            return Unit(name, STREET, "属地")
        hits = self._finder.find_matches_as_indexes(name)
        if hits:
            pattern, _, _ = hits[-1]
            department = self.departments[self._aliases[self._terms[pattern]]]
            return Unit(name, self._types.get(name, department.unit_type), department.level)
        if any(word in name for word in PARK_WORDS):
            return Unit(name, PARK, "属地")
        if re.search(r"[镇乡]|街道", name):
            return Unit(name, STREET, "属地")
        return Unit(name, "其他", "条线")


def _department(row: TableRow) -> Department:
    unit_type = row.choice("unit_type", UNIT_TYPES)
    level = row.choice("level", LEVELS)
    if (unit_type in TERRITORY_TYPES) != (level == "属地"):
        raise row.error("level", "层级与单位类型不符", level, "街道乡镇、园区管委会、区县政府为属地,其余为条线")
    for column in ("city_name", "district_name", "county_name"):
        try:
            row[column].format(city="", district="", stem="")
        except (KeyError, ValueError, IndexError):
            raise row.error(column, "名称模板有误", row[column], "{city}、{district}、{stem}") from None
    return Department(
        name=row.need("name"),
        unit_type=unit_type,
        level=level,
        nature=row.choice("nature", NATURES),
        reach=row.choice("reach", REACHES),
        city_name=row.need("city_name"),
        district_name=row["district_name"],
        county_name=row["county_name"],
        parent=row["parent"],
        aliases=(*row.items("aliases"), *row.items("former")),
        spoken=row.items("spoken"),
    )


def _check_tree(rows: list[TableRow], departments: dict[str, Department]) -> None:
    """Every parent exists and the tree has no cycle."""
    for row in rows:
        name, seen = row["name"], [row["name"]]
        while parent := departments[name].parent:
            if parent not in departments:
                raise row.error("parent", "上级部门不存在", parent)
            if parent in seen:
                raise row.error("parent", "部门上下级成环", " → ".join((*seen, parent)))
            seen.append(parent)
            name = parent

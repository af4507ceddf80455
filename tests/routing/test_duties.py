"""The duty list: completeness, the guard, the classic disputes and refusals that name file, row and column."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.scan import Scanner
from classify.text import fold
from classify.ticket import SHANGHAI, PackError, Ticket
from routing.attributes import VALUES
from routing.candidates import Mention
from routing.duties import DutyList
from routing.duty_rows import Condition, DutyRow
from routing.pack import PACKS, Pack
from routing.result import Place

DAY = date(2026, 3, 2)
FILE = PACKS / "base" / "duties.csv"


class Matters:
    """Second-level codes as the shipped duty list has them; the taxonomy's own test compares the two."""

    def codes(self, level: int) -> Sequence[str]:
        with FILE.open(encoding="utf-8") as file:
            return sorted({row["matter_code"] for row in csv.DictReader(file)})


LISTS = {name: DutyList(Pack.load(name), Matters()) for name in ("jinan", "qingdao", "anonymous")}
PLACES = {
    "jinan": [Place(), Place("历下区"), Place("历下区", "舜华路街道"), Place("济南高新区"), Place("平阴县", "东阿镇")],
    "qingdao": [
        Place(),
        Place("市北区", "洛阳路街道"),
        Place("胶州市"),
        Place("青岛蓝谷"),
        Place("即墨区", "鳌山卫街道"),
    ],
    "anonymous": [Place(), Place(text="A市"), Place("A3区", "洋湖街道"), Place("L10县", "坳上镇"), Place("高新区")],
}


def values(key: str) -> st.SearchStrategy[str | None]:
    if not VALUES[key]:
        return st.one_of(st.none(), st.integers(0, 10**6).map(str))
    return st.sampled_from([None, *VALUES[key]])


ATTRIBUTES = st.fixed_dictionaries({key: values(key) for key in VALUES})


def test_every_matter_has_rows_of_every_seed_kind() -> None:
    codes = Matters().codes(2)
    assert len(codes) == 193
    for duties in LISTS.values():
        for code in codes:
            assert not duties.match(code, {}, DAY).when


@settings(max_examples=30, deadline=None)
@given(attributes=ATTRIBUTES, name=st.sampled_from(sorted(LISTS)), day=st.dates())
def test_exactly_one_first_actor_and_the_guard(attributes: dict[str, str | None], name: str, day: date) -> None:
    """For every matter × place × attributes: one 主办, first in the list, and no street leads a matter of role C."""
    duties = LISTS[name]
    for code in duties._by_matter:
        for place in PLACES[name]:
            answer = duties.assign(code, attributes, place, day)
            assert answer.suggestions[0] == answer.first
            assert [one.role for one in answer.suggestions].count("主办") == 1
            assert 2 <= len(answer.suggestions) <= 3
            assert len({one.unit for one in answer.suggestions}) == len(answer.suggestions)
            assert any(one.level == "条线" for one in answer.suggestions)
            assert any(one.level == "属地" for one in answer.suggestions)
            assert sum(one.probability for one in answer.suggestions) <= 1
            if answer.role == "C":
                assert answer.first.level == "条线"
                assert all(one.level == "条线" for one in answer.suggestions[:-1])
            shares = [one.probability for one in answer.suggestions]
            assert shares[0] == max(shares)


@pytest.mark.parametrize(
    ("code", "attributes", "first"),
    [
        ("0202", {}, "历下区综合行政执法局"),
        ("0202", {"权属": "供水"}, "济南水务集团"),
        ("0202", {"权属": "通信", "场所": "小区内"}, "济南移动、联通、电信公司"),
        ("0903", {}, "历下区综合行政执法局"),
        ("0503", {}, "历下区综合行政执法局"),
        ("0503", {"场所": "公路"}, "历下区交通运输局"),
        ("0802", {"行业": "餐饮"}, "历下区综合行政执法局"),
        ("0802", {}, "济南市公安局历下区分局"),
        ("0501", {"场所": "小区内"}, "历下区综合行政执法局"),
        ("0501", {"场所": "小区内", "许可": "超证"}, "历下区自然资源局"),
        ("0501", {"场所": "村"}, "泉城路街道办事处"),
        ("1005", {"行业": "健身"}, "历下区教育和体育局"),
        ("1005", {}, "历下区商务局"),
        ("1305", {"行业": "教培学科"}, "历下区教育和体育局"),
        ("1305", {"行业": "教培非学科"}, "历下区文化和旅游局"),
        ("0203", {"场所": "小区内"}, "泉城路街道办事处"),
        ("0203", {"移交": "未移交"}, "历下区住房和城乡建设局"),
        ("0201", {}, "历下区综合行政执法局"),
        ("9908", {}, "泉城路街道办事处"),
        ("0601", {}, "济南能源集团"),
        ("0607", {}, "国网济南供电公司"),
    ],
)
def test_classic_disputes(code: str, attributes: dict[str, str], first: str) -> None:
    answer = LISTS["jinan"].assign(code, attributes, Place("历下区", "泉城路街道"), DAY)
    assert answer.first.unit == first


@pytest.mark.parametrize("code", ["0202", "0201", "0503", "0802", "1005", "1305", "0203", "0501", "0903", "9908"])
def test_an_open_attribute_asks_the_deciding_question(code: str) -> None:
    answer = LISTS["jinan"].assign(code, {}, Place("历下区", "泉城路街道"), DAY)
    assert answer.question
    assert answer.question.endswith(("?", ")"))


def test_a_known_attribute_needs_no_question() -> None:
    assert LISTS["jinan"].assign("0202", {"权属": "供水"}, Place("历下区"), DAY).question is None


def test_an_unknown_place_is_routed_by_matter() -> None:
    answer = LISTS["jinan"].assign("0101", {}, Place(), DAY)
    assert answer.first.unit == "济南市城市管理局(综合行政执法局)"
    assert any(one.level == "属地" for one in answer.suggestions)


def test_a_functional_area_answers_for_its_streets() -> None:
    answer = LISTS["jinan"].assign("0101", {}, Place("历下区", "舜华路街道"), DAY)
    assert answer.first.unit == "舜华路街道办事处"
    assert "济南高新区" in answer.first.why
    assert answer.suggestions[1].unit.startswith("济南高新区")


def test_a_second_reading_takes_the_third_place() -> None:
    place = Place("A7县", "北山镇")
    plain = LISTS["anonymous"].assign("0704", {}, place, DAY)
    other = LISTS["anonymous"].assign("0704", {}, place, DAY, [("0401", 0.3)])
    assert [one.unit_type for one in other.suggestions] == ["交通运输", "住建房产", "街道乡镇"]
    assert plain.first == other.first


def test_an_unknown_category_goes_to_the_hotline() -> None:
    answer = LISTS["jinan"].assign("05", {}, Place(), DAY)
    assert answer.rule.id == "D000"
    assert answer.question


def test_counted_conditions() -> None:
    assert Condition("人数", least=10).holds({"人数": "12"})
    assert not Condition("人数", least=10).holds({"人数": "九"})
    assert not Condition("人数", least=10).holds({})
    assert DutyRow("x", "0101", "m", "l", (), "B").matches({}, DAY)


def changed(folder: Path, edit: dict[int, dict[str, str]], drop: set[int] = frozenset(), header: str = "") -> Pack:  # type: ignore[assignment]
    """A pack whose duty list differs from the shipped one in some rows (1-based)."""
    with FILE.open(encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or [])
        rows = [dict(row) | edit.get(number, {}) for number, row in enumerate(reader, 1) if number not in drop]
    rows += [rows[0] | extra for number, extra in edit.items() if number == 0]
    (folder / "pack.toml").write_text('name = "mine"\nextends = "jinan"\n', encoding="utf-8")
    with (folder / "duties.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    if header:
        text = (folder / "duties.csv").read_text(encoding="utf-8").replace(names[-1], header, 1)
        (folder / "duties.csv").write_text(text, encoding="utf-8")
    return Pack.load(folder)


@pytest.mark.parametrize(
    ("edit", "drop", "says"),
    [
        ({1: {"matter_code": "0777"}}, set(), "第 1 行 · 字段 matter_code"),
        ({1: {"lead": "城管队"}}, set(), "第 1 行 · 字段 lead"),
        ({1: {"lead": "街道乡镇"}}, set(), "第 1 行 · 字段 lead"),
        ({1: {"assist": "无此局"}}, set(), "第 1 行 · 字段 assist"),
        ({2: {"when": "场所=月球"}}, set(), "第 2 行 · 字段 when"),
        ({2: {"when": "人数>=多"}}, set(), "第 2 行 · 字段 when"),
        ({2: {"when": ""}}, set(), "有效期重叠"),
        ({2: {"role": "D"}}, set(), "第 2 行 · 字段 role"),
        ({1: {"valid_to": "2020-01-01"}}, set(), "字段 valid_to"),
        ({1: {"valid_from": "2025-01-01", "valid_to": "2020-01-01"}}, set(), "早于"),
        ({1: {"valid_from": "soon"}}, set(), "日期无法识别"),
        ({2: {"id": "D001"}}, set(), "编号与第 1 行重复"),
        ({1: {"asks": "颜色"}}, set(), "字段 asks"),
        ({}, {1}, "0101"),
        ({0: {"id": "X1", "when": "场所=公路|村"}}, set(), "无法取舍"),
    ],
)
def test_a_bad_list_is_refused(tmp_path: Path, edit: dict[int, dict[str, str]], drop: set[int], says: str) -> None:
    pack = changed(tmp_path, edit, drop)
    with pytest.raises(PackError, match=says) as caught:
        DutyList(pack, Matters())
    assert "duties.csv" in str(caught.value)


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="colour"):
        DutyList(changed(tmp_path, {}, header="colour"), Matters())


def test_a_row_that_starts_later_leaves_no_gap(tmp_path: Path) -> None:
    edit = {
        1: {"valid_to": "2025-12-31"},
        0: {"id": "N1", "valid_from": "2026-01-01", "valid_to": "", "lead": "公安局"},
    }
    duties = DutyList(changed(tmp_path, edit), Matters())
    assert duties.match("0101", {}, date(2025, 12, 31)).lead == "城市管理局"
    assert duties.match("0101", {}, date(2026, 1, 1)).lead == "公安局"
    with pytest.raises(PackError, match="空档"):
        DutyList(changed(tmp_path, edit | {0: edit[0] | {"valid_from": "2026-02-01"}}), Matters())


def test_a_complaint_about_an_official_never_goes_to_that_unit() -> None:
    duties, place = LISTS["jinan"], Place("历下区", "泉城路街道")
    for mention, allowed in ((Mention(0.8, False), "济南市城市管理局(综合行政执法局)"), (Mention(0.8, True), None)):
        for code in ("1903", "0101", "1904"):
            answer = duties.assign(code, {}, place, DAY, named={"城市管理局": mention}, official=True)
            units = [one.unit for one in answer.suggestions]
            assert "历下区综合行政执法局" not in units
            assert "泉城路街道办事处" not in units
            assert allowed is None or allowed in units
            assert allowed is not None or "济南市城市管理局(综合行政执法局)" not in units


def test_attitude_without_a_named_unit_stays_with_the_hotline_body() -> None:
    answer = LISTS["jinan"].assign("1903", {}, Place("历下区"), DAY)
    assert answer.first.unit == "济南市人民政府办公厅(热线管理)"


def test_praise_goes_to_the_unit_that_the_text_names() -> None:
    named = {"公安交警": Mention(0.8, False)}
    answer = LISTS["jinan"].assign("1907", {}, Place("历下区"), DAY, named=named)
    assert answer.first.unit_type == "公安交警"


def test_a_city_row_beats_the_general_one_but_not_a_condition() -> None:
    place = Place("历下区")
    assert LISTS["jinan"].assign("0503", {}, place, DAY).rule.city == "济南市"
    assert LISTS["qingdao"].assign("0503", {}, Place("市北区"), DAY).rule.city == "青岛市"
    assert LISTS["anonymous"].assign("0503", {}, Place("A3区"), DAY).rule.city == ""
    assert LISTS["jinan"].assign("0503", {"场所": "公路"}, place, DAY).rule.id == "D036-2"


def test_departments_that_the_text_names() -> None:
    duties = LISTS["anonymous"]
    scanner = Scanner({"departments": duties.terms})
    ticket = Ticket(
        "1", datetime(2026, 3, 2, tzinfo=SHANGHAI), "请求A7县交警常态执法", "找过市城管局两次,城管局说归规划局"
    )
    named = duties.named(ticket, scanner.scan(fold(ticket.text))["departments"])
    assert set(named) == {"公安交警", "城市管理局", "自然资源和规划局"}
    assert max(named, key=lambda name: named[name].weight) == "公安交警"
    assert named["城市管理局"].city
    assert named["城市管理局"].weight > named["自然资源和规划局"].weight
    assert duties.named(ticket, []) == {}

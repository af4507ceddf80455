"""Places: longest match, aliases, functional areas, what stays open, and other cities."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.scan import Hit, Scanner
from classify.text import fold
from classify.ticket import SHANGHAI, PackError, Ticket
from routing.pack import Pack
from routing.places import Gazetteer
from routing.result import Place

BOOKS = {name: Gazetteer(Pack.load(name)) for name in ("jinan", "qingdao", "anonymous")}
SCANNERS = {name: Scanner({"places": book.terms}) for name, book in BOOKS.items()}


def ticket(title: str, content: str = "", hint: str | None = None) -> Ticket:
    return Ticket("1", datetime(2026, 3, 2, tzinfo=SHANGHAI), title, content, area_hint=hint)


def hits(pack: str, one: Ticket) -> list[Hit]:
    return SCANNERS[pack].scan(fold(one.text)).get("places", [])


def find(pack: str, title: str, content: str = "", hint: str | None = None) -> Place:
    one = ticket(title, content, hint)
    return BOOKS[pack].find(one, hits(pack, one))


def foreign(pack: str, title: str, content: str = "") -> str | None:
    one = ticket(title, content)
    return BOOKS[pack].foreign(one, hits(pack, one))


@pytest.mark.parametrize(
    ("pack", "text", "district", "street"),
    [
        ("jinan", "历下区泉城路街道暖气不热", "历下区", "泉城路街道"),
        ("jinan", "舜华路街道停车难", "历下区", "舜华路街道"),
        ("jinan", "甸柳新村办事处附近噪音", "历下区", "甸柳新村街道"),
        ("jinan", "仲宫镇自来水浑浊", "历城区", "仲宫街道"),
        ("jinan", "章丘明水楼上漏水", "章丘区", "明水街道"),
        ("jinan", "莱芜市凤城街道", "莱芜区", "凤城街道"),
        ("jinan", "高新区欠薪", "济南高新区", None),
        ("jinan", "一家高新技术企业欠薪", None, None),
        ("jinan", "过街天桥破损", None, None),
        ("jinan", "老四里山附近井盖坏了", "市中区", None),
        ("jinan", "城市中心广场舞", None, None),
        ("qingdao", "四方区路灯不亮", "市北区", None),
        ("qingdao", "胶南市违建", "黄岛区", None),
        ("qingdao", "西海岸新区薛家岛街道", "黄岛区", "薛家岛街道"),
        ("qingdao", "蓝谷温泉街道", "即墨区", "温泉街道"),
        ("anonymous", "A3区洋湖街道修路", "A3区", "洋湖街道"),
        ("anonymous", "a3区修路", "A3区", None),
        ("anonymous", "L10县坳上镇大开村", "L10县", "坳上镇"),
        ("anonymous", "请求A市修路", None, None),
        ("anonymous", "A1区南路开通公交", None, None),
        ("anonymous", "泉塘街道办事处不作为", None, "泉塘街道"),
    ],
)
def test_district_and_street(pack: str, text: str, district: str | None, street: str | None) -> None:
    place = find(pack, text)
    assert (place.district, place.street) == (district, street)


@pytest.mark.parametrize(
    ("pack", "text", "poi"),
    [
        ("jinan", "历下区某某花园3号楼", "某某花园"),
        ("jinan", "反映在燕山小区的垃圾", "燕山小区"),
        ("jinan", "某某路与纬二路交叉口井盖缺失", "某某路与纬二路交叉口"),
        ("jinan", "我们小区没有路灯", None),
        ("jinan", "道路破损,马路不平", None),
        ("anonymous", "A2区丽发新城附近搅拌站", "丽发新城"),
        ("anonymous", "A7县北山镇石常村公路", "石常村"),
        ("anonymous", "投诉A2区育英小学乱收费", "育英小学"),
    ],
)
def test_names_read_from_the_text(pack: str, text: str, poi: str | None) -> None:
    assert find(pack, text).poi == poi


def test_the_phrase_runs_from_district_to_estate() -> None:
    assert find("anonymous", "反映A2区丽发新城附近的搅拌站").text == "A2区丽发新城"
    assert find("jinan", "历下区泉城路街道某某花园").text == "历下区泉城路街道某某花园"
    assert find("jinan", "咨询社保") == Place()


def test_a_street_outweighs_a_district_and_the_rival_is_shown() -> None:
    place = find("jinan", "投诉噪音", "我在历城区上班,事发在泉城路街道")
    assert place.district == "历下区"
    assert place.others == ("历城区",)


def test_where_the_caller_comes_from_is_no_place_of_the_event() -> None:
    assert find("jinan", "楼上漏水", "我户籍历城区,现在市中区居住").district == "市中区"


def test_the_hint_fills_gaps_and_conflicts_are_shown() -> None:
    assert find("jinan", "路灯不亮", hint="历下区泉城路街道办事处").street == "泉城路街道"
    assert find("jinan", "路灯不亮", hint="历下").district == "历下区"
    assert find("jinan", "路灯不亮", hint="火星区") == Place()
    place = find("jinan", "槐荫区路灯不亮", hint="历下区")
    assert (place.district, place.others) == ("槐荫区", ("历下区",))


def test_functional_areas_answer_for_streets_they_administer() -> None:
    book = BOOKS["jinan"]
    managed = book.territory(Place("历下区", "舜华路街道"))
    assert managed.district_unit == "济南高新区管理委员会"
    assert managed.street_unit == "舜华路街道办事处"
    assert "代管" in managed.why
    assert book.territory(Place("历城区", "仲宫街道")).district_unit == "南部山区管理委员会"
    assert book.territory(Place("天桥区", "大桥街道")).district_unit == "起步区管理委员会"
    assert book.territory(Place("历下区")).street_unit is None
    assert book.territory(Place()) == (None, None, "文中未写明区县,按事项派单")
    assert BOOKS["anonymous"].territory(Place("A3区", "洋湖街道")).street_unit == "A3区洋湖街道办事处"
    assert BOOKS["anonymous"].territory(Place("L10县", "坳上镇")).street_unit == "L10县坳上镇人民政府"


@pytest.mark.parametrize(
    ("pack", "text", "city"),
    [
        ("jinan", "烟台市芝罘区停水", "烟台市"),
        ("jinan", "我在郑州市,小区停电没人管", "郑州市"),
        ("jinan", "位于北京的公司拖欠工资", "北京市"),
        ("jinan", "北京路积水", None),
        ("jinan", "青岛啤酒变质", None),
        ("jinan", "户籍在烟台市芝罘区,咨询社保", None),
        ("jinan", "从上海来历下区办事", None),
        ("jinan", "在淄博市张店区买的车在历城区出了问题", None),
        ("jinan", "济南市停水", None),
        ("qingdao", "济南市历下区停水", "济南市"),
        ("qingdao", "青岛市南区停水", None),
        ("anonymous", "长沙市路灯不亮", None),
        ("anonymous", "A市路灯不亮", None),
        ("jinan", "长沙的驾校不退学费,三千八", "长沙市"),
        ("jinan", "贵州遵义老家停电三天,请派人修", "遵义市"),
        ("jinan", "老家长春的房子不供暖,要求当地处理", "长春市"),
        ("jinan", "长沙的夜市经验值得学习,我们这里停电了", None),
        ("jinan", "我是长沙的,公司不给发工资", None),
        ("jinan", "长沙的亲戚来玩", None),
    ],
)
def test_foreign_only_when_another_city_is_the_place(pack: str, text: str, city: str | None) -> None:
    assert foreign(pack, text) == city


@settings(max_examples=150, deadline=None)
@given(
    title=st.text(alphabet="历下区市中高新泉城路街道小花园村镇A3县 ,。与交叉口在住", max_size=30),
    content=st.text(alphabet="历下区市中高新泉城路街道小花园村镇L10县\n ,。大道公司烟台", max_size=60),
    pack=st.sampled_from(sorted(BOOKS)),
)
def test_any_text_gives_a_place_and_never_an_error(title: str, content: str, pack: str) -> None:
    place = find(pack, title, content)
    for words in (place.poi, place.text):
        assert words is None or (words and words in f"{title}\n{content}")
    assert place.district not in place.others
    assert len(place.others) <= 3


def test_a_long_text_is_read_in_bounded_time() -> None:
    assert find("anonymous", "A3区", "路口小区村镇公司街道" * 10_000).district == "A3区"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("甲街道,街道,月球区,,,", "第 2 行 · 字段 parent"),
        ("甲街道,街道,,,,", "第 2 行 · 字段 parent"),
        ("甲区,星球,,,,", "第 2 行 · 字段 kind"),
        ("乙市,本市,,,,", "重复"),
        ("甲街道,街道,乙市,无此区,,", "第 2 行 · 字段 managed_by"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "pack.toml").write_text('name = "mine"\nextends = "base"\n', encoding="utf-8")
    head = "name,kind,parent,managed_by,aliases,note\n"
    (tmp_path / "places.csv").write_text(f"{head}乙市,本市,,,,\n{line}\n", encoding="utf-8")
    with pytest.raises(PackError, match=says):
        Gazetteer(Pack.load(tmp_path))


@pytest.mark.parametrize("text", ["市中区健身房关门跑路", "历下区工人堵路讨薪", "天桥区配电箱短路"])
def test_a_word_with_road_in_it_is_no_road(text: str) -> None:
    assert find("jinan", text).poi is None

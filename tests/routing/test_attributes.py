"""Attributes: what a dispatcher would read out of the text, one line per case."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.scan import Scanner
from classify.ticket import SHANGHAI, PackError, Ticket
from routing.attributes import VALUES, AttributeFinder, numeral, quantities
from routing.pack import Pack

FINDER = AttributeFinder(Pack.load("jinan"))
SCANNER = Scanner({"attributes": FINDER.terms})


def find(text: str) -> dict[str, str | None]:
    ticket = Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", text)
    return FINDER.find(ticket, SCANNER.scan(ticket.text.lower()).get("attributes", []))


CASES = [
    ("经十路与舜耕路交叉口井盖缺失,盖上写着热力", {"权属": "供热", "场所": "市政道路"}),
    ("小区里的污水井盖坏了", {"权属": "排水", "场所": "小区内"}),
    ("路口井盖印有联通字样", {"权属": "通信"}),
    ("健身房关门跑路,办卡2800元,群里有六十多人", {"行业": "健身", "金额": "2800", "人数": "60"}),
    ("小区的健身器材坏了", {"行业": None, "场所": "小区内"}),
    ("包工头欠12人工资18万", {"行业": "建筑", "人数": "12", "金额": "180000"}),
    ("一百余名业主至今拿不到房产证", {"人数": "100", "正在发生": "是"}),
    ("孩子报的奥数班不退费", {"行业": "教培学科"}),
    ("舞蹈培训机构关门", {"行业": "教培非学科"}),
    ("驾校不退学费", {"行业": "驾培"}),
    ("工地凌晨两点打桩", {"时段": "凌晨", "场所": "工地"}),
    ("楼下烧烤店晚上12点还在营业", {"时段": "夜间", "行业": "餐饮"}),
    ("装修中午12点不停,影响午休", {"时段": "午休"}),
    ("楼下饭店无证经营", {"许可": "无证", "行业": "餐饮"}),
    ("这家店没有营业执照", {"许可": "无证"}),
    ("该店证照齐全但是油烟大", {"许可": "有证"}),
    ("楼上有房产证但是超面积建设", {"许可": "超证"}),
    ("小区外的道路尚未移交市政,路灯不亮", {"移交": "未移交"}),
    ("这条路早已移交给城管部门", {"移交": "已移交"}),
    ("法院判决书下来了对方不执行", {"法律程序": "判决后"}),
    ("已经申请劳动仲裁,还在等结果", {"法律程序": "仲裁"}),
    ("派出所不予立案", {"法律程序": None}),
    ("我村村民饮用水浑浊", {"场所": "村"}),
    ("天气不错", dict.fromkeys(VALUES)),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_attributes_of_a_sentence(text: str, expected: dict[str, str | None]) -> None:
    found = find(text)
    assert list(found) == list(VALUES)
    assert {key: found[key] for key in expected} == expected


QUANTITIES = [
    ("六十多人", "60", None),
    ("300余户业主", "300", None),
    ("我们12名工人", "12", None),
    ("三百二十户", "320", None),
    ("十几个人", "10", None),
    ("交了两千八百块钱", None, "2800"),
    ("两千八元", None, "2800"),
    ("欠款18万", None, "180000"),
    ("1.5万元", None, "15000"),
    ("十八万元", None, "180000"),
    ("一百二十万元", None, "1200000"),
    ("2,800元", None, "2800"),
    ("每平方2.5元", None, "2.5"),
    ("5万多元", None, "50000"),
    ("3千万元", None, "30000000"),
    ("建筑面积3万平方米", None, None),
    ("2019年12月2日上午9点", None, None),
    ("三居室户型", None, None),
    ("人民路88号", None, None),
]


@pytest.mark.parametrize(("text", "people", "money"), QUANTITIES)
def test_counts_of_people_and_sums_of_money(text: str, people: str | None, money: str | None) -> None:
    assert quantities(text) == (people, money)
    found = find(text)
    assert (found["人数"], found["金额"]) == (people, money)


@given(st.text(alphabet="一二两三四五六七八九十百千万亿零〇0123456789,.多余几元人户块名业主", max_size=40))
def test_no_text_breaks_the_numbers(text: str) -> None:
    people, money = quantities(text)
    assert people is None or people.isdigit()
    assert money is None or float(money) > 0


def test_numerals() -> None:
    assert [numeral(one) for one in ("十", "二十一", "一百零五", "两千八", "三万五千", "一亿二千万")] == [
        10, 21, 105, 2800, 35000, 120000000,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"), [("权属,海洋,1,海", "value"), ("颜色,红,1,红", "key"), ("权属,供水,x,水", "weight")]
)
def test_a_bad_row_is_refused(tmp_path: Path, row: str, words: str) -> None:
    (tmp_path / "pack.toml").write_text('name = "t"\n', encoding="utf-8")
    (tmp_path / "attributes.csv").write_text(f"key,value,weight,terms\n{row}\n", encoding="utf-8")
    with pytest.raises(PackError, match=rf"attributes\.csv.*第 1 行.*{words}"):
        AttributeFinder(Pack.load(tmp_path))

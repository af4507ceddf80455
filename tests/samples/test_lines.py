"""The written sentences: every matter, enough wordings, a third of them without the class's own words."""

import random
import re

import pytest

from samples.lines import REQUESTS, by_code, matters, names, table, wordings
from samples.places import SLOT, draw_spot, fill, streets

COMMON = 60
NAMES = {  # class names of matters whose indirect wordings are counted; the whole tree is in classify/data
    "0101": "占道经营", "0103": "道路保洁", "0201": "道路破损塌陷", "0203": "路灯照明", "0401": "物业服务",
    "0406": "延期交房烂尾", "0501": "违法建设", "0503": "工地夜间施工", "0601": "供热温度", "0604": "停水水压",
    "0902": "废气异味", "0903": "餐饮油烟", "1001": "食品安全", "1005": "预付卡跑路", "1101": "拖欠工资",
    "1209": "医保报销异地", "1302": "学校管理师德", "1701": "消防通道", "1903": "工作人员态度", "1904": "不作为推诿",
}  # fmt: skip


def test_every_matter_has_three_wordings_and_the_common_ones_six():
    codes = by_code()
    assert set(codes) == set(matters())
    assert len(codes) == 193
    assert min(len(ones) for ones in codes.values()) >= 3
    assert sum(len(ones) >= 6 for ones in codes.values()) >= COMMON


def test_wordings_are_distinct_sentences():
    texts = [one.text for one in wordings()]
    assert len(set(texts)) == len(texts)
    assert all(len(text) >= 7 for text in texts)
    assert {one.request for one in wordings()} <= set(REQUESTS.values())
    assert {one.urgency for one in wordings()} == {"一般", "紧急", "特急"}


def _pieces(name):
    return {name[i : i + 2] for i in range(len(name) - 1)}


def test_a_third_of_the_wordings_never_say_the_name_of_their_class():
    ours = [one for one in wordings() if one.code in NAMES]
    silent = [one for one in ours if not any(piece in one.text for piece in _pieces(NAMES[one.code]))]
    assert len(silent) / len(ours) > 1 / 3


def test_slots_are_known_and_filled():
    rng = random.Random(1)
    for one in wordings():
        said = fill(one.text, draw_spot(rng), rng)
        assert not SLOT.search(said), one


def test_a_chain_keeps_its_place():
    rng = random.Random(2)
    spot = draw_spot(rng)
    first, second = fill("{estate}{bld}", spot, rng), fill("{estate}{bld}", spot, rng)
    assert spot.said["estate"] in first
    assert spot.said["estate"] in second
    assert first.endswith(spot.said["bld"])


def test_places_are_of_jinan_and_estates_are_not_shared():
    assert {one.district for one in streets()} >= {"历下区", "市中区", "槐荫区", "天桥区", "历城区", "商河县"}
    estates = [estate for one in streets() for estate in one.stock["estate"]]
    assert len(set(estates)) == len(estates)
    assert {one.agency for one in streets()} >= {"济南高新区", "南部山区管委会", "新旧动能转换起步区"}


@pytest.mark.parametrize("name", ["disputes"])
def test_ten_disputes_with_three_wordings_each(name):
    groups = {}
    for row in table(name):
        groups.setdefault(row["dispute"], []).append(row["text"])
    assert len(groups) == 10
    assert all(len(set(texts)) == 3 for texts in groups.values())


def test_no_number_of_a_person_stands_in_the_data():
    digits = re.compile(r"\d{7,}")
    assert not [one.text for one in wordings() if digits.search(one.text)]
    assert names("surname")

"""The written sentences: every matter, enough wordings, a third of them without the class's own words."""

import random
import re
from collections import Counter

import pytest

from samples.lines import REQUESTS, by_code, matters, names, table, wordings
from samples.places import SLOT, draw_spot, fill, streets

COMMON = 60
OBVIOUS = {  # words that give a class away, as callers say them: no oblique wording of the class may hold one
    "0101": "占道 出店 店外经营", "0102": "摆摊 夜市 流动摊", "0104": "垃圾", "0201": "坑洼 破损 塌陷", "0202": "井盖",
    "0203": "路灯", "0207": "积水 下水道 内涝", "0208": "污水 化粪池", "0401": "物业", "0402": "物业费",
    "0406": "交房 烂尾",
    "0407": "房产证", "0414": "公积金", "0501": "违建 违章建筑", "0503": "打桩 施工", "0601": "暖气 室温 供暖",
    "0604": "停水 水压", "0607": "停电", "0609": "燃气 天然气", "0701": "违停 停车", "0704": "公交", "0710": "快递",
    "0802": "噪音 广场舞", "0803": "狗", "0902": "废气 异味", "0903": "油烟", "1005": "跑路 办卡 充值", "1010": "电梯",
    "1101": "工资 欠薪", "1103": "社保", "1209": "医保 报销", "1305": "培训 退费", "1505": "健身", "1701": "消防",
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


def test_oblique_wordings_never_say_the_obvious_word_of_their_class():
    told = [one for one in wordings() if one.manner == "oblique"]
    assert len(told) / len(wordings()) > 1 / 3
    assert not [one for one in told for word in OBVIOUS.get(one.code, "").split() if word in one.text]


def test_every_matter_has_plain_wordings_with_a_topic_for_the_title():
    plain = Counter(one.code for one in wordings() if one.manner == "plain" and one.topic)
    assert {one.manner for one in wordings()} == {"plain", "oblique"}
    assert min(plain[code] for code in matters()) >= 4
    common = sorted(matters().values(), key=lambda one: -one.weight)[:COMMON]
    assert all(plain[one.code] >= 8 for one in common if one.weight >= 10)


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

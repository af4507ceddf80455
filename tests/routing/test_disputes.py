"""The ten classic disputes (handbook §7.4), three wordings each, from the text to the first actor."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from classify.ticket import SHANGHAI, Ticket
from routing.triage import Triager

CITY, WATER, HOUSING, AIR = "城管执法", "供水燃气", "住建房产", "生态环境"
DISPUTES: dict[str, list[tuple[str, set[str], set[str]]]] = {
    # text, types that are right as first actor, types of which two beside a question are right too
    "井盖(权属)": [
        ("历下区经十路与历山路交叉口井盖缺失,有电动车险些掉入,盖上没有标识", {CITY}, {CITY, "水利水务"}),
        ("市中区舜耕路路边一个写着“供水”字样的井盖破损,要求尽快更换", {WATER}, set()),
        ("天桥区北园大街路中间有个电信的井盖塌了一半,骑车差点摔倒", {"通信邮政"}, set()),
    ],
    "油烟(城管/生态环境/市监)": [
        ("历城区洪家楼街道楼下烧烤店油烟太大,开窗就呛人,要求处理", {CITY}, {CITY, AIR}),
        ("居民楼一楼饭店没装油烟净化器,油烟直排扰民,找过环保说归城管", {CITY}, {CITY, AIR}),
        ("槐荫区一家火锅店的排烟管道对着我家窗户,油烟味很重", {CITY}, {CITY, AIR}),
    ],
    "施工夜间噪声(市指定)": [
        ("历下区某工地凌晨两点还在打桩,反映过住建说归城管,城管说归环保", {CITY}, {CITY, AIR}),
        ("高新区汉峪片区工地夜间施工噪音扰民,每天干到半夜", {CITY}, {CITY, AIR}),
        ("章丘区一建筑工地晚上11点后仍用混凝土泵车浇筑,噪声很大", {CITY}, {CITY, AIR}),
    ],
    "商铺空调外机/音响噪声": [
        ("市中区小区底商超市的空调外机噪音大,对着居民卧室窗户", {CITY, AIR}, {CITY, AIR, "公安"}),
        ("门口服装店整天用大喇叭音响放音乐揽客,噪声扰民", {CITY, AIR}, {CITY, AIR, "公安"}),
        ("楼下饭店的排风机和空调外机轰隆隆响,晚上没法睡觉", {CITY, AIR}, {CITY, AIR, "公安"}),
    ],
    "小区内一楼外接违建(物业/城管/街道)": [
        ("历下区某某花园小区一楼住户在院子里私自搭建阳光房,属于违建,物业不管", {CITY}, set()),
        ("天桥区某小区一楼业主私搭乱建外接房子,占用公共绿地,城管说归物业", {CITY}, set()),
        ("槐荫区某小区一楼违章搭建扩建,要求拆除", {CITY}, set()),
    ],
    "预付卡(行业)": [
        ("健身房关门跑路,办卡2800元,群里有六十多人,要求退费", {"文旅广电体"}, set()),
        ("在美容院充值5000元,现在店关门联系不上老板", {"商务"}, set()),
        ("洗车店办了会员卡,老板卷钱跑路,卡里还有800元", {"商务"}, set()),
    ],
    "校外培训(学科/非学科)": [
        ("孩子在数学辅导班交了一年学费,机构不给退费", {"教育"}, set()),
        ("舞蹈培训班倒闭,学费退不了", {"文旅广电体"}, {"文旅广电体", "教育"}),
        ("报了少儿篮球培训课,教练换了想退费,机构拒绝", {"文旅广电体"}, {"文旅广电体", "教育"}),
    ],
    "小区内道路/路灯/排水(物业或移交市政)": [
        ("历下区某某花园小区内道路坑洼不平,物业说是市政的,市政说没移交", {HOUSING, "街道乡镇"}, set()),
        ("小区里的路灯坏了半个月不亮,物业推给城管", {HOUSING, "街道乡镇"}, {HOUSING, CITY}),
        ("小区内污水管道堵塞,脏水外溢,物业说管网没有移交给市政", {HOUSING, "街道乡镇"}, set()),
    ],
    "道路塌陷(产权单位未知,先办后议)": [
        ("历城区工业北路路面突然塌陷一个大坑,不知道是哪家管线造成的", {CITY}, set()),
        ("天桥区无影山路道路塌陷,没有单位来处理", {CITY}, set()),
        ("某某路路面下沉塌陷,市政和水务互相推", {CITY}, set()),
    ],
    "邻里漏水/装修(民事或住建)": [
        ("楼上邻居家漏水,把我家天花板泡了,他不修,要求处理", {"街道乡镇"}, {HOUSING, "司法法院", "街道乡镇"}),
        ("邻居装修砸墙,我家墙裂了,担心是承重墙", {HOUSING}, {HOUSING, CITY}),
        ("楼上卫生间渗水漏到我家,邻居不肯赔偿", {"街道乡镇"}, {HOUSING, "司法法院", "街道乡镇"}),
    ],
}
CASES = [(name, *case) for name, cases in DISPUTES.items() for case in cases]


@cache
def triager() -> Triager:
    return Triager.load("jinan")


@pytest.mark.parametrize(
    ("name", "text", "first", "rivals"), CASES, ids=[f"{one[0]}-{n}" for n, one in enumerate(CASES)]
)
def test_a_classic_dispute(name: str, text: str, first: set[str], rivals: set[str]) -> None:
    ticket = Ticket("1", datetime(2026, 3, 2, 9, tzinfo=SHANGHAI), text, text)
    result = triager().triage([ticket])[0]
    types = [one.unit_type for one in result.suggestions]
    both = result.question is not None and len(rivals & set(types)) >= 2
    assert types[0] in first or both, (name, result.category, result.suggestions)
    assert sum(one.role == "主办" for one in result.suggestions) == 1


GOLDEN = Path(__file__).parents[1] / "golden" / "disputes.jsonl"


def test_sixty_more_wordings_by_others_find_their_first_actor() -> None:
    """Two sets of an examiner: ``first`` types are right, or two of ``pair`` beside the deciding question."""
    rows = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    wrong = []
    results = triager().triage([Ticket(str(number), at, "", row["text"]) for number, row in enumerate(rows)])
    for row, result in zip(rows, results, strict=True):
        types = [one.unit_type for one in result.suggestions]
        both = result.question is not None and len(set(row["pair"]) & set(types)) >= 2
        if types[0] not in row["first"] and not both:
            wrong.append((row["text"], result.category.code, types))
    assert len(rows) == 60
    assert wrong == []

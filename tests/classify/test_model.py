"""The classifier: right on plain tickets, exact evidence, batch-independent, calm on nonsense."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.lexicon import Lexicon
from classify.model import Classifier, Prediction
from classify.taxonomy import Taxonomy
from classify.ticket import SHANGHAI, Ticket

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)


def ticket(title: str, content: str = "") -> Ticket:
    return Ticket("1", NOW, title, content)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    taxonomy = Taxonomy.load()
    return Classifier(taxonomy, Lexicon.load(None, taxonomy))


@pytest.mark.parametrize(
    ("title", "content", "code"),
    [
        ("暖气不热", "市民来电反映:家里室温只有14度,已报热企3次未上门,老人身体不好。", "0601"),
        ("井盖缺失", "路口东南角井盖没了,有电动车险些掉进去。", "0202"),
        ("健身房关门跑路", "办卡2800元,健身房关门跑路,群里有六十多人。", "1505"),
        ("工地半夜打桩", "工地凌晨两点打桩,吵得睡不着。", "0503"),
        ("拖欠工资", "在项目上干活,包工头欠12人工资18万。", "1101"),
        ("灵活就业社保", "咨询灵活就业人员社保怎么交。", "1103"),
        ("表扬窗口", "请表扬窗口小李,工作热情,特此感谢信一封。", "1907"),
        ("学校补课", "某中学周末违规补课,老师强制学生参加。", "1302"),
        ("學校亂收費", "學校強制購買教輔資料,每人收三百元。", "1303"),
    ],
)
def test_plain_tickets(classifier: Classifier, title: str, content: str, code: str) -> None:
    assert classifier.predict([ticket(title, content)])[0].category.code == code


@pytest.mark.parametrize(
    "text", ["", "。。。!!!", "1234567890", "😀😀😀", "nihao wo xiang wen", "嗯嗯啊啊哦哦", "\n", "\ud800"]
)
def test_nonsense_is_outside(classifier: Classifier, text: str) -> None:
    assert classifier.predict([ticket(text, text)])[0].outside


def test_monstrous_text(classifier: Classifier) -> None:
    answer = classifier.predict([ticket("小区停水", "三天没水了,自来水公司电话打不通。" * 6000)])[0]
    assert answer.category.code == "0604"


def check(one: Ticket, answer: Prediction) -> None:
    for span in answer.evidence:
        shown = one.title if span.field == "title" else one.content
        assert shown[span.start : span.end] == span.text
        assert span.weight > 0
    codes = [answer.category.code, *(guess.code for guess in answer.alternatives)]
    assert len(set(codes)) == 4
    chances = [answer.category.probability, *(guess.probability for guess in answer.alternatives)]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1.0001


PHRASES = [
    "楼下烧烤店油烟",
    "噪音扰民",
    "物业费",
    "學校補課",
    "井盖",
    "😀",
    " ",
    "\n",
    "拖欠工资",
    "abc",
    "12345",
    "老人",
    "。",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PHRASES), max_size=8).map("".join), min_size=2, max_size=6))
def test_batches_do_not_matter(classifier: Classifier, texts: list[str]) -> None:
    tickets = [ticket(text[:9], text) for text in texts]
    together = classifier.predict(tickets)
    alone = [classifier.predict([one])[0] for one in tickets]
    assert together == alone
    for one, answer in zip(tickets, together, strict=True):
        check(one, answer)


def test_two_matters(classifier: Classifier) -> None:
    answer = classifier.predict(
        [ticket("路灯不亮、物业乱收费", "小区外路灯不亮没人修,路灯坏了很久;另外物业公司物业费乱收费,物业收费不透明。")]
    )[0]
    assert {answer.category.code, answer.second.code if answer.second else ""} == {"0203", "0402"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("身份证丢了怎么补办身份证", "身份证管理"),
        ("房屋渗水漏水没人修", "渗漏"),
        ("村里的水渠垮了没法灌溉农田", "农田水利"),
    ],
)
def test_a_third_level_where_the_text_is_clear(classifier: Classifier, title: str, name: str) -> None:
    answer = classifier.predict([ticket(title)])[0]
    assert answer.detail is not None
    assert answer.detail[:4] == answer.category.code
    assert classifier.taxonomy.path(answer.detail)[-1] == name


@pytest.mark.parametrize("title", ["关于户口和身份证的事", "房屋质量差", "停电了"])
def test_no_third_level_where_it_is_not(classifier: Classifier, title: str) -> None:
    answer = classifier.predict([ticket(title)])[0]
    assert answer.detail is None or answer.category.probability >= 0.5


def test_a_third_level_refines_the_public_label(classifier: Classifier) -> None:
    answer = classifier.predict([ticket("咨询失业保险金申领", "失业金怎么领,失业登记在哪办")])[0]
    assert answer.xinfang == ("劳动和社会保障", "城镇职工社会保险", "职工失业保险")


def test_no_tickets(classifier: Classifier) -> None:
    assert classifier.predict([]) == []

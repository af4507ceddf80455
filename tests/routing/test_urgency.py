"""Urgency: danger that is meant, here and now, against the same words negated, feared, joked or long over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from classify.scan import Scanner
from classify.text import fold
from classify.ticket import SHANGHAI, PackError, Ticket
from routing.dangers import CLASSES
from routing.pack import PACKS, Pack
from routing.urgency import UrgencyRules

RULES = UrgencyRules(Pack.load("jinan"))
SCANNER = Scanner({"urgent": RULES.terms})


def judge(text: str, request_type: str | None = None) -> tuple[str, str | None]:
    ticket = Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", text, request_type=request_type)
    return RULES.judge(ticket, SCANNER.scan(fold(ticket.text)).get("urgent", []), "")


URGENT = [
    ("楼道里闻到煤气味,快来人", "特急", "燃气泄漏"),
    ("电梯卡在五楼,里面有两个老人", "特急", "电梯困人"),
    ("路口东南角井盖缺失,有电动车险些掉入", "紧急", "井盖缺失"),
    ("再不给钱我就从楼顶跳下去", "特急", "自杀风险"),
    ("我妈走丢了,七十岁,老年痴呆", "紧急", "走失"),
    ("包工头欠十二人工资,再不给就去区政府门口", "紧急", "群体聚集"),
]


@pytest.mark.parametrize(("text", "level", "danger"), URGENT)
def test_danger_now_names_its_class_and_its_words(text: str, level: str, danger: str) -> None:
    urgency, why = judge(text)
    assert urgency == level
    assert why is not None
    name, quote = why.split(":")
    assert name == danger
    assert quote.strip("“”") in text


CALM = [
    "办事窗口排队三小时,气炸了",
    "如果电梯困人应该打哪个电话",
    "去年小区着火,消防员及时扑灭,送锦旗",
    "小区停水通知:明天计划停水,请问几点恢复",
    "我家狗走丢了",
    "没有发现燃气泄漏,谢谢",
    "跳楼价大甩卖的喇叭天天吵",
    "",
]


@pytest.mark.parametrize("text", CALM)
def test_danger_words_without_danger(text: str) -> None:
    assert judge(text) == ("一般", None)


@pytest.mark.parametrize(
    "text",
    [
        "和朋友合伙开饭馆散了,他把设备全拉走,叫他吐出来",
        "楼上水管漏把我家吊顶泡了,他死活不赔,要你们叫他赔",
        "接电话的都是废物,一帮混吃等死的",
    ],
)
def test_wording_of_a_quarrel_is_no_danger(text: str) -> None:
    assert judge(text) == ("一般", None)


def test_a_word_taken_back_needs_more_than_a_likely_wording() -> None:
    assert judge("他说要跳楼,消防劝下来了,现在在医院,我想问救助政策")[0] == "一般"
    assert judge("昨天劝下来了,今天又爬上楼顶,喊着要跳楼")[0] == "特急"


def test_praise_by_its_own_word_is_never_urgent() -> None:
    assert judge("闻到煤气味,物业很快来了", "表扬")[0] == "一般"


def test_classes_of_the_handbook_all_have_rows() -> None:
    assert {row.danger for row in RULES._dangers} == set(CLASSES)


def write(folder: Path, change: Callable[[str, str], str]) -> Pack:
    (folder / "pack.toml").write_text('name = "t"\n', encoding="utf-8")
    for name in ("phrases.csv", "urgent.csv", "urgent_not.csv"):
        text = (PACKS / "base" / name).read_text(encoding="utf-8")
        (folder / name).write_text(change(name, text), encoding="utf-8")
    return Pack.load(folder)


@pytest.mark.parametrize(
    ("file", "row", "words"),
    [
        ("urgent.csv", "X,地震,紧急,地震,分句,,,\n", "class"),
        ("urgent.csv", "X,火情,很急,火,分句,,,\n", "level"),
        ("urgent.csv", "X,火情,紧急,,分句,,,\n", "terms"),
        ("urgent.csv", "X,火情,紧急,火,分句,(,,\n", "needs"),
        ("urgent.csv", "X,火情,紧急,火,分句,{没有这个},,\n", "needs"),
        ("urgent_not.csv", "X,否定,上面,没,,,\n", "place"),
        ("urgent_not.csv", "X,否定,前,没,,地震,\n", "only"),
        ("phrases.csv", "现在,再来一次,\n", "name"),
    ],
)
def test_a_bad_row_is_refused(tmp_path: Path, file: str, row: str, words: str) -> None:
    pack = write(tmp_path, lambda name, text: text + row if name == file else text)
    with pytest.raises(PackError, match=rf"{file}.*第 \d+ 行.*{words}"):
        UrgencyRules(pack)

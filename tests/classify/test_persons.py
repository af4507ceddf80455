"""Names by rule and by reader together: where they differ, repetitions, what is no person."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.masking import find, mask
from classify.namereading import read
from classify.views import view


def names_of(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if span.kind == "name"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("护士站的人喊“慕丽莎家属”，喊了半天才知道是我", ["慕丽莎"]),
        ("当时贺长林也在场，后来他把合同撕了", ["贺长林"]),
        ("与邻居樊守业发生口角", ["樊守业"]),
        ("一起干活的有罗成贵、阿木古郎、普布次仁和我", ["罗成贵", "阿木古郎", "普布次仁"]),
    ],
)
def test_names_in_running_text_are_found(text: str, names: list[str]) -> None:
    assert names_of(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "张良路和韩信大道交叉口有个坑",
        "楼下刘记羊汤馆把桌子摆到人行道上",
        "请转告卫健委的领导",
        "收到鲁济交罚〔2026〕0332号告知书",
        "张家庄、李家屯、孙家疃三个村",
        "扣了我1100元超时罚款",
        "龙城苑17#-2-501漏水",
        "业主高度怀疑账目有问题",
        "王女士和李某都来过",
    ],
)
def test_words_places_and_titles_are_no_names(text: str) -> None:
    assert names_of(text) == []


def test_a_name_told_once_is_masked_wherever_it_stands_again() -> None:
    text = "我叫续春梅，厂里欠社保。\n盼复。\n续春梅\n2025.10.9"
    assert names_of(text) == ["续春梅", "续春梅"]
    assert "续春梅" not in mask(text).text


def test_a_name_in_the_name_of_a_place_stays() -> None:
    assert names_of("我叫张自忠，住张自忠路") == ["张自忠"]


@given(st.text(alphabet="王李张我叫的在，。是路公司村12〇·阿依古丽\n", max_size=60))
def test_the_reader_reads_anything_and_its_spans_are_apart(text: str) -> None:
    end = 0
    for start, stop, chance in read(view(text)):
        assert end <= start < stop <= len(text)
        assert 0 <= chance <= 1
        end = stop


def test_threads_read_alike() -> None:
    text = view("工友贺长林、樊守业都没发工资")
    expected, found = list(read(text)), []
    threads = [threading.Thread(target=lambda: found.append([list(read(text)) for _ in range(50)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one == expected for many in found for one in many)
    assert len(found) == 4

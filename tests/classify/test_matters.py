"""Two matters in one ticket: the caller turns to another thing; one matter told at length stays one."""

from __future__ import annotations

import pytest

from classify.lexicon import Lexicon
from classify.matters import LONGEST
from classify.model import Classifier
from classify.taxonomy import Taxonomy
from tests.classify.test_model import ticket


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    taxonomy = Taxonomy.load()
    return Classifier(taxonomy, Lexicon.load(None, taxonomy))


@pytest.mark.parametrize(
    ("title", "content", "both"),
    [
        ("暖气不热", "家里暖气不热,室温只有14度。另外楼下烧烤店油烟扰民,天天不敢开窗。", {"0601", "0903"}),
        ("反映问题", "小区门口井盖缺失,很危险。还有一个事,工地凌晨打桩施工扰民。", {"0202", "0503"}),
        ("公交", "公交车等了四十分钟没来。2、路灯不亮,晚上漆黑一片。", {"0704", "0203"}),
    ],
)
def test_the_second_part_is_told(classifier: Classifier, title: str, content: str, both: set[str]) -> None:
    answer = classifier.predict([ticket(title, content)])[0]
    assert answer.second is not None
    assert {answer.category.code, answer.second.code} == both
    assert 0.35 <= answer.second.probability <= 1


@pytest.mark.parametrize(
    ("title", "content"),
    [
        ("暖气不热", "家里暖气不热,室温只有14度。另外老人身体不好,请尽快处理。"),
        ("拖欠工资", "老板拖欠工资三个月,另外多次反映没有答复,部门互相推诿。"),
        ("暖气不热", "家里暖气不热。另外"),
        ("暖气不热", "家里暖气不热,室温只有14度,暖气片冰凉。另外整个单元的暖气都不热,供暖温度不达标。"),
    ],
)
def test_one_matter_stays_one(classifier: Classifier, title: str, content: str) -> None:
    assert classifier.predict([ticket(title, content)])[0].second is None


def test_long_letters_are_not_cut(classifier: Classifier) -> None:
    text = "小区停水多日。另外楼下烧烤店油烟扰民。" + "请领导关心。" * LONGEST
    assert classifier.predict([ticket("停水", text)])[0].second is None


def test_batches_and_neighbours_do_not_matter(classifier: Classifier) -> None:
    both = ticket("暖气不热", "家里暖气不热,室温只有14度。另外楼下烧烤店油烟扰民,天天不敢开窗。")
    one = ticket("井盖缺失", "路口井盖没了。")
    together = classifier.predict([one, both, one, both])
    assert together == [classifier.predict([each])[0] for each in (one, both, one, both)]

"""Learning: refuses what cannot be learned, keeps near-copies together, saves folders that refuse every change."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from classify.folds import folds_of, group_copies
from classify.grams import BUCKETS, count_grams, read_grams
from classify.learned import load_model, predict_labels
from classify.lexicon import Lexicon
from classify.model import Classifier
from classify.taxonomy import Taxonomy
from classify.ticket import SHANGHAI, ModelError, Ticket
from classify.training import train_model
from classify.trie import encode

START = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
MATTERS = {
    "0601": ["暖气不热室温只有{}度", "家里供暖不达标,{}楼都凉", "地暖不热已经{}天"],
    "0602": ["换热站停暖{}小时", "供热管道漏水{}天没修", "小区{}号楼还没接入集中供暖"],
    "1101": ["包工头拖欠工资{}万元", "公司{}个月不发工资", "讨薪:欠{}人农民工工资"],
    "1104": ["养老金{}月没发", "退休手续办了{}天还没批", "退休金调整少了{}元"],
    "1301": ["孩子转学要等{}天", "学区划片不公平,差{}米", "入学报名名额少了{}个"],
}


def tickets_of(labels: dict[str, list[str]], each: int = 12) -> tuple[list[Ticket], list[str]]:
    tickets, names = [], []
    for code, patterns in labels.items():
        for number in range(each):
            text = patterns[number % len(patterns)].format(number + 3)
            when = START + timedelta(hours=len(tickets))
            content = f"市民来电反映:第{number}号楼{text},请求处理。编号{code}{number * 7919}"
            tickets.append(Ticket(str(len(tickets)), when, text, content))
            names.append(code)
    return tickets, names


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tickets, names = tickets_of(MATTERS)
    out = tmp_path_factory.mktemp("models") / "codes"
    train_model(tickets, names, out)
    return out


def test_codes_in_two_steps(trained: Path) -> None:
    model = load_model(trained)
    assert model.kind == "codes"
    assert len(model.labels) == 193
    tickets, names = tickets_of(MATTERS, 3)
    chances = model.probabilities(tickets)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-4)
    assert [model.labels[place] for place in chances.argmax(axis=1)] == names
    unseen = Ticket("x", START, "井盖缺失", "路口井盖没了,井盖丢失")
    assert predict_labels(model, [unseen])[0]["predicted"] == "0202"


def test_codes_in_three_steps(tmp_path: Path) -> None:
    matters = {
        "080101": ["孩子出生怎么上户口,第{}天", "户口迁移要{}份材料", "分户手续跑了{}趟"],
        "080102": ["身份证丢了{}天补办", "身份证号码错了{}位", "身份证过期{}天"],
        "0601": ["暖气不热室温只有{}度", "家里供暖不达标,{}楼都凉", "地暖不热已经{}天"],
        "110101": ["包工头拖欠农民工工资{}万元", "工地{}个月不发民工工资", "讨薪:欠{}人农民工工资"],
    }
    tickets, names = tickets_of(matters)
    rare = Ticket("rare", START, "居住证办了三个月没拿到", "居住证签注要等多久")
    report = train_model([*tickets, rare], [*names, "080103"], tmp_path / "m")
    model = load_model(tmp_path / "m")
    assert len(report["steps"]) == 3
    assert report["rare"] == {"080103": 1}
    assert {"080101", "080102", "0202"} <= set(model.labels)
    assert {"0801", "080103"}.isdisjoint(model.labels)
    said = [row["predicted"] for row in predict_labels(model, tickets)]
    assert sum(a == b for a, b in zip(said, names, strict=True)) >= 0.9 * len(names)
    assert np.allclose(model.probabilities(tickets).sum(axis=1), 1, atol=1e-4)
    classifier = Classifier(Taxonomy.load(), Lexicon.load(None, Taxonomy.load()), model)
    assert classifier.predict([tickets[0]])[0].category.code == "0801"
    assert predict_labels(model, [Ticket("x", START, "井盖缺失", "井盖丢失")])[0]["predicted"] == "0202"


def test_outside_labels(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS)
    own = [{"0601": "供暖", "0602": "供暖"}.get(name, "别的" if name[:2] == "11" else "教育") for name in names]
    report = train_model(tickets, own, tmp_path / "m", target="owner")
    model = load_model(tmp_path / "m")
    assert model.kind == "labels"
    assert set(model.labels) == {"供暖", "别的", "教育"}
    rows = predict_labels(model, tickets)
    assert set(rows[0]) == {"ticket_no", "predicted", "probability", "alternatives", "lane"}
    assert sum(row["predicted"] == label for row, label in zip(rows, own, strict=True)) >= 0.95 * len(rows)
    assert report["metrics"]["accuracy"] > 0.8
    assert "模型说明" in (tmp_path / "m" / "model_card.md").read_text(encoding="utf-8")


def test_kernel_agrees_with_reference(trained: Path) -> None:
    from classify.descent import UNLIKELY, Descent
    from classify.features import evidence_of, weigh_grams
    from classify.fitting import raw_scores
    from classify.steps import chances_of, product, said_of

    model = load_model(trained)
    tickets, _ = tickets_of(MATTERS, 2)
    tickets.append(Ticket("e", START, "😀", "𠀀 mixed ABC 繁體字 暖氣不熱 " * 50))
    buffer, offsets = encode([ticket.text for ticket in tickets])
    shifts = np.array([len(ticket.title) + 1 for ticket in tickets], np.int64)
    lexicon, paths, _ = model.classifier.probabilities(buffer, offsets, shifts)
    mass = model.classifier.level_mass(lexicon, paths)
    evidence, said = evidence_of(lexicon, mass), said_of(lexicon, mass)
    counts = count_grams(buffer, offsets, shifts)
    weights = model.steps[0].weights
    grams = read_grams(buffer, offsets, shifts, weights.row_of, weights.idf)
    shape = (len(tickets), len(weights.idf))
    matrix = csr_matrix((grams.values, grams.rows, grams.ends), shape=shape)
    assert np.allclose(matrix.toarray(), weigh_grams(counts, weights.row_of, weights.idf).toarray(), atol=1e-5)
    fast = Descent(model.steps, lexicon.shape[1]).down(lexicon, mass, grams)[-1]
    slow = product(model.steps, [chances_of(*raw_scores(step, counts, evidence, said), step) for step in model.steps])
    assert np.allclose(fast, slow, atol=UNLIKELY)
    assert np.allclose(fast.max(axis=1), slow.max(axis=1), atol=1e-4)
    assert np.array_equal(fast.argmax(axis=1), slow.argmax(axis=1))


@settings(deadline=None)
@given(
    titles=st.lists(st.text("暖气不热 a\n𠀀", max_size=9), min_size=1, max_size=4),
    content=st.text("暖气不热 ,", max_size=30),
)
def test_grams_are_counted_in_title_and_content_apart(titles: list[str], content: str) -> None:
    texts = [f"{title}\n{content}" for title in titles]
    buffer, offsets = encode(texts)
    counts = count_grams(buffer, offsets, np.array([len(title) + 1 for title in titles]))
    for row, title in enumerate(titles):
        for block, part in enumerate((title, content)):
            letters = [char for char in part if ord(char) > 32]
            pairs = [pair for pair in pairwise(part) if all(ord(char) > 32 for char in pair)]
            said = counts[row, block * BUCKETS : (block + 1) * BUCKETS].sum()
            assert said == len(letters) + len(pairs)


def test_labels_that_cannot_be_learned(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS, 3)
    for labels in (["甲"] * len(names), [""] * len(names), [str(n) for n in range(len(names))]):
        with pytest.raises(ModelError, match="标签不够"):
            train_model(tickets, labels, tmp_path / "m")
    with pytest.raises(ModelError, match="不同"):
        train_model(tickets, names[1:], tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_rare_empty_and_unknown_are_told(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS)
    names[0], names[1] = "", "7777"
    report = train_model(tickets, names, tmp_path / "m")
    assert report["dropped"] == {"不在分类体系里的代码": 1, "标签为空": 1}
    own = ["供暖" if name[:2] == "06" else "其余" for name in names]
    own[-1] = "罕见"
    assert train_model(tickets, own, tmp_path / "m")["dropped"] == {"少于 3 条的标签": 1}


def test_same_data_same_model(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS, 6)
    one, two = (train_model(tickets, names, tmp_path / name) for name in "ab")
    assert one["data"] == two["data"]
    assert np.array_equal(*(load_model(tmp_path / name).probabilities(tickets) for name in "ab"))


@pytest.mark.parametrize("name", ["weights.npz", "model_card.md"])
def test_a_changed_byte_is_refused(trained: Path, tmp_path: Path, name: str) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    load_model(tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(bytes(data))
    with pytest.raises(ModelError, match="校验值不符"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [("format", 99, "别的版本"), ("features", "x", "别的版本"), ("taxonomy", "x", "另一套"), ("files", {}, "没有列出")],
)
def test_another_version_or_taxonomy_is_refused(
    trained: Path, tmp_path: Path, key: str, value: object, word: str
) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {key: value}), encoding="utf-8")
    with pytest.raises(ModelError, match=word):
        load_model(tmp_path)


def test_folders_that_are_no_models(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="不完整"):
        load_model(tmp_path)
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    tickets, names = tickets_of(MATTERS, 3)
    with pytest.raises(ModelError, match="不会覆盖"):
        train_model(tickets, names, tmp_path)
    taxonomy = Taxonomy.load()
    assert load_model(trained, taxonomy, Lexicon.load(None, taxonomy)).hash


def test_near_copies_stay_together() -> None:
    text = "小区物业不作为,电梯经常故障,多次投诉没有结果,请求有关部门尽快处理,业主都很着急"
    groups = group_copies([text, text + "谢谢领导", "完全不同的一段话,说的是公交车不准时的问题,希望增加班次"])
    assert groups[0] == groups[1] != groups[2]
    folds = folds_of(["a", "a", "b"], groups)
    assert folds[0] == folds[1]


def test_the_classifier_decides_and_explains_with_the_model(trained: Path) -> None:
    model = load_model(trained)
    taxonomy = model.classifier.taxonomy
    classifier = Classifier(taxonomy, model.classifier.lexicon, model)
    tickets, names = tickets_of(MATTERS, 2)
    answers = classifier.predict(tickets)
    assert [answer.category.code for answer in answers] == names
    assert answers == [classifier.predict([ticket])[0] for ticket in tickets]
    for ticket, answer in zip(tickets, answers, strict=True):
        assert answer.evidence
        for span in answer.evidence:
            shown = ticket.title if span.field == "title" else ticket.content
            assert shown[span.start : span.end] == span.text
    assert classifier.versions["model"].startswith(model.hash)


def test_outside_labels_cannot_route(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS)
    train_model(tickets, [name[:2] + "类" for name in names], tmp_path / "m")
    model = load_model(tmp_path / "m")
    with pytest.raises(ModelError, match="只能用于 predict"):
        Classifier(model.classifier.taxonomy, model.classifier.lexicon, model)


def test_labels_as_paths_go_level_by_level(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS)
    first = {"06": "公用事业", "11": "人社", "13": "教育"}
    paths = [f"{first[name[:2]]}/{name}/{'甲' if n % 2 else '乙'}" for n, name in enumerate(names)]
    paths[0] = "公用事业/罕见"
    report = train_model(tickets, paths, tmp_path / "m")
    model = load_model(tmp_path / "m")
    assert [len(step.labels) for step in model.steps] == [3, 5, 10] or len(model.steps) == 3
    assert report["rare"] == {"公用事业/罕见": 1}
    chances = model.probabilities(tickets)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-3)
    said = [model.labels[place].split("/")[1] for place in chances.argmax(axis=1)]
    assert sum(one == name for one, name in zip(said, names, strict=True)) >= 0.9 * len(names)
    assert "并入上一级" in (tmp_path / "m" / "model_card.md").read_text(encoding="utf-8")


def test_few_labels_of_another_mix_do_not_unlearn_the_lexicon(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS, 30)
    few = [row for row, name in enumerate(names) if name == "0601" or row % 10 == 0]
    train_model([tickets[row] for row in few], [names[row] for row in few], tmp_path / "m")
    model = load_model(tmp_path / "m")
    rest = [row for row in range(len(names)) if row not in set(few)]
    said = model.probabilities([tickets[row] for row in rest]).argmax(axis=1)
    lexicon = model.classifier.predict([tickets[row] for row in rest])
    learned = sum(model.labels[place] == names[row] for place, row in zip(said, rest, strict=True))
    assert learned >= sum(one.category.code == names[row] for one, row in zip(lexicon, rest, strict=True))


def test_thousands_of_labels(tmp_path: Path) -> None:
    tickets, names = tickets_of(MATTERS, 6)
    extra = [Ticket(f"x{n}", START, f"事项{n}", "内容") for n in range(5000)]
    report = train_model(tickets + extra, names + [f"类{n}" for n in range(5000)], tmp_path / "m")
    assert report["tickets"] == len(tickets)
    assert sum(report["dropped"].values()) == 5000
    assert len(report["rare"]) == 5000


@pytest.mark.parametrize(
    "text", ["", "。。。!!!", "1234567890", "😀😀😀", "nihao wo xiang wen", "\ud800", "繁體字寫的來信", "嗯" * 100_000]
)
def test_texts_that_say_nothing_are_not_sure(trained: Path, text: str) -> None:
    model = load_model(trained)
    rows = predict_labels(model, [Ticket("1", START, "", text), Ticket("2", START, "暖气不热", "家里暖气不热")])
    assert len(rows) == 2
    assert rows[0]["probability"] < 0.75
    assert rows[1]["predicted"] == "0601"

"""The fit of the reader of names: what it is made from, that it repeats, that a small one reads."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pycrfsuite
import pytest

from classify import nametraining
from classify.namefeatures import features, seen
from classify.namesentences import Writer
from classify.nametraining import fit, gold, main, plain
from classify.views import view

GOLDEN = Path(__file__).parent.parent / "golden"


def test_sentences_repeat_and_their_spans_hold_names() -> None:
    first, again = (Writer(7, ["路灯不亮。楼道里全是水，没人管"], ["唐冶新区"]).write(300) for _ in range(2))
    assert first == again
    spans = [text[start:end] for text, found in first for start, end in found]
    assert len(spans) > 150
    assert all(2 <= len(name) <= 15 and "{" not in name for name in spans)
    assert any(not found for _, found in first)


def test_renamed_keeps_the_text_around_the_names() -> None:
    writer = Writer(3, [], [])
    text, spans = writer.renamed(("我叫王伟，同事王伟和李强", [(2, 4), (7, 9), (10, 12)]))
    rest = "".join(part for part in _outside(text, spans))
    assert rest == "我叫，同事和"
    assert text[slice(*spans[0])] == text[slice(*spans[1])]


def _outside(text: str, spans: list[tuple[int, int]]) -> list[str]:
    cuts = [0, *(edge for span in spans for edge in span), len(text)]
    return [text[cuts[at] : cuts[at + 1]] for at in range(0, len(cuts), 2)]


def test_a_small_fit_tells_names_from_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nametraining, "SENTENCES", 1500)
    monkeypatch.setattr(nametraining, "COPIES", 1)
    wordings = tmp_path / "plain.jsonl"
    wordings.write_text(json.dumps({"text": "路灯坏了半个月没人修"}), encoding="utf-8")
    table = tmp_path / "places.csv"
    table.write_text("name,aliases\n唐冶新区,唐冶\n", encoding="utf-8")
    model = tmp_path / "model.crf"
    arguments = ["--names", str(GOLDEN / "masking_round8.jsonl"), "--plain", str(wordings)]
    monkeypatch.setattr(sys, "argv", ["fit", *arguments, "--places", str(table), "--out", str(model)])
    main()
    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))

    def labels(text: str) -> str:
        look = seen(view(text))
        return "".join("".join(tagger.tag(features(look, low, high))) for low, high in look.windows())

    assert "BIE" in labels("工友贺长林没发工资")
    assert "B" not in labels("业主高度怀疑")


def test_plain_texts_with_a_name_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text("text,demand\n我叫王建国，楼道没灯,\n{estate}楼道没有灯,请修一下路灯\n", encoding="utf-8")
    assert plain([file]) == ["某处楼道没有灯", "请修一下路灯"]


def test_gold_holds_spans_of_names_only() -> None:
    rows = gold([GOLDEN / "masking_round8.jsonl"])
    assert any(spans for _, spans in rows)
    assert all(end - start >= 2 for _, spans in rows for start, end in spans)


def test_a_fit_does_not_depend_on_the_run(tmp_path: Path) -> None:
    sentences = Writer(5, [], []).write(200)
    for name in ("a", "b"):
        fit(sentences, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

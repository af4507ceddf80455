"""Replies: verdict and the words that say so."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from routing.replies import read_reply


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("经查,该问题不属于我街道职责范围,建议向市水务局反映。", "超职责"),
        ("因社区无行政执法权,多次劝阻无效,已上报。", "超职责"),
        ("该桥产权不在我单位,我局无权处置。", "超职责"),
        ("经执法人员现场检查,该处违规广告牌已于3月5日拆除完毕,来电人表示满意。", "已解决"),
        ("水管已修复,目前恢复正常供水。", "已解决"),
        ("该路段已列入年度计划,预计8月底完工,我局将跟踪督促。", "办理中"),
        ("您反映的问题已转交相关单位。", "办理中"),
        ("根据《居住证暂行条例》规定,您不符合办理条件,敬请理解。", "解释"),
        ("网友您好,留言已收悉,感谢您对我们工作的支持。", None),
        ("", None),
    ],
)
def test_verdicts(text: str, verdict: str | None) -> None:
    assert read_reply(text)[0] == verdict


@pytest.mark.parametrize(
    "text",
    [
        "请您向有管辖权的部门咨询。",
        "目前尚未整改到位,将尽快修复。",
        "双方未能达成一致。",
        "如对回复不满意或有新的意见建议,请直接与我们联系。",
    ],
)
def test_phrases_that_only_look_like_it(text: str) -> None:
    assert read_reply(text)[0] not in ("超职责", "已解决")


def test_evidence_is_a_span_of_the_given_text() -> None:
    text = "您好!经核实,该事项不在我局职责范围内,建议向\n区城管局反映。"
    _, evidence = read_reply(text)
    assert evidence is not None
    assert text[evidence.start : evidence.end] == evidence.text
    assert "职责" in evidence.text


def test_a_very_long_reply_is_read_at_both_ends() -> None:
    text = "前情说明。" * 2000 + "该事项不属于我局职责范围。"
    verdict, evidence = read_reply(text)
    assert verdict == "超职责"
    assert evidence is not None
    assert text[evidence.start : evidence.end] == evidence.text


@pytest.mark.real
def test_real_replies_get_verdicts_of_every_kind() -> None:
    folder = os.environ.get("JIESU_REAL_DATA")
    if not folder:
        pytest.skip("JIESU_REAL_DATA is not set")
    lines = (Path(folder) / "replies_dev.jsonl").read_text(encoding="utf-8").splitlines()
    seen = Counter(read_reply(json.loads(line)["答复意见"])[0] for line in lines)
    assert {"超职责", "已解决", "办理中", "解释", None} == set(seen)
    assert seen["超职责"] < 0.05 * len(lines)

"""Gates: danger is handed over, the law's channels are pointed to, nothing urgent is ever turned away."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.scan import Scanner
from classify.text import fold
from classify.ticket import SHANGHAI, Ticket
from routing.gates import Gates
from routing.pack import Pack
from routing.result import Gate
from routing.urgency import UrgencyRules

PACK = Pack.load("jinan")
GATES = Gates(PACK)
RULES = UrgencyRules(PACK)
SCANNER = Scanner({"gates": GATES.terms, "urgent": RULES.terms})
WORDS = [*GATES.terms, *RULES.terms, ",", "。", "不", "去年", "现在", "要求", "😀"]
GOLDEN = Path(__file__).parents[1] / "golden" / "urgent.jsonl"


def check(text: str, urgency: str = "一般", foreign: str | None = None) -> Gate | None:
    ticket = Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", text)
    hits = SCANNER.scan(fold(ticket.text)).get("gates", [])
    return GATES.check(ticket, hits, "", {}, urgency, foreign)  # type: ignore[arg-type]


GUIDED = [
    ("法院判决不公,要求重新审", "9901", "12368"),
    ("仲裁裁决太低,要求改", "9901", "12333"),
    ("对交警给我的罚单不服,要求撤销", "9903", "复议"),
    ("邻居楼上漏水不修,要求政府赔钱", "9908", "调解"),
    ("举报镇长收受贿赂", "9910", "12388"),
    ("喂喂喂", "9906", "劝导"),
]


@pytest.mark.parametrize(("text", "code", "channel"), GUIDED)
def test_what_needs_another_channel_is_guided_there(text: str, code: str, channel: str) -> None:
    gate = check(text)
    assert gate is not None
    assert (gate.action, gate.code) == ("引导", code)
    assert gate.channel is not None
    assert channel in gate.channel
    assert "依据" in gate.text
    urgent = check(text, "特急")
    assert urgent is not None
    assert urgent.action == "转办"


@pytest.mark.parametrize(
    "text",
    [
        "请问怎么申请劳动仲裁",
        "法院门口乱停车",
        "公司拖欠我三个月工资,没有去仲裁",
        "邻居装修砸承重墙",
        "社区不给我们调解邻居漏水的事,推了两个月",
        "",
    ],
)
def test_a_question_or_a_municipal_matter_near_the_channel_is_accepted(text: str) -> None:
    gate = check(text)
    assert gate is None or gate.action != "引导"


def test_another_city_is_guided_unless_the_matter_is_here() -> None:
    gate = check("合肥市某小区物业乱收费", foreign="合肥市")
    assert gate is not None
    assert gate.code == "9907"
    assert check("在合肥住院,回来医保怎么报销", foreign="合肥市") is None


def test_chasers_are_merged_and_confidential_reports_restricted() -> None:
    chaser = check("还是上次那个事,到底有没有人管!")
    assert chaser is not None
    assert chaser.action == "并入"
    report = check("举报楼下饭店无证经营,要求保密")
    assert report is not None
    assert report.action == "限知"


@pytest.mark.parametrize(
    ("text", "channel"), [("闻到煤气味", "燃气"), ("有人要跳楼", "110"), ("楼下着火了", "119"), ("老人晕倒", "120")]
)
def test_danger_is_handed_to_its_line(text: str, channel: str) -> None:
    gate = check(text, "特急")
    assert gate is not None
    assert gate.action == "转办"
    assert channel in (gate.channel or "")


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, object], str, Gate | None]]:
    """(golden row, urgency, gate) of every sentence written for the purpose."""
    rows = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        ticket = Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", row["text"])
        hits = SCANNER.scan(fold(ticket.text))
        urgency, _ = RULES.judge(ticket, hits.get("urgent", []), "")
        gate = GATES.check(ticket, hits.get("gates", []), "", {}, urgency, row.get("foreign"))
        rows.append((row, urgency, gate))
    return rows


def test_the_golden_sentences_hold_their_floor_for_urgency(
    judged: list[tuple[dict[str, object], str, Gate | None]],
) -> None:
    right = sum(1 for row, urgency, _ in judged if row["urgent"] and urgency != "一般")
    wanted = sum(1 for row, _, _ in judged if row["urgent"])
    raised = sum(1 for _, urgency, _ in judged if urgency != "一般")
    assert len(judged) >= 300
    assert right / wanted >= 0.99
    assert right / raised >= 0.95


def test_the_golden_sentences_hold_their_floor_for_not_accepted(
    judged: list[tuple[dict[str, object], str, Gate | None]],
) -> None:
    guided = [(row, gate) for row, _, gate in judged if gate is not None and gate.action == "引导"]
    right = [(row, gate) for row, gate in guided if row["gate"]]
    assert len(right) / sum(1 for row, _, _ in judged if row["gate"]) >= 0.95
    assert len(right) / len(guided) >= 0.95
    channels = [str(row["channel"]) in (gate.channel or "") for row, gate in right]
    assert sum(channels) / len(channels) >= 0.95


def test_nothing_urgent_is_ever_turned_away(judged: list[tuple[dict[str, object], str, Gate | None]]) -> None:
    assert [row for row, urgency, gate in judged if urgency != "一般" and gate and gate.action == "引导"] == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(GATES.terms + RULES.terms + [",", "。", "不", "去年", "现在", "要求", "😀"]), max_size=12)
)
def test_no_text_breaks_the_rules_and_urgent_is_never_guided(words: list[str]) -> None:
    ticket = Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", "".join(words))
    hits = SCANNER.scan(fold(ticket.text))
    urgency, why = RULES.judge(ticket, hits.get("urgent", []), "")
    gate = GATES.check(ticket, hits.get("gates", []), "", {}, urgency, None)
    assert (why is None) == (urgency == "一般")
    assert not (urgency != "一般" and gate is not None and gate.action != "转办")


def test_a_ticket_of_a_hundred_thousand_characters_is_read() -> None:
    sentence = "去年着火了,法院判决不公要求改判,邻居借钱不还。"
    ticket = Ticket("1", datetime(2024, 5, 1, tzinfo=SHANGHAI), "", (sentence * 5000)[:100_000])
    hits = SCANNER.scan(fold(ticket.text))
    assert RULES.judge(ticket, hits["urgent"], "")[0] == "一般"
    gate = GATES.check(ticket, hits["gates"], "", {}, "一般", None)
    assert gate is not None
    assert gate.action == "引导"

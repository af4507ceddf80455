"""What happens to a ticket after the call (办理过程): dispatch to call-back, consistent with the truth.

Times follow the handbook §2.4 and §2.5 (return within two working days, extension, re-do after an unhappy call-back,
supervision after the second one); how often each happens is a guess [P].
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from samples.chains import Draft
from samples.lines import matters, texts
from samples.places import PLACED
from samples.units import unit_of

RETURNS: Final = {
    "R01": "R01 非本单位职责", "R02": "R02 非本辖区", "R03": "R03 地址要素不清", "R04": "R04 重复派单",
    "R07": "R07 职责交叉需会商", "R08": "R08 权属单位另有",
}  # fmt: skip
"""Reason codes of the handbook §2.4."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event row; empty strings where a kind has no such field."""

    ticket_no: str
    at: datetime
    kind: str
    unit: str = ""
    reason: str = ""
    text: str = ""
    resolved: str = ""
    satisfaction: str = ""


class Story:
    """Events of one ticket in the order in which they happen."""

    def __init__(self, draft: Draft, rng: random.Random) -> None:
        self.draft, self.rng = draft, rng
        self.now = draft.at
        self.unit = unit_of(matters()[draft.wording.code], draft.spot)
        self.rows: list[Happening] = []

    def wait(self, low: float, high: float) -> None:
        """Hours until the next event; officials act between eight and eighteen."""
        self.now += timedelta(hours=self.rng.uniform(low, high))
        if not 8 <= self.now.hour < 18 and high > 6:
            self.now = (self.now + timedelta(hours=(26 - self.now.hour) % 24 if self.now.hour >= 18 else 0)).replace(
                hour=8 + self.rng.randrange(4)
            )

    def say(self, kind: str, **fields: str) -> None:
        self.rows.append(Happening(self.draft.ticket_no, self.now, kind, fields.pop("unit", self.unit), **fields))

    def reply(self, outcome: str) -> None:
        """答复 with a text of the outcome."""
        said = next((value for slot, value in self.draft.spot.said.items() if slot in PLACED), self.draft.spot.district)
        text = self.rng.choice(texts("replies", "outcome")[outcome])
        day = f"{self.now.month}月{self.now.day}日"
        self.say("答复", text=text.format(unit=self.unit, place=said, day=day))

    def call_back(self, solved: bool) -> bool:
        """回访; False when the caller is not satisfied."""
        self.wait(10, 60)
        if self.rng.random() < 0.08:
            self.say("回访", unit="", text="三次回访未接通", satisfaction="未评价")
            return True
        mood = ("很满意", "满意", "满意", "基本满意") if solved else ("不满意", "不满意", "基本满意", "不满意")
        happy = self.rng.choice(mood)
        self.say("回访", unit="", resolved="是" if solved else "否", satisfaction=happy)
        return happy != "不满意"

    def go_back(self, other: str) -> None:
        """A return (退单): refused, or granted and dispatched anew."""
        right, self.unit = self.unit, other
        self.dispatch()
        self.wait(3, 30)
        reason = self.rng.choice(list(RETURNS.values()))
        self.say("退单申请", reason=reason, text=f"建议由{right}办理")
        self.wait(1, 8)
        self.say("退单通过", unit="12345热线管理机构", reason=reason)
        self.unit = right

    def dispatch(self) -> None:
        urgent = self.draft.wording.urgency != "一般"
        self.wait(0.02, 0.3) if urgent else self.wait(0.2, 5)
        self.say("派单")
        self.wait(0.1, 0.6) if urgent else self.wait(0.5, 12)
        self.say("签收")


def _other_unit(story: Story) -> str:
    """A unit of the same place that does not have the matter."""
    spot = story.draft.spot
    units = {unit_of(one, spot) for one in matters().values() if one.code < "19" and one.level == "区"}
    return story.rng.choice(sorted(units - {story.unit}))


def _handle(story: Story, plan: str) -> None:
    """The way of a ticket that is dispatched."""
    draft, rng = story.draft, story.rng
    if rng.random() < (0.35 if plan == "powerless" or draft.dispute else 0.07):
        story.go_back(_other_unit(story))
        if plan == "powerless":
            story.go_back(_other_unit(story))
    story.dispatch()
    if rng.random() < 0.025:
        story.wait(2, 20)
        story.say("退单申请", reason=RETURNS["R01"], text="认为不属本单位职责")
        story.wait(1, 8)
        story.say("退单驳回", unit="12345热线管理机构", text="依据职责清单应由你单位办理")
    solved = plan == "solved" or (plan in ("", "slow") and rng.random() < 0.72)
    if rng.random() < (0.4 if plan == "powerless" else 0.05):
        story.wait(24, 80)
        story.say("延期申请", reason="情况复杂需多方协调")
        story.wait(1, 10)
        story.say("延期通过", unit="12345热线管理机构")
    if draft.closes and draft.closes > story.now:
        story.now = draft.closes
    else:
        fast = draft.wording.urgency != "一般"
        story.wait(2, 20) if fast else story.wait(20, 130)
    outcome = (
        "超职责"
        if plan == "powerless"
        else "已解决"
        if solved or plan == "solved"
        else rng.choice(("解释", "部分", "解释"))
    )
    claimed = "已解决" if plan == "unsolved" and rng.random() < 0.35 else outcome
    story.reply(claimed)
    story.wait(0.1, 3)
    story.say("办结", reason={"已解决": "实质解决", "解释": "解释类办结"}.get(claimed, "其他"))
    for turn in range(2):
        if story.call_back(solved) or rng.random() < 0.45:
            return
        story.wait(2, 20)
        if turn:
            story.say("督办", unit="政府督查室", text="重办后群众仍不满意")
            return
        story.say("重办", reason="回访不满意")
        story.wait(24, 90)
        story.reply("超职责" if plan == "powerless" else "解释")
        story.wait(0.1, 3)
        story.say("办结", reason="解释类办结")


def happenings(draft: Draft, until: datetime, rng: random.Random) -> list[Happening]:
    """Events of ``draft`` up to ``until``."""
    story = Story(draft, rng)
    if draft.plan == "merged":
        story.wait(0.05, 1)
        story.say("催办", text="并入在办工单")
        story.say("并单", unit="12345热线管理机构")
    elif draft.wording.gate or draft.wording.code == "1907" or (draft.wording.request == "咨询" and rng.random() < 0.7):
        story.unit = "12345热线管理机构"
        story.wait(0.02, 0.2)
        story.reply("解释") if draft.wording.gate else story.say("答复", text="话务员依据知识库直接答复。")
        story.say("办结", reason="直接办结")
    else:
        _handle(story, draft.plan)
    return [one for one in story.rows if one.at <= until]

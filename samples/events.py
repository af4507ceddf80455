"""What happens to a ticket after the call (办理过程): dispatch to call-back, consistent with the truth.

Times follow the handbook §2.4 and §2.5 (return within two working days, extension, re-do after an unhappy call-back,
supervision after the second one); how often each happens is a guess [P]. What would happen after the end of the stream
is left out, so the newest tickets stand at every stage, and :func:`live_queue` leaves the very newest to the desk.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from samples.chains import Draft
from samples.lines import matters, texts
from samples.places import place_of
from samples.seasons import is_holiday
from samples.units import unit_of

RETURNS: Final = {
    "R01": "R01 非本单位职责", "R02": "R02 非本辖区", "R03": "R03 地址要素不清", "R04": "R04 重复派单",
    "R07": "R07 职责交叉需会商", "R08": "R08 权属单位另有",
}  # fmt: skip
"""Reason codes of the handbook §2.4."""
DAYS: Final = 5
"""Working days for an ordinary matter (handbook §2.2)."""
LIVE: Final = timedelta(days=9)
"""The newest tickets have more returns and extensions, and longer reviews, so that a desk sees every stage [P]."""
STUCK, STUCK_AGE = 0.009, timedelta(days=30)
"""Share of the tickets of the weeks before that are under supervision (督办) and not done: the open remainder [P]."""
URGENT: Final = timedelta(hours=24)
"""For 紧急 and 特急, and for heat in the heating season (15 November to 15 March)."""
LATE: Final = 0.03
"""Share of tickets that are answered after their day [P]."""
QUEUE: Final = 0.004
"""Tickets that wait for their dispatch at the end, by the size of the stream: 80 of 20,000."""
QUEUE_LEAST, QUEUE_AGE, QUEUE_AGE_URGENT = 8, timedelta(hours=48), timedelta(hours=10)


def hurried(draft: Draft) -> bool:
    """Whether the ticket has a day instead of a week."""
    heat = draft.wording.code in ("0601", "0602") and not (3, 15) < (draft.at.month, draft.at.day) < (11, 15)
    return heat or draft.wording.urgency != "一般"


def due(draft: Draft) -> datetime:
    """When the ticket should be answered: 24 hours, or the end of the fifth working day after the call.

    Days made up for holidays (调休) count as working days.
    """
    if hurried(draft):
        return draft.at + URGENT
    day, left = draft.at.date(), DAYS
    while left:
        day += timedelta(days=1)
        left -= not is_holiday(day)
    return datetime.combine(day, time(23, 59), draft.at.tzinfo)


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

    def __init__(self, draft: Draft, until: datetime, rng: random.Random) -> None:
        self.draft, self.rng = draft, rng
        age = until - draft.at
        self.live = age < LIVE
        self.stuck = LIVE < age < STUCK_AGE and not draft.closes and rng.random() < STUCK
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
        said = place_of(self.draft.spot) or self.draft.spot.district
        text = self.rng.choice(texts("replies", "outcome")[outcome])
        day = f"{self.now.month}月{self.now.day}日"
        self.say("答复", text=text.format(unit=self.unit, place=said, day=day))

    def call_back(self, solved: bool) -> bool:
        """回访; False when the caller is not satisfied."""
        self.wait(6, 40)
        if not self.stuck and self.rng.random() < 0.08:
            self.say("回访", unit="", text="三次回访未接通", satisfaction="未评价")
            return True
        mood = ("很满意", "满意", "满意", "基本满意") if solved else ("不满意", "不满意", "基本满意", "不满意")
        happy = "不满意" if self.stuck else self.rng.choice(mood)
        self.say("回访", unit="", resolved="是" if solved else "否", satisfaction=happy)
        return happy != "不满意"

    def go_back(self, other: str) -> None:
        """A return (退单): refused, or granted and dispatched anew."""
        right, self.unit = self.unit, other
        self.dispatch()
        self.wait(2, 16)
        reason = self.rng.choice(list(RETURNS.values()))
        self.say("退单申请", reason=reason, text=f"建议由{right}办理")
        self.review()
        self.say("退单通过", unit="12345热线管理机构", reason=reason)
        self.unit = right

    def review(self) -> None:
        """The time that the hotline takes to decide on a return or an extension."""
        self.wait(8, 36) if self.live else self.wait(2, 14)

    def dispatch(self) -> None:
        urgent = hurried(self.draft)
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
    fast = hurried(draft)
    disputed = plan == "powerless" or bool(draft.dispute)
    if rng.random() < (0.35 if disputed else 0.02 if fast else 0.16 if story.live else 0.08):
        story.go_back(_other_unit(story))
        if plan == "powerless":
            story.go_back(_other_unit(story))
    story.dispatch()
    if not fast and rng.random() < (0.08 if story.live else 0.025):
        story.wait(2, 20)
        story.say("退单申请", reason=RETURNS["R01"], text="认为不属本单位职责")
        story.review()
        story.say("退单驳回", unit="12345热线管理机构", text="依据职责清单应由你单位办理")
    solved = plan == "solved" or (not story.stuck and plan in ("", "slow") and rng.random() < 0.72)
    if not fast and rng.random() < (0.4 if plan == "powerless" else 0.18 if story.live else 0.07):
        story.wait(20, 50)
        story.say("延期申请", reason="情况复杂需多方协调")
        story.review()
        story.say("延期通过", unit="12345热线管理机构")
    _work(story)
    outcome = "超职责" if plan == "powerless" else "已解决" if solved else rng.choice(("解释", "部分", "解释"))
    claimed = "已解决" if plan == "unsolved" and rng.random() < 0.35 else outcome
    story.reply(claimed)
    story.wait(0.1, 3)
    story.say("办结", reason={"已解决": "实质解决", "解释": "解释类办结"}.get(claimed, "其他"))
    _afterwards(story, solved)


def _work(story: Story) -> None:
    """The time until the answer: within the limit, save for :data:`LATE`."""
    draft, rng = story.draft, story.rng
    if draft.closes and draft.closes > story.now:
        story.now = draft.closes
        return
    left = (due(draft) - story.now) / timedelta(hours=1) - 3
    if rng.random() < LATE:
        story.wait(max(left, 1) + 6, max(left, 1) + 60)
    elif story.stuck:
        story.wait(16, 40)
    elif left > 2:
        story.wait(min(left, 1.5 if hurried(draft) else 16) * 0.9, left)
        story.now = min(story.now, due(draft) - timedelta(hours=2))
    else:
        story.wait(0.5, 3)


def _afterwards(story: Story, solved: bool) -> None:
    """Call-back, re-do after an unhappy one, supervision after the second, and the close of the file (结案)."""
    rng = story.rng
    for turn in range(2):
        if story.call_back(solved) or (not story.stuck and rng.random() < (0.3 if story.live else 0.6)):
            break
        story.wait(2, 8)
        if turn:
            story.say("督办", unit="政府督查室", text="重办后群众仍不满意")
            if story.stuck:
                return
        else:
            story.say("重办", reason="回访不满意")
        story.wait(5, 20)
        story.say("签收")
        story.wait(8, 30)
        story.reply("超职责" if story.draft.plan == "powerless" else "解释")
        story.wait(0.1, 3)
        story.say("办结", reason="解释类办结")
    story.wait(3, 30)
    story.say("结案", unit="12345热线管理机构")


def direct(draft: Draft) -> bool:
    """Whether the hotline answers itself (直办): what it may not take, praise, and six of ten questions."""
    wording = draft.wording
    asked = wording.request == "咨询" and int(draft.ticket_no[-4:]) % 10 < 6
    return bool(wording.gate) or wording.code == "1907" or asked


def happenings(draft: Draft, until: datetime, rng: random.Random) -> list[Happening]:
    """Events of ``draft`` up to ``until``."""
    story = Story(draft, until, rng)
    if draft.plan == "merged":
        story.wait(0.05, 1)
        story.say("催办", text="并入在办工单")
        story.say("并单", unit="12345热线管理机构")
    elif direct(draft):
        story.unit = "12345热线管理机构"
        story.wait(0.02, 0.2)
        story.reply("解释") if draft.wording.gate else story.say("答复", text="话务员依据知识库直接答复。")
        story.say("办结", reason="直接办结")
        story.wait(0.5, 20)
        story.say("结案")
    else:
        _handle(story, draft.plan)
    return [one for one in story.rows if one.at <= until]


def live_queue(drafts: list[Draft], happened: dict[str, list[Happening]], until: datetime) -> None:
    """Take back what happened to the newest tickets, so that they wait for their dispatch (待派单); in place.

    Questions that the hotline answered itself stay answered; what is urgent waits for hours, not for days.
    """
    wanted = max(QUEUE_LEAST, round(QUEUE * len(drafts)))
    for draft in reversed(drafts):
        if wanted <= 0 or until - draft.at > QUEUE_AGE:
            return
        if until - draft.at > (QUEUE_AGE_URGENT if hurried(draft) else QUEUE_AGE):
            continue
        if direct(draft) and not draft.wording.gate:
            continue
        happened[draft.ticket_no] = []
        wanted -= 1

"""Issues that come back: every kind of the handbook §2.8, as lists of drafts that share place and matter."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from samples import noise
from samples.apart import Apart
from samples.compose import Text, brief, write_text
from samples.lines import Wording, by_code, matters, texts
from samples.people import Caller, draw_caller
from samples.places import PLACED, SLOT, Spot, draw_spot, fill, place_of
from samples.seasons import Weather, factor

KINDS: Final = {
    "催办": 26,
    "重复": 24,
    "多次重复": 12,
    "多人同诉": 12,
    "反弹": 10,
    "历史遗留": 6,
    "群体性": 4,
    "无力": 6,
}
"""Kinds and how often they are drawn [P]; 无力 is 基层无力解决."""
NAMES: Final = {"无力": "基层无力解决"}
LEGACY: Final = ("0407", "0406", "0415", "0501")
IN_SEASON: Final = 0.4
"""A chain starts only when its matter has at least so much of its usual flow: nobody is cold in August."""
PLAIN: Final = 0.6
"""Share of callers who name the matter; chains and surges, which are plainer, bring it to 60 to 65 % of the tickets."""
ASKING: Final = 3.0
"""Questions weigh more than complaints of the same matter: 47 to 64 % of calls are questions (handbook §1.4)."""
STUBBORN: Final = ("0501", "0903", "0401", "0802", "0902", "0101", "0406", "0503", "0405", "0208", "0407", "1701")
"""Matters whose power lies with a line department, so that streets cannot end them."""
GROUPED: Final = ("0406", "0407", "1101", "0402", "0902", "0601", "1005", "1505", "0403")


@dataclass(slots=True)
class Draft:
    """A ticket before it has a number. ``plan`` says how its handling goes; see :mod:`samples.events`."""

    at: datetime
    wording: Wording
    spot: Spot
    caller: Caller
    text: Text
    issue: int
    kind: str = ""
    second: str = ""
    plan: str = ""
    closes: datetime | None = None
    surge: str = ""
    dispute: str = ""
    claimant: bool = False
    unit_type: str = ""
    manner: str = ""
    ticket_no: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        self.manner = self.manner or self.wording.manner


def complains(one: Wording) -> bool:
    """Whether a wording complains of something at a place; questions and praise do not come back."""
    return one.request in ("投诉", "求助", "举报") and not one.gate and bool(main_place(one))


def pick(code: str, rng: random.Random) -> Wording:
    """A wording of a matter to begin an issue with: mostly one that others can tell in words of their own."""
    ones = [one for one in by_code()[code] if complains(one)]
    told = [one for one in ones if len(kin(one)) > 1]
    return of_manner(told if told and rng.random() < 0.85 else ones, rng)


def of_manner(ones: Sequence[Wording], rng: random.Random) -> Wording:
    """One of the wordings: plain ones with the chance :data:`PLAIN`, questions oftener than complaints."""
    manner = "plain" if rng.random() < PLAIN else "oblique"
    ones = [one for one in ones if one.manner == manner] or ones
    return rng.choices(ones, [ASKING if one.request == "咨询" else 1.0 for one in ones])[0]


def main_place(one: Wording) -> str:
    """The first slot of the wording that is a place; empty when it has none."""
    return next((slot for slot in SLOT.findall(one.text) if slot in PLACED), "")


def kin(wording: Wording) -> list[Wording]:
    """Wordings that speak of the same problem at the same kind of place; at least the wording itself."""
    if not wording.thread:
        return [wording]
    said = main_place(wording)
    same = [one for one in by_code()[wording.code] if one.thread == wording.thread and complains(one)]
    return [one for one in same if main_place(one) == said] or [wording]


def _can_complain(code: str) -> bool:
    return any(complains(one) for one in by_code()[code])


def _code(kind: str, rng: random.Random) -> str:
    if kind == "历史遗留":
        return rng.choice(LEGACY)
    if kind in ("无力", "反弹", "多次重复"):
        return rng.choice(STUBBORN)
    if kind in ("群体性", "多人同诉"):
        return rng.choice(GROUPED)
    codes = [code for code in by_code() if code < "19" and code not in ("0808", "1009") and _can_complain(code)]
    return rng.choices(codes, [matters()[code].weight for code in codes])[0]


class Chain:
    """One issue in the making: the first ticket and whatever follows it."""

    def __init__(self, issue: int, kind: str, first: datetime, rng: random.Random) -> None:
        self.issue, self.kind, self.rng = issue, kind, rng
        code = _code(kind, rng)
        while factor(matters()[code].season, first.date(), Weather()) < IN_SEASON:
            code = _code(kind, rng)
        self.wording = pick(code, rng)
        self.spot = draw_spot(rng, "{village}" in self.wording.text)
        self.caller = draw_caller(rng)
        while not self.caller.phone:
            self.caller = draw_caller(rng)
        self.drafts: list[Draft] = []
        self.told: list[Wording] = []
        fill(self.wording.text, self.spot, rng)  # settles the names that the chain keeps
        self.add(first, self.caller)

    def add(self, at: datetime, caller: Caller, follow: str = "", kind: str = "") -> Draft:
        """One more ticket; ``follow`` names the group of follow-up sentences, ``kind`` the truth."""
        rng = self.rng
        others = [one for one in kin(self.wording) if one not in self.told] or kin(self.wording)
        wording = of_manner(others, rng) if self.drafts else self.wording
        self.told.append(wording)
        fact, title, bare = "", "", False
        if self.drafts:
            fact = told = noise.retold(fill(wording.text, self.spot, rng), rng)
        if follow:
            said = rng.choice(texts("followups", "kind")[follow])
            bare = "{brief}" not in said and "{fact}" not in said
            fact = said.replace("{brief}", brief(wording, self.spot, rng)).replace("{fact}", told)
            fact = fill(fact, self.spot, rng)
        text = write_text(wording, self.spot, caller, at, rng, fact)
        if follow == "催办" and wording.topic:
            what = self.spot.district + place_of(self.spot) + wording.topic
            title = rng.choice((f"催办{what}问题", f"催办：{what}", f"{what}催办", "催办工单", ""))
        text.title = title or text.title
        manner = "oblique" if bare and wording.topic not in text.title else wording.manner
        draft = Draft(at, wording, self.spot, caller, text, self.issue, kind, manner=manner)
        self.drafts.append(draft)
        return draft

    def later(self, draft: Draft, low: float, high: float) -> datetime:
        """A moment ``low`` to ``high`` days after ``draft``, at an hour when people call."""
        day = draft.at + timedelta(days=self.rng.uniform(low, high))
        return day.replace(hour=self.rng.choice((8, 9, 10, 11, 14, 15, 16, 17, 19, 20)), minute=self.rng.randrange(60))


def chase(chain: Chain) -> None:
    """催办: the same caller again while the ticket is open."""
    first = chain.drafts[0]
    first.plan = "slow"
    last = first
    for _ in range(chain.rng.choice((1, 1, 2, 3))):
        last = chain.add(chain.later(last, 0.6, 1.6), chain.caller, "催办", "催办")
        last.plan = "merged"
    first.closes = last.at + timedelta(days=chain.rng.uniform(1, 4))


def repeat(chain: Chain) -> None:
    """重复: the same caller within 90 days after a close that solved nothing."""
    first = chain.drafts[0]
    first.plan, first.closes = "unsolved", first.at + timedelta(days=chain.rng.uniform(3, 8))
    chain.add(chain.later(first, 12, 60), chain.caller, "重复", "重复").plan = chain.rng.choice(("", "unsolved"))


def often(chain: Chain) -> None:
    """多次重复: three to six tickets in 90 days, from one caller or several."""
    last = chain.drafts[0]
    last.plan, last.closes = "unsolved", last.at + timedelta(days=4)
    for turn in range(chain.rng.randint(2, 5)):
        caller = chain.caller if chain.rng.random() < 0.6 else draw_caller(chain.rng)
        last = chain.add(chain.later(last, 9, 17), caller, "重复", "重复" if turn < 1 else "多次重复")
        last.plan, last.closes = "unsolved", last.at + timedelta(days=4)


def many(chain: Chain) -> None:
    """多人同诉: five to twelve callers in a week."""
    first = chain.drafts[0]
    for _ in range(chain.rng.randint(4, 11)):
        chain.add(chain.later(first, 0.02, 6.2), draw_caller(chain.rng), "", "多人同诉")


def rebound(chain: Chain) -> None:
    """反弹: closed as solved, back within 30 days."""
    first = chain.drafts[0]
    first.plan, first.closes = "solved", first.at + timedelta(days=chain.rng.uniform(2, 5))
    chain.add(chain.later(first, 8, 30), chain.caller, "反弹", "反弹").plan = "unsolved"


def legacy(chain: Chain) -> None:
    """历史遗留: first seen more than a year before its last ticket, where the span of days allows."""
    last = chain.drafts[0]
    last.plan, last.closes = "unsolved", last.at + timedelta(days=9)
    for _ in range(chain.rng.randint(4, 6)):
        caller = chain.caller if chain.rng.random() < 0.5 else draw_caller(chain.rng)
        last = chain.add(chain.later(last, 70, 95), caller, "历史遗留", "历史遗留")
        last.plan, last.closes = "unsolved", last.at + timedelta(days=9)


def group(chain: Chain) -> None:
    """群体性: many people announced in the words of one to three tickets."""
    first = chain.drafts[0]
    for _ in range(chain.rng.randint(1, 3)):
        chain.add(chain.later(first, 0.1, 4), draw_caller(chain.rng), "群体性", "群体性")


def powerless(chain: Chain) -> None:
    """基层无力解决: the street says that it has no power, returns and re-does follow."""
    last = chain.drafts[0]
    last.plan, last.closes = "powerless", last.at + timedelta(days=6)
    for _ in range(chain.rng.randint(2, 4)):
        last = chain.add(chain.later(last, 12, 24), chain.caller, "无力", "基层无力解决")
        last.plan, last.closes = "powerless", last.at + timedelta(days=6)


CLAIM: Final = (
    "本人于{date}在{shop}购买食品一份花费{amt}，发现标签不符合规定，商家销售不符合食品安全标准的食品，"
    "依据《中华人民共和国食品安全法》第一百四十八条要求退一赔十，并要求市场监管部门依法立案查处、书面告知本人处理结果"
)


def claims(issue: int, first: datetime, last: datetime, rng: random.Random) -> list[Draft]:
    """职业索赔: one caller, one template, another shop every few days; each is an issue of its own (handbook §2.9)."""
    caller = draw_caller(rng)
    drafts: list[Draft] = []
    at = first
    while at <= last and len(drafts) < 12:
        spot = draw_spot(rng)
        wording = Wording("1001", "投诉", CLAIM.replace("{date}", f"{at.month}月{at.day}日"), manner="plain")
        fact = fill(wording.text, spot, rng)
        text = Text(f"投诉{spot.said['shop']}销售不合格食品", fact + "。")
        drafts.append(Draft(at, wording, spot, caller, text, issue, claimant=True))
        issue += 1
        at += timedelta(hours=rng.uniform(8, 60))
    return drafts


SCRIPTS: Final = {
    "催办": chase, "重复": repeat, "多次重复": often, "多人同诉": many, "反弹": rebound, "历史遗留": legacy,
    "群体性": group, "无力": powerless,
}  # fmt: skip


def make_chain(issue: int, kind: str, first: datetime, last: datetime, rng: random.Random, apart: Apart) -> list[Draft]:
    """The tickets of one issue, none later than ``last``, at a place where nobody else has the matter."""
    chain = apart.settled(lambda: Chain(issue, kind, first, rng), lambda one: apart.unused(one.wording, one.spot))
    SCRIPTS[kind](chain)
    return [draft for draft in chain.drafts if draft.at <= last]

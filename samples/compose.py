"""From a wording to a ticket's title and content, in the styles that operators and callers write."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from samples import noise
from samples.lines import Wording, by_code, texts
from samples.people import Caller, private_words
from samples.places import CHOICE, PLACED, SLOT, Spot, fill, place_of

STYLES: Final = {
    "template": 34,
    "plain": 26,
    "spoken": 14,
    "terse": 9,
    "angry": 6,
    "dialect": 5,
    "letter": 4,
    "long": 2,
}
"""Weights of the styles [P]; letters and long ones come from websites."""
DEMANDS: Final = {
    "投诉": ("请相关部门核实处理并回复", "要求尽快解决", "希望派人到现场看看", "要求查处并答复", "请给个明确答复"),
    "求助": ("请求尽快帮助解决", "急盼处理", "请协调一下", "希望今天就有人联系我"),
    "举报": ("请依法查处", "要求核查并反馈", "请为举报人保密"),
    "咨询": ("请告知", "麻烦解答一下", "应该找哪个部门", "请回电说明"),
    "建议": ("望采纳", "请有关部门考虑", "希望能研究一下"),
    "表扬": ("望转达谢意", "提出表扬", ""),
}
_WHEN: Final = ("近期", "今天", "昨天", "这几天", "从上周起", "最近", "{date}", "{date}起", "一直以来，", "")
_EFFECT: Final = ("，影响正常生活", "，给周围居民带来不便", "，老人孩子受不了", "，存在隐患", "，已经严重影响休息", "")
_LOSS: Final = ("，给我造成不小的损失", "，让人没法接受", "，耽误了很多时间", "")
"""Effects of what is no neighbour's trouble: shops, employers, offices."""
_EARLIER: Final = (
    "此前打过{n}次电话没有结果", "已和对方交涉过，对方不理", "之前登记过一次，没有人联系", "去现场找过负责人，没见到人",
    "社区来看过一次就没下文了",
)  # fmt: skip
_ANGER: Final = ("到底有没有人管", "你们就知道踢皮球", "再不管我就找媒体曝光", "拿着工资不干事")
_WHERE: Final = ("，我住{estate}", "，家在{estate}", "，地点在{estate}附近", "，我是{estate}的")
"""Added to a complaint that names no place: operators always ask for one."""
_OPENINGS: Final = {
    "咨询": ("市民来电咨询：", "市民咨询：", "来电人咨询："), "建议": ("市民建议：", "市民来电建议："),
    "表扬": ("市民来电表扬：", "市民表扬："), "举报": ("市民举报：", "市民来电举报：", "来电人反映："),
}  # fmt: skip
_SIDE: Final = ("请保密", "（来电人要求保密）", "（来电人情绪激动）", "请电话回复", "（已告知办理时限）")


@dataclass(slots=True)
class Text:
    """Title and content as typed, and the private data in them as (kind, value)."""

    title: str
    content: str
    private: list[tuple[str, str]] = field(default_factory=list)
    joke: bool = False


def named(wording: Wording, spot: Spot, rng: random.Random) -> str:
    """A title as operators write it, with place and matter: 历下区XX小区暖气不热问题."""
    topic = wording.topic.removesuffix("问题")
    if wording.request == "咨询":
        return rng.choice((f"咨询{topic}问题", f"{topic}咨询", f"咨询{topic}"))
    place = place_of(spot) if frozenset(SLOT.findall(wording.text)) & PLACED else ""
    if place and rng.random() < 0.65:
        place = spot.district + (spot.street.name if rng.random() < 0.2 else "") + place
    shared = next((size for size in (4, 3, 2) if place.endswith(topic[:size])), 0)  # 某某工地 + 工地扬尘
    what = place + topic[shared:]
    if wording.request == "表扬":
        return rng.choice((f"表扬{place}", f"{place}工作人员值得表扬", what)) if place else what
    if wording.request == "建议":
        return rng.choice((f"关于{what}的建议", f"{what}建议"))
    forms = (f"{what}问题", what, f"关于{what}的问题", f"反映{what}", f"反映{what}问题")
    return rng.choices(forms, (55, 20, 8, 9, 8))[0]


def title_of(fact: str, style: str, rng: random.Random, wording: Wording, spot: Spot) -> str:
    """A title: of place and matter where the wording is plain, else the first clauses of what was said.

    An operator who hears an oblique sentence often writes it down as it comes; 4 % of titles say nothing at all.
    """
    if wording.topic and rng.random() < 0.85:
        return named(wording, spot, rng)
    if rng.random() < 0.04:
        return rng.choice(("市民反映问题", "来电诉求", "求助", "请尽快处理", "希望解决"))
    clauses = re.split(r"[，。；：！？]", fact)
    head = clauses[0] if len(clauses[0]) >= 8 or len(clauses) == 1 else clauses[0] + clauses[1]
    head = head[:28]
    if style in ("template", "letter"):
        return rng.choice((f"关于{head}的问题", f"反映{head}", f"市民反映{head}问题", head))
    return head


def _long(facts: list[str], at: datetime, rng: random.Random) -> str:
    """A letter of one to two thousand characters: the matter, its history, other grievances around it."""
    parts = ["尊敬的领导您好，我是一名普通市民，本不想麻烦各位，但是实在没有办法才写这封信。"]
    while len("".join(parts)) < rng.randint(900, 1900):
        months = rng.randint(1, 12)
        parts.append(
            rng.choice(
                (
                    f"{months}月份的时候，{rng.choice(facts)}，当时有人答应说很快解决，结果一拖再拖。",
                    f"再说一遍事情的经过：{rng.choice(facts)}。",
                    "我们一家老小每天生活在这样的环境里，身心俱疲，工作也受到影响，晚上常常睡不好觉。",
                    "我查过有关规定，这种情况明明是有部门负责的，为什么到了我们这里就没有人管？",
                    f"{at.year}年{months}月{rng.randint(1, 28)}日我又去了一趟，让我回家等{rng.randint(2, 9)}周。",
                    "邻居们也都有同样的感受，大家在群里议论纷纷，都盼着上级能够关注。",
                    "我并不是无理取闹，只是想要一个公平合理的处理结果。",
                )
            )
        )
    return "".join(parts)[:1950] + "恳请领导在百忙之中给予重视。此致敬礼。"


def write_text(wording: Wording, spot: Spot, caller: Caller, at: datetime, rng: random.Random, fact: str = "") -> Text:
    """One caller's text for ``wording`` at ``spot``; ``fact`` replaces the wording's own sentence when given."""
    serious = wording.request in ("投诉", "求助", "举报") and not wording.gate
    follows = bool(fact)
    if not fact:
        placeless = serious and not frozenset(SLOT.findall(wording.text)) & PLACED
        fact = fill(wording.text + (rng.choice(_WHERE) if placeless else ""), spot, rng)
    style = rng.choices(list(STYLES), list(STYLES.values()))[0]
    if wording.gate == "无实质内容骚扰" or (wording.urgency == "特急" and style in ("long", "letter")):
        style = "plain"
    demand = wording.demand if wording.demand and rng.random() < 0.75 else rng.choice(DEMANDS[wording.request])
    effect = ""
    if serious and rng.random() < 0.3 and not any(word in fact for word in ("影响", "隐患", "危险")):
        effect = rng.choice(_EFFECT if wording.code < "10" or wording.code[:2] == "17" else _LOSS)
    earlier = fill(rng.choice(_EARLIER), spot, rng) if serious and rng.random() < 0.22 else ""
    day = f"{at.month}月{max(1, at.day - rng.randint(0, 6))}日"
    when = rng.choice(_WHEN).replace("{date}", day) if serious and not follows else ""
    tail = "。".join(part for part in (earlier, demand) if part)
    match style:
        case "template":
            openings = ("市民来电反映：", "市民反映：", "来电人反映：", "【诉求】", "市民来电反映:")
            opening = rng.choice(_OPENINGS.get(wording.request, openings))
            wants = f"市民{rng.choice(('要求', '希望', '诉求'))}：{demand}，请尽快处理并回复。" if demand else ""
            if wording.request == "咨询":
                wants = f"{demand}。"
            content = f"{opening}{when}{fact}{effect}。" + (f"{earlier}。" if earlier else "") + wants
        case "terse":
            content = fact if rng.random() < 0.5 else f"{fact}，{demand}"
        case "angry":
            content = f"{fact}！！{rng.choice(_ANGER)}！{tail}！"
        case "letter":
            asks = "想咨询一下" if wording.request == "咨询" else "想反映一个情况"
            content = f"您好，我{asks}。{fact}{effect}。{tail}。谢谢！"
        case "long":
            others = [fill(one.text, spot, rng) for one in rng.sample(by_code()[wording.code], 2)]
            content = _long([fact, fact, *others], at, rng)
        case "spoken":
            content = noise.recognised(f"喂你好，{when}{fact}{effect}，{tail}", rng)
        case "dialect":
            content = noise.dialect(f"{when}{fact}{effect}，{tail}", rng)
        case _:
            content = f"{when}{fact}{effect}。{tail}" + ("。" if rng.random() < 0.7 else "")
    text = Text(title_of(fact, style, rng, wording, spot), content)
    _adorn(text, wording, caller, rng)
    return text


def _adorn(text: Text, wording: Wording, caller: Caller, rng: random.Random) -> None:
    """Private data, jokes, side remarks and stray characters."""
    if rng.random() < 0.06:
        clause, private = private_words(caller, rng)
        if clause:
            text.content += ("，" if text.content[-1] not in "。！，" else "") + clause
            text.private += private
    if wording.urgency == "一般" and wording.request in ("投诉", "求助", "咨询") and rng.random() < 0.012:
        text.content += "，" + rng.choice(list(texts("jokes", "text")))
        text.joke = True
    if rng.random() < 0.1:
        text.content += rng.choice(_SIDE)
    if rng.random() < 0.04:
        text.content = noise.stray(text.content, rng)


def brief(wording: Wording, spot: Spot, rng: random.Random) -> str:
    """The matter in a few words, as somebody says it who calls again."""
    if wording.topic:
        return rng.choice((place_of(spot), "我们这里", "")) + wording.topic
    told = CHOICE.sub(lambda match: match[1].split("|")[0], wording.text)
    fact = SLOT.sub(lambda match: spot.said.get(match[1], ""), told)
    return re.split(r"[，。]", fact)[0][:18] or fill(wording.text, spot, rng)[:18]

"""How far a name (姓名) is believed: its price against words, plus what the cue before and the words behind say."""

from __future__ import annotations

import re
from typing import Final

from classify.namecontext import EVIDENCE, HAN, LONE, PLACE_AFTER, PLACE_LIKE, TITLES, cue_words, hard_end, surname_at
from classify.namescores import is_usual, odds
from classify.namewords import not_names, surnames, word_costs

_HEAD_START: Final = {
    "strong": 6.0,
    "label": 8.0,
    "list": 4.0,
    "cue": 1.5,
    "weak": 0.0,
    "me": 0.0,
    "text": -4.0,
    "title": 3.0,
    "titled": 7.0,
    "number": 2.5,
    "signed": 3.5,
}
"""Log odds that the cue alone gives a name."""
ENOUGH: Final = {
    "strong": 0.5,
    "label": 0.5,
    "list": 2.0,
    "cue": 0.5,
    "weak": 1.5,
    "me": 3.5,
    "text": 1.5,
    "title": 3.0,
    "titled": 3.0,
    "number": 3.0,
    "signed": 3.0,
}
"""Log odds from which a name is believed; on the golden sentences nearly all other words stay below -2 (我是: 3)."""


_NEVER_GIVEN: Final = frozenset("嘛的说称讲在是被把了着你我他她它们这那吗呢吧啊您没给拨打问个位找住岁就某叫等")
"""In no name that is judged by its price; the rest of the characters above occur in names (之, 元, 不, 还)."""


def likeliest(text: str, at: int, strength: str) -> tuple[float, int] | None:
    """(log odds, end) of the likeliest name at ``at`` by its price against words."""
    surname = surname_at(text, at)
    if surname is None:
        return None
    found: list[tuple[float, int]] = []
    for size in (1, 2):
        end = at + len(surname) + size
        believed = belief(text, at, end, strength)
        if believed is not None:
            found.append((believed, end))
    return max(found, default=None)


_ACTS: Final = frozenset(
    "开付拒想收养扎打捡拿交欠骂卖买放停跑失退偷扔砸堵占抢拖逃躲住装拆租借吃喝睡闹吵推送接骗害卷赖扣罚涨锁换踢撞踹恁做挡踩搬揍咬吓"
)
"""Verbs of complaints: behind a full name they begin the next word."""
_GREETINGS: Final = frozenset(("敬上", "敬启", "敬呈", "谨上", "泣上", "拜上", "叩首"))
_SPEAKS: Final = re.compile(
    r"说|[两二三四五六]人|表示|认为|要求|多次|于\d|于昨|于今|再次|家住|咨询|申请|等\d|等[一二三四五六七八九十]|家里|去世|怀孕|被|因|的孩子|名下"
)
"""What people do in hotline texts."""


def belief(text: str, at: int, end: int, strength: str) -> float | None:
    """Log odds of a name between ``at`` and ``end`` from its price, its cue and what follows; None if impossible."""
    surname = surname_at(text, at)
    if surname is None or end > len(text):
        return None
    first = text[at + len(surname) : end]
    if _impossible(text, at, end, first, strength):
        return None
    hard = hard_end(text, end)
    value = odds(text, at, end, surname) + _HEAD_START[strength]
    value -= _doubts(text, at, end, surname, strength)
    if text[end : end + 1].isascii() and text[end : end + 1].isalnum() and not text[end : end + 1].isdigit():
        value -= 7.0  # 教练车鲁A1234
    if end - at == 2 and strength == "weak" and not hard:
        value -= 1.5
    if EVIDENCE.match(text, end):
        value += 4.0
    elif hard:
        value += 2.0
    elif _SPEAKS.match(text, end):
        value += 2.5
    return value


def _doubts(text: str, at: int, end: int, surname: str, strength: str) -> float:
    """What speaks against a name in its own characters, in nats."""
    first, hard, doubt = text[at + len(surname) : end], hard_end(text, end), 0.0
    if strength == "text" and surname in surnames()[1] and not hard:
        doubt += 1.0 if len(first) == 2 and is_usual(first) else 2.5
    if "both" in (not_names().get(text[at:end]), not_names().get(text[at : at + 2])) and (
        strength not in ("strong", "label", "cue")
    ):
        doubt += 5.5
    if first[-1] in PLACE_LIKE and strength not in ("strong", "label"):
        doubt += 3.0
    if word_costs().get(first, 99.0) < 9.5 and len(first) == 2 and surname in surnames()[1] and strength != "label":
        doubt += 4.0  # 我叫|车|回家
    if len(first) == 2 and not hard and first[-1] in _ACTS:
        doubt += 5.0  # 管虎|拒退押金
    if first[-1] == "家" and len(first) == 2 and not hard:
        doubt += 10.0  # 杨帆家漏水
    return doubt


def _impossible(text: str, at: int, end: int, first: str, strength: str) -> bool:
    """Whether no name can stand there at any price."""
    begin, name = end - len(first), text[at:end]
    if not 1 <= len(first) <= 2 or not all(HAN.match(char) for char in first) or TITLES.match(text, begin):
        return True
    if any(char in _NEVER_GIVEN for char in first) or (len(first) == 1 and first in LONE):
        return True
    if len(first) == 2 and TITLES.match(text, begin + 1):
        return True
    if strength != "label" and not cue_words().isdisjoint((name[:2], name[:3])):
        return True  # 公交司机|师傅
    if text[end - 1 : end + 1] in _GREETINGS or (strength == "me" and text[end : end + 1] == "人"):
        return True
    why = not_names().get(name)
    if why == "word" or (why == "public" and strength not in ("strong", "label")):
        return True
    if not hard_end(text, end) and PLACE_AFTER.match(text, end):
        return True
    if strength in ("strong", "label"):
        return False
    return name[-1] in PLACE_LIKE and (name[-1] not in "群园苑城栋台业" or strength in ("me", "text"))

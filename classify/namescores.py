"""How much likelier a name stands somewhere than words of the language do: log odds, in nats.

Both readings of the next characters are priced: surname, given name and the rest as words, against words alone
(the best division by word frequencies). 黄河边散步 is cheaper as 黄河|边|散步, 黄河清来电 as a Mr Huang.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from classify.namewords import given, rare_surnames, surnames, word_costs

_UNKNOWN: Final = 17.0
"""Cost of a character that is no word of the dictionary (one in 6e7)."""
_FREQUENT: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
"""Surnames that most people bear, about the most frequent first."""
_GIVEN: Final = 6.5
_USUAL: Final = frozenset(
    "英华玉秀明国文春红丽金建志平海军永伟芳桂兰云龙杰强林晓梅新敏生辉艳洪德燕忠荣宇成俊霞东雪立学庆福凤振美静波雨佳子光宝家飞斌洋鑫峰江凯娟涛磊婷超浩鹏宏刚勇山萍娜莉琴宁丹兵清天思欣梓涵轩怡萱雅嘉博瑞晨昊泽宸睿依诺若彤月琪琳瑶慧颖倩洁岩梦璐然阳航悦诗语乐世富贵根旺胜传树良仁义祥坤昌耀祖启继绍培芝珍翠莲菊淑芬香巧银彩凡锋亮卫民爱"
)
"""Characters of given names that every tenth person has one of."""
_USUAL_GIVEN: Final = 5.2
_RARE_GIVEN: Final = 9.5
_VERB_GIVEN: Final = 12.5
"""A character that people are not named with although texts are full of it: 收, 欠, 开."""


_FUNCTION: Final = frozenset(
    "的了在是不和与及或就都也还又没有被把给对向从到于为因让说要想去来上下里中前后等这那我你他她它们很太已再才只能会可人个"
)
_ALONE: Final = 1.5
"""Surcharge for a content word of one character: two in a row are rarely a text."""


def is_usual(first: str) -> bool:
    """Whether every character of a given name is among the most usual ones."""
    return all(char in _USUAL for char in first)


def frequent_surnames() -> str:
    """The hundred most frequent surnames, the most frequent first."""
    return _FREQUENT


def usual_characters() -> frozenset[str]:
    """Characters of given names that every tenth person has one of."""
    return _USUAL


def is_frequent(surname: str) -> bool:
    """Whether a surname is among the hundred that most people bear."""
    return surname in _FREQUENT


def name_cost(surname: str, first: str) -> float:
    """Price of a name: minus the logarithm of its share among names."""
    _, careful, _ = surnames()
    cost = 4.8 if surname in _FREQUENT else 8.5 if surname in careful else 7.5
    if surname in rare_surnames():
        cost = 9.5
    if len(surname) > 1:
        cost = 9.0
    known = given()
    usual = word_costs()
    for char in first:
        if char in _USUAL:
            cost += _USUAL_GIVEN
        elif char in known:
            cost += _GIVEN
        else:
            cost += _VERB_GIVEN if usual.get(char, _UNKNOWN) < 12.5 else _RARE_GIVEN
    if len(first) == 2 and first[0] == first[1]:
        cost -= 4.0
    if len(first) == 2 and is_usual(first):
        cost -= 1.0  # such characters go together
    return cost + (1.2 if len(first) == 1 else 0.3)


def priced(text: str) -> tuple[list[float], list[int], list[float]]:
    """The cheapest division of ``text`` into words.

    For every position: the cost from there to the end (one longer than ``text``), where the first word ends, its cost.
    """
    costs = word_costs()
    size = len(text)
    best, ends, first = [0.0] * (size + 1), [0] * size, [0.0] * size
    for at in range(size - 1, -1, -1):
        char = text[at]
        price = costs.get(char, _UNKNOWN)
        if char not in _FUNCTION and price != _UNKNOWN:
            price += _ALONE
        least, until, own = price + best[at + 1], at + 1, price
        for end in range(at + 2, min(at + 4, size) + 1):
            longer = costs.get(text[at:end])
            if longer is not None and longer + best[end] < least:
                least, until, own = longer + best[end], end, longer
        best[at], ends[at], first[at] = least, until, own
    return best, ends, first


@lru_cache(maxsize=4096)
def _costs_from(window: str) -> tuple[float, ...]:
    """For every position of ``window`` the cheapest division into words from there to its end."""
    return tuple(priced(window)[0])


_IDEOGRAPHS: Final = re.compile(r"[\u4e00-\u9fff]{0,11}")


def odds(text: str, at: int, end: int, surname: str) -> float:
    """Log odds that ``text[at:end]`` is a name, before anything is known of the cue."""
    found = _IDEOGRAPHS.match(text, at)
    window = found.group() if found else ""
    costs = _costs_from(window)
    return costs[0] - name_cost(surname, text[at + len(surname) : end]) - costs[end - at]

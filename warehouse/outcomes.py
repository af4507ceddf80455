"""Words of a call-back (回访结果) in every export's own wording → the few that metrics count."""

from __future__ import annotations

from typing import Final

SOLVED: Final = "已解决"
PARTLY: Final = "部分解决"
UNSOLVED: Final = "未解决"

_SOLVED: Final = frozenset({"是", "解决", "已解决", "已办结", "y", "yes", "true", "1", "实质解决", "完全解决"})
_UNSOLVED: Final = frozenset({"否", "未解决", "不解决", "没解决", "没有解决", "n", "no", "false", "0", "未办结"})
_PARTLY: Final = frozenset({"部分", "部分解决", "基本解决"})

CONTENT: Final = ("很满意", "满意", "基本满意")
"""Counted as satisfied (handbook §3.1)."""
DISCONTENT: Final = ("不满意", "非常不满意")
RATED: Final = CONTENT + DISCONTENT
"""A valid rating (有效评价); 未评价 is none."""
_RATINGS: Final = {
    "非常满意": "很满意",
    "十分满意": "很满意",
    "比较满意": "满意",
    "一般": "基本满意",
    "很不满意": "非常不满意",
    "较不满意": "不满意",
    "5": "很满意",
    "4": "满意",
    "3": "基本满意",
    "2": "不满意",
    "1": "非常不满意",
}


def solved_word(given: str | None) -> str | None:
    """已解决, 部分解决, 未解决; another word (解释, 无需回访 …) stays as it is; None for nothing."""
    word = (given or "").strip()
    if not word:
        return None
    low = word.lower()
    if low in _SOLVED:
        return SOLVED
    if low in _UNSOLVED:
        return UNSOLVED
    return PARTLY if low in _PARTLY else word


def rating_word(given: str | None) -> str | None:
    """很满意, 满意, 基本满意, 不满意, 非常不满意; another word (未评价 …) stays as it is; None for nothing."""
    word = (given or "").strip()
    return _RATINGS.get(word, word) or None


def is_solved(resolved: str | None) -> bool:
    """Whether a saved word says that the matter is solved."""
    return resolved == SOLVED

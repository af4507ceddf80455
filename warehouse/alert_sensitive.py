"""A21 敏感词: words of the pack's list in a ticket, with the context that decides whether they are meant.

A word is set aside where the text denies it, only fears it or asks to prevent it, speaks of news, drills, films or
shows, or uses it as a figure of speech. What is left is for a person to confirm, once a ticket.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from classify.scan import Scanner
from routing.pack import Pack
from routing.tables import read_table
from warehouse.alert_facts import Facts
from warehouse.alert_rules import GRADES, AlertRule
from warehouse.alert_watch import QUOTE, Fired, placed

COLUMNS: Final = ("word", "class", "level", "unless")
REACH: Final = 6
"""Characters on each side of a word in which ``unless`` looks."""
BEFORE: Final = re.compile(
    r"(?:没有?|不是|不会|不敢|不想(?!活)|并非|从未|未曾|防止|避免|预防|杜绝|严防|谨防|以防|以免|免得|宣传|打击|严打|禁止|严禁|拒绝|反对|假如|万一"
    r"|如果|担心|怕|恐怕|会不会|演练|演习|电影|电视剧|小说|游戏|新闻|网上看到|听说|咨询|请问|怎么|如何|曾经|历史上|去年|前年)"
    r"[^,，。;；!！?？\n]{0,6}$"
)
"""What before a word, in its clause, says that it is not meant of here and now."""
AFTER: Final = re.compile(
    r"^[^,，。;；!！?？\n]{0,4}(?:宣传|演练|演习|预案|知识|讲座|电影|游戏|展览|博物馆|纪念|应急|防范|风险排查|隐患|政策|条例|的规定)"
)
"""What behind a word says so."""
ASKS: Final = re.compile("咨询|请问|想问|问一下|想了解")
"""In a title: a question, in which only the gravest words count."""
MINOR: Final = GRADES[0]
"""Level of words that say little alone (讨薪, 找记者): a ticket is told when it has two of them."""


@dataclass(frozen=True, slots=True)
class SensitiveWord:
    """One line of the list. ``unless``: the word does not count where this stands within :data:`REACH` characters."""

    word: str
    kind: str
    level: str
    unless: re.Pattern[str] | None


@lru_cache(maxsize=8)
def _read(path: Path, _hash: str) -> tuple[SensitiveWord, ...]:
    found, seen = [], set()
    for row in read_table(path, COLUMNS):
        word = row.need("word")
        if word in seen:
            raise row.error("word", "敏感词重复", word)
        seen.add(word)
        try:
            unless = re.compile(row["unless"]) if row["unless"] else None
        except re.error as error:
            raise row.error("unless", "正则表达式有误", str(error)) from None
        found.append(SensitiveWord(word, row.need("class"), row.choice("level", GRADES), unless))
    return tuple(found)


def load_words(pack: Pack) -> tuple[SensitiveWord, ...]:
    """The list of a pack. Raises PackError naming file, row and column."""
    return _read(pack.path("sensitive.csv"), pack.hash)


def sensitive(
    rule: AlertRule, facts: Facts, at: datetime, listed: tuple[SensitiveWord, ...], told: Set[str] = frozenset()
) -> Iterable[Fired]:
    """Tickets of the window with a word that is meant, at the gravest word's level, unless told by another rule."""
    if not listed:
        return
    scanner = Scanner({"word": [one.word for one in listed]})
    for row in facts.between(at - rule.window, at):
        if row.ticket_no in told or row.chase:
            continue
        meant = [
            listed[which]
            for which, start, end in scanner.scan(row.text).get("word", ())
            if is_meant(row.text, start, end, listed[which].unless)
        ]
        gravest = max(meant, key=lambda one: GRADES.index(one.level), default=None)
        if gravest is None or (gravest.level == MINOR and len({one.word for one in meant}) < 2):
            continue
        if gravest.level != GRADES[2] and ASKS.search(row.title):
            continue
        words = "、".join(dict.fromkeys(one.word for one in meant))
        yield placed(
            Fired(
                rule.rule, row.ticket_no, gravest.level,
                f"敏感词“{gravest.word}”:{row.title[:QUOTE]}", f"{gravest.kind}:文中有{words};须人工确认", row.at,
                (row.ticket_no,), 1, len(meant),
            ),
            [row],
        )  # fmt: skip


def is_meant(text: str, start: int, end: int, unless: re.Pattern[str] | None) -> bool:
    """Whether the word at ``start`` is the caller's own meaning."""
    if BEFORE.search(text, max(0, start - 12), start) or AFTER.search(text[end : end + 10]):
        return False
    return unless is None or unless.search(text, max(0, start - REACH), end + REACH) is None

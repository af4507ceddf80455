"""A23 新话题: what many callers of a day suddenly say and no class of the tree explains, named by their own words.

Phrases are runs of two to six Chinese characters that at least as many distinct callers say as the rule's lowest level
and that the weeks before hardly said. Phrases of the same tickets are one topic. A topic whose tickets mostly have one
class, or mostly belong to an alarm, is explained and left out: surges and subjects have rules of their own.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from classify.masking import mask
from classify.scan import Scanner
from warehouse.alert_counts import OUTSIDE
from warehouse.alert_facts import Fact, Facts
from warehouse.alert_rules import AlertRule
from warehouse.alert_watch import Fired, placed

SHORTEST, LONGEST = 2, 6
BURST: Final = 8.0
"""Times that the window says a phrase more often than the weeks before, per ticket [P]."""
KEEPS: Final = 0.75
"""A longer phrase stands for a shorter one if so many of its callers say it."""
TOGETHER: Final = 0.6
"""Phrases are one topic when they share so much of the smaller one's tickets [P]."""
ONE_CLASS: Final = 0.6
"""Share of a topic's tickets in one second-level class from which the class explains it [P]."""
FIRST_LOOK: Final = 1_500
"""Earlier texts that most ordinary phrases are struck out by, before the rest is counted in all of them."""
NAMED, SAMPLES = 3, 3
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")


def emerging(
    rule: AlertRule, facts: Facts, before: Sequence[str], raised: Sequence[Fired], at: datetime
) -> Iterable[Fired]:
    """Topics of the window that ends at ``at``; ``before`` are earlier texts, ``raised`` the alarms that explain."""
    rows = [row for row in facts.between(at - rule.window, at) if not row.chase]
    least = max(2, round(rule.lowest))
    if len({row.who for row in rows}) < least or not before:
        return
    inside = _sudden(rows, before, least)
    for phrases, mine in _topics(inside, {row.ticket_no: row for row in rows}):
        who = {row.who for row in mine}
        level = rule.grade(len(who), at)
        numbers = {row.ticket_no for row in mine}
        if level is None or _classed(mine) or _told(numbers, raised):
            continue
        named = "、".join(phrases[:NAMED])
        typical = sorted(mine, key=lambda row: (-sum(one in row.text for one in phrases), row.at, row.ticket_no))
        classes = Counter(row.code[:4] or "无" for row in mine).most_common(3)
        why = f"{len(who)} 名不同来电人;以往很少出现;分类分散或未能归类({'、'.join(f'{a}×{b}' for a, b in classes)})"
        fired = Fired(
            rule.rule, phrases[0], level, f"新话题“{named}”:{len(mine)} 件", why,
            sorted(row.at for row in mine)[least - 1], tuple(sorted(numbers)), len(who), len(who),
            details={"phrases": phrases[:8], "samples": [row.ticket_no for row in typical[:SAMPLES]]},
        )  # fmt: skip
        fired = placed(fired, mine)
        fired.code = None
        yield fired


def _sudden(rows: Sequence[Fact], before: Sequence[str], least: int) -> dict[str, set[str]]:
    """Sudden phrases with the tickets that say them."""
    callers: dict[str, set[str]] = defaultdict(set)
    tickets: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for phrase in _phrases(row.text):
            callers[phrase].add(row.who)
            tickets[phrase].add(row.ticket_no)
    wanted = sorted(phrase for phrase, who in callers.items() if len(who) >= least)
    for texts in (before[:FIRST_LOOK], before):
        if not wanted:
            return {}
        past = Counter[str]()
        scanner = Scanner({"phrase": wanted})
        for text in texts:
            past.update({wanted[found] for found, _, _ in scanner.scan(text).get("phrase", ())})
        wanted = [
            phrase
            for phrase in wanted
            if len(tickets[phrase]) / len(rows) >= BURST * (past[phrase] + 0.5) / (len(texts) + 1)
        ]
    # of phrases that lie in one another the longest is kept that nearly all callers say
    longest = [
        phrase
        for phrase in wanted
        if not any(
            phrase != other and phrase in other and len(callers[other]) >= KEEPS * len(callers[phrase])
            for other in wanted
        )
        and mask(phrase).text == phrase
    ]
    return {phrase: tickets[phrase] for phrase in longest}


def _phrases(text: str) -> set[str]:
    return {
        run[0][start : start + length]
        for run in _HAN.finditer(text)
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(len(run[0]) - length + 1)
    }


def _topics(inside: dict[str, set[str]], rows: dict[str, Fact]) -> list[tuple[list[str], list[Fact]]]:
    """Phrases by topic, commonest first, each topic with its tickets in order of time."""
    topics: list[tuple[list[str], set[str]]] = []
    for phrase in sorted(inside, key=lambda one: (-len(inside[one]), -len(one), one)):
        mine = inside[phrase]
        for phrases, numbers in topics:
            if len(mine & numbers) >= TOGETHER * min(len(mine), len(numbers)):
                phrases.append(phrase)
                numbers |= mine
                break
        else:
            topics.append(([phrase], set(mine)))
    return [
        (phrases, sorted((rows[one] for one in numbers), key=lambda row: (row.at, row.ticket_no)))
        for phrases, numbers in topics
    ]


def _classed(rows: Sequence[Fact]) -> bool:
    code, number = Counter(row.code[:4] for row in rows).most_common(1)[0]
    return bool(code) and code not in OUTSIDE and number >= ONE_CLASS * len(rows)


def _told(numbers: set[str], raised: Sequence[Fired]) -> bool:
    return any(len(numbers & set(one.tickets)) >= ONE_CLASS * len(numbers) for one in raised if len(one.tickets) > 1)

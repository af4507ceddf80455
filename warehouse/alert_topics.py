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
from itertools import accumulate
from typing import Final

from scipy.special import bdtrc

from classify.masking import mask
from classify.scan import Scanner
from classify.words import cut
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
LUCK: Final = 1e-7
"""Chance, were the phrase said as often as before, of so many tickets in the window: thousands of phrases are tried."""
SHORT_NAME: Final = 3
"""Characters of a phrase that names a topic alone; a word of two is too common without company."""
NAMED, SAMPLES = 3, 3
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_FUNCTION: Final = "的了着过和与及或在是我你他她们不也就都还很这那把被让给对从向"
_EDGE: Final = re.compile(f"[{_FUNCTION}个些].*|.*[{_FUNCTION}]")
"""Function words at an edge: a piece of a sentence, no name."""
_PLAIN: Final = re.compile(
    "(?:相关|有关|问题|情况|部门|领导|解决|处理|反映|投诉|举报|咨询|建议|希望|要求|请求|及时|尽快|工作|人员|群众|居民|市民|业主|小区|单位|公司|政府"
    "|地方|附近|时间|现在|目前|一直|多次|长期|严重|影响|生活|尊敬|您好|你好|谢谢|感谢|没有|进行|导致|造成|[请您有到])+"
)
"""Words of any complaint: a phrase made of them alone names nothing."""


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
        if len(phrases) == 1 and len(phrases[0]) < SHORT_NAME:
            continue
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
        share = len(rows) / (len(rows) + len(texts))
        wanted = [
            phrase
            for phrase in wanted
            if len(tickets[phrase]) / len(rows) >= BURST * (past[phrase] + 0.5) / (len(texts) + 1)
            and bdtrc(len(tickets[phrase]) - 1, len(tickets[phrase]) + past[phrase], share) < LUCK
        ]
    texts_of = {row.ticket_no: row.text for row in rows}
    wanted = _whole(wanted, tickets, texts_of)
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


def _whole(phrases: Sequence[str], tickets: dict[str, set[str]], texts: dict[str, str]) -> list[str]:
    """Phrases that begin and end where words do, in most of their tickets: 育局 of 教育局 and 体育局 is none."""
    edges: dict[str, set[int]] = {}
    for number in {one for phrase in phrases for one in tickets[phrase]}:
        edges[number] = {0, *accumulate(map(len, cut(texts[number])))}
    kept = []
    for phrase in phrases:
        if _EDGE.fullmatch(phrase) or _PLAIN.fullmatch(phrase):
            continue
        whole = sum(
            any(at in edges[number] and at + len(phrase) in edges[number] for at in _places(phrase, texts[number]))
            for number in tickets[phrase]
        )
        if whole >= TOGETHER * len(tickets[phrase]):
            kept.append(phrase)
    return kept


def _places(phrase: str, text: str) -> Iterable[int]:
    """Where a phrase stands in a text."""
    place = text.find(phrase)
    while place >= 0:
        yield place
        place = text.find(phrase, place + 1)


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

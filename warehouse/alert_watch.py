"""The rules at work: facts in a window → what fires. Pure; the loop and the rows are in ``alerts.py``.

A counting rule counts distinct callers (chasers are left out), so one angry person is one. The same subject and rule is
one alarm however many windows reach it: the highest level wins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from warehouse.alert_facts import Fact, Facts
from warehouse.alert_rules import GRADES, AlertRule

QUOTE: Final = 24
"""Characters of a title in an alarm's own title."""
COVERED: Final = 0.6
"""An alarm whose tickets belong to a graver or more special one to this share is not raised beside it [P]."""
GENERAL: Final = frozenset({"A05", "A06"})
"""Rules that say less than the rules for a matter; they give way."""
ALONE: Final = frozenset({"A01", "A02", "A03", "A12"})
"""Rules that one dangerous ticket fires; an event is one alarm, however many call."""
REPEATED: Final = "A17"
"""Says that an issue comes again and again; gives way where an alarm has named whom the calls are about."""
LONE, WIDER = "A01", frozenset({"A09", "A10", "A11"})
"""A single emergency gives way where the rule of its matter tells of it at the same level or higher."""
SAME_HOUR: Final = timedelta(hours=1)
"""Calls about one danger at one place within an hour of each other are one event [P]."""


@dataclass(slots=True)
class Fired:
    """What a rule found. ``subject`` names it within the rule; ``number`` is what was compared with the threshold;
    ``latest`` the newest ticket's time; ``least`` new tickets start it again once it was lifted (0: never)."""

    rule_id: str
    subject: str
    level: str
    title: str
    why: str
    at: datetime
    tickets: tuple[str, ...]
    callers: int
    number: float
    code: str | None = None
    district: str | None = None
    street: str | None = None
    entity: str | None = None
    unit: str | None = None
    expected: float | None = None
    upper: float | None = None
    score: float | None = None
    restricted: bool = False
    details: dict[str, Any] = field(default_factory=dict)
    latest: datetime | None = None
    least: int = 0

    @property
    def day(self) -> Any:
        """The local day on which it fired."""
        return self.at.date()


def most(values: Iterable[str]) -> str | None:
    """The commonest non-empty value, the smallest of equals; None when there is none."""
    counted = Counter(value for value in values if value)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else None


def placed(fired: Fired, rows: Sequence[Fact]) -> Fired:
    """The alarm with the commonest place, class and unit of its tickets."""
    fired.district = most(row.district for row in rows)
    fired.street = most(row.street for row in rows if row.district == fired.district)
    fired.code = most(row.code for row in rows)
    fired.unit = most(row.unit for row in rows)
    fired.restricted = any(row.restricted for row in rows)
    return fired


def _span(window: timedelta) -> str:
    hours = round(window.total_seconds() / 3600)
    return f"{hours} 小时" if hours < 48 else f"{hours // 24} 天"


def singles(rule: AlertRule, facts: Facts, at: datetime) -> Iterable[Fired]:
    """Tickets of an urgency class, each event once."""
    graded: dict[str, str] = {}
    for row in facts.between(at - rule.window, at):
        if row.danger not in rule.classes:
            continue
        for grade, when in rule.levels:
            if _reaches(rule, row, when):
                graded[row.ticket_no] = grade
    rows = [row for row in facts.between(at - rule.window, at) if row.ticket_no in graded]
    for mine in events(rows, facts):
        level = max((graded[row.ticket_no] for row in mine), key=GRADES.index)
        doubt = "" if any(row.sure for row in mine) else "疑似"
        why = f"单件即报,紧急类别“{mine[0].danger}”" + (",仅凭措辞推测,须人工核实" if doubt else "")
        yield _event(rule, mine, level, f"{doubt}{mine[0].danger}", why, len(mine))


def _reaches(rule: AlertRule, row: Fact, when: str) -> bool:
    """Whether a ticket reaches a level of a single rule; what only sounds like danger reaches 疑似 and no more."""
    if not row.sure:
        return when == "疑似"
    if when == "命中":
        return rule.pattern is not None and rule.pattern.search(row.text) is not None
    return when in ("疑似", "全部", row.urgency) or (when == "紧急" and row.urgency == "特急")


def words(rule: AlertRule, facts: Facts, at: datetime) -> Iterable[Fired]:
    """A pattern in a text, with the number of people that it speaks of; each event once."""
    rows = [
        row
        for row in facts.between(at - rule.window, at)
        if rule.pattern is not None and rule.concerns(row.code, row.text) and rule.grade(_people(rule, row), row.at)
    ]
    for mine in events(rows, facts):
        most_said = max(mine, key=lambda row: _people(rule, row))
        level = rule.grade(_people(rule, most_said), most_said.at)
        found = rule.pattern.search(most_said.text) if rule.pattern else None
        if level and found:
            why = f"文中有“{found[0][:12]}”" + (f",提到 {most_said.people} 人" if most_said.people else "")
            yield _event(rule, mine, level, rule.name, why, most_said.people)


def _people(rule: AlertRule, row: Fact) -> int:
    return max(row.people, 1 if rule.lowest <= 1 else 0)


def events(rows: Sequence[Fact], facts: Facts) -> list[list[Fact]]:
    """Tickets of one danger (or none) by event: the same issue, or the same place within an hour of the last call."""
    found: list[list[Fact]] = []
    for row in rows:
        for mine in found:
            if mine[0].danger == row.danger and (
                (row.issue is not None and any(one.issue == row.issue for one in mine))
                or (row.at - mine[-1].at <= SAME_HOUR and any(_same_place(one, row, facts) for one in mine))
            ):
                mine.append(row)
                break
        else:
            found.append([row])
    return found


def _same_place(one: Fact, other: Fact, facts: Facts) -> bool:
    """The same name of an estate, firm, school or road; where either names none, the same street."""
    if not one.district or one.district != other.district:
        return False
    mine, theirs = ({name for name, _ in facts.names(row)} for row in (one, other))
    return bool(mine & theirs) if mine and theirs else bool(one.street) and one.street == other.street


def _event(rule: AlertRule, rows: list[Fact], level: str, what: str, why: str, number: float) -> Fired:
    """The alarm of one event, under its first ticket's number and title."""
    who = len({row.who for row in rows})
    several = f"等 {len(rows)} 件" if len(rows) > 1 else ""
    told = f"{why};{who} 名来电人、{len(rows)} 件工单" if several else why
    fired = Fired(
        rule.rule, rows[0].ticket_no, level, f"{what}:{rows[0].title[:QUOTE]}{several}", told, rows[0].at,
        tuple(row.ticket_no for row in rows), who, number,
    )  # fmt: skip
    return placed(fired, rows)


def _subjects(rule: AlertRule, row: Fact, names: tuple[tuple[str, str], ...]) -> Iterable[str]:
    match rule.subject:
        case "街道":
            yield from (row.street,) if row.street else ()
        case "小区":
            yield from (name for name, kind in names if kind == "小区")
        case "地点":
            yield from (name for name, kind in names if kind in ("小区", "道路"))
        case _:
            yield from (name for name, kind in names if kind != "道路")


def callers(rule: AlertRule, facts: Facts, at: datetime) -> Iterable[Fired]:
    """Distinct callers per subject; a rule without matters counts each matter of a subject on its own."""
    groups: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for row in facts.between(at - rule.window, at):
        if row.chase or not rule.concerns(row.code, row.text):
            continue
        # words alone make a ticket belong only where others say the same name
        sure = not rule.codes or row.code in rule.codes
        names = facts.names(row) if sure else facts.bursts.get(row.ticket_no, ())
        for subject in _subjects(rule, row, names):
            groups[(subject, "" if rule.codes else row.code[:2])].append(row)
    for (subject, code), rows in groups.items():
        who: dict[str, datetime] = {}
        for row in rows:
            who.setdefault(row.who, row.at)
        said = 0
        if rule.people:
            # what one ticket says of many people counts for the first name that it gives, not for every name in it
            told = [row for row in rows if row.code in rule.codes] if rule.codes else rows
            told = (
                told
                if len(rows) > 1
                else [row for row in told if [subject] == list(_subjects(rule, row, facts.names(row)))[:1]]
            )
            said = max((row.people for row in told), default=0)
        number = max(len(who), said)
        level = rule.grade(number, at)
        if level is None or (len(who) < 2 and not rule.people):
            continue
        whose = "人" if number == len(who) else "人(文中所说)"
        title = f"{subject}:{_span(rule.window)}内 {number} {whose}反映{rule.name}"
        if not rule.codes:
            title = f"{subject}:{_span(rule.window)}内 {number} {whose}反映同类问题"
        why = f"{len(who)} 名不同来电人、{len(rows)} 件工单,达到{level}色阈值"
        crossing = sorted(who.values())[min(len(who), max(1, round(rule.lowest))) - 1]
        fired = Fired(
            rule.rule, f"{subject}/{code}" if code else subject, level, title, why, crossing,
            tuple(row.ticket_no for row in rows), len(who), number, entity=subject, least=max(2, round(rule.lowest)),
            latest=rows[-1].at,
        )  # fmt: skip
        if len(rows) == 1:  # the ticket itself is the subject: the first name in a text need not be whom it is about
            fired.subject, fired.entity = rows[0].ticket_no, None
            fired.title = f"{rows[0].title[:QUOTE]}:文中提到 {said} 人,{rule.name}"
        yield placed(fired, [row for row in rows if row.code in rule.codes] or rows)


def places(rule: AlertRule, facts: Facts, at: datetime) -> Iterable[Fired]:
    """Distinct estates of one area."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for row in facts.between(at - rule.window, at):
        if row.street and row.code in rule.codes and any(kind == "小区" for _, kind in facts.names(row)):
            groups[row.street].append(row)
    for street, rows in groups.items():
        estates = {next(name for name, kind in facts.names(row) if kind == "小区") for row in rows}
        level = rule.grade(len(estates), at)
        if level:
            title = f"{street}:{_span(rule.window)}内 {len(estates)} 个小区反映{rule.name}"
            why = "涉及小区:" + "、".join(sorted(estates)[:6])
            fired = Fired(
                rule.rule, street, level, title, why, rows[-1].at, tuple(row.ticket_no for row in rows),
                len({row.who for row in rows}), len(estates),
            )  # fmt: skip
            yield placed(fired, rows)


def issues(rule: AlertRule, facts: Facts, at: datetime, fresh: timedelta) -> Iterable[Fired]:
    """An issue with many tickets in the window, the newest of them within ``fresh``."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for row in facts.between(at - rule.window, at):
        if row.issue and not row.chase:
            groups[row.issue].append(row)
    for issue, rows in groups.items():
        level = rule.grade(len(rows), at) if rows[-1].at > at - fresh else None
        if level:
            title = f"{rows[-1].title[:QUOTE]}:{_span(rule.window)}内 {len(rows)} 次反映"
            why = f"事项 {issue} 有 {len(rows)} 件工单、{len({row.who for row in rows})} 名来电人"
            fired = Fired(
                rule.rule, issue, level, title, why, rows[-1].at, tuple(row.ticket_no for row in rows),
                len({row.who for row in rows}), len(rows),
            )  # fmt: skip
            yield placed(fired, rows)


def best(found: Iterable[Fired]) -> list[Fired]:
    """One alarm for each rule and subject: the gravest, with the tickets of all windows; where a special rule has the
    tickets, general rules give way."""
    chosen: dict[tuple[str, str], Fired] = {}
    tickets: dict[tuple[str, str], set[str]] = defaultdict(set)
    first: dict[tuple[str, str], datetime] = {}
    newest: dict[tuple[str, str], datetime] = {}
    for fired in found:
        key = (fired.rule_id, fired.subject)
        first[key] = min(first.get(key, fired.at), fired.at)
        newest[key] = max(newest.get(key, fired.at), fired.latest or fired.at)
        tickets[key].update(fired.tickets)
        held = chosen.get(key)
        if held is None or (GRADES.index(fired.level), len(fired.tickets)) > (
            GRADES.index(held.level),
            len(held.tickets),
        ):
            chosen[key] = fired
    for key, fired in chosen.items():
        fired.tickets, fired.at = tuple(sorted(tickets[key])), first[key]
        fired.latest = newest[key]
    ones = sorted(
        chosen.values(),
        key=lambda one: (one.rule_id in GENERAL, -GRADES.index(one.level), -len(one.tickets), one.subject),
    )
    kept: list[Fired] = []
    for fired in ones:
        mine = set(fired.tickets)
        if fired.rule_id in GENERAL and any(fired.entity and fired.entity == other.entity for other in kept):
            continue
        if len(mine) > 1 and any(
            len(mine & set(other.tickets)) >= COVERED * len(mine)
            for other in kept
            if len(other.tickets) > 1 and (other.rule_id == fired.rule_id or fired.rule_id in GENERAL)
        ):
            continue
        if len(mine) == 1 and any(mine <= set(other.tickets) for other in kept if other.rule_id == fired.rule_id):
            continue
        kept.append(fired)
    return kept


def uncovered(found: Sequence[Fired], earlier: Sequence[Fired] = (), recent: Set[str] = frozenset()) -> list[Fired]:
    """Without alarms that say again what a danger's or a named subject's alarm says: one event is one alarm.

    ``recent`` are tickets of the last two weeks: an issue that is no older is the event itself, also where the alarm
    has but one of its tickets, because the others name nobody.
    """
    named = [one for one in (*found, *earlier) if (one.entity or one.rule_id in ALONE) and len(one.tickets) > 1]
    wide = [one for one in (*found, *earlier) if one.rule_id in WIDER]

    def told(one: Fired) -> bool:
        if one.rule_id == LONE:
            return any(_held(one, other) == 1 and _as_grave(other, one) for other in wide)
        if one.rule_id != REPEATED:
            return False
        least = 1 / len(one.tickets) if recent.issuperset(one.tickets) else COVERED
        return any(_held(one, other) >= (least if other.code == one.code else COVERED) for other in named)

    return [one for one in found if not told(one)]


def _held(one: Fired, other: Fired) -> float:
    """Share of one alarm's tickets that another has."""
    return len(set(one.tickets) & set(other.tickets)) / len(one.tickets)


def _as_grave(other: Fired, one: Fired) -> bool:
    return GRADES.index(other.level) >= GRADES.index(one.level)

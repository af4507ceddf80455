"""What fires at a moment: every rule of the pack over the tickets around it. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from classify.ticket import SHANGHAI
from routing.pack import Pack
from warehouse.alert_counts import Split, category_names, load_splits, read_tree
from warehouse.alert_facts import Facts, read_issues
from warehouse.alert_outlook import season
from warehouse.alert_rules import AlertRule
from warehouse.alert_sensitive import SensitiveWord, load_words, sensitive
from warehouse.alert_surges import BUDGET, find_surges
from warehouse.alert_system import SYSTEM_RULES
from warehouse.alert_topics import emerging
from warehouse.alert_watch import ALONE, Fired, best, callers, issues, places, singles, uncovered, words
from warehouse.announcements import Announcement, heat
from warehouse.controls import value_of

FRESH: Final = timedelta(days=7)
"""How far back a run looks for what fires; the longest window of a counting rule, and what a first load shows."""
NEWS: Final = timedelta(days=1)
"""An issue is told when its newest ticket is from the last day: runs are at least daily."""
SLIDES: Final = 4
"""Steps that a counting window takes over its own length; tickets within three quarters of it are never cut apart."""
AT_ONCE: Final = frozenset({"single", "words", "sensitive"})
"""Kinds of rules that one ticket can fire: looked at after every batch, so a danger does not wait for the night."""
PATTERNS: Final = {"single": singles, "words": words, "callers": callers, "places": places}


@dataclass(frozen=True, slots=True)
class Around:
    """What rules know beside the tickets: ``names`` of the categories by code, ``listed`` sensitive words, ``splits``
    of categories, what outside is ``announced``, and earlier texts (``before``, newest first) that say what is old."""

    names: Mapping[str, str] = field(default_factory=dict)
    listed: tuple[SensitiveWord, ...] = ()
    splits: tuple[Split, ...] = ()
    announced: Sequence[Announcement] = ()
    before: Sequence[str] = ()

    @classmethod
    def of(cls, pack: Pack, announced: Sequence[Announcement] = (), before: Sequence[str] = ()) -> Around:
        """With the tables of a pack; raises PackError naming file, row and column."""
        return cls(category_names(pack), load_words(pack), load_splits(pack), announced, before)


def evaluate(
    session: Session,
    rules: Iterable[AlertRule],
    facts: Facts,
    at: datetime,
    around: Around,
    live: bool = True,
    earlier: Sequence[Fired] = (),
) -> list[Fired]:
    """Everything that fires at ``at``; ``live`` False leaves out what only the present state knows (backtests).

    ``earlier`` are alarms of the days before: what they explain does not fire under another name.
    """
    rules = list(rules)
    kept = best(fired for rule in rules for fired in _by_itself(rule, session, facts, at, around, live))
    # what is told already explains the rest: a subject that many people name its surge, an alarm its topic
    for rule in (one for one in rules if one.kind == "surge"):
        tree = read_tree(session, at.astimezone(SHANGHAI).date(), around.splits)
        if tree is not None:
            named = [one for one in (*kept, *earlier) if one.entity]
            budget = value_of(session, "alarm-budget") or BUDGET
            kept += find_surges(rule, tree, facts, named, FRESH.days if live else 1, dict(around.names), budget)
    for rule in (one for one in rules if one.kind == "emerging"):
        kept += emerging(rule, facts, around.before, [*kept, *earlier], at)
    told = {number for one in kept for number in one.tickets if one.rule_id in ALONE}
    for rule in (one for one in rules if one.kind == "sensitive"):
        kept += sensitive(rule, facts, at, around.listed, told)
    recent = frozenset(row.ticket_no for row in facts.between(at - 2 * FRESH, at))
    return uncovered(kept, earlier, recent)


def _by_itself(
    rule: AlertRule, session: Session, facts: Facts, at: datetime, around: Around, live: bool
) -> Iterable[Fired]:
    """What a rule finds that need not know what the others found."""
    if rule.kind in PATTERNS:
        # the window slides over the span by a quarter of itself: five calls within an hour of the afternoon are
        # found by the run of the night, and a late run misses nothing
        stride, span = min(rule.window / SLIDES, NEWS), FRESH + NEWS if live else NEWS
        steps = 1 if rule.kind in AT_ONCE else round(span / stride)
        for back in range(steps):
            yield from PATTERNS[rule.kind](rule, facts, at - back * stride)
    elif rule.kind == "issue":
        yield from issues(rule, read_issues(session, at - rule.window, at - NEWS, at), at, NEWS)
    elif rule.kind == "heat":
        yield from heat(rule, facts, around.announced, at)
    elif rule.kind == "season" and live:
        yield from season(rule, session, at, dict(around.names), around.splits)
    elif rule.kind in SYSTEM_RULES and live:
        yield from SYSTEM_RULES[rule.kind](rule, session, at)

"""A04 突增: daily counts on the category tree × area tree, judged at a stated number of false alarms a day.

A surge is raised once, at the level that explains it: the subject's own alarm (A05–A16) if it holds most of the extra
tickets, else the district whose excess is most of the city's, else the city.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from classify.ticket import SHANGHAI
from warehouse.alert_counts import CITY, CountTree
from warehouse.alert_facts import Fact, Facts
from warehouse.alert_rules import AlertRule
from warehouse.alert_watch import Fired, most
from warehouse.early_warning import Alarms, detect

BUDGET: Final = 0.5
"""False alarms a day over all series of the tree [P]; at most as many surges as a person can look at."""
LEAST: Final = 5
"""Tickets that a surge has at least, handbook §4.2."""
YOUNGEST: Final = 28
"""Days of history below which nothing is judged."""
EXPLAINS: Final = 0.6
"""Share of the excess that makes a lower level of the tree the one that explains it [P]."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest ``days`` days of a tree with what the detector says of them; ``index`` 0 is the oldest of them."""

    tree: CountTree
    alarms: Alarms
    days: int

    def day(self, index: int) -> date:
        """The day of a judged column."""
        return self.tree.first + timedelta(days=self.tree.counts.shape[1] - self.days + index)

    def seen(self, row: int, index: int, width: int) -> int:
        """Tickets of a series in the ``width`` days that end there."""
        stop = self.tree.counts.shape[1] - self.days + index + 1
        return int(self.tree.counts[row, max(0, stop - width) : stop].sum())

    def hoped(self, row: int, index: int, width: int) -> float:
        """Tickets that were to be expected in them."""
        return float(self.alarms.expected[row, index]) * width


@dataclass(frozen=True, slots=True)
class Surge:
    """A series that is out of the ordinary: its key, the days of the window that shows it best, and its numbers."""

    code: str
    area: str
    width: int
    total: int
    hoped: float

    @property
    def ratio(self) -> float:
        """Against one ticket more than expected: five against none is no tenfold surge."""
        return self.total / (self.hoped + 1.0)


def find_surges(
    rule: AlertRule,
    tree: CountTree,
    facts: Facts,
    raised: Sequence[Fired],
    days: int,
    names: dict[str, str],
    budget: float = BUDGET,
) -> list[Fired]:
    """Surges of the newest ``days`` days that no alarm in ``raised`` explains; ``names`` of the categories."""
    span = tree.counts.shape[1]
    if span < YOUNGEST:
        return []
    newest = min(days, span)
    judged = Judged(tree, detect(tree.counts, tree.first, None, budget=budget, days=newest), newest)
    found: list[Fired] = []
    for index in range(newest):
        told = [*raised, *found]
        for surge in _surges_of(judged, index, rule):
            fired = _fired(surge, judged, index, rule, facts, told, names)
            if fired is not None:
                found.append(fired)
                told.append(fired)
    return found


def _surges_of(judged: Judged, index: int, rule: AlertRule) -> Iterable[Surge]:
    """The surges of one day, one for each matter, at the lowest level that holds most of the excess."""
    tree, alarms = judged.tree, judged.alarms
    hot = [(key, row) for row, key in enumerate(tree.keys) if alarms.alarm[row, index]]
    noon = datetime.combine(judged.day(index), time(12), SHANGHAI)
    taken: set[str] = set()
    # second-level matters first: a first-level surge is raised only where no matter explains it
    for (code, area), row in sorted(hot, key=lambda one: (-len(one[0][0]), one[0][1] != CITY, one[0])):
        if any(other.startswith(code) for other in taken):
            continue
        width = int(alarms.width[row, index])
        surge = Surge(code, area, width, judged.seen(row, index, width), judged.hoped(row, index, width))
        if surge.total < LEAST or rule.grade(surge.ratio, noon) is None:
            continue
        taken.add(code)
        yield _explained_below(surge, judged, index) if area == CITY else surge


def _explained_below(city: Surge, judged: Judged, index: int) -> Surge:
    """The district that holds most of a city's excess, or the city where none does."""
    districts = [
        Surge(
            code, area, city.width, judged.seen(row, index, city.width), judged.hoped(row, index, city.width)
        )
        for row, (code, area) in enumerate(judged.tree.keys)
        if code == city.code and area != CITY
    ]  # fmt: skip
    highest = max(districts, key=lambda one: one.total - one.hoped, default=city)
    enough = max(EXPLAINS * (city.total - city.hoped), LEAST - 1)
    return highest if highest.total - highest.hoped >= enough else city


def _fired(
    surge: Surge,
    judged: Judged,
    index: int,
    rule: AlertRule,
    facts: Facts,
    told: Sequence[Fired],
    names: dict[str, str],
) -> Fired | None:
    """The alarm of a surge; None when too few people are behind it or an alarm in ``told`` explains it."""
    day, alarms = judged.day(index), judged.alarms
    row = judged.tree.rows[(surge.code, surge.area)]
    stop = datetime.combine(day, time(23, 59, 59), SHANGHAI)
    mine = _tickets(facts, surge, day, stop)
    numbers, who = {fact.ticket_no for fact in mine}, {fact.who for fact in mine}
    level = rule.grade(surge.ratio, stop)
    excess = max(1.0, surge.total - surge.hoped)
    if level is None or (mine and len(who) < LEAST):
        return None
    if any(len(numbers & set(other.tickets)) >= EXPLAINS * excess for other in told if len(other.tickets) > 1):
        return None
    place, name = "全市" if surge.area == CITY else surge.area, names.get(surge.code, surge.code)
    times = f"预期的 {surge.total / max(surge.hoped, 1.0):.1f} 倍"
    return Fired(
        rule.rule,
        f"{surge.code}/{surge.area}",
        level,
        f"{place}“{name}”突增:{surge.width} 天 {surge.total} 件,预期 {surge.hoped:.1f} 件",
        f"{times},来自 {len(who)} 名不同来电人;得分 {alarms.score[row, index]:.1f},阈值 {alarms.level:.1f}",
        min(stop, mine[-1].at) if mine else stop,
        tuple(sorted(numbers)),
        len(who),
        round(surge.ratio, 2),
        surge.code,
        None if surge.area == CITY else surge.area,
        unit=most(fact.unit for fact in mine),
        expected=round(surge.hoped, 2),
        upper=float(alarms.upper[row, index]),
        score=float(alarms.score[row, index]),
        details={"days": surge.width, "day": day.isoformat(), "alpha": BUDGET / len(judged.tree.keys)},
    )


def _tickets(facts: Facts, surge: Surge, day: date, stop: datetime) -> list[Fact]:
    start = datetime.combine(day - timedelta(days=surge.width - 1), time(0), SHANGHAI)
    return [
        fact
        for fact in facts.between(start - timedelta(seconds=1), stop)
        if fact.code.startswith(surge.code) and surge.area in (CITY, fact.district)
    ]

"""Rules of early warning (预警规则) as data: ``alerts.csv`` of the pack, handbook §4.2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from classify.ticket import SHANGHAI
from routing.pack import Pack
from routing.tables import TableRow, read_table

KINDS: Final = (
    "single", "words", "callers", "places", "issue", "returns", "overdue", "gap", "double", "drift", "surge",
    "heat", "emerging", "rebound", "season", "sensitive",
)  # fmt: skip
GRADES: Final = ("蓝", "黄", "橙", "红")
"""热线预警等级, lowest first."""
SUBJECTS: Final = ("", "主体", "小区", "地点", "街道")
SINGLE: Final = ("", "疑似", "紧急", "特急", "全部", "命中")
"""What reaches a level of a single rule; 疑似: the wording only sounds like it, whatever the level of urgency."""
COLUMNS: Final = (
    "id", "rule", "name", "kind", "codes", "also", "classes", "pattern", "subject", "hours", "blue", "yellow", "orange",
    "red", "months", "factor", "people", "push", "note",
)  # fmt: skip
RESPONSE: Final = {
    "红": timedelta(minutes=15), "橙": timedelta(minutes=30), "黄": timedelta(hours=2), "蓝": timedelta(hours=24),
}  # fmt: skip
"""Time to sign by level, handbook §4.3; 蓝 is one working day there."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One line of the table. ``levels`` are (grade, threshold text) of the filled levels, lowest first."""

    id: str
    rule: str
    name: str
    kind: str
    codes: frozenset[str]
    also: re.Pattern[str] | None
    classes: frozenset[str]
    pattern: re.Pattern[str] | None
    subject: str
    window: timedelta
    levels: tuple[tuple[str, str], ...]
    months: frozenset[int]
    factor: float
    people: bool
    push: tuple[str, ...]

    def grade(self, number: float, at: datetime) -> str | None:
        """The highest level that ``number`` reaches at a moment, or None; never under two of anything but a share."""
        low = self.factor if at.astimezone(SHANGHAI).month in self.months else 1.0
        found = None
        for grade, threshold in self.levels:
            if number >= max(float(threshold) * low, 2.0 if self.kind in ("callers", "places") else 0.0):
                found = grade
        return found

    def concerns(self, code: str, text: str) -> bool:
        """Whether a ticket is of the rule's matters: by its class, or by words where the class may be wrong."""
        if self.codes and code not in self.codes and not (self.also is not None and self.also.search(text)):
            return False
        return self.pattern is None or self.pattern.search(text) is not None

    @property
    def lowest(self) -> float:
        """The lowest threshold of a counting rule."""
        return min(float(threshold) for _, threshold in self.levels)


def _pattern(row: TableRow, column: str) -> re.Pattern[str] | None:
    try:
        return re.compile(row[column]) if row[column] else None
    except re.error as error:
        raise row.error(column, "正则表达式有误", str(error)) from None


def _rule(row: TableRow) -> AlertRule:
    kind = row.choice("kind", KINDS)
    hours = row.number("hours")
    if hours is None or hours <= 0:
        raise row.error("hours", "窗口必须是正数", row["hours"])
    levels = []
    for grade, column in zip(GRADES, ("blue", "yellow", "orange", "red"), strict=True):
        if not row[column]:
            continue
        if kind == "sensitive":
            row.choice(column, ("", "随词"))
        elif kind == "single":
            row.choice(column, SINGLE)
        else:
            row.number(column)
        levels.append((grade, row[column]))
    if not levels:
        raise row.error("blue", "至少要有一个等级的阈值")
    if not all(month.isdigit() and 1 <= int(month) <= 12 for month in row.items("months")):
        raise row.error("months", "月份有误", row["months"], "1;2;…12")
    return AlertRule(
        id=row.need("id"),
        rule=row.need("rule"),
        name=row.need("name"),
        kind=kind,
        codes=frozenset(row.items("codes")),
        also=_pattern(row, "also"),
        classes=frozenset(row.items("classes")),
        pattern=_pattern(row, "pattern"),
        subject=row.choice("subject", SUBJECTS),
        window=timedelta(hours=hours),
        levels=tuple(levels),
        months=frozenset(map(int, row.items("months"))),
        factor=row.number("factor") or 1.0,
        people=row["people"] == "1",
        push=row.items("push"),
    )


def load_rules(pack: Pack) -> tuple[AlertRule, ...]:
    """The rules of a pack. Raises PackError naming file, row and column."""
    rows = read_table(pack.path("alerts.csv"), COLUMNS)
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise row.error("id", "规则编号重复", row["id"])
        seen.add(row["id"])
    return tuple(_rule(row) for row in rows)


def rule_names(rules: Iterable[AlertRule]) -> dict[str, str]:
    """Name of each rule (A01 …): that of its first line."""
    names: dict[str, str] = {}
    for one in rules:
        names.setdefault(one.rule, one.name)
    return names

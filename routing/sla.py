"""Time limits (时限) as a table: which clock runs for a ticket at which stage of the handling.

``sla.csv`` is keyed by city, request type, urgency, matter code (a prefix), channel and whether the caller is an
enterprise, with a validity or a season. An empty key matches everything; of the rows that match, the most specific
wins, and two rows that could tie are refused at load. Sources and marks: routing/data/SOURCES-gates.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from classify.ticket import PackError, Where
from routing.calendar import UNITS
from routing.calendar import WorkCalendar as WorkCalendar
from routing.pack import Pack
from routing.result import Clock
from routing.tables import TableRow, read_table

STAGES: Final = ("响应", "反馈", "办结", "回退", "延期")
"""First response, interim feedback, completion (the deadline), return to the dispatcher, greatest extension."""

COLUMNS: Final = (
    "id", "stage", "city", "request_type", "urgency", "code", "channel", "is_enterprise", "valid_from", "valid_to",
    "unit", "n", "basis", "confirmed", "note",
)  # fmt: skip
YES, NO = "是", "否"
LEAP_YEAR: Final = 2024
"""Any leap year: makes 02-29 a legal end of a season."""

Season = tuple[date | None, date | None, bool]
"""(first day, last day, recurs every year); None is open."""


@dataclass(frozen=True, slots=True)
class SlaRow:
    """One row; ``where`` names it in errors, ``keys`` holds what it asks for, ``rank`` how specific it is."""

    row_id: str
    stage: str
    keys: tuple[str, ...]
    season: Season
    clock: Clock
    basis: str
    rank: tuple[int, ...]
    row: TableRow

    def holds(self, asked: tuple[str, str, str, str, str, str]) -> bool:
        """Whether the row applies; ``asked`` is (urgency, code, is_enterprise, channel, request_type, city)."""
        urgency, code, enterprise, channel, request_type, city = self.keys
        return (
            urgency in ("", asked[0])
            and asked[1].startswith(code)
            and enterprise in ("", asked[2])
            and channel in ("", asked[3])
            and request_type in ("", asked[4])
            and city in ("", asked[5])
        )


class SlaTable:
    """The table of one pack. Raises PackError for a bad or tying row, or when nothing sets a stage of every ticket."""

    def __init__(self, pack: Pack) -> None:
        self._city = pack.city
        self._rows: dict[str, list[SlaRow]] = {stage: [] for stage in STAGES}
        for row in read_table(pack.path("sla.csv"), COLUMNS):
            one = _row(row)
            self._rows[one.stage].append(one)
        for stage, rows in self._rows.items():
            rows.sort(key=lambda one: one.rank, reverse=True)
            if not rows or any(rows[-1].rank):
                where = Where("sla.csv", field="stage")
                raise PackError("没有对所有工单都适用的时限行", value=stage, where=where)
            _refuse_ties(rows)
        self._seasons = list(dict.fromkeys(row.season for rows in self._rows.values() for row in rows))
        self._today = lru_cache(maxsize=4096)(self._open_seasons)
        self._find = lru_cache(maxsize=8192)(self._search)

    def clock(
        self,
        code: str,
        request_type: str,
        urgency: str,
        channel: str,
        is_enterprise: bool,
        day: date,
        stage: str = "办结",
    ) -> Clock:
        """The clock of a stage (default: completion) for a ticket received on ``day`` (Asia/Shanghai)."""
        return self.row(code, request_type, urgency, channel, is_enterprise, day, stage).clock

    def row(
        self,
        code: str,
        request_type: str,
        urgency: str,
        channel: str,
        is_enterprise: bool,
        day: date,
        stage: str = "办结",
    ) -> SlaRow:
        """The row that decides, for showing its basis."""
        asked = (urgency, code, YES if is_enterprise else NO, channel, request_type, self._city)
        return self._find(stage, asked, self._today(day))

    def _open_seasons(self, day: date) -> frozenset[Season]:
        """The seasons that hold on a day: few sets for many days, so that what was asked once is known."""
        return frozenset(season for season in self._seasons if in_season(season, day))

    def _search(self, stage: str, asked: tuple[str, str, str, str, str, str], seasons: frozenset[Season]) -> SlaRow:
        return next(row for row in self._rows[stage] if row.season in seasons and row.holds(asked))


def in_season(season: Season, day: date) -> bool:
    """Whether ``day`` lies in the span, both ends included; a yearly span may run over New Year."""
    first, last, yearly = season
    if not yearly or first is None or last is None:
        return (first is None or first <= day) and (last is None or day <= last)
    now, start, end = (day.month, day.day), (first.month, first.day), (last.month, last.day)
    return start <= now <= end if start <= end else (now >= start or now <= end)


def _row(row: TableRow) -> SlaRow:
    stage = row.choice("stage", STAGES)
    urgency = row.choice("urgency", ("", "特急", "紧急", "一般"))
    enterprise = row.choice("is_enterprise", ("", YES, NO))
    unit = row.choice("unit", UNITS)
    n = row.number("n")
    if n is None or n < 1 or n != int(n):
        raise row.error("n", "时限数值不对", row["n"], "正整数")
    season = _season(row)
    code = row["code"]
    if code and not code.isdigit():
        raise row.error("code", "事项代码应为数字", code)
    city = row["city"]
    # Heaviest first: danger outranks the season, the season the matter, the matter the caller.
    rank = (
        bool(urgency), season != (None, None, False), len(code), bool(enterprise),
        bool(row["channel"]), bool(row["request_type"]), bool(city),
    )  # fmt: skip
    keys = (urgency, code, enterprise, row["channel"], row["request_type"], city)
    clock = Clock(unit, int(n))
    return SlaRow(row.need("id"), stage, keys, season, clock, row["basis"], tuple(map(int, rank)), row)


def _season(row: TableRow) -> Season:
    first, last = row["valid_from"], row["valid_to"]
    if len(first) == 5 or len(last) == 5:
        ends = []
        for column in ("valid_from", "valid_to"):
            try:
                ends.append(date.fromisoformat(f"{LEAP_YEAR}-{row[column]}"))
            except ValueError:
                raise row.error(column, "季节应写成两个 MM-DD", row[column], "MM-DD") from None
        return ends[0], ends[1], True
    start, end = row.day("valid_from"), row.day("valid_to")
    if start and end and end < start:
        raise row.error("valid_to", "止日早于起日", row["valid_to"])
    return start, end, False


def _refuse_ties(rows: list[SlaRow]) -> None:
    """Rows of one rank ask for the same keys; they tie when they ask for the same values at the same time."""
    seen: dict[tuple[object, ...], list[SlaRow]] = {}
    for row in rows:
        for other in seen.setdefault((row.rank, row.keys), []):
            if _overlap(row.season, other.season):
                raise row.row.error("id", f"与 {other.row_id} 同样具体,时间又重叠", row.row_id)
        seen[(row.rank, row.keys)].append(row)


def _overlap(one: Season, two: Season) -> bool:
    if one[2] or two[2]:
        # A yearly span meets every other span of its length in practice: compare day by day in one leap year.
        days = [date.fromordinal(date(LEAP_YEAR, 1, 1).toordinal() + k) for k in range(366)]
        if one[2] and two[2]:
            return any(in_season(one, day) and in_season(two, day) for day in days)
        return True
    return (one[0] is None or two[1] is None or one[0] <= two[1]) and (
        two[0] is None or one[1] is None or two[0] <= one[1]
    )

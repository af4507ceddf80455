"""What is known beforehand or from outside (公告): planned cuts of supply, events, media heat (handbook A10, A24).

A planned cut explains the calls that it brings: their alarm is kept on record, lifted at once as explained, and nobody
is told. A single emergency and a red level are never explained away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from classify.masking import mask
from classify.ticket import SHANGHAI
from routing.tables import TableRow, read_table
from warehouse.alert_facts import Fact, Facts
from warehouse.alert_rules import AlertRule
from warehouse.alert_watch import Fired, placed
from warehouse.models import NAME, AnnouncementRow
from warehouse.upsert import digest, storable, upsert

KINDS: Final = ("停供", "活动", "舆情")
HEAT: Final = "舆情"
"""Says that people talk; explains nothing."""
COLUMNS: Final = ("kind", "title", "codes", "area", "word", "starts_at", "ends_at", "source")
NEVER: Final = frozenset({"A01", "A02", "A03", "A11", "A12", "A25"})
"""Rules of danger and of the house's own faults: no announcement lifts them."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One of them; ``codes`` are categories or their first digits (empty: all), ``area`` a district or street and
    ``word`` a name (empty: any); aware times."""

    kind: str
    title: str
    codes: tuple[str, ...]
    area: str
    word: str
    starts_at: datetime
    ends_at: datetime

    def concerns(self, code: str, areas: Iterable[str], text: str) -> bool:
        """Whether something of a category, at a place, with a name or text, is what it speaks of."""
        return (
            (not self.codes or code.startswith(self.codes))
            and (not self.area or self.area in areas)
            and (not self.word or self.word in text)
        )

    def explains(self, fired: Fired) -> bool:
        """Whether it is the cause of an alarm."""
        return (
            self.kind != HEAT
            and fired.level != "红"
            and fired.rule_id not in NEVER
            and self.starts_at <= fired.at <= self.ends_at
            and self.concerns(
                fired.code or "", (fired.district or "", fired.street or ""), f"{fired.entity or ''}\n{fired.title}"
            )
        )


def load_announcements(session: Session, path: Path) -> int:
    """Take in a table of announcements (UTF-8 CSV); returns how many it has. Commits; the same line is one row.

    Times are ISO, of Beijing where they name no zone. Raises PackError naming row and column; then nothing is kept.
    """
    rows = [announcement_row(row) for row in read_table(path, COLUMNS)]
    upsert(session, AnnouncementRow, rows)
    session.commit()
    return len(rows)


def read_announcements(session: Session, since: datetime, until: datetime) -> tuple[Announcement, ...]:
    """Those that hold at any moment of a span."""
    query = (
        select(AnnouncementRow)
        .where(col(AnnouncementRow.ends_at) >= since, col(AnnouncementRow.starts_at) <= until)
        .order_by(col(AnnouncementRow.starts_at), col(AnnouncementRow.announcement_key))
    )
    return tuple(
        Announcement(
            row.kind,
            row.title,
            tuple(one for one in row.codes.split(";") if one),
            row.area,
            row.word,
            _aware(row.starts_at),
            _aware(row.ends_at),
        )
        for row in session.exec(query)
    )


def heat(rule: AlertRule, facts: Facts, announced: Sequence[Announcement], at: datetime) -> Iterable[Fired]:
    """A24 舆情联动: tickets about what is talked of outside, since it is."""
    for one in announced:
        if one.kind != HEAT or not one.starts_at <= at <= one.ends_at:
            continue
        rows: list[Fact] = [
            row
            for row in facts.between(max(at - rule.window, one.starts_at), at)
            if not row.chase and one.concerns(row.code, (row.district, row.street), row.text)
        ]
        who = {row.who for row in rows}
        level = rule.grade(len(who), at)
        if level:
            why = f"外部标记“{one.title[:24]}”,{len(who)} 名不同来电人、{len(rows)} 件工单"
            fired = Fired(
                rule.rule, f"舆情/{one.title[:40]}", level, f"舆情联动:{one.title[:24]}", why, rows[-1].at,
                tuple(row.ticket_no for row in rows), len(who), len(who), entity=one.word or None,
            )  # fmt: skip
            yield placed(fired, rows)


def announcement_row(row: TableRow) -> dict[str, object]:
    """The database row of a line; raises PackError naming row and column."""
    kind, title = row.choice("kind", KINDS), mask(row.need("title")).text
    starts, ends = _moment(row, "starts_at"), _moment(row, "ends_at")
    if ends <= starts:
        raise row.error("ends_at", "结束须晚于开始", row["ends_at"])
    codes = ";".join(row.items("codes"))
    if not (codes or row["area"] or row["word"]):
        raise row.error("codes", "至少写明事项、地区、名称之一")
    return {
        "announcement_key": digest(
            "announcement", kind, title, codes, row["area"], row["word"], starts.isoformat(), ends.isoformat()
        ),
        "kind": kind,
        "title": storable(title, 200),
        "codes": codes,
        "area": storable(row["area"], NAME) or "",
        "word": storable(row["word"], NAME) or "",
        "starts_at": starts,
        "ends_at": ends,
        "source": storable(row["source"], 200) or "",
    }


def _moment(row: TableRow, column: str) -> datetime:
    try:
        moment = datetime.fromisoformat(row.need(column))
    except ValueError:
        raise row.error(column, "时间有误", row[column], "2026-11-20T08:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

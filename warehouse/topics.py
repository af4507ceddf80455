"""Special reports (专报) on one theme: situation, distribution, typical tickets, what recurs, who acts, what to do.

The themes are data, ``report_topics.csv`` of the pack; handbook §3.3 says what a 专报 holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import SHANGHAI, InputError
from routing.pack import Pack
from routing.tables import TableRow, read_table
from warehouse.figures import TOP, before_of, every_day, year_earlier
from warehouse.metrics import THREE_RATES, Figure, measure
from warehouse.paper import Drawn, Paper, Section, share
from warehouse.scope import Scope
from warehouse.views import (
    Count,
    Deadlines,
    Filters,
    IssueItem,
    QueueItem,
    deadlines,
    issues_list,
    keywords_of,
    tickets,
    volumes_by,
    volumes_by_category,
    volumes_by_day,
    volumes_by_district,
)

COLUMNS: Final = ("id", "name", "codes", "months", "advice")
TYPICAL: Final = 5
"""Typical tickets that a special report tells."""
GATHERED: Final = 3
"""Tickets from which a place is called a point of concentration [P]."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme: its second-level ``codes``, the ``months`` in which it is in season (empty: all year), and what is
    usually advised."""

    id: str
    name: str
    codes: tuple[str, ...]
    months: tuple[int, ...]
    advice: tuple[str, ...]


def load_topics(pack: Pack) -> tuple[Topic, ...]:
    """The themes of a pack. Raises PackError naming file, row and column."""
    rows = read_table(pack.path("report_topics.csv"), COLUMNS)
    seen: set[str] = set()
    for row in rows:
        if row.need("id") in seen:
            raise row.error("id", "专题编号重复", row["id"])
        seen.add(row["id"])
    return tuple(_topic(row) for row in rows)


def _topic(row: TableRow) -> Topic:
    codes = row.items("codes")
    if not codes or not all(code.isdigit() and len(code) == 4 for code in codes):
        raise row.error("codes", "专题须列出二级分类代码", row["codes"], "四位数字,用 ; 分开")
    months = row.items("months")
    if not all(month.isdigit() and 1 <= int(month) <= 12 for month in months):
        raise row.error("months", "月份有误", row["months"], "1;2;…12")
    return Topic(row.need("id"), row.need("name"), codes, tuple(map(int, months)), row.items("advice"))


def topic_named(pack: Pack, name: str) -> Topic:
    """The theme of that id or name. Raises InputError naming what there is."""
    topics = load_topics(pack)
    for topic in topics:
        if name in (topic.id, topic.name):
            return topic
    raise InputError("没有这个专题", value=name, allowed="、".join(f"{one.id}({one.name})" for one in topics))


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """Everything that a special report prints, read once; as ``figures.Figures`` for the periodic ones."""

    topic: Topic
    since: date
    until: date
    before: int
    year_before: int
    days: tuple[Count, ...]
    matters: tuple[Count, ...]
    districts: tuple[Count, ...]
    places: tuple[Count, ...]
    units: tuple[Count, ...]
    words: tuple[tuple[str, int], ...]
    deadlines: Deadlines
    rates: tuple[Figure, ...]
    typical: tuple[QueueItem, ...]
    issues: tuple[IssueItem, ...]

    @property
    def total(self) -> int:
        """Tickets of the period."""
        return sum(one.count for one in self.days)


def collect_topic(session: Session, scope: Scope, topic: Topic, since: date, until: date) -> TopicFigures:
    """Reads the figures of one theme, ``since`` to ``until`` (days in Asia/Shanghai, both included). Needs ``count``;
    typical tickets and issues are empty for who may not read tickets. Raises InputError when the days are turned."""
    if since > until:
        raise InputError("起止日期颠倒", value=f"{since} 至 {until}", allowed="起始日不晚于截止日")
    only = Filters(categories=topic.codes)
    old = before_of("topic", since, until)
    moment = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    reads = scope.may("read")
    whole = Filters(categories=topic.codes, since=since, until=until)
    return TopicFigures(
        topic=topic,
        since=since,
        until=until,
        before=sum(one.count for one in volumes_by_day(session, scope, *old, only)),
        year_before=sum(
            one.count for one in volumes_by_day(session, scope, year_earlier(since), year_earlier(until), only)
        ),
        days=every_day(volumes_by_day(session, scope, since, until, only), since, until),
        matters=tuple(volumes_by_category(session, scope, since, until, only, level=2)),
        districts=tuple(volumes_by_district(session, scope, since, until, only)),
        places=tuple(one for one in volumes_by(session, scope, "poi", since, until, only) if one.key)[:TOP],
        units=tuple(one for one in volumes_by(session, scope, "unit", since, until, only) if one.key)[:TOP],
        words=tuple(Counter(keywords_of(session, scope, whole)).most_common(TOP)) if reads else (),
        deadlines=deadlines(session, scope, moment, whole),
        rates=tuple(measure(session, scope, since, until, codes=THREE_RATES, filters=only, now=moment)),
        typical=_typical(session, scope, whole) if reads else (),
        issues=tuple(issues_list(session, scope, categories=topic.codes, least=GATHERED, size=TOP).rows)
        if reads
        else (),
    )


def _typical(session: Session, scope: Scope, whole: Filters) -> tuple[QueueItem, ...]:
    """The newest tickets of different issues."""
    chosen: dict[str, QueueItem] = {}
    for one in tickets(session, scope, whole, size=100).rows:
        chosen.setdefault(one.issue_no or one.ticket_no, one)
    return tuple(list(chosen.values())[:TYPICAL])


def topic_report(figures: TopicFigures) -> Paper:
    """The figures as a special report."""
    title = f"12345 热线专报:{figures.topic.name}({figures.since} 至 {figures.until})"
    basis = f"按受理日统计,在办与超期截至 {figures.until} 24:00;事项代码 {'、'.join(figures.topic.codes)}"
    return Paper(title, basis, tuple(_sentences(figures)), tuple(_sections(figures)))


def _sentences(figures: TopicFigures) -> Iterator[str]:
    total, due = figures.total, figures.deadlines
    yield f"【情况】本期受理{figures.topic.name}类诉求 {total:,} 件" + _against(figures) + "。"
    where = "、".join(f"{one.label} {one.count:,} 件({share(one.count, total)})" for one in figures.districts[:3])
    points = [one for one in figures.places if one.count >= GATHERED]
    told = "、".join(f"{one.label}({one.count:,} 件)" for one in points[:5])
    if where:
        yield f"【分布】居前的区县是{where}。" + (f"较集中的点位有{told}。" if told else "没有明显集中的点位。")
    if figures.words:
        yield f"【反映内容】文中较多提到{'、'.join(f'“{word}”' for word, _ in figures.words[:8])}。"
    rates = "、".join(
        f"{one.name} {'—' if one.value is None else f'{one.value:.1%}'}({one.numerator:,}/{one.denominator:,})"
        for one in figures.rates
    )
    yield f"【办理】在办 {due.open:,} 件,已超期 {due.overdue:,} 件;{rates}。"
    advice = list(figures.topic.advice)
    if due.overdue:
        advice.insert(0, f"对超期的 {due.overdue:,} 件逐件督办")
    if figures.issues:
        advice.insert(0, f"对反复出现的 {len(figures.issues)} 个事项由条线部门牵头包案")
    yield f"【建议】(供研判参考){';'.join(advice)}。" if advice else "【建议】按职责清单办理。"


def _against(figures: TopicFigures) -> str:
    told = ""
    for name, number in (("较前一同长时段", figures.before), ("同比", figures.year_before)):
        if number:
            told += f",{name}({number:,} 件){(figures.total - number) / number:+.1%}"
    return told


def _sections(figures: TopicFigures) -> Iterator[Section]:
    total = figures.total
    part, bars = f"占比(÷{total:,})", Drawn("bar", (1,))
    if len(figures.days) > 1:
        days = [(one.label[5:], one.count, one.callers) for one in figures.days]
        yield Section("逐日受理量", ("日期", "件数", "诉求人数"), days, Drawn("line", (1,)))
    for heading, head, counts, drawn in (
        ("事项构成", "事项", figures.matters, bars),
        ("区域分布", "区县", figures.districts, bars),
        ("集中点位", "点位", figures.places, None),
        ("承办单位", "单位", figures.units, None),
    ):
        rows: list[tuple[Any, ...]] = [(one.label, one.count, one.callers, share(one.count, total)) for one in counts]
        yield Section(heading, (head, "件数", "诉求人数", part), rows, drawn)
    yield Section("文中常见词", ("词", "件数"), list(figures.words))
    yield Section(
        "典型诉求(已脱敏)",
        ("工单编号", "标题", "区县", "承办单位", "状态"),
        [(one.ticket_no, one.title, one.district or "未识别", one.unit or "—", one.state) for one in figures.typical],
    )
    yield Section(
        "反复出现的事项",
        ("事项编号", "内容", "件数", "主办", "状态"),
        [(one.issue_no, one.title, one.tickets, one.lead_unit or one.unit or "—", one.state) for one in figures.issues],
    )

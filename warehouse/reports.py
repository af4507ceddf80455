"""Reports (日报、周报、月报) out of their :class:`Figures`, and the file that is written, whatever its form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import InputError
from warehouse.figures import OF_UNITS, Figures, Kind, collect
from warehouse.handling import RETURN_REASONS
from warehouse.metrics import Figure
from warehouse.paper import Drawn, Paper, Section, share
from warehouse.paper_docx import write_docx
from warehouse.paper_xlsx import write_xlsx
from warehouse.scope import Scope

FORMS: Final[dict[str, Callable[[Paper, Path], None]]] = {".docx": write_docx, ".xlsx": write_xlsx}
"""Ending of the file → its writer."""


def write_report(session: Session, scope: Scope, kind: Kind, day: date, out: Path, last: date | None = None) -> Path:
    """Writes the report that ``day`` belongs to; the ending of ``out`` (.docx, .xlsx) is its form. Returns it.

    ``last`` as for ``figures.period``: where a period that is not over ends.
    """
    return write_paper(report(collect(session, scope, kind, day, last)), out)


def write_paper(paper: Paper, out: Path) -> Path:
    """Writes a report whole or not at all. Raises InputError for an unknown ending."""
    if out.suffix not in FORMS:
        raise InputError("报告的文件类型不认识", value=out.name, allowed="、".join(FORMS))
    out.parent.mkdir(parents=True, exist_ok=True)
    half = out.with_name(f".{out.name}")
    FORMS[out.suffix](paper, half)
    return half.replace(out)


def report(figures: Figures) -> Paper:
    """The figures as a report."""
    basis = f"按受理日统计,在办与超期截至 {figures.until} 24:00;数据来源:12345 热线工单库"
    return Paper(figures.title, basis, tuple(summary(figures)), tuple(sections(figures)))


def summary(figures: Figures) -> list[str]:
    """The first paragraphs: every rate with its numerator and denominator."""
    change = "上期无数据" if figures.change is None else f"较上期({figures.before:,} 件){figures.change:+.1%}"
    if figures.yearly is not None:
        change += f",同比({figures.year_before:,} 件){figures.yearly:+.1%}"
    days = (figures.until - figures.since).days + 1
    mean = f",日均 {figures.total / days:,.0f} 件" if days > 1 else ""
    top = "、".join(
        f"{one.label} {one.count:,} 件({share(one.count, figures.total)})" for one in figures.categories[:3]
    )
    due, done = figures.deadlines, figures.acceptance
    first = (
        f"推荐采纳率 {done.first:,}/{done.offered:,}({share(done.first, done.offered)})"
        if done.offered
        else "暂无人工决定"
    )
    rates = "、".join(f"{one.name} {_rate(one)}" for one in figures.rates if one.code in ("M01", "M02", "M03", "M04"))
    urgent = f"、紧急件 {len(figures.urgent)} 件" if figures.urgent else ""
    return [
        f"本期共受理 {figures.total:,} 件{mean},{change}。" + (f"居前的是{top}。" if top else ""),
        f"期末在办 {due.open:,} 件,其中待派单 {due.at_desk:,} 件、承办中 {due.with_unit:,} 件;"
        f"已超期 {due.overdue:,} 件,次日到期 {due.due_today:,} 件。",
        f"人工决定 {done.decided:,} 件,{first}。{rates}。",
        f"列出预警 {len(figures.alerts)} 条{urgent}、重复 3 件以上事项 {len(figures.issues)} 个,明细见后。",
    ]


def sections(figures: Figures) -> Iterator[Section]:
    """The tables, in the order of the report."""
    total = figures.total
    part = f"占比(÷{total:,})"
    bars = Drawn("bar", (1,))
    if len(figures.days) > 1:
        days = [(one.label[5:], one.count, one.callers) for one in figures.days]
        yield Section("逐日受理量", ("日期", "件数", "诉求人数"), days, Drawn("line", (1,)))
    yield Section(
        "事项分类",
        ("一级分类", "件数", "上期", "增减", part),
        _compared(figures.categories, figures.categories_before, total),
        Drawn("bar", (1, 2)),
    )
    yield Section(
        "前十位事项",
        ("事项", "件数", "上期", "增减", part),
        _compared(figures.matters, figures.matters_before, total),
        bars,
    )
    yield Section(
        "区域分布",
        ("区县", "件数", "诉求人数", part),
        [(one.label, one.count, one.callers, share(one.count, total)) for one in figures.districts],
        bars,
    )
    yield Section(
        "诉求较多的街镇",
        ("街道(乡镇)", "件数", "诉求人数", part),
        [(one.label, one.count, one.callers, share(one.count, total)) for one in figures.streets],
    )
    yield Section(
        "诉求类型", ("类型", "件数", part), [(r.label, r.count, share(r.count, total)) for r in figures.requests]
    )
    yield Section(
        "办理质效",
        ("指标", "数值", "分子", "分母", "口径"),
        [(one.name, _value(one), one.numerator, one.denominator, one.definition) for one in figures.rates],
    )
    yield _units(figures)
    yield Section(
        "退单争议",
        ("理由", "申请", "通过", "驳回"),
        [(_reason(name), asked, passed, refused) for name, asked, passed, refused in figures.returns],
    )
    yield Section("紧急件", ("工单编号", "级别", "标题", "区县"), list(figures.urgent))
    yield Section("预警", ("等级", "规则", "内容"), list(figures.alerts))
    issue = ("事项编号", "内容", "件数", "主办", "状态")
    yield Section("重复三件以上的事项", issue, list(figures.issues))
    yield Section("历史遗留事项台账", issue, list(figures.ledger))


def _compared(rows: Any, before: dict[str | None, int], total: int) -> list[tuple[Any, ...]]:
    return [
        (c.label, c.count, before.get(c.key, 0), c.count - before.get(c.key, 0), share(c.count, total)) for c in rows
    ]


def _units(figures: Figures) -> Section:
    names = {one.code: one.name for line in figures.units for one in line.figures.values()}
    shown = [code for code in OF_UNITS if code in names]
    return Section(
        "承办单位",
        ("单位", "到期件数", *(names[code] for code in shown)),
        [
            (line.unit, line.handled, *(_rate(line.figures[code]) if code in line.figures else "—" for code in shown))
            for line in figures.units
        ],
        note="按到期件数排列,供同类单位比较;分母见各率括号。",
    )


def _value(one: Figure) -> str:
    if one.value is None:
        return "—"
    return f"{one.value:.2f}" if one.code == "M09" else f"{one.value:.1%}"


def _rate(one: Figure) -> str:
    return f"{_value(one)}({one.numerator:,}/{one.denominator:,})"


def _reason(name: str) -> str:
    return f"{name} {RETURN_REASONS[name]}" if name in RETURN_REASONS else name

"""Reports (日报、周报、月报) as .docx to sign and .xlsx to calculate with; both print the same :class:`Figures`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from sqlmodel import Session

from classify.ticket import InputError
from warehouse.exports import harmless
from warehouse.figures import Figures, Kind, collect
from warehouse.scope import Scope

FONT: Final = "宋体"
"""Face of official Chinese documents; a reader without it substitutes its own."""

Section = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]
"""Heading, column heads, rows."""


def write_report(session: Session, scope: Scope, kind: Kind, day: date, out: Path) -> Path:
    """Writes the report that ``day`` belongs to; the ending of ``out`` (.docx, .xlsx) is its form. Returns it."""
    writers = {".docx": write_docx, ".xlsx": write_xlsx}
    if out.suffix not in writers:
        raise InputError("报告的文件类型不认识", value=out.name, allowed=".docx 或 .xlsx")
    figures = collect(session, scope, kind, day)
    out.parent.mkdir(parents=True, exist_ok=True)
    half = out.with_name(f".{out.name}")
    writers[out.suffix](figures, half)
    return half.replace(out)


def summary(figures: Figures) -> list[str]:
    """The first paragraphs: every rate with its numerator and denominator."""
    change = "上期无数据" if figures.change is None else f"较上期({figures.before} 件){figures.change:+.1%}"
    top = "、".join(f"{one.label} {one.count} 件({share(one.count, figures.total)})" for one in figures.categories[:3])
    due, done = figures.deadlines, figures.acceptance
    first = f"采纳率 {done.first}/{done.offered}({share(done.first, done.offered)})" if done.offered else "暂无人工决定"
    return [
        f"本期共受理 {figures.total} 件,{change}。" + (f"居前的是{top}。" if top else ""),
        f"期末在办 {due.open} 件,其中待派单 {due.at_desk} 件、承办中 {due.with_unit} 件;已超期 {due.overdue} 件,"
        f"当日到期 {due.due_today} 件。",
        f"人工决定 {done.decided} 件,{first}。",
        f"发出预警 {len(figures.alerts)} 条,紧急件 {len(figures.urgent)} 件,均列于下表。",
    ]


def sections(figures: Figures) -> Iterator[Section]:
    """The tables, in the order of the report; empty ones are left out."""
    total, before = figures.total, figures.categories_before
    days = [(one.label, one.count, one.callers) for one in figures.days]
    if len(days) > 1:
        yield "逐日受理量", ("日期", "件数", "诉求人数"), list(days)
    yield (
        "事项分类",
        ("一级分类", "件数", f"占比(÷{total})", "上期", "增减"),
        [
            (c.label, c.count, share(c.count, total), before.get(c.key, 0), c.count - before.get(c.key, 0))
            for c in figures.categories
        ],
    )
    yield (
        "前十位事项",
        ("事项", "件数", f"占比(÷{total})", "诉求人数"),
        [(one.label, one.count, share(one.count, total), one.callers) for one in figures.matters],
    )
    yield (
        "区域分布",
        ("区县", "件数", f"占比(÷{total})", "诉求人数"),
        [(one.label, one.count, share(one.count, total), one.callers) for one in figures.districts],
    )
    yield (
        "诉求类型",
        ("类型", "件数", f"占比(÷{total})"),
        [(r.label, r.count, share(r.count, total)) for r in figures.requests],
    )
    yield "紧急件", ("工单编号", "级别", "标题", "区县"), list(figures.urgent)
    yield "预警", ("等级", "规则", "内容"), list(figures.alerts)
    yield "重复未解决事项", ("事项编号", "内容", "件数", "状态"), list(figures.issues)


def share(part: int, whole: int) -> str:
    """A rate as people read it; a dash without a denominator."""
    return f"{part / whole:.1%}" if whole else "—"


def write_docx(figures: Figures, out: Path) -> None:
    """The report as a document with room for the signature."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.add_heading(figures.title, level=0)
    for sentence in summary(figures):
        document.add_paragraph(sentence)
    for heading, heads, rows in sections(figures):
        if rows:
            document.add_heading(heading, level=2)
            _docx_table(document, heads, rows)
    document.add_paragraph()
    document.add_paragraph("审核:____________    签发:____________    日期:____________")
    document.save(str(out))


def _docx_table(document: Any, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
        cell.paragraphs[0].runs[0].bold = True
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)


def write_xlsx(figures: Figures, out: Path) -> None:
    """The report as a workbook: the summary first, then a sheet a table."""
    book = Workbook()
    sheet = book.active
    sheet.title = "摘要"
    sheet.append([figures.title])
    sheet["A1"].font = Font(bold=True, size=14)
    for sentence in summary(figures):
        sheet.append([sentence])
    sheet.column_dimensions["A"].width = 100
    for row in sheet.iter_rows(min_row=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
    for heading, heads, rows in sections(figures):
        if rows:
            _xlsx_sheet(book.create_sheet(heading), heads, rows)
    book.save(out)


def _xlsx_sheet(sheet: Any, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet.append(list(heads))
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF4")
    for row in rows:
        sheet.append([harmless(value) for value in row])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, 1):
        widest = max(sum(2 if ord(char) > 255 else 1 for char in str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(60, widest + 2)

"""A report as a workbook to calculate with (.xlsx): the sentences first, then a sheet a table with its chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from warehouse.exports import harmless
from warehouse.paper import Paper, Section


def write_xlsx(paper: Paper, out: Path) -> None:
    """Writes the report to ``out``; texts that a spreadsheet would run as formulas are quoted."""
    book = Workbook()
    sheet = book.active
    sheet.title = "摘要"
    sheet.append([paper.title])
    sheet["A1"].font = Font(bold=True, size=14)
    for sentence in (paper.basis, *paper.sentences):
        sheet.append([harmless(sentence)])
    sheet.column_dimensions["A"].width = 100
    for row in sheet.iter_rows(min_row=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
    for section in paper.filled:
        _sheet(book.create_sheet(section.heading), section)
    book.save(out)


def _sheet(sheet: Any, section: Section) -> None:
    sheet.append(list(section.heads))
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF4")
    for row in section.rows:
        sheet.append([harmless(value) for value in row])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, 1):
        widest = max(sum(2 if ord(char) > 255 else 1 for char in str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(60, widest + 2)
    if section.drawn is not None:
        _chart(sheet, section)


def _chart(sheet: Any, section: Section) -> None:
    assert section.drawn is not None
    last = len(section.rows) + 1
    chart = LineChart() if section.drawn.form == "line" else BarChart()
    if isinstance(chart, BarChart):
        chart.type = "bar"
        chart.y_axis.delete = chart.x_axis.delete = False
        chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.title = section.heading
    for column in section.drawn.values:
        chart.add_data(Reference(sheet, min_col=column + 1, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    chart.height, chart.width = max(7.5, min(20.0, 0.7 * last)) if section.drawn.form == "bar" else 8.0, 18.0
    if len(section.drawn.values) == 1:
        chart.legend = None
    sheet.add_chart(chart, f"{get_column_letter(len(section.heads) + 2)}2")

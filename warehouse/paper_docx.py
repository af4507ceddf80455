"""A report as a document to sign (.docx): the page of official papers, pictures, tables, and room for the signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from warehouse.paper import Paper, Section
from warehouse.paper_pictures import chinese_face, picture

BODY: Final = "仿宋"
HEAD: Final = "黑体"
"""Faces of official papers (GB/T 9704); a reader without them substitutes its own."""
MARGINS: Final = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
"""Millimetres of an A4 page, GB/T 9704."""
WIDTH: Final = Mm(210 - 28 - 26)


def write_docx(paper: Paper, out: Path) -> None:
    """Writes the report to ``out``."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    for name, width in MARGINS.items():
        setattr(page, name, Mm(width))
    _style(document.styles["Normal"], BODY, 12)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    _style(document.styles["Title"], HEAD, 18)
    _style(document.styles["Heading 2"], HEAD, 14)
    title = document.add_heading(paper.title, level=0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in document.styles["Title"].element.xpath("./w:pPr/w:pBdr"):
        line.getparent().remove(line)
    basis = document.add_paragraph()
    basis.alignment = WD_ALIGN_PARAGRAPH.CENTER
    basis.add_run(paper.basis).font.size = Pt(10)
    for sentence in paper.sentences:
        document.add_paragraph(sentence).paragraph_format.first_line_indent = Pt(24)
    for number, section in enumerate(paper.filled, 1):
        _section(document, number, section)
    _signature(document)
    _page_numbers(page)
    document.save(str(out))


def _style(style: Any, face: str, size: float) -> None:
    style.font.name, style.font.size, style.font.color.rgb = face, Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(name), face)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


def _section(document: Any, number: int, section: Section) -> None:
    document.add_heading(f"{_numeral(number)}、{section.heading}", level=2)
    if section.note:
        document.add_paragraph(section.note).paragraph_format.first_line_indent = Pt(24)
    drawn = picture(section, chinese_face())
    if drawn is not None:
        document.add_picture(drawn, width=WIDTH)
        document.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
        if section.drawn is not None and section.drawn.form == "line":
            return  # the picture says it; the workbook has the numbers
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    _table(document, section.heads, section.rows)


def _table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    table = document.add_table(rows=1 + len(rows), cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    wide = [max(_width(head), *(_width(row[n]) for row in rows)) for n, head in enumerate(heads)]
    numeric = [all(isinstance(row[n], int | float) or _is_share(row[n]) for row in rows) for n in range(len(heads))]
    shares = [int(WIDTH * part / sum(wide)) for part in wide]
    for column, width in zip(table.columns, shares, strict=True):
        column.width = width
    for n, line in enumerate([list(heads), *rows]):
        cells = table.rows[n].cells
        for cell, value, width, right in zip(cells, line, shares, numeric, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(f"{value:,}" if isinstance(value, int) else str(value))
            run.font.size, run.bold = Pt(10), n == 0
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    # a table that runs over a page says again what its columns are
    row = table.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    row.append(repeat)


def _width(value: Any) -> float:
    """What a cell wants, in characters of the narrow kind; long texts wrap."""
    return min(40.0, 4.0 + sum(2 if ord(char) > 255 else 1 for char in str(value)))


def _is_share(value: Any) -> bool:
    return isinstance(value, str) and (value == "—" or value.endswith("%"))


def _signature(document: Any) -> None:
    document.add_paragraph()
    line = document.add_paragraph("编制:____________    审核:____________    签发:____________")
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("日期:______年____月____日").alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _page_numbers(page: Any) -> None:
    paragraph = page.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _numeral(number: int) -> str:
    """一, 二 … 十, 十一 …"""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if tens == 0:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")

"""A report on the page (报告预览): the same sentences and tables that the file prints."""

from __future__ import annotations

from typing import Any, Final

from dashboard import widgets
from dashboard.widgets import Bar, esc
from warehouse.paper import Paper, Section

SHOWN: Final = 31
"""Rows of a table on the page; the file has all."""
SHORT: Final = 5
"""Characters of a cell that is never broken over two lines: a state, a level, a code."""


def paper_view(paper: Paper) -> str:
    """The report as markup; everything in it is escaped."""
    told = "".join(f"<p>{esc(one)}</p>" for one in paper.sentences)
    parts = "".join(_section(one) for one in paper.filled)
    return (
        f'<article class="j-paper"><h2>{esc(paper.title)}</h2><p class="j-muted">{esc(paper.basis)}</p>{told}</article>'
        f'<div class="j-papers">{parts}</div>'
    )


def _section(section: Section) -> str:
    rows = section.rows[:SHOWN]
    more = f"列前 {SHOWN} 行,共 {len(section.rows)} 行,全部见文件" if len(section.rows) > SHOWN else section.note
    bars = ""
    if section.drawn is not None and section.drawn.form == "bar" and len(rows) > 1:
        column = section.drawn.values[0]
        before = section.drawn.values[1] if len(section.drawn.values) > 1 else None
        bars = widgets.bars([Bar(str(row[0]), row[column], row[before] if before else None) for row in rows])
    numeric = [n for n in range(len(section.heads)) if all(isinstance(row[n], int | float) for row in rows)]
    body = [[_cell(value) for value in row] for row in rows]
    return widgets.card(section.heading, more, bars or widgets.table(section.heads, body, numeric))


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f'<span class="j-nowrap">{esc(value)}</span>' if len(str(value)) <= SHORT else esc(value)

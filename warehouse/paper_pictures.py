"""The pictures of a report (图): drawn without a browser, in the faces that the machine has.

A server on a closed network may have no Chinese face. Then the points are numbered as the rows of the table below.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any, Final

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from warehouse.paper import Drawn, Section

FACES: Final = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Source Han Sans CN", "SimHei", "Microsoft YaHei",
    "SimSun", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "FZHei-B01S", "PingFang SC",
)  # fmt: skip
"""Chinese faces that servers and desktops have, the plainest first; 信创 systems ship the later ones."""
COLOURS: Final = ("#1F5F8B", "#B98400", "#7A8794")
LARGEST: Final = 12
"""Bars of one picture; more are in the table only."""


@cache
def chinese_face() -> str | None:
    """The first of :data:`FACES` that this machine has, or None."""
    here = {one.name for one in font_manager.fontManager.ttflist}
    return next((face for face in FACES if face in here), None)


def picture(section: Section, face: str | None) -> io.BytesIO | None:
    """The drawn table as a PNG; None when the section is not to be drawn or has fewer than two points.

    ``face`` is a Chinese face of this machine; None: bars are numbered as the rows of their table.
    """
    if section.drawn is None or len(section.rows) < 2:
        return None
    rows = list(section.rows[:LARGEST]) if section.drawn.form == "bar" else list(section.rows)
    names = [str(row[0]) for row in rows]
    if face is None and section.drawn.form == "bar":
        names = [str(number) for number in range(1, len(rows) + 1)]
    tall = 2.6 if section.drawn.form == "line" else max(2.0, 0.34 * len(rows) + 0.6)
    figure = Figure(figsize=(6.2, tall), dpi=200)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _draw(axes, section.drawn, names, rows)
    style = {"family": face} if face else {}
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set(fontsize=8, **style)
    if face is not None and len(section.drawn.values) > 1:
        heads = [section.heads[column] for column in section.drawn.values]
        axes.legend(heads, prop={"family": face, "size": 8}, frameon=False, loc="best")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    out = io.BytesIO()
    figure.savefig(out, format="png")
    out.seek(0)
    return out


def _draw(axes: Any, drawn: Drawn, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    places = range(len(rows))
    if drawn.form == "line":
        for colour, column in zip(COLOURS, drawn.values, strict=False):
            axes.plot(places, [row[column] for row in rows], color=colour, linewidth=1.6, marker="o", markersize=3)
        every = max(1, len(rows) // 10)
        axes.set_xticks(list(places)[::every], names[::every])
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", alpha=0.3)
        return
    height = 0.75 / len(drawn.values)
    for number, (colour, column) in enumerate(zip(COLOURS, drawn.values, strict=False)):
        values = [row[column] for row in rows]
        bars = axes.barh([place + number * height for place in places], values, height=height, color=colour)
        axes.bar_label(bars, fmt="{:,.0f}", fontsize=7, padding=2)
    axes.set_yticks([place + height * (len(drawn.values) - 1) / 2 for place in places], names)
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)

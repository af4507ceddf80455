"""A report as content (报告内容): title, sentences, tables and which table is drawn; .docx and .xlsx print the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a table is drawn: ``line`` for days in a row, ``bar`` for parts of a whole. ``values`` are the numbers of the
    columns that are drawn over the first column, which names the points."""

    form: Literal["line", "bar"]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its heading; ``note`` stands above it, ``drawn`` None means that a picture would add nothing."""

    heading: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    drawn: Drawn | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A report. ``basis`` says what the figures count and up to when; sections without rows are left out in print."""

    title: str
    basis: str
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def file_name(self) -> str:
        """The title as the name of a file, without an ending."""
        return re.sub(r"[^\w.\-]+", "_", self.title).strip("_")

    @property
    def filled(self) -> tuple[Section, ...]:
        """The sections that have something to show."""
        return tuple(one for one in self.sections if one.rows)


def share(part: int, whole: int) -> str:
    """A rate as people read it; a dash without a denominator."""
    return f"{part / whole:.1%}" if whole else "—"

"""Checks the tables of a city pack that only the warehouse reads: early warning and themes of reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from classify.ticket import PackError
from routing.pack import Pack
from warehouse.alert_counts import load_splits
from warehouse.alert_rules import load_rules
from warehouse.alert_sensitive import load_words
from warehouse.topics import load_topics

TABLES: Final[tuple[Callable[[Pack], object], ...]] = (load_rules, load_words, load_splits, load_topics)


def check_tables(folder: str | Path) -> list[str]:
    """The first problem of each table as a sentence with file, row and column; empty when they may be used."""
    pack = Pack.load(folder)
    problems = []
    for load in TABLES:
        try:
            load(pack)
        except PackError as error:
            problems.append(str(error))
    return problems

"""Column names (表头) of any hotline export, to the canonical field names that ``parsing`` reads.

The table is ``data/headers.csv``: field, side, alias. ``side`` says where a column may go: ``ticket`` into the
ticket, ``caller`` into the keyed hash only, ``event`` into events only, ``label`` nowhere (it would tell the answer).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

_BRACKETED: Final = re.compile(r"[(\[【〔<《（].*?[)\]】〕>》）]")
_IGNORED: Final = re.compile(r"[\s_\-./\\:：*#'\"、,，]+|[\u200b-\u200f\u2060\ufeff]")

NEEDED: Final = "“工单编号”和至少一个其他列(标题、内容、受理时间 … 或事件类型、承办单位 …),或它们的别名"


@dataclass(frozen=True, slots=True)
class Header:
    """What a column is: its canonical ``field`` and ``side`` (ticket, caller, event or label)."""

    field: str
    side: str


def normal(header: object) -> str:
    """A header without case, width, spaces, punctuation and bracketed hints: ``Ticket No.`` is ``ticketno``."""
    text = unicodedata.normalize("NFKC", str(header)).casefold()
    return _IGNORED.sub("", _BRACKETED.sub("", text)) or _IGNORED.sub("", text)


@cache
def aliases() -> Mapping[str, Header]:
    """Every alias, normalised, to what it is."""
    table: dict[str, Header] = {}
    with (files("classify") / "data" / "headers.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            header = Header(row["field"], row["side"])
            for alias in (row["alias"], row["field"]):
                known = table.setdefault(normal(alias), header)
                if known != header and alias != row["field"]:
                    raise ValueError(f"headers.csv: {alias!r} is both {known.field} and {header.field}")
    return table


@lru_cache(maxsize=4096)
def header_of(header: str) -> Header | None:
    """What the column ``header`` is, or None when jiesu does not know it (it becomes an extra)."""
    return aliases().get(normal(header))


def canonical(header: object) -> str:
    """The name under which a column stands in a record: its field, or for labels and unknown ones its own name.

    Labels keep their name so that ``--label 一级分类`` finds its column; ``parsing`` never copies them.
    """
    known = header_of(str(header))
    return known.field if known and known.side != "label" else str(header).strip()


def names_of(headers: Sequence[object]) -> list[str]:
    """Record keys for a header row. The first column of a field gets it; a later one keeps its own name."""
    return list(_names(tuple(map(str, headers))))


@lru_cache(maxsize=1024)
def _names(headers: tuple[str, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for position, header in enumerate(headers):
        own = header.strip() or f"第{position + 1}列"
        name = canonical(own)
        while name in names:
            name = own if own not in names else f"{own}#{position + 1}"
        names.append(name)
    return tuple(names)


def score(headers: Sequence[object]) -> int:
    """How well a row serves as header row: 0 when it cannot be one, else the number of known columns."""
    fields = {known.field for header in headers if header is not None and (known := header_of(str(header)[:60]))}
    if "ticket_no" not in fields or len(fields) < 2:
        return 0
    return len(fields)

"""Tickets a day on the category tree × area tree, with the past of categories that were split, merged or renamed.

``splits.csv`` of the pack says which code was counted under which until a day (the crosswalk between two editions of
the tree). Days before are back-cast: what was counted under the old code is shared among its successors, so a category
that is a week old has a past, and its first days are no surge.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, func, select

from classify.ticket import PackError, Where
from routing.pack import Pack
from routing.tables import read_table
from warehouse.models import TicketRow

BACK: Final = 365 * 3
"""Days of history that are read."""
CITY: Final = "*"
"""The area that stands for the whole city."""
NOWHERE: Final = ""
OUTSIDE: Final = ("9906", "99")
"""What the classifier could not read is no matter; what many people say there is found by its name."""
COLUMNS: Final = ("old", "new", "day", "share", "note")
PRIOR: Final = 5.0
"""Tickets that each successor is thought to have before any is counted: on the first day all have equal shares [P]."""

Raw = dict[tuple[str, str], dict[date, int]]
"""(code, district) → day → tickets."""


@dataclass(frozen=True, slots=True)
class Split:
    """From ``day`` on, tickets of ``old`` are counted as ``new``; ``share`` of them, None: as counted since then."""

    old: str
    new: str
    day: date
    share: float | None


@dataclass(frozen=True, slots=True)
class CountTree:
    """``counts`` (series, days) int32 of ``keys`` (category, area), days from ``first`` on; the area is a district or
    :data:`CITY`, the category of the first or second level."""

    keys: list[tuple[str, str]]
    counts: NDArray[np.int32]
    first: date

    @property
    def rows(self) -> dict[tuple[str, str], int]:
        """Row of each key."""
        return {key: row for row, key in enumerate(self.keys)}


@lru_cache(maxsize=8)
def _read(path: Path, _hash: str) -> tuple[Split, ...]:
    found: list[Split] = []
    seen: set[tuple[str, str]] = set()
    for row in read_table(path, COLUMNS):
        old, new, day, share = row.need("old"), row.need("new"), row.day("day"), row.number("share")
        if day is None:
            raise row.error("day", "缺少启用日期", allowed="2026-01-01")
        if share is not None and not 0 < share <= 1:
            raise row.error("share", "占比超出范围", row["share"], "大于 0 且不超过 1,或留空")
        if old == new or (old, new) in seen:
            raise row.error("new", "对照重复", f"{old}→{new}")
        seen.add((old, new))
        found.append(Split(old, new, day, share))
    for old in {one.old for one in found}:
        mine = [one for one in found if one.old == old]
        shares = [one.share for one in mine]
        if len({one.day for one in mine}) > 1:
            raise PackError("同一旧分类的启用日期不一致", value=old, where=Where(path.name, field="day"))
        if any(share is not None for share in shares) and abs(sum(share or 0.0 for share in shares) - 1) > 0.001:
            raise PackError("占比须全部留空或合计为 1", value=old, where=Where(path.name, field="share"))
    return tuple(sorted(found, key=lambda one: (one.day, one.old, one.new)))


def load_splits(pack: Pack) -> tuple[Split, ...]:
    """Splits, merges and renamings of a pack, oldest first. Raises PackError naming file, row and column."""
    splits, known = _read(pack.path("splits.csv"), pack.hash), category_names(pack)
    for one in splits:
        if one.new not in known:
            raise PackError("新分类不在分类体系中", value=one.new, where=Where("splits.csv", field="new"))
    return splits


def category_names(pack: Pack) -> dict[str, str]:
    """Names of the pack's categories by code."""
    with pack.path("taxonomy.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def back_cast(raw: Raw, splits: tuple[Split, ...]) -> Raw:
    """The counts as if the newest tree had always been used; days from a split's day on are left as they are.

    Whole tickets are dealt out in turn, each to whom most is owed, so none is lost and none invented.
    """
    for old in dict.fromkeys(one.old for one in splits):
        heirs = [one for one in splits if one.old == old]
        shares = _shares(raw, heirs)
        for key in [key for key in raw if key[0] == old]:
            past = {day: number for day, number in raw[key].items() if day < heirs[0].day}
            raw[key] = {day: number for day, number in raw[key].items() if day >= heirs[0].day}
            owed = [0.0] * len(heirs)
            for day in sorted(past):
                for _ in range(past[day]):
                    owed = [debt + share for debt, share in zip(owed, shares, strict=True)]
                    heir = max(range(len(heirs)), key=owed.__getitem__)
                    owed[heir] -= 1
                    into = raw.setdefault((heirs[heir].new, key[1]), {})
                    into[day] = into.get(day, 0) + 1
    return {key: days for key, days in raw.items() if days}


def _shares(raw: Raw, heirs: list[Split]) -> list[float]:
    if heirs[0].share is not None:
        return [one.share or 0.0 for one in heirs]
    counted = [
        PRIOR
        + sum(n for (code, _), days in raw.items() if code == one.new for day, n in days.items() if day >= one.day)
        for one in heirs
    ]
    return [one / sum(counted) for one in counted]


def read_tree(session: Session, last: date, splits: tuple[Split, ...] = ()) -> CountTree | None:
    """Every series up to ``last``, of at most :data:`BACK` days; None while there is no ticket of a known matter."""
    oldest = session.exec(select(func.min(TicketRow.day))).one()
    if oldest is None or oldest > last:
        return None
    first = max(oldest, last - timedelta(days=BACK))
    raw = back_cast(read_raw(session, first, last), splits)
    found: Raw = defaultdict(dict)
    for (code, district), days in raw.items():
        for key in {(code, district), (code, CITY), (code[:2], CITY), (code[:2], district)}:
            mine = found[key]
            for day, number in days.items():
                mine[day] = mine.get(day, 0) + number
    keys = sorted(key for key in found if key[1] != NOWHERE and key[0] not in OUTSIDE)
    if not keys:
        return None
    counts = np.zeros((len(keys), (last - first).days + 1), dtype=np.int32)
    for row, key in enumerate(keys):
        for day, number in found[key].items():
            counts[row, (day - first).days] = number
    return CountTree(keys, counts, first)


def read_raw(session: Session, first: date, last: date, codes: Sequence[str] = (), district: str | None = None) -> Raw:
    """Tickets of each code, district (empty: unknown) and day; only of codes that begin so, and of one district."""
    query = (
        select(TicketRow.category, TicketRow.district, TicketRow.day, func.count())
        .where(col(TicketRow.day) >= first, col(TicketRow.day) <= last, col(TicketRow.category).is_not(None))
        .group_by(col(TicketRow.category), col(TicketRow.district), col(TicketRow.day))
    )
    if codes:
        query = query.where(sa.or_(*(col(TicketRow.category).startswith(code) for code in codes)))
    if district is not None:
        query = query.where(TicketRow.district == district)
    found: Raw = {}
    for code, district, day, number in session.exec(query):
        mine = found.setdefault((code or "", district or NOWHERE), {})
        mine[day] = mine.get(day, 0) + number
    return found

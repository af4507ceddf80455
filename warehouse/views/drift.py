"""Drift (漂移): whether what comes in, and what the machine says of it, is made up otherwise than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import log
from typing import Final

import sqlalchemy as sa
from scipy.stats import chi2
from sqlmodel import Session, col, func

from warehouse.models import TicketRow, now_utc
from warehouse.scope import Scope
from warehouse.views.filters import Filters, scoped

WATCH: Final = 0.1
MOVED: Final = 0.25
"""PSI from which a mix is watched, and from which it has moved: the two lines usual since credit scoring
(Siddiqi, Credit Risk Scorecards, 2006)."""
CHANCE: Final = 0.99
"""A PSI that pure chance stays under in 99 of 100 cases is no drift, however large: few tickets make it large."""
BINS: Final = (0.3, 0.5, 0.7, 0.85, 0.95)
"""Borders of the probability of the class, from a guess to all but certain."""
BIN_NAMES: Final = ("不足 0.3", "0.3–0.5", "0.5–0.7", "0.7–0.85", "0.85–0.95", "0.95 以上")
COLUMNS: Final = {
    "level1": "事项分类",
    "probability": "分类把握",
    "lane": "分派通道",
    "request_type": "诉求类型",
    "channel": "来源渠道",
}
"""What is compared, with its name."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How the mix of one column moved. ``psi`` is None when one of the stretches is empty; ``by_chance`` what chance
    alone would stay under; ``parts`` are (value, tickets now, tickets before), None for no value, largest move first.
    """

    column: str
    name: str
    psi: float | None
    by_chance: float | None
    now: int
    before: int
    parts: tuple[tuple[str | None, int, int], ...]

    @property
    def state(self) -> str:
        """数据不足, 平稳, 关注 or 漂移."""
        if self.psi is None or self.by_chance is None:
            return "数据不足"
        if self.psi < max(WATCH, self.by_chance):
            return "平稳"
        return "漂移" if self.psi >= MOVED else "关注"


def psi(now: Mapping[str | None, int], before: Mapping[str | None, int]) -> tuple[float, float]:
    """Population stability index of two counts by value, and the value that chance alone stays under (99 %).

    Sum of (p - q) · ln(p / q) over the values, each count half a ticket larger, so that a new value is large but not
    endless. Without drift it is about χ²(values - 1) · (1/n + 1/m) (Yurdakul, 2018). Both sums must not be 0.
    """
    values = sorted(now.keys() | before.keys(), key=str)
    n, m = sum(now.values()), sum(before.values())
    if len(values) < 2:
        return 0.0, 0.0
    total = 0.0
    for value in values:
        p = (now.get(value, 0) + 0.5) / (n + 0.5 * len(values))
        q = (before.get(value, 0) + 0.5) / (m + 0.5 * len(values))
        total += (p - q) * log(p / q)
    return total, float(chi2.ppf(CHANCE, len(values) - 1)) * (1 / n + 1 / m)


def drift(
    session: Session,
    scope: Scope,
    since: date,
    until: date,
    before: int = 90,
    filters: Filters | None = None,
    now: datetime | None = None,
) -> list[Drift]:
    """The mixes of tickets received ``since`` to ``until`` against the ``before`` days that end where they begin."""
    old = since - timedelta(days=before)
    conditions = scoped(scope, replace(filters or Filters(), since=old, until=until), now or now_utc(), "count")
    rank = sa.case(*((col(TicketRow.probability) < border, n) for n, border in enumerate(BINS)), else_=len(BINS))
    columns = [
        col(TicketRow.level1),
        sa.case((col(TicketRow.probability).is_not(None), rank)),
        col(TicketRow.lane),
        col(TicketRow.request_type),
        col(TicketRow.channel),
    ]
    fresh = sa.case((col(TicketRow.day) >= since, 1), else_=0)
    rows = session.execute(sa.select(fresh, *columns, func.count()).where(*conditions).group_by(fresh, *columns)).all()
    out = []
    for place, (column, name) in enumerate(COLUMNS.items(), start=1):
        counts: tuple[Counter[str | None], Counter[str | None]] = (Counter(), Counter())
        for row in rows:
            value = row[place]
            told = BIN_NAMES[value] if column == "probability" and value is not None else value
            counts[0 if row[0] else 1][told] += row[-1]
        out.append(_compared(column, name, *counts))
    return out


def _compared(column: str, name: str, now: Counter[str | None], before: Counter[str | None]) -> Drift:
    n, m = now.total(), before.total()
    found = psi(now, before) if n and m else (None, None)
    parts = [(value, now[value], before[value]) for value in now.keys() | before.keys()]
    parts.sort(key=lambda one: (-abs(one[1] / (n or 1) - one[2] / (m or 1)), str(one[0])))
    return Drift(column, name, *found, n, m, tuple(parts))

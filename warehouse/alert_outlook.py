"""Rules that compare units and seasons: A18 反弹 (a unit's matters come back) and A22 民情月历 (a week ahead)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import sqrt
from typing import Final

import numpy as np
from sqlmodel import Session, col, func, select

from classify.ticket import SHANGHAI
from warehouse.alert_counts import CITY, Split, read_tree
from warehouse.alert_rules import AlertRule
from warehouse.alert_watch import Fired
from warehouse.early_warning import detect
from warehouse.models import LinkRow, TicketRow

LEAST: Final = 5
"""Tickets that came back below which a unit is not compared [P]."""
SURE: Final = 3.0
"""z value from which a unit's share is more than luck."""
AHEAD: Final = 7
"""Days that are looked ahead."""
YEAR: Final = 400
"""Days of history without which no season is known."""
RISING: Final = 1.25
"""Times the last four weeks' weekly mean that a forecast is to be news [P]."""


def rebound(rule: AlertRule, session: Session, at: datetime) -> Iterable[Fired]:
    """Units whose share of tickets that came back after they were solved is a multiple of the other units'."""
    span = (col(TicketRow.received_at) > at - rule.window, col(TicketRow.received_at) <= at)
    every = dict(
        session.exec(
            select(TicketRow.unit, func.count()).where(*span, col(TicketRow.unit).is_not(None)).group_by(TicketRow.unit)  # type: ignore[arg-type]
        ).all()
    )
    back: dict[str, list[str]] = {}
    query = (
        select(TicketRow.unit, TicketRow.ticket_no)
        .join(LinkRow, col(LinkRow.ticket_no) == TicketRow.ticket_no)
        .where(*span, col(TicketRow.unit).is_not(None), col(LinkRow.kind) == "反弹")
        .order_by(col(TicketRow.ticket_no))
    )
    for unit, number in session.exec(query):
        back.setdefault(unit or "", []).append(number)
    total, came = sum(every.values()), sum(map(len, back.values()))
    for unit, numbers in sorted(back.items()):
        others = total - every[unit]
        if len(numbers) < LEAST or others < LEAST:
            continue
        peers = (came - len(numbers) + 0.5) / (others + 1.0)
        share = len(numbers) / every[unit]
        level = rule.grade(share / peers, at)
        if level and share - peers > SURE * sqrt(peers * (1 - min(peers, 0.99)) / every[unit]):
            title = f"{unit}:反弹 {len(numbers)} 件,占其工单 {share:.0%}"
            why = f"其他单位合计 {peers:.1%},为其 {share / peers:.1f} 倍"
            yield Fired(
                rule.rule, unit, level, title, why, at, tuple(numbers[:200]), 0, round(share / peers, 2), unit=unit,
                expected=round(peers * every[unit], 1),
            )  # fmt: skip


def season(
    rule: AlertRule, session: Session, at: datetime, names: dict[str, str], splits: tuple[Split, ...] = ()
) -> Iterable[Fired]:
    """Matters whose week ahead is expected above nearly all weeks so far: a hint before the season."""
    last = at.astimezone(SHANGHAI).date()
    tree = read_tree(session, last, splits)
    if tree is None or tree.counts.shape[1] <= YEAR:
        return
    rows = [row for row, (code, area) in enumerate(tree.keys) if area == CITY and len(code) > 2]
    past = tree.counts[rows].astype(float)
    # days to come are missing, and the model says what it expects of them
    ahead = np.pad(past, ((0, 0), (0, AHEAD)), constant_values=np.nan)
    hoped = detect(ahead, tree.first, days=AHEAD).expected.sum(axis=1) if rows else np.zeros(0)
    totals = np.cumsum(np.pad(past, ((0, 0), (1, 0))), axis=1)
    high = np.quantile(totals[:, AHEAD:] - totals[:, :-AHEAD], 0.95, axis=1)
    lately = past[:, -28:].sum(axis=1) / 4
    for row, code in enumerate(tree.keys[one][0] for one in rows):
        level = rule.grade(hoped[row] / max(high[row], 1.0), at)
        if level is None or hoped[row] < LEAST or hoped[row] < RISING * lately[row]:
            continue
        name = names.get(code, code)
        yield Fired(
            rule.rule, f"{code}/{last:%Y-%m}", level, f"“{name}”下周预计 {hoped[row]:.0f} 件",
            f"高于历史上 95% 的周({high[row]:.0f} 件),近四周每周 {lately[row]:.0f} 件;建议发提示函", at, (), 0,
            round(float(hoped[row]), 1), code, expected=round(float(hoped[row]), 1),
        )  # fmt: skip

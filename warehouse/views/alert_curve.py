"""The picture of an alarm: what was counted day by day, what was to be expected, the bound, and what went over it.

Reckoned anew from the tickets as they are now, each day judged with nothing later than itself. The alarm keeps its own
numbers of the moment it fired; a ticket that came late or was classed anew since then may move a day of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import SHANGHAI
from warehouse.alert_counts import BACK, Split, back_cast, read_raw
from warehouse.early_warning import detect
from warehouse.models import AlertTicketRow, TicketRow
from warehouse.scope import Scope
from warehouse.views.warnings import alert_detail

SHOWN: Final = 90
"""Days in the picture."""
AFTER: Final = 14
"""Days that follow the alarm's last news in it, to see whether it is over (跟踪)."""
ALPHA: Final = 0.001
"""Chance of a false alarm a day where the alarm itself was not raised at a level of its own, handbook §4.2."""
NO_SERIES: Final = frozenset({"A18", "A19", "A20", "A21", "A25"})
"""Rules about a unit, one ticket or the feed: no count of a matter stands behind them."""


@dataclass(frozen=True, slots=True)
class AlertCurve:
    """One entry a day, oldest first: ``counts`` of the series, ``own`` of them in the alarm, ``expected``, ``upper``
    (the bound of that day alone) and ``alarm`` (the day, or the days up to it together, are over the bound); None where
    a day cannot be judged. ``calm`` newest days in a row are not above the bound by themselves."""

    category: str
    area: str | None
    days: tuple[date, ...]
    counts: tuple[int, ...]
    own: tuple[int, ...]
    expected: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    alarm: tuple[bool, ...]
    calm: int


def alert_curve(
    session: Session, scope: Scope, alert_id: int, *, now: datetime | None = None, splits: tuple[Split, ...] = ()
) -> AlertCurve | None:
    """The picture of an alarm; None when no series stands behind it. Raises AccessError as ``alert_detail`` does.

    ``now`` (aware, None: the newest ticket) ends it at the latest; ``splits`` of the pack back-cast young categories.
    """
    detail = alert_detail(session, scope, alert_id)
    one = detail.alert
    if one.rule in NO_SERIES or not one.category or (one.count < 2 and one.expected is None):
        return None
    newest = now.astimezone(SHANGHAI).date() if now else session.exec(select(func.max(TicketRow.day))).one()
    last_news = (one.last_at if one.last_at.tzinfo else one.last_at.replace(tzinfo=UTC)).astimezone(SHANGHAI).date()
    last = max(one.day, min(newest or one.day, last_news + timedelta(days=AFTER)))
    counts, first = _series(session, one.category, one.district, last, splits)
    span = min(SHOWN, len(counts))
    days = tuple(last - timedelta(days=span - 1 - back) for back in range(span))
    alpha = float(detail.details.get("alpha") or ALPHA)
    alarms = detect(counts[None, :], first, days=span, alpha=alpha)
    alone = detect(counts[None, :], first, days=span, alpha=alpha, widths=(1,))
    own = _own(session, alert_id)
    return AlertCurve(
        one.category,
        one.district,
        days,
        tuple(map(int, counts[-span:])),
        tuple(own.get(day, 0) for day in days),
        _known(alarms.expected[0]),
        _known(alone.upper[0]),
        tuple(map(bool, alarms.alarm[0])),
        next((back for back, over in enumerate(alone.alarm[0][::-1]) if over), span),
    )


def _series(
    session: Session, code: str, district: str | None, last: date, splits: tuple[Split, ...]
) -> tuple[np.ndarray[Any, np.dtype[np.int32]], date]:
    """Counts of a category, in a district or the city, from the first day that the warehouse has."""
    oldest = session.exec(select(func.min(TicketRow.day))).one() or last
    first = min(max(oldest, last - timedelta(days=BACK)), last)
    old = {one.old for one in splits if one.new.startswith(code)}
    kin = [code, *sorted(old | {one.new for one in splits if one.old in old})]
    raw = back_cast(read_raw(session, first, last, kin, district), splits)
    counts = np.zeros((last - first).days + 1, dtype=np.int32)
    for (one, _), days in raw.items():
        if one.startswith(code):
            for day, number in days.items():
                counts[(day - first).days] += number
    return counts, first


def _own(session: Session, alert_id: int) -> dict[date, int]:
    linked = sa.select(AlertTicketRow.ticket_no).where(col(AlertTicketRow.alert_id) == alert_id)
    query = select(TicketRow.day, func.count()).where(col(TicketRow.ticket_no).in_(linked)).group_by(col(TicketRow.day))
    return {day: number for day, number in session.exec(query)}


def _known(values: Any) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else round(float(value), 2) for value in values)

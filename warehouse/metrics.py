"""The catalogue of metrics (指标): each as data, with numerator, denominator and definition (口径); handbook §3.1.

A figure is never shown without its denominator, and one without a denominator is None, not 0 or 100 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import SHANGHAI
from warehouse.models import DecisionRow, LinkRow, MetricRow, TicketRow, now_utc
from warehouse.outcomes import CONTENT, PARTLY, RATED, SOLVED, UNSOLVED
from warehouse.scope import SYSTEM, Scope
from warehouse.upsert import upsert
from warehouse.views.filters import Filters, scoped

Expression = Any


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the catalogue. ``basis`` is the moment that puts a ticket into a period; both sums run over tickets
    in scope. ``numerator`` and ``denominator`` say in Chinese what is counted."""

    code: str
    name: str
    numerator: str
    denominator: str
    basis: str
    over: Expression
    under: Expression
    note: str = ""

    @property
    def definition(self) -> str:
        """The 口径 in one sentence."""
        return f"{self.numerator} ÷ {self.denominator};按{BASES[self.basis]}统计" + (
            f";{self.note}" if self.note else ""
        )


BASES: Final = {
    "received_at": "受理日",
    "dispatched_at": "派单日",
    "due_at": "到期日",
    "closed_at": "办结日",
    "visited_at": "回访日",
}
"""What puts a ticket into a period, with its name."""


def _if(*conditions: Expression) -> Expression:
    return sa.case((sa.and_(*conditions), 1), else_=0)


_T = TicketRow
_DISPATCHED = col(_T.dispatched_at).is_not(None)
_CLOSED = col(_T.closed_at).is_not(None)
_IN_TIME = sa.and_(_CLOSED, col(_T.closed_at) <= col(_T.due_at))
_REPEAT = sa.exists().where(col(LinkRow.ticket_no) == col(_T.ticket_no), col(LinkRow.tier) == "same")
_ROUTED = sa.and_(
    col(DecisionRow.ticket_no) == col(_T.ticket_no),
    col(DecisionRow.kind).in_(["accept", "correct"]),
    col(DecisionRow.undone_at).is_(None),
    col(DecisionRow.top_unit).is_not(None),
)

CATALOGUE: Final = (
    Metric("M01", "响应率", "时限内答复或办结的件数", "已派出且已到期的件数", "due_at",
           _if(_DISPATCHED, _IN_TIME), _if(_DISPATCHED)),
    Metric("M02", "解决率", "回访“已解决”的件数", "回访“已解决、部分解决、未解决”的件数", "visited_at",
           _if(col(_T.resolved) == SOLVED), _if(col(_T.resolved).in_([SOLVED, PARTLY, UNSOLVED])),
           "部分解决计入分母"),
    Metric("M03", "满意率", "评价“很满意、满意、基本满意”的件数", "有效评价的件数", "visited_at",
           _if(col(_T.satisfaction).in_(CONTENT)), _if(col(_T.satisfaction).in_(RATED)), "未评价不计入"),
    Metric("M04", "按时办结率", "期限内(获批延期的按延后的期限)办结的件数", "到期应办结的件数", "due_at",
           _if(_DISPATCHED, _IN_TIME), _if(_DISPATCHED)),
    Metric("M05", "退单率", "申请退单次数", "派出次数", "dispatched_at",
           col(_T.return_asks), col(_T.dispatches)),
    Metric("M06", "有效退单率", "核准退单次数", "派出次数", "dispatched_at", col(_T.returns), col(_T.dispatches)),
    Metric("M07", "无理退单率", "驳回退单次数", "申请退单次数", "dispatched_at", col(_T.refusals), col(_T.return_asks)),
    Metric("M08", "派单准确率", "未被核准退单且未改派的件数", "派出件数", "dispatched_at",
           _if(_DISPATCHED, col(_T.returns) == 0, col(_T.dispatches) <= 1), _if(_DISPATCHED),
           "派出不满 2 个工作日的为暂定值"),
    Metric("M09", "平均流转次数", "派单次数", "派出件数", "dispatched_at", col(_T.dispatches), _if(_DISPATCHED)),
    Metric("M10", "延期率", "获批延期的件数", "派出件数", "dispatched_at",
           _if(_DISPATCHED, col(_T.extensions) > 0), _if(_DISPATCHED)),
    Metric("M11", "超期率", "到期(获批延期的按延后的期限)未办结或超期办结的件数", "到期应办结的件数", "due_at",
           _if(_DISPATCHED, sa.not_(sa.func.coalesce(_IN_TIME, sa.false()))),
           _if(_DISPATCHED)),
    Metric("M12", "重办率", "重办的件数", "派出件数", "dispatched_at",
           _if(_DISPATCHED, col(_T.redos) > 0), _if(_DISPATCHED)),
    Metric("M13", "催办率", "被催办的件数", "受理件数", "received_at", _if(col(_T.urges) > 0), sa.literal(1)),
    Metric("M14", "重复投诉率", "与更早工单为同一事项的件数", "受理件数", "received_at", _if(_REPEAT), sa.literal(1),
           "件口径,全部历史为窗口"),
    Metric("M15", "回访率", "已回访的件数", "办结件数", "closed_at",
           _if(_CLOSED, col(_T.visited_at).is_not(None)), _if(_CLOSED)),
    Metric("M16", "参评率", "有效评价的件数", "已回访的件数", "visited_at",
           _if(col(_T.satisfaction).in_(RATED)), sa.literal(1)),
    Metric("M17", "自动派单占比", "判为自动通道的件数", "受理件数", "received_at",
           _if(col(_T.lane) == "auto"), sa.literal(1)),
    Metric("M18", "智能推荐采纳率", "采纳首选单位的件数", "有推荐且已人工决定的件数", "received_at",
           _if(sa.exists().where(_ROUTED, col(DecisionRow.chosen) == 1)), _if(sa.exists().where(_ROUTED))),
    Metric("M19", "前三命中率", "采纳三个推荐之一的件数", "有推荐且已人工决定的件数", "received_at",
           _if(sa.exists().where(_ROUTED, col(DecisionRow.chosen) > 0)), _if(sa.exists().where(_ROUTED))),
    Metric("M20", "采纳后退单率", "采纳推荐后被核准退单的件数", "采纳推荐的件数", "received_at",
           _if(sa.exists().where(_ROUTED, col(DecisionRow.chosen) > 0), col(_T.returns) > 0),
           _if(sa.exists().where(_ROUTED, col(DecisionRow.chosen) > 0))),
)  # fmt: skip
"""All metrics, in the order of a page."""

THREE_RATES: Final = ("M01", "M02", "M03")
"""三率: 响应率、解决率、满意率."""
BY: Final = ("district", "street", "unit", "unit_type", "level1", "channel")
"""What figures can be split by."""
ALL: Final = "全部"
"""Name of the whole where figures are split."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one part in one period. ``part`` is 全部 or the district, unit … (None: unknown)."""

    code: str
    name: str
    part: str | None
    numerator: int
    denominator: int
    definition: str

    @property
    def value(self) -> float | None:
        """Numerator ÷ denominator; None without a denominator."""
        return self.numerator / self.denominator if self.denominator else None


def measure(
    session: Session,
    scope: Scope,
    since: date,
    until: date,
    *,
    by: str | None = None,
    codes: Sequence[str] | None = None,
    filters: Filters | None = None,
    now: datetime | None = None,
) -> list[Figure]:
    """The metrics of ``since`` to ``until`` (days in Asia/Shanghai, inclusive) in scope; ``by`` splits them,
    ``filters`` narrow them.

    Deadlines later than ``now`` do not count yet. Raises ValueError for an unknown ``by`` or code.
    """
    if by is not None and by not in BY:
        raise ValueError(f"cannot split by {by!r}; allowed: {', '.join(BY)}")
    wanted = [one for one in CATALOGUE if codes is None or one.code in codes]
    if codes is not None and len(wanted) != len(set(codes)):
        raise ValueError(f"unknown metric among {list(codes)}")
    found: list[Figure] = []
    for basis in dict.fromkeys(one.basis for one in wanted):
        some = [one for one in wanted if one.basis == basis]
        found += _measured(session, scope, some, (since, until), by, filters or Filters(), now or now_utc())
    place = {one.code: n for n, one in enumerate(CATALOGUE)}
    return sorted(found, key=lambda one: (place[one.code], one.part is None, one.part))


def save_metrics(session: Session, day: date, now: datetime | None = None) -> int:
    """Keep the day's figures, overall and by district, so that a page can show their course; returns how many. Commits.

    A second run for the same day writes over the first.
    """
    at = now or now_utc()
    figures = measure(session, SYSTEM, day, day, now=at)
    figures += [one for one in measure(session, SYSTEM, day, day, by="district", now=at) if one.part is not None]
    rows = [
        {
            "day": day,
            "code": one.code,
            "part": one.part,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "saved_at": at,
        }
        for one in figures
        if one.denominator
    ]
    session.connection().execute(sa.delete(MetricRow).where(col(MetricRow.day) == day))
    upsert(session, MetricRow, rows)
    session.commit()
    return len(rows)


def course(
    session: Session, scope: Scope, code: str, since: date, until: date, part: str = ALL
) -> list[tuple[date, int, int]]:
    """(day, numerator, denominator) of a metric as it was saved each night; ``part`` 全部 needs a scope over all areas
    and units, a district must be in scope. Empty otherwise."""
    scope.need("count")
    allowed = scope.units is None and (scope.areas is None or part in scope.areas)
    if not allowed:
        return []
    rows = session.exec(
        select(MetricRow.day, MetricRow.numerator, MetricRow.denominator)
        .where(col(MetricRow.code) == code, col(MetricRow.part) == part)
        .where(col(MetricRow.day) >= since, col(MetricRow.day) <= until)
        .order_by(col(MetricRow.day))
    )
    return [(day, over, under) for day, over, under in rows]


def _measured(
    session: Session,
    scope: Scope,
    metrics: Sequence[Metric],
    period: tuple[date, date],
    by: str | None,
    filters: Filters,
    now: datetime,
) -> list[Figure]:
    moment = col(getattr(TicketRow, metrics[0].basis))
    start = datetime.combine(period[0], time(), SHANGHAI)
    end = datetime.combine(period[1] + timedelta(days=1), time(), SHANGHAI)
    within = [moment >= start, moment < end]
    if metrics[0].basis == "due_at":
        # a limit of working days ends at 24:00, stored as 00:00 of the next day: it belongs to the day before
        within = [moment > start, moment <= end, moment <= now]
    sums = [func.coalesce(func.sum(side), 0) for one in metrics for side in (one.over, one.under)]
    key = [col(getattr(TicketRow, by))] if by else []
    query = (
        sa.select(*key, *sums)
        .select_from(TicketRow)
        .where(*within, *scoped(scope, filters, now, "count"))
        .group_by(*key)
    )
    figures = []
    for row in session.execute(query):
        part, values = (row[0], row[1:]) if by else (ALL, row)
        for place, one in enumerate(metrics):
            over, under = values[2 * place : 2 * place + 2]
            figures.append(Figure(one.code, one.name, part, int(over), int(under), one.definition))
    return figures

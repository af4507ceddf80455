"""How often each rule is right and how early it speaks (预警准确率, 提前量, 处置及时率), from recorded outcomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median

from sqlmodel import Session, col, func, select

from classify.ticket import SHANGHAI
from warehouse.alert_rules import RESPONSE
from warehouse.models import AlertRow, AlertStepRow, AlertTicketRow, TicketRow
from warehouse.scope import Scope
from warehouse.views.warnings import in_scope


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """One rule over a span of days.

    ``fired`` alarms, of which people judged ``true``, ``false`` or ``explained`` (known beforehand) and ``unjudged``.
    ``looked`` alarms have a first 研判 or 解除 by a person, ``looked_in_time`` of them within the level's clock;
    ``reported`` have a first report, ``reported_in_time`` of them by the deadline given at 签发. ``lead`` is the median
    over true alarms of several tickets, in hours from 触发 to the moment by which half of all its tickets had come:
    above 0 the alarm spoke before most people called. None where there is none to reckon with.
    """

    rule: str
    fired: int
    true: int
    false: int
    explained: int
    looked: int
    looked_in_time: int
    reported: int
    reported_in_time: int
    lead: float | None

    @property
    def unjudged(self) -> int:
        """Alarms without an outcome."""
        return self.fired - self.true - self.false - self.explained

    @property
    def precision(self) -> float | None:
        """True of true and false; what was explained is neither."""
        return self.true / (self.true + self.false) if self.true + self.false else None


def alert_outcomes(session: Session, scope: Scope, first: date, last: date) -> tuple[RuleOutcome, ...]:
    """Every rule that fired from ``first`` to ``last`` in scope, by rule. Raises AccessError without the right."""
    span = [*in_scope(scope), col(AlertRow.day) >= first, col(AlertRow.day) <= last]
    alarms = session.exec(select(AlertRow).where(*span).order_by(col(AlertRow.id))).all()
    steps: dict[int, list[AlertStepRow]] = defaultdict(list)
    for step in session.exec(
        select(AlertStepRow)
        .join(AlertRow, col(AlertRow.id) == AlertStepRow.alert_id)
        .where(*span)
        .order_by(col(AlertStepRow.at), col(AlertStepRow.id))
    ):
        steps[step.alert_id].append(step)
    came: dict[int, list[datetime]] = defaultdict(list)
    for alert_id, at in session.exec(
        select(AlertTicketRow.alert_id, TicketRow.received_at)
        .join(TicketRow, col(TicketRow.ticket_no) == AlertTicketRow.ticket_no)
        .join(AlertRow, col(AlertRow.id) == AlertTicketRow.alert_id)
        .where(*span, AlertRow.outcome == "true")
    ):
        came[alert_id].append(_aware(at))
    rules: dict[str, list[AlertRow]] = defaultdict(list)
    for alarm in alarms:
        rules[alarm.rule].append(alarm)
    return tuple(_rule(rule, rules[rule], steps, came) for rule in sorted(rules))


def newest_alert_day(session: Session, scope: Scope) -> date:
    """The day of the newest alarm in scope; today in Beijing while there is none."""
    newest = session.exec(select(func.max(AlertRow.day)).where(*in_scope(scope))).one()
    return newest or datetime.now(SHANGHAI).date()


def _rule(
    rule: str, alarms: list[AlertRow], steps: dict[int, list[AlertStepRow]], came: dict[int, list[datetime]]
) -> RuleOutcome:
    looked, reported, leads = [], [], []
    for alarm in alarms:
        mine, fired = steps[alarm.id or 0], _aware(alarm.fired_at)
        look = next((one for one in mine if one.step in ("研判", "解除") and one.by != "system"), None)
        if look is not None:
            looked.append(_aware(look.at) <= fired + RESPONSE[alarm.grade])
        issue = next((one for one in mine if one.step == "签发"), None)
        report = next((one for one in mine if one.step == "处置"), None)
        if report is not None and issue is not None and issue.due_at is not None:
            reported.append(_aware(report.at) <= _aware(issue.due_at))
        if alarm.outcome == "true" and len(came[alarm.id or 0]) > 1:
            leads.append(lead_hours(fired, came[alarm.id or 0]))
    outcomes = [alarm.outcome for alarm in alarms]
    return RuleOutcome(
        rule, len(alarms), outcomes.count("true"), outcomes.count("false"), outcomes.count("explained"),
        len(looked), sum(looked), len(reported), sum(reported), round(median(leads), 1) if leads else None,
    )  # fmt: skip


def lead_hours(fired: datetime, came: Iterable[datetime]) -> float:
    """Hours from ``fired`` to the moment by which half of the tickets had come; below 0: the alarm was late."""
    ordered = sorted(came)
    return (ordered[(len(ordered) - 1) // 2] - fired).total_seconds() / 3600


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

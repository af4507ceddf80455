"""What people rule (裁定): an issue's state, class A–F and lead (条线为主); what a reply says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from classify.ticket import SHANGHAI, InputError, StateError
from routing.replies import read_reply
from routing.result import Clock
from warehouse.extensions import calendar_of
from warehouse.issue_actions import may_act, note
from warehouse.issue_kinds import policy_of
from warehouse.ledger import DISPOSALS, STATES, issues_of, refresh_issues, tickets_of
from warehouse.linking import group_id
from warehouse.models import NAME, EventRow, now_utc
from warehouse.readings import VERDICTS
from warehouse.scope import Scope
from warehouse.settings import settings
from warehouse.upsert import lock, storable
from warehouse.views.repeats import issue_in_scope
from warehouse.views.ticket import ticket_in_scope


def rule(
    session: Session,
    scope: Scope,
    issue_no: str,
    reason: str,
    *,
    state: str | None = None,
    disposal: str | None = None,
    lead_unit: str | None = None,
    assist: Iterable[str] | None = None,
    at: datetime | None = None,
) -> int:
    """Rule on an issue; what is None stays as it was. Returns the action's id. Commits.

    A ``lead_unit`` makes the state 条线办理 unless another is given, and starts its clock anew: ``[lead]`` of the
    repeat policy, in working days of Asia/Shanghai. Raises InputError for an unknown state or class, or for nothing.
    """
    scope.need("supervise")
    may_act(scope, reason)
    if state is not None and state not in STATES:
        raise InputError("没有这个事项状态", value=state, allowed="、".join(STATES))
    if disposal is not None and disposal not in DISPOSALS:
        raise InputError("没有这个处置类别", value=disposal, allowed="、".join(DISPOSALS))
    lead = storable((lead_unit or "").strip(), NAME) or None
    if state is None and disposal is None and lead is None and assist is None:
        raise InputError("没有要处置的内容", allowed="状态、处置类别、主办或协办至少一项")
    lock(session, "intake")
    issue_in_scope(session, scope, issue_no)
    moment = at or now_utc()
    details = {
        "state": state or ("条线办理" if lead else None),
        "disposal": disposal,
        "lead_unit": lead,
        "assist": [one for one in assist if one.strip()] if assist is not None else None,
        "due_at": due_of(moment).isoformat() if lead else None,
    }
    action = note(session, scope, "rule", issue_no, tickets_of(session, issue_no)[:1], details, reason, moment)
    refresh_issues(session, [issue_no])
    session.commit()
    return action


def due_of(moment: datetime) -> datetime:
    """When a line department that takes the lead at ``moment`` has to have ended the issue."""
    clock = Clock("working_day", policy_of().lead.working_days)
    return calendar_of(settings().pack).due_at(moment.astimezone(SHANGHAI), clock)


def correct_reading(
    session: Session, scope: Scope, event_key: str, verdict: str, reason: str, at: datetime | None = None
) -> int:
    """Say what a reply says; kinds and proposals follow. Returns the action's id, by which it can be undone. Commits.

    Raises StateError for an event that is no reply here, InputError for a verdict that is none of VERDICTS.
    """
    may_act(scope, reason)
    if verdict not in VERDICTS:
        raise InputError("没有这种答复认定", value=verdict, allowed="、".join(one or "未表态" for one in VERDICTS))
    lock(session, "intake")
    row = session.get(EventRow, event_key, populate_existing=True)
    if row is None or row.kind != "答复" or not row.text:
        raise StateError("没有这条答复", value=event_key)
    ticket = ticket_in_scope(session, scope, row.ticket_no)
    issue = ticket.issue_no or group_id("I", row.ticket_no)
    details = {"event_key": event_key, "verdict": verdict, "read": read_reply(row.text)[0] or ""}
    action = note(session, scope, "reading", issue, [row.ticket_no], details, reason, at)
    refresh_issues(session, issues_of(session, [row.ticket_no]))
    session.commit()
    return action

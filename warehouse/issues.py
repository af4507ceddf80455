"""Issues (事项): the whole history linked again, and what people do to issues: with who and why, and reversible."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import AccessError, InputError, StateError
from routing.repeats import RepeatPolicy
from warehouse.audit import record
from warehouse.ledger import DISPOSALS, STATES, refresh_issues
from warehouse.linking import group_id
from warehouse.models import IssueActionRow, IssueRow, LinkRow, TicketRow, TieRow, now_utc, to_json
from warehouse.relinking import relink_all
from warehouse.scope import Scope
from warehouse.upsert import chunks, lock, upsert
from warehouse.views.repeats import issue_in_scope
from warehouse.views.ticket import ticket_in_scope

MOST_APART: Final = 200
"""Pairs of "not the same" that one action writes at most."""


def relink(session: Session, triager: Any = None, since: datetime | None = None, *, policy: Any = None) -> int:
    """Link all tickets again in order of time; returns how many issues of two tickets or more there are. Commits.

    ``since`` limits it to tickets received from then on. People's links and splits hold. ``policy`` None: the one of
    the triager's pack.
    """
    lock(session, "intake")
    relink_all(session, policy or RepeatPolicy.load(getattr(triager, "pack", None)), since)
    session.commit()
    return count_issues(session)


def count_issues(session: Session) -> int:
    """How many issues of two tickets or more the ledger holds; a total, for flows."""
    return int(session.exec(select(func.count()).select_from(IssueRow)).one())


def merge(session: Session, scope: Scope, issue_no: str, other_no: str, reason: str, at: datetime | None = None) -> str:
    """Make one issue of two; returns its number (that of the older one). Commits."""
    _may(scope, reason)
    lock(session, "intake")
    rows = [issue_in_scope(session, scope, number) for number in (issue_no, other_no)]
    if issue_no == other_no:
        raise InputError("不能与自身合并", value=issue_no)
    older, younger = sorted(rows, key=lambda row: (row.first_at, row.issue_no))
    kept, moved = _tickets(session, older.issue_no), _tickets(session, younger.issue_no)
    action = _act(session, scope, "merge", older.issue_no, moved, {"from": younger.issue_no}, reason, at)
    # all of them: linking joins groups by their average, so one pair would hold only itself
    _tie(session, action, [(kept[0], other) for other in (*kept[1:], *moved)], same=True)
    _move(session, action, moved, older.issue_no)
    session.commit()
    return older.issue_no


def split(
    session: Session, scope: Scope, issue_no: str, tickets: Sequence[str], reason: str, at: datetime | None = None
) -> str:
    """Take ``tickets`` out of an issue into one of their own; returns its number. Commits."""
    _may(scope, reason)
    lock(session, "intake")
    issue_in_scope(session, scope, issue_no)
    members = _tickets(session, issue_no)
    moved = [number for number in members if number in set(tickets)]
    rest = [number for number in members if number not in set(tickets)]
    if not moved or not rest:
        raise InputError(
            "拆分须留下至少一件、分出至少一件", value=str(len(moved)), allowed=f"1 到 {len(members) - 1} 件"
        )
    action = _act(session, scope, "split", issue_no, moved, {}, reason, at)
    _tie(session, action, [(a, b) for a in moved for b in rest][:MOST_APART], same=False)
    _tie(session, action, [(moved[0], other) for other in moved[1:]], same=True)
    # the first ticket keeps the number, so what is left may need a new one
    if issue_no == group_id("I", moved[0]):
        _move(session, action, rest, group_id("I", rest[0]))
        session.commit()
        return issue_no
    _move(session, action, moved, group_id("I", moved[0]))
    session.commit()
    return group_id("I", moved[0])


def unlink(session: Session, scope: Scope, ticket_no: str, reason: str, at: datetime | None = None) -> None:
    """Say that a ticket is not of its issue; later runs obey. Commits. Raises StateError when it is in none."""
    _may(scope, reason)
    row = ticket_in_scope(session, scope, ticket_no)
    if row.issue_no is None:
        raise StateError("这件工单不在任何事项中", value=ticket_no)
    split(session, scope, row.issue_no, [ticket_no], reason, at)


def link_ticket(
    session: Session, scope: Scope, ticket_no: str, other_no: str, reason: str, at: datetime | None = None
) -> str:
    """Say that a ticket is of the same issue as another; returns the issue's number. Commits."""
    _may(scope, reason)
    lock(session, "intake")
    first, second = sorted(
        (ticket_in_scope(session, scope, number) for number in (ticket_no, other_no)),
        key=lambda row: (row.received_at, row.ticket_no),
    )
    if first.ticket_no == second.ticket_no:
        raise InputError("不能与自身关联", value=ticket_no)
    homes = dict(_homes(session, [first.ticket_no, second.ticket_no]))
    target = homes.get(first.ticket_no) or group_id("I", first.ticket_no)
    moved = [ticket_no] if ticket_no == second.ticket_no else [second.ticket_no]
    action = _act(session, scope, "link", target, moved, {"to": first.ticket_no}, reason, at)
    _tie(session, action, [(first.ticket_no, second.ticket_no)], same=True)
    upsert(session, LinkRow, [_lone(number) for number in (first.ticket_no, second.ticket_no)])
    _move(session, action, moved, target)
    session.commit()
    return target


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
    """A supervisor's ruling: state, disposal class A–F, lead (条线为主) and assisting units; returns the action's id.

    Commits. Raises InputError for an unknown state or class.
    """
    scope.need("supervise")
    _may(scope, reason)
    if state is not None and state not in STATES:
        raise InputError("没有这个事项状态", value=state, allowed="、".join(STATES))
    if disposal is not None and disposal not in DISPOSALS:
        raise InputError("没有这个处置类别", value=disposal, allowed="、".join(DISPOSALS))
    lock(session, "intake")
    issue_in_scope(session, scope, issue_no)
    helpers = list(assist) if assist is not None else None
    wanted = state or ("条线办理" if lead_unit else None)
    details = {"state": wanted, "disposal": disposal, "lead_unit": lead_unit, "assist": helpers}
    action = _act(session, scope, "rule", issue_no, _tickets(session, issue_no)[:1], details, reason, at)
    refresh_issues(session, [issue_no])
    session.commit()
    return action


def undo_action(session: Session, scope: Scope, action_id: int, at: datetime | None = None) -> None:
    """Take an action back: tickets return to where they were. Commits. Raises StateError when it was undone before."""
    scope.need("decide")
    lock(session, "intake")
    row = session.get(IssueActionRow, action_id, populate_existing=True)
    if row is None:
        raise AccessError("没有这个操作,或不在您的数据范围内", value=str(action_id))
    for number in json.loads(row.tickets)[:1]:
        ticket_in_scope(session, scope, number)
    if row.kind == "rule":
        scope.need("supervise")
    if row.undone_at is not None:
        raise StateError("该操作已撤回", value=row.undone_by)
    row.undone_at, row.undone_by = at or now_utc(), scope.user
    session.add(row)
    session.flush()
    before: dict[str, str] = json.loads(row.details).get("before", {})
    touched = {row.issue_no}
    for number, issue in before.items():
        touched |= {issue, *(home for _, home in _homes(session, [number]))}
        back = sa.update(LinkRow).where(col(LinkRow.ticket_no) == number).values(issue=issue)
        session.connection().execute(back)
    refresh_issues(session, touched)
    record(session, scope.user, "issue.undo", row.issue_no, details={"action": action_id, "kind": row.kind}, at=at)
    session.commit()


def _may(scope: Scope, reason: str) -> None:
    scope.need("decide")
    if not reason.strip():
        raise InputError("须写明理由")


def _tickets(session: Session, issue_no: str) -> list[str]:
    """Tickets of an issue, oldest first, whoever asks: an action is on the whole issue."""
    rows = (
        select(LinkRow.ticket_no)
        .join(TicketRow, col(TicketRow.ticket_no) == col(LinkRow.ticket_no))
        .where(col(LinkRow.issue) == issue_no)
        .order_by(col(TicketRow.received_at), col(TicketRow.ticket_no))
    )
    return list(session.exec(rows))


def _homes(session: Session, numbers: Sequence[str]) -> list[tuple[str, str]]:
    rows = select(LinkRow.ticket_no, LinkRow.issue).where(col(LinkRow.ticket_no).in_(numbers))
    return list(session.exec(rows).all())


def _lone(number: str) -> dict[str, Any]:
    return {"ticket_no": number, "issue": group_id("I", number), "related": group_id("R", number)}


def _act(
    session: Session,
    scope: Scope,
    kind: str,
    issue_no: str,
    tickets: Sequence[str],
    details: dict[str, Any],
    reason: str,
    at: datetime | None,
) -> int:
    moment = at or now_utc()
    row = IssueActionRow(
        kind=kind,
        issue_no=issue_no,
        tickets=to_json(list(tickets)),
        details=to_json(details),
        by=scope.user,
        at=moment,
        reason=reason.strip(),
    )
    session.add(row)
    session.flush()
    about = {"tickets": len(tickets), **{k: v for k, v in details.items() if v is not None}}
    record(session, scope.user, f"issue.{kind}", issue_no, reason=reason, details=about, at=moment)
    return row.id or 0


def _tie(session: Session, action_id: int, pairs: Iterable[tuple[str, str]], *, same: bool) -> None:
    rows = [
        {"low": min(pair), "high": max(pair), "action_id": action_id, "same": same}
        for pair in pairs
        if len(set(pair)) == 2
    ]
    upsert(session, TieRow, rows)


def _move(session: Session, action_id: int, tickets: Sequence[str], target: str) -> None:
    """Put tickets into ``target`` and note where they were, for undo."""
    before = {number: issue for part in chunks(tickets) for number, issue in _homes(session, part)}
    row = session.get(IssueActionRow, action_id)
    if row is not None:
        row.details = to_json({**json.loads(row.details), "before": before})
        session.add(row)
        session.flush()
    for part in chunks(tickets):
        moved = sa.update(LinkRow).where(col(LinkRow.ticket_no).in_(part)).values(issue=target)
        session.connection().execute(moved)
    refresh_issues(session, {target, *before.values()})

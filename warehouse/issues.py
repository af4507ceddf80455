"""Issues (事项): the whole history linked again, and what people do to issues: with who and why, and reversible."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from classify.ticket import AccessError, InputError, StateError
from routing.repeats import RepeatPolicy
from warehouse.audit import record
from warehouse.issue_actions import may_act, note, tie
from warehouse.ledger import issues_of, refresh_issues, tickets_of
from warehouse.linking import group_id
from warehouse.models import IssueActionRow, IssueRow, LinkRow, now_utc, to_json
from warehouse.relinking import relink_all
from warehouse.scope import Scope
from warehouse.upsert import chunks, lock, upsert
from warehouse.views.repeats import issue_in_scope
from warehouse.views.ticket import ticket_in_scope

MOST_APART: Final = 200
"""Pairs of "not the same" that one action writes; a larger split holds its two parts together instead."""


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
    may_act(scope, reason)
    lock(session, "intake")
    rows = [issue_in_scope(session, scope, number) for number in (issue_no, other_no)]
    if issue_no == other_no:
        raise InputError("不能与自身合并", value=issue_no)
    older, younger = sorted(rows, key=lambda row: (row.first_at, row.issue_no))
    kept, moved = tickets_of(session, older.issue_no), tickets_of(session, younger.issue_no)
    action = note(session, scope, "merge", older.issue_no, moved, {"from": younger.issue_no}, reason, at)
    # all of them: linking joins groups by their average, so one pair would hold only itself
    tie(session, action, [(kept[0], other) for other in (*kept[1:], *moved)], same=True)
    _move(session, action, moved, older.issue_no)
    session.commit()
    return older.issue_no


def split(
    session: Session, scope: Scope, issue_no: str, tickets: Sequence[str], reason: str, at: datetime | None = None
) -> str:
    """Take ``tickets`` out of an issue into one of their own; returns its number. Commits."""
    may_act(scope, reason)
    lock(session, "intake")
    issue_in_scope(session, scope, issue_no)
    members = tickets_of(session, issue_no)
    moved = [number for number in members if number in set(tickets)]
    rest = [number for number in members if number not in set(tickets)]
    if not moved or not rest:
        raise InputError(
            "拆分须留下至少一件、分出至少一件", value=str(len(moved)), allowed=f"1 到 {len(members) - 1} 件"
        )
    action = note(session, scope, "split", issue_no, moved, {}, reason, at)
    if len(moved) * len(rest) <= MOST_APART:
        tie(session, action, [(a, b) for a in moved for b in rest], same=False)
    else:  # both parts are held together, so that one word between them keeps all apart
        tie(session, action, [(rest[0], other) for other in rest[1:]], same=True)
        tie(session, action, [(moved[0], rest[0])], same=False)
    tie(session, action, [(moved[0], other) for other in moved[1:]], same=True)
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
    may_act(scope, reason)
    row = ticket_in_scope(session, scope, ticket_no)
    if row.issue_no is None:
        raise StateError("这件工单不在任何事项中", value=ticket_no)
    split(session, scope, row.issue_no, [ticket_no], reason, at)


def link_ticket(
    session: Session, scope: Scope, ticket_no: str, other_no: str, reason: str, at: datetime | None = None
) -> str:
    """Say that a ticket is of the same issue as another; returns the issue's number. Commits."""
    may_act(scope, reason)
    lock(session, "intake")
    first, second = sorted(
        (ticket_in_scope(session, scope, number) for number in (ticket_no, other_no)),
        key=lambda row: (row.received_at, row.ticket_no),
    )
    if first.ticket_no == second.ticket_no:
        raise InputError("不能与自身关联", value=ticket_no)
    gone = next((one.ticket_no for one in (first, second) if one.state == "撤销"), None)
    if gone is not None:
        raise StateError("已撤销的工单不能关联", value=gone)
    homes = dict(_homes(session, [first.ticket_no, second.ticket_no]))
    target = homes.get(first.ticket_no) or group_id("I", first.ticket_no)
    moved = [ticket_no] if ticket_no == second.ticket_no else [second.ticket_no]
    action = note(session, scope, "link", target, moved, {"to": first.ticket_no}, reason, at)
    tie(session, action, [(first.ticket_no, second.ticket_no)], same=True)
    upsert(session, LinkRow, [_lone(number) for number in (first.ticket_no, second.ticket_no)])
    _move(session, action, moved, target)
    session.commit()
    return target


def add_ticket(
    session: Session, scope: Scope, issue_no: str, ticket_no: str, reason: str, at: datetime | None = None
) -> str:
    """Say that a ticket is of this issue; returns the issue's number. Commits.

    Raises InputError when it is in the issue already, StateError for a withdrawn one.
    """
    may_act(scope, reason)
    issue_in_scope(session, scope, issue_no)
    members = tickets_of(session, issue_no)
    if ticket_no in members:
        raise InputError("这件工单已在该事项中", value=ticket_no)
    row = ticket_in_scope(session, scope, ticket_no)
    if row.state == "撤销":
        raise StateError("已撤销的工单不能关联", value=ticket_no)
    lock(session, "intake")
    action = note(session, scope, "link", issue_no, [ticket_no], {"to": members[0]}, reason, at)
    tie(session, action, [(members[0], ticket_no)], same=True)
    upsert(session, LinkRow, [_lone(ticket_no)])
    _move(session, action, [ticket_no], issue_no)
    session.commit()
    return issue_no


def keep_apart(
    session: Session, scope: Scope, issue_no: str, ticket_no: str, reason: str, at: datetime | None = None
) -> int:
    """Say that a possibly related ticket (and the issue it is in) is not the same; later runs obey. Commits.

    Returns the action's id. Raises InputError when the ticket is in the issue: then it is to be unlinked.
    """
    may_act(scope, reason)
    lock(session, "intake")
    issue_in_scope(session, scope, issue_no)
    ticket_in_scope(session, scope, ticket_no)
    members = tickets_of(session, issue_no)
    home = dict(_homes(session, [ticket_no])).get(ticket_no) or group_id("I", ticket_no)
    if ticket_no in members:
        raise InputError("这件工单就在该事项中", value=ticket_no, allowed="事项以外的工单")
    others = tickets_of(session, home) or [ticket_no]
    action = note(session, scope, "apart", issue_no, [members[0], ticket_no], {"other": home}, reason, at)
    pairs = [(mine, other) for other in others for mine in members]
    tie(session, action, sorted(pairs, key=lambda pair: ticket_no not in pair)[:MOST_APART], same=False)
    before = dict(session.exec(select(LinkRow.ticket_no, LinkRow.related).where(col(LinkRow.issue) == home)).all())
    session.connection().execute(
        sa.update(LinkRow).where(col(LinkRow.issue) == home).values(related=group_id("R", others[0]))
    )
    _remember(session, action, {"related": before})
    session.commit()
    return action


def undo_action(
    session: Session, scope: Scope, action_id: int, at: datetime | None = None, *, reason: str = ""
) -> None:
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
    told = json.loads(row.details)
    before: dict[str, str] = told.get("before", {})
    touched = {row.issue_no, *issues_of(session, json.loads(row.tickets)[:1])}
    for number, issue in before.items():
        touched |= {issue, *(home for _, home in _homes(session, [number]))}
        back = sa.update(LinkRow).where(col(LinkRow.ticket_no) == number).values(issue=issue)
        session.connection().execute(back)
    for number, related in told.get("related", {}).items():
        again = sa.update(LinkRow).where(col(LinkRow.ticket_no) == number).values(related=related)
        session.connection().execute(again)
    refresh_issues(session, touched)
    about = {"action": action_id, "kind": row.kind}
    record(session, scope.user, "issue.undo", row.issue_no, reason=reason or None, details=about, at=at)
    session.commit()


def _homes(session: Session, numbers: Sequence[str]) -> list[tuple[str, str]]:
    rows = select(LinkRow.ticket_no, LinkRow.issue).where(col(LinkRow.ticket_no).in_(numbers))
    return list(session.exec(rows).all())


def _lone(number: str) -> dict[str, Any]:
    return {"ticket_no": number, "issue": group_id("I", number), "related": group_id("R", number)}


def _move(session: Session, action_id: int, tickets: Sequence[str], target: str) -> None:
    """Put tickets into ``target`` and note where they were, for undo."""
    before = {number: issue for part in chunks(tickets) for number, issue in _homes(session, part)}
    _remember(session, action_id, {"before": before})
    for part in chunks(tickets):
        moved = sa.update(LinkRow).where(col(LinkRow.ticket_no).in_(part)).values(issue=target)
        session.connection().execute(moved)
    refresh_issues(session, {target, *before.values()})


def _remember(session: Session, action_id: int, what: dict[str, Any]) -> None:
    """Add to an action's details what undo needs."""
    row = session.get(IssueActionRow, action_id)
    if row is not None:
        row.details = to_json({**json.loads(row.details), **what})
        session.add(row)
        session.flush()

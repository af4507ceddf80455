"""The ledger's rows (台账): issues as the links and people's actions have them. Recomputed, never patched."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from routing.repeats import RepeatPolicy
from warehouse.issue_kinds import find_kinds, policy_of, proposals
from warehouse.lifecycle import DESK, WITH_UNIT
from warehouse.models import NAME, EventRow, IssueActionRow, IssueRow, LinkRow, TicketRow, now_utc, to_json
from warehouse.outcomes import is_solved
from warehouse.upsert import chunks, update_many, upsert

STATES: Final = ("未解决", "条线办理", "挂账", "已解决", "反弹")
DISPOSALS: Final = {
    "A": "能解决未解决:条线限期办理",
    "B": "需多部门:会商联办",
    "C": "政策或历史遗留:挂账攻坚",
    "D": "不合理或无法律依据:解释办结",
    "E": "应走法定程序:引导",
    "F": "恶意:甄别移送",
}
"""Classes of disposal, handbook §2.8."""
_MEMBER = (
    "ticket_no", "received_at", "title", "category", "level1", "district", "street", "poi", "unit", "state", "resolved",
    "caller_key", "restricted", "closed_at",
)  # fmt: skip
_DERIVED = (
    "title", "category", "level1", "district", "street", "poi", "unit", "first_at", "last_at", "tickets", "callers",
    "restricted", "kinds", "state", "disposal", "lead_unit", "assist", "proposal", "due_at", "saved_at",
)  # fmt: skip


@dataclass(slots=True)
class Ruling:
    """What people decided on an issue, folded from their live actions."""

    state: str | None = None
    disposal: str | None = None
    lead_unit: str | None = None
    assist: list[str] = field(default_factory=list)
    due_at: datetime | None = None
    rebound_after: datetime | None = None


def refresh_issues(session: Session, issue_nos: Iterable[str], policy: RepeatPolicy | None = None) -> None:
    """Recompute these issues from their tickets; one left with a single ticket leaves the ledger.

    ``policy`` says what kinds there are (None: that of the pack in the settings). Does not commit.
    """
    rules = policy or policy_of()
    for part in chunks(sorted(set(issue_nos))):
        rulings = _rulings(session, part)
        groups = members_of(session, part)
        many = {number: some for number, some in groups.items() if len(some) > 1}
        kinds = find_kinds(session, many, rules)
        ideas = proposals(session, many, kinds)
        rows = [
            issue_values(number, some, rulings.get(number))
            | {"kinds": to_json(kinds[number]), "proposal": ideas.get(number)}
            for number, some in many.items()
        ]
        upsert(session, IssueRow, rows, update=_DERIVED)
        standing = {row["issue_no"] for row in rows}
        gone = [number for number in part if number not in standing]
        session.connection().execute(sa.delete(IssueRow).where(col(IssueRow.issue_no).in_(gone)))
        _point(session, groups, standing, part)


def catch_up(session: Session, batch_id: str) -> None:
    """Recompute the issues of all tickets that the events of a batch touched. Does not commit."""
    numbers = session.exec(select(EventRow.ticket_no).where(col(EventRow.batch_id) == batch_id).distinct()).all()
    refresh_issues(session, issues_of(session, numbers))


def issues_of(session: Session, numbers: Iterable[str]) -> set[str]:
    """The issues in the ledger that these tickets are in."""
    found: set[str] = set()
    for part in chunks(sorted(numbers)):
        mine = select(TicketRow.issue_no).where(col(TicketRow.ticket_no).in_(part)).distinct()
        found.update(number for number in session.exec(mine) if number)
    return found


def tickets_of(session: Session, issue_no: str) -> list[str]:
    """Tickets of an issue, oldest first, whoever asks: an action is on the whole issue."""
    rows = (
        select(LinkRow.ticket_no)
        .join(TicketRow, col(TicketRow.ticket_no) == col(LinkRow.ticket_no))
        .where(col(LinkRow.issue) == issue_no)
        .order_by(col(TicketRow.received_at), col(TicketRow.ticket_no))
    )
    return list(session.exec(rows))


def _point(
    session: Session, groups: Mapping[str, Sequence[Mapping[str, Any]]], standing: set[str], part: list[str]
) -> None:
    """Write each ticket's ``issue_no``: its issue when that has two tickets or more."""
    wanted = {one["ticket_no"]: number for number, some in groups.items() if number in standing for one in some}
    pointing = select(TicketRow.ticket_no, TicketRow.issue_no).where(col(TicketRow.issue_no).in_(part))
    held: dict[str, str | None] = {number: issue for number, issue in session.exec(pointing)}
    off = [number for number in held if number not in wanted]
    changes: list[tuple[str, str | None]] = [(number, None) for number in off]
    changes += [(number, issue) for number, issue in wanted.items() if held.get(number) != issue]
    rows = [{"b_number": number, "issue_no": issue} for number, issue in changes]
    update_many(session, TicketRow, "ticket_no", ("issue_no",), rows)


def members_of(
    session: Session, issue_nos: Sequence[str], *seen: sa.ColumnElement[bool]
) -> dict[str, list[dict[str, Any]]]:
    """Tickets of each issue in order of time, withdrawn ones left out; ``seen`` narrows them to a viewer's scope."""
    columns: list[Any] = [getattr(TicketRow, name) for name in _MEMBER]
    rows = session.execute(
        sa.select(col(LinkRow.issue), col(LinkRow.kind), *columns)
        .join(TicketRow, col(TicketRow.ticket_no) == col(LinkRow.ticket_no))
        .where(col(LinkRow.issue).in_(issue_nos), col(TicketRow.state) != "撤销", *seen)
        .order_by(col(TicketRow.received_at), col(TicketRow.ticket_no))
    )
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(dict(zip(_MEMBER, row[2:], strict=True)) | {"kind": row[1]})
    return groups


def issue_values(issue_no: str, members: Sequence[Mapping[str, Any]], ruling: Ruling | None) -> dict[str, Any]:
    """The :class:`IssueRow` of a group of tickets in order of time."""
    first, last = members[0], members[-1]
    decided = ruling or Ruling()
    return {
        "issue_no": issue_no,
        "title": (first["title"] or issue_no)[:NAME],
        **{name: _most(members, name) for name in ("category", "level1", "district", "street", "poi")},
        "unit": next((one["unit"] for one in reversed(members) if one["unit"]), None),
        "first_at": first["received_at"],
        "last_at": last["received_at"],
        "tickets": len(members),
        "callers": len({one["caller_key"] for one in members if one["caller_key"]}),
        "restricted": any(one["restricted"] for one in members),
        "state": _state(members, decided),
        "disposal": decided.disposal,
        "lead_unit": decided.lead_unit,
        "assist": to_json(decided.assist),
        "due_at": decided.due_at,
        "saved_at": now_utc(),
    }


def _state(members: Sequence[Mapping[str, Any]], ruling: Ruling) -> str:
    if ruling.state == "已解决" and ruling.rebound_after and members[-1]["received_at"] > ruling.rebound_after:
        return "反弹"
    if ruling.state:
        return ruling.state
    last = members[-1]
    if last["state"] in DESK | WITH_UNIT:
        before = [one for one in members[:-1] if one["resolved"] and is_solved(one["resolved"])]
        return "反弹" if before and last["kind"] == "反弹" else "未解决"
    return "已解决" if last["resolved"] and is_solved(last["resolved"]) else "未解决"


def _most(members: Sequence[Mapping[str, Any]], name: str) -> Any:
    counted = Counter(one[name] for one in members if one[name])
    return min(counted, key=lambda value: (-counted[value], value)) if counted else None


def _rulings(session: Session, issue_nos: Sequence[str]) -> dict[str, Ruling]:
    """Live rulings by the issue that their anchor is in now: they outlive a change of number."""
    live = (
        select(LinkRow.issue, IssueActionRow)
        .join(IssueActionRow, col(IssueActionRow.anchor) == col(LinkRow.ticket_no))
        .where(col(LinkRow.issue).in_(issue_nos), col(IssueActionRow.kind) == "rule")
        .where(col(IssueActionRow.undone_at).is_(None))
        .order_by(col(IssueActionRow.at), col(IssueActionRow.id))
        .execution_options(populate_existing=True)
    )
    rulings: dict[str, Ruling] = {}
    for number, one in session.exec(live):
        ruling, details = rulings.setdefault(number, Ruling()), json.loads(one.details)
        for name in ("state", "disposal", "lead_unit", "assist"):
            if details.get(name) is not None:
                setattr(ruling, name, details[name])
        if details.get("due_at"):
            ruling.due_at = datetime.fromisoformat(details["due_at"])
        if details.get("state") == "已解决":
            ruling.rebound_after = one.at
    return rulings

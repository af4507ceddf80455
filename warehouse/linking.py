"""New tickets meet their past (关联): fingerprints, priors, ``routing.repeats``, links, issues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from classify.ticket import Ticket
from routing.repeats import (
    Fingerprint,
    HumanLink,
    Prior,
    RepeatLink,
    RepeatPolicy,
    fingerprint,
    link,
    link_packed,
    pack,
)
from routing.result import TriageResult
from warehouse.candidates import FEW, Meeting, candidate_numbers, candidates_of_many, priors_of, save_fingerprints
from warehouse.ledger import refresh_issues
from warehouse.models import NUMBER, IssueActionRow, LinkRow, TieRow, now_utc
from warehouse.upsert import chunks, upsert

LINK_COLUMNS = ("issue", "related", "prior_no", "tier", "kind", "score", "why", "saved_at")


def link_new(
    session: Session,
    triager: Any,
    tickets: Sequence[Ticket],
    results: Sequence[TriageResult],
    policy: RepeatPolicy | None = None,
) -> int:
    """Fingerprint saved tickets and link each to earlier ones; returns how many were linked. Does not commit.

    Few tickets are looked up one by one, those of a large batch together; both meet the same candidates.
    """
    if not tickets:
        return 0
    rules = policy or RepeatPolicy.load(getattr(triager, "pack", None))
    prints = [fingerprint(ticket, result) for ticket, result in zip(tickets, results, strict=True)]
    prints.sort(key=lambda one: (one.received_at, one.ticket_no))
    before = {one.ticket_no for one in prints}
    touched = set(_issues_of(session, before))
    held = _held_by_people(session, sorted(before))
    save_fingerprints(session, prints)
    made = _link_few(session, prints, rules) if len(prints) <= FEW else _link_many(session, prints, rules)
    made = [row | {"issue": held[row["ticket_no"]]} if row["ticket_no"] in held else row for row in made]
    upsert(session, LinkRow, made, update=LINK_COLUMNS)
    touched |= {row["issue"] for row in made if row["tier"] == "same"}
    refresh_issues(session, touched, rules)
    return sum(1 for row in made if row["tier"] is not None)


def link_row(number: str, found: Mapping[str, Any] | None, at: datetime) -> dict[str, Any]:
    """The :class:`LinkRow` of one ticket; ``found`` None is a ticket without a past."""
    lone = {"issue": group_id("I", number), "related": group_id("R", number)}
    rest = {"prior_no": None, "tier": None, "kind": None, "score": None, "why": None}
    return {"ticket_no": number, **lone, **rest, **(found or {}), "saved_at": at}


def group_id(letter: str, number: str) -> str:
    """Id of the group whose first ticket is ``number``; as ``routing.repeats`` makes them."""
    return f"{letter}{number}"[:NUMBER]


def _link_few(session: Session, prints: Sequence[Fingerprint], policy: RepeatPolicy) -> list[dict[str, Any]]:
    at, made = now_utc(), []
    for one in prints:
        priors = priors_of(session, candidate_numbers(session, one, policy))
        some = list(priors.values())
        row = _row_of(one, link(one, some, policy), some, at)
        upsert(session, LinkRow, [row], update=LINK_COLUMNS)
        made.append(row)
    return made


def _link_many(session: Session, prints: Sequence[Fingerprint], policy: RepeatPolicy) -> list[dict[str, Any]]:
    at, made = now_utc(), []
    meeting = Meeting(policy, candidates_of_many(session, prints, policy))
    met = {}
    for one in prints:
        met[one.ticket_no] = meeting.earlier(one)
        meeting.add(one)
    new = {one.ticket_no for one in prints}
    wanted = dict.fromkeys(number for some in met.values() for number in some if number not in new)
    priors = priors_of(session, wanted)
    row_of = {number: i for i, number in enumerate((*priors, *(one.ticket_no for one in prints)))}
    packed = pack([*(prior.fingerprint for prior in priors.values()), *prints])
    for one in prints:
        some = [(row_of[number], priors[number]) for number in met[one.ticket_no] if number in priors]
        found = link_packed(packed, row_of[one.ticket_no], one, some, policy)
        row = _row_of(one, found, [prior for _, prior in some], at)
        priors[one.ticket_no] = Prior(one, issue=row["issue"], related=row["related"])
        made.append(row)
    return made


def _row_of(one: Fingerprint, found: RepeatLink | None, priors: Sequence[Prior], at: datetime) -> dict[str, Any]:
    if found is None:
        return link_row(one.ticket_no, None, at)
    best = next(prior for prior in priors if prior.fingerprint.ticket_no == found.tickets[0])
    row = {
        "prior_no": found.tickets[0],
        "tier": found.tier,
        "kind": found.kind,
        "score": found.score,
        "why": found.why,
        "related": best.related or group_id("R", found.tickets[0]),
    }
    if found.tier == "same":
        row["issue"] = best.issue or group_id("I", found.tickets[0])
    return link_row(one.ticket_no, row, at)


def _held_by_people(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    """Where a person's link, split or "not the same" put these tickets: a changed text does not overrule it."""
    held: dict[str, str] = {}
    for part in chunks(numbers):
        for side in (TieRow.low, TieRow.high):
            standing = (
                select(LinkRow.ticket_no, LinkRow.issue)
                .join(TieRow, col(side) == col(LinkRow.ticket_no))
                .join(IssueActionRow, col(IssueActionRow.id) == col(TieRow.action_id))
                .where(col(LinkRow.ticket_no).in_(part), col(IssueActionRow.undone_at).is_(None))
            )
            held |= dict(session.exec(standing).all())
    return held


def human_links(session: Session) -> list[HumanLink]:
    """What people said of pairs of tickets and did not take back."""
    rows = session.exec(
        select(TieRow.low, TieRow.high, TieRow.same, IssueActionRow.at)
        .join(IssueActionRow, col(IssueActionRow.id) == col(TieRow.action_id))
        .where(col(IssueActionRow.undone_at).is_(None))
    )
    return [HumanLink(low, high, same, at) for low, high, same, at in rows]


def _issues_of(session: Session, numbers: Iterable[str]) -> list[str]:
    found: list[str] = []
    for part in chunks(numbers):
        found += session.exec(select(LinkRow.issue).where(col(LinkRow.ticket_no).in_(part)))
    return found

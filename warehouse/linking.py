"""New tickets meet their past (关联): fingerprints, priors, ``routing.repeats``, links, issues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from classify.ticket import Ticket
from routing.repeats import Fingerprint, HumanLink, Linked, Prior, RepeatPolicy, fingerprint, link, link_all
from routing.result import TriageResult
from warehouse.candidates import FEW, candidate_numbers, candidates_of_many, priors_of, save_fingerprints
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

    Few tickets are linked one by one against all their candidates; a large batch is linked together, and more coarsely
    against what was there: the nightly :func:`warehouse.issues.relink` gives both the same issues.
    """
    if not tickets:
        return 0
    rules = policy or RepeatPolicy.load(getattr(triager, "pack", None))
    prints = [fingerprint(ticket, result) for ticket, result in zip(tickets, results, strict=True)]
    prints.sort(key=lambda one: (one.received_at, one.ticket_no))
    before = {one.ticket_no for one in prints}
    touched = set(_issues_of(session, before))
    save_fingerprints(session, prints)
    made = _link_few(session, prints, rules) if len(prints) <= FEW else _link_many(session, prints, rules)
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
        row = _row_against(one, priors, policy, at)
        upsert(session, LinkRow, [row], update=LINK_COLUMNS)
        made.append(row)
    return made


def _row_against(one: Fingerprint, priors: Mapping[str, Prior], policy: RepeatPolicy, at: datetime) -> dict[str, Any]:
    found = link(one, list(priors.values()), policy)
    if found is None:
        return link_row(one.ticket_no, None, at)
    best = priors[found.tickets[0]]
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


def _link_many(session: Session, prints: Sequence[Fingerprint], policy: RepeatPolicy) -> list[dict[str, Any]]:
    at = now_utc()
    candidates = candidates_of_many(session, prints, policy)
    priors = priors_of(session, (number for some in candidates.values() for number in some))
    known = _held_together(priors) + human_links(session)
    everything = [*prints, *(prior.fingerprint for prior in priors.values())]
    linked = {one.ticket_no: one for one in link_all(everything, policy, known)}
    issues = _known_ids(linked, priors, "issue")
    related = _known_ids(linked, priors, "related")
    own = {one.ticket_no: one for one in prints}
    made = []
    for one in prints:
        answer = linked[one.ticket_no]
        found: dict[str, Any] = {
            "issue": issues.get(answer.issue, answer.issue),
            "related": related.get(answer.related, answer.related),
        }
        if answer.best is not None:
            same = linked[answer.best].issue == answer.issue
            prior = priors.get(answer.best) or Prior(own[answer.best])
            exact = link(one, [prior], policy) if same else None
            found |= {
                "prior_no": answer.best,
                "tier": "same" if same else "possible",
                "kind": exact.kind if exact else answer.kind,
                "score": answer.score,
                "why": answer.why,
            }
        made.append(link_row(one.ticket_no, found, at))
    return made


def _held_together(priors: Mapping[str, Prior]) -> list[HumanLink]:
    """Existing issues as given: a new batch adds to them and does not take them apart."""
    groups: dict[str, list[str]] = defaultdict(list)
    for number, prior in priors.items():
        if prior.issue:
            groups[prior.issue].append(number)
    return [HumanLink(some[0], other, True) for some in groups.values() for other in some[1:]]


def _known_ids(linked: Mapping[str, Linked], priors: Mapping[str, Prior], tier: str) -> dict[str, str]:
    """Group id as linked here → id as saved, where the group holds an earlier ticket."""
    ids: dict[str, str] = {}
    for number in sorted(priors, key=lambda one: (priors[one].fingerprint.received_at, one)):
        saved = getattr(priors[number], tier)
        if saved:
            ids.setdefault(getattr(linked[number], tier), saved)
    return ids


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
        found += session.exec(sa.select(col(LinkRow.issue)).where(col(LinkRow.ticket_no).in_(part))).scalars()
    return found

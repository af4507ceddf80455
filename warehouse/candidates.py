"""Candidates for a link (候选): fingerprints and block keys on the way in, priors of new tickets on the way out.

A bounded number of earlier tickets per key and per ticket is looked at, so a hot key (ten thousand copies of one text)
costs what a cold one does.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from routing.repeats import Fingerprint, Prior, RepeatPolicy, keys_of
from warehouse.lifecycle import FINISHED
from warehouse.models import NAME, BlockKeyRow, FingerprintRow, LinkRow, TicketRow, to_json
from warehouse.outcomes import is_solved
from warehouse.upsert import chunks, storable, upsert

FEW: Final = 50
"""Up to this many tickets are looked up one by one, exactly; more are looked up together."""


def save_fingerprints(session: Session, prints: Sequence[Fingerprint]) -> None:
    """Write fingerprints and block keys; those of a changed ticket replace the old ones. Does not commit."""
    for part in chunks(prints):
        numbers = [one.ticket_no for one in part]
        for old in load_fingerprints(session, numbers).values():
            gone = sa.delete(BlockKeyRow).where(
                col(BlockKeyRow.block).in_(blocks_of(old)),
                col(BlockKeyRow.received_at) == old.received_at,
                col(BlockKeyRow.ticket_no) == old.ticket_no,
            )
            session.connection().execute(gone)
        rows = [
            {"ticket_no": one.ticket_no, "received_at": one.received_at, "data": to_json(one.to_dict())} for one in part
        ]
        upsert(session, FingerprintRow, rows, update=["received_at", "data"])
        keys = [
            {"block": block, "received_at": one.received_at, "ticket_no": one.ticket_no}
            for one in part
            for block in blocks_of(one)
        ]
        upsert(session, BlockKeyRow, keys)


def load_fingerprints(session: Session, numbers: Iterable[str]) -> dict[str, Fingerprint]:
    """Fingerprints by ticket number; tickets without one, or with one of another version, are left out."""
    found: dict[str, Fingerprint] = {}
    for part in chunks(numbers):
        rows = select(FingerprintRow.ticket_no, FingerprintRow.data).where(col(FingerprintRow.ticket_no).in_(part))
        for number, data in session.exec(rows):
            try:
                found[number] = Fingerprint.from_dict(json.loads(data))
            except ValueError:
                continue  # written by an older version: the nightly run writes it again
    return found


def candidate_numbers(session: Session, one: Fingerprint, policy: RepeatPolicy) -> list[str]:
    """Earlier tickets that share most block keys with a ticket: of each key the newest and the very first."""
    shared: dict[str, int] = defaultdict(int)
    for block in blocks_of(one):
        earlier = (
            select(BlockKeyRow.ticket_no)
            .where(col(BlockKeyRow.block) == block, col(BlockKeyRow.received_at) <= one.received_at)
            .where(col(BlockKeyRow.ticket_no) != one.ticket_no)
        )
        at, number = col(BlockKeyRow.received_at), col(BlockKeyRow.ticket_no)
        newest = session.exec(earlier.order_by(at.desc(), number.desc()).limit(policy.link.window)).all()
        met = set(newest)
        if len(newest) == policy.link.window:
            met.update(session.exec(earlier.order_by(at, number).limit(policy.link.anchors)).all())
        for other in met:
            shared[other] += 1
    return _best(shared, policy.link.candidates)


def candidates_of_many(session: Session, prints: Sequence[Fingerprint], policy: RepeatPolicy) -> dict[str, list[str]]:
    """Earlier-saved candidates of each ticket of a large batch, by number; the batch itself is left out.

    Of each key the newest tickets before the batch's end are read, in one statement for hundreds of keys.
    """
    own = {one.ticket_no for one in prints}
    latest = max(one.received_at for one in prints)
    wanted: dict[str, list[str]] = defaultdict(list)
    for one in prints:
        for block in blocks_of(one):
            wanted[block].append(one.ticket_no)
    shared: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    place = (
        func.row_number()
        .over(
            partition_by=col(BlockKeyRow.block),
            order_by=(col(BlockKeyRow.received_at).desc(), col(BlockKeyRow.ticket_no).desc()),
        )
        .label("place")
    )
    for part in chunks(sorted(wanted)):
        ranked = (
            sa.select(col(BlockKeyRow.block), col(BlockKeyRow.ticket_no), place)
            .where(col(BlockKeyRow.block).in_(part), col(BlockKeyRow.received_at) <= latest)
            .subquery()
        )
        rows = session.execute(sa.select(ranked.c.block, ranked.c.ticket_no).where(ranked.c.place <= 2 * FEW))
        for block, other in rows:
            if other not in own:
                for number in wanted[block][: 2 * FEW]:
                    shared[number][other] += 1
    return {number: _best(counted, coarse(policy)) for number, counted in shared.items()}


def coarse(policy: RepeatPolicy) -> int:
    """Candidates of a ticket that came in a large batch: a quarter of what one alone may look at. The nightly run looks
    at all of them again."""
    return max(1, policy.link.candidates // 4)


class Meeting:
    """The tickets of one large batch, in order of time, as candidates of each other."""

    def __init__(self, policy: RepeatPolicy) -> None:
        self._policy = policy
        self._blocks: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=policy.link.window))
        self._priors: dict[str, Prior] = {}

    def earlier(self, one: Fingerprint) -> list[Prior]:
        """Those before it that share most block keys with it."""
        shared: dict[str, int] = defaultdict(int)
        for block in blocks_of(one):
            for number in self._blocks.get(block, ()):
                shared[number] += 1
        return [self._priors[number] for number in _best(shared, coarse(self._policy))]

    def add(self, prior: Prior) -> None:
        """A ticket is linked and may be a candidate from now on."""
        self._priors[prior.fingerprint.ticket_no] = prior
        for block in blocks_of(prior.fingerprint):
            self._blocks[block].append(prior.fingerprint.ticket_no)


def priors_of(session: Session, numbers: Iterable[str]) -> dict[str, Prior]:
    """The tickets as ``routing.repeats`` wants to see them; withdrawn ones are left out."""
    prints = load_fingerprints(session, dict.fromkeys(numbers))
    priors: dict[str, Prior] = {}
    for part in chunks(prints):
        standing = (
            sa.select(
                col(TicketRow.ticket_no), col(TicketRow.state), col(TicketRow.closed_at), col(TicketRow.resolved),
                col(LinkRow.issue), col(LinkRow.related),
            )
            .outerjoin(LinkRow, col(LinkRow.ticket_no) == col(TicketRow.ticket_no))
            .where(col(TicketRow.ticket_no).in_(part), col(TicketRow.state) != "撤销")
        )  # fmt: skip
        for number, state, closed_at, resolved, issue, related in session.execute(standing):
            closed = state in FINISHED
            solved = None if resolved is None else is_solved(resolved)
            priors[number] = Prior(prints[number], "closed" if closed else "open", closed_at, solved, issue, related)
    return priors


def blocks_of(one: Fingerprint) -> list[str]:
    """The block keys of a ticket as they are saved."""
    return list(dict.fromkeys(storable(key, NAME) or "" for key in keys_of(one)))


def _best(shared: Mapping[str, int], most: int) -> list[str]:
    return sorted(shared, key=lambda number: (-shared[number], number))[:most]

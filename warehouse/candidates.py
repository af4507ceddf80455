"""Candidates for a link (候选): fingerprints and block keys on the way in, priors of new tickets on the way out.

A bounded number of earlier tickets per key and per ticket is looked at, so a hot key (ten thousand copies of one text)
costs what a cold one does.
"""

from __future__ import annotations

import json
from collections import defaultdict
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
    """Earlier-saved tickets of every block key of a large batch, in order of time; the batch itself is left out.

    Of each key the first ones and the newest before the batch's end, in one statement for hundreds of keys.
    """
    own = {one.ticket_no for one in prints}
    latest = max(one.received_at for one in prints)
    wanted = sorted({block for one in prints for block in blocks_of(one)})
    at, number = col(BlockKeyRow.received_at), col(BlockKeyRow.ticket_no)
    key = col(BlockKeyRow.block)
    newest = func.row_number().over(partition_by=key, order_by=(at.desc(), number.desc())).label("newest")
    oldest = func.row_number().over(partition_by=key, order_by=(at, number)).label("oldest")
    saved: dict[str, list[str]] = defaultdict(list)
    for part in chunks(wanted):
        some = sa.select(key, number, newest, oldest).where(key.in_(part), at <= latest).subquery()
        rows = session.execute(
            sa.select(some.c.block, some.c.ticket_no)
            .where(sa.or_(some.c.newest <= policy.link.window, some.c.oldest <= policy.link.anchors))
            .order_by(some.c.block, some.c.oldest)
        )
        for block, other in rows:
            if other not in own:
                saved[block].append(other)
    return saved


class Meeting:
    """Who meets whom in one large batch: its tickets in order of time, behind the saved ones of the same keys."""

    def __init__(self, policy: RepeatPolicy, saved: Mapping[str, Sequence[str]]) -> None:
        self._rules = policy.link
        self._blocks: dict[str, list[str]] = defaultdict(list, {key: list(some) for key, some in saved.items()})

    def earlier(self, one: Fingerprint) -> list[str]:
        """Those before it that share most block keys with it: of each key the newest and the very first."""
        shared: dict[str, int] = defaultdict(int)
        for block in blocks_of(one):
            met = self._blocks.get(block, ())
            recent = len(met) - self._rules.window
            for number in met[max(0, recent) :]:
                shared[number] += 1
            for number in met[: min(self._rules.anchors, max(0, recent))]:
                shared[number] += 1
        return _best(shared, self._rules.candidates)

    def add(self, one: Fingerprint) -> None:
        """A ticket is linked and may be a candidate from now on."""
        for block in blocks_of(one):
            self._blocks[block].append(one.ticket_no)


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

"""Repeat issues (重复诉求): one ticket against its history, and everything others need of linking, in one place.

``triage`` emits :func:`block_keys`; :func:`fingerprint` condenses a ticket; :func:`link` looks at earlier tickets only;
:func:`link_all` groups a whole set. Kinds of issue are in :mod:`routing.kinds`, replies in :mod:`routing.replies`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np

from routing.blocks import block_keys, keys_of
from routing.fingerprint import Fingerprint, fingerprint
from routing.linking import HumanLink, Linked, explain, link_all
from routing.packing import pack
from routing.pairing import score_pairs
from routing.policy import RepeatPolicy
from routing.similarity import evidence_of

__all__ = [
    "Fingerprint",
    "HumanLink",
    "Linked",
    "Prior",
    "RepeatLink",
    "RepeatPolicy",
    "block_keys",
    "fingerprint",
    "keys_of",
    "link",
    "link_all",
]

State = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Prior:
    """An earlier ticket and how it stands: ``closed_at`` and ``solved`` (回访 or 办结 said 已解决) None when not known.

    ``issue`` and ``related`` are the groups it is in, None for none; a withdrawn (撤销) ticket is not handed in.
    """

    fingerprint: Fingerprint
    state: State = "open"
    closed_at: datetime | None = None
    solved: bool | None = None
    issue: str | None = None
    related: str | None = None


@dataclass(frozen=True, slots=True)
class RepeatLink:
    """What a new ticket repeats. ``kind``: 催办 (same caller, still open), 重复 (same matter again), 多人同诉 (another
    caller, same matter), 反弹 (solved, and back in time). ``tickets`` are all linked earlier numbers of that tier, best
    first; ``issue`` the group of the best one.
    """

    kind: str
    tier: Literal["same", "possible"]
    score: float
    why: str
    tickets: tuple[str, ...]
    issue: str | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "tier": self.tier,
            "score": self.score,
            "why": self.why,
            "tickets": list(self.tickets),
            "issue": self.issue,
        }


def link(one: Fingerprint, priors: Sequence[Prior], policy: RepeatPolicy) -> RepeatLink | None:
    """The link of a ticket to its history, or None.

    Only priors before it in (received_at, ticket_no) count; their order does not matter.
    """
    here = (one.received_at, one.ticket_no)
    earlier = [one for one in priors if (one.fingerprint.received_at, one.fingerprint.ticket_no) < here]
    if not earlier:
        return None
    prints = [one, *(prior.fingerprint for prior in earlier)]
    packed = pack(prints)
    rows = np.arange(1, len(prints))
    scores = score_pairs(packed, np.zeros_like(rows), rows, policy.same.array, policy.possible.array).tolist()
    found: list[tuple[bool, float, str, int]] = []
    for row, (same, possible) in enumerate(scores, 1):
        if same >= policy.link.same:
            found.append((True, same, prints[row].ticket_no, row))
        elif possible >= policy.link.possible:
            found.append((False, possible, prints[row].ticket_no, row))
    if not found:
        return None
    found.sort(key=lambda hit: (not hit[0], -hit[1], hit[2]))
    certain, score, _, row = found[0]
    best = earlier[row - 1]
    evidence = evidence_of(packed, (one, best.fingerprint), 0, row)
    linked = [hit for hit in found if hit[0] == certain]
    return RepeatLink(
        kind=_kind(one, [earlier[hit[3] - 1] for hit in linked], policy),
        tier="same" if certain else "possible",
        score=round(score, 4),
        why=explain(evidence, best.fingerprint, certain),
        tickets=tuple(hit[2] for hit in linked),
        issue=best.issue if certain else best.related,
    )


def _kind(one: Fingerprint, linked: Sequence[Prior], policy: RepeatPolicy) -> str:
    own = [prior for prior in linked if one.caller and prior.fingerprint.caller == one.caller]
    if any(prior.state == "open" for prior in own):
        return "催办"
    back = timedelta(days=policy.kinds.rebound_days)
    for prior in linked:
        closed = prior.closed_at if prior.state == "closed" and prior.solved else None
        if closed is not None and timedelta(0) <= one.received_at - closed <= back:
            return "反弹"
    return "重复" if own else "多人同诉"

"""Repeat issues (重复诉求): one ticket against its history, and everything others need of linking, in one place.

``triage`` emits :func:`block_keys`; :func:`fingerprint` condenses a ticket; :func:`link` looks at earlier tickets only;
:func:`link_all` groups a whole set. Kinds of issue are in :mod:`routing.kinds`, replies in :mod:`routing.replies`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np

from routing.blocks import block_keys, keys_of
from routing.fingerprint import Fingerprint, fingerprint
from routing.groups import HumanLink
from routing.linking import Linked, explain, link_all
from routing.packing import Packed, pack
from routing.policy import RepeatPolicy
from routing.scoring import score_pairs
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
    "link_packed",
    "pack",
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
    prints = [one, *(prior.fingerprint for prior in priors)]
    return link_packed(pack(prints), 0, one, list(enumerate(priors, 1)), policy)


def link_packed(
    packed: Packed, row: int, one: Fingerprint, priors: Sequence[tuple[int, Prior]], policy: RepeatPolicy
) -> RepeatLink | None:
    """As :func:`link` for tickets that are packed already: ``one`` stands in ``row``, each prior with its own row.

    A ticket joins the issue of its best prior only when the average over the priors of that issue allows it, as in
    :func:`link_all`.
    """
    here = (one.received_at, one.ticket_no)
    earlier = [each for each in priors if (each[1].fingerprint.received_at, each[1].fingerprint.ticket_no) < here]
    if not earlier:
        return None
    rows = np.array([other for other, _ in earlier], dtype=np.int64)
    scores = score_pairs(packed, np.full_like(rows, row), rows, policy.same.array, policy.possible.array).tolist()
    by_issue: dict[str, list[float]] = defaultdict(list)
    for (same, _), (_, prior) in zip(scores, earlier, strict=True):
        by_issue[_home(prior)].append(same)
    fits = {home for home, some in by_issue.items() if sum(some) >= policy.link.same_average * len(some)}
    found: list[tuple[bool, float, str, int]] = []
    for k, ((same, possible), (_, prior)) in enumerate(zip(scores, earlier, strict=True)):
        if same >= policy.link.same and _home(prior) in fits:
            found.append((True, same, prior.fingerprint.ticket_no, k))
        elif possible >= policy.link.possible:
            found.append((False, possible, prior.fingerprint.ticket_no, k))
    if not found:
        return None
    found.sort(key=lambda hit: (not hit[0], -hit[1], hit[2]))
    certain, score, _, first = found[0]
    best_row, best = earlier[first]
    pair = evidence_of(packed, (one, best.fingerprint), row, best_row)
    linked = [hit for hit in found if hit[0] == certain]
    return RepeatLink(
        kind=_kind(one, [earlier[hit[3]][1] for hit in linked], policy),
        tier="same" if certain else "possible",
        score=round(score, 4),
        why=explain(pair, best.fingerprint, certain),
        tickets=tuple(hit[2] for hit in linked),
        issue=best.issue if certain else best.related,
    )


def _home(prior: Prior) -> str:
    return prior.issue or f"I{prior.fingerprint.ticket_no}"


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

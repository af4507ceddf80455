"""Linking tickets into issues: tier ``same`` (safe to merge) inside tier ``possible`` (a person confirms).

Tickets are put into order of (received_at, ticket_no) first, so the order in which they come changes nothing. Each is
compared with a bounded number of earlier tickets that share a block key; groups join best link first, and only when
the *average* over members standing for both groups is good enough, so that one bridge never chains two large issues
together. Human decisions come before everything and are never overruled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal

import numpy as np

from routing.blocks import keys_of
from routing.bursts import join_bursts
from routing.fingerprint import Fingerprint
from routing.groups import Groups, HumanLink, decided
from routing.packing import Array, Packed, pack
from routing.policy import RepeatPolicy
from routing.scoring import find_pairs, score_pairs
from routing.similarity import Evidence, evidence_of

CERTAIN: Final = 0.95
ENOUGH: Final = 4
"""With so many links of that score a ticket's place is settled."""

LITTLE: Final = 0.2
MOST: Final = 0.5
"""So large a share of the pairs between two possible groups must have that score: one good link is no bridge."""

Tier = Literal["same", "possible"]


@dataclass(frozen=True, slots=True)
class Linked:
    """Where a ticket belongs: ``issue`` (tier same) and ``related`` (tier possible) are group ids, never null.

    ``kind`` is None for the first ticket of an issue that is related to nothing, else 重复, 多人同诉 or 相关; ``score``
    of the best link to an earlier ticket, 0 for none; ``best`` that ticket; ``why`` one Chinese sentence.
    """

    ticket_no: str
    issue: str
    related: str
    kind: str | None
    score: float
    why: str
    best: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """One line of ``jiesu link``."""
        return {
            "ticket_no": self.ticket_no,
            "issue": self.issue,
            "related": self.related,
            "kind": self.kind,
            "score": self.score,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Edge:
    """A scored pair: positions of the later and the earlier ticket, both scores (``possible`` at least ``same``)."""

    later: int
    earlier: int
    same: float
    possible: float


def in_order(prints: Iterable[Fingerprint]) -> list[Fingerprint]:
    """By (received_at, ticket_no); of two with one number the later (then the greater text hash) stays."""
    latest: dict[str, Fingerprint] = {}
    for one in prints:
        held = latest.get(one.ticket_no)
        if held is None or (held.received_at, held.exact, held.size) < (one.received_at, one.exact, one.size):
            latest[one.ticket_no] = one
    return sorted(latest.values(), key=lambda one: (one.received_at, one.ticket_no))


def find_edges(prints: Sequence[Fingerprint], packed: Packed, policy: RepeatPolicy) -> list[Edge]:
    """The links of every ticket to earlier ones: a bounded number of comparisons for each, the best few kept.

    ``prints`` in order and ``packed`` row by row. A ticket that has found :data:`ENOUGH` all but certain links among
    those that share most blocks looks no further.
    """
    rules = policy.link
    limits = np.array(
        [rules.window, rules.anchors, rules.candidates, rules.edges, ENOUGH, rules.same, rules.possible, CERTAIN],
        dtype=np.float64,
    )
    pairs, scores = find_pairs(packed, *blocks_of(prints), limits, policy.same.array, policy.possible.array)
    return [
        Edge(later, earlier, same, possible)
        for (later, earlier), (same, possible) in zip(pairs.tolist(), scores.tolist(), strict=True)
    ]


def blocks_of(prints: Sequence[Fingerprint]) -> tuple[Array, Array, Array, Array, Array]:
    """Who shares which block key, as :func:`routing.scoring.find_pairs` wants it."""
    numbers: dict[str, int] = {}
    members: list[list[int]] = []
    keys: list[int] = []
    places: list[int] = []
    starts = [0]
    for row, one in enumerate(prints):
        for key in keys_of(one):
            number = numbers.setdefault(key, len(members))
            if number == len(members):
                members.append([])
            keys.append(number)
            places.append(len(members[number]))
            members[number].append(row)
        starts.append(len(keys))
    sizes = np.array([0, *map(len, members)], dtype=np.int64)
    order = np.fromiter(chain.from_iterable(members), dtype=np.int64, count=len(keys))
    return (
        np.array(keys, dtype=np.int64), np.array(starts, dtype=np.int64), order,
        np.array(places, dtype=np.int64), np.cumsum(sizes),
    )  # fmt: skip


def link_all(prints: Iterable[Fingerprint], policy: RepeatPolicy, decisions: Iterable[HumanLink] = ()) -> list[Linked]:
    """Issues of a set of tickets, in order of (received_at, ticket_no); the same for any order of input.

    A group's id is the number of its earliest ticket behind ``I`` (issue) or ``R`` (related).
    """
    ordered = in_order(prints)
    packed = pack(ordered)
    return group(ordered, packed, find_edges(ordered, packed, policy), policy, decisions)


def link_met(
    prints: Iterable[Fingerprint],
    met: Mapping[str, Sequence[str]],
    policy: RepeatPolicy,
    decisions: Iterable[HumanLink] = (),
) -> list[Linked]:
    """As :func:`link_all`, for tickets whose meetings were found elsewhere (Beam, by GroupByKey on block keys).

    ``met`` has for a ticket's number the earlier ones it is compared with, those that share most keys first.
    """
    ordered = in_order(prints)
    packed = pack(ordered)
    return group(ordered, packed, met_edges(ordered, packed, met, policy), policy, decisions)


def met_edges(
    ordered: Sequence[Fingerprint], packed: Packed, met: Mapping[str, Sequence[str]], policy: RepeatPolicy
) -> list[Edge]:
    """The edges that :func:`find_edges` makes of the same meetings."""
    rules, position = policy.link, {one.ticket_no: i for i, one in enumerate(ordered)}
    edges: list[Edge] = []
    for later, one in enumerate(ordered):
        rows = np.array([position[number] for number in met.get(one.ticket_no, ())], dtype=np.int64)
        if not len(rows):
            continue
        both = score_pairs(packed, np.full_like(rows, later), rows, policy.same.array, policy.possible.array)
        found: list[Edge] = []
        certain = 0
        for earlier, (same, possible) in zip(rows.tolist(), both.tolist(), strict=True):
            if possible >= rules.possible or same >= rules.same:
                found.append(Edge(later, earlier, same, possible))
                certain += same >= CERTAIN
                if certain >= ENOUGH:
                    break
        found.sort(key=lambda edge: (-edge.same, -edge.possible, edge.earlier))
        edges += found[: rules.edges]
    return edges


def group(
    ordered: Sequence[Fingerprint],
    packed: Packed,
    edges: Sequence[Edge],
    policy: RepeatPolicy,
    decisions: Iterable[HumanLink] = (),
) -> list[Linked]:
    """Issues from scored pairs: people's decisions first, then the best links, as far as averages allow."""
    decisions = list(decisions)
    position = {one.ticket_no: i for i, one in enumerate(ordered)}
    averager = Averager(packed, policy, edges)

    same = decided(len(ordered), position, decisions)
    best_first = sorted(edges, key=lambda edge: (-edge.same, edge.earlier, edge.later))
    for edge in best_first:
        if edge.same < policy.link.same:
            break
        averager.join(same, edge, "same")
    join_bursts(ordered, packed, same)
    related = decided(len(ordered), position, decisions)
    for members in same.members.values():
        for other in members[1:]:
            related.join(members[0], other)
    for edge in sorted(edges, key=lambda edge: (-edge.possible, edge.earlier, edge.later)):
        if edge.possible >= policy.link.possible:
            averager.join(related, edge, "possible")
    return _answers(ordered, packed, edges, same, related)


def link_dicts(
    records: Iterable[Mapping[str, Any]], policy: RepeatPolicy, decisions: Iterable[HumanLink] = ()
) -> list[Linked]:
    """As :func:`link_all`, from fingerprints as ``jiesu bulk`` collected them. ValueError for another version."""
    return link_all((Fingerprint.from_dict(dict(record)) for record in records), policy, decisions)


class Averager:
    """Average linkage with a bounded number of pair scores per join."""

    def __init__(self, packed: Packed, policy: RepeatPolicy, edges: Iterable[Edge]) -> None:
        self._packed, self._policy = packed, policy
        self._known = {(edge.later, edge.earlier): (edge.same, edge.possible) for edge in edges}
        self._refused: set[tuple[Tier, int, int, int, int]] = set()

    def join(self, groups: Groups, edge: Edge, tier: Tier) -> bool:
        """Joins the two groups of an edge when their average allows it."""
        a, b = groups.find(edge.later), groups.find(edge.earlier)
        if a == b:
            return True
        left, right = groups.members[a], groups.members[b]
        if len(left) + len(right) > 2:
            tried = (tier, a, b, len(left), len(right)) if a < b else (tier, b, a, len(right), len(left))
            if tried in self._refused:
                return False
            if not self._fit(left, right, tier):
                self._refused.add(tried)
                return False
        return groups.join(edge.later, edge.earlier)

    def _needed(self, size: int, tier: Tier) -> float:
        rules = self._policy.link
        if tier == "same":
            return rules.same_average
        return rules.large_average if size > rules.large else rules.possible_average

    def _fit(self, left: list[int], right: list[int], tier: Tier) -> bool:
        """Whether the average over pairs of both is good enough, and (possible) most pairs have something in common."""
        scores = self._scores(left, right, tier)
        if sum(scores) < self._needed(len(left) + len(right), tier) * len(scores):
            return False
        return tier == "same" or sum(score >= LITTLE for score in scores) >= MOST * len(scores)

    def _scores(self, left: list[int], right: list[int], tier: Tier) -> list[float]:
        n = self._policy.link.sample
        keys = [(max(i, j), min(i, j)) for i in spread(left, n) for j in spread(right, n)]
        unknown = [key for key in keys if key not in self._known]
        if unknown:
            rows = np.array(unknown, dtype=np.int64)
            weights = (self._policy.same.array, self._policy.possible.array)
            scores = score_pairs(self._packed, rows[:, 0], rows[:, 1], *weights).tolist()
            self._known.update((key, (same, possible)) for key, (same, possible) in zip(unknown, scores, strict=True))
        column = 0 if tier == "same" else 1
        return [self._known[key][column] for key in keys]


def spread(members: list[int], n: int) -> list[int]:
    """At most ``n`` members that stand for a group: evenly over time, first and last among them."""
    if len(members) <= n:
        return members
    ordered = sorted(members)
    step = (len(ordered) - 1) / (n - 1)
    return [ordered[round(i * step)] for i in range(n)]


def _answers(
    prints: Sequence[Fingerprint], packed: Packed, edges: Iterable[Edge], same: Groups, related: Groups
) -> list[Linked]:
    best: dict[int, Edge] = {}
    for edge in edges:
        held = best.get(edge.later)
        inside = related.find(edge.later) == related.find(edge.earlier)
        if inside and (held is None or _rank(edge, same) > _rank(held, same)):
            best[edge.later] = edge
    first_same = {root: prints[min(members)].ticket_no for root, members in same.members.items()}
    first_related = {root: prints[min(members)].ticket_no for root, members in related.members.items()}
    callers: dict[int, set[str]] = defaultdict(set)
    answers = []
    for i, one in enumerate(prints):
        issue, group = same.find(i), related.find(i)
        kind, score, why, earlier = _answer(i, prints, packed, best.get(i), same, callers[issue])
        if one.caller:
            callers[issue].add(one.caller)
        answers.append(
            Linked(one.ticket_no, f"I{first_same[issue]}", f"R{first_related[group]}", kind, score, why, earlier)
        )
    return answers


def _answer(
    i: int, prints: Sequence[Fingerprint], packed: Packed, edge: Edge | None, same: Groups, callers: set[str]
) -> tuple[str | None, float, str, str | None]:
    """Kind, score, reason and nearest earlier ticket; ``callers`` are those of the issue's earlier tickets."""
    issue = same.find(i)
    together = "重复" if prints[i].caller in callers else "多人同诉"
    if edge is not None:
        other = prints[edge.earlier]
        pair = evidence_of(packed, (prints[i], other), i, edge.earlier)
        if same.find(edge.earlier) == issue:
            return together, round(edge.same, 4), explain(pair, other, True), other.ticket_no
        return "相关", round(edge.possible, 4), explain(pair, other, False), other.ticket_no
    first = prints[min(same.members[issue])]
    if first is not prints[i]:
        return together, 0.0, f"与工单 {first.ticket_no} 同属一个事项(由其他工单或人工确认归并)", first.ticket_no
    return None, 0.0, "没有找到更早的相同或相关工单", None


def _rank(edge: Edge, same: Groups) -> tuple[bool, float, float, int]:
    return (same.find(edge.later) == same.find(edge.earlier), edge.same, edge.possible, -edge.earlier)


def explain(evidence: Evidence, other: Fingerprint, same: bool) -> str:
    """One Chinese sentence on why a ticket is linked to an earlier one."""
    grounds = []
    if evidence.caller:
        grounds.append("同一诉求人")
    if evidence.shared and evidence.name >= 0.3:
        grounds.append(f"都提到“{'、'.join(evidence.shared[:2])}”")
    if evidence.copy >= 0.5:
        grounds.append("文字大部分相同")
    elif max(evidence.body, evidence.matter) >= 0.35:
        grounds.append("所述事项的用词相近")
    if evidence.code >= 0.5:
        grounds.append("分类相同")
    if evidence.days < 1.0:
        grounds.append("同一天内")
    else:
        grounds.append(f"相隔 {int(evidence.days)} 天")
    lead = "与工单" if same else "可能与工单"
    tail = "为同一事项" if same else "相关,请人工确认"
    return f"{lead} {other.ticket_no} {tail}:{','.join(grounds)}"

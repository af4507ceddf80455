"""Disjoint groups of tickets, and what people said of pairs of them (人工关联): decisions come before every score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HumanLink:
    """A person's word on two tickets: the same issue or not. The newer of two that contradict each other holds."""

    a: str
    b: str
    same: bool
    at: datetime | None = None


class Groups:
    """Disjoint groups of positions that know which pairs must stay apart."""

    def __init__(self, n: int) -> None:
        self.root = list(range(n))
        self.members: dict[int, list[int]] = {i: [i] for i in range(n)}
        self.apart: dict[int, set[int]] = defaultdict(set)

    def find(self, i: int) -> int:
        while self.root[i] != i:
            self.root[i] = self.root[self.root[i]]
            i = self.root[i]
        return i

    def barred(self, a: int, b: int) -> bool:
        """Whether a person said that two tickets of these groups are not the same."""
        return bool(self.apart.get(a)) and b in {self.find(i) for i in self.apart[a]}

    def bar(self, i: int, j: int) -> None:
        a, b = self.find(i), self.find(j)
        if a != b:
            self.apart[a].add(j)
            self.apart[b].add(i)

    def join(self, i: int, j: int) -> bool:
        a, b = self.find(i), self.find(j)
        if a == b:
            return True
        if self.barred(a, b):
            return False
        if len(self.members[a]) < len(self.members[b]) or (len(self.members[a]) == len(self.members[b]) and b < a):
            a, b = b, a
        self.root[b] = a
        self.members[a] += self.members.pop(b)
        self.apart[a] |= self.apart.pop(b, set())
        return True

    def forget(self, n: int) -> None:
        """Leaves out positions from ``n`` on, which only carried decisions between others."""
        for root, some in list(self.members.items()):
            self.members[root] = [i for i in some if i < n]
            if not self.members[root]:
                del self.members[root]


def decided(n: int, position: Mapping[str, int], decisions: Iterable[HumanLink]) -> Groups:
    """Groups of ``n`` tickets as people decided, newest first; what contradicts newer decisions is passed over.

    Tickets of which nothing is known any more (withdrawn) still carry what was said through them: A and B are one
    issue when both were said to be that of the withdrawn C.
    """
    known = [one for one in decisions if one.a != one.b]
    absent = sorted({number for one in known for number in (one.a, one.b)} - position.keys())
    places = {**position, **{number: n + i for i, number in enumerate(absent)}}
    groups = Groups(n + len(absent))
    known.sort(key=lambda one: (*sorted((one.a, one.b)), one.same))
    known.sort(key=lambda one: one.at.timestamp() if one.at else 0.0, reverse=True)
    for one in known:
        if one.same:
            groups.join(places[one.a], places[one.b])
        else:
            groups.bar(places[one.a], places[one.b])
    groups.forget(n)
    return groups

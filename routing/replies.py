"""Reads a unit's reply (答复): 超职责 (not ours), 已解决, 办理中 or 解释, by patterns, with the words that say so.

Rules, not a model: a wrong reading must be explainable and correctable by one line of reply_terms.csv, and a person's
correction always stands above it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from classify.ticket import PackError, Where
from routing.entities import DATA

Verdict = Literal["超职责", "已解决", "办理中", "解释"]

ORDER: Final[tuple[Verdict, ...]] = ("超职责", "已解决", "办理中", "解释")
"""Which of two equally supported verdicts holds."""

LEAST: Final[Mapping[str, int]] = {"超职责": 2, "已解决": 1, "办理中": 1, "解释": 1}
"""Points that a verdict needs: advice to ask elsewhere is not yet "not ours"."""

CAP: Final[Mapping[str, int]] = {"超职责": 4, "已解决": 4, "办理中": 3, "解释": 2}
"""Most points of a verdict: long replies quote many rules, which must not drown the one sentence that counts."""

READ: Final = 4000
"""Characters read; the end of a longer reply is read instead of its middle."""

_SPACE: Final = re.compile(r"\s+")
_HALF: Final = str.maketrans("\uff0c\uff1b\uff1a\uff01\uff1f", ",;:!?")
"""Full-width marks as the patterns write them; one character each, so that offsets hold."""


@dataclass(frozen=True, slots=True)
class ReplyEvidence:
    """The words that decided: offsets into the text given, end exclusive."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Rules:
    patterns: tuple[tuple[Verdict, int, re.Pattern[str]], ...]
    cancels: re.Pattern[str]


@cache
def _rules(path: Path = DATA / "reply_terms.csv") -> _Rules:
    patterns: list[tuple[Verdict, int, re.Pattern[str]]] = []
    cancels: list[str] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            where = Where(path.name, number, "pattern")
            try:
                compiled = re.compile(row["pattern"])
            except re.error as error:
                raise PackError("答复词表的表达式写错了", value=str(error), where=where) from None
            if row["verdict"] == "not":
                cancels.append(row["pattern"])
            elif row["verdict"] in ORDER:
                verdict: Verdict = next(one for one in ORDER if one == row["verdict"])
                patterns.append((verdict, int(row["weight"]), compiled))
            else:
                raise PackError(
                    "不认识的答复类别", value=row["verdict"], allowed="、".join((*ORDER, "not")), where=where
                )
    return _Rules(tuple(patterns), re.compile("|".join(cancels) or r"(?!)"))


def read_reply(text: str) -> tuple[Verdict | None, ReplyEvidence | None]:
    """What a reply says of the matter, and where; (None, None) when it says nothing (收悉, 感谢 …)."""
    if len(text) > READ:
        half = READ // 2
        cut = len(text) - half
        verdict, evidence = _read(text[:half])
        late, late_evidence = _read(text[cut:])
        if late_evidence is not None and (verdict is None or ORDER.index(late or "解释") <= ORDER.index(verdict)):
            found = late_evidence
            return late, ReplyEvidence(found.start + cut, found.end + cut, found.text)
        return verdict, evidence
    return _read(text)


def _read(text: str) -> tuple[Verdict | None, ReplyEvidence | None]:
    rules = _rules()
    flat = text.translate(_HALF)
    barred = [match.span() for match in rules.cancels.finditer(flat)]
    points = dict.fromkeys(ORDER, 0)
    best: dict[Verdict, tuple[int, int, int]] = {}
    for verdict, weight, pattern in rules.patterns:
        for match in pattern.finditer(flat):
            start, end = match.span()
            if end == start or any(low < end and start < high for low, high in barred):
                continue
            points[verdict] += weight
            held = best.get(verdict)
            if held is None or (-weight, start) < (held[0], held[1]):
                best[verdict] = (-weight, start, end)
    enough = [verdict for verdict in best if points[verdict] >= LEAST[verdict]]
    if not enough:
        return None, None
    winner = max(enough, key=lambda one: (min(points[one], CAP[one]), -ORDER.index(one)))
    _, start, end = best[winner]
    return winner, ReplyEvidence(start, end, text[start:end])

"""Learning owners (承办单位) from tickets and the unit that handled each: habits, and from enough cases a ranker.

The ranker is fitted on what its text model says of cases that the text model has not seen, else it would trust its own
memory. Nothing but the message is read: no reply, no outcome.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from classify.features import by_frequency, weigh_grams
from classify.folds import folds_of, group_copies
from classify.grams import count_grams
from classify.ticket import ModelError, Ticket
from classify.trie import Array, encode
from routing.duties import Assignment, DutyList
from routing.owner_folder import save_owners
from routing.owner_habits import GROUND, UNPLACED, Habits, Owner, OwnerCount
from routing.owner_reading import (
    COLUMN,
    FAINTEST,
    GROUND_FEATURES,
    LINES,
    Ranker,
    Reading,
    TextModel,
    beliefs_of,
    spread,
)
from routing.owners import OwnerModel, owner_of
from routing.result import Place
from routing.triage import Triager

LEAST_CASES: Final = 100
"""Fewer cases teach habits only: five weights and a text model want more [P]."""

_COST: Final = 30.0
_RIDGE: Final = 1.0
_GROUND_RIDGE: Final = 0.5
_LEAST_DF: Final = 2


@dataclass(frozen=True)
class Case:
    """A labelled ticket as triage by the duty list alone sees it; ``column`` of :data:`LINES`, -1 for the ground."""

    ticket: Ticket
    owner: Owner
    matter: str
    district: str | None
    role: str
    beliefs: dict[str, float]
    first: str
    second: str | None

    @property
    def column(self) -> int:
        return COLUMN.get(self.owner.kind, -1)

    @property
    def kind(self) -> str:
        """The text model's label."""
        return self.owner.kind if self.column >= 0 else GROUND


class Notebook(OwnerModel):
    """Changes nothing and notes what the duty list said: (category, district, assignment) a ticket."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[tuple[str, str | None, Assignment]] = []

    def __bool__(self) -> bool:
        return True

    def rerank(
        self,
        assignment: Assignment,
        code: str,
        place: Place,
        duties: DutyList,
        reading: Reading | None = None,
        *,
        official: bool = False,
    ) -> Assignment:
        self.pages.append((code, place.district, assignment))
        return assignment


def train_owners(
    tickets: Sequence[Ticket], labels: Sequence[str], out: Path, triager: Triager, *, concrete: bool = False
) -> dict[str, Any]:
    """Learns and writes ``out/owner``; returns the manifest. ModelError when no label names an owner.

    ``labels``: raw unit names or types of the closed list. ``concrete``: the names are those of dispatches, suggested
    as they are (decisions); names out of replies are read as departments. The triager's own owner model is not used.
    """
    cases, unknown = cases_of(tickets, labels, triager, concrete=concrete)
    if not cases:
        raise ModelError("没有一个标签能读成承办单位", value=f"{len(labels)} 个", allowed="单位名称,或单位类型")
    habits = habits_of(cases)
    ranker = fit(cases) if len(cases) >= LEAST_CASES and len({case.kind for case in cases}) > 2 else None
    manifest = {
        "kind": "owners",
        "taxonomy": triager.taxonomy.hash,
        "pack": triager.versions["pack"],
        "tickets": len(cases),
        "unknown": unknown,
        "labels": dict(Counter(case.kind for case in cases).most_common()),
        "data": _data_hash(cases),
        "ranker": ranker is not None,
    }
    save_owners(out, habits, ranker, manifest, _card(manifest, ranker))
    return manifest


def cases_of(
    tickets: Sequence[Ticket], labels: Sequence[str], triager: Triager, *, concrete: bool = False
) -> tuple[list[Case], int]:
    """Labelled tickets as cases, and how many labels name no owner that could be read."""
    units = triager.duties.units
    known = [(ticket, owner_of(label, units, concrete=concrete)) for ticket, label in zip(tickets, labels, strict=True)]
    kept = [(ticket, owner) for ticket, owner in known if owner is not None]
    notebook = Notebook()
    plain = copy(triager)
    plain.owners = notebook
    plain.triage([ticket for ticket, _ in kept])
    found = []
    for (ticket, owner), (code, district, assignment) in zip(kept, notebook.pages, strict=True):
        beliefs, lines = considered(assignment, triager)
        second = lines[1] if len(lines) > 1 else None
        found.append(Case(ticket, owner, code[:4], district, assignment.role, beliefs, lines[0], second))
    return found, len(known) - len(kept)


def considered(assignment: Assignment, triager: Triager) -> tuple[dict[str, float], list[str]]:
    """Beliefs by type of the line candidates, and the types of the suggested lines."""
    departments = triager.duties.units.departments
    candidates = [(departments[one.department], one.score) for one in assignment.weighed.candidates()]
    beliefs = beliefs_of((kind.unit_type, score) for kind, score in candidates if kind.level == "条线")
    return beliefs, [one.unit_type for one in assignment.suggestions if one.level == "条线"]


def habits_of(cases: Sequence[Case]) -> Habits:
    """Cases counted by matter, district and owner."""
    totals = Counter((case.matter, case.district or UNPLACED, case.owner) for case in cases)
    return Habits(OwnerCount(*key, times) for key, times in totals.items())


def fit(cases: Sequence[Case]) -> Ranker:
    """Text model on all cases, weights on what it says out of fold."""
    counts = _counts(cases)
    kinds = [case.kind for case in cases]
    groups = group_copies([case.ticket.content or case.ticket.title for case in cases])
    folds = folds_of(kinds, groups)
    lines, ground = np.zeros((len(cases), len(LINES))), np.zeros(len(cases))
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        model = _text_model(counts[inside], [kinds[row] for row in inside])
        values = weigh_grams(counts[outside], model.row_of, model.idf)
        lines[outside], ground[outside] = spread(model.kinds, _softmax(values @ model.grams + model.bias))
    held = np.bincount([case.column for case in cases if case.column >= 0], minlength=len(LINES))
    prior = np.log((held + 1.0) / (held.sum() + len(LINES)))
    rows = np.array([row for row, case in enumerate(cases) if case.column >= 0])
    weights = _line_weights([cases[row] for row in rows], prior, lines[rows])
    return Ranker(_text_model(counts, kinds), prior, weights, _ground_weights(cases, ground))


def _counts(cases: Sequence[Case]) -> Any:
    buffer, offsets = encode([case.ticket.text for case in cases])
    shifts = np.array([len(case.ticket.title) + 1 for case in cases], np.int64)
    return count_grams(buffer, offsets, shifts)


def _text_model(counts: Any, kinds: Sequence[str]) -> TextModel:
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    kept = by_frequency(seen, _LEAST_DF)
    row_of = np.full(counts.shape[1], -1, np.int32)
    row_of[kept] = np.arange(len(kept))
    idf = (np.log((1 + len(kinds)) / (1 + seen[kept])) + 1).astype(np.float32)
    machine = LogisticRegression(C=_COST, max_iter=200)
    machine.fit(weigh_grams(counts, row_of, idf), np.array(kinds))
    weights, bias = machine.coef_.T, machine.intercept_
    if len(machine.classes_) == 2:
        weights, bias = np.hstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    grams = np.ascontiguousarray(weights, np.float32)
    return TextModel(tuple(machine.classes_.tolist()), row_of, idf, grams, bias.astype(np.float32))


def _softmax(scores: Array) -> Array:
    moved = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(moved / moved.sum(axis=1, keepdims=True))


def _line_weights(cases: Sequence[Case], prior: Array, texts: Array) -> Array:
    """Weights of the conditional logit over :data:`LINES`, pulled towards the duty list alone."""
    inputs = np.zeros((len(cases), len(LINES), 5))
    inputs[:, :, 0], inputs[:, :, 3], inputs[:, :, 4] = log(FAINTEST), prior, texts
    for row, case in enumerate(cases):
        total = sum(case.beliefs.values()) or 1.0
        for name, share in case.beliefs.items():
            inputs[row, COLUMN[name], 0] = log(share / total + FAINTEST)
        inputs[row, COLUMN[case.first], 1] = 1.0
        if case.second is not None and case.second != case.first:
            inputs[row, COLUMN[case.second], 2] = 1.0
    truth = np.array([case.column for case in cases])
    start = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    every = np.arange(len(cases))

    def loss(weights: Array) -> tuple[float, Array]:
        chances = _softmax(inputs @ weights)
        away = weights - start
        value = -np.log(np.maximum(chances[every, truth], 1e-12)).sum() + _RIDGE * (away @ away)
        slope = (chances[:, :, None] * inputs).sum(axis=(0, 1)) - inputs[every, truth].sum(axis=0)
        return float(value), slope + 2 * _RIDGE * away

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def _ground_weights(cases: Sequence[Case], texts: Array) -> Array:
    inputs = np.zeros((len(cases), len(GROUND_FEATURES)))
    for row, case in enumerate(cases):
        inputs[row, "ABC".index(case.role)] = 1.0
        inputs[row, 3], inputs[row, 4] = case.district is not None, texts[row]
    truth = np.array([case.column < 0 for case in cases], float)

    def loss(weights: Array) -> tuple[float, Array]:
        scores = inputs @ weights
        value = np.logaddexp(0.0, scores).sum() - truth @ scores + _GROUND_RIDGE * (weights @ weights)
        return float(value), inputs.T @ (1 / (1 + np.exp(-scores)) - truth) + 2 * _GROUND_RIDGE * weights

    return np.asarray(minimize(loss, np.zeros(len(GROUND_FEATURES)), jac=True, method="L-BFGS-B").x)


def _data_hash(cases: Sequence[Case]) -> str:
    digest = hashlib.sha256()
    for case in cases:
        digest.update(f"{case.ticket.ticket_no}\0{case.ticket.text}\0{case.owner}\1".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _card(manifest: dict[str, Any], ranker: Ranker | None) -> str:
    """The card in Chinese."""
    kinds = list(manifest["labels"].items())
    lines = [
        "# 承办单位模型说明",
        "",
        f"- 学自: {manifest['tickets']} 件已知承办单位的工单;{manifest['unknown']} 件的单位读不出,没有学",
        f"- 数据指纹 {manifest['data']};城市包 {manifest['pack']}",
        "- 学到什么: 各事项在各区县最终由谁承办(区县 → 事项 → 一级分类逐级收缩);"
        + ("职责清单、前两位建议、总体比例与文字各占多少分量" if ranker else "工单不足,没有学文字"),
        "- 不会改变: 条线独办(C)事项从不由街道乡镇主办;三个建议里总有最合适的条线部门与属地单位",
        "",
        "| 单位类型 | 件数 |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in kinds),
        "",
    ]
    return "\n".join(lines)

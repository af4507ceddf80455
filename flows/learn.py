"""Learning as plain functions: tables or the warehouse's decisions in, a model folder, predictions or figures out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from classify.evaluation import curve_of, draw_curve, evaluate
from classify.learned import LabelModel, load_model, predict_labels
from classify.lexicon import Lexicon
from classify.taxonomy import Taxonomy
from classify.ticket import InputError, ModelError, Ticket
from classify.training import train_model
from flows.doors import Counts, each_ticket
from flows.labels import Labelled, read_labelled
from flows.progress import say
from routing.owner_folder import holds_nothing_else, kept_owners
from routing.owner_training import train_owners
from routing.pack import Pack
from routing.triage import Triager

TARGETS = ("category", "owner")
OWNER_COLUMNS = ("unit", "unit_type", "dept_type")


def train_from(
    source: str | None, out: Path, *, label: str, target: str, pack: str, secret: bytes, moment: datetime
) -> dict[str, Any]:
    """Trains on a labelled table, or (``source`` None) on the warehouse's decisions; the report of the model card."""
    if target not in TARGETS:
        raise InputError("没有这个学习目标", value=target, allowed="、".join(TARGETS))
    found = labelled(source, label, target, secret, moment) if source else decided(target)
    if target == "owner":
        return learn_owners(found, out, pack, concrete=source is None)
    with kept_owners(out):
        report = train_model(found.tickets, found.labels, out, *_language(pack), target=target)
    return {
        "tickets": report["tickets"],
        "labels": len(report["labels"]),
        "unlabelled": found.unlabelled,
        "rejected": len(found.rejects),
        **report["metrics"],
    }


def learn_owners(found: Labelled, out: Path, pack: str, *, concrete: bool) -> dict[str, Any]:
    """The owner model in ``out/owner``; beside it the labels for ``predict``, unless a model of categories is there."""
    triager = Triager.load(pack)
    if holds_nothing_else(out):
        try:
            train_model(found.tickets, found.labels, out, triager.taxonomy, triager.classifier.lexicon, target="owner")
        except ModelError:
            say("标签太少,只学各区县的惯例,不写 predict 用的模型")
    manifest = train_owners(found.tickets, found.labels, out, triager, concrete=concrete)
    return {
        "tickets": manifest["tickets"],
        "labels": len(manifest["labels"]),
        "unlabelled": found.unlabelled + manifest["unknown"],
        "rejected": len(found.rejects),
        "ranker": manifest["ranker"],
    }


def labelled(source: str, label: str, target: str, secret: bytes, moment: datetime) -> Labelled:
    """A labelled table; for owners unit, unit_type and dept_type are looked for when no column was named."""
    names = [label, *OWNER_COLUMNS] if target == "owner" and label == "label" else [label]
    for name in names[:-1]:
        try:
            return read_labelled(source, name, secret, moment)
        except InputError as error:
            if error.value != name:
                raise
    return read_labelled(source, names[-1], secret, moment)


def decided(target: str) -> Labelled:
    """What people decided, newest decision a ticket; final owners outrank first dispatches."""
    from warehouse.engine import make_engine, open_session, upgrade
    from warehouse.lessons import lessons

    upgrade()
    with open_session(make_engine()) as session:
        pairs = lessons(session, target)
    if not pairs:
        raise InputError("库里还没有人工决定,无从学习", allowed="先在派单台上审核,或用 jiesu decide 登记")
    return Labelled([ticket for ticket, _ in pairs], [label for _, label in pairs])


def predict_file(folder: Path, source: str, out: Path, *, pack: str, secret: bytes, as_of: datetime) -> Counts:
    """``jiesu predict``: one line a ticket; label columns are not read because a Ticket does not hold them."""
    model = load(folder, pack)

    def answer(tickets: list[Ticket]) -> Iterable[dict[str, Any]]:
        return predict_labels(model, tickets)

    return each_ticket(source, out, secret, answer, title="预测", as_of=as_of)


def evaluate_file(
    folder: Path, source: str, *, label: str, pack: str, secret: bytes, moment: datetime
) -> dict[str, Any]:
    """``jiesu evaluate``: figures on a labelled table; they and the pictures go into ``evaluation`` beside the model.

    ``learning_curve`` tells what models trained on growing parts of this very table reach on a fifth of it.
    """
    found = read_labelled(source, label, secret, moment)
    model, out = load(folder, pack), folder / "evaluation"
    report = evaluate(model, found.tickets, found.labels, out)
    report["learning_curve"] = curve_of(found.tickets, found.labels, *_language(pack))
    if report["learning_curve"]:
        draw_curve(report["learning_curve"], out / "learning_curve.png")
    report |= {"unlabelled": found.unlabelled, "rejected": len(found.rejects)}
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return report


def load(folder: Path, pack: str) -> LabelModel:
    """The model of a folder, for the taxonomy and lexicon of a pack."""
    return load_model(folder, *_language(pack))


def _language(pack: str) -> tuple[Taxonomy, Lexicon]:
    loaded = Pack.load(pack)
    taxonomy = Taxonomy.load(loaded.path("taxonomy.csv"))
    return taxonomy, Lexicon.load(loaded.path("lexicon.csv"), taxonomy)

"""Learning as plain functions: tables or the warehouse's decisions in, a model folder, predictions or figures out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from classify.evaluation import evaluate
from classify.learned import LabelModel, load_model, predict_labels
from classify.lexicon import Lexicon
from classify.taxonomy import Taxonomy
from classify.ticket import InputError, Ticket
from classify.training import train_model
from flows.doors import Counts, each_ticket
from flows.labels import Labelled, read_labelled
from routing.pack import Pack

TARGETS = ("category", "owner")


def train_from(
    source: str | None, out: Path, *, label: str, target: str, pack: str, secret: bytes, moment: datetime
) -> dict[str, Any]:
    """Trains on a labelled table, or (``source`` None) on the warehouse's decisions; the report of the model card."""
    if target not in TARGETS:
        raise InputError("没有这个学习目标", value=target, allowed="、".join(TARGETS))
    found = read_labelled(source, label, secret, moment) if source else decided(target)
    report = train_model(found.tickets, found.labels, out, *_language(pack), target=target)
    return {
        "tickets": report["tickets"],
        "labels": len(report["labels"]),
        "unlabelled": found.unlabelled,
        "rejected": len(found.rejects),
        **report["metrics"],
    }


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
    """``jiesu evaluate``: figures on a labelled table; the reliability picture goes beside the model."""
    found = read_labelled(source, label, secret, moment)
    report = evaluate(load(folder, pack), found.tickets, found.labels, folder / "evaluation")
    return report | {"unlabelled": found.unlabelled, "rejected": len(found.rejects)}


def load(folder: Path, pack: str) -> LabelModel:
    """The model of a folder, for the taxonomy and lexicon of a pack."""
    return load_model(folder, *_language(pack))


def _language(pack: str) -> tuple[Taxonomy, Lexicon]:
    loaded = Pack.load(pack)
    taxonomy = Taxonomy.load(loaded.path("taxonomy.csv"))
    return taxonomy, Lexicon.load(loaded.path("lexicon.csv"), taxonomy)

"""Learning (训练) from labelled tickets: what the lexicon says, corrected by linear models, calibrated out of fold.

The split is grouped: near-copies of a text never stand on both sides. Rare labels go up a level or are left to the
lexicon, openly, and are told in the card. Labels that are paths, and our codes, are learned level by level.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from classify.card import write_card
from classify.descent import join_levels, joint_of, leaves_of, spread
from classify.features import evidence_of
from classify.fitting import Known, Sample, calibrated, fit_steps, out_of_fold, raw_scores
from classify.folder import save_folder
from classify.folds import group_copies
from classify.grams import count_grams
from classify.lexicon import Lexicon
from classify.measures import measure
from classify.model import Classifier
from classify.steps import Step, Tree, chances_of, product, said_of
from classify.taxonomy import Taxonomy
from classify.ticket import ModelError, Ticket
from classify.trie import Array, encode

RARE: Final = 3
"""Fewer examples than this cannot stand in folds of their own: such labels go up a level or to the lexicon."""

MOST_LABELS: Final = 600
AUTO_PRECISION: Final = 0.97
"""What the lane auto promises (design, Lanes)."""

_OUR_CODES: Final = 0.8


def train_model(
    tickets: Sequence[Ticket],
    labels: Sequence[str],
    out: Path | str,
    taxonomy: Taxonomy | None = None,
    lexicon: Lexicon | None = None,
    target: str = "category",
) -> dict[str, Any]:
    """Fit, calibrate, measure and save a model folder at ``out``; returns the report that the manifest holds.

    ``labels`` go with ``tickets``; an empty one drops its ticket. ``target`` (category or owner) is only told in the
    card. ModelError when fewer than two labels have :data:`RARE` examples.
    """
    if len(tickets) != len(labels):
        raise ModelError("标签数与工单数不同", value=str(len(labels)), allowed=str(len(tickets)))
    taxonomy = taxonomy or Taxonomy.load()
    lexicon = lexicon or Lexicon.load(None, taxonomy)
    classifier = Classifier(taxonomy, lexicon)
    sample, tree, known, rare = _sample(tickets, labels, classifier)
    steps = fit_steps(sample, tree, known, RARE)
    unseen = out_of_fold(sample, tree, known, RARE, steps)
    steps = calibrated(steps, unseen, sample.labels, tree)
    names = _names(steps, classifier, tree)
    chances = _joined(steps, unseen.chances(steps), sample.lexicon, classifier, tree)
    inside = np.array([label in set(names) for label in sample.labels])
    truth = [label for label, keep in zip(sample.labels, inside, strict=True) if keep]
    metrics = measure(truth, chances[inside], names)
    auto = _threshold(truth, chances[inside], names)
    metrics["auto"] = _lane(truth, chances[inside], names, auto)
    manifest: dict[str, Any] = {
        "kind": "codes" if tree.digits else "labels",
        "target": target,
        "taxonomy": taxonomy.hash,
        "lexicon": lexicon.hash,
        "data": _data_hash(tickets, labels),
        "tickets": len(sample.labels),
        "labels": dict(Counter(sample.labels).most_common()),
        "names": {code: "/".join(taxonomy.path(code)) for code in names} if tree.digits else {},
        "dropped": dict(sample.dropped),
        "rare": rare,
        "auto": auto,
        "steps": [
            {"labels": list(step.labels), "ratio": step.ratio, "sharpness": step.sharpness, "floor": step.floor}
            for step in steps
        ],
        "metrics": metrics,
        "lexicon_alone": _lexicon_alone(sample, known, tree),
        "time_split": _newest_fifth(sample, classifier, tree, known),
        "versions": _versions(),
    }
    save_folder(Path(out), _arrays(steps), manifest, write_card(manifest))
    return manifest


def known_names(classifier: Classifier, tree: Tree) -> Known:
    """What label names the lexicon knows: our codes and names, first levels of the outside label system."""
    names: dict[str, list[int]] = {}
    taxonomy = classifier.taxonomy
    for place, code in enumerate(classifier.columns):
        category = taxonomy.get(code)
        first = taxonomy.get(code[:2])
        below = {one for one in taxonomy.codes(3) if one[:4] == code} if tree.depth > 2 else set()
        outside = {category.name, *category.name.split("/"), *category.aliases}
        for name in {code, code[:2], *below} if tree.digits else outside:
            names.setdefault(name, []).append(place)
        if not tree.digits:
            names.setdefault(first.name, []).append(place)
    if not tree.digits:
        for place, level in enumerate(classifier.levels, len(classifier.columns)):
            names[level] = [place]
    return Known(names, len(classifier.columns) + len(classifier.levels))


def _sample(
    tickets: Sequence[Ticket], labels: Sequence[str], classifier: Classifier
) -> tuple[Sample, Tree, Known, dict[str, int]]:
    """The tickets that can be learned from, their labels' tree and known names, and how many each rare label had.

    A rare label whose name the lexicon knows is kept: the lexicon speaks for it.
    """
    cleaned = [" ".join(str(label).split()) if label is not None else "" for label in labels]
    dropped: Counter[str] = Counter()
    given = {label for label in cleaned if label}
    inside = {label for label in given if label in classifier.taxonomy and len(label) >= 4}
    codes = bool(given) and len(inside) >= _OUR_CODES * len(given)
    empty = sum(1 for label in cleaned if not label)
    if empty:
        dropped["标签为空"] = empty
    if codes:
        dropped["不在分类体系里的代码"] = sum(1 for label in cleaned if label and label not in inside)
        cleaned = [label if label in inside else "" for label in cleaned]
    tree = Tree.of([label for label in cleaned if label], codes)
    held = Counter(label for label in cleaned if label)
    rare = {label: n for label, n in sorted(held.items()) if n < RARE}
    if tree.depth > 1 and not codes:
        cleaned, held = _merged_upward(cleaned, tree)
    elif codes:  # a rare third level goes up to its second, which is left to the lexicon when it is rare itself
        cleaned = [label[:4] if label in rare else label for label in cleaned]
        held = Counter(label for label in cleaned if label)
    known = known_names(classifier, tree)
    spoken = known.names if known.table(sorted(held)) is not None and tree.depth == 1 else {}
    frequent = {label for label, n in held.most_common(MOST_LABELS) if n >= RARE or label in spoken}
    kept = {code for code in held if code[:2] in {label[:2] for label in frequent}} if codes else frequent
    lost = sum(n for label, n in held.items() if label not in kept)
    if lost:
        dropped[f"少于 {RARE} 条的标签"] = lost
    rows = [row for row, label in enumerate(cleaned) if label in kept]
    if len(frequent) < 2:
        allowed = f"至少两个标签,每个至少 {RARE} 条"
        raise ModelError("可学的标签不够", value=f"{len(frequent)} 个", allowed=allowed)
    chosen = [tickets[row] for row in rows]
    buffer, offsets = encode([ticket.text for ticket in chosen])
    shifts = np.array([len(ticket.title) + 1 for ticket in chosen], np.int64)
    probabilities, paths, _ = classifier.probabilities(buffer, offsets, shifts)
    mass = classifier.level_mass(probabilities, paths)
    sample = Sample(
        labels=[cleaned[row] for row in rows],
        counts=count_grams(buffer, offsets, shifts),
        lexicon=probabilities,
        evidence=evidence_of(probabilities, mass),
        said=said_of(probabilities, mass),
        groups=group_copies([ticket.content or ticket.title for ticket in chosen]),
        days=np.array([ticket.received_at.timestamp() for ticket in chosen]),
        dropped=+dropped,
    )
    return sample, tree, known, {label: n for label, n in rare.items() if label not in spoken}


def _merged_upward(labels: Sequence[str], tree: Tree) -> tuple[list[str], Counter[str]]:
    """Labels with rare leaves cut to the level above, again and again; the first level stays."""
    merged = list(labels)
    for level in range(tree.depth - 2, -1, -1):
        held = Counter(label for label in merged if label)
        merged = [tree.cut(label, level) if label and held[label] < RARE else label for label in merged]
    return merged, Counter(label for label in merged if label)


def _names(steps: Sequence[Step], classifier: Classifier, tree: Tree) -> list[str]:
    """The labels that a model can say: all our codes where it learned some, else those it learned."""
    return list(leaves_of(classifier.columns, steps).labels if tree.digits else steps[-1].labels)


def _joined(steps: Sequence[Step], parts: Sequence[Array], lexicon: Array, classifier: Classifier, tree: Tree) -> Array:
    if tree.digits:
        codes, chances = classifier.columns, np.empty((len(lexicon), len(classifier.columns)))
        levels = [product(steps[: at + 1], parts[: at + 1]) for at in range(len(steps))]
        join_levels(levels[0], levels[1], lexicon, joint_of(codes, steps[0].labels, steps[1].labels), chances)
        return spread(chances, levels, leaves_of(codes, steps))
    return product(steps, parts)


def _lexicon_alone(sample: Sample, known: Known, tree: Tree) -> dict[str, float] | None:
    """What the lexicon alone reaches on the same tickets, where it knows the names of the labels; else None."""
    names = sorted(set(sample.labels))
    table = known.table(names)
    if table is None:
        return None
    found = measure(sample.labels, sample.said @ table + 1e-9, names)
    return {"macro_f1": found["macro_f1"], "accuracy": found["accuracy"]}


def _threshold(truth: Sequence[str], chances: Array, names: Sequence[str]) -> float | None:
    """Least probability from which on the promised precision holds out of fold; None when it never does."""
    best = chances.max(axis=1)
    right = np.array([names[place] for place in chances.argmax(axis=1)]) == np.array(truth)
    order = np.argsort(-best, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_tie = np.append(np.diff(best[order]) != 0, True)
    good = np.flatnonzero((precision >= AUTO_PRECISION) & last_of_tie)
    if len(good) == 0 or good[-1] < min(20, len(order) // 4):
        return None
    return float(np.ceil(best[order][good[-1]] * 1e4) / 1e4)


def _lane(truth: Sequence[str], chances: Array, names: Sequence[str], auto: float | None) -> dict[str, float]:
    best = chances.max(axis=1)
    right = np.array([names[place] for place in chances.argmax(axis=1)]) == np.array(truth)
    inside = best >= auto if auto is not None else np.zeros(len(best), bool)
    precision = float(right[inside].mean()) if inside.any() else 0.0
    return {"share": round(float(inside.mean()), 4), "precision": round(precision, 4)}


def _newest_fifth(sample: Sample, classifier: Classifier, tree: Tree, known: Known) -> dict[str, Any] | None:
    """Macro F1 and accuracy on the newest fifth after training on the rest; None when times do not tell."""
    if len(np.unique(sample.days)) < len(sample.days) // 2 or len(sample.days) < 50:
        return None
    border = np.quantile(sample.days, 0.8)
    newest = sample.days > border
    old_groups = set(sample.groups[~newest].tolist())
    newest &= np.array([group not in old_groups for group in sample.groups.tolist()])
    old, new = sample.part(np.flatnonzero(sample.days <= border)), sample.part(np.flatnonzero(newest))
    if len({tree.cut(label, 0) for label in old.labels}) < 2 or not new.labels:
        return None
    steps = fit_steps(old, tree, known, RARE)
    parts = [chances_of(*raw_scores(step, new.counts, new.evidence, new.said), step) for step in steps]
    names = _names(steps, classifier, tree)
    result = measure(new.labels, _joined(steps, parts, new.lexicon, classifier, tree), names)
    return {"tickets": len(new.labels), "macro_f1": result["macro_f1"], "accuracy": result["accuracy"]}


def _arrays(steps: Sequence[Step]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for at, step in enumerate(steps):
        arrays |= {f"step{at}_{part}": value for part, value in step.weights._asdict().items()}
        arrays |= {f"step{at}_table": step.table, f"step{at}_parents": step.parents}
    return arrays


def _data_hash(tickets: Sequence[Ticket], labels: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for ticket, label in zip(tickets, labels, strict=True):
        digest.update(f"{ticket.ticket_no}\0{ticket.text}\0{label}\1".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _versions() -> Mapping[str, str]:
    import numpy
    import scipy
    import sklearn

    return {"numpy": numpy.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__, "os": os.name}

"""The owner model on disk: the sub-folder ``owner/`` of a model folder, beside or without a model of categories.

Same shape and same refusals as every model folder of the house (:mod:`classify.folder`): plain arrays, a manifest with
versions and the sha256 of every file, a card for people.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from classify.folder import MANIFEST, load_folder, save_folder
from classify.ticket import ModelError, Where
from classify.trie import Array
from routing.owner_habits import Habits, Owner, OwnerCount
from routing.owner_reading import FEATURES, GROUND_FEATURES, LINES, Ranker, TextModel
from routing.owners import OwnerModel

FOLDER: Final = "owner"
VERSION: Final = "owners-1"
"""Changes whenever a model trained before could no longer be read rightly."""


def holds_categories(folder: Path | str) -> bool:
    """Whether the folder is to be loaded as a model of categories: everything but a folder of owners alone."""
    root = Path(folder)
    if not (root / FOLDER / MANIFEST).is_file():
        return True  # loading it says what is wrong
    return (root / MANIFEST).exists() and _target(root) != FOLDER


def _target(root: Path) -> str | None:
    """What the manifest says it is for; None when it cannot be read."""
    try:
        manifest = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(manifest.get("target")) if isinstance(manifest, dict) else None


def holds_nothing_else(folder: Path) -> bool:
    """Whether no model of categories is in the folder, so that the labels of owners may stand at its top."""
    return not (folder / MANIFEST).is_file() or not holds_categories(folder) or _target(folder) == FOLDER


@contextmanager
def kept_owners(folder: Path) -> Iterator[None]:
    """Lets a model of categories be written to a folder without losing the owner model in it."""
    if not (folder / FOLDER / MANIFEST).is_file():
        yield
        return
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as aside:
        moved = Path(aside) / FOLDER
        os.replace(folder / FOLDER, moved)
        try:
            yield
        finally:
            folder.mkdir(exist_ok=True)
            os.replace(moved, folder / FOLDER)


def save_owners(root: Path, habits: Habits, ranker: Ranker | None, manifest: dict[str, Any], card: str) -> None:
    """Writes ``root/owner``; what else is in ``root`` stays."""
    arrays: dict[str, Array] = {"empty": np.zeros(0)}
    whole = {
        **manifest,
        "owners": VERSION,
        "target": FOLDER,
        "counts": [[one.matter, one.district, *one.owner, one.times] for one in habits.counts()],
        "lines": list(LINES),
    }
    if ranker is not None:
        text = ranker.text
        arrays |= {"row_of": text.row_of, "idf": text.idf, "grams": text.grams, "bias": text.bias}
        arrays |= {"prior": ranker.prior, "weights": ranker.weights, "ground": ranker.ground_weights}
        whole["kinds"] = list(text.kinds)
    root.mkdir(parents=True, exist_ok=True)
    save_folder(root / FOLDER, arrays, whole, card)


def load_owners(root: Path | str, taxonomy_hash: str) -> OwnerModel | None:
    """The owner model of a folder; None when it holds none. ModelError when it must not be used."""
    folder = Path(root) / FOLDER
    if not folder.is_dir():
        return None
    arrays, manifest, digest = load_folder(folder, taxonomy_hash)
    where = Where(file=f"{FOLDER}/{MANIFEST}")
    if manifest.get("owners") != VERSION or manifest.get("lines") != list(LINES):
        given = str(manifest.get("owners"))
        raise ModelError("承办单位模型是别的版本训练的,请重新训练", value=given, allowed=VERSION, where=where)
    try:
        habits = Habits(
            OwnerCount(str(matter), str(district), Owner(str(kind), str(department), str(unit)), int(times))
            for matter, district, kind, department, unit, times in manifest["counts"]
        )
        ranker = _ranker(arrays, manifest) if "kinds" in manifest else None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("模型清单与权重对不上", value=str(error)[:60], where=where) from error
    return OwnerModel(habits, ranker, trained=f"{digest[:8]}{habits.hash[:8]}", manifest=manifest)


def _ranker(arrays: dict[str, Array], manifest: dict[str, Any]) -> Ranker:
    kinds = tuple(manifest["kinds"])
    text = TextModel(kinds, *(arrays[name] for name in ("row_of", "idf", "grams", "bias")))
    ranker = Ranker(text, arrays["prior"], arrays["weights"], arrays["ground"])
    wanted = (len(kinds), len(LINES), len(FEATURES), len(GROUND_FEATURES))
    given = (text.grams.shape[1], len(ranker.prior), len(ranker.weights), len(ranker.ground_weights))
    if wanted != given or len(text.bias) != len(kinds):
        raise ValueError("列数不同")
    return ranker

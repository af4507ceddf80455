"""Fits the reader of names (姓名): ``python -m classify.nametraining --names GOLD… --plain TEXTS… --places TABLES…``.

Gold files are JSON lines with ``text`` and ``spans``; plain files are JSON lines with ``text`` or CSV with ``text`` and
``demand``, and hold no names; tables of places are CSV with ``name`` and ``aliases``.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pycrfsuite

from classify.namecontext import HAN
from classify.namefeatures import MODEL, features, seen
from classify.nameforms import formed
from classify.namereading import labels
from classify.names import names
from classify.namesentences import Sentence, Writer
from classify.views import view

SEED: Final = 20261128
SENTENCES: Final = 30_000
COPIES: Final = 4
"""Times that every gold sentence with a name is repeated with other names."""
PARAMETERS: Final = {"c1": 0.1, "c2": 0.01, "max_iterations": 100, "feature.minfreq": 2}
"""Penalties and limits of CRFsuite's L-BFGS; a sign seen once is left out."""


def gold(paths: Sequence[Path]) -> list[Sentence]:
    """Sentences with the spans of their names."""
    found = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            spans = [(span["start"], span["end"]) for span in row["spans"] if span["kind"] == "name"]
            found.append((row["text"], sorted(spans)))
    return found


def plain(paths: Sequence[Path]) -> list[str]:
    """Texts without names, as far as the rules can tell."""
    found = []
    for path in paths:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as lines:
                for row in csv.DictReader(lines):
                    found += [re.sub(r"\{[^}]*\}", "某处", row.get(key) or "") for key in ("text", "demand")]
        else:
            rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            found += [
                f"{row.get('title') or ''}。{row.get('text') or row.get('body') or ''}".strip("。") for row in rows
            ]
    return [text for text in found if len(text) > 5 and not _named(view(text))]


def _named(text: str) -> bool:
    """Whether a rule finds a name."""
    return any(True for finder in (names, formed) for _ in finder(text))


def place_names(paths: Sequence[Path]) -> list[str]:
    """Names and aliases of two to twelve ideographs."""
    found = set()
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                for key in ("name", "alias", "aliases"):
                    found.update(re.split(r"[;|、, ]", row.get(key) or ""))
    return sorted(name for name in found if 2 <= len(name) <= 12 and all(map(HAN.match, name)))


def fit(sentences: Iterable[Sentence], path: Path) -> None:
    """Fits on ``sentences`` and writes the model to ``path``."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for text, spans in sentences:
        seen_as = view(text)
        row = labels(len(text), [span for span in spans if span[1] - span[0] > 1])
        look = seen(seen_as)
        for low, high in look.windows():
            trainer.append(features(look, low, high), row[low:high])
    trainer.set_params(PARAMETERS)
    trainer.train(str(path))


def main() -> None:
    """Reads the sources, writes sentences, fits, replaces the model."""
    parser = argparse.ArgumentParser(description="Fits the reader of names.")
    for option in ("--names", "--plain", "--places"):
        parser.add_argument(option, type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=Path(str(MODEL)))
    given = parser.parse_args()
    texts = plain(given.plain)
    writer = Writer(SEED, texts, place_names(given.places))
    rows = gold(given.names)
    renamed = [writer.renamed(row) for row in rows if row[1] for _ in range(COPIES)]
    fit([*rows, *renamed, *writer.write(SENTENCES), *((text[:300], []) for text in texts)], given.out)


if __name__ == "__main__":
    main()

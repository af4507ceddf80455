"""The lexicon (词库): hand-written terms with weights that speak for a category; no labels needed.

A folder of CSV files (one a first-level class) with ``code, term, weight, unless, only_with, purpose``. ``code`` is a
category of any level; a term of a first-level code supports all its children. A longer term swallows the shorter ones
inside it, so code ``0000`` (中性词) holds wordings that must speak for nothing. ``only_with``/``unless``: words
(``a|b``) of which one must / none may stand within :data:`NEAR` characters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classify.taxonomy import DATA, Taxonomy, read_table, split_list
from classify.text import fold
from classify.ticket import PackError, Where

NEUTRAL: Final = "0000"
NEAR: Final = 30
"""Characters between a term and the word that confirms or forbids it; about a sentence [P]."""

_COLUMNS: Final = ("code", "term", "weight", "unless", "only_with", "purpose")
_MAX_WEIGHT: Final = 10.0
_MAX_TERM: Final = 30


@dataclass(frozen=True, slots=True)
class LexiconRow:
    """One line: ``term`` (folded) gives ``weight`` points to ``code``; negative points speak against it."""

    code: str
    term: str
    weight: float
    unless: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()
    purpose: str = ""


class Lexicon:
    """Rows in file order. ``terms`` are the distinct folded terms, ``hash`` identifies the content."""

    def __init__(self, rows: list[LexiconRow], content_hash: str = "") -> None:
        self.rows = tuple(rows)
        self.hash = content_hash
        self.terms: list[str] = list(dict.fromkeys(row.term for row in rows))

    @classmethod
    def load(cls, path: Path | str | None, taxonomy: Taxonomy) -> Lexicon:
        """Read a file, or every ``*.csv`` of a folder in name order; None reads the shipped one. PackError if wrong."""
        source = Path(path) if path is not None else DATA / "lexicon"
        files = sorted(source.glob("*.csv")) if source.is_dir() else [source]
        if not files:
            raise PackError("词库文件夹里没有 CSV 文件", where=Where(file=source.name))
        rows: list[LexiconRow] = []
        seen: set[tuple[str, str, tuple[str, ...]]] = set()
        digest = hashlib.sha256()
        for file in files:
            for where, record in read_table(file, _COLUMNS):
                if source == DATA / "lexicon" and record["code"] != NEUTRAL and record["code"] not in taxonomy:
                    # a city's own taxonomy may have no third level, or have dropped a class of the shipped lexicon
                    record["code"] = record["code"][:4]
                    if record["code"] not in taxonomy:
                        continue
                row = _row(record, where, taxonomy)
                key = (row.code, row.term, row.only_with)
                if key in seen:
                    raise PackError("词条重复", value=row.term, where=Where(where.file, where.row, "term"))
                seen.add(key)
                rows.append(row)
            digest.update(file.name.encode() + file.read_bytes())
        return cls(rows, digest.hexdigest()[:16])

    def score(self, text: str) -> dict[str, float]:
        """Plain points per code for ``text``, without nesting, titles or conditions: for who edits the table."""
        folded, points = fold(text), dict[str, float]()
        for row in self.rows:
            if row.code != NEUTRAL and row.term in folded:
                points[row.code] = points.get(row.code, 0.0) + row.weight
        return points


def _row(record: dict[str, str], where: Where, taxonomy: Taxonomy) -> LexiconRow:
    code, term = record["code"], fold(record["term"])
    if code != NEUTRAL and code not in taxonomy:
        raise PackError("分类代码不存在", value=code, where=Where(where.file, where.row, "code"))
    if not 0 < len(term) <= _MAX_TERM:
        raise PackError(
            "词条长度不对", value=term[:40], allowed="1 到 30 个字", where=Where(where.file, where.row, "term")
        )
    try:
        weight = float(record["weight"])
    except ValueError:
        weight = float("nan")
    if not -_MAX_WEIGHT <= weight <= _MAX_WEIGHT:
        column = Where(where.file, where.row, "weight")
        raise PackError("分值不对", value=record["weight"][:20], allowed="-10 到 10 的数", where=column)
    return LexiconRow(
        code=code,
        term=term,
        weight=weight,
        unless=tuple(map(fold, split_list(record["unless"]))),
        only_with=tuple(map(fold, split_list(record["only_with"]))),
        purpose=record["purpose"],
    )

"""The category tree (分类体系): codes, names, validity and the crosswalk (对照) to other taxonomies, all from CSV.

``taxonomy.csv`` has one row a category: ``code, level, parent, name, aliases, xinfang, valid_from, valid_to, note``.
Lists in a cell are separated by ``|``; ``xinfang`` is a path of names with ``/``. ``crosswalk.csv`` beside it holds the
exceptions: when one of the words in ``when`` stands in the text, the code maps to ``path`` instead.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from classify.ticket import PackError, Where

DATA: Final = Path(__file__).resolve().parent / "data"
OUTSIDE: Final = "9906"
"""无实质内容: the code for a text that speaks for no category."""

_COLUMNS: Final = ("code", "level", "parent", "name", "aliases", "xinfang", "valid_from", "valid_to", "note")
_CROSS_COLUMNS: Final = ("code", "when", "path", "note")


@dataclass(frozen=True, slots=True)
class Category:
    """One node. ``parent`` is None at level 1; ``valid_from``/``valid_to`` are inclusive, None means open."""

    code: str
    name: str
    parent: str | None
    level: int
    aliases: tuple[str, ...] = ()
    maps_to: dict[str, tuple[str, ...]] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """An exception of the crosswalk: ``code`` maps to ``path`` when a word of ``when`` is in the text."""

    code: str
    when: tuple[str, ...]
    path: tuple[str, ...]


def split_list(cell: str) -> tuple[str, ...]:
    """Parts of a table cell, separated by ``|``, blanks dropped."""
    return tuple(part.strip() for part in cell.replace("｜", "|").split("|") if part.strip())


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[Where, dict[str, str]]]:
    """Rows of a UTF-8 CSV as dicts with exactly ``columns``; PackError names file, row and column."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError("数据表读不出来,应为 UTF-8 的 CSV 文件", where=Where(file=path.name)) from error
    reader = csv.DictReader(text.splitlines())
    given = tuple(reader.fieldnames or ())
    if given != columns:
        raise PackError(
            "列名不符", value=",".join(given)[:120], allowed=",".join(columns), where=Where(file=path.name, row=0)
        )
    for number, record in enumerate(reader, 1):
        if None in record or None in record.values():
            raise PackError("列数与表头不一致", where=Where(file=path.name, row=number))
        yield Where(file=path.name, row=number), {key: value.strip() for key, value in record.items()}


def _day(cell: str, where: Where, column: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError as error:
        where = Where(where.file, where.row, column)
        raise PackError("日期无法识别", value=cell, allowed="年-月-日", where=where) from error


class Taxonomy:
    """All categories by code; ``hash`` identifies the content of its files."""

    def __init__(self, categories: list[Category], crossings: list[Crossing], content_hash: str = "") -> None:
        self._by_code = {category.code: category for category in categories}
        self.crossings = tuple(crossings)
        self.hash = content_hash
        self._paths = {code: self._walk(code) for code in self._by_code}

    @classmethod
    def load(cls, path: Path | str | None = None) -> Taxonomy:
        """Read ``taxonomy.csv`` (a file, or its folder); None reads the shipped one. PackError if wrong."""
        source = Path(path) if path is not None else DATA
        file = source / "taxonomy.csv" if source.is_dir() else source
        categories: list[Category] = []
        seen: dict[str, Category] = {}
        for where, row in read_table(file, _COLUMNS):
            category = _category(row, where)
            if category.code in seen:
                raise PackError("分类代码重复", value=category.code, where=Where(where.file, where.row, "code"))
            if category.parent is not None and category.parent not in seen:
                problem = "上级代码不存在(上级应先于下级列出)"
                raise PackError(problem, value=category.parent, where=Where(where.file, where.row, "parent"))
            seen[category.code] = category
            categories.append(category)
        digest = hashlib.sha256(file.read_bytes())
        cross = file.with_name("crosswalk.csv")
        if not cross.exists():
            cross = DATA / "crosswalk.csv"
        crossings = []
        for where, row in read_table(cross, _CROSS_COLUMNS):
            if row["code"] not in seen:
                if cross.parent == DATA and file.parent != DATA:
                    continue  # the shipped exceptions may speak of codes that a city's own taxonomy has dropped
                raise PackError("分类代码不存在", value=row["code"], where=Where(where.file, where.row, "code"))
            crossings.append(Crossing(row["code"], split_list(row["when"]), tuple(row["path"].split("/"))))
        digest.update(cross.read_bytes())
        return cls(categories, crossings, digest.hexdigest()[:16])

    def _walk(self, code: str) -> tuple[str, ...]:
        names: list[str] = []
        node: Category | None = self._by_code[code]
        while node is not None:
            names.append(node.name)
            node = self._by_code[node.parent] if node.parent else None
        return tuple(reversed(names))

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Category]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def get(self, code: str) -> Category:
        """The category of ``code``; PackError when there is none."""
        try:
            return self._by_code[code]
        except KeyError:
            raise PackError("分类代码不存在", value=code[:20], allowed="分类体系中的代码") from None

    def path(self, code: str) -> tuple[str, ...]:
        """Names from the first level down to ``code``."""
        self.get(code)
        return self._paths[code]

    def codes(self, level: int | None = None, day: date | None = None) -> list[str]:
        """Codes in table order; only of ``level`` when given, only those valid on ``day`` when given."""
        return [
            category.code
            for category in self._by_code.values()
            if (level is None or category.level == level)
            and (
                day is None
                or (
                    (category.valid_from is None or category.valid_from <= day)
                    and (category.valid_to is None or day <= category.valid_to)
                )
            )
        ]

    def xinfang(self, code: str) -> list[str] | None:
        """Names in the public petition label system (信访分类, three levels), the usual path; None where none fits."""
        path = self.get(code).maps_to.get("xinfang")
        return list(path) if path else None


def _category(row: dict[str, str], where: Where) -> Category:
    code, level = row["code"], row["level"]
    if not (code.isascii() and code.isdigit() and level.isdigit() and len(code) == 2 * int(level)):
        allowed = "每级两位数字"
        raise PackError("分类代码与级别不符", value=f"{code}/{level}", allowed=allowed, where=where)
    parent = row["parent"] or None
    if (parent is None) != (level == "1") or (parent is not None and code[:-2] != parent):
        raise PackError("上级代码应是本级代码的前几位", value=f"{parent or ''}/{code}", where=where)
    if not row["name"]:
        raise PackError("缺少名称", value=code, where=where)
    maps_to = {"xinfang": tuple(row["xinfang"].split("/"))} if row["xinfang"] else {}
    return Category(
        code=code,
        name=row["name"],
        parent=parent,
        level=int(level),
        aliases=split_list(row["aliases"]),
        maps_to=maps_to,
        valid_from=_day(row["valid_from"], where, "valid_from"),
        valid_to=_day(row["valid_to"], where, "valid_to"),
    )

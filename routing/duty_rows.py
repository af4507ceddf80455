"""Rows of the duty list (职责清单): who leads which matter under which condition.

``when`` holds conditions joined by ``;``: ``场所=小区内|村`` (one of these values) or ``人数>=10``. A row matches when
all of its conditions hold; an unknown attribute fulfils none. Of the rows that match, the most specific wins: more
conditions before fewer, then a row of the city before a general one, then the more decisive keys (:data:`RANKS`). Two
rows that could tie are refused (``duty_checks``), so that there is always exactly one answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from classify.ticket import PackError
from routing.attributes import VALUES
from routing.pack import Pack
from routing.tables import TableRow, read_table

Role = Literal["A", "B", "C"]
"""A 属地主办、条线指导, B 条线主办、属地协办, C 条线独办 (never led by a street or town)."""

REQUIRED: Final = ("id", "matter_code", "matter", "lead", "assist", "role", "when")
OPTIONAL: Final = (
    *("city", "valid_from", "valid_to", "first", "question", "asks"),
    *("urgency", "basis", "confirmed", "channel", "by_name", "note"),
)
COUNTED: Final = ("人数", "金额")
"""Keys compared as numbers."""

RANKS: Final = {
    key: rank
    for rank, key in enumerate(("法律程序", "权属", "移交", "许可", "行业", "场所", "时段", "正在发生", "人数", "金额"))
}
"""How decisive a key is when two rows have equally many conditions [P]: an owner named on the cover beats the place."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: ``values`` the accepted words, or ``least`` the smallest number for a counted key."""

    key: str
    values: frozenset[str] = frozenset()
    least: float | None = None

    def holds(self, attributes: Mapping[str, str | None]) -> bool:
        """Whether the attributes fulfil it; None (unknown) never does."""
        value = attributes.get(self.key)
        if value is None:
            return False
        if self.least is None:
            return value in self.values
        try:
            return float(value) >= self.least
        except ValueError:
            return False

    def meets(self, other: Condition) -> bool:
        """Whether some value fulfils both; the keys are equal."""
        return self.least is not None or other.least is not None or bool(self.values & other.values)


LEADS: Final = 0.75
NEXT: Final = 0.17
LATER: Final = (NEXT, 0.08, 0.04, 0.02)
RIVAL: Final = 0.30
"""Shares in a row's matter [P]: its lead, its 协办 in order, the first 协办 while the deciding question is open."""

Source = Literal["先办", "主办", "协办", "另解", "点名", "场所"]
"""Why a department is a candidate: acts first, leads, assists, in another reading, is named, or minds the ground."""


@dataclass(frozen=True, slots=True, eq=False)
class DutyRow:
    """One duty. ``lead`` and ``assist`` are generic departments; ``first`` acts before the lead (先办), or is "".

    ``city`` "" is any city; validity days are inclusive, None is open. ``asks`` are the keys that ``question`` settles.
    ``by_name``: a department that the text names takes the matter, itself (本单位) or the one above it (上级).
    ``stakes`` say who has which share: first actor and lead, then the 协办 in order.
    ``basis`` is the legal basis; nothing with ``confirmed`` false may be shown as confirmed law.
    """

    id: str
    matter_code: str
    matter: str
    lead: str
    assist: tuple[str, ...]
    role: Role
    when: tuple[Condition, ...] = ()
    city: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    first: str = ""
    question: str = ""
    asks: tuple[str, ...] = ()
    urgency: str = "一般"
    basis: str = ""
    confirmed: bool = False
    channel: str = ""
    by_name: str = ""
    note: str = ""
    row: int = 0
    stakes: tuple[tuple[str, float, Source], ...] = field(init=False)

    def __post_init__(self) -> None:
        actors: list[tuple[str, float, Source]] = [(self.lead, LEADS, "主办")]
        if self.first:
            actors = [(self.first, LEADS, "先办"), (self.lead, LEADS / 2, "主办")]
        actors += [(name, share, "协办") for share, name in zip(LATER, self.assist, strict=False)]
        object.__setattr__(self, "stakes", tuple(actors))

    @property
    def rank(self) -> tuple[int, int, tuple[int, ...]]:
        """Sort key: the most specific first."""
        keys = tuple(sorted(RANKS[one.key] for one in self.when))
        return (-len(self.when), 0 if self.city else 1, keys)

    def covers(self, day: date) -> bool:
        """Whether it is valid on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def matches(self, attributes: Mapping[str, str | None], day: date) -> bool:
        """Whether it applies to these attributes on that day."""
        return all(one.holds(attributes) for one in self.when) and self.covers(day)


def read_rows(
    pack: Pack, departments: Mapping[str, str], codes: Iterable[str]
) -> tuple[list[DutyRow], list[PackError]]:
    """Rows of duties.csv in file order, and the error of every row that is wrong in itself.

    ``departments`` maps every known department to its level, ``codes`` are the second-level categories.
    Raises PackError for a table that cannot be read at all.
    """
    known = set(codes)
    rows: list[DutyRow] = []
    errors: list[PackError] = []
    for one in read_table(pack.path("duties.csv"), REQUIRED, OPTIONAL):
        try:
            rows.append(_row(one, departments, known))
        except PackError as error:
            errors.append(error)
    return rows, errors


def _row(row: TableRow, departments: Mapping[str, str], codes: set[str]) -> DutyRow:
    code = row.need("matter_code")
    if code not in codes:
        raise row.error("matter_code", "事项编码不在分类体系中", code, "二级分类编码")
    for column, names in (
        ("lead", (row.need("lead"),)),
        ("assist", row.items("assist")),
        ("first", row.items("first")),
    ):
        for name in names:
            if name not in departments:
                raise row.error(column, "部门不在 departments.csv 中", name)
            if column != "assist" and departments[name] != "条线":
                raise row.error(column, "应为条线部门;属地由 role 一栏决定", name)
    start, end = row.day("valid_from"), row.day("valid_to")
    if start and end and start > end:
        raise row.error("valid_to", "有效期的止日早于起日", row["valid_to"])
    asks = row.items("asks")
    for key in asks:
        if key not in VALUES:
            raise row.error("asks", "不认识的属性", key, "、".join(VALUES))
    role: Role = row.choice("role", ("A", "B", "C"))  # type: ignore[assignment]
    return DutyRow(
        id=row.need("id"),
        matter_code=code,
        matter=row.need("matter"),
        lead=row["lead"],
        assist=row.items("assist"),
        role=role,
        when=tuple(_condition(row, part) for part in row.items("when")),
        city=row["city"],
        valid_from=start,
        valid_to=end,
        first=row["first"],
        question=row["question"],
        asks=asks,
        urgency=row["urgency"] or "一般",
        basis=row["basis"],
        confirmed=row.choice("confirmed", ("yes", "no", "")) == "yes",
        channel=row["channel"],
        by_name=row.choice("by_name", ("", "上级", "本单位")),
        note=row["note"],
        row=row.row,
    )


def _condition(row: TableRow, text: str) -> Condition:
    key, mark, value = text.partition(">=")
    if mark:
        if key not in COUNTED or not value.isdigit():
            raise row.error("when", "条件无法识别", text, "人数>=数字 或 金额>=数字")
        return Condition(key, least=float(value))
    key, mark, value = text.partition("=")
    if not mark or key not in VALUES or key in COUNTED:
        raise row.error("when", "条件无法识别", text, "属性=值|值,属性为 " + "、".join(VALUES))
    values = frozenset(value.split("|"))
    for one in sorted(values):
        if one not in VALUES[key]:
            raise row.error("when", f"{key}没有这个值", one, "、".join(VALUES[key]))
    return Condition(key, values)

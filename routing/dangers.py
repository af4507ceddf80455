"""Rows of danger (险情) and of the frames that take it back, as ``urgent.csv`` and ``urgent_not.csv`` hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from routing.clauses import TEXT_REACH, WINDOWS, Passage, Phrases, window
from routing.patterns import Pattern
from routing.tables import TableRow

CLASSES: Final = (
    "燃气泄漏", "电梯困人", "溺水", "塌陷", "井盖缺失", "食物中毒", "扬言极端", "自杀风险", "走失", "危化品泄漏",
    "大面积停水停电停热", "群体聚集", "校园安全", "高空坠物", "家庭暴力", "触电漏电", "火情", "人员被困", "人身危险",
)  # fmt: skip
"""Handbook §2.7, and 人身危险 for wounds, collapses and attacks that fit no other class."""

LEVELS: Final = ("一般", "紧急", "特急")
PLACES: Final = ("词内", "紧后", "前", "后", "分句", "句前", "整句", "邻句", "文前", "文后", "全文")
"""Where a frame looks, seen from the term: 词内 a phrase that covers it; 紧后 right behind it; 前/后 the clause before
or after it; 分句 the clause; 句前 the sentence before it; 整句 the sentence; 邻句 with its neighbours; 文前/文后 all
before or after it; 全文 the text."""

LETTERS: Final = "长文"
"""Among the frames a row is free of: the row is broad and does not read letters at all."""

DANGER_COLUMNS: Final = ("id", "class", "level", "terms", "window", "needs", "unless", "free")
FRAME_COLUMNS: Final = ("id", "frame", "place", "pattern", "rescue", "only", "never")

Memo = dict[tuple[str, int, int], bool]
"""What was found per row or frame and window: the terms of one sentence share it."""


@dataclass(frozen=True, slots=True)
class Danger:
    """A row of ``urgent.csv``: ``free`` names the frames that do not touch it."""

    row_id: str
    danger: str
    level: int
    window: str
    needs: Pattern | None
    unless: Pattern | None
    free: frozenset[str]

    @property
    def reads_no_letters(self) -> bool:
        """Whether the row is too broad for a text of more than ``weights.SHORT`` characters."""
        return LETTERS in self.free and (self.needs is not None or self.unless is not None)


@dataclass(frozen=True, slots=True)
class Frame:
    """A row of ``urgent_not.csv``: takes a term back when ``pattern`` is found at ``place`` and ``rescue`` is not.

    ``rescue`` is looked for in the sentence of the term and behind the frame's own match.
    """

    row_id: str
    name: str
    place: str
    pattern: Pattern
    rescue: Pattern | None
    only: frozenset[str]
    never: frozenset[str]


def holds(frame: Frame, passage: Passage, start: int, end: int, memo: Memo, spans: dict[str, tuple[int, int]]) -> bool:
    """Whether a frame takes [start, end) back; ``spans`` keeps where the places around it are."""
    text, place = passage.text, frame.place
    if place not in spans:
        spans[place] = _place(passage, place, start, end)
    one, two = spans[place]
    if place == "词内":
        return any(match.start() <= start and end <= match.end() for match in frame.pattern.finditer(text, one, two))
    key = (frame.row_id, one, two)
    if memo.get(key) is False:
        return False
    match = frame.pattern.match(text, end) if place == "紧后" else frame.pattern.search(text, one, two)
    memo[key] = match is not None
    if not match:
        return False
    if frame.rescue is None:
        return True
    left, right = passage.sentence(start, end)
    return not (frame.rescue.search(text, left, right) or frame.rescue.search(text, match.end(), two))


def _place(passage: Passage, place: str, start: int, end: int) -> tuple[int, int]:
    """Where a frame of a place looks."""
    if place == "词内":
        one, two = passage.clause(start, end)
        return max(one, start - 12), min(two, end + 12)
    if place == "文前":
        return max(0, start - TEXT_REACH), start
    if place in ("前", "句前"):
        return (passage.clause if place == "前" else passage.sentence)(start, end)[0], start
    if place == "文后":
        return end, min(len(passage.text), end + TEXT_REACH)
    if place in ("紧后", "后"):
        return end, passage.clause(start, end)[1]
    return window(passage, place, start, end)


def danger_of(row: TableRow, phrases: Phrases) -> Danger:
    """A row of ``urgent.csv``. Raises PackError for a cell that cannot be read."""
    if not row.items("terms"):
        raise row.error("terms", "不能为空")
    return Danger(
        row.need("id"),
        row.choice("class", CLASSES),
        LEVELS.index(row.choice("level", LEVELS[1:])),
        row.choice("window", WINDOWS),
        phrases.compile(row, "needs"),
        phrases.compile(row, "unless"),
        frozenset(row.items("free")),
    )


def frame_of(row: TableRow, phrases: Phrases) -> Frame:
    """A row of ``urgent_not.csv``. Raises PackError for a cell that cannot be read."""
    pattern = phrases.compile(row, "pattern")
    if pattern is None:
        raise row.error("pattern", "不能为空")
    for column in ("only", "never"):
        for name in row.items(column):
            if name not in CLASSES:
                raise row.error(column, "没有这个紧急类别", name, "、".join(CLASSES))
    return Frame(
        row.need("id"),
        row.need("frame"),
        row.choice("place", PLACES),
        pattern,
        phrases.compile(row, "rescue"),
        frozenset(row.items("only")),
        frozenset(row.items("never")),
    )

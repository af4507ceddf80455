"""The state of the desk (派单台状态) of one browser tab, its acts with their keys, and what it was narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dashboard.desk_batch import Preview
from warehouse import views

REASONED: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "hold": ("挂起", "h", ("等来电人补充材料", "等上级答复", "等值班长定夺", "系统外正在核实")),
    "ask_back": ("追问", "q", ("事发地址不清", "被反映单位不清", "诉求目的不清", "发生时间不清", "缺少联系方式")),
    "return": ("退回受理", "r", ("记录与录音不符", "一单多事需拆分", "非本市事项", "重复受理", "应转紧急热线")),
    "confer": ("会商", "g", ("多部门职责交叉", "职责清单没有规定", "已有单位拒收", "条线与属地意见不一")),
}
"""Acts that need a reason: name, key, ready reasons (handbook §2.4, §2.6, §8.3)."""
EDITING: Final = "correct"
BATCH: Final = "batch"
LETTERS: Final = {
    "e": EDITING,
    **{key: act for act, (_, key, _) in REASONED.items()},
    "z": "undo",
    "n": "skip",
    "b": BATCH,
}
TEXTS: Final = (
    "draft_category", "draft_unit", "draft_urgency", "draft_district", "draft_place", "draft_reason", "draft_ready",
)  # fmt: skip
LISTS: Final = ("draft_assist",)
"""Fields of the desk's forms."""
KEEP: Final = 50
"""How many of one's own last decisions `z` can walk back through."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What the person narrowed the queue to: words, a lane, a state of the desk other than 待派单; None means all."""

    text: str | None = None
    lane: str | None = None
    state: str | None = None

    @property
    def filters(self) -> views.Filters:
        """The part that the warehouse's filters know."""
        return views.Filters(lane=self.lane, state=self.state)


@dataclass
class Desk:
    """The desk of one browser tab. ``mode`` is None, correct, batch, or an act of :data:`REASONED`; ``done`` holds the
    numbers of each act, newest last; ``batch`` is the preview on the screen."""

    ticket: str | None = None
    mode: str | None = None
    said: str = ""
    bad: bool = False
    whole: bool = False
    peek: str | None = None
    done: list[tuple[str, ...]] = field(default_factory=list)
    batch: Preview | None = None
    count: int = 0

    def say(self, text: str, bad: bool = False) -> None:
        self.said, self.bad = text, bad

    def note(self, numbers: tuple[str, ...]) -> None:
        """Remember what was done, so that `z` can take it back."""
        self.done = [*self.done[-KEEP + 1 :], numbers]
        self.count += len(numbers)

    def show(self, ticket: str | None) -> None:
        self.ticket, self.mode, self.whole, self.peek = ticket, None, False, None

"""Keeps issues apart: two issues of one matter never share a place at one time, nor a sentence and a place ever.

Without this the truth would say "different" of two tickets that nobody can tell apart. Questions are free: two people
who ask the same in the same words have an issue each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from samples.lines import Wording
from samples.places import Spot, place_of

if TYPE_CHECKING:
    from samples.chains import Draft

GAP: Final = timedelta(days=21)
"""Days between two issues of one matter at one place [P]; a week longer than people take to call again."""
TRIES: Final = 40
T = TypeVar("T")
Span = tuple[datetime, datetime]


class Apart:
    """What has been said where and when so far."""

    def __init__(self) -> None:
        self._matters: dict[tuple[str, str], list[Span]] = {}
        self._sentences: set[tuple[str, str]] = set()
        self._texts: set[tuple[str, str]] = set()

    def free(self, wording: Wording, spot: Spot, at: datetime) -> bool:
        """Whether a new issue may begin with ``wording`` at ``spot``."""
        place = place_of(spot)
        if wording.request == "咨询" or not place:
            return True
        near = self._matters.get((wording.code, place), ())
        return (wording.text, place) not in self._sentences and all(
            at < first - GAP or at > last + GAP for first, last in near
        )

    def unused(self, wording: Wording, spot: Spot) -> bool:
        """Whether no issue of the matter has been at the place at all: for chains, which use several wordings."""
        return (wording.code, place_of(spot)) not in self._matters

    def take(self, drafts: Iterable[Draft]) -> None:
        """Remember the drafts of one issue."""
        drafts = list(drafts)
        for draft in drafts:
            place = place_of(draft.spot)
            self._sentences.add((draft.wording.text, place))
            self._texts.add((draft.text.content, place))
        if drafts:
            times = [draft.at for draft in drafts]
            key = (drafts[0].wording.code, place_of(drafts[0].spot))
            self._matters.setdefault(key, []).append((min(times), max(times)))

    def settled(self, draw: Callable[[], T], good: Callable[[T], bool]) -> T:
        """The first of up to :data:`TRIES` drawings that is good, or the last one."""
        drawn = draw()
        for _ in range(TRIES):
            if good(drawn):
                break
            drawn = draw()
        return drawn

    def unsaid(self, draft: Draft) -> bool:
        """Whether nobody has said the same text of the same place."""
        return draft.wording.request == "咨询" or (draft.text.content, place_of(draft.spot)) not in self._texts

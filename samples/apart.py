"""Keeps issues apart: two issues of one matter never share an estate, shop, school or site, nor a road for weeks.

Without this the truth would say "different" of two tickets that nobody can tell apart. General questions are free: two
people who ask how to register a car have an issue each; what is asked of one place is of that place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from samples.lines import Wording
from samples.places import Spot, place_of

if TYPE_CHECKING:
    from samples.chains import Draft

GAP: Final = timedelta(days=21)
"""Days between two issues of one matter at one place [P]; a week longer than people take to call again."""
LONG: Final = re.compile(r"(?:[路街河]|大道|口|处|站)$")
"""Roads, crossings, rivers and stations, where one matter arises anew: another lamp, another pothole."""
TRIES: Final = 60
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
        if not place:
            return True
        near = self._matters.get((wording.code, place), ())
        if near and not LONG.search(place):
            return False
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
        place = place_of(draft.spot)
        general = draft.wording.request == "咨询" and not place
        return general or (draft.text.content, place) not in self._texts

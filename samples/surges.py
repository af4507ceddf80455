"""Injected surges: one firm's wages, one estate's heating, one gym's closing, each with its truth."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from samples.chains import Draft
from samples.compose import write_text
from samples.lines import Wording, by_code, table
from samples.people import draw_caller
from samples.places import Spot, draw_spot, fill

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Surge:
    """What was injected: matter, subject by name, place, first and last day, number of tickets."""

    surge: str
    code: str
    subject: str
    district: str
    street: str
    first: date
    last: date
    issue: int
    size: int


RECIPES: Final = (
    # name, code, slot of the subject, days before the end at which it starts, length in days, size for 20,000 tickets
    ("wage", "1101", "firm", 4, 4, 26),
    ("heating", "0601", "estate", 5, 3, 32),
    ("gym", "1505", "gym", 6, 6, 38),
)
SMALLEST: Final = 10
"""Callers of a surge in samples of any size: fewer would be no surge by anybody's rule."""
EARLIER: Final = (
    ("wage", "1101", "firm", 290, 6, 30),
    ("gym", "1505", "gym", 150, 5, 24),
    ("heating", "0601", "estate", 355, 3, 28),
)
"""The same again in the past, where the span of days holds them, for backtests."""


def _spot(slot: str, rng: random.Random) -> Spot:
    """A place whose subject lies in a district with an ordinary flow of calls."""
    spot = draw_spot(rng)
    while spot.street.agency or spot.district.endswith("县"):
        spot = draw_spot(rng)
    fill("{" + slot + "}", spot, rng)
    return spot


def make_surges(issue: int, end: date, days: int, size: float, rng: random.Random) -> tuple[list[Draft], list[Surge]]:
    """Drafts and truth of every surge; ``size`` scales the numbers (1 at 20,000 tickets, never under 10 tickets)."""
    drafts: list[Draft] = []
    truth: list[Surge] = []
    for name, code, slot, back, length, count in RECIPES + EARLIER:
        if back >= days:
            continue
        first = end - timedelta(days=back)
        spot = _spot(slot, rng)
        own = [
            Wording(code, "求助" if code == "0601" else "投诉", row["text"], manner=row["manner"])
            for row in table("surges")
            if row["surge"] == name
        ]
        own += [one for one in by_code()[code] if one.thread and "{" + slot + "}" in one.text]
        number = max(SMALLEST, round(count * size))
        mine: list[Draft] = []
        for _ in range(number):
            share = min(rng.betavariate(1.6, 2.2), 0.999) * length
            hour = rng.choice((8, 9, 9, 10, 10, 11, 14, 15, 16, 17, 18, 19, 20))
            day = first + timedelta(days=int(share))
            at = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), SHANGHAI)
            wording, caller = rng.choice(own), draw_caller(rng)
            text = write_text(wording, spot, caller, at, rng)
            mine.append(Draft(at, wording, spot, caller, text, issue, "多人同诉", surge=name))
        mine.sort(key=lambda draft: draft.at)
        mine[0].kind = ""
        drafts += mine
        last = mine[-1].at.date()
        truth.append(
            Surge(name, code, spot.said[slot], spot.district, spot.street.name, mine[0].at.date(), last, issue, number)
        )
        issue += 1
    return drafts, truth

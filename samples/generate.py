"""The seeded generator: ``generate(seed, days, n, out_dir)`` writes a city's year of calls with its truth."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Final

from samples.apart import Apart
from samples.chains import KINDS, Draft, claims, make_chain, of_manner
from samples.compose import write_text
from samples.events import happenings, live_queue
from samples.lines import Wording, by_code, matters, table
from samples.people import draw_caller
from samples.places import Spot, draw_spot, fill
from samples.seasons import HOURS, factor, level, weather
from samples.surges import SHANGHAI, Surge, make_surges
from samples.write import feed, surge_record, ticket_row, truth_of, write_events, write_lines, write_tickets

CITIES: Final = ("jinan",)
CHAINED: Final = 0.17
"""Share of tickets in issues that come back; blogs say about 30 % (handbook §2.8, unverified)."""
TWO_MATTERS: Final = 0.035
"""Share of tickets that speak of two matters [P]."""
DISPUTES: Final = 400
"""One pass through the ten disputes (30 wordings) for so many tickets, at least one pass."""
CLAIMS: Final = 1_000
"""Samples of fewer tickets have no professional claimant."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: number of distinct good tickets, of rows sent, of events, and the files."""

    tickets: int
    rows: int
    events: int
    files: tuple[Path, ...]


class Clock:
    """Draws days and hours of calls for every matter."""

    def __init__(self, end: date, days: int, rng: random.Random) -> None:
        self.days = [end - timedelta(days=back) for back in range(days - 1, -1, -1)]
        sky = weather(self.days, rng)
        self.codes = list(matters())
        rates = [
            [
                matter.weight * factor(matter.season, day, sky[day]) * level(day, matter.day)
                for matter in matters().values()
            ]
            for day in self.days
        ]
        self._rates = rates
        self._days = list(accumulate(sum(rate) for rate in rates))

    def moment(self, day: date, profile: str, rng: random.Random) -> datetime:
        """A second of ``day`` by the hours of a day profile."""
        hour = rng.choices(range(24), HOURS[profile])[0]
        return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), SHANGHAI)

    def draw(self, rng: random.Random) -> tuple[datetime, str]:
        """A moment and a matter code."""
        index = rng.choices(range(len(self.days)), cum_weights=self._days)[0]
        code = rng.choices(self.codes, self._rates[index])[0]
        return self.moment(self.days[index], matters()[code].day, rng), code


def _single(issue: int, clock: Clock, rng: random.Random, apart: Apart) -> Draft:
    """A ticket of its own: words and place that no other issue has."""
    at, code = clock.draw(rng)

    def draw() -> tuple[Wording, Spot]:
        wording = of_manner(by_code()[code], rng)
        spot = draw_spot(rng, "{village}" in wording.text)
        fill(wording.text, spot, rng)
        return wording, spot

    wording, spot = apart.settled(draw, lambda drawn: apart.free(*drawn, at))
    draft = apart.settled(lambda: _told(issue, at, wording, spot, clock, rng), apart.unsaid)
    apart.take([draft])
    return draft


def _told(issue: int, at: datetime, wording: Wording, spot: Spot, clock: Clock, rng: random.Random) -> Draft:
    """The ticket of a wording at a spot; some speak of a second matter."""
    if wording.request == "投诉" and not wording.gate and rng.random() < 0.3:
        wording = replace(wording, request="求助", demand="")  # the same facts, told to be helped and not to punish
    code, caller = wording.code, draw_caller(rng)
    draft = Draft(at, wording, spot, caller, write_text(wording, spot, caller, at, rng), issue)
    if wording.urgency == "一般" and not wording.gate and rng.random() < TWO_MATTERS:
        other = rng.choice(by_code()[rng.choices(clock.codes[:150], None)[0]])
        if other.code != code and other.urgency == "一般" and not other.gate:
            extra = write_text(other, spot, caller, at, rng).content
            draft.text.content += rng.choice(("另外，", "还有一个事，", "同时反映：", "2、")) + extra
            draft.second = other.code
    return draft


def _disputes(issue: int, end: date, days: int, rng: random.Random) -> list[Draft]:
    """The ten classic disputes, three wordings each; truth names the unit type that the duty list should find."""
    drafts: list[Draft] = []
    for row in table("disputes"):
        day = end - timedelta(days=rng.randrange(days))
        at = datetime.combine(day, time(rng.randint(8, 20), rng.randrange(60), rng.randrange(60)), SHANGHAI)
        wording = Wording(row["code"], "投诉", row["text"], manner=row["manner"])
        spot, caller = draw_spot(rng), draw_caller(rng)
        text = write_text(wording, spot, caller, at, rng)
        drafts.append(Draft(at, wording, spot, caller, text, issue, dispute=row["dispute"], unit_type=row["unit_type"]))
        issue += 1
    return drafts


def draw_all(seed: int, days: int, n: int, end: date) -> tuple[list[Draft], list[Surge]]:
    """``n`` drafts in the order of time, numbered, and the truth of the surges."""
    rng = random.Random(seed)
    clock = Clock(end, days, rng)
    start = datetime.combine(clock.days[0], time(0), SHANGHAI)
    last = datetime.combine(end, time(23, 59, 59), SHANGHAI)
    drafts, surges = make_surges(1, end, days, n / 20_000, rng)
    apart = Apart()
    for surge in surges:
        apart.take(draft for draft in drafts if draft.issue == surge.issue)
    issue = len(surges) + 1
    for _ in range(max(1, n // 20_000 * 2) if n >= DISPUTES else 0):
        disputes = _disputes(issue, end, days, rng)
        for draft in disputes:
            apart.take([draft])
        drafts += disputes
        issue += 30
    if n >= CLAIMS:
        drafts += claims(issue, clock.moment(end - timedelta(days=min(days - 1, 25)), "day", rng), last, rng)
        issue += 12
    chained, kinds = 0, list(KINDS)
    plain = len(drafts)
    while chained < CHAINED * n and plain + chained < n:
        kind = kinds.pop(0) if kinds else rng.choices(list(KINDS), list(KINDS.values()))[0]
        back = rng.uniform(0, days - 1) if kind != "历史遗留" else rng.uniform(days * 0.9, days - 1)
        first = clock.moment((last - timedelta(days=back)).date(), "day", rng)
        chain = [draft for draft in make_chain(issue, kind, first, last, rng, apart) if draft.at >= start][
            : n - plain - chained
        ]
        apart.take(chain)
        drafts += chain
        chained += len(chain)
        issue += 1
    while len(drafts) < n:
        drafts.append(_single(issue, clock, rng, apart))
        issue += 1
    drafts.sort(key=lambda draft: draft.at)
    for number, draft in enumerate(drafts):
        draft.ticket_no = f"{draft.at:%y%m%d%H%M%S}{number % 1_000_000:06d}"
    return drafts, surges


def generate(
    seed: int,
    days: int,
    n: int,
    out_dir: Path | str,
    city: str = "jinan",
    end: date = date(2026, 11, 20),
    encoding: str = "utf-8-sig",
) -> Made:
    """Write tickets.csv, tickets.xlsx, events.csv, truth.jsonl and surges.jsonl of ``n`` tickets over ``days`` days.

    The last day is ``end``; the same arguments write the same bytes (the workbook's own time stamps apart). Rows sent
    are a few more than ``n``: some come twice, some are broken. Raises ValueError for a city, n or days out of range.
    """
    if city not in CITIES:
        raise ValueError(f"样例没有城市 {city!r};可用: {', '.join(CITIES)}")
    if days < 2 or n < 50:
        raise ValueError(f"样例至少要 2 天、50 件(给出的是 {days} 天、{n} 件)")
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    drafts, surges = draw_all(seed, days, n, end)
    rng = random.Random(seed + 1)
    rows = [ticket_row(draft, rng) for draft in drafts]
    truth = [truth_of(draft, row) for draft, row in zip(drafts, rows, strict=True)]
    until = datetime.combine(end, time(23, 59, 59), SHANGHAI)
    stories = {draft.ticket_no: happenings(draft, until, rng) for draft in drafts}
    live_queue(drafts, stories, until)
    happened = [one for story in stories.values() for one in story]
    sent = feed(rows, rng)
    files = write_tickets(out, sent, encoding)
    files.append(write_events(out / "events.csv", happened, encoding))
    files.append(write_lines(out / "truth.jsonl", truth))
    files.append(write_lines(out / "surges.jsonl", map(surge_record, surges)))
    return Made(len(drafts), len(sent), len(happened), tuple(files))

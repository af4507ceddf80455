"""Measures early warning end to end on generated cities: injected surges, and how much a duty officer is told.

    python benchmarks/injected.py --seeds 301 302 303 --days 400 --n 20000 [--keep FOLDER]

Each seed's tickets are generated, read and taken in like any others; then the pack's rules are run as a backtest, every
day judged at its end with nothing later, around each injected surge (one firm's wages, one estate's heating, one gym's
closing; the newest ones and the earlier ones of the year). A surge is found when an alarm of its tickets names its
subject; told are its rule, level and district, the days from the day of its first ticket and of its fifth caller to the
alarm, and alarms beside it that tell the same again. For the newest week: alarms by rule, and of those on one ticket
the share that is urgent by the truth. ``--keep`` leaves the warehouse of each seed in a folder and uses it again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

# Run as a script, Python looks in benchmarks/ first, where routing.py would hide the package of that name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from sqlmodel import Session, col, func, select  # noqa: E402

from benchmarks.kinds import read_stream  # noqa: E402
from routing.pack import Pack  # noqa: E402
from routing.triage import Triager  # noqa: E402
from samples.generate import generate  # noqa: E402
from warehouse.alert_backtest import backtest_alerts  # noqa: E402
from warehouse.alert_watch import Fired  # noqa: E402
from warehouse.engine import make_engine, open_session, upgrade  # noqa: E402
from warehouse.intake import take_in  # noqa: E402
from warehouse.models import TicketRow  # noqa: E402

MINE: Final = 0.5
"""Share of an alarm's tickets that are the surge's own, from which the alarm is the surge's."""
FIFTH: Final = 5
"""Callers from which the handbook's rules speak of a subject."""


def city(folder: Path, seed: int, days: int, n: int, triager: Triager) -> str:
    """The address of a seed's warehouse, filled when it is new; truth and surges lie beside it."""
    place = folder / f"seed{seed}"
    url = f"sqlite:///{place / 'city.db'}"
    if not (place / "done").exists():
        generate(seed, days, n, place)
        upgrade(url)
        with open_session(make_engine(url)) as session:
            take_in(session, triager, read_stream(place)[0], "all")
        (place / "done").touch()
    return url


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def look_at(surge: dict[str, Any], numbers: set[str], fifth: date, fired: Sequence[Fired]) -> str:
    """One line about a surge; ``numbers`` are its tickets, ``fifth`` the day of its fifth caller."""
    mine = [one for one in fired if len(one.tickets) > 1 and len(numbers & set(one.tickets)) >= MINE * len(one.tickets)]
    named = [one for one in mine if one.entity and (one.entity in surge["subject"] or surge["subject"] in one.entity)]
    head = f"  {surge['surge']:8}{surge['first']}  {surge['size']:3} tickets  "
    if not named:
        return head + f"NOT FOUND ({surge['subject']}; told as {[(one.rule_id, one.title) for one in mine][:3]})"
    first = min(named, key=lambda one: one.at)
    gravest = max(named, key=lambda one: "蓝黄橙红".index(one.level))
    late = ((first.day - date.fromisoformat(surge["first"])).days, (first.day - fifth).days)
    again = Counter(one.rule_id for one in mine if one.rule_id != first.rule_id)
    where = "right district" if first.district == surge["district"] else f"WRONG district {first.district}"
    held = len(numbers & set(gravest.tickets)) / len(numbers)
    return (
        head + f"{first.rule_id} {first.level}→{gravest.level}, {where}, days after its first ticket {late[0]}, after "
        f"its fifth caller {late[1]}, holds {held:.0%}, beside it {dict(again) or 'nothing'}"
    )


def measure(session: Session, pack: Pack, place: Path) -> None:
    """Prints what the rules say of one city."""
    truth = {one["ticket_no"]: one for one in read_lines(place / "truth.jsonl")}
    last = session.exec(select(func.max(TicketRow.day))).one()
    for surge in read_lines(place / "surges.jsonl"):
        numbers = {number for number, one in truth.items() if one["issue"] == surge["issue"]}
        rows = session.exec(
            select(TicketRow.day, TicketRow.caller_key)
            .where(col(TicketRow.ticket_no).in_(sorted(numbers)))
            .order_by(col(TicketRow.received_at))
        ).all()
        callers: dict[str | None, date] = {}
        for day, who in rows:
            callers.setdefault(who, day)
        days = sorted(callers.values())
        first = date.fromisoformat(surge["first"])
        until = min(last, date.fromisoformat(surge["last"]) + timedelta(days=1))
        fired = backtest_alerts(session, pack, first, until)
        print(look_at(surge, numbers, days[min(FIFTH, len(days)) - 1], fired), flush=True)
    fired = backtest_alerts(session, pack, last - timedelta(days=6), last)
    alone = [one for one in fired if len(one.tickets) == 1 and one.rule_id < "A04"]
    urgent = sum(truth[one.tickets[0]]["urgency"] != "一般" for one in alone if one.tickets[0] in truth)
    print(f"  newest week: {len(fired)} alarms {dict(sorted(Counter(one.rule_id for one in fired).items()))};")
    print(f"  on one ticket (A01–A03): {len(alone)}, urgent by the truth {urgent}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[301, 302, 303])
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    triager = Triager.load()
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            print(f"seed {seed}", flush=True)
            home = options.keep or Path(folder)
            url = city(home, seed, options.days, options.n, triager)
            with open_session(make_engine(url)) as session:
                measure(session, triager.pack, home / f"seed{seed}")


if __name__ == "__main__":
    main()

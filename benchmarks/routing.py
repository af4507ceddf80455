"""Measures routing (派单) on the real replies: ``python benchmarks/routing.py [--json]``.

Needs JIESU_REAL_DATA with replies_dev.jsonl and routing_dev.jsonl. Triage sees the messages only; the unit that a reply
names is compared afterwards. Figures, as the issue defines them: the unit's type is among the three suggestions; of
the cases of line departments (条线), the first line suggestion is right, one of the first two is right.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from copy import copy
from pathlib import Path
from typing import Any

# This file's folder would hide the package of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from classify.folds import folds_of, group_copies  # noqa: E402
from classify.parsing import parse_ticket  # noqa: E402
from classify.readers import read_rows  # noqa: E402
from classify.ticket import Ticket  # noqa: E402
from routing.owner_training import cases_of, fit, habits_of  # noqa: E402
from routing.owners import OwnerModel  # noqa: E402
from routing.triage import Triager  # noqa: E402

HIDDEN = ("答复意见", "答复时间", "reply_text", "reply_at")
"""Columns that a message does not have when it comes in; they never reach triage."""


SHIPPED = (".85", ".66", ".76")
TRAINED = (".87", ".70", ".82")
"""Bars of the issue: among three, first line, first two lines."""


def load(folder: Path) -> list[tuple[Ticket, dict[str, Any]]]:
    """Tickets with the unit that handled them: unit, dept_type, level."""
    gold = {str(row["留言编号"]): row for row in map(json.loads, (folder / "routing_dev.jsonl").open(encoding="utf-8"))}
    found = []
    for row in read_rows(folder / "replies_dev.jsonl"):
        record = {name: value for name, value in row.record.items() if name not in HIDDEN}
        if record.get("ticket_no") in gold:
            found.append((parse_ticket(record, b"benchmark"), gold[record["ticket_no"]]))
    return found


def measure(triager: Triager, cases: list[tuple[Ticket, dict[str, Any]]]) -> dict[str, float]:
    """The three figures, how often a question is asked, and microseconds per ticket."""
    triager.triage([cases[0][0]])  # compiles the fast path
    start = time.perf_counter()
    results = triager.triage([ticket for ticket, _ in cases])
    seconds = time.perf_counter() - start
    among = first = two = lines = questions = 0
    for result, (_, truth) in zip(results, cases, strict=True):
        among += truth["dept_type"] in [one.unit_type for one in result.suggestions]
        questions += result.question is not None
        if truth["level"] == "条线":
            types = [one.unit_type for one in result.suggestions if one.level == "条线"]
            lines += 1
            first += types[:1] == [truth["dept_type"]]
            two += truth["dept_type"] in types[:2]
    return {
        "cases": len(cases),
        "line_cases": lines,
        "among_three": round(among / len(cases), 4),
        "line_first": round(first / lines, 4),
        "line_first_two": round(two / lines, 4),
        "asked": round(questions / len(cases), 4),
        "microseconds": round(seconds / len(cases) * 1e6, 1),
    }


def cross_validate(triager: Triager, cases: list[tuple[Ticket, dict[str, Any]]], column: str) -> dict[str, float]:
    """The figures after learning, each fifth judged by a model of the other four; the same fold for near-copies."""
    labels = [truth["dept_type"] for _, truth in cases]
    folds = folds_of(labels, group_copies([ticket.content or ticket.title for ticket, _ in cases]))
    tickets, lines, seconds = 0, 0, 0.0
    sums = dict.fromkeys(("among_three", "asked", "line_first", "line_first_two"), 0.0)
    for fold in sorted(set(folds.tolist())):
        inside = [case for case, held in zip(cases, folds.tolist(), strict=True) if held != fold]
        outside = [case for case, held in zip(cases, folds.tolist(), strict=True) if held == fold]
        known, _ = cases_of([ticket for ticket, _ in inside], [truth[column] for _, truth in inside], triager)
        learned = copy(triager)
        learned.owners = OwnerModel(habits_of(known), fit(known))
        figures = measure(learned, outside)
        held_lines = int(figures["line_cases"])
        tickets, lines = tickets + len(outside), lines + held_lines
        seconds += figures["microseconds"] * len(outside)
        for name in sums:
            sums[name] += figures[name] * (held_lines if name.startswith("line") else len(outside))
    shares = {name: round(value / (lines if name.startswith("line") else tickets), 4) for name, value in sums.items()}
    return {"cases": tickets, "line_cases": lines, **shares, "microseconds": round(seconds / tickets, 1)}


def misses(triager: Triager, cases: list[tuple[Ticket, dict[str, Any]]]) -> Counter[tuple[str, str]]:
    """(true type, category) of the line cases that neither of the first two lines meets."""
    found: Counter[tuple[str, str]] = Counter()
    for result, (_, truth) in zip(triager.triage([ticket for ticket, _ in cases]), cases, strict=True):
        types = [one.unit_type for one in result.suggestions if one.level == "条线"]
        if truth["level"] == "条线" and truth["dept_type"] not in types[:2]:
            found[truth["dept_type"], "/".join(result.category.path)] += 1
    return found


def tell(figures: dict[str, float], bars: tuple[str, str, str]) -> None:
    """Prints the figures with their bars."""
    print(f"type among the three suggestions  {figures['among_three']:.3f}  (bar {bars[0]})")
    print(f"line departments, first line      {figures['line_first']:.3f}  (bar {bars[1]})")
    print(f"line departments, first two lines {figures['line_first_two']:.3f}  (bar {bars[2]})")
    print(f"deciding question asked           {figures['asked']:.3f}")
    print(f"microseconds a ticket, all of triage {figures['microseconds']:.0f}")


def main() -> int:
    """Prints the figures; 1 when the real messages are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", default="anonymous")
    parser.add_argument("--model", default=None)
    parser.add_argument("--misses", action="store_true", help="list what the first two lines missed")
    parser.add_argument(
        "--trained",
        nargs="?",
        const="dept_type",
        choices=("dept_type", "unit"),
        help="also the figures after learning from this column, five-fold",
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = os.environ.get("JIESU_REAL_DATA")
    if not folder:
        print("JIESU_REAL_DATA is not set: nothing measured", file=sys.stderr)
        return 1
    triager, cases = Triager.load(options.pack, options.model), load(Path(folder))
    figures = measure(triager, cases)
    trained = cross_validate(triager, cases, options.trained) if options.trained else None
    if options.json:
        print(json.dumps(figures | ({"trained": trained} if trained else {})))
        return 0
    print(f"{figures['cases']} cases, {figures['line_cases']} of line departments, pack {triager.versions['pack']}")
    tell(figures, SHIPPED)
    if trained:
        print(f"after learning from {options.trained}, each fifth judged by a model of the other four")
        tell(trained, TRAINED)
    if options.misses:
        for (dept_type, path), count in misses(triager, cases).most_common():
            print(f"{count:3} {dept_type:8} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures the kinds of repeat issues (重复诉求种类) end to end on generated streams, on seeds nobody has tuned on.

    python benchmarks/kinds.py --seeds 101 102 --days 400 --n 12000

Each stream is generated, read, triaged, linked (``link_all``), and every ticket gets the first kind (by the policy's
order) of its issue at the end of the stream, as the ledger shows it. The truth is what the generator made of the
ticket's true issue: the ``repeat`` of its last ticket that has one. Printed for each seed: macro-F1 over the eight
kinds on the issues as linked and on the true issues (what linking costs), F1 of each kind, precision and recall of
linked pairs, and the tags of 职业索赔 against the truth.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

# Run as a script, Python looks in benchmarks/ first, where routing.py would hide the package of that name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from classify.parsing import parse_event, parse_ticket  # noqa: E402
from classify.readers import read_rows  # noqa: E402
from classify.ticket import Event, HotlineError, Ticket  # noqa: E402
from routing.claimants import claim_tags  # noqa: E402
from routing.fingerprint import Fingerprint, fingerprint  # noqa: E402
from routing.kinds import KINDS, kinds_of  # noqa: E402
from routing.linking import link_all  # noqa: E402
from routing.policy import RepeatPolicy  # noqa: E402
from routing.triage import Triager  # noqa: E402
from samples.generate import generate  # noqa: E402

SECRET = b"benchmark only, no caller is stored!"
TRUE_NAMES = {"重复": "重复诉求"}
"""Names of the generator that differ from the product's."""


def read_stream(folder: Path) -> tuple[list[Ticket], list[Event], list[dict[str, Any]]]:
    """Tickets (each number once), events and truth of a generated folder."""
    tickets: dict[str, Ticket] = {}
    for row in read_rows(folder / "tickets.csv"):
        try:
            one = parse_ticket(row.record, SECRET)
        except HotlineError:
            continue
        tickets[one.ticket_no] = one
    events = [parse_event(row.record, SECRET) for row in read_rows(folder / "events.csv")]
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return list(tickets.values()), events, [json.loads(line) for line in lines]


def print_all(tickets: Sequence[Ticket], triager: Triager, size: int = 1000) -> list[Fingerprint]:
    """Fingerprints with what triage says."""
    prints: list[Fingerprint] = []
    for start in range(0, len(tickets), size):
        part = tickets[start : start + size]
        prints += [fingerprint(*both) for both in zip(part, triager.triage(part), strict=True)]
    return prints


def kinds_shown(
    groups: Mapping[str, str], prints: Iterable[Fingerprint], events: Iterable[Event], policy: RepeatPolicy
) -> dict[str, str | None]:
    """The first kind of every ticket's issue, given which issue each is in; a lone ticket has none."""
    members: dict[str, list[Fingerprint]] = defaultdict(list)
    for one in prints:
        members[groups[one.ticket_no]].append(one)
    said: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.ticket_no in groups:
            said[groups[event.ticket_no]].append(event)
    shown: dict[str, str | None] = {}
    for number, some in members.items():
        moments = [*(one.received_at for one in some), *(event.at for event in said[number])]
        found = kinds_of(some, said[number], policy, as_of=max(moments)) if len(some) > 1 else ()
        shown |= dict.fromkeys((one.ticket_no for one in some), found[0].kind if found else None)
    return shown


def true_kinds(truth: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """The kind that the generator made of every ticket's issue."""
    last = {one["issue"]: TRUE_NAMES.get(one["repeat"], one["repeat"]) for one in truth if one["repeat"]}
    return {one["ticket_no"]: last.get(one["issue"]) for one in truth}


def f1_of(shown: Mapping[str, str | None], truth: Mapping[str, str | None]) -> dict[str, float]:
    """F1 of each kind."""
    answers = {}
    for kind in KINDS:
        hit = sum(truth[no] == kind and shown.get(no) == kind for no in truth)
        said = sum(one == kind for one in shown.values())
        real = sum(one == kind for one in truth.values())
        answers[kind] = 2 * hit / (said + real) if said + real else 1.0
    return answers


def pairs(groups: Mapping[str, str]) -> set[tuple[str, str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for number, group in groups.items():
        members[group].append(number)
    return {pair for some in members.values() for pair in combinations(sorted(some), 2)}


def measure(
    prints: Sequence[Fingerprint], events: Sequence[Event], truth: Sequence[Mapping[str, Any]], policy: RepeatPolicy
) -> dict[str, Any]:
    """The figures of one stream."""
    linked = {one.ticket_no: one.issue for one in link_all(prints, policy)}
    true_issue = {one["ticket_no"]: one["issue"] for one in truth if one["ticket_no"] in linked}
    kind = {number: one for number, one in true_kinds(truth).items() if number in linked}
    found, real = pairs(linked), pairs(true_issue)
    as_linked = f1_of(kinds_shown(linked, prints, events, policy), kind)
    as_true = f1_of(kinds_shown(true_issue, prints, events, policy), kind)
    callers: dict[str, list[bool]] = defaultdict(list)
    claimant = {one["ticket_no"]: one["claimant"] for one in truth}
    for one in prints:
        if one.caller:
            callers[one.caller].append(claimant[one.ticket_no])
    tagged = [any(callers[tag.caller]) for tag in claim_tags(prints, policy)]
    professional = sum(any(some) for some in callers.values())
    return {
        "tickets": len(prints),
        "macro_f1": round(sum(as_linked.values()) / len(KINDS), 3),
        "macro_f1_true_issues": round(sum(as_true.values()) / len(KINDS), 3),
        "f1": {name: round(value, 2) for name, value in as_linked.items()},
        "pairs": {
            "precision": round(len(found & real) / max(1, len(found)), 3),
            "recall": round(len(found & real) / max(1, len(real)), 3),
            "found": len(found),
            "true": len(real),
        },
        "claimants": {
            "tagged": len(tagged),
            "right": sum(tagged),
            "true": professional,
            "false_positive_rate": round(tagged.count(False) / max(1, len(callers) - professional), 5),
        },
        "kinds": dict(Counter(one for one in kind.values() if one)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101])
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--n", type=int, default=12_000)
    args = parser.parse_args()
    triager = Triager.load()
    policy = RepeatPolicy.load(triager.pack)
    for seed in args.seeds:
        with tempfile.TemporaryDirectory() as folder:
            generate(seed, args.days, args.n, folder)
            tickets, events, truth = read_stream(Path(folder))
        figures = measure(print_all(tickets, triager), events, truth, policy)
        print(json.dumps({"seed": seed} | figures, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()

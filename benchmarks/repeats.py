"""Measures linking: against judged issues and pairs, by blind samples for a reader, and in time.

    python benchmarks/repeats.py score LINKS.jsonl --issues same_issue_dev.jsonl --pairs same_issue_pairs_dev.jsonl
    python benchmarks/repeats.py sample LINKS.jsonl --texts FILE.xlsx --tier same --n 100 --seed 1 [--issues FILE]
    python benchmarks/repeats.py scale TICKETS.jsonl [--sizes 20000 200000]

LINKS is the output of ``jiesu link``. ``score`` prints B-cubed precision, recall and F of both tiers over the judged
tickets, the share of hard negatives and of judged positives that are merged, and the largest groups. ``sample`` draws
pairs of one tier for a person to read (pairs inside the judged issues are left out when --issues is given; tier
possible draws only pairs that are not in one issue). ``scale`` times linking of the first N tickets in CPU seconds,
each size in a process of its own, fingerprints not counted.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

# Run as a script, Python looks in benchmarks/ first, where routing.py would hide the package of that name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from classify.parsing import parse_ticket  # noqa: E402
from classify.readers import read_rows  # noqa: E402
from classify.ticket import HotlineError, Ticket  # noqa: E402
from routing.fingerprint import fingerprint  # noqa: E402
from routing.repeats import Prior, RepeatPolicy, link, link_all  # noqa: E402

SECRET = b"benchmark only, no caller is stored!"


def bcubed(group: Mapping[str, str], issues: Mapping[str, Sequence[str]]) -> tuple[float, float, float]:
    """B-cubed precision, recall, F over the judged tickets; a ticket that is not in ``group`` stands alone."""
    owner = {ticket: issue for issue, tickets in issues.items() for ticket in tickets}
    found: dict[str, set[str]] = defaultdict(set)
    for ticket in owner:
        found[group.get(ticket, f"?{ticket}")].add(ticket)
    precision = recall = 0.0
    for ticket, issue in owner.items():
        mine, true = found[group.get(ticket, f"?{ticket}")], set(issues[issue])
        precision += len(mine & true) / len(mine)
        recall += len(mine & true) / len(true)
    precision, recall = precision / len(owner), recall / len(owner)
    return precision, recall, 2 * precision * recall / (precision + recall)


def read_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def read_issues(path: Path) -> dict[str, list[str]]:
    issues: dict[str, list[str]] = defaultdict(list)
    for row in read_lines(path):
        issues[str(row["group"])].append(str(row["留言编号"]))
    return issues


def score(args: argparse.Namespace) -> None:
    """Prints one JSON object a tier."""
    links = read_lines(args.links)
    issues = read_issues(args.issues)
    pairs = read_lines(args.pairs) if args.pairs else []
    for tier, column in (("same", "issue"), ("possible", "related")):
        group = {str(row["ticket_no"]): str(row[column]) for row in links}
        precision, recall, f = bcubed(group, issues)
        sizes = Counter(group.values())
        merged: dict[int, list[bool]] = defaultdict(list)
        for row in pairs:
            a, b = str(row["a"]), str(row["b"])
            merged[int(str(row["same_issue"]))].append(group.get(a, a) == group.get(b, b))
        print(
            json.dumps(
                {
                    "tier": tier,
                    "bcubed": [round(value, 3) for value in (precision, recall, f)],
                    "hard_negatives_merged": share(merged[0]),
                    "positives_merged": share(merged[1]),
                    "groups": sum(n > 1 for n in sizes.values()),
                    "links": sum(n * (n - 1) // 2 for n in sizes.values()),
                    "largest": [n for _, n in sizes.most_common(5)],
                }
            )
        )


def share(hits: Sequence[bool]) -> float | None:
    return round(sum(hits) / len(hits), 3) if hits else None


def sample(args: argparse.Namespace) -> None:
    """Prints pairs for a reader; nothing of them is stored."""
    links = read_lines(args.links)
    judged = {no for tickets in read_issues(args.issues).values() for no in tickets} if args.issues else set()
    texts = {ticket.ticket_no: ticket for ticket in read_tickets(args.texts)}
    issue = {str(row["ticket_no"]): str(row["issue"]) for row in links}
    groups: dict[str, list[str]] = defaultdict(list)
    for row in links:
        groups[str(row["issue" if args.tier == "same" else "related"])].append(str(row["ticket_no"]))
    pairs = [
        (a, b)
        for members in groups.values()
        for a, b in combinations(sorted(members), 2)
        if not (a in judged and b in judged) and (args.tier == "same" or issue[a] != issue[b])
    ]
    random.Random(args.seed).shuffle(pairs)
    print(f"{len(pairs)} links of tier {args.tier}; {min(args.n, len(pairs))} shown")
    for number, (a, b) in enumerate(pairs[: args.n], 1):
        caller = "C" if texts[a].caller_key and texts[a].caller_key == texts[b].caller_key else " "
        print(f"{number} {caller} {a} {texts[a].title} | {texts[a].content[:80]}")
        print(f"      {b} {texts[b].title} | {texts[b].content[:80]}")


def read_tickets(path: Path, most: int | None = None) -> Iterable[Ticket]:
    for count, row in enumerate(read_rows(path)):
        if most is not None and count >= most:
            return
        try:
            yield parse_ticket(row.record, SECRET)
        except HotlineError:
            continue


def scale(args: argparse.Namespace) -> None:
    """CPU seconds of linking for each size, and their ratio to the smallest."""
    if args.one:
        prints = [fingerprint(ticket) for ticket in read_tickets(args.tickets, args.one)]
        policy = RepeatPolicy.load()
        start = time.process_time()
        linked = link_all(prints, policy)
        seconds = time.process_time() - start
        last = prints[-1]
        priors = [Prior(one) for one in prints[-101:-1]]
        start = time.process_time()
        for _ in range(20):
            link(last, priors, policy)
        single = (time.process_time() - start) / 20
        sizes = Counter(one.related for one in linked)
        print(
            json.dumps(
                {
                    "tickets": len(prints),
                    "cpu_seconds": round(seconds, 2),
                    "ms_one_against_100": round(1000 * single, 2),
                    "issues": len({one.issue for one in linked}),
                    "largest_related": max(sizes.values()),
                }
            )
        )
        return
    first = 0.0
    for size in args.sizes:
        command = [sys.executable, __file__, "scale", str(args.tickets), "--one", str(size)]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        first = first or float(answer["cpu_seconds"])
        print(json.dumps(answer | {"ratio": round(float(answer["cpu_seconds"]) / first, 2)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("score")
    one.add_argument("links", type=Path)
    one.add_argument("--issues", type=Path, required=True)
    one.add_argument("--pairs", type=Path)
    one.set_defaults(run=score)
    one = commands.add_parser("sample")
    one.add_argument("links", type=Path)
    one.add_argument("--texts", type=Path, required=True)
    one.add_argument("--issues", type=Path)
    one.add_argument("--tier", choices=("same", "possible"), default="same")
    one.add_argument("--n", type=int, default=100)
    one.add_argument("--seed", type=int, default=1)
    one.set_defaults(run=sample)
    one = commands.add_parser("scale")
    one.add_argument("tickets", type=Path)
    one.add_argument("--sizes", type=int, nargs="+", default=[20_000, 200_000])
    one.add_argument("--one", type=int, help=argparse.SUPPRESS)
    one.set_defaults(run=scale)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()

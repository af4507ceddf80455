"""Measures what one more ticket costs in a large warehouse: SQLite or PostgreSQL, a million tickets and more.

    python benchmarks/one_more.py sqlite:////path/big.db --base 20000 --copies 50 --add 300

An empty warehouse gets ``--base`` generated tickets through ``take_in``; then every row of what linking reads (tickets,
answers, fingerprints, block keys, links, issues) is copied ``--copies`` - 1 times under numbers of its own, at the same
moments: hot keys get as many times hotter. A filled warehouse is left as it is with ``--copies 1``. Then ``--add`` new
tickets come in one by one, and wall-clock milliseconds of each ``take_in`` are told, with the share of linking and the
plan of the statement that finds candidates.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# Run as a script, Python looks in benchmarks/ first, where routing.py would hide the package of that name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import sqlalchemy as sa  # noqa: E402
from sqlmodel import Session, select  # noqa: E402

from benchmarks.kinds import read_stream  # noqa: E402
from classify.ticket import Ticket  # noqa: E402
from routing.policy import RepeatPolicy  # noqa: E402
from routing.triage import Triager  # noqa: E402
from samples.generate import generate  # noqa: E402
from warehouse import linking  # noqa: E402
from warehouse.engine import make_engine, open_session, upgrade  # noqa: E402
from warehouse.intake import take_in  # noqa: E402
from warehouse.models import BlockKeyRow, FingerprintRow, IssueRow, LinkRow, TicketRow, TriageRow  # noqa: E402

COPIED = (TicketRow, TriageRow, FingerprintRow, BlockKeyRow, LinkRow, IssueRow)
NUMBERED = ("ticket_no", "issue_no", "issue", "related", "prior_no", "triage_key")


def tickets_of(seed: int, days: int, n: int) -> list[Ticket]:
    with tempfile.TemporaryDirectory() as folder:
        generate(seed, days, n, folder)
        return read_stream(Path(folder))[0]


def multiply(session: Session, copies: int) -> None:
    """Copies every row under other numbers."""
    for k in range(1, copies):
        for row in COPIED:
            table: sa.Table = row.__table__  # type: ignore[attr-defined]
            first = table.c["ticket_no" if "ticket_no" in table.c else "issue_no"]
            values = [
                (column + f"~{k}").label(column.name) if column.name in NUMBERED else column for column in table.c
            ]
            some = sa.select(*values).where(sa.not_(first.contains("~")))
            session.connection().execute(sa.insert(table).from_select([column.name for column in table.c], some))
        session.commit()
        print(f"copy {k} of {copies - 1}", file=sys.stderr, flush=True)


def add(session: Session, triager: Triager, tickets: list[Ticket]) -> dict[str, Any]:
    """Milliseconds of each ticket, and of its linking."""
    took, linked = [], []
    whole = linking.link_new

    def timed(*args: Any) -> int:
        start = time.perf_counter()
        try:
            return whole(*args)
        finally:
            linked.append(1000 * (time.perf_counter() - start))

    import warehouse.intake

    warehouse.intake.link_new = timed  # type: ignore[attr-defined]
    policy = RepeatPolicy.load(triager.pack)
    for ticket in tickets:
        start = time.perf_counter()
        take_in(session, triager, [ticket], "one-more", policy=policy)
        took.append(1000 * (time.perf_counter() - start))
    warm = slice(20, None)  # the first ones load kernels and pages
    return {
        name: {
            "p50": round(statistics.median(some[warm]), 1),
            "p95": round(statistics.quantiles(some[warm], n=20)[18], 1),
        }
        for name, some in (("take_in_ms", took), ("linking_ms", linked))
    }


def plan(session: Session) -> list[str]:
    """How the database finds the candidates of one key."""
    block = session.exec(select(BlockKeyRow.block).limit(1)).first()
    dialect = session.get_bind().dialect.name
    explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
    text = (
        f"{explain} SELECT ticket_no FROM block_key WHERE block = :block AND received_at <= :at "
        "ORDER BY received_at DESC, ticket_no DESC LIMIT 16"
    )
    rows = session.connection().execute(sa.text(text), {"block": block, "at": "2030-01-01"})
    return [str(row[-1]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--base", type=int, default=20_000)
    parser.add_argument("--copies", type=int, default=50)
    parser.add_argument("--add", type=int, default=300)
    args = parser.parse_args()
    triager = Triager.load()
    upgrade(args.url)
    with open_session(make_engine(args.url)) as session:
        if session.exec(select(TicketRow.ticket_no).limit(1)).first() is None:
            take_in(session, triager, tickets_of(1, 400, args.base), "base")
        multiply(session, args.copies)
        if session.get_bind().dialect.name == "postgresql":
            session.connection().execute(sa.text("ANALYZE"))
            session.commit()
        count = session.connection().execute(sa.text("SELECT COUNT(*) FROM ticket")).scalar_one()
        figures = add(session, triager, tickets_of(2, 30, max(args.add, 400))[-args.add :])
        print(json.dumps({"tickets": count, **figures, "plan": plan(session)}, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""The demo: a warehouse made afresh from samples or from the user's own file, ready to look at."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import make_url

from classify.masking import masked_value
from classify.ticket import SHANGHAI, InputError
from flows.progress import say
from flows.sink import whole_file
from flows.source import newest
from flows.steps import Taken, ingest_events, ingest_tickets
from routing.triage import Triager
from samples import generate
from warehouse.accounts import demo_users
from warehouse.alerts import raise_alerts
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.issues import count_issues, relink
from warehouse.settings import Settings, secret, settings

SAMPLES: Final = {"seed": 1, "days": 400, "n": 20_000}
"""What the demo shows when no file is given; issue on the main job, item 11."""

MARK: Final = "demo.json"
"""In JIESU_HOME: says that the warehouse beside it was made by a demo, and from what."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demo made: counts for ``--json``, its "now", and the logins as (name, password, title)."""

    counts: dict[str, Any]
    as_of: datetime
    logins: tuple[tuple[str, str, str], ...]
    reused: bool

    def sentence(self) -> str:
        """For a person."""
        head = "沿用上次的演示库(--fresh 重建): " if self.reused else ""
        return head + (
            "读入 {read} 行,新增工单 {new},搁置 {rejected},研判 {triaged},诉求事项 {issues},预警 {alerts}".format(
                **self.counts
            )
        )


def run_demo(files: list[str], pack: str, model: Path | None, as_of: datetime | None, *, fresh: bool) -> Shown:
    """Makes the demo warehouse, or (unless ``fresh``) keeps the one that the same input, pack and code made before.

    ``as_of`` None: the newest ticket. An existing warehouse that no demo made is moved aside, never overwritten.
    """
    house = settings()
    triager = Triager.load(pack, model)
    signature = sign(files, triager)
    mark = house.home / MARK
    if not fresh and (known := read_mark(mark, signature)) is not None:
        return known
    clear(house)
    upgrade()
    tickets, events = files or sample_files(house.home), []
    if not files:
        tickets, events = tickets[:1], tickets[1:]
    moment = as_of or now_of(tickets)
    shown = fill(triager, tickets, events, moment)
    write_mark(mark, signature, shown)
    return shown


def fill(triager: Triager, tickets: list[str], events: list[str], as_of: datetime) -> Shown:
    """Ingest, relink, warn; then make the demo's accounts."""
    key = secret()
    taken = Taken()
    with open_session(make_engine()) as session:
        for path in tickets:
            one = ingest_tickets(session, triager, path, key, as_of)
            taken.rows += one.rows
            taken.tickets += one.tickets
            taken.rejected += one.rejected
        for path in events:
            ingest_events(session, path, key)
        say("关联诉求事项 …")
        relink(session, triager)
        say("检查预警规则 …")
        alerts = raise_alerts(session, triager.pack, as_of)
        logins = tuple((user.name, user.password, user.title) for user in demo_users(session))
        counts = taken.to_dict() | {"issues": count_issues(session), "alerts": len(alerts)}
    return Shown(counts, as_of, logins, reused=False)


def sample_files(home: Path) -> list[str]:
    """The generated samples: tickets first, then events; made once a home."""
    folder = home / "samples"
    tickets, events = folder / "tickets.csv", folder / "events.csv"
    if not (tickets.is_file() and events.is_file()):
        say(f"生成 {SAMPLES['n']} 张样例工单 …")
        generate(**SAMPLES, out_dir=folder)
    return [str(tickets), str(events)]


def now_of(files: list[str]) -> datetime:
    """The demo's "now": the newest ticket that is not in the future. Raises InputError when no row can be read."""
    limit = datetime.now(SHANGHAI) + timedelta(days=1)
    times = [moment for path in files if (moment := newest(path, b"", limit)) is not None]
    if not times:
        raise InputError("没有一行能够读取", value="、".join(Path(path).name for path in files))
    return max(times)


def sign(files: list[str], triager: Triager) -> str:
    """What the demo warehouse is made from: file contents, pack, model and code."""
    digest = hashlib.sha256(json.dumps([triager.versions, SAMPLES], sort_keys=True).encode())
    for path in files:
        if not Path(path).is_file():
            raise InputError(
                "找不到文件", value=masked_value(Path(path).name), allowed="已有的 .xlsx .csv .jsonl .parquet"
            )
        with open(path, "rb") as handle:
            digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()


def clear(house: Settings) -> None:
    """Room for a fresh warehouse: an earlier demo's is removed, anybody else's is moved aside. SQLite only."""
    url = make_url(house.database_url)
    if url.get_backend_name() != "sqlite":
        raise InputError(
            "演示只在 SQLite 库上运行,免得碰到正式数据", allowed="不设置 JIESU_DATABASE_URL,或另设 JIESU_HOME"
        )
    make_engine().dispose()
    ours = (house.home / MARK).is_file()
    base = Path(url.database or "")
    stamp = f"{datetime.now(SHANGHAI):%Y%m%d-%H%M%S}"
    for ending in ("", "-wal", "-shm"):
        path = Path(f"{base}{ending}")
        if not path.exists():
            continue
        if ours:
            path.unlink()
        else:
            path.rename(f"{base}.{stamp}{ending}")
    if not ours and Path(f"{base}.{stamp}").exists():
        say(f"原有数据库移到 {base.name}.{stamp}")
    (house.home / MARK).unlink(missing_ok=True)


def disown(home: Path) -> None:
    """Somebody's own data came into the demo's warehouse: the next demo moves it aside instead of removing it."""
    (home / MARK).unlink(missing_ok=True)


def write_mark(mark: Path, signature: str, shown: Shown) -> None:
    """Keeps what was made; readable by its owner only, because the demo's passwords stand in it."""
    record = {"signature": signature, "counts": shown.counts, "as_of": shown.as_of.isoformat(), "logins": shown.logins}
    with whole_file(mark) as handle:
        json.dump(record, handle, ensure_ascii=False)
    mark.chmod(0o600)


def read_mark(mark: Path, signature: str) -> Shown | None:
    """The demo made before, if it was made from the same; else None."""
    try:
        record = json.loads(mark.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if record.get("signature") != signature:
        return None
    logins = tuple((name, password, title) for name, password, title in record["logins"])
    return Shown(record["counts"], datetime.fromisoformat(record["as_of"]), logins, reused=True)

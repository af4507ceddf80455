"""Publishing a city pack (发布城市包): checked, compared with the one in use, copied, and switched with who and when.

Packs to choose from are the shipped ones and the folders under ``packs/`` of JIESU_HOME. A published folder is copied
to ``published/NAME-HASH``, so that nobody edits it while flows read it; the switch in the database names the copy.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from classify.ticket import HotlineError, InputError, StateError
from routing.pack import PACKS, Pack, find_folder
from routing.pack_check import check_pack
from warehouse.audit import record
from warehouse.models import SwitchRow, from_json, now_utc, to_json
from warehouse.pack_check import check_tables
from warehouse.scope import Scope
from warehouse.settings import settings

SWITCH: Final = "pack"
EXAMPLES: Final = 4
"""Rows of a table that are shown as added or gone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pack that may be published: ``source`` is a shipped name or a folder's name under ``packs/``; ``fault`` says
    why it cannot even be opened."""

    source: str
    title: str
    hash: str
    own: bool
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """The pack in use: ``by`` and ``at`` are None while the settings decide."""

    source: str
    title: str
    hash: str
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class TableChange:
    """How one table differs: rows more, rows fewer, and a few of each."""

    file: str
    added: int
    removed: int
    examples: tuple[tuple[str, str], ...]


def candidates(scope: Scope) -> list[Candidate]:
    """Shipped packs and the city's own, by name. Needs ``manage``."""
    scope.need("manage")
    shipped = sorted(path.parent.name for path in PACKS.glob("*/pack.toml") if path.parent.name != "base")
    own = sorted(path.parent.name for path in (settings().home / "packs").glob("*/pack.toml"))
    return [_candidate(name, own=False) for name in shipped] + [_candidate(name, own=True) for name in own]


def _candidate(name: str, *, own: bool) -> Candidate:
    source = f"packs/{name}" if own else name
    try:
        pack = Pack.load(_folder(source))
    except HotlineError as error:
        return Candidate(source, name, "", own, str(error))
    return Candidate(source, pack.title, pack.hash, own)


def _folder(source: str) -> Path:
    """The folder of a source; only names are taken, so that no path leads out of ``packs/``."""
    kind, _, name = source.rpartition("/")
    if kind not in ("", "packs") or name in ("", ".", "..") or "\\" in name:
        raise InputError("没有这个城市包", value=source)
    return settings().home / "packs" / name if kind else find_folder(name)


def check(scope: Scope, source: str) -> list[str]:
    """All problems of a pack as sentences with file, row and column; empty when it may be published."""
    scope.need("manage")
    folder = _folder(source)
    return check_pack(folder) or check_tables(folder)


def difference(session: Session, scope: Scope, source: str) -> list[TableChange]:
    """The tables in which a pack differs from the one in use, largest change first."""
    scope.need("manage")
    new, old = Pack.load(_folder(source)), Pack.load(pack_in_use(session))
    names = sorted({path.name for pack in (new, old) for folder in pack.folders for path in folder.glob("*.csv")})
    out = []
    for name in [*names, "repeats.toml"]:
        now, before = _lines(new, name), _lines(old, name)
        added, removed = now - before, before - now
        if added or removed:
            shown = [("+", line) for line in list(added)[:EXAMPLES]] + [
                ("−", line) for line in list(removed)[:EXAMPLES]
            ]
            out.append(TableChange(name, added.total(), removed.total(), tuple(shown)))
    return sorted(out, key=lambda one: -(one.added + one.removed))


def _lines(pack: Pack, name: str) -> Counter[str]:
    path = pack.maybe(name)
    if path is None or path.is_dir():
        return Counter()
    return Counter(path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").splitlines())


def publish_pack(session: Session, scope: Scope, source: str, reason: str, now: datetime | None = None) -> Published:
    """Make a pack the one in use. Needs ``manage``, a reason and a pack without problems; logged. Commits.

    Answers already given keep their pack's hash; the next import and the next night use the new one.
    """
    scope.need("manage")
    if not reason.strip():
        raise InputError("发布城市包要写明理由")
    found = check(scope, source)
    if found:
        raise InputError(f"城市包有 {len(found)} 处问题,不能发布", value=found[0])
    pack, moment = Pack.load(_folder(source)), now or now_utc()
    told = {"source": source, "title": pack.title, "hash": pack.hash, "folder": source}
    if "/" in source:
        told["folder"] = f"published/{pack.name}-{pack.hash}"
        target = settings().home / told["folder"]
        if not target.is_dir():
            shutil.copytree(pack.folders[0], target)
    before = published(session)
    row = session.get(SwitchRow, SWITCH) or SwitchRow(name=SWITCH, setting="", set_by=scope.user)
    row.setting, row.set_by, row.set_at = to_json(told), scope.user, moment
    session.add(row)
    details = {"hash": pack.hash, "before": before.hash}
    record(session, scope.user, "pack.publish", source, reason=reason.strip()[:500], details=details, at=moment)
    session.commit()
    return Published(source, pack.title, pack.hash, scope.user, moment)


def published(session: Session) -> Published:
    """The pack in use, as it was published or as the settings say."""
    row = session.get(SwitchRow, SWITCH, populate_existing=True)
    if row is None:
        pack = Pack.load(settings().pack)
        return Published(settings().pack, pack.title, pack.hash, None, None)
    told = from_json(row.setting)
    return Published(told["source"], told["title"], told["hash"], row.set_by, row.set_at)


def pack_in_use(session: Session) -> str:
    """Name or folder of the published pack; the one of the settings while nothing was published.

    Raises StateError when the published copy is not on this machine.
    """
    row = session.get(SwitchRow, SWITCH, populate_existing=True)
    if row is None:
        return settings().pack
    folder = str(from_json(row.setting)["folder"])
    if "/" not in folder:
        return folder
    path = settings().home / folder
    if not (path / "pack.toml").is_file():
        raise StateError("已发布的城市包不在这台机器的工作目录里", value=folder)
    return str(path)

"""The repeat policy (重复诉求口径) of a city: repeats.toml of its pack, read and checked."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from classify.ticket import PackError, Where
from routing.entities import DATA
from routing.similarity import Weights

FILE = "repeats.toml"
DUTIES = "duties.csv"


class HasFiles(Protocol):
    """What the policy needs of a pack."""

    def path(self, filename: str) -> Path: ...


@dataclass(frozen=True, slots=True)
class LinkRules:
    """Thresholds and bounds of linking; meanings stand in repeats.toml."""

    same: float
    same_average: float
    possible: float
    possible_average: float
    large: int
    large_average: float
    window: int
    anchors: int
    candidates: int
    edges: int
    sample: int


@dataclass(frozen=True, slots=True)
class KindRules:
    """The ``[kinds]`` table of repeats.toml; meanings stand there."""

    assumed_open_days: int
    repeat_days: int
    often_few: int
    often_few_days: int
    often_many: int
    often_many_days: int
    common_callers: int
    common_days: int
    rebound_days: int
    legacy_days: int
    legacy_words: int
    legacy_codes: tuple[str, ...]
    group_people: int
    returns: int
    extensions: int
    redos: int
    beyond_replies: int
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """The ``[claims]`` table of repeats.toml; meanings stand there."""

    least: int
    days: int
    merchants: int
    template: float
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadRules:
    """The ``[lead]`` table of repeats.toml; meanings stand there."""

    working_days: int


@dataclass(frozen=True, slots=True)
class RepeatPolicy:
    """A versioned policy: how tickets are linked (``link``, two weights), which ``kinds`` follow, ``claims``, ``lead``.

    ``recalled`` are the matters on the 条线收回 list: every row of the pack's duty list for them is 条线独办 (role C).
    """

    version: str
    link: LinkRules
    same: Weights
    possible: Weights
    kinds: KindRules
    claims: ClaimRules
    lead: LeadRules
    recalled: frozenset[str] = frozenset()

    @classmethod
    def load(cls, pack: HasFiles | Path | str | None = None) -> RepeatPolicy:
        """The policy of a pack, of a file, or (None) the shipped one. PackError for anything unknown or missing."""
        duties = DATA / DUTIES
        if pack is None:
            path = DATA / FILE
        elif isinstance(pack, (str, Path)):
            path = Path(pack)
        else:
            path, duties = pack.path(FILE), pack.path(DUTIES)
        try:
            record = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise PackError("重复诉求口径无法读取", value=str(error), where=Where(path.name)) from None
        unknown = record.keys() - {"version", "link", "weights", "kinds", "claims", "lead"}
        if unknown:
            raise PackError("不认识的键", value="、".join(sorted(unknown)), where=Where(path.name))
        try:
            return cls(
                version=str(record["version"]),
                link=LinkRules(**_checked(record["link"], LinkRules, path, "link")),
                same=Weights(**_checked(record["weights"]["same"], Weights, path, "weights.same")),
                possible=Weights(**_checked(record["weights"]["possible"], Weights, path, "weights.possible")),
                kinds=KindRules(**_checked(record["kinds"], KindRules, path, "kinds")),
                claims=ClaimRules(**_checked(record["claims"], ClaimRules, path, "claims")),
                lead=LeadRules(**_checked(record["lead"], LeadRules, path, "lead")),
                recalled=_recalled(duties),
            )
        except KeyError as error:
            raise PackError("缺少键", value=str(error.args[0]), where=Where(path.name)) from None


def _recalled(path: Path) -> frozenset[str]:
    """Matters whose every duty row has role C; :mod:`routing.duties` checks the list itself."""
    roles: dict[str, set[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            roles.setdefault(row.get("matter_code") or "", set()).add(row.get("role") or "")
    return frozenset(code for code, found in roles.items() if found == {"C"})


def _checked(record: Mapping[str, Any], kind: type, path: Path, section: str) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    for wrong in sorted(record.keys() ^ names):
        reason = "缺少键" if wrong in names else "不认识的键"
        raise PackError(reason, value=wrong, allowed="、".join(sorted(names)), where=Where(path.name, field=section))
    record = dict(record)
    for name, value in record.items():
        if (
            name in ("legacy_codes", "codes", "order")
            and isinstance(value, list)
            and all(isinstance(code, str) for code in value)
        ):
            record[name] = tuple(value)
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise PackError("应为数字", value=str(value), where=Where(path.name, field=f"{section}.{name}"))
    return record

"""Checks a city pack (城市包) before it goes live: every problem with file, row and column, not only the first.

What the parts refuse when they load is collected here part by part; on top come files that nobody would read and the
promise that every matter has exactly one first actor (先办) in every district.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from classify.lexicon import Lexicon
from classify.taxonomy import Taxonomy
from classify.ticket import PackError, Where
from routing.attributes import AttributeFinder
from routing.calendar import WorkCalendar
from routing.duties import DutyList
from routing.duty_checks import problems
from routing.duty_rows import read_rows
from routing.gates import Gates
from routing.pack import PACKS, SHARED, Pack
from routing.places import Gazetteer
from routing.policy import RepeatPolicy
from routing.result import Place
from routing.sla import SlaTable
from routing.units import UnitTable
from routing.urgency import UrgencyRules

DAY: Final = date(2026, 1, 5)
"""Any working day; which rows are valid when is checked for all days by ``duty_checks``."""

UNKNOWN: Final[dict[str, str | None]] = {}


def check_pack(folder: str | Path) -> list[str]:
    """The problems of the pack in ``folder`` (or of that name), as sentences; an empty list when it may be used."""
    try:
        pack = Pack.load(folder)
    except PackError as error:
        return [str(error)]
    return [str(error) for error in _problems(pack)]


def _problems(pack: Pack) -> Iterator[PackError]:
    yield from _strange_files(pack)
    taxonomy: list[Taxonomy] = []
    yield from _attempt(lambda: taxonomy.append(Taxonomy.load(pack.path("taxonomy.csv"))))
    places: list[Gazetteer] = []
    yield from _attempt(lambda: places.append(Gazetteer(pack)))
    parts: tuple[Callable[[Pack], object], ...] = (
        *(AttributeFinder, UrgencyRules, Gates, SlaTable, WorkCalendar, RepeatPolicy.load),
    )
    for part in parts:
        yield from _attempt(lambda part=part: part(pack))  # type: ignore[misc]
    units: list[UnitTable] = []
    yield from _attempt(lambda: units.append(UnitTable(pack)))
    if not taxonomy:
        return
    yield from _attempt(lambda: Lexicon.load(pack.path("lexicon.csv"), taxonomy[0]))
    if units:
        yield from _duty_problems(pack, taxonomy[0], units[0], places)


def _attempt(load: Callable[[], object]) -> Iterator[PackError]:
    try:
        load()
    except PackError as error:
        yield error


def _duty_problems(pack: Pack, taxonomy: Taxonomy, units: UnitTable, places: list[Gazetteer]) -> Iterator[PackError]:
    levels = {name: department.level for name, department in units.departments.items()}
    codes = taxonomy.codes(2)
    try:
        rows, errors = read_rows(pack, levels, codes)
    except PackError as error:
        yield error
        return
    # Gaps that a bad row leaves would be reported twice: its own error comes first and alone.
    found = errors or list(problems(pack, rows, codes))
    yield from found
    if not found and places:
        yield from _actors(DutyList(pack, taxonomy, units, places[0]), codes)


def _actors(duties: DutyList, codes: list[str]) -> Iterator[PackError]:
    """Every matter × district has one first actor, and no street leads a matter of the line departments alone."""
    for code in codes:
        for district in (None, *duties.places.districts):
            answer = duties.assign(code, UNKNOWN, Place(district), DAY)
            leads = [one for one in answer.suggestions if one.role == "主办"]
            if len(leads) != 1 or (answer.role == "C" and leads[0].level != "条线"):
                where = Where("duties.csv", answer.rule.row, "lead")
                yield PackError("先办单位不唯一或层级不符", value=f"{code} {district or '区县未知'}", where=where)


def _strange_files(pack: Pack) -> Iterator[PackError]:
    """Files of the pack's own folder that nothing reads, such as a misspelt name."""
    known = {path.name for path in PACKS.glob("*/*")} | set(SHARED) | {"pack.toml"}
    for path in sorted(pack.folders[0].iterdir()):
        if path.suffix in (".csv", ".toml") and path.name not in known:
            yield PackError(
                "没有程序会读这个文件", value=path.name, allowed="、".join(sorted(known)), where=Where(path.name)
            )

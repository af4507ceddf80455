"""What a correction may choose from (更正可选项): classes of the taxonomy, units of the duty list, districts."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import streamlit as st

from classify.taxonomy import Taxonomy
from classify.ticket import PackError
from dashboard import connect
from routing.duties import DutyList
from routing.pack import Pack
from routing.result import Place
from warehouse.pack_publish import pack_in_use

logger = logging.getLogger("jiesu.dashboard")

URGENCIES: Final = ("一般", "紧急", "特急")
DISTRICT_KIND: Final = "区县"
"""Kind of a district in places.csv."""


@dataclass(frozen=True)
class Choices:
    """``classes``: code → code and names; ``paths``: code → names; ``duties``: who owns a new class, or None."""

    classes: dict[str, str]
    paths: dict[str, tuple[str, ...]]
    districts: tuple[str, ...]
    duties: DutyList | None

    def owner(self, code: str, result: Mapping[str, Any], day: date) -> str | None:
        """Who would act first if the class were ``code`` and all else as the machine read it; None when unknown."""
        if self.duties is None:
            return None
        try:
            attributes = dict(result.get("attributes") or {})
            return self.duties.assign(code, attributes, place_of(result), day).first.unit
        except (KeyError, TypeError, ValueError):
            return None

    def units(self, result: Mapping[str, Any]) -> list[str]:
        """Every department of the pack as the unit it would be at the place of the ticket, by name."""
        if self.duties is None:
            return []
        place = place_of(result)
        table = self.duties.units
        return sorted({table.resolve(name, place).unit for name in table.departments})


def place_of(result: Mapping[str, Any]) -> Place:
    """The place of a result in its JSON form."""
    told = result.get("place") or {}
    return Place(
        told.get("district"), told.get("street"), told.get("poi"), told.get("text"), tuple(told.get("others") or ())
    )


def choices() -> Choices:
    """Of the pack in use."""
    with connect.session() as session:
        return _choices(pack_in_use(session))


@st.cache_resource(show_spinner=False, max_entries=4)
def _choices(source: str) -> Choices:
    """Loaded once per server and pack; the pack is not personal data and the same for everyone."""
    pack = Pack.load(source)
    taxonomy = Taxonomy.load(pack.maybe("taxonomy.csv"))
    paths = {code: tuple(taxonomy.path(code)) for code in taxonomy.codes(2)}
    names = {code: f"{code} {' › '.join(path)}" for code, path in paths.items()}
    return Choices(names, paths, _districts(pack), _duties(pack, taxonomy))


def _duties(pack: Pack, taxonomy: Taxonomy) -> DutyList | None:
    """None when the pack's duty list is broken: a person can still type a unit, and the server log says why."""
    try:
        return DutyList(pack, taxonomy)
    except PackError as error:
        logger.error("duty list not loaded: %s", error)
        return None


def _districts(pack: Pack) -> tuple[str, ...]:
    path = pack.maybe("places.csv")
    if path is None:
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row["name"] for row in csv.DictReader(file) if row.get("kind") == DISTRICT_KIND]
    return tuple(dict.fromkeys(rows))

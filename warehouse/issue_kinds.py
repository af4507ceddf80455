"""What the ledger learns of an issue from ``routing.kinds`` (种类) and from the duty rows (条线为主的建议)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from classify.ticket import SHANGHAI, Event, HotlineError
from routing.kinds import CORRECTED, KindFound, kinds_of
from routing.pack import Pack
from routing.repeats import RepeatPolicy
from warehouse.candidates import load_fingerprints
from warehouse.models import EventRow, TriageRow
from warehouse.readings import corrected_verdicts
from warehouse.settings import settings
from warehouse.upsert import chunks

Groups = Mapping[str, Sequence[Mapping[str, Any]]]
POWERLESS = "基层无力解决"


@lru_cache(maxsize=8)
def policy_of(pack: str | None = None) -> RepeatPolicy:
    """The repeat policy of a pack (None: the one of the settings); the shipped one when that pack has none."""
    try:
        return RepeatPolicy.load(Pack.load(pack or settings().pack))
    except HotlineError:
        return RepeatPolicy.load(None)


def find_kinds(session: Session, groups: Groups, policy: RepeatPolicy) -> dict[str, list[dict[str, Any]]]:
    """Kinds of each issue with their evidence chain: {kind, rule, tickets, dates, why}, gravest first."""
    numbers = [one["ticket_no"] for some in groups.values() for one in some]
    prints = load_fingerprints(session, numbers)
    corrected = corrected_verdicts(session, numbers)
    events: dict[str, list[Event]] = defaultdict(list)
    for part in chunks(numbers):
        mine = select(EventRow).where(col(EventRow.ticket_no).in_(part), col(EventRow.set_aside).is_(None))
        for row in session.exec(mine):
            events[row.ticket_no].append(_event(row, corrected.get(row.event_key)))
    found: dict[str, list[dict[str, Any]]] = {}
    for issue_no, some in groups.items():
        members = [prints[one["ticket_no"]] for one in some if one["ticket_no"] in prints]
        said = [event for one in some for event in events[one["ticket_no"]]]
        newest = max((event.at for event in said), default=None)
        last = max((one.received_at for one in members), default=None)
        now = max((moment for moment in (newest, last) if moment is not None), default=None)
        found[issue_no] = [as_json(kind) for kind in kinds_of(members, said, policy, as_of=now)]
    return found


def as_json(kind: KindFound) -> dict[str, Any]:
    """The form that the ledger keeps."""
    return {
        "kind": kind.kind,
        "rule": kind.rule,
        "tickets": list(kind.tickets),
        "dates": [one.isoformat() for one in kind.dates],
        "why": kind.why,
    }


def proposals(session: Session, groups: Groups, kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """For issues that are 基层无力解决 the line department with the power (条线为主), as JSON with duty row and why.

    Taken from the published answer to the newest ticket that suggests one; the street or town becomes 协办.
    """
    wanted = [number for number, some in kinds.items() if any(one["kind"] == POWERLESS for one in some)]
    made: dict[str, str] = {}
    for issue_no in wanted:
        numbers = [one["ticket_no"] for one in groups[issue_no]][-20:]
        answers = session.exec(
            select(TriageRow)
            .where(col(TriageRow.ticket_no).in_(numbers), col(TriageRow.published).is_(True))
            .order_by(col(TriageRow.due_at).desc())
        )
        for answer in answers:
            suggestions = json.loads(answer.result)["suggestions"]
            line = next((one for one in suggestions if one["level"] == "条线"), None)
            if line is not None:
                ground = [one["unit"] for one in suggestions if one["level"] == "属地"]
                made[issue_no] = json.dumps(
                    {"lead_unit": line["unit"], "rule_id": line["rule_id"], "why": line["why"], "assist": ground[:1]},
                    ensure_ascii=False,
                )
                break
    return made


def _event(row: EventRow, verdict: str | None) -> Event:
    """``verdict`` is what a person said that the reply says, None when nobody did."""
    result = json.loads(row.result) | ({} if verdict is None else {CORRECTED: verdict})
    return Event(row.ticket_no, row.at.astimezone(SHANGHAI), row.kind, row.unit, row.reason, result, row.text)

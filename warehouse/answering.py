"""Asking the triager (研判) for many tickets: one odd text must not lose the rest."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from classify.ticket import HotlineError, InputError, Ticket
from routing.result import TriageResult

log = logging.getLogger(__name__)


class Triages(Protocol):
    """What this room needs of ``routing.triage.Triager``."""

    def triage(self, tickets: Sequence[Ticket]) -> list[TriageResult]:
        """One result a ticket, in the same order."""
        ...


def triage_all(triager: Triages, tickets: list[Ticket]) -> tuple[dict[str, TriageResult], list[HotlineError]]:
    """Results by ticket number. When a batch fails, each ticket is tried alone: one odd text must not lose the rest."""
    if not tickets:
        return {}, []
    try:
        return {one.ticket_no: one for one in triager.triage(tickets)}, []
    except Exception:
        log.exception("triage of a batch failed, trying one by one", extra={"tickets": len(tickets)})
    results: dict[str, TriageResult] = {}
    faults: list[HotlineError] = []
    for ticket in tickets:
        try:
            results[ticket.ticket_no] = triager.triage([ticket])[0]
        except Exception as error:
            # the type only: an error message may quote the text
            faults.append(InputError(f"研判出错({type(error).__name__})", value=ticket.ticket_no))
    return results, faults

"""Signs of professional claims (职业索赔) and of abuse: a tag for a person, never a refusal (handbook §2.9).

A tag says which signs were seen and on which tickets; what follows is a person's decision, because complaining and
reporting are statutory rights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from routing.fingerprint import Fingerprint
from routing.policy import ClaimRules, RepeatPolicy
from routing.similarity import jaccard

TARGETS: Final = frozenset({"company", "venue", "quoted"})
"""Kinds of name that can be a merchant."""

COMPARED: Final = 12
"""Latest tickets of a caller whose wording is compared with a new one."""


@dataclass(frozen=True, slots=True)
class ClaimTag:
    """A caller to look at: the signs seen, the tickets that show them (in order of time) and one Chinese sentence."""

    caller: str
    signs: tuple[str, ...]
    tickets: tuple[str, ...]
    why: str


def claim_tags(prints: Iterable[Fingerprint], policy: RepeatPolicy) -> tuple[ClaimTag, ...]:
    """Tags over a set of tickets, one a caller, ordered by caller; callers that are not known are never tagged.

    A tag needs two of: many merchants in the window, the same template against different merchants, wording that asks
    for multiple compensation. One sign alone is what an ordinary consumer does too.
    """
    rules = policy.claims
    by_caller: dict[str, list[Fingerprint]] = defaultdict(list)
    for one in prints:
        if one.caller:
            by_caller[one.caller].append(one)
    tags = []
    for caller in sorted(by_caller):
        tag = _tag(caller, sorted(by_caller[caller], key=lambda one: (one.received_at, one.ticket_no)), rules)
        if tag is not None:
            tags.append(tag)
    return tuple(tags)


def merchants(one: Fingerprint) -> frozenset[str]:
    """Names in the ticket that can be a merchant: those of the title, else all."""
    title = frozenset(name.core for name in one.names if name.kind in TARGETS and name.title)
    return title or frozenset(name.core for name in one.names if name.kind in TARGETS)


def _tag(caller: str, tickets: list[Fingerprint], rules: ClaimRules) -> ClaimTag | None:
    consumer = [one for one in tickets if _about_goods(one, rules)]
    if len(consumer) < rules.least:
        return None
    shown: dict[str, Fingerprint] = {}
    signs: list[str] = []
    window = _busiest(consumer, timedelta(days=rules.days))
    against = {target for one in window for target in merchants(one)}
    if len(window) >= rules.least and len(against) >= rules.merchants:
        signs.append(f"{rules.days} 天内投诉 {len(against)} 个不同商家")
        shown |= {one.ticket_no: one for one in window}
    copies = _templates(consumer, rules.template)
    if len(copies) >= rules.least:
        signs.append(f"{len(copies)} 件工单套用同一文本、对象不同")
        shown |= {one.ticket_no: one for one in copies}
    multiple = [one for one in consumer if "claim" in one.marks]
    if len(multiple) >= rules.least:
        signs.append(f"{len(multiple)} 件工单要求惩罚性或多倍赔偿")
        shown |= {one.ticket_no: one for one in multiple}
    if len(signs) < 2:
        return None
    order = sorted(shown.values(), key=lambda one: (one.received_at, one.ticket_no))
    why = "疑似职业索赔,请人工甄别,不影响受理:" + ";".join(signs)
    return ClaimTag(caller, tuple(signs), tuple(one.ticket_no for one in order), why)


def _about_goods(one: Fingerprint, rules: ClaimRules) -> bool:
    """Whether it is a matter between consumer and merchant; unknown categories count when the words ask for money."""
    codes = [code for code, _ in one.codes]
    return "claim" in one.marks or any(code.startswith(rules.codes) for code in codes[:1])


def _busiest(tickets: list[Fingerprint], span: timedelta) -> list[Fingerprint]:
    best: list[Fingerprint] = []
    start = 0
    for end, one in enumerate(tickets):
        while one.received_at - tickets[start].received_at > span:
            start += 1
        if end + 1 - start > len(best):
            best = tickets[start : end + 1]
    return best


def _templates(tickets: list[Fingerprint], least: float) -> list[Fingerprint]:
    """Tickets that repeat the text of an earlier one against another merchant (and that one)."""
    found: dict[str, Fingerprint] = {}
    for i, one in enumerate(tickets):
        mine = frozenset(one.sketch)
        for other in tickets[max(0, i - COMPARED) : i]:
            if merchants(one) != merchants(other) and jaccard(mine, frozenset(other.sketch), one, other) >= least:
                found |= {one.ticket_no: one, other.ticket_no: other}
    return list(found.values())

"""What kind of repeat an issue is (重复诉求的种类), by the policy of the pack, each with its evidence chain.

Definitions are those of the handbook §2.8; every number stands in repeats.toml under ``[kinds]``. A kind is found from
the tickets of one issue and the events on them; nothing is remembered, so the same history gives the same kinds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from classify.ticket import SHANGHAI, Event
from routing.fingerprint import Fingerprint
from routing.policy import KindRules, RepeatPolicy
from routing.replies import read_reply

KINDS: Final = ("多人同诉", "群体性", "历史遗留", "基层无力解决", "反弹", "多次重复", "催办", "重复诉求")
"""All kinds. Several may hold; which one a list shows first is the ``order`` of the policy."""

CORRECTED: Final = "答复认定"
"""Key of an event's ``result`` under which a person's reading of a reply stands; empty: it says nothing."""

SAYS_AGAIN: Final = frozenset({"chase", "still"})
"""Marks of a ticket that speaks of an earlier one."""

CLOSING: Final = frozenset({"办结", "结案", "并单", "撤销"})
SOLVED: Final = frozenset({"是", "已解决", "解决", "实质解决", "全部解决", "1", "y", "yes", "true"})
UNSOLVED: Final = frozenset({"否", "未解决", "部分解决", "没有解决", "不满意", "0", "n", "no", "false"})


@dataclass(frozen=True, slots=True)
class KindFound:
    """A kind that holds. ``rule`` names the rule of the policy, ``tickets`` and ``dates`` are its evidence in order of
    time (dates in Asia/Shanghai), ``why`` one Chinese sentence."""

    kind: str
    rule: str
    tickets: tuple[str, ...]
    dates: tuple[date, ...]
    why: str


class Life:
    """How one ticket stood over time, from its events."""

    def __init__(self, ticket: Fingerprint, events: Sequence[Event], assumed_open: timedelta) -> None:
        self.ticket = ticket
        self.events = sorted(events, key=lambda event: (event.at, event.kind))
        self._assumed_end = ticket.received_at + assumed_open

    def closed_at(self, moment: datetime) -> datetime | None:
        """When it was closed, as it stood at ``moment``; None while it is open. Without events: a usual time."""
        closed: datetime | None = None
        for event in self.events:
            if event.at > moment:
                break
            if event.kind in CLOSING:
                closed = event.at
            elif event.kind == "重办":
                closed = None
        if not self.events and moment > self._assumed_end:
            return self._assumed_end
        return closed

    def solved(self, moment: datetime) -> bool | None:
        """What was last said by ``moment``: the caller's word (回访) stands above the unit's (办结, 答复)."""
        caller = self.confirmed(moment)
        return caller if caller is not None else self._unit_says(moment)

    def confirmed(self, moment: datetime) -> bool | None:
        """What the caller said when called back (回访), last by ``moment``; None when not reached."""
        said = [_said(event) for event in self.events if event.kind == "回访" and event.at <= moment]
        return next((one for one in reversed(said) if one is not None), None)

    def _unit_says(self, moment: datetime) -> bool | None:
        unit: bool | None = None
        for event in self.events:
            if event.at > moment:
                break
            if event.kind == "答复" and event.text:
                unit = reading_of(event) == "已解决"
            elif event.kind in ("办结", "结案"):
                said = _said(event)
                unit = unit if said is None else said
            elif event.kind == "重办":
                unit = None
        return unit

    def count(self, kind: str, moment: datetime) -> list[Event]:
        return [event for event in self.events if event.kind == kind and event.at <= moment]


def reading_of(event: Event) -> str | None:
    """What a reply says of the matter: as a person corrected it (``result`` has :data:`CORRECTED`), else as read."""
    corrected = event.result.get(CORRECTED)
    if corrected is not None:
        return corrected or None
    return read_reply(event.text)[0] if event.text else None


def _said(event: Event) -> bool | None:
    for text in (event.result.get("是否解决"), event.reason):
        if text is not None:
            word = text.strip().lower()
            if word in SOLVED:
                return True
            if word in UNSOLVED:
                return False
    return None


def kinds_of(
    tickets: Iterable[Fingerprint],
    events: Iterable[Event],
    policy: RepeatPolicy,
    *,
    as_of: datetime | None = None,
    recalled: Collection[str] | None = None,
) -> tuple[KindFound, ...]:
    """Kinds of one issue, by the precedence of the policy.

    ``tickets`` are those of the issue that were not withdrawn, in any order; ``events`` on them; ``as_of`` what "now"
    is (None: the newest ticket); ``recalled`` the category codes on the 条线收回 list (None: those of the policy).
    """
    rules = policy.kinds
    taken = policy.recalled if recalled is None else recalled
    ordered = sorted(tickets, key=lambda one: (one.received_at, one.ticket_no))
    if not ordered:
        return ()
    moment = as_of or ordered[-1].received_at
    by_ticket: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_ticket[event.ticket_no].append(event)
    assumed = timedelta(days=rules.assumed_open_days)
    lives = [Life(one, by_ticket[one.ticket_no], assumed) for one in ordered if one.received_at <= moment]
    chased = _chasers(lives)
    found: list[KindFound] = []
    finders: tuple[Callable[[], KindFound | None], ...] = (
        lambda: _group(lives, rules),
        lambda: _common(lives, rules),
        lambda: _legacy(lives, rules, moment),
        lambda: _powerless(lives, rules, moment, taken),
        lambda: _rebound(lives, rules),
        lambda: _often([life for life in lives if life.ticket.ticket_no not in chased], rules),
        lambda: _chase(lives, chased),
        lambda: _repeat(lives, rules, chased),
    )
    for finder in finders:
        kind = finder()
        if kind is not None:
            found.append(kind)
    return tuple(sorted(found, key=lambda kind: _rank(kind, rules.order)))


def _rank(kind: KindFound, order: Sequence[str]) -> int:
    """Place in the precedence, where an entry is a kind or ``kind:rule``."""
    exact = f"{kind.kind}:{kind.rule}"
    return order.index(exact) if exact in order else order.index(kind.kind)


def kinds_by_ticket(
    tickets: Iterable[Fingerprint],
    events: Iterable[Event],
    policy: RepeatPolicy,
    *,
    recalled: Collection[str] | None = None,
    memory: int = 60,
) -> dict[str, tuple[KindFound, ...]]:
    """For each ticket the kinds that it shows when it comes in: those whose evidence it is part of.

    Only events up to its arrival count, and of a very large issue only the ``memory`` tickets before it.
    """
    ordered = sorted(tickets, key=lambda one: (one.received_at, one.ticket_no))
    known = list(events)
    answers: dict[str, tuple[KindFound, ...]] = {}
    for i, one in enumerate(ordered):
        some = ordered[max(0, i - memory) : i + 1]
        before = [event for event in known if event.at <= one.received_at or event.ticket_no == one.ticket_no]
        found = kinds_of(some, before, policy, as_of=one.received_at, recalled=recalled)
        answers[one.ticket_no] = tuple(kind for kind in found if one.ticket_no in kind.tickets)
    return answers


def _kind(kind: str, rule: str, lives: Sequence[Life], why: str) -> KindFound:
    dates = tuple(life.ticket.received_at.astimezone(SHANGHAI).date() for life in lives)
    return KindFound(kind, rule, tuple(life.ticket.ticket_no for life in lives), dates, why)


def _chasers(lives: Sequence[Life]) -> dict[str, Life]:
    """Tickets that only ask after an open one of the same caller → that one."""
    chased: dict[str, Life] = {}
    for i, life in enumerate(lives):
        caller = life.ticket.caller
        for earlier in lives[:i] if caller else ():
            own = earlier.ticket.caller == caller and earlier.ticket.ticket_no not in chased
            if own and earlier.closed_at(life.ticket.received_at) is None:
                chased[life.ticket.ticket_no] = earlier
                break
    return chased


def _chase(lives: Sequence[Life], chased: dict[str, Life]) -> KindFound | None:
    asking = [life for life in lives if life.ticket.ticket_no in chased or life.count("催办", life.ticket.received_at)]
    if asking:
        first = chased.get(asking[0].ticket.ticket_no, asking[0])
        some = [first, *(life for life in asking if life is not first)]
        return _kind("催办", "open", some, f"工单 {first.ticket.ticket_no} 在办期间,同一诉求人又来电 {len(asking)} 次")
    return None


def _repeat(lives: Sequence[Life], rules: KindRules, chased: dict[str, Life]) -> KindFound | None:
    again: list[Life] = []
    lives = [life for life in lives if life.ticket.ticket_no not in chased]
    for i, life in enumerate(lives):
        for earlier in lives[:i]:
            closed = earlier.closed_at(life.ticket.received_at)
            if _same_caller(earlier.ticket, life.ticket) and closed is not None:
                unsolved = earlier.solved(life.ticket.received_at) is False
                if unsolved or life.ticket.received_at - closed <= timedelta(days=rules.repeat_days):
                    again += [one for one in (earlier, life) if one not in again]
    again = [life for life in lives if life in again]
    if not again:
        return None
    return _kind(
        "重复诉求", "repeat", again, f"同一诉求人在办结后 {rules.repeat_days} 天内或问题未解决时,就同一事项再次反映"
    )


def _same_caller(earlier: Fingerprint, later: Fingerprint) -> bool:
    """Whether one person called twice; whose number is not known is believed who says so."""
    if earlier.caller and later.caller:
        return earlier.caller == later.caller
    return not SAYS_AGAIN.isdisjoint(later.marks)


def _often(lives: Sequence[Life], rules: KindRules) -> KindFound | None:
    for least, days, rule in (
        (rules.often_few, rules.often_few_days, "often_few"),
        (rules.often_many, rules.often_many_days, "often_many"),
    ):
        some = _within(lives, least, timedelta(days=days))
        if some:
            return _kind("多次重复", rule, some, f"{days} 天内同一事项有 {len(some)} 件工单(标准:{least} 件)")
    return None


def _within(lives: Sequence[Life], least: int, span: timedelta) -> list[Life]:
    """The latest run of at least ``least`` tickets that lie within ``span``."""
    for end in range(len(lives), least - 1, -1):
        last = lives[end - 1].ticket.received_at
        some = [life for life in lives[:end] if last - life.ticket.received_at <= span]
        if len(some) >= least:
            return some
    return []


def _common(lives: Sequence[Life], rules: KindRules) -> KindFound | None:
    span = timedelta(days=rules.common_days)
    for end in range(len(lives), 0, -1):
        last = lives[end - 1].ticket.received_at
        some = [life for life in lives[:end] if last - life.ticket.received_at <= span and life.ticket.caller]
        callers = {life.ticket.caller for life in some}
        if len(callers) >= rules.common_callers:
            return _kind(
                "多人同诉", "common", some, f"{rules.common_days} 天内有 {len(callers)} 名不同诉求人反映同一事项"
            )
    return None


def _rebound(lives: Sequence[Life], rules: KindRules) -> KindFound | None:
    back = timedelta(days=rules.rebound_days)
    for i in range(len(lives) - 1, 0, -1):
        now = lives[i].ticket.received_at
        never = "still" in lives[i].ticket.marks  # whoever says that nothing was done does not say that it came back
        for earlier in reversed(lives[:i]):
            closed = earlier.closed_at(now)
            solved = earlier.confirmed(now) if never else earlier.solved(now)
            if closed is not None and now - closed <= back and solved:
                days = (now - closed).days
                why = f"工单 {earlier.ticket.ticket_no} 办结为已解决,{days} 天后同一事项再次反映"
                return _kind("反弹", "rebound", [earlier, lives[i]], why)
    return None


def _legacy(lives: Sequence[Life], rules: KindRules, moment: datetime) -> KindFound | None:
    if len(lives) < 2:
        return None
    stuck = any(code.startswith(rules.legacy_codes) for life in lives for code, _ in life.ticket.codes)
    days = (moment - lives[0].ticket.received_at).days
    if stuck and days > rules.legacy_days:
        why = f"首次反映距今 {days} 天,属办证、烂尾、征收等需政策或资金解决的事项"
        return _kind("历史遗留", "legacy_span", lives, why)
    old = [life for life in lives if "years" in life.ticket.marks]
    if len(old) >= (1 if stuck else rules.legacy_words):
        return _kind("历史遗留", "legacy_words", old, f"{len(old)} 件工单自述问题已存在多年或属历史遗留")
    return None


def _group(lives: Sequence[Life], rules: KindRules) -> KindFound | None:
    many = [life for life in lives if (life.ticket.people or 0) >= rules.group_people]
    if many:
        top = max(life.ticket.people or 0 for life in many)
        return _kind("群体性", "group_people", many, f"工单称涉及 {top} 人(标准:{rules.group_people} 人)")
    words = [life for life in lives if "crowd" in life.ticket.marks]
    if words:
        return _kind("群体性", "group_words", words, "工单中有集体、联名、聚集、上访等表述")
    return None


def _comes_back(lives: Sequence[Life], rules: KindRules) -> bool:
    """Whether somebody called again or more did than two neighbours, each once."""
    callers = [life.ticket.caller for life in lives if life.ticket.caller]
    return len(lives) >= rules.often_few or len(set(callers)) < len(callers)


def _powerless(
    lives: Sequence[Life], rules: KindRules, moment: datetime, recalled: Collection[str]
) -> KindFound | None:
    if len(lives) < 2:
        return None
    beyond = [life for life in lives if any(reading_of(event) == "超职责" for event in life.count("答复", moment))]
    if len(beyond) >= rules.beyond_replies:
        return _kind("基层无力解决", "beyond", beyond, f"{len(beyond)} 件工单的答复称超出职责或没有执法权")
    for kind, least, rule, words in (
        ("退单通过", rules.returns, "returns", "次退单获准"),
        ("延期通过", rules.extensions, "extensions", "次延期获准"),
        ("重办", rules.redos, "redos", "次重办仍未解决"),
    ):
        hits = [(life, life.count(kind, moment)) for life in lives]
        if kind == "重办":
            hits = [(life, events) for life, events in hits if life.solved(moment) is False]
        times = sum(len(events) for _, events in hits)
        if times >= least:
            return _kind("基层无力解决", rule, [life for life, events in hits if events], f"同一事项 {times} {words}")
    taken = [life for life in lives if life.ticket.codes and life.ticket.codes[0][0] in recalled]
    if taken and _comes_back(lives, rules):
        return _kind("基层无力解决", "recalled", taken, "该事项已由条线部门收回,基层不再承担")
    return None

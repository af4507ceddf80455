"""What people do to an issue on the page (事项处置): which acts a role has, what each needs, and carrying one out.

No Streamlit here: the form is a plain mapping of the widgets' values, so the rules are tested without a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from classify.masking import mask
from classify.ticket import HotlineError
from warehouse import issues, rulings
from warehouse.ledger import DISPOSALS, STATES
from warehouse.readings import VERDICTS
from warehouse.scope import Scope
from warehouse.views import IssueDetail

PREFIX: Final = "issue_form_"
"""Session keys of the form's widgets."""


@dataclass(frozen=True, slots=True)
class Act:
    """A button: ``kind`` of the act, ``name`` on the page, the right it needs, and the fields of its form."""

    kind: str
    name: str
    right: str
    fields: tuple[str, ...]


ACTS: Final = (
    Act("lead", "确认条线主办", "supervise", ("lead_unit", "assist", "disposal")),
    Act("rule", "处置与状态", "supervise", ("state", "disposal")),
    Act("link", "并入工单", "decide", ("ticket",)),
    Act("merge", "归并事项", "decide", ("other",)),
    Act("split", "拆分", "decide", ("tickets",)),
    Act("unlink", "移出工单", "decide", ("member",)),
    Act("apart", "不是同一事项", "decide", ("stranger",)),
)
READING: Final = Act("reading", "更正答复认定", "decide", ("verdict",))
UNDO: Final = Act("undo", "撤回", "decide", ())
NAMES: Final[Mapping[str, str]] = {one.kind: one.name for one in (*ACTS, READING, UNDO)}
LABELS: Final[Mapping[str, str]] = {
    "lead_unit": "主办单位", "assist": "协办单位", "disposal": "处置类别", "state": "状态", "ticket": "要并入的工单",
    "other": "另一事项的台账号", "tickets": "要拆出的工单", "member": "要移出的工单", "stranger": "不是同一事项的工单",
    "verdict": "这条答复的意思", "reason": "理由",
}  # fmt: skip
VERDICT_NAMES: Final[Mapping[str, str]] = {
    "超职责": "超出职责或没有权限", "已解决": "已解决", "办理中": "正在办理", "解释": "解释说明", "": "未就事项表态",
}  # fmt: skip
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "disposal": {key: f"{key} {name}" for key, name in DISPOSALS.items()},
    "state": {one: one for one in STATES},
    "verdict": {one: VERDICT_NAMES[one] for one in VERDICTS},
}


def acts_for(scope: Scope, detail: IssueDetail) -> list[Act]:
    """The acts that the role may carry out on this issue as it stands."""
    few, possible = len(detail.tickets) < 2, bool(detail.possible)
    fitting = {"split": not few, "unlink": not few, "apart": possible}
    return [one for one in ACTS if scope.may(one.right) and fitting.get(one.kind, True)]


def find(kind: str | None) -> Act | None:
    """The act of a kind."""
    return next((one for one in (*ACTS, READING, UNDO) if one.kind == kind), None)


def proposed(detail: IssueDetail) -> dict[str, Any]:
    """What the form of 条线主办 starts with: the ruling that stands, else the proposal."""
    one, told = detail.issue, detail.issue.proposal or {}
    lead = one.lead_unit or told.get("lead_unit")
    assist = list(one.assist) or [str(unit) for unit in told.get("assist") or ()]
    return {"lead_unit": lead, "assist": "、".join(assist), "disposal": one.disposal or ("A" if lead else None)}


def take(
    session: Session,
    scope: Scope,
    issue_no: str,
    act: Act,
    target: str | None,
    form: MutableMapping[str, Any],
    now: datetime,
) -> tuple[str, bool, str]:
    """Carry out the act with what stands in the form: what to say, whether it is bad news (then the form stays), and
    the issue to show next. ``target`` is the reply's event or the action that is taken back."""
    if not scope.may(act.right):
        return "您的岗位不能办理这一步", True, issue_no
    told = {name: form.get(PREFIX + name) for name in (*act.fields, "reason")}
    reason = mask(str(told["reason"] or "").strip()).text
    if not reason:
        return f"{act.name}要写明理由", True, issue_no
    missing = next((name for name in _NEEDED.get(act.kind, ()) if not told.get(name)), None)
    if missing is not None:
        return f"{act.name}要填{LABELS[missing]}", True, issue_no
    try:
        after = _CARRY[act.kind](session, scope, issue_no, told, reason, target, now)
    except HotlineError as error:
        return str(error), True, issue_no
    for name in [one for one in form if str(one).startswith(PREFIX)]:
        del form[name]
    return f"已{act.name}", False, after or issue_no


_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "lead": ("lead_unit",), "link": ("ticket",), "merge": ("other",), "split": ("tickets",), "unlink": ("member",),
    "apart": ("stranger",),
}  # fmt: skip

Carry = Callable[[Session, Scope, str, Mapping[str, Any], str, str | None, datetime], str | None]


def _lead(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> None:
    assist = [one.strip() for one in str(told["assist"] or "").replace(",", "、").split("、") if one.strip()]
    lead = str(told["lead_unit"]).strip()
    rulings.rule(session, scope, issue, why, lead_unit=lead, assist=assist, disposal=told["disposal"], at=now)


def _rule(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> None:
    rulings.rule(session, scope, issue, why, state=told["state"], disposal=told["disposal"], at=now)


def _link(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> str:
    return issues.add_ticket(session, scope, issue, str(told["ticket"]).strip(), why, now)


def _merge(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> str:
    return issues.merge(session, scope, issue, str(told["other"]).strip(), why, now)


def _split(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> str:
    return issues.split(session, scope, issue, list(told["tickets"]), why, now)


def _unlink(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> None:
    issues.split(session, scope, issue, [str(told["member"])], why, now)


def _apart(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> None:
    issues.keep_apart(session, scope, issue, str(told["stranger"]), why, now)


def _reading(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> None:
    rulings.correct_reading(session, scope, target or "", told["verdict"] or "", why, now)


def _undo(
    session: Session, scope: Scope, issue: str, told: Mapping[str, Any], why: str, target: str | None, now: datetime
) -> None:
    number = int(target) if target and target.isdigit() else 0
    issues.undo_action(session, scope, number, now, reason=why)


_CARRY: Final[Mapping[str, Carry]] = {
    "lead": _lead, "rule": _rule, "link": _link, "merge": _merge, "split": _split, "unlink": _unlink, "apart": _apart,
    "reading": _reading, "undo": _undo,
}  # fmt: skip

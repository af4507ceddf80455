"""Revealing (查看隐去的内容): what masking took out of one ticket, for who may, with a reason, on the record first.

Handbook §6.2: the handling unit may see name and number to call back, a supervisor the address too; identity papers,
bank cards and passports are shown to nobody here, because they need an approval of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from classify.masking import mask
from classify.sealing import unseal
from classify.ticket import AccessError, InputError
from warehouse.audit import record
from warehouse.models import SealedRow, TicketRow, now_utc
from warehouse.scope import Scope
from warehouse.views.ticket import ticket_in_scope

TITLES: Final[Mapping[str, str]] = {
    "caller_name": "来电人", "caller_phone": "来电号码", "name": "姓名", "mobile": "手机", "landline": "座机",
    "address_room": "住址", "plate": "车牌", "email": "邮箱", "wechat_qq": "微信QQ",
}  # fmt: skip
"""Kinds that can be shown, with their Chinese names, in the order of the page."""
CONTACT: Final = frozenset({"caller_name", "caller_phone", "name", "mobile", "landline"})
"""What a handling unit needs to call back."""
SHORTEST: Final = 4
"""Characters of a reason: “联系来电人” is one, “1” is not."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """One value: the Chinese name of its kind, and the value as it came in."""

    title: str
    value: str


def may_reveal(session: Session, scope: Scope, ticket_no: str) -> bool:
    """Whether the ticket holds something that the person could ask to see; opens nothing and records nothing."""
    if not scope.may("reveal"):
        return False
    try:
        ticket = ticket_in_scope(session, scope, ticket_no, "reveal")
    except AccessError:
        return False
    kept = select(SealedRow.ticket_no).where(col(SealedRow.ticket_no) == ticket_no)
    return not _refused(scope, ticket) and session.exec(kept).first() is not None


def reveal(
    session: Session, scope: Scope, ticket_no: str, reason: str, secret: bytes, now: datetime | None = None
) -> list[Revealed]:
    """The values, after a line in the record that names person, ticket, reason and kinds, never a value. Commits.

    Raises AccessError without the right, out of scope, for an assisting unit or a restricted ticket of a unit;
    InputError for a reason of less than 4 characters, or when nothing is kept or the secret is another.
    """
    scope.need("reveal")
    ticket = ticket_in_scope(session, scope, ticket_no, "reveal")
    if refused := _refused(scope, ticket):
        raise AccessError(refused)
    if len(reason.strip()) < SHORTEST:
        raise InputError("查看隐去的内容须写明理由", allowed=f"至少 {SHORTEST} 个字")
    sealed = session.exec(select(SealedRow.body).where(col(SealedRow.ticket_no) == ticket_no)).first()
    if sealed is None:
        raise InputError("这件工单没有可查看的隐去内容")
    kinds = TITLES if scope.units is None else {kind: title for kind, title in TITLES.items() if kind in CONTACT}
    pieces = [one for one in unseal(sealed, ticket_no, secret) if one.kind in kinds]
    shown = sorted({kinds[one.kind] for one in pieces})
    told = mask(reason.strip()).text  # the record holds no personal data, whatever the person typed
    record(session, scope.user, "reveal", ticket_no, reason=told, details={"kinds": shown}, at=now or now_utc())
    session.commit()
    order = list(kinds)
    found = dict.fromkeys((one.kind, one.value) for one in pieces)
    return [Revealed(kinds[kind], value) for kind, value in sorted(found, key=lambda one: order.index(one[0]))]


def _refused(scope: Scope, ticket: TicketRow) -> str | None:
    """Why a unit may not look although it sees the ticket; None when it may, or for a person of the hotline."""
    if scope.units is None:
        return None
    if ticket.restricted:
        return "限知工单不提供来电人信息,请由热线转达"
    return None if ticket.unit in scope.units else "协办单位不能查看来电人信息,请联系主办单位"

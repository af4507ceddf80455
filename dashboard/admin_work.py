"""What an administrator does on the page (系统管理): accounts, packs, controls. No Streamlit here: ``form`` is the
session's mapping of widget values, so the rules are tested without a page."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from classify.ticket import HotlineError
from warehouse import accounts, controls, pack_publish
from warehouse.accounts import Account, Reach
from warehouse.pack_publish import TableChange
from warehouse.scope import Scope

PREFIX: Final = "admin_"
"""Keys of the form's widgets. Not ``draft_``: a password is never kept by the browser."""
NEW: Final = "+"
"""What is edited when an account is to be made."""
ON: Final = {True: "启用", False: "停用"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a pack said."""

    source: str
    problems: tuple[str, ...]
    changes: tuple[TableChange, ...]


def fill(form: MutableMapping[Any, Any], account: Account | None) -> None:
    """Put an account into the form (None: an empty one); the password is always empty."""
    clear(form)
    if account is not None:
        form[f"{PREFIX}title"] = account.title
        form[f"{PREFIX}role"] = account.role
        form[f"{PREFIX}areas"] = sorted(account.areas or ())
        form[f"{PREFIX}units"] = sorted(account.units or ())
        form[f"{PREFIX}active"] = ON[account.active]


def clear(form: MutableMapping[Any, Any]) -> None:
    """Forget the form."""
    for name in [one for one in form if str(one).startswith(PREFIX)]:
        del form[name]


def save_user(session: Session, scope: Scope, name: str, form: MutableMapping[Any, Any]) -> tuple[str, bool]:
    """Make or change an account; what to say, and whether it is bad news (then the form stays).

    No area means the whole city and no unit every unit, except for an officer, who must belong to one.
    """
    told = {one: form.get(PREFIX + one) for one in ("name", "title", "role", "areas", "units", "active", "reason")}
    password = str(form.get(f"{PREFIX}password") or "") or None
    reason = str(told["reason"] or "").strip()
    areas, units = _reach(told["areas"]), _reach(told["units"])
    if not told["role"]:
        return "请选择岗位", True
    if told["role"] == "officer" and units.only is None:
        return "承办人要写明所属单位", True
    try:
        scope.need("manage")
        if name == NEW:
            given = str(told["name"] or "").strip()
            accounts.create_user(
                session, given, password, told["role"], title=str(told["title"] or "").strip() or None,
                areas=areas.only, units=units.only, by=scope.user,
            )  # fmt: skip
            said = f"已新建账号 {given}" + ("" if password else "(没有设密码,只能用统一认证登录)")
        else:
            if not reason:
                return "变更账号要写明理由", True
            accounts.set_user(
                session, scope, name, role=told["role"], title=told["title"], area=areas, unit=units,
                active=told["active"] != ON[False], password=password, reason=reason,
            )  # fmt: skip
            said = f"已变更账号 {name},该账号须重新登录"
    except HotlineError as error:
        return str(error), True
    clear(form)
    return said, False


def _reach(chosen: Any) -> Reach:
    names = frozenset(str(one).strip() for one in chosen or () if str(one).strip())
    return Reach(names or None)


def check_pack(session: Session, scope: Scope, source: str) -> Checked:
    """Problems of a pack, and, when there are none, how it differs from the one in use."""
    try:
        problems = pack_publish.check(scope, source)
        changes = [] if problems else pack_publish.difference(session, scope, source)
    except HotlineError as error:
        return Checked(source, (str(error),), ())
    return Checked(source, tuple(problems), tuple(changes))


def publish(session: Session, scope: Scope, source: str, form: MutableMapping[Any, Any]) -> tuple[str, bool]:
    """Publish a pack that was checked."""
    try:
        made = pack_publish.publish_pack(session, scope, source, str(form.get(f"{PREFIX}reason") or ""))
    except HotlineError as error:
        return str(error), True
    clear(form)
    return f"已发布 {made.title}({made.hash}),下一次导入和夜间任务起生效", False


def save_control(
    session: Session, scope: Scope, name: str, form: MutableMapping[Any, Any], *, reset: bool = False
) -> tuple[str, bool]:
    """Set a control to what stands in its box, or back to what ships."""
    value = None if reset else form.get(f"{PREFIX}value_{name}")
    if value is None and not reset:
        return "请填写数值", True
    try:
        controls.set_control(session, scope, name, value, str(form.get(f"{PREFIX}reason_{name}") or ""))
    except HotlineError as error:
        return str(error), True
    clear(form)
    return "已恢复缺省" if reset else "已调整", False


def unit_names(found: list[Account], listed: Mapping[str, Any] | None = None) -> list[str]:
    """Units that accounts belong to already, as options."""
    return sorted({unit for one in found for unit in one.units or ()} | set(listed or ()))

"""People who may log in (账号): roles, scopes, password hashes (Argon2id), sessions by random token."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session, col, select

from classify.ticket import AccessError, InputError, StateError
from warehouse.audit import record
from warehouse.models import NAME, NUMBER, AccountRow, LoginRow, TicketRow, now_utc, to_json
from warehouse.scope import ROLE_TITLES, Scope
from warehouse.settings import settings

FAILURES: Final = 5
LOCKED: Final = timedelta(minutes=15)
"""After five wrong passwords an account rests a quarter of an hour (the usual figure of 等保 2.0 checks)."""
SHORTEST: Final = 8
"""Shortest password of an account that a person makes."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person: ``areas`` and ``units`` None mean all. Never holds the password or its hash."""

    name: str
    title: str
    role: str
    areas: frozenset[str] | None
    units: frozenset[str] | None
    active: bool

    @property
    def role_title(self) -> str:
        """The role in Chinese."""
        return ROLE_TITLES.get(self.role, self.role)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an account reaches in areas or in units: ``only`` these, or None for all."""

    only: frozenset[str] | None


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def create_user(
    session: Session,
    name: str,
    password: str | None,
    role: str,
    *,
    title: str | None = None,
    areas: Iterable[str] | None = None,
    units: Iterable[str] | None = None,
    by: str = "system",
) -> Account:
    """A new account; ``password`` None means that only single sign-on opens it. Commits.

    Raises InputError for a name in use, an unknown role or a password of fewer than 8 characters.
    """
    if not name.strip() or len(name) > NUMBER:
        raise InputError("用户名为空或过长", value=name[:20], allowed=f"1 到 {NUMBER} 个字符")
    if role not in ROLE_TITLES:
        raise InputError("没有这个角色", value=role, allowed="、".join(ROLE_TITLES))
    if password is not None and len(password) < SHORTEST:
        raise InputError("口令太短", allowed=f"至少 {SHORTEST} 个字符")
    if session.get(AccountRow, name) is not None:
        raise InputError("用户名已被使用", value=name)
    row = AccountRow(
        name=name,
        title=title or name,
        role=role,
        password=_hasher().hash(password) if password is not None else None,
        areas=_listed(areas),
        units=_listed(units),
    )
    session.add(row)
    record(session, by, "user.create", name, details={"role": role})
    session.commit()
    return _account(row)


def set_user(
    session: Session, scope: Scope, name: str, *, role: str | None = None, active: bool | None = None,
    password: str | None = None, title: str | None = None, area: Reach | None = None, unit: Reach | None = None,
    reason: str | None = None,
) -> Account:  # fmt: skip
    """Change role, name, areas or units, switch an account off or on, or set a new password; ends its sessions.

    None leaves a thing as it is. Needs ``manage``; nobody takes their own account away, so that one administrator is
    always left. Logged with what was before. Commits.
    """
    scope.need("manage")
    row = session.get(AccountRow, name)
    if row is None:
        raise InputError("没有这个用户", value=name)
    if name == scope.user and (active is False or role not in (None, row.role)):
        raise StateError("不能停用自己的账号或改自己的岗位,请由另一位系统管理员办理")
    before = {"role": row.role, "active": row.active, "areas": row.areas, "units": row.units}
    if role is not None:
        if role not in ROLE_TITLES:
            raise InputError("没有这个角色", value=role, allowed="、".join(ROLE_TITLES))
        row.role = role
    if active is not None:
        row.active = active
    if title is not None and title.strip():
        row.title = title.strip()[:NAME]
    if area is not None:
        row.areas = _listed(area.only)
    if unit is not None:
        row.units = _listed(unit.only)
    if password is not None:
        if len(password) < SHORTEST:
            raise InputError("口令太短", allowed=f"至少 {SHORTEST} 个字符")
        row.password, row.failures, row.locked_until = _hasher().hash(password), 0, None
    session.add(row)
    open_logins = sa.update(LoginRow).where(col(LoginRow.name) == name, col(LoginRow.ended_at).is_(None))
    session.connection().execute(open_logins.values(ended_at=now_utc()))
    after = {"role": row.role, "active": row.active, "areas": row.areas, "units": row.units}
    changed = {one: [before[one], after[one]] for one in after if before[one] != after[one]}
    details = changed | {"password": password is not None}
    record(session, scope.user, "user.change", name, reason=reason, details=details)
    session.commit()
    return _account(row)


def verify(session: Session, name: str, password: str, now: datetime | None = None) -> Account | None:
    """The account when the password is right, else None. Five wrong ones lock it for 15 minutes. Commits."""
    moment = now or now_utc()
    row = session.get(AccountRow, name)
    if row is None or row.password is None:
        _matches(_dummy_hash(), password)  # an unknown name must take as long as a wrong password
        return None
    resting = row.locked_until is not None and row.locked_until > moment
    right = _matches(row.password, password)
    if resting or not row.active:
        return None
    if not right:
        row.failures += 1
        if row.failures >= FAILURES:
            row.failures, row.locked_until = 0, moment + LOCKED
        record(session, name, "login.refused", name, at=moment)
    else:
        row.failures, row.locked_until = 0, None
        if _hasher().check_needs_rehash(row.password):
            row.password = _hasher().hash(password)
    session.add(row)
    session.commit()
    return _account(row) if right else None


def login(session: Session, name: str, password: str, now: datetime | None = None) -> str | None:
    """A token for the browser when the password is right, else None. Only its hash is stored. Commits."""
    account = verify(session, name, password, now)
    return start_login(session, account.name, now) if account else None


def start_login(session: Session, name: str, now: datetime | None = None) -> str:
    """A token for a person whom somebody else verified (OIDC). Raises AccessError for an unknown account. Commits."""
    moment = now or now_utc()
    row = session.get(AccountRow, name)
    if row is None or not row.active:
        raise AccessError("没有这个账号,或账号已停用")
    token = secrets.token_urlsafe(32)
    ends = moment + timedelta(hours=settings().session_hours)
    session.add(LoginRow(token_hash=_token_hash(token), name=name, created_at=moment, expires_at=ends))
    record(session, name, "login", name, at=moment)
    session.commit()
    return token


def sign_on(
    session: Session,
    name: str,
    role: str | None,
    *,
    title: str | None = None,
    areas: frozenset[str] | None = None,
    units: frozenset[str] | None = None,
    now: datetime | None = None,
) -> str:
    """A token for a person whom the city's identity provider verified; ``role`` None: it gave none that we know.

    An account without a password follows role, areas and units of the provider and is made when it is missing; one
    with a password is only let in. Raises AccessError for who has neither account nor role, for a switched-off account
    and for an officer without a unit. Commits.
    """
    row = session.get(AccountRow, name, populate_existing=True) if name else None
    follows = role is not None and (row is None or row.password is None)
    if role == "officer" and follows and not units:
        raise AccessError("统一认证没有给出承办人的单位")
    if row is None:
        if role is None or not name:
            raise AccessError("没有这个账号,统一认证也没有给出岗位")
        create_user(session, name, None, role, title=title, areas=areas, units=units, by="sign-on")
    elif follows and row.active and (row.role, row.areas, row.units) != (role, _listed(areas), _listed(units)):
        before = {"role": row.role, "areas": row.areas, "units": row.units}
        row.role, row.areas, row.units = str(role), _listed(areas), _listed(units)
        session.add(row)
        record(session, "sign-on", "user.change", name, details={"before": before, "role": role}, at=now)
    return start_login(session, name, now)


def account_of_token(session: Session, token: str | None, now: datetime | None = None) -> Account | None:
    """Who holds a token; None when it is unknown, expired, ended, or the account was switched off."""
    if not token:
        return None
    row = session.get(LoginRow, _token_hash(token), populate_existing=True)
    if row is None or row.ended_at is not None or row.expires_at <= (now or now_utc()):
        return None
    account = session.get(AccountRow, row.name, populate_existing=True)
    return _account(account) if account is not None and account.active else None


def scope_of_token(session: Session, token: str | None, now: datetime | None = None) -> Scope | None:
    """The scope of who holds a token, or None."""
    account = account_of_token(session, token, now)
    return scope_of(account) if account else None


def logout(session: Session, token: str) -> None:
    """End a session; an unknown token is passed over. Commits."""
    row = session.get(LoginRow, _token_hash(token))
    if row is not None and row.ended_at is None:
        row.ended_at = now_utc()
        session.add(row)
        record(session, row.name, "logout", row.name)
    session.commit()


def scope_of(account: Account) -> Scope:
    """What the account may do and see."""
    return Scope(account.name, account.role, account.areas, account.units)


def find_user(session: Session, name: str) -> Account | None:
    """An account by name, for sign-on from outside and the command line."""
    row = session.get(AccountRow, name)
    return _account(row) if row else None


def list_users(session: Session, scope: Scope) -> list[Account]:
    """All accounts by name. Needs ``manage``."""
    scope.need("manage")
    return [_account(row) for row in session.exec(select(AccountRow).order_by(col(AccountRow.name)))]


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A login that the demo prints."""

    name: str
    password: str
    role: str
    title: str


DEMO_USERS: Final = tuple(
    DemoUser(name, f"jiesu-{name}", role, title)
    for name, role, title in (
        ("paidan", "dispatcher", "派单员"),
        ("shenhe", "reviewer", "审核员"),
        ("chengban", "officer", "承办人"),
        ("duban", "supervisor", "督办员"),
        ("fenxi", "analyst", "分析员"),
        ("lingdao", "leader", "领导"),
        ("shenji", "auditor", "审计员"),
        ("guanli", "administrator", "系统管理员"),
    )
)
"""Made by ``jiesu demo`` and by nothing else: their passwords are public."""


def demo_users(session: Session, officer_units: Iterable[str] | None = None) -> tuple[DemoUser, ...]:
    """Make the demo's accounts where they are missing; the officer belongs to ``officer_units``
    (None: the unit with the most tickets). Commits. Returns the logins to print."""
    units = list(officer_units) if officer_units is not None else _busiest_unit(session)
    for user in DEMO_USERS:
        if session.get(AccountRow, user.name) is None:
            own = units if user.role == "officer" else None
            create_user(session, user.name, user.password, user.role, title=user.title, units=own)
    return DEMO_USERS


def _busiest_unit(session: Session) -> list[str]:
    number = sa.func.count()
    busiest = (
        select(TicketRow.unit)
        .where(col(TicketRow.unit).is_not(None), col(TicketRow.unit_from) != "machine")
        .group_by(col(TicketRow.unit))
        .order_by(number.desc(), col(TicketRow.unit))
        .limit(1)
    )
    return [unit for unit in session.exec(busiest) if unit]


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _hasher().hash(secrets.token_hex(8))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _listed(values: Iterable[str] | None) -> str | None:
    return None if values is None else to_json(sorted(set(values)))


def _set(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))


def _account(row: AccountRow) -> Account:
    return Account(row.name, row.title, row.role, _set(row.areas), _set(row.units), row.active)

"""Accounts: hashed passwords, locks, sessions by token, scopes; and the record that cannot be changed unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from classify.ticket import AccessError, InputError
from tests.warehouse.conftest import NOON
from warehouse.accounts import (
    DEMO_USERS,
    account_of_token,
    create_user,
    demo_users,
    find_user,
    list_users,
    login,
    logout,
    scope_of,
    scope_of_token,
    set_user,
    start_login,
    verify,
)
from warehouse.audit import audit_list, record, verify_chain
from warehouse.models import AccountRow, AuditRow, LoginRow
from warehouse.scope import Scope

ADMIN = Scope("root", "administrator")
WORD = "correct horse"


def test_passwords_are_argon2_and_wrong_ones_are_refused(session: Session) -> None:
    create_user(session, "anna", WORD, "dispatcher", areas=["历下区"])
    row = session.exec(select(AccountRow)).one()
    assert row.password is not None
    assert row.password.startswith("$argon2id$")
    assert verify(session, "anna", "wrong word") is None
    assert verify(session, "nobody", WORD) is None
    account = verify(session, "anna", WORD)
    assert account is not None
    assert scope_of(account) == Scope("anna", "dispatcher", frozenset({"历下区"}), None)


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(session: Session) -> None:
    create_user(session, "anna", WORD, "dispatcher")
    for _ in range(5):
        verify(session, "anna", "wrong word", NOON)
    assert verify(session, "anna", WORD, NOON + timedelta(minutes=14)) is None
    assert verify(session, "anna", WORD, NOON + timedelta(minutes=16)) is not None


def test_a_session_is_a_token_of_which_only_the_hash_is_kept(session: Session) -> None:
    create_user(session, "anna", WORD, "dispatcher")
    token = login(session, "anna", WORD, NOON)
    assert token is not None
    assert token not in session.exec(select(LoginRow.token_hash)).one()
    assert scope_of_token(session, token, NOON) == Scope("anna", "dispatcher")
    assert scope_of_token(session, token, NOON + timedelta(hours=13)) is None
    assert scope_of_token(session, "made up", NOON) is None
    assert scope_of_token(session, None, NOON) is None
    logout(session, token)
    assert account_of_token(session, token, NOON) is None


def test_switching_an_account_off_ends_its_sessions(session: Session) -> None:
    create_user(session, "anna", WORD, "dispatcher")
    token = start_login(session, "anna", NOON)
    with pytest.raises(AccessError):
        set_user(session, Scope("x", "dispatcher"), "anna", active=False)
    set_user(session, ADMIN, "anna", active=False)
    assert scope_of_token(session, token, NOON) is None
    assert login(session, "anna", WORD, NOON) is None
    with pytest.raises(AccessError, match="停用"):
        start_login(session, "anna")
    set_user(session, ADMIN, "anna", active=True, role="reviewer", password="another word")
    assert verify(session, "anna", "another word") is not None
    assert [one.role_title for one in list_users(session, ADMIN)] == ["审核员"]


def test_bad_accounts_are_refused(session: Session) -> None:
    for name, word, role, what in (
        ("anna", "short", "dispatcher", "口令太短"),
        ("anna", WORD, "king", "没有这个角色"),
        ("anna", WORD, "system", "没有这个角色"),
        (" ", WORD, "dispatcher", "用户名"),
    ):
        with pytest.raises(InputError, match=what):
            create_user(session, name, word, role)
    create_user(session, "anna", WORD, "dispatcher")
    with pytest.raises(InputError, match="已被使用"):
        create_user(session, "anna", WORD, "dispatcher")


def test_an_account_without_a_password_opens_by_single_sign_on_only(session: Session) -> None:
    create_user(session, "anna", None, "leader")
    assert verify(session, "anna", "") is None
    assert scope_of_token(session, start_login(session, "anna")) is not None


def test_demo_users_cover_every_role_once(session: Session) -> None:
    assert demo_users(session, ["历下区城市管理局"]) == DEMO_USERS
    demo_users(session)
    officer = find_user(session, "chengban")
    assert officer is not None
    assert officer.units == frozenset({"历下区城市管理局"})
    assert login(session, DEMO_USERS[0].name, DEMO_USERS[0].password) is not None


def test_the_record_is_a_chain(session: Session) -> None:
    for n in range(4):
        record(session, "anna", "reveal", f"T{n}", reason="核实电话", details={"field": "caller_phone"}, at=NOON)
    session.commit()
    verdict = verify_chain(session)
    assert (verdict.lines, verdict.broken) == (4, None)
    lines, total = audit_list(session, Scope("x", "auditor"), actor="anna", size=2)
    assert (total, [line.seq for line in lines]) == (4, [4, 3])
    with pytest.raises(AccessError):
        audit_list(session, ADMIN)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (sa.update(AuditRow).where(AuditRow.seq == 2).values(actor="boris"), 2),
        (sa.delete(AuditRow).where(AuditRow.seq == 2), 3),
        (sa.update(AuditRow).where(AuditRow.seq == 3).values(prior_hash="0" * 64), 3),
    ],
)
def test_a_changed_record_is_found(session: Session, change: sa.Executable, broken: int) -> None:
    for n in range(4):
        record(session, "anna", "reveal", f"T{n}", at=NOON)
    session.connection().execute(change)
    session.commit()
    session.expire_all()
    assert verify_chain(session).broken == broken

"""The dashboard's one door to the warehouse: engine, sessions, the login calls, and what "now" is.

A database that is away raises :class:`Down`, which every screen shows as one calm sentence.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlmodel import Session

from classify.ticket import StateError
from warehouse import accounts
from warehouse.engine import make_engine, open_session

AS_OF: Final = "JIESU_AS_OF"
"""Set by ``serve(as_of=…)`` for the child process only: the demo's "now" is its newest ticket, not the clock."""


class Down(Exception):  # noqa: N818 - a state, not a fault of ours
    """The database does not answer."""


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process."""
    return make_engine()


@contextmanager
def session() -> Iterator[Session]:
    """A session for one run of one page; never cached."""
    try:
        with open_session(engine()) as opened:
            yield opened
    except StateError as error:
        # the warehouse has put a database that is away into its own words already
        if isinstance(error.__cause__, OperationalError):
            raise Down from error
        raise
    except (OperationalError, InterfaceError) as error:
        raise Down from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Down from error
        raise


def answers() -> bool:
    """Whether the database is there."""
    try:
        with session() as opened:
            opened.connection().execute(sa.select(1))
    except Down:
        return False
    return True


def login(name: str, password: str) -> str | None:
    """A new session token, or None when name or password is wrong or the account is closed."""
    with session() as opened:
        return accounts.login(opened, name, password)


def account_of(token: str) -> accounts.Account | None:
    """Whose living session the token is; None for a stranger."""
    with session() as opened:
        return accounts.account_of_token(opened, token)


def logout(token: str) -> None:
    """End the session."""
    with session() as opened:
        accounts.logout(opened, token)


_STARTED: Final = time.monotonic()


def now() -> datetime:
    """The moment the pages speak of: the clock, or the as-of time the server was started with, running on. Aware."""
    given = os.environ.get(AS_OF)
    if not given:
        return datetime.now(UTC)
    return datetime.fromisoformat(given) + timedelta(seconds=int(time.monotonic() - _STARTED))

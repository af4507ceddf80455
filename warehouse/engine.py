"""The database: engine, session, migrations. SQLite (WAL) by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from classify.ticket import StateError
from warehouse.models import METADATA
from warehouse.settings import settings

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def make_engine(url: str | None = None) -> Engine:
    """Engine for ``url`` (None: the one of the settings). Raises StateError when the folder of a SQLite file is missing
    and cannot be made; nothing else is tried before the first use."""
    return _engine(url or settings().database_url)


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # pre-ping: a database that went away and came back costs one retry, not an error page
        return sa.create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    if parsed.database and parsed.database != ":memory:":
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(f"数据库目录 {Path(parsed.database).parent} 无法建立: {error.strerror}") from error
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # busy_timeout first: switching to WAL itself needs a lock
    cursor.execute(f"PRAGMA busy_timeout = {settings().database_wait * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


@contextmanager
def open_session(engine: Engine | None = None) -> Iterator[Session]:
    """A session that is closed, and rolled back when the body raised. Writing functions commit themselves.

    A database that cannot be reached raises StateError with a sentence for a person.
    """
    session = Session(engine or make_engine(), expire_on_commit=False)
    try:
        yield session
    except OperationalError as error:
        session.rollback()
        raise StateError(f"数据库暂时无法使用,请稍后再试({_first_line(error)})") from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


def alembic_config(url: str | None = None) -> Config:
    """The configuration that an ``alembic.ini`` would hold."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    # the attribute, not the option: the option would expand % in a password
    config.attributes["url"] = url or settings().database_url
    return config


def upgrade(url: str | None = None) -> None:
    """Bring the database to the newest tables; safe to call at every start."""
    engine = make_engine(url)
    config = alembic_config(str(engine.url.render_as_string(hide_password=False)))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    command.upgrade(config, "head")


def check(url: str | None = None) -> list[str]:
    """Differences between the database and the tables of the code, as sentences; empty when there are none."""
    engine = make_engine(url)
    config = alembic_config(str(engine.url.render_as_string(hide_password=False)))
    heads = ScriptDirectory.from_config(config).get_heads()
    found = [f"迁移有 {len(heads)} 个头: {', '.join(heads)}"] if len(heads) != 1 else []
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        at = context.get_current_revision()
        if at not in heads:
            # what differs follows from the version: a list of every table would only hide what to do
            return [*found, f"数据库版本 {at or '空'},代码版本 {', '.join(heads)};请运行 jiesu db upgrade"]
        found += [str(difference) for difference in compare_metadata(context, METADATA)]
    return found


def ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Whether Alembic should compare an object: tables and indexes of ``text_index`` are none of the models."""
    return not (kind in ("table", "index") and (name or "").startswith("text_search"))


def _first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0][:120] if error.orig else "无详情"

"""Migrations, portability, settings, and what a database that is away looks like."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from classify.ticket import InputError, StateError
from warehouse.engine import alembic_config, check, make_engine, open_session, upgrade
from warehouse.models import METADATA, BatchRow
from warehouse.settings import SETTINGS, read_settings, secret, settings_table
from warehouse.upsert import lock

ROOT = Path(__file__).parents[2]
RESERVED = {
    "access", "by", "comment", "date", "desc", "file", "from", "group", "key", "level", "mode", "number", "order",
    "row", "rows", "size", "table", "user", "value", "values",
}  # fmt: skip
"""Words that Oracle-like databases (达梦) or MySQL reserve and that are tempting as names."""


def test_upgrade_from_empty_leaves_no_difference_to_the_models(url: str) -> None:
    upgrade(url)
    assert check(url) == []


def test_migrations_are_numbered_and_have_one_head() -> None:
    script = ScriptDirectory.from_config(alembic_config("sqlite://"))
    assert len(script.get_heads()) == 1
    numbers = [one.revision for one in script.walk_revisions()]
    assert sorted(numbers) == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def test_a_fresh_database_says_what_to_do(tmp_path: Path) -> None:
    (found,) = check(f"sqlite:///{tmp_path / 'new.db'}")
    assert "jiesu db upgrade" in found


def test_names_fit_every_database() -> None:
    for table in METADATA.sorted_tables:
        names = [table.name, *(column.name for column in table.columns)]
        names += [str(one.name) for one in (*table.indexes, *table.constraints) if one.name]
        assert not [name for name in names if len(name.encode()) > 30]
        assert not RESERVED & {table.name, *(column.name for column in table.columns)}


def test_only_portable_types() -> None:
    allowed = (sa.String, sa.Text, sa.Integer, sa.Float, sa.Boolean, sa.Date, sa.DateTime)
    for table in METADATA.sorted_tables:
        for column in table.columns:
            kind = getattr(column.type, "impl", column.type)
            assert isinstance(kind, allowed), f"{table.name}.{column.name}"


def test_sqlite_is_prepared_on_every_connection(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")
        }
    assert asked == {"journal_mode": "wal", "foreign_keys": 1}


def test_an_unreachable_database_is_a_sentence_for_a_person() -> None:
    engine = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1")
    with pytest.raises(StateError, match="数据库暂时无法使用"), open_session(engine) as session:
        session.exec(select(BatchRow)).all()


def test_a_lock_is_one_row_however_often_it_is_taken(session: Session) -> None:
    for _ in range(3):
        lock(session, "intake")
        session.commit()
    assert session.connection().exec_driver_sql("SELECT count(*), max(turns) FROM mutex").one() == (1, 3)


def test_postgres_urls_of_every_spelling_find_the_driver(tmp_path: Path) -> None:
    for given in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        assert read_settings({"JIESU_DATABASE_URL": given}).database_url == "postgresql+psycopg://u@h/d"
    with pytest.raises(InputError, match="JIESU_DATABASE_URL"):
        read_settings({"JIESU_DATABASE_URL": "mysql://u@h/d"})


def test_settings_are_read_checked_and_documented(tmp_path: Path) -> None:
    own = read_settings({"JIESU_HOME": str(tmp_path), "JIESU_CLAIM_MINUTES": "5"})
    assert (own.claim_minutes, own.pack, own.secret_file) == (5, "jinan", tmp_path / "secret.key")
    for name, value in (("CLAIM_MINUTES", "0"), ("SESSION_HOURS", "x"), ("TIMEZONE", "Mars/Olympus")):
        with pytest.raises(InputError, match=f"JIESU_{name}"):
            read_settings({f"JIESU_{name}": value})
    assert {one.name for one in SETTINGS} == set(own.__dataclass_fields__)
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_table()


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "secret.key"
    key = secret(file)
    assert (len(key), secret(file)) == (32, key)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("abc")
    with pytest.raises(InputError, match="不完整"):
        secret(file)


def test_downgrade_and_up_again(engine: Engine, url: str, tmp_path: Path) -> None:
    from alembic import command

    address = url if engine.dialect.name != "sqlite" else f"sqlite:///{tmp_path / 'down.db'}"
    upgrade(address)
    command.downgrade(alembic_config(address), "base")
    upgrade(address)
    assert check(address) == []

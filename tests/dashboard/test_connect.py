"""A database that is away: one sentence in place of the page, what was written stays, and the page comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboard import access, connect
from tests.dashboard.test_access import ROOM, text_of


@pytest.fixture
def away(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Takes the database away (True) and brings it back (False); the engine is a real one that nobody answers."""
    here = connect.engine()
    nobody = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1})

    def switch(gone: bool) -> None:
        monkeypatch.setattr(connect, "engine", lambda: nobody if gone else here)

    return switch


def test_session_says_that_the_database_is_away(away: Callable[[bool], None]) -> None:
    away(True)
    with pytest.raises(connect.Down), connect.session() as session:
        session.connection()
    assert not connect.answers()
    away(False)
    assert connect.answers()


def test_page_comes_back_with_what_was_written(away: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch) -> None:
    token = connect.login("paidan", "jiesu-paidan")
    monkeypatch.setattr(access, "token", lambda: token)
    page = AppTest.from_file(str(ROOM / "app.py"), default_timeout=30).run()
    desk = page.session_state["desk"]
    ticket, desk.mode = desk.ticket, "hold"
    page.run()
    page.text_area(key="draft_reason").set_value("写到一半").run()
    away(True)
    page.run()
    assert "数据库暂时连不上" in text_of(page)
    assert not page.exception
    away(False)
    page.run()
    assert page.session_state["desk"].ticket == ticket
    assert page.text_area(key="draft_reason").value == "写到一半"

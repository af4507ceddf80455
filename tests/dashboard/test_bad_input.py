"""Filters and searches larger than anybody means: a page that answers, cut where a person could not read on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select
from streamlit.testing.v1 import AppTest

from classify.ticket import InputError
from dashboard import access, connect, desk_batch
from dashboard.desk_batch import MOST, Wanted
from tests.dashboard import filling
from tests.dashboard.test_access import ROOM, text_of
from warehouse import views
from warehouse.engine import make_engine, open_session
from warehouse.models import TicketRow
from warehouse.scope import Scope
from warehouse.views import Filters

DISPATCHER = Scope("paidan", "dispatcher")
MANY = 10_000


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A warehouse in which ten thousand suggestions fit one filter."""
    url = f"sqlite:///{tmp_path_factory.mktemp('crowded') / 'jiesu.db'}"
    filling.fill(url, count=60, whole=False)
    with open_session(make_engine(url)) as session:
        row = session.exec(
            select(TicketRow).where(col(TicketRow.urgency) == "一般", col(TicketRow.unit).is_not(None))
        ).first()
        assert row is not None
        plain = row.model_dump() | {"state": "待派单", "lane": "auto", "lane_rank": 2, "probability": 0.99}
        copies = [plain | {"ticket_no": f"Z{n:06}"} for n in range(MANY)]
        session.connection().execute(sa.insert(TicketRow), copies)
        session.commit()
        yield session


def test_a_filter_of_ten_thousand_suggestions_shows_what_a_person_can_read(crowded: Session) -> None:
    shown = desk_batch.preview(crowded, DISPATCHER, Wanted(), filling.NOW)
    assert len(shown.rows) == MOST
    assert shown.left >= MANY - MOST
    assert len(shown.chosen) == MOST


def test_ten_thousand_conditions_are_one_question(crowded: Session) -> None:
    codes = (*(f"{n:05}" for n in range(MANY)), "0903")
    found = views.queue(crowded, DISPATCHER, Filters(categories=codes), now=filling.NOW)
    one = views.queue(crowded, DISPATCHER, replace(Filters(), categories=("0903",)), now=filling.NOW)
    assert found.total == one.total


def test_a_pasted_page_finds_nothing_and_says_so(crowded: Session) -> None:
    assert views.search(crowded, DISPATCHER, "噪声扰民" * 5000, now=filling.NOW).total == 0
    assert views.search(crowded, DISPATCHER, "\x00噪声\ud83d没有", now=filling.NOW).total == 0
    with pytest.raises(InputError, match="检索词太多"):
        views.search(crowded, DISPATCHER, "噪声 扰民 " + " ".join(map(str, range(MANY))), now=filling.NOW)


@pytest.fixture
def search_page(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    token = connect.login("duban", "jiesu-duban")
    monkeypatch.setattr(access, "token", lambda: token)

    def ask(words: str) -> str:
        page = AppTest.from_file(str(ROOM / "app.py"), default_timeout=30).run()
        page = page.switch_page("screens/search.py").run()
        page.text_input(key="search").set_value(words).run()
        assert not page.exception
        return text_of(page)

    return ask


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("一 二 三 四 五 六 七 八 九", "检索词太多"),
        ("<script>alert(1)</script>不存在", "没有符合条件的工单"),
        ("\" OR 1=1 -- ' * NEAR(", "没有符合条件的工单"),
        ("   ", "件"),
        ("\x00没有", "没有符合条件的工单"),
    ],
)
def test_odd_words_are_only_words(search_page: Callable[[str], str], words: str, said: str) -> None:
    assert said in search_page(words)


def test_a_day_out_of_range_is_empty(crowded: Session) -> None:
    future = (filling.NOW + timedelta(days=4000)).date()
    assert views.tickets(crowded, DISPATCHER, Filters(since=future), now=filling.NOW).total == 0

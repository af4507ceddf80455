"""The correction form with ten thousand classes, districts and units to choose from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, batch_form, choices, connect, desk_form
from dashboard.choices import Choices
from tests.dashboard.test_access import ROOM

MANY = 10_000


class Crowded(Choices):
    """Choices without a duty list whose units are many."""

    def units(self, result: Any) -> list[str]:
        return [f"第{n}承办单位" for n in range(MANY)]

    def owner(self, code: str, result: Any, day: date) -> str | None:
        return None


@pytest.fixture
def crowded(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    names = {f"{n:05d}": f"{n:05d} 类 › 第{n}项" for n in range(MANY)}
    paths = {code: ("类", name) for code, name in names.items()}
    offered = Crowded(names, paths, tuple(f"第{n}区" for n in range(MANY)), None)
    for module in (choices, desk_form, batch_form):
        monkeypatch.setattr(module, "choices", lambda: offered)
    token = connect.login("shenhe", "jiesu-shenhe")
    monkeypatch.setattr(access, "token", lambda: token)

    def run() -> AppTest:
        return AppTest.from_file(str(ROOM / "app.py"), default_timeout=60).run()

    return run


@pytest.mark.parametrize(("mode", "key"), [("correct", "draft_category"), ("batch", "batch_category")])
def test_ten_thousand_options(crowded: Callable[[], AppTest], mode: str, key: str) -> None:
    page = crowded()
    page.session_state["desk"].mode = mode
    page.run()
    assert not page.exception
    box = page.selectbox(key=key)
    assert len(box.options) >= MANY
    box.set_value("07777").run()
    assert not page.exception
    assert page.selectbox(key=key).value == "07777"

"""What all tests share: a home of their own, the real messages where they are, and nothing from the outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from warehouse.settings import settings

if TYPE_CHECKING:
    from routing.triage import Triager

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """JIESU_HOME of the test run: never the developer's own."""
    folder = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if name.startswith("JIESU_")}
    for name in kept:
        if name != "JIESU_REAL_DATA":
            del os.environ[name]
    os.environ["JIESU_HOME"] = str(folder)
    settings.cache_clear()
    yield folder
    os.environ.update(kept)
    settings.cache_clear()


@pytest.fixture(scope="session")
def real() -> Path:
    """Folder of the real messages; the test skips, and says so, where it is missing."""
    folder = os.environ.get("JIESU_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real messages are missing: set JIESU_REAL_DATA")
    return Path(folder)


@pytest.fixture(scope="session")
def jinan() -> Triager:
    """The triager of the shipped default pack; loading takes about a second, so once a session."""
    from routing.triage import Triager

    return Triager.load("jinan")


@pytest.fixture(scope="session")
def anonymous() -> Triager:
    """The triager of the pack for the real messages."""
    from routing.triage import Triager

    return Triager.load("anonymous")

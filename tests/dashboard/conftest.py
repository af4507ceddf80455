"""A filled warehouse of its own for the page tests, and a real server with a real Chromium for the e2e ones."""

from __future__ import annotations

import os
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard import connect, serve
from tests.dashboard import filling
from warehouse.settings import settings

CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-default-apps",
)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a filled SQLite warehouse; the process's settings point to it while the tests of this room run."""
    folder = tmp_path_factory.mktemp("dashboard")
    before = os.environ.get("JIESU_HOME")
    os.environ["JIESU_HOME"] = str(folder)
    os.environ[connect.AS_OF] = filling.NOW.isoformat()
    settings.cache_clear()
    connect.engine.cache_clear()
    filling.fill()
    yield folder
    connect.engine.cache_clear()
    os.environ.pop(connect.AS_OF, None)
    if before is not None:
        os.environ["JIESU_HOME"] = before
    settings.cache_clear()


@dataclass(frozen=True)
class Site:
    """A running dashboard."""

    url: str
    home: Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own with a warehouse of its own, so that page tests and browser tests do not meet."""
    folder = tmp_path_factory.mktemp("site")
    before = os.environ.get("JIESU_HOME")
    os.environ["JIESU_HOME"] = str(folder)
    settings.cache_clear()
    try:
        own = settings()
        filling.fill(own.database_url)
    finally:
        if before is not None:
            os.environ["JIESU_HOME"] = before
        settings.cache_clear()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = serve.start(own, port, as_of=filling.NOW)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield Site(url, folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"the dashboard did not start at {url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium; the tests skip, and say so, where it is missing."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield opened
        opened.close()


READ = """for (const page of ["desk", "overview", "officer"]) localStorage.setItem(`jiesu:hint:NAME:${page}`, "read")"""


@pytest.fixture
def enter(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Opens a fresh browser profile and logs in; collects what must not happen: foreign requests and script errors."""
    contexts: list[Any] = []
    foreign: list[str] = []

    def _enter(
        name: str = "paidan", width: int = 1440, height: int = 900, *, hints: bool = False, **options: Any
    ) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        if not hints:
            # someone who was here before: the first visit's hint has a test of its own
            page.add_init_script(READ.replace("NAME", name))

        def watch(request: Any) -> None:
            if not request.url.startswith((site.url, site.url.replace("http", "ws"), "data:", "blob:")):
                foreign.append(request.url)

        page.on("request", watch)
        page.goto(f"{site.url}/")
        page.fill("#name", name)
        page.fill("#password", f"jiesu-{name}")
        page.keyboard.press("Enter")
        settled(page)
        return page

    yield _enter
    for context in contexts:
        context.close()
    assert not foreign, foreign


def settled(page: Any) -> None:
    """Wait until Streamlit has drawn the page and the keys are live."""
    page.wait_for_selector("[data-testid=stApp]")
    page.wait_for_function("document.documentElement.dataset.rev !== undefined")
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")

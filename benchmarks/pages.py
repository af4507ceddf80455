"""How fast the pages are in a real Chromium over a large warehouse: desk by keyboard, first paints, search, ten people.

    python -m benchmarks.pages --home DIR             # a warehouse that is there (made by this script or `jiesu demo`)
    python -m benchmarks.pages --home DIR --make 200000

Prints seconds (percentiles) and, for ten people, the ratio to one person. Every decision is taken back, so a run leaves
the warehouse as it was but for its record. The machine matters: say which one when you quote a figure.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

CHROMIUM = "/usr/bin/chromium"
WORDS = (
    "噪声", "井盖 历下", "物业费 不退", "油烟", "暖气 不热 市中区", "没有这样的词语", "小区 停车 收费", "公交",
    "市民", "反映", "水", "历下区经十路",
)  # fmt: skip
"""Searches: rare and common, of one, two and more characters, several words, one that finds nothing, and two that a
third of all tickets hold (the slowest)."""
BARS = {"accept → next": 1.0, "first paint": 2.5, "search": 2.0}


def make(home: Path, n: int) -> None:
    """Fill ``home`` with ``n`` synthetic tickets as the demo does."""
    from flows import demo
    from routing.triage import Triager
    from samples import generate
    from warehouse.engine import upgrade

    folder = home / "samples"
    if not (folder / "events.csv").exists():
        generate(seed=1, days=400, n=n, out_dir=folder)
    tickets, events = [str(folder / "tickets.csv")], [str(folder / "events.csv")]
    triager = Triager.load("jinan", None)
    upgrade()
    shown = demo.fill(triager, tickets, events, demo.now_of(tickets))
    demo.write_mark(home / demo.MARK, f"benchmark {n}", shown)
    print(shown.sentence())


@contextmanager
def served() -> Iterator[str]:
    """A dashboard of its own; yields its address."""
    from dashboard import serve
    from warehouse.settings import settings

    own = settings()
    as_of = datetime.fromisoformat(json.loads((own.home / "demo.json").read_text(encoding="utf-8"))["as_of"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = serve.start(own, port, as_of=as_of)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


class Person:
    """One browser profile that is logged in."""

    def __init__(self, browser: Any, url: str, name: str, password: str) -> None:
        self.url, self.name = url, name
        self.context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.goto(f"{url}/")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")
        self.settled()

    def settled(self) -> None:
        self.page.wait_for_selector("[data-testid=stApp]")
        self.page.wait_for_function("document.documentElement.dataset.rev !== undefined")
        self.page.wait_for_function(
            "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
        )

    def open(self, path: str) -> float:
        """Seconds from asking for the address to the page's content on the screen."""
        started = time.perf_counter()
        self.page.goto(f"{self.url}/{path}", wait_until="commit")
        self.page.wait_for_selector("[data-testid=stMain] :is(.j-h1, .j-bar)")
        self.page.wait_for_selector("[data-testid=stMain] :is(.j-kpi, .j-card)")
        seconds = time.perf_counter() - started
        self.settled()
        return seconds

    def number(self) -> str:
        return str(self.page.inner_text("[data-ticket] .j-meta b >> nth=0"))

    def accept(self, n: int) -> tuple[float, str]:
        """One ticket by keyboard: a digit, Enter; seconds until the next ticket with its suggestions is drawn."""
        before = self.number()
        self.page.keyboard.press(str(n % 3 + 1))
        started = time.perf_counter()
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            "old => document.querySelector('[data-ticket]')?.dataset.ticket !== old"
            " && document.documentElement.dataset.keys === document.querySelector('[data-ticket]')?.dataset.ticket"
            " && document.querySelector('[data-pick][aria-checked=true]')",
            arg=before,
        )
        return time.perf_counter() - started, before

    def undo(self) -> None:
        rev = self.page.evaluate("document.documentElement.dataset.rev")
        self.page.keyboard.press("z")
        self.page.wait_for_function("rev => document.documentElement.dataset.rev !== rev", arg=rev)
        self.settled()

    def search(self, words: str) -> float:
        """Seconds from Enter to the list or the sentence that there is none."""
        self.page.fill(".st-key-search input", words)
        before = self.page.inner_text("[data-testid=stMain]")
        started = time.perf_counter()
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            "old => document.querySelector('[data-testid=stMain]').innerText !== old"
            " && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'",
            arg=before,
        )
        return time.perf_counter() - started


def told(name: str, seconds: list[float]) -> float:
    """Print a line; the 95th percentile."""
    p50, p95 = (float(np.percentile(seconds, q)) for q in (50, 95))
    bar = BARS.get(name.split(":")[0])
    note = "" if bar is None else f"   bar {bar:.1f} s {'met' if p95 <= bar else 'MISSED'}"
    print(f"{name:<34} n {len(seconds):>3}   p50 {p50:.2f} s   p95 {p95:.2f} s   max {max(seconds):.2f} s{note}")
    return p95


def desk(person: Person, tickets: int) -> list[float]:
    """Accept so many tickets by keyboard alone, then take them back."""
    person.open("desk")
    person.page.wait_for_selector("[data-pick]")
    person.accept(0)
    waits, seen = [], []
    for n in range(tickets):
        seconds, number = person.accept(n)
        waits.append(seconds)
        seen.append(number)
    assert len(set(seen)) == tickets, ("a ticket came twice", seen)
    for _ in range(tickets + 1):
        person.undo()
    return waits


def paints(person: Person, paths: list[str], times: int) -> dict[str, list[float]]:
    """Each page opened once to warm it, then ``times`` times by its address."""
    out: dict[str, list[float]] = {}
    for path in paths:
        person.open(path)
        out[path] = [person.open(path) for _ in range(times)]
    return out


def together(url: str, people: list[tuple[str, str]], tickets: int) -> tuple[list[float], list[list[str]]]:
    """Every person in a browser of their own accepts tickets at the same time: waits, and numbers by person."""
    from playwright.sync_api import sync_playwright

    waits: list[float] = []
    seen: list[list[str]] = [[] for _ in people]
    gate = threading.Barrier(len(people))
    rng = random.Random(1)
    failed: list[BaseException] = []

    def work(i: int) -> None:
        try:
            with sync_playwright() as engine:
                browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                person = Person(browser, url, *people[i])
                person.open("desk")
                person.page.wait_for_selector("[data-pick]")
                gate.wait(timeout=300)
                for n in range(tickets):
                    # a person reads before they press, here for five seconds, which is quick; all at once would only
                    # measure how a queue of ten is worked off
                    person.page.wait_for_timeout(rng.uniform(3000, 7000))
                    seconds, number = person.accept(n)
                    waits.append(seconds)
                    seen[i].append(number)
                gate.wait(timeout=300)
                for _ in range(tickets):
                    person.undo()
                browser.close()
        except BaseException as error:
            failed.append(error)
            gate.abort()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return waits, seen


def accounts_for(n: int) -> list[tuple[str, str]]:
    """``n`` dispatchers of this benchmark."""
    from warehouse import accounts
    from warehouse.engine import make_engine, open_session

    people = [(f"bench{i:02d}", f"jiesu-bench{i:02d}") for i in range(n)]
    with open_session(make_engine()) as session:
        for name, password in people:
            if accounts.find_user(session, name) is None:
                accounts.create_user(session, name, password, "dispatcher")
    return people


def main() -> None:
    """Run what is asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--home", type=Path, required=True)
    reader.add_argument("--make", type=int, default=0, help="first fill the home with so many tickets")
    reader.add_argument("--tickets", type=int, default=50)
    reader.add_argument("--times", type=int, default=5, help="openings of each page")
    reader.add_argument("--people", type=int, default=10)
    reader.add_argument("--only", choices=("desk", "paints", "search", "people"))
    given = reader.parse_args()
    os.environ["JIESU_HOME"] = str(given.home)
    if given.make:
        make(given.home, given.make)

    from playwright.sync_api import sync_playwright

    from dashboard import access
    from warehouse import accounts
    from warehouse.scope import ROLE_TITLES

    def wanted(part: str) -> bool:
        return given.only in (None, part)

    names = {user.role: (user.name, user.password) for user in accounts.DEMO_USERS}
    crowd = accounts_for(given.people) if wanted("people") else []
    with served() as url:
        with sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            if wanted("desk"):
                told("accept → next: by keyboard", desk(Person(browser, url, *names["dispatcher"]), given.tickets))
            if wanted("paints"):
                everything: list[float] = []
                for role in ROLE_TITLES:
                    person = Person(browser, url, *names[role])
                    paths = [access.PAGES[screen][1] for screen in access.pages_of(role)]
                    for path, seconds in paints(person, paths, given.times).items():
                        told(f"first paint: {role} {path}", seconds)
                        everything += seconds
                told("first paint: all", everything)
            if wanted("search"):
                person = Person(browser, url, *names["supervisor"])
                person.open("search")
                told("search: text", [person.search(words) for words in WORDS])
            browser.close()
        if wanted("people"):
            few, _ = together(url, crowd[:1], 8)
            alone = told("accept → next: one person", few)
            many, seen = together(url, crowd, 8)
            p95 = told(f"accept → next: {len(crowd)} people", many)
            every = [number for one in seen for number in one]
            print(
                f"ratio of p95 {p95 / alone:.2f} (bar 2); the same ticket given twice: {len(every) - len(set(every))}"
            )


if __name__ == "__main__":
    main()

"""Progress for long work: a bar on a terminal, plain lines elsewhere; always on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from classify.masking import masked_value

EVERY: Final = 10_000
"""Rows between two plain lines; a run of a few thousand says only its start and its end."""


def say(line: str) -> None:
    """One plain line to a person, on standard error so that standard output stays machine-readable."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 (this is the one place that prints)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Yields ``advance(n)``. ``total`` None means that the amount is not known."""
    title = masked_value(title, 200)  # it may hold the name of a file, and that the number of a caller
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda n: bar.advance(task, n)
        return
    done, said = 0, 0

    def advance(n: int) -> None:
        nonlocal done, said
        done += n
        if done - said >= EVERY:
            said = done
            say(f"{title}: {done}" + (f" / {total}" if total else ""))

    yield advance
    if done:
        say(f"{title}: 完成 {done}")

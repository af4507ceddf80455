"""The command line ``jiesu``: joins the commands and turns errors into one sentence and an exit code."""

from __future__ import annotations

import logging
import sys

import typer

from classify.ticket import HotlineError
from flows.commands import files, house, learning, stock, warning
from flows.progress import say

app = typer.Typer(
    name="jiesu",
    help="接诉:12345 热线的研判、派单、重复诉求与预警。离线运行。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (house, files, stock, learning, warning):
    part.register(app)

BAD_INPUT = 2
"""Exit code when the input, the pack, the model or the moment does not allow the command."""


def main() -> None:
    """Entry point. A HotlineError is a sentence on standard error and exit code 2; anything else is a defect."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except HotlineError as error:
        say(f"出错: {error}")
        sys.exit(BAD_INPUT)
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        say("已中断;已写入的部分完好,可以再次运行同一命令")
        sys.exit(130)


if __name__ == "__main__":
    main()

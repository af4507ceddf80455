"""Start the dashboard's web server as a child process; ``jiesu serve`` and ``jiesu demo`` call it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from warehouse.settings import Settings, settings

SERVER: Final = Path(__file__).with_name("server.py")


def command(port: int, address: str = "127.0.0.1", home: Path | None = None) -> list[str]:
    """The command line. Flags repeat what must hold even where a city puts its own .streamlit/config.toml; a
    ``secrets.toml`` in ``home`` configures single sign-on (dashboard.sign_on)."""
    secrets = home / "secrets.toml" if home is not None else None
    return [
        sys.executable, "-m", "streamlit", "run", str(SERVER),
        "--server.port", str(port),
        "--server.address", address,
        "--server.headless", "true",
        "--server.fileWatcherType", "none",
        "--server.runOnSave", "false",
        "--browser.gatherUsageStats", "false",
        "--client.toolbarMode", "minimal",
        "--client.showErrorDetails", "none",
        "--client.showErrorLinks", "false",
        "--logger.level", "warning",
        *(("--secrets.files", str(secrets)) if secrets is not None and secrets.is_file() else ()),
    ]  # fmt: skip


def environment(own: Settings, as_of: datetime | None = None) -> dict[str, str]:
    """The child's environment: warehouse, pack and secret of the caller, and the demo's "now" if there is one."""
    told = dict(os.environ)
    told.update(
        JIESU_HOME=str(own.home),
        JIESU_DATABASE_URL=own.database_url,
        JIESU_PACK=own.pack,
        JIESU_SECRET_FILE=str(own.secret_file),
        DO_NOT_TRACK="1",
        PYTHONUTF8="1",
    )
    root = str(SERVER.parent.parent)
    told["PYTHONPATH"] = os.pathsep.join(part for part in (root, told.get("PYTHONPATH", "")) if part)
    told.pop("JIESU_AS_OF", None)
    if as_of is not None:
        told["JIESU_AS_OF"] = as_of.isoformat()
    return told


def start(
    own: Settings, port: int, *, address: str = "127.0.0.1", as_of: datetime | None = None, quiet: bool = True
) -> subprocess.Popen[bytes]:
    """Start the server and return its process at once; ``quiet`` hides Streamlit's banner (errors go to stderr)."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and script
        command(port, address, own.home),
        env=environment(own, as_of),
        stdout=subprocess.DEVNULL if quiet else None,
    )


def main(words: list[str] | None = None) -> None:
    """``python -m dashboard.serve --port P --address A [--as-of T]``: this process becomes the server, so that whoever
    started it ends the server by ending this process."""
    reader = argparse.ArgumentParser(prog="dashboard.serve")
    reader.add_argument("--port", type=int, default=8501)
    reader.add_argument("--address", default="127.0.0.1")
    reader.add_argument("--as-of", type=datetime.fromisoformat, default=None)
    told = reader.parse_args(words)
    line = command(told.port, told.address, settings().home)
    sys.stdout.flush()
    # Streamlit's own banner would repeat what our caller has printed
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.execve(line[0], line, environment(settings(), told.as_of))  # noqa: S606 - our own interpreter and script


if __name__ == "__main__":
    main()

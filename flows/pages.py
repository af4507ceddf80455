"""Starts the dashboard as its own process: the two doors do not import each other."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime

from classify.ticket import InputError
from flows.progress import say
from warehouse.settings import settings


def serve_pages(
    port: int,
    address: str,
    pack: str,
    *,
    as_of: datetime | None = None,
    logins: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Serves until interrupted, after printing the address and (for a demo) the logins: (name, password, title)."""
    require_free(port, address)
    say(f"页面: http://{address}:{port}   (Ctrl+C 结束)")
    if logins:
        say("演示账号(仅供演示,密码随演示库一起重建):")
        for name, password, title in logins:
            say(f"  {name:<14}{password:<20}{title}")
    command = [sys.executable, "-m", "dashboard.serve", "--port", str(port), "--address", address]
    if as_of is not None:
        command += ["--as-of", as_of.isoformat()]
    environment = os.environ | {"JIESU_PACK": pack, "JIESU_HOME": str(settings().home)}
    process = subprocess.Popen(command, env=environment)  # noqa: S603 (our own module, no shell)
    try:
        process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()


def require_free(port: int, address: str) -> None:
    """Raises InputError when somebody already listens there, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise InputError(
                "页面端口不可用", value=f"{address}:{port}", allowed="空闲端口,用 --port 另选(make demo PORT=…)"
            ) from error

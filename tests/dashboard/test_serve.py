"""The server's command line: local by default, no statistics sent, nothing watched, no error details for people."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from classify.ticket import SHANGHAI
from dashboard import serve
from warehouse.settings import read_settings


def test_flags() -> None:
    line = serve.command(8600)
    told = dict(zip(line[5::2], line[6::2], strict=True))
    assert told["--server.address"] == "127.0.0.1"
    assert told["--server.port"] == "8600"
    assert told["--browser.gatherUsageStats"] == "false"
    assert told["--server.fileWatcherType"] == "none"
    assert told["--client.showErrorDetails"] == "none"


def test_child_sees_the_same_warehouse(tmp_path: Path) -> None:
    own = read_settings({"JIESU_HOME": str(tmp_path)})
    told = serve.environment(own, datetime(2026, 3, 1, tzinfo=SHANGHAI))
    assert told["JIESU_DATABASE_URL"] == own.database_url
    assert told["JIESU_AS_OF"].startswith("2026-03-01")
    assert "JIESU_AS_OF" not in serve.environment(own)


def test_theme_names_no_remote_thing() -> None:
    folder = serve.SERVER.parent
    for path in [*folder.rglob("*.toml"), *folder.rglob("*.css"), *folder.rglob("*.js"), *folder.rglob("*.html")]:
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text, path
        assert "https://" not in text, path
    config = tomllib.loads((folder / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert "fontFaces" not in config["theme"]

"""Fitness tests: the promises of the house that no single room can keep alone."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("classify", "routing", "warehouse", "flows", "dashboard", "samples")


def python_files(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def test_every_schedule_names_its_time_zone() -> None:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    crons = len(re.findall(r"cron:", text))
    assert crons >= 2
    assert len(re.findall(r"cron:[^\n]*\n\s+<<: \*beijing", text)) == crons
    assert "timezone: Asia/Shanghai" in text


def test_every_setting_is_documented() -> None:
    from warehouse.settings import settings_table

    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_table()


def test_environment_is_read_in_few_places() -> None:
    """Layers 1 and 2 read no environment and no clock."""
    banned = re.compile(r"os\.environ|getenv\(|datetime\.now\(|date\.today\(|time\.time\(|utcnow")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in python_files("classify", "routing")
        for line in path.read_text(encoding="utf-8").splitlines()
        if banned.search(line)
    ]
    assert not found


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(*ROOMS)
        if "versions" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_no_room_of_no_name() -> None:
    names = {path.stem for path in python_files(*ROOMS)} | {p.name for r in ROOMS for p in (ROOT / r).iterdir()}
    assert not names & {"utils", "util", "core", "helpers", "helper", "common", "misc"}


def test_every_package_is_shipped() -> None:
    """A package that pyproject forgets works in a checkout and is missing in a wheel."""
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    found = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in python_files(*ROOMS) if path.name == "__init__.py"
    }
    assert found <= listed


def test_every_data_folder_has_its_sources() -> None:
    """Data without a source cannot be corrected by a city."""
    for room in ("classify", "routing"):
        assert list((ROOT / room / "data").glob("SOURCES*.md")), room


def test_nothing_of_the_workplace_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    needle = re.compile(r"(^|[^.\w])/(work|farm)/|pypi\.org/simple|farm-")
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path == Path(__file__) or path.suffix in {".png", ".xlsx", ".parquet", ".gz"} or not path.is_file():
            continue
        if needle.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(name)
    assert not found

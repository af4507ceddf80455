"""The READMEs are true: every command in a ``console`` block prints exactly what stands below it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def shown(readme: str) -> list[tuple[str, str]]:
    """(command, output) of every console block."""
    found = []
    for block in BLOCK.findall((ROOT / readme).read_text(encoding="utf-8")):
        command, _, output = block.partition("\n")
        found.append((command.removeprefix("$ "), output))
    return found


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_console_blocks_print_what_they_show(readme: str, tmp_path: Path) -> None:
    blocks = shown(readme)
    assert blocks
    for command, output in blocks:
        environment = os.environ | {
            "JIESU_HOME": str(tmp_path / "home"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        ran = subprocess.run(
            command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout == output, f"{readme}: refresh with `python -m tests.test_readme`"


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_links_lead_somewhere(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    missing = [target for target in targets if not (ROOT / target).exists()]
    assert not missing


def test_every_command_is_in_the_readme() -> None:
    from flows.cli import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    names += [group.name or "" for group in app.registered_groups]
    assert len(names) > 15
    assert not [name for name in names if not re.search(rf"\b{name}\b", text)]


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"))):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def refresh() -> None:
    """Writes the true outputs into both READMEs."""
    for readme in ("README.md", "README.zh.md"):
        path = ROOT / readme
        text = path.read_text(encoding="utf-8")
        for command, output in shown(readme):
            ran = subprocess.run(
                command,
                shell=True,
                cwd=ROOT,
                env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
                capture_output=True,
                text=True,
                check=True,
            )
            text = text.replace(f"$ {command}\n{output}```", f"$ {command}\n{ran.stdout}```")
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()

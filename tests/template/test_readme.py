"""The commands of both READMEs that make a project, run as they are written."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from lab.machine import run, tool
from lab.rendering import TEMPLATE

ADDRESS = "gh:ORG/ceos-template"
NAMES = ["README.md", "README.ko.md"]


def commands_of(name: str) -> list[str]:
    """Return what makes a project in a POSIX shell: each such block, each such word in a text."""
    text = (TEMPLATE / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    return [command for command in blocks + inline if ADDRESS in command]


COMMANDS = list(dict.fromkeys(command for name in NAMES for command in commands_of(name)))


def test_both_readmes_have_the_same_commands() -> None:
    assert commands_of(NAMES[0]) == commands_of(NAMES[1])


def test_the_first_command_needs_no_pip() -> None:
    assert [command.strip() for command in COMMANDS][0] == f"uvx cookiecutter {ADDRESS}"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with uvx and pipx, and an empty home."""
    for folder in ("bin", "home", "work"):
        (tmp_path / folder).mkdir()
    for name in ("uv", "uvx"):
        (tmp_path / "bin" / name).symlink_to(tool(name))
    pipx = tmp_path / "bin" / "pipx"
    pipx.write_text('#!/bin/sh\nexec uvx --quiet pipx "$@"\n', encoding="utf-8")
    pipx.chmod(0o755)
    own = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**own, "PATH": path, "HOME": str(tmp_path / "home")}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.split())[:40])
def test_a_command_makes_a_project(command: str, environment: dict, tmp_path: Path) -> None:
    typed = command.strip().replace(ADDRESS, f"{TEMPLATE} --no-input docs_language=en")

    command_line = ("bash", "-euc", typed)
    done = run(*command_line, cwd=tmp_path / "work", env=environment, stdin=subprocess.DEVNULL)

    assert done.returncode == 0, done.stdout
    assert list((tmp_path / "work").glob("*/manage.py")), done.stdout

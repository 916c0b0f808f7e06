"""Who imports whom in a project: apps import `common`, and nobody imports `config`."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

from lab.rendering import Choice, each_combination, render

# What each room may import, besides itself; `config` composes all of them.
MAY_IMPORT = {
    "accounts": {"common"},
    "common": set(),
    "config": {"accounts", "common", "operations", "posts"},
    "operations": {"common"},
    "posts": {"accounts", "common"},
}


@functools.cache
def imported(source: str) -> set[str]:
    """Return the packages that a module imports, relative imports left out."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def forbidden_imports(project: Path) -> list[str]:
    found = []
    for room, allowed in MAY_IMPORT.items():
        for file in sorted((project / room).rglob("*.py")):
            others = imported(file.read_text("utf-8")) & (MAY_IMPORT.keys() - allowed - {room})
            found += [f"{file.relative_to(project)} imports {other}" for other in sorted(others)]
    return found


@each_combination
def test_imports_keep_to_the_rooms(choice: Choice) -> None:
    assert forbidden_imports(render(choice)) == []


@pytest.mark.parametrize(
    ("file", "line", "forbidden"),
    [
        ("accounts/views.py", "from config.env import env\n", "config"),
        ("common/errors.py", "import accounts.models\n", "accounts"),
        ("operations/management/commands/preflight.py", "from posts import models\n", "posts"),
    ],
)
def test_an_import_against_the_arrows_is_found(project_copy, file, line, forbidden) -> None:
    project = project_copy()
    path = project / file
    path.write_text(path.read_text("utf-8") + line, "utf-8")
    assert forbidden_imports(project) == [f"{file} imports {forbidden}"]

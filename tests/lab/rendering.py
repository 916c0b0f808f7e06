"""Rendered projects, each made once a session and read-only: whoever runs one copies it."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from lab.machine import run

TEMPLATE = Path(__file__).parents[2]
RAW = TEMPLATE / "{{cookiecutter.project_slug}}"
OPTIONS: dict = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
MADE_BY_RUNNING = {"__pycache__", ".ruff_cache", ".pytest_cache"}

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


def choice_with(**answers: object) -> Choice:
    """Return the default of each option, but for these."""
    return tuple(({name: values[0] for name, values in SWITCHES.items()} | answers).items())


def language_pairs() -> list[tuple[Choice, Choice]]:
    """Return pairs of combinations that differ in the language only, the Korean one first."""
    return [
        (choice, tuple((dict(choice) | {"docs_language": "en"}).items()))
        for choice in COMBINATIONS
        if dict(choice)["docs_language"] == "ko"
    ]


def covering_array() -> list[Choice]:
    """Return few combinations in which every pair of values of two options occurs."""
    pairs = {choice: set(itertools.combinations(choice, 2)) for choice in COMBINATIONS}
    wanted = [pair for choice in COMBINATIONS for pair in itertools.combinations(choice, 2)]
    chosen = []
    while wanted:
        # Those with the first pair only: of six options with two values, that leaves one out.
        candidates = [choice for choice in COMBINATIONS if wanted[0] in pairs[choice]]
        chosen.append(max(candidates, key=lambda choice: len(pairs[choice].intersection(wanted))))
        wanted = [pair for pair in wanted if pair not in pairs[chosen[-1]]]
    return chosen


COVERING = covering_array()
# Two of them that differ in every option.
OPPOSITES = COVERING[:2]
DOMAIN: Choice = (("domain_name", "api.example.com"),)


# pytest-cookies' baker of the session, for what is called from fixtures and helpers alike.
_session: dict[str, Cookies] = {}


def bake_with(cookies: Cookies) -> None:
    _session["cookies"] = cookies


def bake_outside_pytest() -> None:
    """Have `render` work in a script, such as a benchmark."""
    sys.path.append(str(TEMPLATE))
    folder = Path(rendered_root())
    config = folder / "cookiecutter.yml"
    config.write_text("{}")

    def make(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name

    bake_with(Cookies(str(TEMPLATE), make, config))


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


def at_length(*values: object) -> object:
    """Return parameters that are for `make test-faults` only."""
    return pytest.param(*values, marks=pytest.mark.faults)


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


def paths_in(folder: Path) -> set[str]:
    return {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and not MADE_BY_RUNNING & set(file.relative_to(folder).parts)
    }


def tracked_files() -> list[str]:
    """Return the paths of the template's files: what git has or would have of it."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = run(*command, cwd=TEMPLATE).stdout.split("\0")
    return [name for name in names if name and (TEMPLATE / name).is_file()]


def copy_template(folder: Path) -> Path:
    """Copy the template's files into a folder, and return it."""
    for name in tracked_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TEMPLATE / name, folder / name)
    return folder


def read_env(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE))


def completed_production(choice: Choice) -> tuple[Path, dict[str, str]]:
    """Return a project and its .env.prod with every placeholder filled in."""
    project = render(choice)
    env = read_env(project / ".env.prod")
    return project, {key: value.replace("CHANGE_ME", "203.0.113.7") for key, value in env.items()}


def add_tests(project: Path, choice: Choice) -> None:
    """Add the tests of circles 2 and 3 to a copy of a project, those for its answers included."""
    answers = {name: values[0] for name, values in SWITCHES.items()} | dict(choice)
    folder = project / "template_tests"
    folder.mkdir()
    (folder / "options.json").write_text(json.dumps(answers))
    inside = TEMPLATE / "tests" / "project" / "inside"
    for words in ("", *name_of(tuple(answers.items())).split("+")):
        for file in (inside / words).glob("*.py"):
            shutil.copy(file, folder)

"""The locked requirements of a rendered project are exactly those that its options need."""

from __future__ import annotations

import os
import re
import sys
import venv
from pathlib import Path

import pytest

from lab.machine import run
from lab.rendering import COMBINATIONS, RAW, TEMPLATE, Choice, at_length, name_of, render

pytestmark = pytest.mark.slow


def distinct_choices(name: str) -> list[Choice]:
    """Return one combination for each distinct set of options that a requirements file tells."""
    text = (RAW / "requirements.in").read_text(encoding="utf-8")
    text += (RAW / f"{name}.in").read_text(encoding="utf-8")
    options = set(re.findall(r"cookiecutter\.(\w+)", text))
    found = {
        tuple(pair for pair in choice if pair[0] in options): choice
        for choice in reversed(COMBINATIONS)
    }
    return list(found.values())


def locked(text: str) -> set[str]:
    """Return what a lock names, extras included: `coverage[toml]==7.17.4`."""
    return set(re.findall(r"^[\w.-]+(?:\[[\w.,-]+\])?==[^\s;\\]+", text, re.MULTILINE))


def without_hashes(text: str) -> list[str]:
    entries = re.split(r"^(?=\w)", text, flags=re.MULTILINE)
    return [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry]


def lock_of(project: Path, name: str) -> str:
    """Return the text of a lock with that of the requirements.txt that it begins with."""
    text = (project / f"{name}.txt").read_text(encoding="utf-8")
    base = (project / "requirements.txt").read_text(encoding="utf-8")
    return text if name == "requirements" else base + text.replace("-r requirements.txt\n", "")


def succeed(*command: object, **options: object) -> str:
    result = run(*command, **options)
    assert result.returncode == 0, result.stdout
    return result.stdout


def resolved(source: Path, lock: str, tmp_path: Path) -> set[str]:
    """Return what a fresh resolution asks for, in the versions of the lock."""
    (tmp_path / "lock.txt").write_text(re.sub(r" \\\n +--hash=\S+", "", lock), encoding="utf-8")
    own = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    return locked(
        succeed(
            *(sys.executable, "-m", "uv", "pip", "compile", "--universal"),
            *("--python-version", "3.11", "--no-strip-extras", "--only-binary", "mysqlclient"),
            *("--no-header", "--no-annotate", "--quiet"),
            *("--constraint", tmp_path / "lock.txt", source),
            env={**own, "UV_NO_CONFIG": "1"},
        )
    )


def parameters() -> list:
    return [
        pytest.param(name, choice, id=f"{name}-{name_of(choice)}")
        for name in ("requirements", "requirements-dev", "requirements-image")
        for choice in distinct_choices(name)
    ]


@pytest.mark.parametrize(("name", "choice"), parameters())
def test_a_lock_misses_nothing_and_has_nothing_extra(name, choice, tmp_path):
    lock = lock_of(render(choice), name)

    assert resolved(render(choice) / f"{name}.in", lock, tmp_path) == locked(lock)


@pytest.mark.parametrize(("name", "choice"), parameters())
def test_every_locked_requirement_has_hashes(name, choice):
    assert without_hashes(lock_of(render(choice), name)) == []


@pytest.mark.parametrize("choice", distinct_choices("requirements-dev"), ids=name_of)
def test_uv_installs_exactly_the_lock(choice, tmp_path):
    """uv, which needs a second, for each distinct set; pip, which needs twenty, below for two."""
    uv = (sys.executable, "-m", "uv")
    python = ("--python", tmp_path)
    lock = render(choice) / "requirements-dev.txt"
    succeed(*uv, "venv", "--quiet", "--python", sys.executable, tmp_path)

    succeed(*uv, "pip", "install", *python, "--require-hashes", "-r", lock)

    succeed(*uv, "pip", "check", *python)


DEV = distinct_choices("requirements-dev")
# What Python 3.11.0 brought, Debian 12, Python 3.11.7 and 3.12.1, and what is new today. Up to 23.2
# pip takes a package with an extra for another requirement than the package alone.
PIPS = ["pip==22.3", "pip==23.0", "pip==23.2", "pip"]


def pip_of(version: str, folder: Path) -> tuple[object, ...]:
    """Return the command of this pip in a fresh environment."""
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    venv.create(folder)
    succeed(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, version)
    return python, "-m", "pip"


@pytest.mark.parametrize("version", PIPS)
def test_pip_installs_the_lock(version, tmp_path):
    """By turns for two sets that differ in every option: what fails is the form, not a package."""
    choice = DEV[-(PIPS.index(version) % 2)]
    pip = pip_of(version, tmp_path)

    succeed(*pip, "install", "--require-hashes", "-r", render(choice) / "requirements-dev.txt")

    assert "No broken requirements found" in succeed(*pip, "check")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        *(("requirements.txt", version) for version in PIPS),
        # It takes long: the oldest and the newest say the same of the others, mostly.
        *(("requirements-test.txt", version) for version in (PIPS[0], PIPS[-1])),
        *(at_length("requirements-test.txt", version) for version in PIPS[1:-1]),
    ],
)
def test_pip_would_install_the_templates_locks(name, version, tmp_path):
    """The whole resolution with its hashes; only the writing of the files is left out."""
    pip = pip_of(version, tmp_path)

    succeed(*pip, "install", "--dry-run", "--require-hashes", "-r", TEMPLATE / name)


@pytest.mark.parametrize("name", ["requirements", "requirements-test"])
def test_a_lock_of_the_template_misses_nothing_and_has_nothing_extra(name, tmp_path):
    lock = (TEMPLATE / f"{name}.txt").read_text(encoding="utf-8")

    assert resolved(TEMPLATE / f"{name}.in", lock, tmp_path) == locked(lock)


def test_a_missing_extra_is_found(tmp_path):
    """Also where the lock happens to hold the newest release, with which an old pip succeeds."""
    lock = lock_of(render(), "requirements-dev")
    broken = lock.replace("coverage[toml]==", "coverage==")

    assert broken != lock
    assert resolved(render() / "requirements-dev.in", broken, tmp_path) - locked(broken)


def test_a_missing_requirement_is_found(tmp_path):
    lock = lock_of(render(), "requirements")
    broken = re.sub(r"^sqlparse==.*\n(?: .*\n)*", "", lock, flags=re.MULTILINE)

    assert resolved(render() / "requirements.in", broken, tmp_path) - locked(broken)


def test_an_extra_requirement_is_found(tmp_path):
    broken = lock_of(render(), "requirements") + "gunicorn==23.0.0\n"

    assert locked(broken) - resolved(render() / "requirements.in", broken, tmp_path)
    assert without_hashes(broken) == ["gunicorn==23.0.0\n"]

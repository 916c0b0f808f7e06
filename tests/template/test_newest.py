"""Rendered projects pass with the newest release of everything, Django 6 included.

Without locks, in parallel and in random order: four environments, each with a seed of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.engine import LABEL, docker
from lab.environments import IMAGE, install, interpreter
from lab.machine import run
from lab.rendering import OPPOSITES, Choice, name_of
from lab.stacks import needs_engine

pytestmark = pytest.mark.slow

RUN = ["-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--randomly-seed"]
LONG, SHORT = OPPOSITES


def newest_requirements(project: Path, version: str) -> Path:
    """Resolve the project's own wishes, less their bound on Django, for this Python."""
    wishes = project / "requirements.in"
    text = wishes.read_text(encoding="utf-8")
    lifted = re.sub(r"^django~=.*$", "django", text, flags=re.M)
    assert lifted != text
    wishes.write_text(lifted, encoding="utf-8")
    extra = project / "newest.in"
    extra.write_text("-r requirements-dev.in\npytest-randomly\npytest-xdist\n", encoding="utf-8")
    newest = project / "newest.txt"
    own = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    subprocess.run(
        [sys.executable, "-m", "uv", "--quiet", "pip", "compile", "--generate-hashes"]
        + ["--no-strip-extras", "--python-version", version, "--output-file", newest, extra],
        env={**own, "UV_NO_CONFIG": "1"},
        check=True,
    )
    return newest


def assert_newest_django(newest: Path, version: str) -> None:
    django = "5.2" if version == "3.11" else "6"
    assert re.search(rf"^django=={django}\.", newest.read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize(
    ("choice", "version", "seed"),
    [
        pytest.param(choice, version, seed, id=f"{version}-{name_of(choice)}")
        for choice, version, seed in [
            (LONG, "3.11", 1),
            (SHORT, "3.12", 2),
            (SHORT, "3.13", 3),
        ]
    ],
)
def test_tests_pass_with_the_newest_of_everything(
    project_copy: Callable, choice: Choice, version: str, seed: int
) -> None:
    if not interpreter(version):
        pytest.skip(f"no Python {version} on this machine")
    project = project_copy(choice)
    newest = newest_requirements(project, version)
    assert_newest_django(newest, version)
    python = install(newest, interpreter(version))

    done = run(python, *RUN, seed, cwd=project)

    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout), done.stdout


@needs_engine
def test_tests_pass_with_the_newest_on_the_images_python(project_copy: Callable) -> None:
    project = project_copy(LONG)
    assert_newest_django(newest_requirements(project, "3.14"), "3.14")
    command = (
        "python -m venv /tmp/venv"
        " && /tmp/venv/bin/pip install -q --require-hashes -r newest.txt"
        f" && /tmp/venv/bin/python {' '.join(RUN)} 4"
    )
    output = docker(
        *("run", "--rm", f"--label={LABEL}", f"--user={os.getuid()}:{os.getgid()}"),
        *(f"--volume={project}:/project", "--workdir=/project", IMAGE, "sh", "-c", command),
    )
    assert re.search(r"\d+ passed", output), output

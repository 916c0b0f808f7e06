"""What mypy says of the template's own code, and of the rendered projects' without their tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.machine import run
from lab.rendering import TEMPLATE, Choice, each_pair, render, rendered_root


def mypy(folder: Path, config: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    # One cache for all: projects of the same models share what mypy knows of Django.
    cache = Path(rendered_root(), "mypy")
    return run(
        *(sys.executable, "-m", "mypy", f"--config-file={config}", f"--cache-dir={cache}", *files),
        cwd=folder,
        # The Django plugin imports the project's settings and models.
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def check_template(*files: Path) -> subprocess.CompletedProcess[str]:
    return mypy(TEMPLATE, TEMPLATE / "pyproject.toml", *files)


def check_project(project: Path) -> subprocess.CompletedProcess[str]:
    return mypy(project, Path(__file__).parent / "mypy.ini")


@pytest.mark.slow
def test_the_templates_own_types_are_right() -> None:
    checked = check_template()

    assert checked.returncode == 0, checked.stdout


def test_a_wrong_type_in_the_template_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "copied.py"
    original = (TEMPLATE / "tools" / "release.py").read_text(encoding="utf-8")
    copy.write_text(f"{original}\n\ndef number() -> int:\n    return 'one'\n", encoding="utf-8")

    checked = check_template(copy)

    assert checked.returncode == 1
    assert "[return-value]\nFound 1 error in 1 file" in checked.stdout


@pytest.mark.slow
@each_pair
def test_a_projects_types_are_right(choice: Choice) -> None:
    checked = check_project(render(choice))

    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_the_types_of_new_apps_are_right(project_copy: Callable) -> None:
    project = project_copy()
    for command in (["startapp", "reviews"], ["startapp", "categories", "--no-owner"]):
        done = run(sys.executable, "manage.py", *command, cwd=project)
        assert done.returncode == 0, done.stdout

    checked = check_project(project)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_a_wrong_type_in_a_project_is_found(project_copy: Callable) -> None:
    project = project_copy()
    with (project / "posts/models.py").open("a", encoding="utf-8") as source:
        # What a field of a model returns, only the Django plugin knows.
        source.write("\n\ndef number(post: Post) -> int:\n    return post.title\n")

    checked = check_project(project)

    assert checked.returncode == 1
    assert "[return-value]\nFound 1 error in 1 file" in checked.stdout

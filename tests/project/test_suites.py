"""The rendered projects' own tests, as a team runs them: its own environment, its own settings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.engine import LABEL, docker
from lab.environments import IMAGE, environment_of, interpreter
from lab.machine import run
from lab.rendering import OPPOSITES, Choice, add_tests, at_length, each_pair, name_of
from lab.stacks import needs_engine


def run_suite(python: Path, project: Path, *options: str) -> str:
    """Run a project's tests with warnings as errors; return the output."""
    done = run(
        *(python, "-W", "error", "-m", "pytest", "-q", *options),
        cwd=project,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "COLUMNS": "100"},
    )
    output = done.stdout
    assert done.returncode == 0, output
    assert re.search(r"\d+ passed", output), output
    assert not re.search(r"\d+ skipped", output.splitlines()[-1]), output
    return output


@pytest.mark.slow
@each_pair
def test_the_projects_own_tests_pass(project_copy: Callable, choice: Choice) -> None:
    """Together with those of the template, so that their coverage adds up."""
    project = project_copy(choice)
    add_tests(project, choice)
    run_suite(environment_of(choice), project, "--cov", "--cov-fail-under=95")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "choice"),
    # Next to the oldest, which runs all of these tests, and the image's, which is the newest
    [at_length("3.12", OPPOSITES[0]), ("3.13", OPPOSITES[1])],
    ids=lambda value: value if isinstance(value, str) else name_of(value),
)
def test_they_pass_on_other_pythons(project_copy: Callable, version: str, choice: Choice) -> None:
    if not interpreter(version):
        pytest.skip(f"no Python {version} on this machine")
    project = project_copy(choice)
    add_tests(project, choice)
    run_suite(environment_of(choice, interpreter(version)), project)


@needs_engine
@pytest.mark.slow
@pytest.mark.parametrize("choice", OPPOSITES, ids=name_of)
def test_they_pass_on_the_images_python(project_copy: Callable, choice: Choice) -> None:
    project = project_copy(choice)
    add_tests(project, choice)
    command = (
        "python -m venv /tmp/venv"
        " && /tmp/venv/bin/pip install -q --require-hashes -r requirements-dev.txt"
        " && /tmp/venv/bin/python -W error -m pytest -q -p no:cacheprovider"
    )
    output = docker(
        "run",
        "--rm",
        f"--label={LABEL}",
        f"--user={os.getuid()}:{os.getgid()}",
        f"--volume={project}:/project",
        "--workdir=/project",
        IMAGE,
        *("sh", "-c", command),
    )
    assert re.search(r"\d+ passed", output), output


@pytest.mark.slow
@each_pair
def test_apps_made_with_startapp_are_green(project_copy: Callable, choice: Choice) -> None:
    project = project_copy(choice)
    python = environment_of(choice)
    manage = [python, "-W", "error", "manage.py"]
    for command in (
        [*manage, "startapp", "reviews"],
        [*manage, "startapp", "study_groups", "--model", "Circle"],
        [*manage, "startapp", "categories", "--no-owner"],
        [*manage, "makemigrations"],
        [*manage, "migrate"],
        [*manage, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
        [python, "-m", "ruff", "check"],
        [python, "-m", "ruff", "format", "--check"],
    ):
        done = run(*command, cwd=project)
        assert done.returncode == 0, done.stdout

    run_suite(python, project)


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--no-owner"]], ids=["owner", "no-owner"])
def test_the_query_test_of_a_new_app_lets_a_query_be_added(
    project_copy: Callable, options: list[str]
) -> None:
    """One for all rows, but not one for each."""
    project, python = project_copy(), environment_of(())
    for command in (["startapp", "reviews", *options], ["makemigrations"]):
        done = run(python, "manage.py", *command, cwd=project)
        assert done.returncode == 0, done.stdout
    serializer = project / "reviews/serializers.py"
    text = serializer.read_text()
    query = "    def to_representation(self, {}):\n        Review.objects.count()\n"
    query += "        return super().to_representation({})\n"
    once = "\n\nclass Many(serializers.ListSerializer):\n" + query.format("data", "data")
    meta = "    class Meta:\n"

    serializer.write_text(
        text.replace("\n\nclass", f"{once}\n\nclass").replace(
            meta, f"{meta}        list_serializer_class = Many\n"
        )
    )
    run_suite(python, project, "reviews")
    serializer.write_text(f"{text}\n{query.format('instance', 'instance')}")
    with pytest.raises(AssertionError, match="queries_for_ten_as_for_one"):
        run_suite(python, project, "reviews")


def test_a_failing_test_of_a_project_is_noticed(project_copy: Callable) -> None:
    project = project_copy()
    test = project / "accounts/tests/test_broken.py"
    test.write_text("def test_broken():\n    assert False\n")

    with pytest.raises(AssertionError, match=r"\b1 failed, \d+ passed"):
        run_suite(environment_of(()), project)

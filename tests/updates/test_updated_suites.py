"""What a team has built on an earlier version works after an update: tests and checks pass."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
import requests

from lab.commands import run_commands
from lab.engine import removed_afterwards
from lab.machine import bare_environment, run, wait_until
from lab.rendering import (
    COMBINATIONS,
    COVERING,
    OPPOSITES,
    Choice,
    at_length,
    completed_production,
    name_of,
)
from lab.stacks import DevelopmentStack, needs_engine
from lab.updates import (
    STATES,
    append,
    commit_all,
    in_conflict,
    rendered_from,
    replace_in,
    start_repository,
    template_at,
    update_from,
)

pytestmark = pytest.mark.slow

FIELD = '    mood = models.CharField(max_length=20, default="calm")\n'


def samples() -> list:
    """Return a choice for each state, and all of them at length."""
    few = list(zip(STATES, COVERING[1:], strict=False))
    rest = [(s, c) for s in STATES for c in COMBINATIONS if (s, c) not in few]
    return [*few, *(at_length(*both) for both in rest)]


def identify(value: dict[str, str] | Choice) -> str:
    return value["version"] if isinstance(value, dict) else name_of(value)


def manage(project: Path, *arguments: str, **variables: str) -> str:
    command = (sys.executable, "manage.py", *arguments)
    done = run(*command, cwd=project, env=bare_environment(**variables))
    assert done.returncode == 0, done.stdout
    return done.stdout


def build_on(project: Path) -> None:
    """Work on a project as its guide says: an app, a field, a setting, a step, a text."""
    manage(project, "startapp", "shops")
    if (project / "posts").exists():
        # Where no version has changed the lines around it
        after = "    liked = False\n"
        replace_in(project / "posts/models.py", after, after + FIELD)
    manage(project, "makemigrations")
    append(project / "config/settings/base.py", '\nSHOP_CURRENCY = "KRW"\n')
    append(project / "README.md", "\n## The team\n\nIt meets on Mondays.\n")
    workflow = project / ".github/workflows/deploy.yml"
    replace_in(workflow, "    timeout-minutes: 20\n", "    timeout-minutes: 25\n")
    (project / "docs/deploy.md").unlink()
    (project / ".editorconfig").rename(project / "editorconfig.txt")
    commit_all(project, "The team's own work")


def follow_changelog(tests: Path, report: str) -> None:
    """Correct the tests of the team's app as the report says, where they are of before."""
    old, new = "django_assert_num_queries(2)", "django_assert_num_queries(1)"
    text = tests.read_text(encoding="utf-8")
    assert old not in text or f"`{old}` becomes `{new}`" in report
    tests.write_text(text.replace(old, new), encoding="utf-8")


def built_and_updated(version: dict[str, str], choice: Choice, folder: Path) -> Path:
    """Return a project that was rendered from an earlier version, worked on, and updated."""
    source = rendered_from(template_at(version["commit"]), choice)
    project = Path(shutil.copytree(source, folder / "project"))
    start_repository(project)
    build_on(project)
    done = update_from(project, version, choice)
    assert done.code == 0, (in_conflict(project), done.out + done.err)
    follow_changelog(project / "shops/tests/test_shops.py", done.out)
    return project


@pytest.mark.parametrize(("version", "choice"), samples(), ids=identify)
def test_a_teams_project_passes_its_tests_after_an_update(
    version: dict[str, str], choice: Choice, tmp_path: Path
) -> None:
    project = built_and_updated(version, choice, tmp_path)

    tests = run(sys.executable, "-m", "pytest", "-q", cwd=project, env=bare_environment())
    assert tests.returncode == 0, tests.stdout
    assert "shops" in manage(project, "showmigrations")
    _, env = completed_production(choice)
    checks = run_commands(project, env, "check --deploy --fail-level WARNING")
    assert checks.returncode == 0, checks.stdout + checks.stderr


@needs_engine
@pytest.mark.faults
@pytest.mark.parametrize("choice", OPPOSITES, ids=name_of)
def test_it_starts_in_docker(choice: Choice) -> None:
    # Not in pytest's own folders, which only their owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="ceos-template-"))
    folder.chmod(0o711)
    project = built_and_updated(STATES[0], choice, folder)
    with removed_afterwards(DevelopmentStack(project)) as stack:
        stack.compose("up", "--detach")
        address = f"{stack.url}/health/ready/"
        wait_until(lambda: answers(address), 120, f"{address} answers")
        assert "shops" in stack.exec("web", "python", "manage.py", "showmigrations")
    shutil.rmtree(folder, ignore_errors=True)


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False

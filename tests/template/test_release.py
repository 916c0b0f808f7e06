"""`make release` in real repositories: a commit and a tag, or one message and nothing changed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from lab.machine import run
from lab.rendering import TEMPLATE


def today() -> str:
    """Return today's version; a run of the tests may last past midnight."""
    now = date.today()
    return f"{now.year}.{now.month}.{now.day}"


CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [2020.1.1]\n\n- Old.\n"


STATES = '[\n  {"version": "2019.1.1", "commit": "5de6c76"}\n]\n'


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with the tool, a changelog and the template's pyproject.toml."""
    (tmp_path / "tools").mkdir()
    shutil.copy(TEMPLATE / "tools" / "release.py", tmp_path / "tools")
    shutil.copy(TEMPLATE / "pyproject.toml", tmp_path)
    (tmp_path / "ceos_update").mkdir()
    (tmp_path / "ceos_update" / "states.json").write_text(STATES, encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "config", "user.name", "Test")
    git(tmp_path, "config", "user.email", "test@example.com")
    commit(tmp_path)
    return tmp_path


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Change")


def release(repository: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "tools/release.py"], cwd=repository, capture_output=True, text=True
    )


def state(repository: Path) -> tuple:
    """Return everything that a refusal may not change."""
    files = [
        file for file in repository.rglob("*.*") if file.is_file() and ".git" not in file.parts
    ]
    contents = {file: file.read_bytes() for file in files}
    return contents, git(repository, "show-ref"), git(repository, "status", "--porcelain")


def test_a_release_has_the_entries_the_version_a_commit_and_a_tag(repository: Path) -> None:
    done = release(repository)

    assert done.returncode == 0, done.stderr
    assert f"git push --atomic origin main {today()}" in done.stdout
    wanted = f"## [Unreleased]\n\n## [{today()}] - {date.today()}\n\n### Added\n\n- A thing.\n"
    assert wanted in git(repository, "show", f"{today()}:CHANGELOG.md")
    project = tomllib.loads(git(repository, "show", f"{today()}:pyproject.toml"))
    assert project["project"]["version"] == today()
    assert git(repository, "log", "-1", "--format=%s") == f"Release {today()}\n"
    assert git(repository, "rev-parse", f"{today()}^{{}}") == git(repository, "rev-parse", "main")
    assert git(repository, "status", "--porcelain") == ""


def test_a_second_release_on_a_day_has_a_number(repository: Path) -> None:
    release(repository)
    changelog = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    more = changelog.replace("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n")
    (repository / "CHANGELOG.md").write_text(more, encoding="utf-8")
    commit(repository)

    assert release(repository).returncode == 0
    assert git(repository, "tag").split() == [today(), f"{today()}.1"]
    # A clone without tags knows the first one, too.
    commit_id = git(repository, "rev-parse", f"{today()}^{{}}").strip()
    named = f',\n  {{"version": "{today()}", "commit": "{commit_id}"}}\n]\n'
    states = (repository / "ceos_update" / "states.json").read_text(encoding="utf-8")
    assert states == STATES.replace("\n]\n", named)


def leave_a_change(repository: Path) -> None:
    (repository / "new.txt").write_text("new", encoding="utf-8")


def switch_branch(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "feature")


def detach(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--detach")


def empty_unreleased(repository: Path) -> None:
    emptied = CHANGELOG.replace("- A thing.\n\n", "")
    (repository / "CHANGELOG.md").write_text(emptied, encoding="utf-8")
    commit(repository)


def tag(repository: Path) -> None:
    git(repository, "tag", today())


def forbid_commits(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (leave_a_change, "not committed"),
        (switch_branch, "made on main, and this is feature"),
        (detach, "made on main, and this is no branch"),
        (empty_unreleased, "nothing under Unreleased"),
        (tag, "The tag {today} exists"),
        (forbid_commits, "git commit failed"),
    ],
)
def test_a_refusal_is_one_message_and_changes_nothing(repository: Path, spoil, message) -> None:
    spoil(repository)
    before = state(repository)

    done = release(repository)

    assert done.returncode != 0
    assert message.format(today=today()) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert state(repository) == before


def test_the_templates_own_files_have_the_form_that_a_release_needs() -> None:
    changelog = (TEMPLATE / "CHANGELOG.md").read_text(encoding="utf-8")
    project = (TEMPLATE / "pyproject.toml").read_text(encoding="utf-8")
    assert changelog.count("\n## [Unreleased]\n") == 1
    assert len(re.findall(r'(?m)^version = ".*"$', project)) == 1
    assert tomllib.loads(project)["project"]["version"]
    states = (TEMPLATE / "ceos_update" / "states.json").read_text(encoding="utf-8")
    lines = ",\n".join(f"  {json.dumps(state)}" for state in json.loads(states))
    assert states == f"[\n{lines}\n]\n"


def test_make_release_wants_updates_from_the_last_versions_to_work() -> None:
    commands = run("make", "--dry-run", "release", cwd=TEMPLATE).stdout
    tests, release = commands.index("pytest -q tests/updates"), commands.index("tools/release.py")
    assert tests < release

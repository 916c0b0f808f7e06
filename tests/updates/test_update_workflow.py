"""The workflow that updates a project, step by step from its file, with a repository to push to.

GitHub's program `gh` is the only thing that is not the real one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.machine import run, tool
from lab.rendering import copy_template
from lab.workflows import Outcome, Runner

if os.name != "posix":
    pytest.skip("the workflow's runner is Linux", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("update workflow")]

BRANCH = "ceos-template/update"
# Notes what it is called with, and knows which pull requests there are.
GH = """#!/usr/bin/env bash
set -euo pipefail
state="$(dirname "$0")/state"
printf '%s\\n' "$*" >>"$state/calls"
[[ -n "$GH_TOKEN" ]]
case "$1 $2" in
  "auth setup-git" | "workflow run" | "pr edit") ;;
  "pr list") cat "$state/open" 2>/dev/null || true ;;
  "pr create")
    [[ ! -e "$state/refuses" ]] || exit 1
    echo 7 >"$state/open"
    ;;
  *) exit 2 ;;
esac
for word in "$@"; do
  if [[ "$word" == *.md ]]; then
    cp "$word" "$state/body"
  fi
done
"""
# As GitHub answers a push of a workflow with the token that every run has
REFUSES_WORKFLOWS = """#!/bin/sh
while read -r old new ref; do
    git diff --quiet main "$new" -- .github/workflows || {
        echo "refusing to allow a GitHub App to create or update workflow" >&2
        exit 1
    }
done
"""
PROJECT = "{{cookiecutter.project_slug}}"


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Team", "-c", "user.email=team@example.com")
    return run("git", *identity, *arguments, cwd=folder, check=True).stdout.strip()


def commit(folder: Path, text: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", text)


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


@dataclass
class Hub:
    """A project made from a template, its repository on GitHub, and what runs there."""

    template: Path
    folder: Path
    runs: int = 0

    @property
    def project(self) -> Path:
        return self.folder / "ceos-api"

    @property
    def bare(self) -> Path:
        return self.folder / "bare"

    @property
    def gh(self) -> Path:
        return self.folder / "bin" / "state"

    def set_up(self, rendered: Path) -> None:
        shutil.copytree(rendered, self.project)
        git(self.project, "init", "--quiet", "--initial-branch=main")
        commit(self.project, "First commit")
        git(self.folder, "clone", "--quiet", "--bare", str(self.project), str(self.bare))
        git(self.project, "remote", "add", "origin", str(self.bare))
        self.gh.mkdir(parents=True)
        programs = self.gh.parent
        (programs / "gh").write_text(GH)
        (programs / "gh").chmod(0o755)
        for name in ("pipx", "python3"):
            (programs / name).symlink_to(Path(sys.executable).with_name(name))

    def release(self, text: str, *files: str) -> None:
        """Add a line to files of the template, and commit."""
        for file in files:
            append(self.template / PROJECT / file, f"\n# {text}\n")
        commit(self.template, text)

    def push(self, text: str) -> None:
        commit(self.project, text)
        git(self.project, "push", "--quiet", "origin", "HEAD")

    def runner(self, **secrets: str) -> Runner:
        self.runs += 1
        return Runner(
            *(self.project, self.folder / f"run-{self.runs}", secrets),
            workflow="update.yml",
            origin=self.bare,
            token="the token of a run",  # noqa: S106
        )

    def run(self, **secrets: str) -> Outcome:
        """Run the workflow as it is on the default branch."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        environment = {"PATH": path, "PIPX_HOME": str(self.template.parent / "pipx")}
        # Of the network that the tests run in
        if "SSL_CERT_FILE" in os.environ:
            environment["SSL_CERT_FILE"] = os.environ["SSL_CERT_FILE"]
        return self.runner(**secrets).run("update", **environment)

    def calls(self) -> list[str]:
        """Return the commands of gh that were run since the last call."""
        file = self.gh / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def shown(self, path: str) -> str:
        return git(self.bare, "show", f"{BRANCH}:{path}")

    def tip(self) -> str:
        return git(self.bare, "rev-parse", BRANCH)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a template, and a project rendered from it by its address."""
    folder = tmp_path_factory.mktemp("made")
    template = copy_template(folder / "template")
    git(template, "init", "--quiet", "--initial-branch=main")
    commit(template, "First version")
    subprocess.run(
        [tool("cookiecutter"), f"git+file://{template}", "--no-input", "docs_language=en"],
        cwd=folder,
        # Its clone of the template goes to the user's folder.
        env={**os.environ, "HOME": str(folder)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return template, folder / "ceos-api"


@pytest.fixture
def hub(made: tuple[Path, Path], tmp_path: Path) -> Iterator[Hub]:
    template, rendered = made
    first = git(template, "rev-parse", "HEAD")
    hub = Hub(template, tmp_path)
    hub.set_up(rendered)
    yield hub
    git(template, "reset", "--quiet", "--hard", first)


def test_a_new_version_becomes_a_pull_request(hub: Hub) -> None:
    hub.release("Something new", "deploy/deploy.sh")
    append(hub.template / "CHANGELOG.md", "- Something is new.\n")
    commit(hub.template, "Describe it")

    outcome = hub.run()

    assert not outcome.failed, outcome.output
    assert hub.shown("deploy/deploy.sh").endswith("# Something new")
    version = git(hub.template, "rev-parse", "HEAD")
    assert f'"commit": "{version}"' in hub.shown(".cruft.json")
    setup, listed, created, tests = hub.calls()
    assert setup == "auth setup-git"
    assert listed.startswith(f"pr list --head {BRANCH} ")
    assert created.startswith(f"pr create --head {BRANCH} --title Update from the template: ")
    # A branch that the token of a run has pushed is not tested by itself.
    assert tests == f"workflow run deploy.yml --ref {BRANCH}"
    assert "- Something is new." in (hub.gh / "body").read_text()


def test_without_news_nothing_happens(hub: Hub) -> None:
    outcome = hub.run()

    assert not outcome.failed, outcome.output
    assert "Up to date" in outcome.output
    assert hub.calls() == []
    assert BRANCH not in git(hub.bare, "branch", "--list", BRANCH)


def test_the_pull_request_is_renewed(hub: Hub) -> None:
    hub.release("One", "deploy/deploy.sh")
    hub.run()
    hub.calls()
    hub.release("Two", "deploy/deploy.sh")

    outcome = hub.run()

    assert not outcome.failed, outcome.output
    assert hub.shown("deploy/deploy.sh").endswith("# One\n\n# Two")
    assert [call.split(" --")[0] for call in hub.calls()][1:3] == ["pr list", "pr edit 7"]


def test_a_week_without_news_leaves_the_pull_request_alone(hub: Hub) -> None:
    hub.release("One", "deploy/deploy.sh")
    hub.run()
    hub.calls()
    before = hub.tip()

    outcome = hub.run()

    assert not outcome.failed, outcome.output
    assert (hub.tip(), hub.calls()) == (before, [])


def test_commits_of_the_team_on_the_branch_are_kept(hub: Hub) -> None:
    hub.release("One", "deploy/deploy.sh")
    hub.run()
    hub.calls()
    git(hub.project, "fetch", "--quiet", "origin")
    git(hub.project, "switch", "--quiet", BRANCH)
    append(hub.project / "README.md", "Resolved by us\n")
    hub.push("Resolve")
    before = hub.tip()
    hub.release("Two", "deploy/deploy.sh")

    outcome = hub.run()

    assert not outcome.failed, outcome.output
    assert "has commits of yours" in outcome.output
    assert (hub.tip(), hub.calls()) == (before, [])


def test_the_next_update_follows_one_that_was_squashed(hub: Hub) -> None:
    hub.release("One", "deploy/deploy.sh")
    hub.run()
    git(hub.project, "fetch", "--quiet", "origin")
    git(hub.project, "merge", "--quiet", "--squash", f"origin/{BRANCH}")
    hub.push("Update")
    hub.release("Two", "deploy/deploy.sh")

    outcome = hub.run()

    assert not outcome.failed, outcome.output
    assert hub.shown("deploy/deploy.sh").endswith("# One\n\n# Two")


def test_the_next_update_follows_one_that_was_merged_and_whose_branch_is_left(hub: Hub) -> None:
    hub.release("One", "deploy/deploy.sh")
    hub.run()
    git(hub.project, "fetch", "--quiet", "origin")
    git(hub.project, "merge", "--quiet", "--no-ff", f"origin/{BRANCH}")
    git(hub.project, "push", "--quiet", "origin", "HEAD")
    hub.release("Two", "deploy/deploy.sh")

    outcome = hub.run()

    assert not outcome.failed, outcome.output
    assert hub.shown("deploy/deploy.sh").endswith("# One\n\n# Two")


@pytest.fixture
def conflicting(hub: Hub) -> Hub:
    append(hub.project / "README.md", "\n# Ours\n")
    hub.push("Add a line")
    hub.release("Theirs", "README.en.md")
    return hub


def test_a_conflict_is_in_the_pull_request_with_its_reason(conflicting: Hub) -> None:
    outcome = conflicting.run()

    assert not outcome.failed, outcome.output
    text = conflicting.shown("README.md")
    assert "<<<<<<< " in text and "# Ours" in text and "# Theirs" in text
    assert "- `README.md`: the template and you" in (conflicting.gh / "body").read_text()


def test_the_test_job_is_red_while_marks_of_a_conflict_are_left(
    conflicting: Hub, tmp_path: Path
) -> None:
    conflicting.run()
    git(conflicting.project, "fetch", "--quiet", "origin")
    git(conflicting.project, "switch", "--quiet", BRANCH)

    def outcome(folder: str) -> str:
        runner = Runner(conflicting.project, tmp_path / folder, {})
        steps = runner.workflow["jobs"]["test"]["steps"]
        # Up to the tests, which need Docker
        runner.workflow["jobs"]["test"]["steps"] = steps[:-1]
        return runner.run("test").failed

    assert outcome("marked") == "Refuse files with the marks of a conflict"
    git(conflicting.project, "checkout", "--quiet", "main", "--", "README.md")
    assert not outcome("resolved")


def test_a_token_of_the_team_starts_the_tests_by_its_push(hub: Hub) -> None:
    hub.release("One", "deploy/deploy.sh")

    outcome = hub.run(TEMPLATE_TOKEN="a token of the team")  # noqa: S106

    assert not outcome.failed, outcome.output
    assert not [call for call in hub.calls() if call.startswith("workflow")]


def test_a_push_of_workflows_that_github_refuses_is_explained(hub: Hub) -> None:
    hook = hub.bare / "hooks" / "pre-receive"
    hook.write_text(REFUSES_WORKFLOWS)
    hook.chmod(0o755)
    hub.release("One", ".github/workflows/deploy.yml")

    outcome = hub.run()

    assert outcome.failed == "Open or renew the pull request"
    assert "may not change .github/workflows" in outcome.output
    assert not [call for call in hub.calls() if call.startswith("pr")]


def test_a_pull_request_that_github_refuses_is_explained(hub: Hub) -> None:
    (hub.gh / "refuses").touch()
    hub.release("One", "deploy/deploy.sh")

    outcome = hub.run()

    assert outcome.failed == "Open or renew the pull request"
    assert "Allow GitHub Actions to create and approve pull requests" in outcome.output


def test_an_address_on_somebodys_computer_is_refused(hub: Hub) -> None:
    origin = hub.project / ".cruft.json"
    origin.write_text(origin.read_text().replace("file://", ""))
    hub.push("Break it")

    outcome = hub.run()

    assert outcome.failed == "Merge the newest version of the template"
    assert f"GitHub cannot reach. ({hub.template})" in outcome.output


def test_a_version_that_is_not_there_is_red(hub: Hub) -> None:
    origin = hub.project / ".cruft.json"
    commit_id = git(hub.template, "rev-parse", "HEAD")
    origin.write_text(origin.read_text().replace(commit_id, "0" * 40))
    hub.push("Break it")

    outcome = hub.run()

    assert outcome.failed == "Merge the newest version of the template", outcome.output
    assert f"has no commit {'0' * 40}" in outcome.output

"""What runs at a commit, in CI and in .ci/run: the hooks find faults, and nothing is narrowed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lab.machine import run
from lab.rendering import TEMPLATE, copy_template

NARROWING = ("-m", "-k", "--ignore", "--deselect")


def read(path: str) -> str:
    return (TEMPLATE / path).read_text(encoding="utf-8")


def faults_of_makefile(text: str) -> list[str]:
    """Return how `make test` and `make test-faults` together run less than all tests."""
    recipes = dict(re.findall(r"^([\w-]+):.*\n((?:\t.*\n)+)", text, re.MULTILINE))
    variable = re.search(r"^PYTEST = (.*)$", text, re.MULTILINE)
    wrong = [
        f"the recipe of `make {target}` is not $(PYTEST) -m {marker}"
        for target, marker in {"test": '"not faults"', "test-faults": "faults"}.items()
        if recipes.get(target) != f"\t$(PYTEST) -m {marker}\n"
    ]
    words = variable[1].split(" -m pytest", 1)[-1].split()
    return wrong + [f"pytest runs with {word}" for word in words if word.startswith(NARROWING)]


def faults_of_script(text: str) -> list[str]:
    """Return how .ci/run ends with less than all tests, those with containers included."""
    body = re.search(r"^main\(\) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    last = body[1].splitlines()[-1].strip() if body else "nothing"
    return [] if last == "REQUIRE_CONTAINERS=1 make test" else [f".ci/run ends with: {last}"]


def runs_everything(job: dict) -> bool:
    steps = job["steps"]
    return (
        not {"if", "continue-on-error", "needs"} & job.keys()
        and not any({"if", "continue-on-error"} & step.keys() for step in steps)
        and "make test" in [step.get("run", "").strip() for step in steps]
    )


def faults_of_workflow(text: str) -> list[str]:
    """Return how CI runs less than `make test` at every push and pull request."""
    # YAML reads the key `on` as true.
    workflow = yaml.safe_load(text.replace("\non:", '\n"on":', 1))
    events = workflow["on"]
    faults = [
        f"not at every {event}"
        for event in ("push", "pull_request")
        if event not in events or (isinstance(events, dict) and events[event])
    ]
    if not any(runs_everything(job) for job in workflow["jobs"].values()):
        faults.append("no job runs `make test`, whatever happens")
    variables = [where.get("env", {}) for where in (workflow, *workflow["jobs"].values())]
    return faults + ["PYTEST_ADDOPTS is set" for env in variables if "PYTEST_ADDOPTS" in env]


CHECKS = {
    "Makefile": faults_of_makefile,
    ".ci/run": faults_of_script,
    ".github/workflows/ci.yml": faults_of_workflow,
}


@pytest.mark.parametrize("path", CHECKS)
def test_every_test_is_run(path: str) -> None:
    assert CHECKS[path](read(path)) == []


def test_pytest_leaves_nothing_out_by_its_settings() -> None:
    options = re.search(r'^addopts = "(.*)"$', read("pyproject.toml"), re.MULTILINE)
    assert [word for word in options[1].split() if word.startswith(NARROWING)] == []


@pytest.mark.parametrize(
    ("path", "whole", "narrowed"),
    [
        ("Makefile", '-m "not faults"', '-m "not faults and not slow"'),
        ("Makefile", "-m faults", '-m "faults and not slow"'),
        ("Makefile", "-n auto", "-n auto --ignore=tests/deployment"),
        (".ci/run", "REQUIRE_CONTAINERS=1 make test\n}", "REQUIRE_CONTAINERS=1 make check\n}"),
        (".ci/run", "make test\n}", "make test || true\n}"),
        (".ci/run", "REQUIRE_CONTAINERS=1 make test", "make test"),
        (".github/workflows/ci.yml", "run: make test", "run: make check"),
        (".github/workflows/ci.yml", "run: make test", "run: make test PYTEST='pytest -k hooks'"),
        (".github/workflows/ci.yml", "  push:\n", "  push: {branches: [main]}\n"),
        (".github/workflows/ci.yml", "  pull_request:\n", ""),
        (".github/workflows/ci.yml", "    name: Tests\n", "    if: false\n"),
    ],
)
def test_fewer_tests_are_found(path: str, whole: str, narrowed: str) -> None:
    broken = read(path).replace(whole, narrowed)

    assert broken != read(path)
    assert CHECKS[path](broken)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a repository with what git has of the template, and its tools."""
    folder = copy_template(tmp_path / "clone")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    return folder


def git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def run_hooks(clone: Path) -> subprocess.CompletedProcess:
    """Run all hooks with an empty cache and no way to the network."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    return run(
        *(sys.executable, "-m", "pre_commit", "run", "--all-files"),
        cwd=clone,
        env={**os.environ, **nowhere, "PRE_COMMIT_HOME": str(clone.parent / "cache")},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the hooks name .venv/bin")
def test_the_hooks_pass_without_a_network(clone: Path) -> None:
    done = run_hooks(clone)

    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == 5, done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the hooks name .venv/bin")
def test_each_hook_finds_a_fault(clone: Path) -> None:
    (clone / "a.py").write_text("import os, sys\nx=1\n", encoding="utf-8")
    (clone / "a.yml").write_text("a: 1\na: 2\n", encoding="utf-8")
    (clone / "a.sh").write_text("#!/bin/bash\nif true; then\nrm $1\nfi\n", encoding="utf-8")
    git(clone, "add", "--all")

    done = run_hooks(clone)

    assert done.returncode != 0
    assert done.stdout.count("Failed\n") == 5, done.stdout

"""Apps that a team already has, on both databases: in development, and as they are deployed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from lab.commands import run_commands
from lab.engine import removed_afterwards
from lab.machine import wait_until
from lab.own_apps import COMPATIBLE, USES, Visitor, add_app, make_content
from lab.rendering import SWITCHES, choice_with, grouped
from lab.stacks import DevelopmentStack, ProductionStack, needs_engine

pytestmark = [
    pytest.mark.slow,
    needs_engine,
    pytest.mark.parametrize(
        "choice", grouped("own apps", [choice_with(database=kind) for kind in SWITCHES["database"]])
    ),
]

SECONDS_TO_START = 120


def with_own_apps(project: Path) -> Path:
    for name in COMPATIBLE:
        add_app(project, name)
    done = run_commands(
        project, {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}, "makemigrations"
    )
    assert done.returncode == 0, done.stdout
    return project


def is_ready(address: str) -> bool:
    try:
        return requests.get(f"{address}/health/ready/", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def use_them(address: str, manage: Callable[..., str]) -> None:
    visitor = Visitor(address, make_content(manage))
    for use in USES.values():
        use(visitor)


def test_in_development(project_copy: Callable, choice: tuple) -> None:
    project = with_own_apps(project_copy(choice))
    with removed_afterwards(DevelopmentStack(project)) as stack:
        stack.up()
        wait_until(lambda: is_ready(stack.url), SECONDS_TO_START, f"ready at {stack.url}")
        suite = stack.compose("run", "--rm", "--no-TTY", "web", "pytest", "-q")
        assert re.fullmatch(r"\d+ passed.*", suite.strip().splitlines()[-1]), suite
        use_them(stack.url, lambda *words: stack.exec("web", "python", "manage.py", *words))


def test_deployed(project_copy: Callable, choice: tuple) -> None:
    project = with_own_apps(project_copy(choice))
    with removed_afterwards(ProductionStack(project, choice)) as stack:
        stack.up()
        wait_until(lambda: is_ready(stack.url), SECONDS_TO_START, f"ready at {stack.url}")
        use_them(stack.url, lambda *words: stack.exec("web-blue", "python", "manage.py", *words))

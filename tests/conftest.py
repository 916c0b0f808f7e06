"""What pytest needs to know of the tests; what they stand on is in lab/."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from lab.engine import engine_responds, remove_everything
from lab.rendering import Choice, bake_with, render, rendered_root

# They run in rendered projects: see project/test_suites.py, test_own_apps.py.
collect_ignore = ["project/apps", "project/inside"]


@pytest.fixture(scope="session", autouse=True)
def _bake_in_this_session(cookies_session: Cookies) -> None:
    bake_with(cookies_session)


@pytest.fixture(scope="session", autouse=True)
def _remove_what_the_tests_made() -> object:
    yield
    shutil.rmtree(rendered_root())
    if engine_responds():
        remove_everything()


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine: a test is skipped without one, or fails where REQUIRE_CONTAINERS is 1."""
    missing = "no Docker engine responds on this machine, so stacks and deployments were not tested"
    if engine_responds():
        return
    if os.environ.get("REQUIRE_CONTAINERS") == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many tests were left out, in one sentence for each reason."""
    skipped = terminalreporter.getreports("skipped")
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, number in reasons.items():
        tests = "1 test" if number == 1 else f"{number} tests"
        terminalreporter.write_line(f"{tests} skipped: {reason}")


@pytest.fixture
def project_copy(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that gives a copy of a rendered project, to be run and changed."""

    def copy(choice: Choice = ()) -> Path:
        return Path(shutil.copytree(render(choice), tmp_path / "project"))

    return copy

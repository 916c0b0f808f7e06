"""What a student sees in a terminal in the first weeks."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.machine import bare_environment, free_port, run
from lab.own_apps import insert
from lab.rendering import choice_with, render
from lab.terminals import Terminal

if os.name != "posix":
    pytest.skip("pseudo-terminals are POSIX's", allow_module_level=True)

KOREAN = choice_with(docs_language="ko")
ENGLISH = choice_with(docs_language="en")
each_language = pytest.mark.parametrize("choice", [KOREAN, ENGLISH], ids=["ko", "en"])
CRASH = """
from rest_framework.decorators import api_view


def crash(request):
    raise RuntimeError("sorry")


urlpatterns[:0] = [path("crash/", crash), path("api/crash/", api_view()(crash))]
"""


@pytest.fixture
def project(project_copy: Callable) -> Path:
    """A project with its database, without `.env`."""
    project = project_copy(ENGLISH)
    (project / ".env").unlink()
    done = run(sys.executable, "manage.py", "migrate", cwd=project, env=bare_environment())
    assert done.returncode == 0, done.stdout
    return project


def runserver(project: Path, *arguments: object, **environment: str) -> Terminal:
    command = (sys.executable, "manage.py", "runserver", *arguments)
    return Terminal(*command, cwd=project, env=bare_environment(TERM="xterm", **environment))


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


# The virtual environment


@each_language
def test_a_python_without_django_is_told_of_the_virtual_environment(choice: tuple) -> None:
    # -S: without what is installed
    command = (sys.executable, "-S", "manage.py", "runserver")
    with Terminal(*command, cwd=render(choice), env=bare_environment()) as terminal:
        [line] = terminal.end().splitlines()

    assert terminal.process.returncode == 1
    assert "Couldn't import Django" in line
    assert "source .venv/bin/activate" in line


# Two apps of one name


@each_language
def test_a_copy_of_an_app_is_one_line_that_names_the_way_out(
    choice: tuple, project_copy: Callable
) -> None:
    project = project_copy(choice)
    (project / "old").mkdir()
    shutil.copytree(project / "accounts", project / "old/accounts")
    insert(project / "config/settings/base.py", '"old.accounts",')
    command = (sys.executable, "manage.py", "check")
    with Terminal(*command, cwd=project, env=bare_environment()) as terminal:
        [line] = terminal.end().splitlines()

    assert terminal.process.returncode == 1
    assert "duplicates: accounts" in line
    assert "docs/apps.md#commone001" in line


# LOG_LEVEL


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["manage.py", "runserver"],
        ["-m", "pytest"],
        ["-c", "import config.wsgi"],
    ],
    ids=["manage.py", "runserver", "pytest", "wsgi"],
)
@each_language
def test_a_wrong_log_level_is_one_line(choice: tuple, command: list[str]) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "LOG_LEVEL": "INFOO"}
    with Terminal(
        *(sys.executable, *command), cwd=render(choice), env=bare_environment(**settings)
    ) as terminal:
        [line] = terminal.end().splitlines()

    assert terminal.process.returncode == 1
    assert "LOG_LEVEL" in line


# The address


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (["{port}"], "http://localhost:{port}/"),
        # No browser opens 0.0.0.0 everywhere.
        (["0.0.0.0:{port}"], "http://localhost:{port}/"),
        (["127.0.0.1:{port}"], "http://127.0.0.1:{port}/"),
        (["0.0.0.0:{port}", "--published-port=8001"], "http://localhost:8001/"),
    ],
    ids=["port", "every address", "loopback", "docker"],
)
def test_runserver_shows_an_address_to_open(
    project: Path, arguments: list[str], address: str
) -> None:
    port = free_port()
    words = [argument.format(port=port) for argument in arguments]
    # WEB_PORT is Docker's.
    with runserver(project, "--noreload", *words, WEB_PORT="9000") as terminal:
        screen = terminal.read_until("Quit the server")

    assert f"server at {address.format(port=port)}\n" in screen


# Migrations


def test_a_forgotten_makemigrations_is_one_line(project: Path) -> None:
    for command in (["startapp", "reviews"], ["startapp", "notes"], ["makemigrations", "notes"]):
        done = run(sys.executable, "manage.py", *command, cwd=project, env=bare_environment())
        assert done.returncode == 0, done.stdout
    with runserver(project, free_port()) as terminal:
        screen = without_colours(terminal.read_until("Quit the server"))
        [line] = [line for line in screen.splitlines() if "makemigrations" in line]

        assert line.startswith("The models have changed without a migration: reviews")
        assert "python manage.py makemigrations reviews" in line
        # Django's own line
        assert "unapplied migration(s)" in screen

        terminal.type("")
        run(sys.executable, "manage.py", "makemigrations", cwd=project, env=bare_environment())
        run(sys.executable, "manage.py", "migrate", cwd=project, env=bare_environment())
        urls = project / "config/urls.py"
        urls.write_text(urls.read_text() + "\n")
        # It starts again.
        screen = terminal.read_until("Quit the server")

    assert "makemigrations" not in screen
    assert "unapplied" not in screen


@each_language
def test_tests_without_a_migration_are_one_line_too(choice: tuple, project_copy: Callable) -> None:
    project = project_copy(choice)
    models = project / "posts/models.py"
    text = models.read_text("utf-8")
    models.write_text(
        text.replace("    title = ", "    subtitle = models.TextField()\n    title = ")
    )
    command = (sys.executable, "-m", "pytest")
    with Terminal(*command, cwd=project, env=bare_environment(TERM="xterm")) as terminal:
        screen = without_colours(terminal.end())

    assert terminal.process.returncode == 1
    assert "python manage.py makemigrations posts" in screen
    assert len(screen) < 1000, screen


# Errors in the log


@pytest.mark.parametrize("path", ["crash/", "api/crash/"])
def test_a_crash_is_one_error_with_its_traceback(project: Path, path: str) -> None:
    with (project / "config/urls.py").open("a") as urls:
        urls.write(CRASH)
    port = free_port()
    with runserver(project, "--noreload", port) as terminal:
        terminal.read_until("Quit the server")
        # The second one, so that all that is written about the first is on the screen.
        for address, status in ((path, 500), ("api/nothing/", 404)):
            with pytest.raises(urllib.error.HTTPError, match=str(status)):
                urllib.request.urlopen(f"http://localhost:{port}/{address}", timeout=10)  # noqa: S310
        screen = terminal.read_until("GET /api/nothing/ 404")

    assert len(re.findall("^ERROR ", screen, re.M)) == 1
    assert screen.count("RuntimeError: sorry") == 1


def test_a_browser_that_tries_https_is_an_error_too(project: Path) -> None:
    port = free_port()
    with runserver(project, "--noreload", port) as terminal:
        terminal.read_until("Quit the server")
        with socket.create_connection(("localhost", port)) as browser:
            # The beginning of a TLS handshake
            browser.sendall(b"\x16\x03\x01\x02\x00 \x01 \r\n")
            terminal.read_until("it only supports HTTP")

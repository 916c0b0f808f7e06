"""The development stack in real containers: what a student types, and nothing else.

The project is a git repository that belongs to a student who is neither root nor the first user
of a computer, so that a file of anyone else's is noticed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from lab.engine import removed_afterwards
from lab.machine import free_port, wait_until
from lab.rendering import COVERING, SWITCHES, Choice, add_tests, grouped, render
from lab.stacks import DevelopmentStack, needs_engine
from lab.terminals import Terminal

pytestmark = [pytest.mark.slow, needs_engine]

if os.name != "posix":
    pytest.skip("file owners are POSIX's", allow_module_level=True)

AS_ROOT = os.getuid() == 0
STUDENT = 4321 if AS_ROOT else os.getuid()
SECONDS_TO_START = 120
# On a machine that does nothing else:
SECONDS_TO_RELOAD = 3
SECONDS_TO_STOP = 10
# Added to config/urls.py
STOP = """
from django.http import HttpResponse


def stop(request):
    answer = "before"
    breakpoint()
    return HttpResponse(answer)


urlpatterns.insert(0, path("stop/", stop))
"""


# One for each database, with the example app.
DATABASES = [
    next(c for c in COVERING if {("database", kind), ("example_app", True)} < {*c})
    for kind in SWITCHES["database"]
]
# Those two first: pytest keeps a stack for the next test where the places in both lists agree.
CHOICES = [*DATABASES, *(choice for choice in COVERING if choice not in DATABASES)]


class StudentsProject:
    """A fresh render, committed to git, in which everything belongs to the student."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.path = Path(shutil.copytree(source, folder))
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=Start")
        self.hand_over()

    def hand_over(self) -> None:
        if AS_ROOT:
            subprocess.run(["chown", "-R", f"{STUDENT}:{STUDENT}", self.path], check=True)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "-c", "user.name=S", "-c", "user.email=s@localhost"]
            # It would write to the index, as whoever runs the tests.
            + ["--no-optional-locks", *arguments],
            cwd=self.path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def changes(self) -> str:
        return self.git("status", "--porcelain", "--untracked-files=all")

    def of_others(self) -> list[str]:
        """Return the files and folders that do not belong to the student."""
        paths = [self.path, *self.path.rglob("*")]
        return [str(path) for path in paths if path.lstat().st_uid != STUDENT]

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Undo at the end what was done to the source."""
        try:
            yield
        finally:
            self.git("reset", "--quiet", "--hard")
            self.git("clean", "-fdq")
            self.hand_over()


class Development(DevelopmentStack):
    """A student's development stack."""

    def __init__(self, choice: Choice, source: Path) -> None:
        self.choice = choice
        # Not in pytest's own folders, which only their owner may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="ceos-template-"))
        self.folder.chmod(0o711)
        self.student = StudentsProject(source, self.folder / "project")
        super().__init__(self.student.path)

    def start(self) -> None:
        """Type `docker compose up`, and wait for the docs."""
        self.compose("up", "--detach")
        wait_until(self.docs_answer, SECONDS_TO_START, f"docs at {self.url}")

    def docs_answer(self) -> bool:
        try:
            return requests.get(f"{self.url}/api/docs/", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def manage(self, *arguments: str) -> str:
        return self.exec("web", "python", "manage.py", *arguments)

    def run(self, *arguments: str) -> str:
        return self.compose("run", "--rm", "--no-TTY", *arguments)

    def remove(self) -> None:
        super().remove()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module", params=grouped("dev", CHOICES))
def stack(request: pytest.FixtureRequest) -> Iterator[Development]:
    with removed_afterwards(Development(request.param, render(request.param))) as stack:
        stack.start()
        yield stack


each_database = pytest.mark.parametrize("stack", grouped("dev", DATABASES), indirect=True)


def passed(output: str) -> int:
    """Return how many tests passed, none having failed or been skipped."""
    last = output.strip().splitlines()[-1]
    assert re.fullmatch(r"\d+ passed in .*", last), output
    return int(last.split()[0])


def test_the_docs_answer(stack: Development) -> None:
    assert stack.docs_answer()


def test_the_address_it_shows_is_the_one_to_open(stack: Development) -> None:
    shown = re.findall(r"server at (\S+)", stack.logs("web"))
    assert {*shown} == {f"{stack.url.replace('127.0.0.1', 'localhost')}/"}


def test_everything_in_it_is_healthy(stack: Development) -> None:
    def health() -> set[str]:
        return {container["Health"] for container in stack.containers()}

    assert wait_until(lambda: health() == {"healthy"}, 30, "all containers are healthy")
    assert requests.get(f"{stack.url}/health/ready/", timeout=5).json() == {"status": "ok"}


def test_using_it_changes_nothing_in_the_repository(stack: Development) -> None:
    newcomer = {"email": "new@example.com", "name": "민지 🌱", "password": "correct-horse-battery"}
    stack.manage("seed")
    requests.post(f"{stack.url}/api/auth/signup/", json=newcomer, timeout=5)
    requests.get(f"{stack.url}/admin/", timeout=5)
    assert passed(stack.run("web", "pytest", "-q", "accounts/tests/test_accounts.py"))
    stack.exec("web", "ruff", "check")
    assert stack.student.changes() == ""
    assert stack.student.of_others() == []


def busyness() -> float:
    """Return how much longer work takes now than on a machine that does nothing else."""
    return max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_a_changed_view_answers_changed(stack: Development) -> None:
    view = stack.student.path / "operations/health.py"
    address = f"{stack.url}/health/live/"

    def answers_changed() -> bool:
        try:
            return requests.get(address, timeout=5).json() == {"status": "changed"}
        except requests.RequestException:
            return False

    with stack.student.restored():
        assert not answers_changed()
        view.write_text(view.read_text("utf-8").replace('"ok"', '"changed"'), "utf-8")
        wait_until(answers_changed, SECONDS_TO_RELOAD * busyness(), "the answer has changed")
    wait_until(stack.docs_answer, SECONDS_TO_START, "it serves what it did before")


def test_what_is_made_in_it_belongs_to_the_student(stack: Development) -> None:
    student = stack.student
    with student.restored():
        stack.manage("startapp", "reviews")
        stack.manage("makemigrations")
        models = student.path / "reviews/models.py"
        text = models.read_text("utf-8")
        models.write_text(text.replace("=100)", "=120)") + "\n# 글\n", "utf-8")
        stack.manage("makemigrations", "reviews")
        stack.exec("web", "sh", "-c", "mkdir reviews/notes && touch reviews/notes/today")
        stack.run("web", "sh", "-c", "touch reviews/notes/tomorrow")

        made = student.changes()
        assert "reviews/models.py" in made
        assert re.search(r"reviews/migrations/0002\w*\.py", made), made
        assert "reviews/notes/today" in made and "reviews/notes/tomorrow" in made
        assert student.of_others() == []


def test_the_server_runs_as_the_student(stack: Development) -> None:
    """So what is uploaded is the student's too. Number 1 is Docker's own init."""
    find = "stat -c '%n %u' $(grep -la '[r]unserver' /proc/[0-9]*/cmdline)"
    owners = dict(line.split() for line in stack.exec("web", "sh", "-c", find).splitlines())
    owners.pop("/proc/1/cmdline")
    assert {*owners.values()} == {str(STUDENT)}


@each_database
def test_a_new_app_is_green_in_it(stack: Development) -> None:
    with stack.student.restored():
        stack.manage("startapp", "reviews")
        stack.manage("makemigrations")
        assert passed(stack.run("web", "pytest", "-q", "reviews")) > 0


@each_database
def test_its_tests_pass_on_its_database_as_on_sqlite(stack: Development) -> None:
    with stack.student.restored():
        add_tests(stack.student.path, stack.choice)
        on_the_database = passed(stack.run("web", "pytest", "-q"))
        on_sqlite = passed(stack.run("--env=DATABASE_HOST=", "web", "pytest", "-q"))
    assert on_the_database == on_sqlite > 100


@each_database
def test_its_tests_run_on_its_database(stack: Development) -> None:
    test = stack.student.path / "accounts/tests/test_vendor.py"
    test.write_text(
        "from django.db import connection\n\n\n"
        "def test_vendor(db):\n    assert connection.vendor != 'sqlite'\n"
    )
    with stack.student.restored():
        assert passed(stack.run("web", "pytest", "-q", "accounts/tests/test_vendor.py")) == 1


class DownAndUp(NamedTuple):
    before: str
    after: str
    seconds_to_stop: float


@pytest.fixture(scope="module")
def down_and_up(stack: Development) -> DownAndUp:
    count = ("shell", "-v0", "-c", "print(User.objects.count(), User.objects.last())")
    stack.manage("seed")
    before = stack.manage(*count)
    started = time.monotonic()
    stack.compose("down")
    seconds = time.monotonic() - started
    stack.start()
    return DownAndUp(before, stack.manage(*count), seconds)


@each_database
def test_data_survives_down(down_and_up: DownAndUp) -> None:
    assert int(down_and_up.before.split()[0]) >= 6
    assert down_and_up.after == down_and_up.before


@each_database
def test_down_ends_in_seconds(down_and_up: DownAndUp) -> None:
    assert down_and_up.seconds_to_stop <= SECONDS_TO_STOP * busyness()


@each_database
def test_a_project_that_was_made_anew_takes_the_database_over(stack: Development) -> None:
    """Another render has other secrets, and meets the volume of the first one's database."""
    secrets = stack.student.path / ".env"
    before = secrets.read_text("utf-8")
    # Not the copy that is kept.
    made_anew = render.__wrapped__(stack.choice) / ".env"
    try:
        stack.compose("down")
        secrets.write_text(made_anew.read_text("utf-8"), "utf-8")
        stack.start()
    finally:
        secrets.write_text(before, "utf-8")


def errors_explained(readme: Path) -> list[str]:
    """Return the error messages that the rows of the README's tables begin with."""
    first_cells = re.findall(r"^\|([^|]+)\|", readme.read_text("utf-8"), re.M)
    return re.findall(r"`([^`]{10,})`", "".join(first_cells))


def assert_named_and_explained(stack: Development, port: str, output: str) -> None:
    assert port in output
    messages = errors_explained(stack.student.path / "README.md")
    assert [message for message in messages if message in output], output


@each_database
def test_a_port_that_a_program_uses_is_named_and_explained(stack: Development) -> None:
    with socket.create_server(("127.0.0.1", 0)) as program:
        port = str(program.getsockname()[1])
        output = stack.compose("up", "--detach", check=False, DATABASE_PORT=port)
    stack.start()
    assert_named_and_explained(stack, port, output)


@each_database
def test_a_port_that_a_container_uses_is_named_and_explained(stack: Development) -> None:
    port = stack.environment["DATABASE_PORT"]
    output = stack.compose("up", "--detach", check=False, WEB_PORT=port)
    stack.start()
    assert_named_and_explained(stack, port, output)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Development]:
    """A clone, which has no .env file, started in the foreground as students do."""
    source = render(DATABASES[-1])
    folder = tmp_path_factory.mktemp("clone") / "project"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".env", ".env.prod"))
    with removed_afterwards(Development(DATABASES[-1], folder)) as stack:
        yield stack


@pytest.mark.xdist_group("dev clone")
def test_a_clone_without_env_starts(clone: Development) -> None:
    assert not (clone.student.path / ".env").exists()
    clone.start()
    assert clone.student.changes() == ""
    clone.compose("down")


@pytest.mark.xdist_group("dev clone")
def test_ports_are_moved_in_the_env_file(clone: Development) -> None:
    web, database = free_port(), free_port()
    file = clone.student.path / ".env"
    file.write_text(f"WEB_PORT={web}\nDATABASE_PORT={database}\n", "utf-8")
    environment, url = clone.environment, clone.url
    try:
        name = environment["COMPOSE_PROJECT_NAME"]
        clone.environment, clone.url = {"COMPOSE_PROJECT_NAME": name}, f"http://127.0.0.1:{web}"
        clone.start()
        with socket.create_connection(("127.0.0.1", database), timeout=5):
            pass
    finally:
        clone.compose("down")
        clone.environment, clone.url = environment, url
        file.unlink()


@pytest.mark.xdist_group("dev clone")
def test_ctrl_c_ends_it_in_seconds(clone: Development) -> None:
    command = ["docker", "compose", f"--file={clone.file}", f"--file={clone.override}", "up"]
    with subprocess.Popen(
        command,
        cwd=clone.project,
        env={**os.environ, **clone.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as foreground:
        try:
            wait_until(clone.docs_answer, SECONDS_TO_START, f"docs at {clone.url}")
            started = time.monotonic()
            foreground.send_signal(signal.SIGINT)
            foreground.wait(60)
        finally:
            foreground.kill()
    assert time.monotonic() - started <= SECONDS_TO_STOP * busyness()
    assert clone.running() == set()


@pytest.mark.xdist_group("dev clone")
def test_a_breakpoint_waits_for_the_student(clone: Development) -> None:
    """The README's command has the container's terminal, which `up` has not."""
    run = ("run", "--rm", "--service-ports", "web")
    command = ["docker", "compose", f"--file={clone.file}", f"--file={clone.override}", *run]
    environment = {**os.environ, **clone.environment}
    with clone.student.restored(), ThreadPoolExecutor(1) as browser:
        with (clone.student.path / "config/urls.py").open("a") as urls:
            urls.write(STOP)
        with Terminal(*command, cwd=clone.project, env=environment) as terminal:
            terminal.read_until("Quit the server", SECONDS_TO_START)
            response = browser.submit(requests.get, f"{clone.url}/stop/", timeout=60)
            terminal.read_until("(Pdb)")
            terminal.type("answer = 'after'\n")
            terminal.read_until("(Pdb)")
            terminal.type("continue\n")
            assert response.result().text == "after"
            terminal.type("\x03")
            terminal.end()
    clone.compose("down")
    assert clone.running() == set()

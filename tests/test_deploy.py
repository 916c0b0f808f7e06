"""deploy.sh on a server of its own, while clients that never retry keep asking.

The tests tell one story, in this order: the site was started by hand, then deploy.sh takes over.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from conftest import SWITCHES, render
from hosts import DATABASE_PASSWORD, Host
from load import Request, under_load
from stacks import docker, needs_engine, wait_until

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("deploy")]

CHOICE = tuple(
    {
        **{name: values[0] for name, values in SWITCHES.items()},
        "docs_language": "en",
        "database": "postgresql",
    }.items()
)
WANTED = [Request("GET", "/health/live/"), Request("GET", "/api/posts/")]


class Server(Host):
    """A host with the project, as a workflow leaves it there."""

    def deploy(self, *arguments: str) -> tuple[int, str]:
        """Run deploy.sh; return its exit code and what it told."""
        command = ["docker", "exec", "--workdir=/srv/project", self.name]
        done = subprocess.run(
            [*command, "bash", "deploy/deploy.sh", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert DATABASE_PASSWORD not in done.stdout
        return done.returncode, done.stdout

    def bring(self, release: str, **changes: str) -> None:
        """Copy the source of a release: `changes` are lines added to the files in config/."""
        self.run("sh", "-c", f"echo {release} >.release")
        docker("cp", f"{self.source}/config/.", f"{self.name}:/srv/project/config")
        for module, line in changes.items():
            self.run("sh", "-c", f"echo '{line}' >>config/{module}.py")

    def address(self) -> str:
        networks = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return docker("inspect", "--format", networks, self.name).strip()

    def release(self) -> str:
        """Return the release that answers."""
        head = self.run("curl", "-sI", "-m5", "http://127.0.0.1/health/live/", check=False)
        found = re.search(r"^x-release: (\S+)", head, re.M | re.I)
        return found[1] if found else ""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("deploy")
    server = Server()
    server.source = shutil.copytree(render(CHOICE), folder / "project")
    try:
        server.start(folder / "image")
        server.put(server.source, "python:3.14-slim", "ghcr.io/astral-sh/uv:0.13")
        by_hand = ["docker", "compose", "-f", "docker-compose.prod.yml", "up", "--build", "-d"]
        server.run(*by_hand)
        yield server
    finally:
        server.remove()


@pytest.fixture
def no_request_lost(server: Server) -> Iterator[None]:
    """Clients ask all the time, and every answer is as it should be."""
    with under_load(server.address(), WANTED, clients=20, host="127.0.0.1") as load:
        load.wait_for(200)
        yield
        load.wait_for(200)
    print(load.requests, f"{load.percentile(0.99):.3f} s at most for 99 %")
    assert not load.failures


def test_it_takes_over_what_was_started_by_hand(server: Server, no_request_lost: None) -> None:
    assert server.release() == "manual"
    server.bring("first")
    code, output = server.deploy()
    assert code == 0, output
    assert server.release() == "first"
    assert "==> [" in output


def test_the_next_release_takes_the_other_colour(server: Server, no_request_lost: None) -> None:
    server.bring("second")
    code, output = server.deploy()
    assert code == 0, output
    assert server.release() == "second"
    assert "web-blue" in output.splitlines()[-1]


def test_the_same_release_again_restarts_nothing(server: Server, no_request_lost: None) -> None:
    before = server.run("docker", "ps", "--no-trunc", "--quiet")
    code, output = server.deploy()
    assert code == 0, output
    assert "Nothing to do" in output
    assert server.run("docker", "ps", "--no-trunc", "--quiet") == before


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"urls": "import nothing_of_that_name"}, "A package is missing"),
        ({"health": "raise SystemExit(3)"}, "See the lines above"),
        ({"health": 'CHECKS["waits"] = lambda: False'}, "does not get ready"),
    ],
    ids=["package missing", "crash", "never ready"],
)
def test_a_broken_release_is_told_and_the_old_one_stays(
    server: Server, no_request_lost: None, changes: dict, cause: str
) -> None:
    server.run("sed", "-i", "s/_GET_READY=120/_GET_READY=20/", "deploy/deploy.sh")
    server.bring("broken", **changes)
    code, output = server.deploy()
    assert code == 1, output
    assert cause in "\n".join(output.splitlines()[-15:])
    assert "web-blue, second" in output
    assert server.release() == "second"


def test_an_unreadable_env_is_refused_by_its_line(server: Server, no_request_lost: None) -> None:
    server.bring("third")
    server.run("sh", "-c", "sed 's/^DATABASE_PASSWORD=/DATABASE_PASSWORD /' .env >.env.new")
    line = server.run("sh", "-c", "grep -n '^DATABASE_PASSWORD' .env | cut -d: -f1").strip()
    code, output = server.deploy()
    assert code == 1
    assert f"is line {line}" in output
    assert server.run("sh", "-c", "ls .env*").split() == [".env", ".env.example", ".env.prod"]


def test_a_new_env_from_windows_takes_the_place_of_the_old(
    server: Server, no_request_lost: None
) -> None:
    server.run("sh", "-c", r"sed 's/$/\r/; s/^LOG_LEVEL=INFO/LOG_LEVEL=ERROR/' .env >.env.new")
    code, output = server.deploy()
    assert code == 0, output
    assert server.release() == "third"
    assert server.run("stat", "-c", "%a", ".env").strip() == "600"
    assert "LOG_LEVEL=ERROR\n" in server.run("cat", ".env")


@pytest.mark.parametrize("release", ["second", "third"], ids=["back", "and forth"])
def test_rollback_switches_to_the_other_release(
    server: Server, no_request_lost: None, release: str
) -> None:
    code, output = server.deploy("rollback")
    assert code == 0, output
    assert server.release() == release


def test_a_second_deployment_waits_for_the_first(server: Server) -> None:
    lock = server.run("sh", "-c", "ls -d $HOME/.deploy/*/lock").strip()
    server.bring("fourth")
    docker("exec", "--detach", server.name, "flock", lock, "sleep", "8")
    wait_until(
        lambda: "no" in server.run("sh", "-c", f"flock -n {lock} true || echo no"), 5, "held"
    )
    code, output = server.deploy()
    assert code == 0, output
    assert "waiting for its end" in output
    assert server.release() == "fourth"


def test_three_releases_are_kept(server: Server) -> None:
    images = server.run("docker", "images", "--format", "{{.Tag}}", "ceos-api").split()
    assert len(images) <= 3 + 1, images
    assert "fourth" in images


def test_an_unknown_command_says_which_there_are(server: Server) -> None:
    code, output = server.deploy("rolback")
    assert code == 2
    assert "rollback" in output

"""The production stack on a host of its own, with an engine that restarts."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.engine import docker
from lab.hosts import IMAGES, Host
from lab.machine import wait_until
from lab.rendering import at_length, choice_with, render
from lab.stacks import (
    DATABASE_PASSWORD,
    build_image,
    database_server,
    filled_in,
    needs_engine,
    write_env,
)

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("host")]

CHOICE = choice_with(database="postgresql", use_redis=True)
MEBIBYTE = 2**20
DATABASE_HOST = "database.example.com"
FOLDER = "/srv/project"


class SmallHost(Host):
    def compose(self, *arguments: str) -> str:
        """Run `docker compose …` for production, with small.yml on top."""
        files = [f"--file={FOLDER}/docker-compose.prod.yml", "--file=/srv/small.yml"]
        return self.run("docker", "compose", *files, *arguments)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHost]:
    folder = tmp_path_factory.mktemp("host")
    project = Path(shutil.copytree(render(CHOICE), folder / "project"))
    image, _ = build_image(project)
    needed = (image, *(name for name in IMAGES if not name.startswith(("python", "ghcr.io"))))
    host = SmallHost(images=needed, names={image: "ceos-api:manual"})
    database = database_server("postgresql")
    database_name = f"host{uuid.uuid4().hex[:8]}"
    try:
        host.attach(database.container, DATABASE_HOST)
        database.create(database_name)
        values = {
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_HOST": DATABASE_HOST,
            "DATABASE_NAME": database_name,
            "DATABASE_USER": "service",
            "DATABASE_PASSWORD": DATABASE_PASSWORD,
        }
        write_env(project, filled_in(project, values))
        docker("cp", f"{project}/.", f"{host.name}:{FOLDER}")
        # What gunicorn sees of the machine: that of a host with 1 GB.
        small = {"services": {name: {"mem_limit": "1g"} for name in ("web-blue", "web-green")}}
        host.run("tee", "/srv/small.yml", input=json.dumps(small))
        host.compose("up", "--detach")
        yield host
    finally:
        host.remove()
        database.drop(database_name)


def test_the_stack_idles_within_350_mb(host: SmallHost) -> None:
    wait_until(host.answers, 30, "the site answers")
    names = host.running()
    assert len(names) == 4, names
    used = {name: memory(host, name) for name in names}
    print({name: round(value / MEBIBYTE) for name, value in used.items()})
    assert sum(used.values()) < 350 * MEBIBYTE, used


def memory(host: SmallHost, name: str) -> int:
    """Return the bytes that a container uses, without the page cache, as `docker stats` does."""
    stats = host.run("docker", "stats", "--no-stream", "--format={{.MemUsage}}", name)
    number, unit = float(stats.split("iB")[0].rstrip("KMG")), stats.split("iB")[0][-1]
    return int(number * 1024 ** "BKMG".index(unit))


def test_workers_follow_the_memory(host: SmallHost) -> None:
    # 1 GB for two CPUs or more: two processes beside the first one, which only watches them.
    (name,) = (name for name in host.running() if "web-blue" in name)
    assert host.run("docker", "top", name).count("config.wsgi") == 3


@pytest.mark.parametrize("event", ["restart_engine", at_length("reboot")])
def test_everything_that_ran_runs_again_and_nothing_else(host: SmallHost, event: str) -> None:
    running, stopped = host.running(), host.stopped()
    assert {name.split("-")[-2] for name in stopped} == {"prepare", "switch"}
    getattr(host, event)()
    wait_until(host.answers, 120, "the site answers again")
    wait_until(lambda: host.running() == running, 30, f"{running} run again")
    assert host.stopped() == stopped


@pytest.mark.parametrize("event", [at_length("restart_engine"), "reboot"])
def test_green_stays_live_and_blue_stopped(host: SmallHost, event: str) -> None:
    run = ("run", "--rm", "--no-deps", "--no-TTY", "prepare", "python", "manage.py", "prepare")
    candidate = host.compose(*run, "green").splitlines()[-1]
    host.compose("up", "--detach", "--no-deps", "--wait", "web-green")
    switch = ("exec", "--no-TTY", "nginx", "bash", f"/srv/nginx/{candidate}/switch.sh")
    host.compose(*switch)
    host.compose("stop", "web-blue")
    running, stopped = host.running(), host.stopped()
    assert any("web-green" in name for name in running)
    assert any("web-blue" in name for name in stopped)
    getattr(host, event)()
    wait_until(host.answers, 120, "the site answers again")
    wait_until(lambda: host.running() == running, 30, f"{running} run again")
    assert host.stopped() == stopped

"""The production stack on a host of its own: a fresh server, with an engine that restarts.

The host is a privileged container with a Docker engine inside; what its systemd would do, its
first process does: start the engine, and start it again when it has ended.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SWITCHES, render
from stacks import LABEL, docker, needs_engine, wait_until

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("host")]

CHOICE = tuple(
    {
        **{name: values[0] for name, values in SWITCHES.items()},
        "database": "postgresql",
        "use_redis": True,
    }.items()
)
# Elsewhere ubuntu:24.04 does as well; the packages' names differ.
BASE = "debian:forky-slim"
MEBIBYTE = 2**20
# Where containers on the host reach the database, which is not theirs.
GATEWAY = "10.200.0.1"

DOCKERFILE = """
ARG BASE
FROM $BASE
RUN apt-get update -qq \\
    && apt-get install -y -qq --no-install-recommends \\
       ca-certificates curl docker.io docker-cli docker-compose docker-buildx iptables procps \\
    && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 init /init
VOLUME /var/lib/docker
CMD ["/init"]
"""
INIT = """#!/bin/bash
trap 'kill $!; exit' TERM
while true; do
    rm -f /run/docker.pid /run/docker/containerd/containerd.pid
    dockerd --bip=10.200.0.1/24 >>/var/log/dockerd.log 2>&1 &
    wait $!
    sleep 1
done
"""


class Host:
    """A server: `run()` runs a command on it, in the project's folder."""

    def __init__(self) -> None:
        self.name = f"{LABEL}-host-{uuid.uuid4().hex[:8]}"

    def start(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "Dockerfile").write_text(DOCKERFILE)
        (folder / "init").write_text(INIT)
        docker("build", f"--build-arg=BASE={BASE}", f"--tag={self.name}", str(folder))
        options = ["--detach", "--privileged", f"--label={LABEL}", f"--name={self.name}"]
        docker("run", *options, self.name)
        self.wait_for_engine()

    def run(self, *command: str, check: bool = True) -> str:
        workdir = ["--workdir=/srv/project"] if self.has_project() else []
        return docker("exec", *workdir, self.name, *command, check=check)

    def has_project(self) -> bool:
        done = ["docker", "exec", self.name, "test", "-d", "/srv/project"]
        return subprocess.run(done, capture_output=True).returncode == 0

    def compose(self, *arguments: str, check: bool = True) -> str:
        files = ["--file", "docker-compose.prod.yml", "--file", "/srv/small.yml"]
        return self.run("docker", "compose", *files, *arguments, check=check)

    def wait_for_engine(self) -> None:
        command = ["docker", "exec", self.name, "docker", "info"]
        wait_until(
            lambda: subprocess.run(command, capture_output=True).returncode == 0,
            60,
            "the host's engine answers",
        )

    def load(self, *images: str) -> None:
        save = subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE)
        docker("exec", "--interactive", self.name, "docker", "load", stdin=save.stdout)
        assert save.wait() == 0

    def restart_engine(self) -> None:
        """As `systemctl restart docker` does."""
        before = self.run("pidof", "dockerd").strip()
        self.run("kill", before)
        wait_until(
            lambda: self.run("pidof", "dockerd", check=False).strip() not in ("", before),
            90,
            "a new engine",
        )
        self.wait_for_engine()

    def reboot(self) -> None:
        """As pulling the plug does: nothing on the host gets to end in order."""
        docker("kill", self.name)
        docker("start", self.name)
        self.wait_for_engine()

    def running(self) -> set[str]:
        return set(self.run("docker", "ps", "--format", "{{.Names}}").split())

    def stopped(self) -> set[str]:
        names = self.run("docker", "ps", "--all", "--format", "{{.Names}}").split()
        return set(names) - self.running()

    def answers(self) -> bool:
        command = ["curl", "-fsS", "-m", "5", "http://127.0.0.1/health/ready/"]
        return '"ok"' in self.run(*command, check=False)

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name, check=False)
        docker("rmi", self.name, check=False)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("host")
    project = shutil.copytree(render(CHOICE), folder / "project")
    image = f"{LABEL}-app:{uuid.uuid4().hex[:8]}"
    host = Host()
    try:
        docker("build", "--target=prod", f"--tag={image}", f"--label={LABEL}", str(project))
        host.start(folder / "image")
        prepare(host, project, image)
        host.compose("up", "--detach")
        yield host
    finally:
        host.remove()
        docker("rmi", image, check=False)


def prepare(host: Host, project: Path, image: str) -> None:
    """Give the host the project, its images, and a database apart from it."""
    values = {
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_HOST": GATEWAY,
        "DATABASE_NAME": "service",
        "DATABASE_USER": "service",
        "DATABASE_PASSWORD": "secret-for-tests",
    }
    lines = (project / ".env.prod").read_text(encoding="utf-8").splitlines()
    lines = [
        f"{key}={values[key]}" if (key := line.partition("=")[0]) in values else line
        for line in lines
    ]
    (project / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    host.load(image, "nginx:1.30", "redis:8", "certbot/certbot:latest", "postgres:18")
    docker("cp", str(project), f"{host.name}:/srv/project")
    # What gunicorn sees of the machine: that of a host with 1 GB.
    small = {"services": {name: {"mem_limit": "1g"} for name in ("web-blue", "web-green")}}
    host.run("sh", "-c", f"echo '{json.dumps(small)}' >/srv/small.yml")
    host.run("docker", "tag", image, "ceos-api:manual")
    host.run(
        *("docker", "run", "--detach", "--name=database", "--restart=unless-stopped"),
        *("--env=POSTGRES_USER=service", "--env=POSTGRES_PASSWORD=secret-for-tests"),
        *(f"--publish={GATEWAY}:5432:5432", "postgres:18"),
    )
    wait_until(
        lambda: (
            "accepting"
            in host.run("docker", "exec", "database", "pg_isready", "-h127.0.0.1", check=False)
        ),
        60,
        "the database answers",
    )


def test_the_stack_idles_within_350_mb(host: Host) -> None:
    wait_until(host.answers, 30, "the site answers")
    names = [name for name in host.running() if name != "database"]
    assert len(names) == 4, names
    used = {name: memory(host, name) for name in names}
    print({name: round(value / MEBIBYTE) for name, value in used.items()})
    assert sum(used.values()) < 350 * MEBIBYTE, used


def memory(host: Host, name: str) -> int:
    """Return the bytes that a container uses, without the page cache, as `docker stats` does."""
    stats = host.run("docker", "stats", "--no-stream", "--format={{.MemUsage}}", name)
    number, unit = float(stats.split("iB")[0].rstrip("KMG")), stats.split("iB")[0][-1]
    return int(number * 1024 ** "BKMG".index(unit))


def test_workers_follow_the_memory(host: Host) -> None:
    # 1 GB for two CPUs or more: two processes beside the first one, which only watches them.
    (name,) = (name for name in host.running() if "web-blue" in name)
    assert host.run("docker", "top", name).count("config.wsgi") == 3


@pytest.mark.parametrize("event", ["restart_engine", "reboot"])
def test_everything_that_ran_runs_again_and_nothing_else(host: Host, event: str) -> None:
    running, stopped = host.running(), host.stopped()
    assert {name.split("-")[-2] for name in stopped} == {"release", "switch"}
    getattr(host, event)()
    wait_until(host.answers, 120, "the site answers again")
    wait_until(lambda: host.running() == running, 30, f"{running} run again")
    assert host.stopped() == stopped


@pytest.mark.parametrize("event", ["restart_engine", "reboot"])
def test_green_stays_live_and_blue_stopped(host: Host, event: str) -> None:
    scale = ["--scale", "web-green=1"]
    host.compose("up", "--detach", "--no-deps", "--wait", *scale, "web-green")
    host.compose("exec", "--no-TTY", "nginx", "bash", "/etc/nginx/templates/switch.sh", "green")
    host.compose("stop", "web-blue")
    running, stopped = host.running(), host.stopped()
    assert any("web-green" in name for name in running)
    assert any("web-blue" in name for name in stopped)
    getattr(host, event)()
    wait_until(host.answers, 120, "the site answers again")
    wait_until(lambda: host.running() == running, 30, f"{running} run again")
    assert host.stopped() == stopped

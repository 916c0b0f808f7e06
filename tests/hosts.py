"""A server of its own for a rendered project: a fresh host, whose engine can be restarted.

It is a privileged container with a Docker engine inside. What its systemd would do, its first
process does: start the engine, and start it again when it has ended.
"""

from __future__ import annotations

import subprocess
import uuid
from pathlib import Path

from stacks import LABEL, docker, wait_until

# Elsewhere ubuntu:24.04 does as well; the packages' names differ.
BASE = "debian:forky-slim"
MEBIBYTE = 2**20
# Where containers on the host reach the database, which is not theirs.
GATEWAY = "10.200.0.1"
DATABASE_PASSWORD = "secret-for-tests"

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

    def put(self, project: Path, *images: str) -> None:
        """Give the host a project, its .env filled in, the images, and a database apart."""
        values = {
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_HOST": GATEWAY,
            "DATABASE_NAME": "service",
            "DATABASE_USER": "service",
            "DATABASE_PASSWORD": DATABASE_PASSWORD,
        }
        lines = (project / ".env.prod").read_text(encoding="utf-8").splitlines()
        lines = [
            f"{key}={values[key]}" if (key := line.partition("=")[0]) in values else line
            for line in lines
        ]
        (project / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.load(*images, "nginx:1.30", "redis:8", "certbot/certbot:latest", "postgres:18")
        docker("cp", str(project), f"{self.name}:/srv/project")
        self.run(
            *("docker", "run", "--detach", "--name=database", "--restart=unless-stopped"),
            *("--env=POSTGRES_USER=service", f"--env=POSTGRES_PASSWORD={DATABASE_PASSWORD}"),
            *(f"--publish={GATEWAY}:5432:5432", "postgres:18"),
        )
        ready = ("docker", "exec", "database", "pg_isready", "-h127.0.0.1")
        wait_until(lambda: "accepting" in self.run(*ready, check=False), 60, "the database answers")

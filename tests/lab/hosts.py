"""Servers of their own for rendered projects: what a team gets from EC2, with an address, sshd, a
user named `ubuntu` who may use sudo, and a Docker engine that can be restarted, or none yet.

Each is a privileged container. What its systemd would do, its first process does: start sshd, and
start the engine, and start it again when it has ended. What the engine has is on a disk of a
common size, not on the one of the machine that runs the tests: some of them fill it.
"""

from __future__ import annotations

import functools
import subprocess
import uuid
from pathlib import Path

from lab.engine import LABEL, docker
from lab.machine import wait_until
from lab.rendering import rendered_root

# Elsewhere ubuntu:24.04 does as well; the packages' names differ.
BASE = "debian:forky-slim"
# What a project's production needs from a registry, and a host of the tests has no way to.
IMAGES = (
    "python:3.14-slim",
    "ghcr.io/astral-sh/uv:0.13",
    "nginx:1.30",
    "certbot/certbot:latest",
    "redis:8",
)
SYSTEM = (
    *("ca-certificates", "curl", "e2fsprogs", "iptables", "mount", "openssh-server", "procps"),
    *("rsync", "sudo"),
)
ENGINE = ("docker.io", "docker-cli", "docker-compose", "docker-buildx")

DOCKERFILE = """
ARG BASE
FROM $BASE
ARG PACKAGES
RUN apt-get update -qq \\
    && apt-get install -y -qq --no-install-recommends $PACKAGES \\
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --shell /bin/bash ubuntu \\
    && echo "ubuntu ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/ubuntu \\
    && install -d /run/sshd
COPY --chmod=755 init /init
VOLUME /disk
CMD ["/init"]
"""
# The images are there before anybody can ask for them, as they are where a registry answers.
INIT = """#!/bin/bash
trap 'kill $!; exit' TERM
# Many logins fail in the tests; an older sshd does not count them.
/usr/sbin/sshd -o PerSourcePenalties=no || /usr/sbin/sshd
if [ ! -e /disk/image ]; then
    truncate --size 12G /disk/image
    mkfs.ext4 -q /disk/image || exit
fi
# A container has the devices that there were when it was made, and hosts that start at the same
# time ask for the same one.
for number in {0..63}; do
    [ -e /dev/loop$number ] || mknod /dev/loop$number b 7 $number
done
mkdir -p /var/lib/docker
mount -o loop /disk/image /var/lib/docker || exit
until command -v dockerd && getent group docker; do sleep 0.5; done >/dev/null
while true; do
    rm -f /run/docker.pid /run/docker/containerd/containerd.pid
    if [ ! -e /var/lib/docker/loaded ]; then
        dockerd --host=unix:///run/loading.sock >>/var/log/dockerd.log 2>&1 &
        for archive in /images/*.tar; do
            until docker --host=unix:///run/loading.sock load <$archive; do sleep 0.5; done
        done >/dev/null 2>&1
        set -- $NAMES
        while [ $# -gt 0 ]; do
            docker --host=unix:///run/loading.sock tag $1 $2
            shift 2
        done
        kill $! && wait $!
        touch /var/lib/docker/loaded
        continue
    fi
    dockerd >>/var/log/dockerd.log 2>&1 &
    wait $!
    sleep 1
done
"""


@functools.cache
def archive_of(*images: str) -> Path:
    """Return a folder with one file that holds the images."""
    folder = Path(rendered_root(), f"images-{uuid.uuid4().hex[:8]}")
    folder.mkdir()
    docker("save", "--output", str(folder / "images.tar"), *images)
    return folder


@functools.cache
def image_of_a_host(packages: tuple[str, ...]) -> str:
    """Return the name of an image for hosts with these packages of the distribution's."""
    folder = Path(rendered_root(), f"host-{uuid.uuid4().hex[:8]}")
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "init").write_text(INIT)
    arguments = [f"--build-arg=BASE={BASE}", f"--build-arg=PACKAGES={' '.join(packages)}"]
    return docker("build", "--quiet", f"--label={LABEL}", *arguments, str(folder)).strip()


class Host:
    """A server in a network of its own: `run()` runs a command on it as root."""

    def __init__(
        self,
        with_engine: bool = True,
        images: tuple[str, ...] = IMAGES,
        names: dict[str, str] | None = None,
        alias: str = "",
        options: tuple[str, ...] = (),
    ) -> None:
        """`names` tells what images are called there, `alias` what the host is called."""
        self.name = f"{LABEL}-host-{uuid.uuid4().hex[:8]}"
        docker("network", "create", f"--label={LABEL}", self.name)
        docker(
            *("run", "--detach", "--privileged", f"--label={LABEL}", f"--name={self.name}"),
            *(f"--network={self.name}", f"--network-alias={alias or self.name}", *options),
            *([f"--volume={archive_of(*images)}:/images:ro"] if images else []),
            f"--env=NAMES={' '.join(word for pair in (names or {}).items() for word in pair)}",
            image_of_a_host(SYSTEM + (ENGINE if with_engine else ())),
        )
        wait_until(self.shows_its_key, 20, "sshd answers")
        if with_engine:
            self.run("usermod", "--append", "--groups", "docker", "ubuntu")
            self.wait_for_engine()

    def run(self, *command: str, check: bool = True, **options: object) -> str:
        interactive = ["--interactive"] if "input" in options else []
        return docker("exec", *interactive, self.name, *command, check=check, **options)

    def shell(self, script: str, user: str = "root", check: bool = True) -> str:
        folder = "/root" if user == "root" else f"/home/{user}"
        return docker(
            *("exec", f"--user={user}", f"--env=HOME={folder}", f"--workdir={folder}"),
            *(self.name, "bash", "-ec", script),
            check=check,
        )

    def let_in(self, user: str, key: Path, options: str = "") -> None:
        """Let the owner of a key log in as this user, and nobody else."""
        public = key.with_name(f"{key.name}.pub").read_text().strip()
        self.shell(
            f"umask 077; mkdir -p ~/.ssh; echo '{options}{public}' >~/.ssh/authorized_keys", user
        )

    def known_hosts(self) -> str:
        scan = ["ssh-keyscan", "-T", "10", self.address]
        return subprocess.run(scan, capture_output=True, text=True).stdout

    def fingerprint(self, kind: str = "ed25519") -> str:
        return self.shell(f"ssh-keygen -l -f /etc/ssh/ssh_host_{kind}_key.pub").split()[1]

    def shows_its_key(self) -> bool:
        """Does sshd show the key that is on the disk? It may not have read a new one yet."""
        public = self.shell("cat /etc/ssh/ssh_host_ed25519_key.pub").split()[1]
        return public in self.known_hosts().split()

    def wait_for_engine(self) -> None:
        command = ["docker", "exec", self.name, "docker", "info"]
        wait_until(
            lambda: subprocess.run(command, capture_output=True).returncode == 0,
            60,
            "the host's engine answers",
        )

    @functools.cached_property
    def address(self) -> str:
        addresses = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return docker("inspect", "--format", addresses, self.name).strip()

    def attach(self, container: str, alias: str) -> None:
        """Make another container reachable from the host, and from the containers on it."""
        docker("network", "connect", f"--alias={alias}", self.name, container)

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
        attached = "{{range .Containers}}{{.Name}} {{end}}"
        for other in docker("network", "inspect", "--format", attached, self.name).split():
            docker("network", "disconnect", "--force", self.name, other, check=False)
        docker("network", "rm", self.name, check=False)

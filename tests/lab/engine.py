"""The machine's Docker engine, and what the tests leave in it: nothing."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from lab.machine import run, wait_until

# On all that this process makes, as a label or in its name: another session's is another one.
LABEL = f"ceos-template-test-{uuid.uuid4().hex[:8]}"


@functools.cache
def engine_responds() -> bool:
    docker = shutil.which("docker")
    return bool(docker) and subprocess.run([docker, "info"], capture_output=True).returncode == 0


def docker(*arguments: str, check: bool = True, **options) -> str:
    """Run docker and return what it printed, both streams; fail with all of it."""
    done = run("docker", *arguments, **options)
    if check and done.returncode:
        raise AssertionError(f"docker {' '.join(arguments)}: {done.returncode}\n{done.stdout}")
    return done.stdout


@contextmanager
def paused(*containers: str) -> Iterator[None]:
    """Freeze all processes of the containers until the block ends."""
    for container in containers:
        pause(container)
    try:
        yield
    finally:
        docker("unpause", *containers)


def pause(container: str) -> None:
    """Freeze a container. Now and then a busy kernel gives up half-way: try a few times."""
    for _ in range(10):
        output = docker("pause", container, check=False)
        if "unable to freeze" not in output:
            break
        time.sleep(1)
    state = docker("inspect", "--format={{.State.Status}}", container).strip()
    assert state == "paused", output


def crash(container: str) -> None:
    """End a container's first process from outside, as the kernel does that is out of memory."""
    pid = int(docker("inspect", "--format={{.State.Pid}}", container))
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 10, "the process has ended")


class Removable(Protocol):
    """A stack or a site."""

    def logs(self) -> str: ...

    def remove(self) -> None: ...


Made = TypeVar("Made", bound=Removable)


@contextmanager
def removed_afterwards(made: Made) -> Iterator[Made]:
    """Remove it at the end; add its logs to the output of a test that fails."""
    try:
        yield made
    except BaseException:
        print(made.logs())
        raise
    finally:
        made.remove()


def remove_everything() -> None:
    """Remove what this process has made and nothing has removed, as where a start has failed."""
    for kind, *remove in (
        ("container", "rm", "--force", "--volumes"),
        ("network", "rm"),
        ("volume", "rm"),
        ("image", "rm", "--force"),
    ):
        filters = ["label"] if kind == "image" else ["label", "name"]
        every = ["--all"] if kind == "container" else []
        for ours in filters:
            found = docker(kind, "ls", "--quiet", *every, f"--filter={ours}={LABEL}").split()
            if found:
                docker(kind, *remove, *set(found))

"""This machine: its commands and ports, and waiting for what happens on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def run(*command: object, **options) -> subprocess.CompletedProcess[str]:
    """Run a command; `stdout` is what it printed, both streams."""
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def tool(name: str) -> str:
    """Return a command that requirements-test.txt has installed next to this Python."""
    return str(Path(sys.executable).parent / name)


def bare_environment(**variables: str) -> dict[str, str]:
    """Return an environment with these variables and none of this machine's own."""
    needed = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**needed, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", **variables}


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as listener:
        listener.bind((address, 0))
        return listener.getsockname()[1]


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> object:
    """Return the first true value of the condition; fail if there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")

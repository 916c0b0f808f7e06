"""A project's development server, with example data."""

from __future__ import annotations

import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.environments import environment_of
from lab.machine import free_port, wait_until
from lab.rendering import Choice


@contextmanager
def development_server(
    project: Path,
    choice: Choice,
    log: Path,
    settings: str = "config.settings.dev",
    **variables: str,
) -> Iterator[str]:
    """Serve a copy of a project while the block runs; yield its address, by the name localhost."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, **variables}
    manage = [environment_of(choice), "manage.py"]
    for command in ("migrate", "seed"):
        subprocess.run(
            [*manage, command], cwd=project, env=environment, check=True, capture_output=True
        )
    port = str(free_port())
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*manage, "runserver", "--noreload", port],
            cwd=project,
            env=environment,
            stdout=stream,
            stderr=stream,
        )
    address = f"http://localhost:{port}"

    def is_ready() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/health/ready/") as response:  # noqa: S310
                return response.status == 200
        except urllib.error.URLError:
            return False

    try:
        wait_until(is_ready, 30, "the server responds")
        yield address
    finally:
        process.terminate()
        process.wait(10)

"""The tests' own housekeeping: they leave nothing behind, and do not pass by being left out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lab.engine import docker
from lab.machine import run
from lab.stacks import needs_engine

TESTS = Path(__file__).parents[1]
NEEDS_ENGINE = "from lab.stacks import needs_engine\n\n@needs_engine\ndef test_it():\n    pass\n"
# Everything that Compose makes is there when the second service's port turns out to be taken.
START_THAT_FAILS = """
import socket
from pathlib import Path
from lab.engine import LABEL, docker
from lab.stacks import DevelopmentStack, needs_engine

COMPOSE = '''
services:
  db: {image: nginx:1.30, volumes: [data:/data, /anonymous]}
  web: {build: ., depends_on: [db], ports: ["127.0.0.1:${WEB_PORT}:80"]}
volumes: {data: }
'''

@needs_engine
def test_it(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "Dockerfile").write_text("FROM nginx:1.30")
    (project / "docker-compose.yml").write_text(COMPOSE)
    Path("label").write_text(LABEL)
    docker("network", "create", f"--label={LABEL}", f"{LABEL}-alone")
    docker("run", "--detach", f"--label={LABEL}", f"--network={LABEL}-alone", "nginx:1.30")
    with socket.create_server(("127.0.0.1", 0)) as program:
        stack = DevelopmentStack(project)
        stack.up(WEB_PORT=str(program.getsockname()[1]))
"""


def run_pytest(folder: Path, test: str, **environment: str) -> tuple[int, str]:
    """Run pytest on one test with these tests' conftest.py; return its status and output."""
    (folder / "test_it.py").write_text(test)
    done = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider"),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("required", "status", "words"),
    [("", 0, "1 test skipped: no Docker engine responds"), ("1", 1, "1 error")],
    ids=["optional", "required"],
)
def test_without_an_engine_a_test_is_left_out_or_fails(
    tmp_path: Path, required: str, status: int, words: str
) -> None:
    nowhere = {"DOCKER_HOST": "unix:///nonexistent.sock", "REQUIRE_CONTAINERS": required}
    found, output = run_pytest(tmp_path, NEEDS_ENGINE, **nowhere)
    assert found == status, output
    assert words in output
    assert "no Docker engine responds on this machine" in output


@pytest.mark.slow
@needs_engine
def test_a_start_that_fails_leaves_nothing(tmp_path: Path) -> None:
    status, output = run_pytest(tmp_path, START_THAT_FAILS)
    assert status == 1, output
    assert "already in use" in output
    label = (tmp_path / "label").read_text()
    left = [
        docker("container", "ls", "--all", "--format={{.Names}} {{.Labels}}"),
        docker("network", "ls", "--format={{.Name}} {{.Labels}}"),
        docker("volume", "ls", "--format={{.Name}} {{.Labels}}"),
        docker("image", "ls", "--quiet", f"--filter=label={label}"),
    ]
    assert [line for text in left[:3] for line in text.splitlines() if label in line] == []
    assert left[3] == ""

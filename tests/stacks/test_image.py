"""The production image: what it holds, what it must not hold, and how it runs.

Built from a folder as teams have it, with secrets lying about in it, for two projects that differ
in every option.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab.engine import LABEL, docker
from lab.machine import wait_until
from lab.rendering import OPPOSITES, Choice, grouped, name_of, render
from lab.stacks import HARDENED, build_image, needs_engine

pytestmark = [pytest.mark.slow, needs_engine]

BASE = "python:3.14-slim"
# Bytes on top of the base image
LIMIT, LIMIT_WITH_S3 = 110_000_000, 140_000_000
# Files of a team's that hold secrets; .env and .env.prod are there anyway.
SECRET_FILES = (
    *(".env.prod.bak", "prod.env", "config/.env", "key.pem", "deploy/host.pem", "accounts/ssh.key"),
    *(".git/config", ".github/note", "db.sqlite3", "db.sqlite3-wal", "media/passport.png"),
    *(".venv/pyvenv.cfg", "docs/host.md"),
)
TOOLS = ("gcc", "cc", "g++", "c++", "clang", "make", "ld", "as", "uv", "pkg-config")
CACHES = re.compile(r"(var/lib/apt/lists|var/cache/apt|(root|home/[^/]+|tmp)/.*cache)/|\.deb$")
TESTS = re.compile(r"(^|/)(tests|conftest\.py|factories\.py|test_[^/]*\.py)($|/)")


@dataclass
class Built:
    """An image, and the files of each layer that the Dockerfile has added to its base."""

    name: str
    options: dict
    project: Path
    sentinel: str
    layers: list[dict[str, int]] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        return [path for layer in self.layers for path in layer]

    @property
    def config(self) -> dict:
        return json.loads(docker("image", "inspect", self.name))[0]["Config"]

    def run(self, *command: str) -> str:
        """Run a command in the image, as hardened as Compose runs it."""
        return docker("run", "--rm", f"--label={LABEL}", *HARDENED, self.name, *command)


def plant(project: Path, sentinel: str) -> None:
    """Put the sentinel where a team keeps secrets."""
    for name in (".env", ".env.prod"):
        text = (project / name).read_text()
        text = re.sub(r"^(\w*(?:KEY|PASSWORD|ID))=.*$", rf"\1={sentinel}", text, flags=re.M)
        assert text.count(sentinel) >= 2
        (project / name).write_text(text)
    for name in SECRET_FILES:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(sentinel)


def read_layers(built: Built) -> None:
    """Fill in the layers and the leaks from what `docker save` gives."""
    base = json.loads(docker("image", "inspect", BASE))[0]["RootFS"]["Layers"]
    sentinel = built.sentinel.encode()
    saving = subprocess.Popen(["docker", "save", built.name], stdout=subprocess.PIPE)
    contents = {}
    with tarfile.open(fileobj=saving.stdout, mode="r|") as saved:
        for member in saved:
            if member.isfile():
                contents[member.name] = saved.extractfile(member).read()
    assert saving.wait() == 0
    names = json.loads(contents["manifest.json"])[0]["Layers"]
    for name, content in contents.items():
        if name not in names and sentinel in content:
            built.leaks.append(name)
    for number, name in enumerate(names):
        files = {}
        with tarfile.open(fileobj=io.BytesIO(contents[name])) as layer:
            for member in layer:
                if not member.isdir():
                    files[member.name] = member.size
                if member.isfile() and sentinel in layer.extractfile(member).read():
                    built.leaks.append(member.name)
        if number >= len(base):
            built.layers.append(files)


@pytest.fixture(scope="module", params=grouped("image", OPPOSITES))
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    choice: Choice = request.param
    project = tmp_path_factory.mktemp("image") / "project"
    shutil.copytree(render(choice), project)
    sentinel = f"sentinel{uuid.uuid4().hex}"
    plant(project, sentinel)
    built = Built(build_image(project, "abc123")[0], dict(choice), project, sentinel)
    read_layers(built)
    return built


def test_it_adds_little_to_its_base(image: Built) -> None:
    added = sum(size for layer in image.layers for size in layer.values())
    limit = LIMIT_WITH_S3 if image.options["media_storage"] == "s3" else LIMIT
    assert 10_000_000 < added <= limit


def test_no_file_of_any_layer_holds_a_secret(image: Built) -> None:
    assert image.leaks == []


def test_its_history_holds_no_secret(image: Built) -> None:
    history = docker("history", "--no-trunc", image.name)
    assert "gunicorn" in history
    assert image.sentinel not in history


def test_no_layer_holds_env_files_tests_or_caches(image: Built) -> None:
    own = [f for f in image.files if f.startswith(("app/", "opt/"))]
    assert "app/manage.py" in own
    assert [f for f in own if f.startswith("app/") and Path(f).name.startswith(".")] == []
    assert [f for f in own if TESTS.search(f)] == []
    sizes = [each for layer in image.layers for each in layer.items()]
    # apt leaves an empty lock behind.
    assert [path for path, size in sizes if size and CACHES.search(path)] == []


def test_it_has_neither_compiler_nor_build_tool(image: Built) -> None:
    found = image.run("sh", "-c", f"for tool in {' '.join(TOOLS)}; do command -v $tool; done; true")
    assert found.split() == []


def test_its_static_files_have_hashed_names(image: Built) -> None:
    manifest = json.loads(image.run("cat", "/app/staticfiles/staticfiles.json"))
    hashed = manifest["paths"]["admin/css/base.css"]
    assert re.fullmatch(r"admin/css/base\.[0-9a-f]{12}\.css", hashed)
    assert f"app/staticfiles/{hashed}" in image.files


def test_it_runs_as_a_user_without_rights(image: Built) -> None:
    assert image.run("id", "-u").strip() != "0"
    status = image.run("cat", "/proc/self/status")
    assert re.search(r"^CapEff:\s*0+$", status, flags=re.M)
    assert re.search(r"^NoNewPrivs:\s*1$", status, flags=re.M)


def test_nothing_of_the_application_is_its_own_to_change(image: Built) -> None:
    writable = image.run("find", "/app", "/opt/venv", "-writable", "-not", "-type", "l")
    # On a read-only root file system find calls nothing writable: its owner counts.
    owned = image.run("find", "/app", "/opt/venv", "-user", "app")
    assert set((writable + owned).split()) <= {"/app/media"}


def test_it_knows_its_release_and_how_healthy_it_is(image: Built) -> None:
    assert "RELEASE=abc123" in image.config["Env"]
    assert image.config["Healthcheck"]["Test"][0] == "CMD"


def test_gunicorn_is_process_1_and_ends_by_itself_when_told_to(image: Built) -> None:
    values = {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_HOST": "localhost",
        "DATABASE_NAME": "x",
        "DATABASE_USER": "x",
        "DATABASE_PASSWORD": "x",
        "REDIS_URL": "redis://localhost",
        "AWS_STORAGE_BUCKET_NAME": "x",
        "AWS_S3_REGION_NAME": "us-east-1",
    }
    environment = [f"--env={key}={value}" for key, value in values.items()]
    container = docker(
        "run", "--detach", f"--label={LABEL}", *HARDENED, *environment, image.name
    ).strip()
    try:
        live = "from urllib.request import urlopen as get;get('http://localhost:8000/health/live/')"
        answers = ("exec", container, "python", "-c", live)
        wait_until(lambda: "Error" not in docker(*answers, check=False), 20, "it answers")
        command = docker("exec", container, "cat", "/proc/1/cmdline").split("\0")
        assert "/opt/venv/bin/gunicorn" in command
        assert image.config["Cmd"][0] == "gunicorn"
        started = time.monotonic()
        docker("stop", "--timeout=35", container)
        assert time.monotonic() - started < 10
        state = json.loads(docker("inspect", container))[0]["State"]
        assert state["ExitCode"] == 0
    finally:
        docker("rm", "--force", container, check=False)


def test_a_change_of_code_makes_only_the_layers_with_the_code_anew(image: Built) -> None:
    with (image.project / "config" / "urls.py").open("a") as file:
        file.write(f"# {uuid.uuid4().hex}\n")
    _, output = build_image(image.project, release=uuid.uuid4().hex)
    cached = set(re.findall(r"^#(\d+) CACHED", output, flags=re.M))
    steps = re.findall(r"^#(\d+) \[\w+ \d/\d\] (COPY|RUN|WORKDIR)(.*)$", output, flags=re.M)
    # A step whose output is interrupted by another one's is printed again.
    steps = list(dict.fromkeys(steps))
    anew = [f"{instruction}{rest}" for n, instruction, rest in steps if n not in cached]
    assert len(steps) > len(anew) == 3, anew
    assert anew[0] == "COPY . ."
    assert "collectstatic" in anew[1]
    assert anew[2] == "COPY --from=collector /app /app"


@pytest.mark.parametrize("choice", OPPOSITES, ids=name_of)
def test_nothing_in_the_dockerfile_is_tied_to_an_architecture(choice: Choice) -> None:
    instructions = re.sub(r"^\s*#.*$", "", (render(choice) / "Dockerfile").read_text(), flags=re.M)
    assert "FROM python" in instructions
    assert not re.search(r"--platform|amd64|arm64|x86_64|aarch64|@sha256:", instructions)


def test_a_leak_would_be_found(tmp_path: Path) -> None:
    """A secret that a later layer removes again is still in the image."""
    (tmp_path / "Dockerfile").write_text(
        f"FROM {BASE} AS prod\nARG RELEASE\nRUN echo hidden-$RELEASE >/note\nRUN rm /note\n"
    )
    sentinel = f"sentinel{os.urandom(8).hex()}"
    name, _ = build_image(tmp_path, release=sentinel)
    built = Built(name, {}, tmp_path, f"hidden-{sentinel}")
    read_layers(built)
    assert built.leaks == ["note"]

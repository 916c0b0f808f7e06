"""nginx alone, with servers in place of the application that fail in every way."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.engine import LABEL, docker
from lab.machine import wait_until
from lab.nginx import configured
from lab.rendering import choice_with, render
from lab.stacks import needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("nginx-config")]

STATUSES = (403, 404, 429, 500, 502, 503, 504)
RESPONSES = "".join(f"location = /{status} {{ return {status}; }}\n" for status in STATUSES)
# The application's two replicas: they hang up, or respond with a status.
REPLICAS = (
    """
server {
    listen 127.0.0.1:9001;
    listen 127.0.0.1:9002;
    access_log off;
    location / { return 200 "the application"; }
    location = /hangs-up { return 444; }
"""
    + RESPONSES
    + "}\n"
)
START = """
mkdir -p /srv/static /srv/media
echo secret >/srv/secret
echo file | tee /srv/static/file >/srv/media/file
exec nginx -c /srv/nginx/blue-manual-1/nginx.conf -g 'daemon off;'
"""


class Nginx:
    def __init__(self, folder: Path, source: Path) -> None:
        candidate = configured(choice_with(), folder, source=source, ALLOWED_HOSTS="127.0.0.1")
        with (candidate / "servers.conf").open("a") as file:
            file.write(REPLICAS)
        main = candidate / "nginx.conf"
        servers = "".join(f"server 127.0.0.1:{port} max_fails=0;\n" for port in (9001, 9002))
        text, found = re.subn(
            r"server web-blue:8000 resolve;.*?backup;", servers, main.read_text(), flags=re.S
        )
        assert found == 1
        main.write_text(text)
        self.container = docker(
            *("run", "--detach", f"--label={LABEL}", "--network=none"),
            *(f"--volume={folder}:/srv/nginx", "nginx:1.30"),
            *("bash", "-c", START),
        ).strip()
        wait_until(lambda: "the application" in self.ask("/"), 20, "nginx responds")

    def ask(self, path: str, *options: str) -> str:
        """Return the response to a request for exactly this path, its headers included."""
        command = ("curl", "-si", "--path-as-is", *options, f"http://127.0.0.1{path}")
        return docker("exec", self.container, *command, check=False)

    def replicas_asked(self, path: str, method: str) -> list[str]:
        """Send a request; return the replicas that have got it."""
        given = str(uuid.uuid4())
        self.ask(path, f"--request={method}", f"--header=X-Request-ID: {given}")

        def logged() -> list[str]:
            lines = docker("logs", self.container).splitlines()
            return [line for line in lines if given in line]

        (line,) = wait_until(logged, 10, f"{given} in the log")
        return json.loads(line)["upstream"].split(", ")


@contextmanager
def nginx_with(folder: Path, old: str = "", new: str = "") -> Iterator[Nginx]:
    """Run nginx with the project's configuration, in whose locations one text is replaced."""
    configuration = Path(shutil.copytree(render() / "deploy/nginx", folder / "nginx"))
    locations = configuration / "locations.conf"
    text = locations.read_text()
    assert old in text
    locations.write_text(text.replace(old, new))
    started = Nginx(folder / "volume", configuration)
    try:
        yield started
    finally:
        docker("rm", "--force", "--volumes", started.container)


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with nginx_with(tmp_path_factory.mktemp("nginx")) as started:
        yield started


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_changes_something_is_sent_once_whatever_happens(nginx: Nginx, method: str) -> None:
    for path in ("/hangs-up", *(f"/{status}" for status in STATUSES)):
        assert len(nginx.replicas_asked(path, method)) == 1, path


def test_what_reads_is_sent_to_another_replica_if_one_hangs_up(nginx: Nginx) -> None:
    assert {"127.0.0.1:9001", "127.0.0.1:9002"} <= set(nginx.replicas_asked("/hangs-up", "GET"))


def test_a_response_is_final_whatever_its_status(nginx: Nginx) -> None:
    for status in STATUSES:
        assert len(nginx.replicas_asked(f"/{status}", "GET")) == 1, status


def test_nginx_does_not_name_its_version(nginx: Nginx) -> None:
    for path in ("/", "/static/file", "/static/nothing", "/hangs-up"):
        assert "\nServer: nginx\n" in nginx.ask(path), path


@pytest.mark.parametrize("folder", ["static", "media"])
@pytest.mark.parametrize(
    "way", ["{}/../secret", "{}/%2e%2e/secret", "{}/..%2fsecret", "{}../secret", "{}..%2fsecret"]
)
def test_no_path_leads_out_of_a_folder_of_files(nginx: Nginx, folder: str, way: str) -> None:
    assert nginx.ask(f"/{folder}/file").endswith("file\n")
    assert nginx.ask("/" + way.format(folder)).endswith("the application")


def test_a_path_that_leads_out_of_a_folder_is_noticed(tmp_path: Path) -> None:
    right = "location /static/ {\n    root /srv;"
    wrong = "location /static {\n    alias /srv/static/;"
    with nginx_with(tmp_path, right, wrong) as started:
        assert started.ask("/static../secret").endswith("secret\n")

"""The Compose files as Compose reads them, once per distinct content; no engine is needed."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.engine import docker
from lab.rendering import distinct, name_of, render, rendered_root

pytestmark = pytest.mark.skipif(
    not shutil.which("docker"),
    reason="no docker command on this machine, so the Compose files were not read",
)

DEVELOPMENT, PRODUCTION = "docker-compose.yml", "docker-compose.prod.yml"
# They run to their end.
ONCE = {"prepare", "switch"}
APPLICATION = {"prepare", "web-blue", "web-green"}
# Let's Encrypt's clients are to be recent.
UNPINNED = {"certbot/certbot:latest"}


def compose_config(folder: Path, name: str, **environment: str) -> dict:
    environment |= {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    command = ("compose", "--file", name, "--profile=*", "config", "--format=json")
    output = docker(*command, cwd=folder, env=environment)
    # No warning either
    assert output.startswith("{"), output
    return json.loads(output)


@functools.cache
def read(name: str, **environment: str) -> dict[str, dict[str, dict]]:
    """Return the services of each distinct file, under the choice that it is rendered for."""
    found = {}
    for choice in distinct(name):
        folder = Path(tempfile.mkdtemp(dir=rendered_root()))
        shutil.copy(render(choice) / name, folder)
        shutil.copy(render(choice) / ".env.prod", folder / ".env")
        found[name_of(choice)] = compose_config(folder, name, **environment)["services"]
    assert len(found) > 1
    return found


def each(name: str, **environment: str) -> Iterator[tuple[str, str, dict]]:
    for choice, services in read(name, **environment).items():
        for service, settings in services.items():
            yield f"{choice}: {service}", service, settings


def published(settings: dict) -> list[tuple[str, str, int]]:
    """Return the service's ports: the address, there the port, and the one in the container."""
    ports = settings.get("ports", [])
    return [(port.get("host_ip", ""), port["published"], port["target"]) for port in ports]


@pytest.mark.parametrize("name", [DEVELOPMENT, PRODUCTION])
def test_compose_accepts_every_file(name: str) -> None:
    assert read(name)


def test_compose_refuses_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / DEVELOPMENT).write_text("services: {web: {image: a, depends_on: [none]}}")
    with pytest.raises(AssertionError, match="undefined service"):
        compose_config(tmp_path, DEVELOPMENT)


@pytest.mark.parametrize("name", [DEVELOPMENT, PRODUCTION])
def test_every_image_is_pinned(name: str) -> None:
    images = {settings["image"] for _, _, settings in each(name) if "build" not in settings}
    assert len(images) >= 3
    assert [image for image in images - UNPINNED if not re.search(r":\d[\w.-]*$", image)] == []


@pytest.mark.parametrize("name", [DEVELOPMENT, PRODUCTION])
def test_a_service_waits_until_what_it_needs_is_healthy_or_done(name: str) -> None:
    for choice, services in read(name).items():
        for service, settings in services.items():
            for needed, how in settings.get("depends_on", {}).items():
                done = needed in ONCE
                wanted = "service_completed_successfully" if done else "service_healthy"
                assert how["condition"] == wanted, f"{choice}: {service} needs {needed}"
                # The application's health check is in its image.
                known = {"build", "healthcheck"} & services[needed].keys()
                assert done or known, f"{choice}: {needed} has no health check"


def test_the_application_waits_for_its_database_and_cache() -> None:
    for choice, services in read(DEVELOPMENT).items():
        assert services["web"]["depends_on"].keys() == services.keys() - {"web"}, choice
    for choice, services in read(PRODUCTION).items():
        assert services["web-blue"]["depends_on"].keys() == {"prepare"}, choice
        cache = services.keys() & {"redis"}
        assert services["prepare"].get("depends_on", {}).keys() == cache, choice


# Development


@pytest.mark.parametrize(
    "environment",
    [{}, {"WEB_PORT": "9000", "DATABASE_PORT": "9001"}],
    ids=["default ports", "moved ports"],
)
def test_development_is_published_on_loopback_only(environment: dict[str, str]) -> None:
    for name, service, settings in each(DEVELOPMENT, **environment):
        ports = published(settings)
        moved = {"web": environment.get("WEB_PORT"), "db": environment.get("DATABASE_PORT")}
        assert len(ports) == (service in moved), name
        for address, port, _ in ports:
            assert address == "127.0.0.1", name
            assert port == (moved[service] or port), name


# Production


def test_only_nginx_is_published() -> None:
    for name, service, settings in each(PRODUCTION):
        wanted = [("", "80", 80), ("", "443", 443)] if service == "nginx" else []
        assert published(settings) == wanted, name


def test_no_service_has_rights_that_it_does_not_need() -> None:
    for name, service, settings in each(PRODUCTION):
        assert settings["cap_drop"] == ["ALL"], name
        assert settings["security_opt"] == ["no-new-privileges:true"], name
        assert bool(settings.get("cap_add")) == (service in ("nginx", "switch")), name
        assert not {"privileged", "ipc", "devices"} & settings.keys(), name
        assert settings.get("pid", "service:nginx") == "service:nginx", name
        assert ("pid" in settings) == (service == "switch"), name
        # The image's user, who is not root
        assert settings.get("user") == ("redis" if service == "redis" else None), name
        assert settings.get("read_only", False) == (service in APPLICATION), name


def test_no_container_mounts_the_source_or_docker_s_socket() -> None:
    for name, _, settings in each(PRODUCTION):
        kinds = {volume["type"] for volume in settings.get("volumes", [])}
        assert kinds <= {"volume"}, name


def test_every_service_has_a_bounded_log_and_is_restarted() -> None:
    for name, service, settings in each(PRODUCTION):
        assert {"max-size", "max-file"} <= settings["logging"]["options"].keys(), name
        assert settings["restart"] == ("no" if service in ONCE else "unless-stopped"), name

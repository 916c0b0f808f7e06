"""nginx's configuration, once per distinct content, under every tool, and at work."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import pytest

from lab.engine import LABEL
from lab.machine import run, tool
from lab.rendering import COMBINATIONS, Choice, distinct, name_of, render
from lab.stacks import needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("nginx-config")]

IMAGE = "nginx:1.30"
DOMAINS = ["", "api.example.com"]


def start(folder: Path, command: str, **environment: str) -> tuple[int, str]:
    """Run a command where nginx's container would run start.sh."""
    done = run(
        *("docker", "run", "--rm", f"--label={LABEL}", "--network=none"),
        f"--volume={folder}:/templates:ro",
        *(f"--env={key}={value}" for key, value in environment.items()),
        *(IMAGE, "bash", "-c", command),
        timeout=60,
    )
    return done.returncode, done.stdout


# start.sh goes on with nginx in the foreground; here it is told to test the configuration instead.
TEST = """
mkdir -p /etc/nginx/live
sed 's/^  exec nginx .*/  nginx -t \\&\\& exec nginx -T/; s/^  follow_changes &$//' \
    /templates/start.sh >/tmp/start.sh
sed -i 's|^TEMPLATES=.*|TEMPLATES=/templates|' /tmp/start.sh
bash /tmp/start.sh
"""


def checked(folder: Path, domain: str = "", hosts: str = "203.0.113.10") -> str:
    """Return all of nginx's configuration, as nginx has read it; fail with what it dislikes."""
    status, output = start(folder, TEST, DOMAIN_NAME=domain, ALLOWED_HOSTS=hosts)
    assert status == 0, output
    assert "[warn]" not in output, output
    return output


def gixy(configuration: str, folder: Path) -> tuple[int, str]:
    """Run gixy-ng over what `nginx -T` has printed."""
    file = folder / "nginx.conf"
    file.write_text(configuration[configuration.index("# configuration file ") :])
    done = run(tool("gixy"), file, timeout=120)
    return done.returncode, done.stdout


@functools.cache
def nginx_choices() -> list[Choice]:
    return distinct("deploy/nginx")


@pytest.mark.parametrize("domain", DOMAINS, ids=["http", "https"])
def test_nginx_and_gixy_find_nothing_in_any_configuration(tmp_path: Path, domain: str) -> None:
    assert len(nginx_choices()) > 1
    for choice in nginx_choices():
        configuration = checked(render(choice) / "deploy" / "nginx", domain)
        status, output = gixy(configuration, tmp_path)
        assert status == 0, f"{name_of(choice)}\n{output}"


def broken(tmp_path: Path, old: str, new: str) -> Path:
    folder = shutil.copytree(render(nginx_choices()[0]) / "deploy" / "nginx", tmp_path / "broken")
    file = folder / "http.conf.template"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return folder


def test_nginx_refuses_a_broken_configuration(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="unknown directive"):
        checked(broken(tmp_path, "return 444;", "retrun 444;"))


def test_gixy_refuses_a_dangerous_configuration(tmp_path: Path) -> None:
    folder = broken(tmp_path, "return 444;", "add_header X-Path $uri; return 302 http://$host$uri;")
    status, output = gixy(checked(folder), tmp_path)
    assert status != 0
    assert "http_splitting" in output


# ALLOWED_HOSTS and DOMAIN_NAME


@pytest.mark.parametrize(
    ("hosts", "names"),
    [
        ("203.0.113.10", "203.0.113.10"),
        ("api.example.com,203.0.113.10", "api.example.com 203.0.113.10"),
        (" a.example.com , b.example.com,", "a.example.com b.example.com"),
        (".example.com", ".example.com"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("*", "~."),
    ],
)
def test_allowed_hosts_become_server_names(hosts: str, names: str) -> None:
    folder = render(nginx_choices()[0]) / "deploy" / "nginx"
    assert f"server_name {names};" in checked(folder, hosts=hosts)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ALLOWED_HOSTS", "http://203.0.113.10"),
        ("ALLOWED_HOSTS", "203.0.113.10,api.example.com/path"),
        ("ALLOWED_HOSTS", "203.0.113.10:8000"),
        ("ALLOWED_HOSTS", "a.com;}include"),
        ("DOMAIN_NAME", "https://api.example.com"),
        ("DOMAIN_NAME", "api.example.com/"),
        ("DOMAIN_NAME", "a.com b.com"),
    ],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_no_host_is_named_in_the_log(language: str, key: str, value: str) -> None:
    choice = next(c for c in COMBINATIONS if dict(c)["docs_language"] == language)
    environment = {"ALLOWED_HOSTS": "203.0.113.10", "DOMAIN_NAME": "", key: value}
    folder = render(choice) / "deploy" / "nginx"
    status, output = start(folder, TEST, **environment)
    assert status != 0
    assert key in output
    assert value.split(",")[-1] in output
    assert "http://" in output
    assert ("write only" in output) == (language == "en")

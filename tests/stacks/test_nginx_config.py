"""nginx's configuration, once per distinct content, under every tool, and at work."""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from lab.engine import LABEL
from lab.machine import run, tool
from lab.nginx import configure, configured
from lab.rendering import COMBINATIONS, Choice, distinct, name_of, render
from lab.stacks import needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("nginx-config")]

IMAGE = "nginx:1.30"
MODES = {
    "http": {},
    "https": {"DOMAIN_NAME": "api.example.com", "ALLOWED_HOSTS": "api.example.com"},
    "behind a proxy": {
        "DOMAIN_NAME": "api.example.com",
        "ALLOWED_HOSTS": "api.example.com",
        "TRUSTED_PROXIES": "10.0.0.0/16,192.168.1.7",
    },
}


# As the rehearsal does, but with a test in place of the start.
TEST = """
cd /srv/nginx/blue-manual-1
if [ -e certificate.sh ]; then bash certificate.sh; fi
# In one stream, since two may be mixed anywhere.
exec 2>&1
nginx -t -c $PWD/nginx.conf && exec nginx -q -T -c $PWD/nginx.conf
"""


def run_nginx(folder: Path) -> tuple[int, str]:
    """Test a configuration where nginx's container would read it."""
    options = ("--rm", f"--label={LABEL}", "--network=none", f"--volume={folder}:/srv/nginx")
    done = run("docker", "run", *options, IMAGE, "bash", "-c", TEST, timeout=60)
    return done.returncode, done.stdout


def checked(choice: Choice, source: Path | None = None, **values: str) -> str:
    """Return all of nginx's configuration, as nginx has read it; fail with what it dislikes."""
    with tempfile.TemporaryDirectory() as name:
        configured(choice, Path(name), source=source, **values)
        status, output = run_nginx(Path(name))
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


@pytest.mark.parametrize("values", MODES.values(), ids=MODES)
def test_nginx_and_gixy_find_nothing_in_any_configuration(tmp_path: Path, values: dict) -> None:
    assert len(nginx_choices()) > 1
    for choice in nginx_choices():
        status, output = gixy(checked(choice, **values), tmp_path)
        assert status == 0, f"{name_of(choice)}\n{output}"


@pytest.mark.parametrize("values", MODES.values(), ids=MODES)
def test_every_value_is_filled_in(tmp_path: Path, values: dict) -> None:
    for choice in nginx_choices():
        folder = configured(choice, tmp_path, **values)
        texts = [file.read_text(encoding="utf-8") for file in folder.iterdir()]
        assert {name for text in texts for name in re.findall(r"\$\{([A-Z_]+)\}", text)} == set()


def broken(tmp_path: Path, old: str, new: str) -> Path:
    source = shutil.copytree(render(nginx_choices()[0]) / "deploy" / "nginx", tmp_path / "broken")
    file = source / "nginx.conf"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return source


def test_nginx_refuses_a_broken_configuration(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="unknown directive"):
        checked(nginx_choices()[0], broken(tmp_path, "return 444;", "retrun 444;"))


def test_gixy_refuses_a_dangerous_configuration(tmp_path: Path) -> None:
    source = broken(tmp_path, "return 444;", "add_header X-Path $uri; return 302 http://$host$uri;")
    status, output = gixy(checked(nginx_choices()[0], source), tmp_path)
    assert status != 0
    assert "http_splitting" in output


# ALLOWED_HOSTS, DOMAIN_NAME, TRUSTED_PROXIES


@pytest.mark.parametrize(
    ("hosts", "names"),
    [
        ("203.0.113.10", "203.0.113.10"),
        ("api.example.com,203.0.113.10", "api.example.com 203.0.113.10"),
        (".example.com", ".example.com"),
        ("[2001:db8::1]", "[2001:db8::1]"),
    ],
)
def test_allowed_hosts_become_server_names(hosts: str, names: str) -> None:
    assert f"server_name {names};" in checked(nginx_choices()[0], ALLOWED_HOSTS=hosts)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ALLOWED_HOSTS", "http://203.0.113.10"),
        ("ALLOWED_HOSTS", "203.0.113.10,api.example.com/path"),
        ("ALLOWED_HOSTS", "203.0.113.10:8000"),
        ("ALLOWED_HOSTS", "a.com;}include"),
        ("ALLOWED_HOSTS", "*"),
        ("DOMAIN_NAME", "https://api.example.com"),
        ("DOMAIN_NAME", "api.example.com/"),
        ("DOMAIN_NAME", "a.com b.com"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "10.0.0.1/16"),
        ("TRUSTED_PROXIES", "10.0.0.0/16; include /etc/passwd"),
    ],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_no_host_is_named_and_no_configuration_is_written(
    tmp_path: Path, language: str, key: str, value: str
) -> None:
    choice = next(c for c in COMBINATIONS if dict(c)["docs_language"] == language)
    done = configure(choice, tmp_path, **{key: value})
    assert done.returncode != 0
    assert key in done.stderr
    assert value.split(",")[-1] in done.stderr
    assert not list(tmp_path.iterdir())

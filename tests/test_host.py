"""The production stack on a host of its own, with an engine that restarts."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator

import pytest
from conftest import SWITCHES, render
from hosts import Host
from stacks import LABEL, docker, needs_engine, wait_until

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("host")]

CHOICE = tuple(
    {
        **{name: values[0] for name, values in SWITCHES.items()},
        "database": "postgresql",
        "use_redis": True,
    }.items()
)
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("host")
    project = shutil.copytree(render(CHOICE), folder / "project")
    image = f"{LABEL}-app:{uuid.uuid4().hex[:8]}"
    host = Host()
    try:
        docker("build", "--target=prod", f"--tag={image}", f"--label={LABEL}", str(project))
        host.start(folder / "image")
        host.put(project, image)
        # What gunicorn sees of the machine: that of a host with 1 GB.
        small = {"services": {name: {"mem_limit": "1g"} for name in ("web-blue", "web-green")}}
        host.run("sh", "-c", f"echo '{json.dumps(small)}' >/srv/small.yml")
        host.run("docker", "tag", image, "ceos-api:manual")
        host.compose("up", "--detach")
        yield host
    finally:
        host.remove()
        docker("rmi", image, check=False)


def test_the_stack_idles_within_350_mb(host: Host) -> None:
    wait_until(host.answers, 30, "the site answers")
    names = [name for name in host.running() if name != "database"]
    assert len(names) == 4, names
    used = {name: memory(host, name) for name in names}
    print({name: round(value / MEBIBYTE) for name, value in used.items()})
    assert sum(used.values()) < 350 * MEBIBYTE, used


def memory(host: Host, name: str) -> int:
    """Return the bytes that a container uses, without the page cache, as `docker stats` does."""
    stats = host.run("docker", "stats", "--no-stream", "--format={{.MemUsage}}", name)
    number, unit = float(stats.split("iB")[0].rstrip("KMG")), stats.split("iB")[0][-1]
    return int(number * 1024 ** "BKMG".index(unit))


def test_workers_follow_the_memory(host: Host) -> None:
    # 1 GB for two CPUs or more: two processes beside the first one, which only watches them.
    (name,) = (name for name in host.running() if "web-blue" in name)
    assert host.run("docker", "top", name).count("config.wsgi") == 3


@pytest.mark.parametrize("event", ["restart_engine", "reboot"])
def test_everything_that_ran_runs_again_and_nothing_else(host: Host, event: str) -> None:
    running, stopped = host.running(), host.stopped()
    assert {name.split("-")[-2] for name in stopped} == {"release", "switch"}
    getattr(host, event)()
    wait_until(host.answers, 120, "the site answers again")
    wait_until(lambda: host.running() == running, 30, f"{running} run again")
    assert host.stopped() == stopped


@pytest.mark.parametrize("event", ["restart_engine", "reboot"])
def test_green_stays_live_and_blue_stopped(host: Host, event: str) -> None:
    scale = ["--scale", "web-green=1"]
    host.compose("up", "--detach", "--no-deps", "--wait", *scale, "web-green")
    host.compose("exec", "--no-TTY", "nginx", "bash", "/etc/nginx/templates/switch.sh", "green")
    host.compose("stop", "web-blue")
    running, stopped = host.running(), host.stopped()
    assert any("web-green" in name for name in running)
    assert any("web-blue" in name for name in stopped)
    getattr(host, event)()
    wait_until(host.answers, 120, "the site answers again")
    wait_until(lambda: host.running() == running, 30, f"{running} run again")
    assert host.stopped() == stopped

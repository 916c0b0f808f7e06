"""The first push to a host that has nothing, or what an older set-up has left on it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.authorities import Authority
from lab.engine import docker, removed_afterwards
from lab.hosts import IMAGES
from lab.load import connect
from lab.machine import free_port, run, wait_until
from lab.messages import Messages
from lab.rendering import choice_with
from lab.sites import APP, Site, certbot_that_trusts
from lab.stacks import needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("first deployment")]

SESSION = choice_with(
    docs_language="en", database="postgresql", authentication="session", use_redis=True
)
DOMAIN = "api.example.com"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host without Docker, its folder srv owned by root as an older set-up has left it."""
    site = Site(choice_with(), tmp_path_factory.mktemp("bare"), with_engine=False)
    with removed_afterwards(site):
        site.shell("mkdir -p /home/ubuntu/srv/app/config && echo old >/home/ubuntu/srv/app/old.py")
        site.outcome = site.push()
        yield site


def test_a_bare_host_is_live_after_one_push(bare: Site) -> None:
    assert not bare.outcome.failed, bare.outcome.output
    assert bare.release() == bare.releases[-1]


def test_its_user_had_no_docker_and_no_group_for_it(bare: Site) -> None:
    assert bare.messages["INSTALLING_DOCKER"] in bare.outcome.output
    assert "docker" in bare.shell("id ubuntu")


def test_what_root_had_left_is_gone(bare: Site) -> None:
    assert bare.shell(f"ls -A {APP}").split().count("old.py") == 0
    assert bare.shell(f"find {APP} -user root").strip() == ""


def test_the_next_push_needs_nothing_more(bare: Site) -> None:
    bare.push_well()


def test_the_job_test_runs_the_suite_on_the_database_of_compose(bare: Site) -> None:
    runner = bare.runner("")
    project = f"{bare.name}-runner"
    try:
        outcome = runner.run("test", COMPOSE_PROJECT_NAME=project, DATABASE_PORT=str(free_port()))
        assert not outcome.failed, outcome.output[-3000:]
        assert " passed" in outcome.output
    finally:
        command = ["compose", "--project-name", project]
        docker(*command, "down", "--volumes", cwd=runner.workspace)
        # `down --rmi=local` leaves what `run --build` has built.
        docker("rmi", "--force", f"{project}-web", check=False)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A bare host with a domain, and an authority for certificates in reach."""
    folder = tmp_path_factory.mktemp("secure")
    authority = Authority(folder / "authority", "pebble.example.com")
    certbot = certbot_that_trusts(authority.folder)
    values = {
        "ALLOWED_HOSTS": DOMAIN,
        "DOMAIN_NAME": DOMAIN,
        "LETSENCRYPT_EMAIL": "ceos@example.com",
        "ACME_SERVER": "https://pebble.example.com:14000/dir",
    }
    site = Site(
        SESSION,
        folder,
        values,
        with_engine=False,
        images=(*(image for image in IMAGES if "certbot" not in image), certbot),
        names={certbot: "certbot/certbot:latest"},
        alias=DOMAIN,
    )
    try:
        with removed_afterwards(site):
            authority.start(site.name)
            site.outcome = site.push()
            yield site
    finally:
        authority.stop()
        docker("rmi", certbot, check=False)


def test_a_bare_host_with_a_domain_gets_its_certificate(secure: Site) -> None:
    assert not secure.outcome.failed, secure.outcome.output
    command = ["openssl", "s_client", "-connect", f"{secure.address}:443", "-servername", DOMAIN]

    def is_issued() -> bool:
        shown = subprocess.run(command, input="", capture_output=True, text=True).stdout
        return "Pebble" in shown

    wait_until(is_issued, 60, "the authority's certificate is served")


def test_it_answers_over_https_and_leads_there(secure: Site) -> None:
    secured = ["curl", "-ksS", "--resolve", f"{DOMAIN}:443:{secure.address}"]
    answer = subprocess.run(
        [*secured, "-i", f"https://{DOMAIN}/health/ready/"], capture_output=True, text=True
    ).stdout
    assert f"x-release: {secure.releases[-1]}" in answer.lower()
    assert "strict-transport-security" in answer.lower()
    plain = connect(secure.address, DOMAIN, None)
    plain.request("GET", "/api/docs/", headers={"Host": DOMAIN})
    response = plain.getresponse()
    assert (response.status, response.headers["Location"]) == (308, f"https://{DOMAIN}/api/docs/")


PACKAGES = {
    "ubuntu": (
        ["docker.io", "docker-buildx", "docker-compose", "docker-compose-v2"],
        ["docker.io", "docker-buildx", "docker-compose-v2"],
    ),
    "debian": (
        ["docker.io", "docker-buildx", "docker-compose", "docker-cli"],
        ["docker.io", "docker-buildx", "docker-compose", "docker-cli"],
    ),
}


@pytest.mark.parametrize(("name", "language"), [("ubuntu", "ko"), ("debian", "en")])
def test_docker_is_asked_for_by_the_distribution_s_names(
    name: str, language: str, project_copy: Callable[..., Path], tmp_path: Path
) -> None:
    available, wanted = PACKAGES[name]
    project = project_copy((("docs_language", language),))
    commands = {
        "docker": "exit 1",
        "sudo": 'while [[ "$1" == *=* ]]; do shift; done; exec "$@"',
        "apt-cache": f"for p in {' '.join(available)}; do [[ $p =~ $3 ]] && echo $p; done",
        "apt-get": f'echo "$@" >>{tmp_path}/asked; [[ "$*" != *install* ]] || echo \'E: no\'; '
        '[[ "$*" != *install* ]]',
    }
    (tmp_path / "bin").mkdir()
    for command, script in commands.items():
        (tmp_path / "bin" / command).write_text(f"#!/bin/bash\n{script}\n")
        (tmp_path / "bin" / command).chmod(0o755)
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    done = run("bash", "deploy/deploy.sh", cwd=project, env={**os.environ, "PATH": path})
    install = (tmp_path / "asked").read_text().splitlines()[-1]
    assert install.split("--no-install-recommends")[1].split() == wanted
    assert done.returncode == 1
    assert Messages(project).cause("^E: ") in done.stdout

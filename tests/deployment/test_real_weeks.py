"""What teams really do to their project and their host, while clients keep asking."""

from __future__ import annotations

import re
import shlex
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from lab.engine import removed_afterwards
from lab.load import png, under_load
from lab.machine import wait_until
from lab.rendering import at_length, choice_with
from lab.sites import APP, CLIENTS, Site, live_site
from lab.stacks import needs_engine
from lab.workflows import Outcome

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("real weeks")]

CHOICE = choice_with(docs_language="en", database="postgresql")
EXECUTE = "Execute the remote deploy.sh"
NGINX = "ceos-api-prod-nginx-1"
WRONG_NGINX = {"deploy/nginx/locations.conf": "\nlocation = /admin/login/ { return 500; }\n"}
SLOW_PAGE = {
    "config/urls.py": "\nimport time\n\nfrom django.http import HttpResponse\n\n\n"
    "def slow(request):\n    time.sleep(11)\n    return HttpResponse()\n\n\n"
    'urlpatterns.insert(0, path("api/docs/", slow))\n'
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with live_site(CHOICE, tmp_path_factory.mktemp("real weeks")) as site:
        yield site


def has_failed(outcome: Outcome, *words: str) -> None:
    """Check that deploy.sh is red, and that the last lines of what it printed have the words."""
    assert outcome.failed == EXECUTE, outcome.output
    end = "\n".join(outcome.outputs[EXECUTE].splitlines()[-8:])
    assert [word for word in words if word not in end] == [], end


def crash_nginx(site: Site) -> None:
    pid = site.run("docker", "inspect", "--format={{.State.Pid}}", NGINX).strip()
    site.run("kill", "-9", pid)


def test_a_refused_configuration_does_not_come_back_when_nginx_restarts(site: Site) -> None:
    before = site.release()
    with site.no_request_lost():
        with site.changed(WRONG_NGINX):
            outcome = site.push()
        has_failed(outcome, site.messages.cause("GET .* through nginx"), "/admin/login/")
    crash_nginx(site)
    wait_until(lambda: site.release() == before, 20, "nginx is back")
    with site.no_request_lost():
        site.push_well()
        code, output = site.deploy_sh("rollback")
        assert code == 0, output
        assert site.release() == before


def test_a_project_name_without_quotes_is_the_same(site: Site) -> None:
    compose = site.source / "docker-compose.prod.yml"
    text = compose.read_text()
    try:
        compose.write_text(text.replace('name: "ceos-api-prod"', "name: ceos-api-prod"))
        with site.no_request_lost():
            site.push_well()
            site.push_well()
    finally:
        compose.write_text(text)


def test_a_mistake_in_the_compose_file_is_named(site: Site) -> None:
    with site.changed({"docker-compose.prod.yml": "  nonsense: {\n"}), site.no_request_lost():
        has_failed(site.push(), site.messages.cause("yaml: "))


def test_after_the_source_was_deleted_on_the_host_a_push_goes_live(site: Site) -> None:
    with site.no_request_lost():
        site.shell(f"rm -rf {APP}")
        site.push_well()


def test_what_was_edited_on_the_host_is_deployed(site: Site) -> None:
    code, output = site.deploy_sh()
    assert (code, site.messages["ALREADY_LIVE"] in output) == (0, True), output
    site.shell(f"echo '# Edited' >>{APP}/config/urls.py", user="ubuntu")
    code, output = site.deploy_sh()
    assert (code, site.messages["ALREADY_LIVE"] in output) == (0, False), output


def test_a_script_stays_executable_on_the_host(site: Site) -> None:
    script = site.source / "tool.sh"
    script.write_text("#!/bin/sh\necho built\n")
    script.chmod(0o755)
    try:
        with site.changed({"Dockerfile": "\nRUN ./tool.sh\n"}):
            site.push_well()
        assert site.shell(f"stat -c %a {APP}/tool.sh {APP}/manage.py").split()[0] == "755"
    finally:
        script.unlink()


def test_a_page_that_takes_11_seconds_refuses_no_release(site: Site) -> None:
    with site.changed(SLOW_PAGE):
        site.push_well()
    site.push_well()


WRONG_VALUES = {
    "blank after a number": ({"WEB_REPLICAS": "1 "}, ["BAD_REPLICAS"], ["'1 '"]),
    "no number": ({"WEB_REPLICAS": "two"}, ["BAD_REPLICAS"], ["'two'"]),
    "no port": ({"DATABASE_PORT": "5432x"}, [], ["format"]),
    "no level": ({"LOG_LEVEL": "verbose"}, [], ["format"]),
    "blank in a module": (
        {"DJANGO_SETTINGS_MODULE": "config.settings.prod "},
        [],
        ["DJANGO_SETTINGS_MODULE has a wrong value"],
    ),
}


def with_values(site: Site, values: dict[str, str]) -> str:
    text = site.secrets["ENV_VARS"]
    for key, value in values.items():
        text, found = re.subn(
            rf"^{key}=.*$", lambda _, k=key, v=value: f"{k}={v}", text, flags=re.M
        )
        assert found == 1, key
    return text


@pytest.mark.parametrize(("values", "texts", "words"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_value_is_named_with_what_is_allowed(
    site: Site, values: dict[str, str], texts: list[str], words: list[str]
) -> None:
    with site.no_request_lost():
        outcome = site.push(ENV_VARS=with_values(site, values))
        has_failed(outcome, *(site.messages[text] for text in texts), *words)


def test_a_key_that_is_there_twice_is_named(site: Site) -> None:
    outcome = site.push(ENV_VARS=site.secrets["ENV_VARS"] + "\nLOG_LEVEL=DEBUG\n")
    has_failed(outcome, site.messages["ENV_REPEATED"], "LOG_LEVEL")


def test_a_byte_order_mark_is_no_mistake(site: Site) -> None:
    outcome = site.push(ENV_VARS="\ufeff" + site.secrets["ENV_VARS"])
    assert not outcome.failed, outcome.output


def test_a_source_that_another_push_has_replaced_is_not_deployed(site: Site) -> None:
    code, output = site.deploy_sh("deploy", "", "another-commit")
    assert code == 1
    assert site.messages["OTHER_SOURCE"] in output


def test_what_root_has_left_is_named_with_the_way_out(site: Site) -> None:
    site.shell(f"touch {APP}/.deploy/deploy.log && chown root {APP}/.deploy/deploy.log")
    code, output = site.deploy_sh("deploy")
    assert code == 1
    assert site.messages["NOT_YOURS"] in output
    with site.no_request_lost():
        site.push_well()


def test_root_is_told_to_deploy_as_the_owner(site: Site) -> None:
    output = site.shell(f"cd {APP} && bash deploy/deploy.sh 2>&1", check=False)
    assert site.messages["NOT_YOURS"] in output


def test_rollback_brings_back_what_was_live_when_nothing_is(site: Site) -> None:
    site.push_well()
    site.push_well()
    expected = site.served()[1]
    site.shell("docker stop $(docker ps --quiet --filter name=ceos-api-prod-web)")
    code, output = site.deploy_sh("rollback")
    assert code == 0, output
    assert site.release() == expected


def test_status_reports_an_engine_whose_crash_would_stop_the_site(site: Site) -> None:
    _, output = site.deploy_sh("status")
    assert site.messages["NO_LIVE_RESTORE"] in output


# Transfers across a switch


def slow_upload(site: Site, seconds: int, outcome: list) -> None:
    """Send the image of a post, a piece each second, over so many seconds."""
    headers = {"Authorization": f"Bearer {site.token()}"}
    draft = {"title": "Slow", "body": "upload"}
    post = requests.post(f"{site.url}/api/posts/", json=draft, headers=headers, timeout=30).json()
    path = f"/api/posts/{post['id']}/image/"
    files = {"image": ("photo.png", png(), "image/png")}
    request = requests.Request("PUT", f"{site.url}{path}", files=files, headers=headers).prepare()
    head = f"PUT {path} HTTP/1.1\r\nHost: {site.address}\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    body, size = request.body, len(request.body) // seconds + 1
    with socket.create_connection((site.address, 80), timeout=60) as connection:
        connection.sendall(head.encode() + b"\r\n")
        for start in range(0, len(body), size):
            connection.sendall(body[start : start + size])
            time.sleep(1)
        outcome.append(connection.recv(4096).split(b"\r\n")[0])


@pytest.mark.parametrize("seconds", [32, at_length(110)])
def test_an_upload_survives_a_switch(site: Site, seconds: int) -> None:
    outcome: list = []
    upload = threading.Thread(target=slow_upload, args=(site, seconds, outcome))
    before = site.shell("docker exec " + NGINX + " readlink /srv/nginx/current")
    upload.start()
    site.push_well()
    assert site.shell("docker exec " + NGINX + " readlink /srv/nginx/current") != before
    upload.join()
    assert outcome == [b"HTTP/1.1 200 OK"]


def test_a_rollback_to_code_that_cannot_use_the_database_is_refused(site: Site) -> None:
    """Stays in the source: what is applied must not be missing from later releases."""
    text = migration(
        'AlterField("post", "title", models.CharField("title", max_length=90))', SHORTER
    )
    text["posts/migrations/0002_changed.py"] += "    breaks_live_release = True\n"
    with site.no_request_lost():
        site.change(text)
        live = site.push_well()
        code, output = site.deploy_sh("rollback")
        assert code == 1
        assert site.messages["CHECKING_MIGRATIONS"] in output
        assert "posts.0002_changed" in output
        assert site.release() == live


# An engine that crashes


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host on which deploy.sh has installed the engine."""
    site = Site(CHOICE, tmp_path_factory.mktemp("bare"), with_engine=False)
    with removed_afterwards(site):
        site.push_well()
        yield site


def test_the_site_outlives_a_crash_of_the_engine(bare: Site) -> None:
    """While there is no engine, nobody resolves the name of the database's server in a container.
    So a connection that is renewed just then, as each is after a minute, is a 503, and no more.
    """
    running = bare.running()
    with under_load(bare.address, bare.wanted(), clients=CLIENTS, pause=0.25) as load:
        load.wait_for(CLIENTS)
        engine = bare.run("pidof", "dockerd").strip()
        bare.run("kill", "-9", *shlex.split(engine))
        wait_until(
            lambda: bare.run("pidof", "dockerd", check=False).strip() not in ("", engine),
            60,
            "a new engine",
        )
        bare.wait_for_engine()
    away = re.compile(r" s: 503 .*(?:The database does not answer|\"reason\": \"database\")")
    assert [failure for failure in load.failures if not away.search(failure)] == []
    with bare.no_request_lost(pause=0.25) as load:
        load.wait_for(200)
        bare.push_well()
    assert len(bare.running()) == len(running)


# Migrations meet the live release


def migration(operation: str, model: str = "") -> dict[str, str]:
    """Return a change of the posts' table, and of the model that goes with it."""
    text = (
        "from django.db import migrations, models\n\n\n"
        "class Migration(migrations.Migration):\n"
        '    dependencies = [("posts", "0001_initial")]\n'
        f"    operations = [migrations.{operation}]\n"
    )
    return {"posts/models.py": model, "posts/migrations/0002_changed.py": text}


SHORTER = '\nPost._meta.get_field("title").max_length = 90\n'
NEW_COLUMN = migration(
    'AddField("post", "pinned", models.BooleanField(default=False))',
    '\nPost.add_to_class("pinned", models.BooleanField(default=False))\n',
)
RENAMED_COLUMN = migration(
    'RenameField("post", "body", "text")',
    '\nPost._meta.get_field("body").name = "text"\n',
)


@pytest.fixture(scope="module", params=["mysql", at_length("postgresql")])
def busy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    choice = choice_with(docs_language="en", database=request.param)
    with live_site(choice, tmp_path_factory.mktemp("busy")) as site:
        yield site


def test_a_renamed_column_is_refused_before_anything_changes(busy: Site) -> None:
    before = busy.release()
    with busy.no_request_lost():
        with busy.changed(RENAMED_COLUMN):
            outcome = busy.push()
        assert outcome.failed == EXECUTE, outcome.output
        assert "would break the live release" in outcome.output
        assert "Expand and contract" in outcome.output
        assert busy.release() == before
        busy.push_well()


def test_a_client_that_keeps_a_table_locked_costs_a_deployment_and_no_request(busy: Site) -> None:
    """The deployment is red, the site goes on; without that client the next one is green."""
    read = "SELECT count(*) FROM posts_post"
    with busy.changed(NEW_COLUMN), busy.no_request_lost():
        with busy.database.transaction(read, busy.database_name):
            outcome = busy.push()
        has_failed(outcome, busy.messages.cause("Workbench, DBeaver"))


def test_a_new_column_with_a_default_loses_no_write(busy: Site) -> None:
    release = busy.release()
    with busy.no_request_lost():
        with busy.changed(NEW_COLUMN):
            busy.push_well()
            # The release before, and back again
            for _ in range(2):
                code, output = busy.deploy_sh("rollback")
                assert code == 0, output
        # An old commit, whose code lacks the migration
        outcome = busy.push(release)
        assert outcome.failed == EXECUTE, outcome.output
        assert "migrations that this code does not have" in outcome.output

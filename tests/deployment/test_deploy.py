"""Pushes to a host with a live site, while clients that never retry keep asking.

Every test brings its own release or breaks its own, so each can be run alone.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from lab.commands import run_commands
from lab.load import png
from lab.machine import wait_until
from lab.own_apps import add_app
from lab.rendering import SWITCHES, at_length, choice_with
from lab.sites import APP, DATABASE_PASSWORD, Site, live_site, make_key
from lab.stacks import needs_engine
from lab.workflows import Outcome, Runner

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("deploy")]

LANGUAGES = SWITCHES["docs_language"]
KEPT = 3
MEBIBYTE = 2**20
# What all releases together may add to what the first one takes of the host's disk.
MOST_BYTES_ADDED = 1500 * MEBIBYTE
SECONDS_LOCKED = 6
EXECUTE = "Execute the remote deploy.sh"
MIGRATION = """
from django.db import migrations, models


def stop(apps, schema_editor):
    {body}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField("user", "nickname", models.CharField(max_length=20, null=True)),
        migrations.RunPython(stop, stop),
    ]
"""
# Of each broken release what is added to its files, and the known cause that is printed.
BROKEN = {
    "image does not build": ({"Dockerfile": "\nRUN exit 3\n"}, "failed to solve"),
    "code with a syntax error": ({"config/urls.py": "\ndef\n"}, "SyntaxError"),
    "dependency missing": (
        {"config/urls.py": "\nimport nothing_of_that_name\n"},
        "ModuleNotFoundError",
    ),
    "crash at start": ({"operations/gunicorn.py": "\nraise SystemExit(3)\n"}, "exited"),
    "port never open": (
        {
            "operations/gunicorn.py": "\nimport signal, sys, time\n\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit())\ntime.sleep(600)\n"
        },
        "running (starting",
    ),
    "never ready": ({"operations/health.py": '\nCHECKS["x"] = lambda: False\n'}, "reason..?: "),
    "ready but wrong through nginx": (
        {
            "config/wsgi.py": "\nright = application\n\n"
            "def application(environ, start):\n"
            "    if environ.get('HTTP_X_FORWARDED_FOR'): raise ValueError('wrong')\n"
            "    return right(environ, start)\n"
        },
        "GET .* through nginx",
    ),
    "nginx refuses its configuration": (
        {"deploy/nginx/locations.conf": "\nnonsense on;\n"},
        "emerg",
    ),
    "disk full amid the build": (
        {"Dockerfile": "\nRUN dd if=/dev/zero of=/tmp/filler bs=1M\n"},
        "space left on device",
    ),
}
# Right in the rehearsal, wrong behind the nginx that the site's clients reach.
WRONG_ONCE_LIVE = {
    "config/wsgi.py": "\nimport socket\n\nright = application\n\n"
    "def application(environ, start):\n"
    "    if environ['REMOTE_ADDR'] == socket.gethostbyname('nginx'): raise ValueError('wrong')\n"
    "    return right(environ, start)\n"
}


def migration(body: str) -> dict[str, str]:
    """Return what adds a column, and then does something else."""
    column = "\nUser.add_to_class('nickname', models.CharField(max_length=20, null=True))\n"
    return {
        "accounts/models.py": column,
        "accounts/migrations/0002_nickname.py": MIGRATION.format(body=body),
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with live_site(choice_with(), tmp_path_factory.mktemp("deploy")) as site:
        site.used_by_one = used(site)
        # No test of a release that never gets ready has to take two minutes.
        patience = site.source / "deploy/deploy.sh"
        patience.write_text(patience.read_text().replace("_GET_READY=120", "_GET_READY=20"))
        yield site


@pytest.fixture
def language(site: Site, request: pytest.FixtureRequest) -> Iterator[str]:
    """The language that the scripts speak during a test."""
    site.speak(request.param)
    yield request.param
    site.speak(LANGUAGES[0])


def alternating(cases: Iterable) -> list[tuple]:
    """Return each case with a language, so that no case is deployed twice."""
    return list(zip(cases, itertools.cycle(LANGUAGES)))


def has_failed(outcome: Outcome, cause: str, step: str = EXECUTE) -> None:
    """Check that a step is red, and that the last lines of what it told name the cause."""
    assert outcome.failed == step, outcome.output
    assert outcome.codes[step] != 0
    assert cause in "\n".join(outcome.outputs[step].splitlines()[-15:]), outcome.output
    assert outcome.codes["Remove env file and ssh key file"] == 0


def colours_running(site: Site) -> list[str]:
    return [name for name in site.running() if re.search("web-(blue|green)", name)]


def variable(site: Site, name: str) -> str:
    """Return a variable of the live web container, as its processes have it."""
    (container,) = colours_running(site)
    print_it = f"import os; print(os.environ.get('{name}'))"
    return site.run("docker", "exec", container, "python", "-c", print_it).removesuffix("\n")


def containers(site: Site, *options: str) -> set[str]:
    return set(site.run("docker", "ps", "--quiet", *options).split())


@contextmanager
def no_container_added(site: Site) -> Iterator[None]:
    """Check that the same containers run afterwards, and that no other is left behind."""
    wait_until(lambda: len(colours_running(site)) == 1, 60, "the other colour has ended")
    running, before = containers(site), containers(site, "--all")
    yield
    assert containers(site) == running, site.run("docker", "ps", "--all")
    assert containers(site, "--all") <= before, site.run("docker", "ps", "--all")


def titles(site: Site) -> Counter:
    sql = "SELECT title FROM posts_post WHERE title LIKE 'Load %'"
    return Counter(site.database.query(sql, site.database_name).splitlines())


@pytest.mark.parametrize(("releases", "requested"), [(3, 5_000), at_length(10, 50_000)])
def test_releases_in_a_row_lose_no_request(site: Site, releases: int, requested: int) -> None:
    before = titles(site)
    times = []
    with site.no_request_lost(pause=0.25) as load:
        load.wait_for(2000)
        usual = load.percentile(0.99)
        begun = len(load.seconds)
        for _ in range(releases):
            started = time.monotonic()
            site.push_well()
            times.append(time.monotonic() - started)
        meanwhile = load.percentile(0.99, since=begun)
        load.wait_for(max(1, requested - len(load.seconds)), seconds=600)
    posts = [body["title"] for body in load.accepted]
    print(f"{len(load.seconds)} requests {load.requests}, none failed; {len(posts)} posts")
    print(f"99 % within {usual:.3f} s before, {meanwhile:.3f} s meanwhile")
    print(f"from push to drained: {min(times):.0f} to {max(times):.0f} s")
    assert len(load.seconds) >= requested
    # Each exactly once, and none that was not asked for.
    assert titles(site) - before == Counter(dict.fromkeys(posts, 1))


@pytest.mark.parametrize(("name", "language"), alternating(BROKEN), indirect=["language"])
def test_a_broken_release_leaves_the_old_one_alone_and_its_cause_is_printed(
    site: Site, name: str, language: str
) -> None:
    files, cause = BROKEN[name]
    before = site.release()
    with site.no_request_lost():
        with no_container_added(site), site.changed(files):
            outcome = site.push()
        has_failed(outcome, site.messages.cause(cause))
        assert f", {before}" in outcome.output
        assert site.release() == before


def test_a_release_that_is_wrong_once_live_is_switched_back(site: Site) -> None:
    before = site.release()
    with no_container_added(site), site.changed(WRONG_ONCE_LIVE):
        outcome = site.push()
    has_failed(outcome, site.messages.cause("GET .* through nginx"))
    assert site.messages["SWITCHING"] in outcome.output
    assert site.release() == before


def test_a_migration_that_fails_half_way_can_be_corrected(site: Site) -> None:
    before = site.release()
    with site.no_request_lost():
        with site.changed(migration("raise ValueError(1)")):
            outcome = site.push()
        has_failed(outcome, site.messages.cause("Applying"))
        assert site.release() == before
        # It stays: the database has it.
        site.change(migration("pass"))
        site.push_well()


# Of each wrong environment a variable, its value, and what is printed in any language.
WRONG = {
    "key missing": ("SECRET_KEY", None, "SECRET_KEY"),
    "hosts missing": ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS"),
    "password wrong": ("DATABASE_PASSWORD", "wrong", "DATABASE_PASSWORD"),
    "host wrong": ("DATABASE_HOST", "nowhere.example.com", "nowhere.example.com"),
    "database missing": ("DATABASE_NAME", "nothing", "nothing"),
}


@pytest.mark.parametrize(("name", "language"), alternating(WRONG), indirect=["language"])
def test_a_wrong_environment_is_reported_and_the_old_one_stays(
    site: Site, name: str, language: str
) -> None:
    key, value, cause = WRONG[name]
    before, kept = site.release(), site.shell(f"sha256sum {APP}/.env")
    wrong = "" if value is None else f"{key}={value}"
    text = re.sub(rf"^{key}=.*$", wrong, site.secrets["ENV_VARS"], flags=re.M)
    with site.no_request_lost():
        outcome = site.push(ENV_VARS=text)
        has_failed(outcome, cause)
        assert site.release() == before
        assert site.shell(f"sha256sum {APP}/.env") == kept


def test_after_a_wrong_environment_the_right_one_will_do(site: Site) -> None:
    with site.no_request_lost():
        assert site.push(ENV_VARS="SECRET_KEY=CHANGE_ME").failed
        site.push_well()


def test_the_same_commit_with_another_environment_brings_it_live(site: Site) -> None:
    release = site.push_well(site.release())
    text = re.sub(
        r"^(ALLOWED_HOSTS=.*)$", r"\1,api.example.com", site.secrets["ENV_VARS"], flags=re.M
    )
    with site.no_request_lost():
        outcome = site.push(release, ENV_VARS=f"{text}\nA_TEST={release}\n")
        assert not outcome.failed, outcome.output
        assert variable(site, "A_TEST") == release
        answer = requests.get(
            site.url + "/health/live/", headers={"Host": "api.example.com"}, timeout=30
        )
        assert answer.status_code == 200


def test_a_line_that_cannot_be_read_is_reported_by_its_number(site: Site) -> None:
    lines = site.secrets["ENV_VARS"].splitlines()
    (number,) = (n for n, line in enumerate(lines) if line.startswith("DATABASE_PASSWORD="))
    lines[number] = lines[number].replace("=", " ", 1)
    outcome = site.push(ENV_VARS="\n".join(lines))
    has_failed(outcome, f"{site.messages['ENV_UNREADABLE']} {number + 1}")


def test_an_environment_from_windows_without_an_end_arrives(site: Site) -> None:
    value = """ a 'b' "c" $HOME ${HOME} #d \\n = """
    text = site.secrets["ENV_VARS"].rstrip("\n") + f"\nA_TEST={value}\nTHE_LAST=1 $2"
    with site.no_request_lost():
        outcome = site.push(ENV_VARS=text.replace("\n", "\r\n"))
    assert not outcome.failed, outcome.output
    assert variable(site, "A_TEST") == value
    assert variable(site, "THE_LAST") == "1 $2"
    assert site.shell(f"stat -c %a {APP}/.env").strip() == "600"


def test_a_full_disk_is_reported_before_anything_is_built(site: Site) -> None:
    before = site.release()
    filler = "/var/lib/docker/filler"
    with site.no_request_lost():
        free = site.shell("df --output=avail --block-size=1M /var/lib/docker | tail -n 1")
        site.shell(f"fallocate -l {int(free) - 1000}M {filler}")
        try:
            outcome = site.push()
            has_failed(outcome, site.messages["DISK_FULL"])
            assert site.release() == before
        finally:
            site.shell(f"rm {filler}")
        site.push_well()


def test_a_full_disk_at_home_is_reported_too(site: Site) -> None:
    # As far as rsync: the folder of the source is what has no room.
    site.shell(f"mount -t tmpfs -o size=16k,uid=$(id -u ubuntu) tmpfs {APP}")
    try:
        outcome = site.push()
        has_failed(outcome, site.messages["DISK_FULL"], "Copy source via ssh key")
    finally:
        site.shell(f"umount --lazy {APP}")


def test_the_same_commit_again_restarts_nothing(site: Site) -> None:
    release = site.push_well(site.release())
    running = site.run("docker", "ps", "--no-trunc", "--quiet")
    with site.no_request_lost():
        outcome = site.push(release)
        assert site.messages["ALREADY_LIVE"] in outcome.output
    assert site.run("docker", "ps", "--no-trunc", "--quiet") == running


def test_two_pushes_at_once_end_one_after_the_other(site: Site) -> None:
    """One whose source the other replaces before its turn is refused."""
    outcomes: dict[str, Outcome] = {}
    runners = [site.runner(site.new_release()) for _ in range(2)]

    def run(runner: Runner) -> None:
        outcomes[runner.environment["GITHUB_SHA"]] = runner.run("deploy")

    threads = [threading.Thread(target=run, args=[runner]) for runner in runners]
    with site.no_request_lost():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not outcomes[site.release()].failed
    refused = [outcome.output for outcome in outcomes.values() if outcome.failed]
    assert all(site.messages["OTHER_SOURCE"] in output for output in refused), refused


def another_deployment(site: Site, at_its_end: str) -> subprocess.Popen:
    """Keep the lock for some seconds, then run a command that may fail."""
    lock = f"{APP}/.deploy/lock"
    held = ["flock", lock, "sh", "-c", f"sleep {SECONDS_LOCKED}; {at_its_end}"]
    holder = subprocess.Popen(["docker", "exec", site.name, *held])
    wait_until(lambda: "held" in site.shell(f"flock -n {lock} true || echo held"), 5, "held")
    return holder


def test_deploy_sh_waits_for_another_deployment(site: Site) -> None:
    holder = another_deployment(site, "true")
    code, output = site.deploy_sh()
    assert (code, holder.wait()) == (0, 0), output
    assert site.messages["WAITING"] in output
    begun = re.search(rf"\[ *(\d+) s\] {site.messages['CHECKING_HOST']}", output)
    assert int(begun[1]) >= SECONDS_LOCKED - 2, output


def test_a_push_waits_before_it_copies_the_source(site: Site) -> None:
    file = f"{APP}/gone_from_the_source"
    site.shell(f"touch {file}", user="ubuntu")
    holder = another_deployment(site, f"test -e {file}")
    outcome = site.push(site.release())
    assert (outcome.failed, holder.wait()) == ("", 0), outcome.output
    assert site.messages["WAITING"] in outcome.outputs["Copy source via ssh key"]
    assert "gone_from_the_source" not in site.shell(f"ls {APP}")


def two_releases(site: Site) -> tuple[str, str]:
    """Return the release before and the live one; push what is missing."""
    while len(served := site.served()) < 2:
        site.push_well()
    return served[1], served[0]


def test_rollback_goes_back_and_once_more_forth(site: Site) -> None:
    first, second = two_releases(site)
    with site.no_request_lost():
        for wanted in (first, second):
            code, output = site.deploy_sh("rollback")
            assert code == 0, output
            assert site.release() == wanted
        wait_until(lambda: len(colours_running(site)) == 1, 60, "the other colour has ended")


def test_rollback_works_after_a_broken_release_too(site: Site) -> None:
    first, second = two_releases(site)
    with site.no_request_lost():
        with site.changed(BROKEN["nginx refuses its configuration"][0]):
            assert site.push().failed
            assert site.release() == second
            code, output = site.deploy_sh("rollback")
        assert code == 0, output
        assert site.release() == first


@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
def test_without_an_earlier_release_rollback_reports_it(site: Site, language: str) -> None:
    two_releases(site)
    rename = 'for file in blue-*/{0} green-*/{0}; do [ ! -e "$file" ] || mv "$file" "{1}"; done'
    site.in_nginx(rename.format("served", "$file.kept") + "; touch $(readlink current)/served")
    try:
        code, output = site.deploy_sh("rollback")
    finally:
        site.in_nginx(rename.format("served.kept", "${file%.kept}"))
    assert code == 1
    assert site.messages["NO_ROLLBACK"] in output


def test_preflight_brings_nothing_live(site: Site) -> None:
    before = site.release()
    code, output = site.deploy_sh("preflight")
    assert code == 0, output
    assert site.release() == before


@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
def test_status_prints_what_is_live(site: Site, language: str) -> None:
    code, output = site.deploy_sh("status")
    assert code == 0
    assert re.search(f"{site.messages['LIVE_NOW']} web-.*, {site.release()}", output)


def test_logs_prints_a_container_s_log(site: Site) -> None:
    code, output = site.deploy_sh("logs", "nginx")
    assert code == 0
    assert "/health/ready/" in output


@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
def test_an_unknown_command_prints_the_help(site: Site, language: str) -> None:
    code, output = site.deploy_sh("rolback")
    assert code == 2
    assert output.strip() == site.messages["HELP"]


def by_hand(site: Site, command: str) -> None:
    """Run the taught command on the host; a password with `$` is more than it can take."""
    values = f"COMPOSE_DISABLE_ENV_FILE=1 ALLOWED_HOSTS={site.address}"
    site.shell(f"cd {APP} && {values} docker compose -f docker-compose.prod.yml {command}")


def test_a_site_that_was_taken_down_comes_up_again(site: Site) -> None:
    by_hand(site, "--profile green down")
    site.push_well()


def test_a_site_that_was_started_by_hand_is_taken_over(site: Site) -> None:
    by_hand(site, "--profile green down")
    assert site.release() == ""
    by_hand(site, "up --build -d")
    assert site.release() == "manual"
    with site.no_request_lost():
        site.push_well()


# The way to the host


def test_a_key_from_windows_and_a_host_with_blanks_will_do(site: Site) -> None:
    secrets = {"KEY": site.secrets["KEY"].strip().replace("\n", "\r\n")}
    outcome = site.push(site.release(), HOST=f" {site.address}\n", **secrets)
    assert not outcome.failed, outcome.output


@pytest.mark.parametrize(
    ("host", "cause", "language"),
    [("{}", "HOST IDENTIFICATION HAS CHANGED", "ko"), ("192.0.2.1", "host key is known", "en")],
    indirect=["language"],
    ids=["another key+ko", "a key of another host+en"],
)
def test_a_host_key_that_was_not_confirmed_stops_the_workflow_before_the_login(
    site: Site, tmp_path: Path, host: str, cause: str, language: str
) -> None:
    make_key(tmp_path / "other")
    public = (tmp_path / "other.pub").read_text()
    state = f"find {APP} -printf '%p %C@\\n' | sort"
    before = site.shell(state)
    outcome = site.push(KNOWN_HOSTS=f"{host.format(site.address)} {public}")
    has_failed(outcome, site.messages.ssh_cause(cause), "Create remote directory")
    assert EXECUTE not in outcome.codes
    assert site.shell(state) == before


def test_a_key_that_nobody_let_in_is_reported(site: Site, tmp_path: Path) -> None:
    outcome = site.push(KEY=make_key(tmp_path / "stranger"))
    has_failed(outcome, site.messages.ssh_cause("Permission denied"), "Create remote directory")


# Secrets


def secrets_of(site: Site) -> list[str]:
    key = site.secrets["KEY"].splitlines()[1]
    secret_key = re.search(r"^SECRET_KEY=(.*)$", site.secrets["ENV_VARS"], re.M)[1]
    return [secret_key, DATABASE_PASSWORD, key]


def test_secrets_are_in_no_list_of_processes(site: Site) -> None:
    processes: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    processes.add(file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        outcome = site.push()
    finally:
        done.set()
        watcher.join()
    # This machine sees the processes of the host, too, and of the containers on it.
    assert any("deploy/deploy.sh" in process for process in processes)
    for secret in secrets_of(site):
        assert secret not in outcome.output
        assert not [process for process in processes if secret in process]


def test_secrets_are_on_the_disk_in_env_only(site: Site) -> None:
    with site.changed(BROKEN["dependency missing"][0]):
        outcome = site.push()
    assert outcome.failed
    for secret in secrets_of(site)[:2]:
        assert secret not in outcome.output
        site.run("tee", "/run/secret", input=secret)
        # Docker keeps the environment of each container, for root alone.
        found = site.shell(
            "grep -rlF -f /run/secret / --exclude-dir=proc --exclude-dir=sys --exclude-dir=run "
            # The last one has the disk that is searched as /var/lib/docker.
            "--exclude-dir=containers --exclude-dir=containerd --exclude-dir=disk",
            check=False,
        )
        assert found.split() == [f"{APP}/.env"], found


# The last one, since it counts all that were before


def used(site: Site) -> int:
    return int(site.shell("df --output=used --block-size=1 /var/lib/docker | tail -n 1"))


def upload(site: Site) -> str:
    """Write a post with an image; return the image's address."""
    headers, address = {"Authorization": f"Bearer {site.token()}"}, f"{site.url}/api/posts/"
    draft = {"title": "An image", "body": "to be kept"}
    post = requests.post(address, json=draft, headers=headers, timeout=30).json()
    files = {"image": ("photo.png", png(), "image/png")}
    answer = requests.put(f"{address}{post['id']}/image/", files=files, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()["image"]


@pytest.mark.parametrize("releases", [8, at_length(20)])
def test_many_releases_leave_what_three_need(site: Site, releases: int) -> None:
    image = upload(site)
    kept = site.shell(f"sha256sum {APP}/.env")
    certificates = "docker run --rm -v ceos-api-prod_certificates:/c nginx:1.30"
    site.shell(f"{certificates} sh -c 'mkdir -p /c/live; echo kept >/c/live/witness'")
    with site.changed({"posts/removed_soon.py": "GONE = True\n"}):
        site.push_well()
    for _ in range(max(KEPT - 1, releases - len(site.releases))):
        site.push_well()

    tags = site.run("docker", "images", "--format", "{{.Tag}}", "ceos-api").split()
    added = used(site) - site.used_by_one
    print(f"{len(site.releases)} releases: {added / MEBIBYTE:.0f} MB more than one")
    assert sorted(tags) == sorted(site.releases[-KEPT:])
    assert added < MOST_BYTES_ADDED
    assert requests.get(image, timeout=30).status_code == 200
    assert site.shell(f"{certificates} cat /c/live/witness").strip() == "kept"
    assert site.shell(f"sha256sum {APP}/.env") == kept
    assert "removed_soon" not in site.shell(f"find {APP}")


def test_a_team_s_own_apps_go_live(site: Site) -> None:
    """Added by the documented steps, warnings of the system checks included."""
    for name in ("api", "daangn", "vote"):
        add_app(site.source, name)
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    assert run_commands(site.source, settings, "makemigrations").returncode == 0
    with site.no_request_lost():
        site.push_well()
    for path in ("/api/items/", "/api/vote/candidates/BE/", "/api/schema/"):
        assert requests.get(site.url + path, timeout=30).status_code == 200, path

"""Migrations while a release is live: `migrate` and `preflight` in the image, on real servers."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.engine import LABEL, docker
from lab.machine import run, wait_until
from lab.rendering import choice_with, render
from lab.stacks import (
    DATABASE_PASSWORD,
    HARDENED,
    DatabaseServer,
    build_image,
    database_server,
    needs_engine,
)

CHOICES = {
    "mysql": choice_with(database="mysql", docs_language="en"),
    "postgresql": choice_with(database="postgresql", docs_language="ko"),
}

MIGRATION = """
import datetime
import uuid

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("posts", "{after}")]
    operations = [
        {operations}
    ]
"""
NEW_COLUMNS = {
    "pinned": "models.BooleanField(default=False)",
    "series": 'models.CharField(max_length=20, default="it\'s 100%")',
    "subtitle": "models.CharField(max_length=20, blank=True)",
    "summary": 'models.TextField(default="")',
    "notes": "models.TextField(blank=True)",
    "extra": "models.JSONField(default=dict)",
    "words": "models.IntegerField(default=5)",
    "price": "models.DecimalField(max_digits=5, decimal_places=2, default=1.5)",
    "seen": "models.DateTimeField(default=timezone.now)",
    "day": "models.DateField(default=datetime.date(2026, 1, 2))",
    "length": "models.DurationField(default=datetime.timedelta(hours=1))",
    "token": "models.UUIDField(default=uuid.uuid4)",
    "data": 'models.BinaryField(default=b"ab")',
}
WIDENED = {
    "series": 'models.CharField(max_length=40, default="it\'s")',
    "words": "models.BigIntegerField(default=6)",
    "day": "models.DateField(null=True)",
}


class Release:
    """A project whose posts get further migrations, and its database with the first ones."""

    def __init__(self, kind: str, image: str, network: str, project: Path) -> None:
        self.kind, self.image, self.network, self.project = kind, image, network, project
        self.server: DatabaseServer = database_server(kind)
        self.name = f"migrations_{uuid.uuid4().hex[:8]}"
        self.server.create(self.name)
        assert self.manage("migrate").returncode == 0

    def manage(self, *command: str, **options: str) -> subprocess.CompletedProcess:
        environment = {
            "SECRET_KEY": uuid.uuid4().hex * 2,
            "ALLOWED_HOSTS": "api.example.com",
            "DATABASE_HOST": "database",
            "DATABASE_PORT": "3306" if self.kind == "mysql" else "5432",
            "DATABASE_NAME": self.name,
            "DATABASE_USER": "service",
            "DATABASE_PASSWORD": DATABASE_PASSWORD,
        }
        done = run(
            *("docker", "run", "--rm", "--interactive", f"--label={LABEL}", *HARDENED),
            *(f"--network={self.network}", f"--volume={self.project}:/app:ro"),
            *(f"--env={key}={value}" for key, value in environment.items()),
            *(self.image, "python", "manage.py", *command),
            **options,
        )
        print(done.stdout)
        return done

    def add(self, name: str, *operations: str, after: str = "0001_initial") -> Path:
        text = MIGRATION.format(after=after, operations=",\n        ".join(operations))
        file = self.project / f"posts/migrations/{name}.py"
        file.write_text(text)
        return file

    def query(self, sql: str, **options: bool) -> str:
        return self.server.query(sql, database=self.name, **options)

    def has(self, table: str, column: str) -> bool:
        return bool(self.query(f"SELECT COUNT({column}) FROM {table}", check=False))  # noqa: S608

    def insert_post(self, title: str) -> None:
        """Add a row as the release does that knows the first migration only."""
        columns = "title, body, created_at, updated_at, author_id, image"
        values = f"'{title}', '', now(), now(), id, ''"
        self.query(f"INSERT INTO posts_post ({columns}) SELECT {values} FROM accounts_user")  # noqa: S608

    @contextmanager
    def idle_reader(self) -> Iterator[None]:
        """Have a client read the posts, and leave its transaction open."""
        begin = "BEGIN; SELECT COUNT(*) FROM posts_post; SELECT {}(300)"
        client = {
            "mysql": ("mysql", "-h127.0.0.1", "-uroot", self.name, "-e", begin.format("SLEEP")),
            "postgresql": (
                *("psql", "-h127.0.0.1", "-Upostgres", self.name),
                *("-c", begin.format("pg_sleep")),
            ),
        }[self.kind]
        password = ("--env=MYSQL_PWD=root", "--env=PGPASSWORD=root")
        docker("exec", "--detach", *password, self.server.container, *client)
        wait_until(self.sleepers, 20, "the client has read the table")
        try:
            yield
        finally:
            for number in self.sleepers():
                end = "KILL {}" if self.kind == "mysql" else "SELECT pg_terminate_backend({})"
                self.query(end.format(number))

    def sleepers(self) -> list[str]:
        sql = {
            "mysql": "SELECT id FROM information_schema.processlist"
            " WHERE info LIKE 'SELECT SLEEP%'",
            "postgresql": "SELECT pid FROM pg_stat_activity"
            " WHERE query LIKE 'BEGIN%pg_sleep%' AND wait_event = 'PgSleep'",
        }[self.kind]
        return self.query(sql).split()


@pytest.fixture(scope="module", params=CHOICES)
def image(request: pytest.FixtureRequest, engine: None) -> tuple[str, str]:
    return request.param, build_image(render(CHOICES[request.param]))[0]


@pytest.fixture(scope="module")
def network(image: tuple[str, str]) -> Iterator[str]:
    name, server = f"{LABEL}-{uuid.uuid4().hex[:8]}", database_server(image[0])
    docker("network", "create", f"--label={LABEL}", name)
    docker("network", "connect", "--alias=database", name, server.container)
    yield name
    docker("network", "disconnect", "--force", name, server.container)
    docker("network", "rm", name)


@pytest.fixture(scope="module")
def migrated(image: tuple[str, str], network: str, tmp_path_factory) -> Iterator[Release]:
    kind, name = image
    project = shutil.copytree(render(CHOICES[kind]), tmp_path_factory.mktemp("made") / "project")
    made = Release(kind, name, network, project)
    yield made
    made.server.drop(made.name)


@pytest.fixture
def release(migrated: Release) -> Iterator[Release]:
    """The same database and project, without what the test before has added."""
    yield migrated
    locks = "operations/database/locks.py"
    shutil.copy(render(CHOICES[migrated.kind]) / locks, migrated.project / locks)
    folder = migrated.project / "posts/migrations"
    added = [file for file in folder.glob("0*.py") if file.name != "0001_initial.py"]
    assert migrated.manage("migrate", "posts", "0001").returncode == 0
    for file in added:
        file.unlink()
    for table in ("posts_post", "accounts_user"):
        migrated.query(f"DELETE FROM {table}")  # noqa: S608


def in_containers(function: Callable) -> Callable:
    for mark in (pytest.mark.slow, needs_engine, pytest.mark.xdist_group("migrations")):
        function = mark(function)
    return function


ADD_PINNED = 'migrations.AddField("post", "pinned", models.BooleanField(default=False))'
ADD_NOTE = 'migrations.AddField("comment", "note", models.CharField(max_length=9, default=""))'
RENAME = 'migrations.RenameField("post", "title", "headline")'


@in_containers
def test_a_table_in_use_is_changed_as_soon_as_it_is_free(release: Release) -> None:
    release.add("0002_pinned", ADD_PINNED)
    with ThreadPoolExecutor() as pool:
        with release.idle_reader():
            migrate = pool.submit(release.manage, "migrate")
            waited = []
            for _ in range(20):
                started = time.monotonic()
                release.query("SELECT COUNT(*) FROM posts_post")
                waited.append(time.monotonic() - started)
                time.sleep(0.2)
            assert not migrate.done()
        assert migrate.result().returncode == 0
    # Readers queue behind the migration for a second at most, and this machine may be slow.
    assert max(waited) < 5, waited
    assert release.has("posts_post", "pinned")


@in_containers
@pytest.mark.faults
def test_a_table_that_stays_in_use_is_left_as_it_was(release: Release) -> None:
    release.add("0002_two", ADD_NOTE, ADD_PINNED)
    limit = release.project / "operations/database/locks.py"
    limit.write_text(re.sub(r"SECONDS_IN_ALL = \d+", "SECONDS_IN_ALL = 5", limit.read_text()))
    with release.idle_reader():
        (session,) = release.sleepers()
        done = release.manage("migrate")
        assert done.returncode == 1
        assert not release.has("posts_comment", "note")
    if release.kind == "postgresql":
        assert f"pg_terminate_backend({session})" in done.stdout
    else:
        # Its user may not see the locks of others.
        assert "performance_schema.metadata_locks" in done.stdout
    assert "Traceback" not in done.stdout


@in_containers
@pytest.mark.faults
def test_who_may_see_it_is_told_which_session_it_is(release: Release) -> None:
    if release.kind == "mysql":
        release.query("GRANT SELECT ON performance_schema.* TO service")
    release.add("0002_pinned", ADD_PINNED)
    limit = release.project / "operations/database/locks.py"
    limit.write_text(re.sub(r"SECONDS_IN_ALL = \d+", "SECONDS_IN_ALL = 5", limit.read_text()))
    try:
        with release.idle_reader():
            (session,) = release.sleepers()
            assert f"{session})" in release.manage("migrate").stdout.replace(";", ")")
    finally:
        if release.kind == "mysql":
            release.query("REVOKE SELECT ON performance_schema.* FROM service")


@in_containers
@pytest.mark.faults
def test_what_takes_longer_than_a_lock_may_is_not_cut_short(release: Release) -> None:
    sleep = "SLEEP(6)" if release.kind == "mysql" else "pg_sleep(6)"
    sql = f'migrations.RunSQL("SELECT {sleep}", migrations.RunSQL.noop)'
    release.add("0002_slow", sql, ADD_PINNED)
    assert release.manage("migrate").returncode == 0


@in_containers
def test_the_live_release_adds_rows_to_a_table_with_new_columns(release: Release) -> None:
    release.query(
        "INSERT INTO accounts_user (password, is_superuser, email, email_confirmed, name, is_staff,"
        " is_active, date_joined)"
        " VALUES ('', false, 'a@example.com', false, 'a', false, true, now())"
    )
    release.insert_post("before")
    added = [f'migrations.AddField("post", "{k}", {v})' for k, v in NEW_COLUMNS.items()]
    once = 'migrations.AddField("post", "once", models.IntegerField(default=1), False)'
    release.add("0002_columns", *added, once)
    assert release.manage("migrate").returncode == 0
    release.insert_post("added")
    widened = [f'migrations.AlterField("post", "{k}", {v})' for k, v in WIDENED.items()]
    release.add("0003_wider", *widened, after="0002_columns")
    assert release.manage("migrate").returncode == 0
    if release.kind == "postgresql":
        release.insert_post("widened")
    count = "SELECT COUNT(*) FROM posts_post WHERE series = 'it''s 100%' AND length IS NOT NULL"
    assert int(release.query(count)) == 2


@in_containers
def test_text_becomes_a_number(release: Release) -> None:
    """PostgreSQL cannot convert a default such as ''."""
    text = 'migrations.AddField("post", "n", models.CharField(max_length=9, default=""))'
    release.add("0002_text", text)
    release.add(
        "0003_number",
        'migrations.AlterField("post", "n", models.IntegerField(default=0))',
        after="0002_text",
    )
    assert release.manage("migrate").returncode == 0


@in_containers
def test_preflight_refuses_a_rename_unless_it_is_marked(release: Release) -> None:
    file = release.add("0002_rename", RENAME)
    refused = release.manage("preflight")
    assert refused.returncode == 1
    assert "posts.0002_rename" in refused.stdout
    assert "posts_post.title" in refused.stdout
    assert release.has("posts_post", "title")

    file.write_text(file.read_text() + "    breaks_live_release = True\n")
    assert "posts_post.title" not in release.manage("preflight").stdout


@in_containers
@pytest.mark.parametrize(("operation", "status"), [(ADD_PINNED, 0), (RENAME, 1)])
def test_a_rollback_is_judged_by_what_the_earlier_release_knows(
    release: Release, operation: str, status: int
) -> None:
    earlier = release.manage("showmigrations", "--plan").stdout
    release.add("0002_change", operation)
    assert release.manage("migrate").returncode == 0
    judged = release.manage("preflight", "--rollback", input=earlier)
    assert judged.returncode == status
    assert ("posts.0002_change" in judged.stdout) == bool(status)


@in_containers
def test_preflight_refuses_an_old_commit_over_a_newer_migration(release: Release) -> None:
    file = release.add("0002_pinned", ADD_PINNED)
    assert release.manage("migrate").returncode == 0
    text = file.read_text()
    file.unlink()
    refused = release.manage("preflight")
    file.write_text(text)
    assert refused.returncode == 1
    assert "posts.0002_pinned" in refused.stdout

"""What is found and said; the errors are those of real servers, made by hand."""

import runpy
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from django.core import management
from django.core.checks import Critical, Warning
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from environs import EnvError
from pytest_django import Settings

from accounts.models import User
from config.env import InvalidEnvironment, require
from operations.findings import NAMES, PROBLEMS
from operations.management.commands import preflight
from template_tests.options import OPTIONS as ANSWERS

Find = Callable[..., list[str]]
PASSWORD = "hunter2-is-secret"


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> Find:
    """Return a function that runs a check, and returns the kinds of the problems it found."""
    found = []
    real = preflight.problem

    def problem(kind: str, **values: object) -> preflight.Problem:
        found.append(kind)
        said = real(kind, **values)
        assert PASSWORD not in "".join(said)
        return said

    def find(check: preflight.Check) -> list[str]:
        found.clear()
        find.notices = [each for each in check() if isinstance(each, str)]
        return list(found)

    monkeypatch.setattr(preflight, "problem", problem)
    return find


# The environment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PORT", "abc"),
        ("DATABASE_PORT", ""),
        ("WEB_REPLICAS", "0"),
        ("WEB_CONCURRENCY", "two"),
        ("LOG_LEVEL", "verbose"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"MISSING.*{name}"):
        require("MISSING")


def test_values_of_the_right_kind_are_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"DATABASE_PORT": "3306", "WEB_REPLICAS": "", "LOG_LEVEL": "INFO"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    require("DATABASE_PORT", "LOG_LEVEL")


@pytest.mark.parametrize("error", [InvalidEnvironment, EnvError])
def test_manage_py_shows_what_is_wrong_with_the_environment_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, error: type[Exception]
) -> None:
    def refuse(arguments: list[str]) -> None:
        raise error("SECRET_KEY is empty")

    monkeypatch.setattr(management, "execute_from_command_line", refuse)
    with pytest.raises(SystemExit, match="^SECRET_KEY is empty$"):
        runpy.run_path(str(settings.BASE_DIR / "manage.py"), run_name="__main__")


def test_settings_for_production_are_fine(find: Find) -> None:
    assert find(preflight.check_environment) == []


def test_settings_for_development_are_found(find: Find, settings: Settings) -> None:
    settings.DEBUG = True
    assert find(preflight.check_environment) == ["debug"]


@pytest.mark.parametrize("key", ["short", "a" * 60, f"django-insecure-{'abcdef' * 10}"])
def test_a_weak_secret_key_is_found(find: Find, settings: Settings, key: str) -> None:
    settings.SECRET_KEY = key
    assert find(preflight.check_environment) == ["secret_key"]


# Hosts and origins


@pytest.mark.parametrize(
    ("hosts", "domain", "kinds"),
    [
        (["api.example.com", "8.8.8.8", "[2001:4860::1]"], "", []),
        ([".example.com"], "api.example.com", []),
        (["API.example.com"], "api.Example.com", []),
        (["*"], "", ["hosts.any"]),
        (["https://api.example.com"], "", ["hosts.malformed"]),
        (["api.example.com:8000"], "", ["hosts.malformed"]),
        (["api.example.com/api"], "", ["hosts.malformed"]),
        (["api.example.com", " 8.8.8.8"], "", ["hosts.malformed"]),
        (["api.example.com", ""], "", ["hosts.malformed"]),
        (["8.8.8.8"], "api.example.com", ["hosts.domain"]),
        (["8.8.8.8"], "https://api.example.com", ["hosts.malformed"]),
        (["example.com"], "api.example.com", ["hosts.domain"]),
    ],
)
def test_hosts_that_would_not_work_are_found(
    find: Find,
    settings: Settings,
    hosts: list[str],
    domain: str,
    kinds: list[str],
) -> None:
    settings.ALLOWED_HOSTS = hosts
    settings.DOMAIN_NAME = domain
    assert find(preflight.check_hosts) == kinds
    assert find.notices == []


@pytest.mark.parametrize("host", ["172.31.5.6", "127.0.0.1", "localhost"])
def test_hosts_that_nobody_outside_reaches_are_mentioned(
    find: Find, settings: Settings, host: str
) -> None:
    settings.ALLOWED_HOSTS = [host]
    settings.DOMAIN_NAME = ""
    assert find(preflight.check_hosts) == []
    assert host in find.notices[0]


@pytest.mark.parametrize("name", ["CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS"])
@pytest.mark.parametrize(
    ("origin", "kinds"),
    [
        ("https://www.example.com", []),
        ("http://localhost:3000", []),
        ("https://*.example.com", []),
        ("null", []),
        ("www.example.com", ["origins.malformed"]),
        (" https://www.example.com", ["origins.malformed"]),
        ("", ["origins.malformed"]),
        ("https://www.example.com/", ["origins.path"]),
        ("https://www.example.com/app?a=b", ["origins.path"]),
    ],
)
def test_origins_that_would_not_work_are_found(
    find: Find, settings: Settings, name: str, origin: str, kinds: list[str]
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = settings.CORS_ALLOWED_ORIGINS = []
    setattr(settings, name, [origin])
    assert find(preflight.check_origins) == kinds


# The code and its migrations


def test_this_code_is_fine(find: Find) -> None:
    assert find(preflight.check_code) == []


def test_what_django_finds_is_passed_on(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [Critical("one", id="a.E001"), Warning("two"), Critical("three", id="4_0.E001")]
    monkeypatch.setattr(preflight.checks, "run_checks", lambda: messages)
    assert find(preflight.check_code) == ["code"]


def test_these_migrations_are_complete(find: Find) -> None:
    assert find(preflight.check_migrations) == []


MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    initial = {initial}
    dependencies = {dependencies}
"""


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        ({}, ["migrations.missing"]),
        ({"0001_initial": []}, ["migrations.missing"]),
        (
            {"0001_initial": [], "0002_a": ["0001_initial"], "0002_b": ["0001_initial"]},
            ["migrations.conflict"],
        ),
        ({"0001_initial": [], "0003_c": ["0002_gone"]}, ["migrations.broken"]),
    ],
    ids=["none", "changed models", "conflict", "file missing"],
)
def test_migrations_that_would_not_work_are_found(
    find: Find,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, list[str]],
    kinds: list[str],
) -> None:
    package = tmp_path / f"migrations_{len(files)}_{kinds[0].partition('.')[2]}"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, before in files.items():
        dependencies = [("accounts", each) for each in before]
        text = MIGRATION.format(initial=not before, dependencies=dependencies)
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"accounts": package.name if files else None}
    assert find(preflight.check_migrations) == kinds


# The database


def refused(error: Exception, host: str = "db.example.com") -> SimpleNamespace:
    """Return a stand-in for Django's connection, to a server that refuses it with an error."""

    def refuse() -> None:
        raise error

    address = {"HOST": host, "PORT": 3306, "NAME": "service", "USER": "admin"}
    return SimpleNamespace(
        settings_dict={**address, "PASSWORD": PASSWORD}, ensure_connection=refuse
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(-2, "Name or service not known"), "unresolved"),
        (UnicodeError("label empty or too long"), "unresolved"),
        (TimeoutError("timed out"), "timeout"),
        (OSError(113, "No route to host"), "timeout"),
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
    ],
)
def test_a_database_server_out_of_reach_is_found(
    find: Find, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    def refuse(address: tuple[str, int], timeout: float) -> None:
        assert address == ("db.example.com", 3306)
        assert timeout <= 5
        raise error

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(preflight, "connection", refused(error))
    assert find(preflight.check_database) == [f"database.{kind}"]


@pytest.mark.parametrize(
    "host", ["https://db.example.com", f"mysql://admin:{PASSWORD}@db.example.com/service"]
)
def test_an_address_instead_of_a_host_is_found_and_its_password_not_shown(
    find: Find, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(preflight, "connection", refused(OperationalError(), host))
    assert find(preflight.check_database) == ["hosts.malformed"]


if ANSWERS["database"] == "mysql":
    DATABASE_ERRORS = [
        ("credentials", (1045, "Access denied for user 'admin'@'10.0.0.1' (using password: YES)")),
        ("missing", (1049, "Unknown database 'service'")),
        ("denied", (1044, "Access denied for user 'admin'@'%' to database 'service'")),
        ("denied", (1130, "Host '10.0.0.1' is not allowed to connect to this MySQL server")),
        ("tls", (3159, "Connections using insecure transport are prohibited")),
        ("tls", (2026, "TLS/SSL error: self-signed certificate in certificate chain")),
        ("silent", (2013, "Lost connection to server at 'handshake', system error: 110")),
        ("other", (1040, "Too many connections")),
    ]
else:
    SERVER = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '
    UNENCRYPTED = (
        f'\n{SERVER}FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "admin", '
        'database "service", no encryption'
    )
    DATABASE_ERRORS = [
        ("credentials", (f'{SERVER}FATAL:  password authentication failed for user "admin"',)),
        (
            "credentials",
            (f'{SERVER}FATAL:  password authentication failed for user "admin"{UNENCRYPTED}',),
        ),
        ("missing", (f'{SERVER}FATAL:  database "service" does not exist',)),
        ("missing", (f'{SERVER}FATAL:  database "service" does not exist{UNENCRYPTED}',)),
        ("denied", (f'{SERVER}FATAL:  permission denied for database "service"{UNENCRYPTED}',)),
        ("denied", (f'{SERVER}FATAL:  no pg_hba.conf entry for host "10.0.0.1", SSL encryption',)),
        ("tls", (UNENCRYPTED,)),
        ("tls", (f"{SERVER}server does not support SSL, but SSL was required",)),
        ("silent", ("connection timeout expired",)),
        ("other", (f"{SERVER}FATAL:  sorry, too many clients already",)),
    ]


@pytest.mark.parametrize(("kind", "arguments"), DATABASE_ERRORS)
def test_what_the_database_answers_is_told_apart(
    find: Find, monkeypatch: pytest.MonkeyPatch, kind: str, arguments: tuple
) -> None:
    monkeypatch.setattr(preflight, "why_unreachable", lambda host, port: "")
    monkeypatch.setattr(preflight, "connection", refused(OperationalError(*arguments)))
    assert find(preflight.check_database) == [f"database.{kind}"]


@pytest.mark.parametrize("kind", [kind for kind in PROBLEMS if kind.startswith("database.")])
def test_every_fault_of_the_database_names_host_port_database_and_user(kind: str) -> None:
    values = {"name": "service", "user": "admin", "port": 3306, "error": "error"}
    target = "admin@db.example.com:3306/service"
    assert target in preflight.problem(kind, **values, target=target).fault


def test_a_port_that_listens_is_reachable_and_one_that_does_not_refuses() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        assert preflight.why_unreachable("127.0.0.1", port) == ""
    assert preflight.why_unreachable("127.0.0.1", port) == "refused"


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_is_fine(find: Find) -> None:
    assert find(preflight.check_database) == []
    assert len(find.notices) == 1


@pytest.fixture
def recorder(db: None) -> MigrationRecorder:
    return MigrationRecorder(preflight.connection)


def test_migrations_to_be_applied_are_mentioned(find: Find, recorder: MigrationRecorder) -> None:
    recorder.record_unapplied("sessions", "0001_initial")
    assert find(preflight.check_database) == []
    assert "sessions.0001_initial" in find.notices[-1]


def test_an_empty_database_is_fine(find: Find, recorder: MigrationRecorder) -> None:
    recorder.migration_qs.all().delete()
    assert find(preflight.check_database) == []
    assert len(find.notices) == 2


def test_migrations_of_a_later_release_are_mentioned(
    find: Find, recorder: MigrationRecorder
) -> None:
    recorder.record_applied("accounts", "0999_later")
    assert find(preflight.check_database) == []
    assert "accounts.0999_later" in find.notices[-1]


def test_a_history_that_contradicts_the_code_is_found(
    find: Find, recorder: MigrationRecorder
) -> None:
    recorder.record_unapplied(User._meta.app_label, "0001_initial")
    assert find(preflight.check_database) == ["migrations.history"]


def test_migrations_that_cannot_be_read_are_no_fault_of_the_database(
    find: Find, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    def fail(connection: object) -> None:
        raise preflight.BadMigrationError

    monkeypatch.setattr(preflight, "MigrationExecutor", fail)
    assert find(preflight.check_database) == []


if ANSWERS["use_redis"]:
    # Redis

    @pytest.fixture
    def redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
        """A stand-in for redis-py's client, which fails with its `error`."""
        import django_redis

        def ping() -> None:
            if client.error:
                raise client.error

        settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": ""}}
        pool = SimpleNamespace(connection_kwargs={"host": "redis", "password": PASSWORD})
        client = SimpleNamespace(connection_pool=pool, ping=ping, error=None)
        monkeypatch.setattr(django_redis, "get_redis_connection", lambda: client)
        monkeypatch.setattr(preflight, "why_unreachable", lambda host, port: "")
        return client

    def test_a_redis_that_answers_is_fine(find: Find, redis: SimpleNamespace) -> None:
        assert find(preflight.check_redis) == []

    def test_a_cache_in_memory_needs_no_redis(find: Find) -> None:
        assert find(preflight.check_redis) == []

    def test_a_redis_that_refuses_is_told_apart(find: Find, redis: SimpleNamespace) -> None:
        from redis import AuthenticationError, ConnectionError, ResponseError, TimeoutError

        kinds = []
        for error in (AuthenticationError, TimeoutError, ConnectionError, ResponseError):
            redis.error = error("what the server said")
            kinds += find(preflight.check_redis)
        assert kinds == ["redis.credentials", "redis.silent", "redis.silent", "redis.other"]

    @pytest.mark.parametrize("kind", ["unresolved", "timeout", "refused"])
    def test_a_redis_out_of_reach_is_found(
        find: Find, redis: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        monkeypatch.setattr(preflight, "why_unreachable", lambda host, port: kind)
        assert find(preflight.check_redis) == [f"redis.{kind}"]

    @pytest.mark.parametrize("url", ["redis:6379", f"redis://:x/{PASSWORD}@redis:6379/0"])
    def test_an_address_of_redis_that_cannot_be_read_is_found(
        find: Find, settings: Settings, url: str
    ) -> None:
        settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": url}}
        assert find(preflight.check_redis) == ["redis.url"]


if ANSWERS["media_storage"] == "s3":
    # The bucket

    class S3:
        """A stand-in for boto3's client, which fails with its `error`."""

        def __init__(self) -> None:
            self.error: Exception | None = None
            self.calls: list[str] = []
            self.region = "ap-northeast-2"
            self.meta = SimpleNamespace(client=self, endpoint_url="https://s3.example.com")

        def call(self, name: str) -> dict:
            self.calls.append(name)
            if self.error:
                raise self.error
            return {"BucketRegion": self.region}

        def put_object(self, Bucket: str, Key: str) -> None:
            self.call(f"put {Key}")

        def delete_object(self, Bucket: str, Key: str) -> None:
            self.call(f"delete {Key}")

        def head_bucket(self, Bucket: str) -> dict:
            return self.call(f"head {Bucket}")

    @pytest.fixture
    def s3(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> S3:
        from storages.backends.s3 import S3Storage

        client = S3()
        options = {"bucket_name": "uploads", "region_name": "ap-northeast-2"}
        storage = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": storage}
        monkeypatch.setattr(S3Storage, "connection", client)
        monkeypatch.setattr(preflight, "why_unreachable", lambda host, port: "")
        return client

    def test_a_bucket_that_takes_an_object_is_fine_and_left_as_it_was(find: Find, s3: S3) -> None:
        assert find(preflight.check_bucket) == []
        put, delete, head = s3.calls
        assert put.removeprefix("put ") == delete.removeprefix("delete ")
        assert head == "head uploads"

    def test_uploads_on_the_disk_need_no_bucket(find: Find) -> None:
        assert find(preflight.check_bucket) == []

    def test_a_bucket_in_another_region_is_found(find: Find, s3: S3) -> None:
        s3.region = "us-east-1"
        assert find(preflight.check_bucket) == ["bucket.region"]

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("NoSuchBucket", "missing"),
            ("404", "missing"),
            ("InvalidAccessKeyId", "credentials"),
            ("SignatureDoesNotMatch", "credentials"),
            ("AccessDenied", "denied"),
            ("403", "denied"),
            ("PermanentRedirect", "region"),
            ("301", "region"),
            ("SlowDown", "other"),
        ],
    )
    def test_what_s3_answers_is_told_apart(find: Find, s3: S3, code: str, kind: str) -> None:
        from botocore.exceptions import ClientError

        s3.error = ClientError({"Error": {"Code": code, "Message": "…"}}, "PutObject")
        assert find(preflight.check_bucket) == [f"bucket.{kind}"]

    def test_faults_on_the_way_to_s3_are_told_apart(find: Find, s3: S3) -> None:
        from botocore import exceptions

        kinds = []
        for s3.error in (
            exceptions.NoCredentialsError(),
            exceptions.PartialCredentialsError(
                provider="explicit", cred_var="aws_secret_access_key"
            ),
            exceptions.ReadTimeoutError(endpoint_url="https://s3.example.com"),
            exceptions.SSLError(endpoint_url="https://s3.example.com", error="…"),
            ValueError("Invalid endpoint: s3"),
        ):
            kinds += find(preflight.check_bucket)
        assert kinds == [
            "bucket.keyless",
            "bucket.keyless",
            "bucket.silent",
            "bucket.other",
            "bucket.other",
        ]

    @pytest.mark.parametrize("kind", ["unresolved", "timeout", "refused"])
    def test_s3_out_of_reach_is_found(
        find: Find, s3: S3, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        monkeypatch.setattr(preflight, "why_unreachable", lambda host, port: kind)
        assert find(preflight.check_bucket) == [f"bucket.{kind}"]


# The command


def run(monkeypatch: pytest.MonkeyPatch, *checks: preflight.Check) -> str:
    names = dict(zip(NAMES, checks, strict=False))
    monkeypatch.setattr(preflight, "CHECKS", names)
    output = StringIO()
    try:
        call_command("preflight", stdout=output)
    except SystemExit as end:
        output.write(f"exit {end.code}")
    return output.getvalue()


def test_every_check_has_a_name() -> None:
    assert preflight.CHECKS.keys() == NAMES.keys()


def test_a_release_without_a_problem_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    output = run(monkeypatch, lambda: iter(()), lambda: iter(["a notice"]))
    first, second, *_ = NAMES.values()
    assert output == f"[ok] {first}\n[ok] {second}\n    a notice\n"


def test_a_problem_stops_no_other_check_and_ends_badly(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Iterator[str]:
        yield "a notice"
        raise RuntimeError("what went\nwrong")

    problem = preflight.Problem("fault", "cause", "next step")
    output = run(monkeypatch, lambda: iter([problem]), fail, lambda: iter(()))
    first, second, third, *_ = NAMES.values()
    lines = output.splitlines()
    # What is wrong comes last.
    assert lines[0] == f"[ok] {third}"
    assert f" {first}: fault" in lines[1]
    assert [line.partition(": ")[2] for line in lines[2:4]] == ["cause", "next step"]
    assert f" {second}: RuntimeError: what went wrong" in lines[4]
    assert "test_preflight.py" in lines[5]
    assert lines[7] == "    a notice"
    assert lines[-1] == "exit 1"


def test_a_check_that_does_not_end_is_not_waited_for(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = Event()

    def hang() -> Iterator[str]:
        ended.wait(30)
        yield from ()

    monkeypatch.setattr(preflight, "SECONDS_FOR_A_CHECK", 0.05)
    assert find(lambda: preflight.findings_of(hang)) == ["endless"]
    ended.set()

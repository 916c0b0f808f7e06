"""`manage.py preflight` in the production image, against real servers that really fail."""

from __future__ import annotations

import json
import re
import runpy
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import boto3
import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult, LoginPassword

from lab.engine import LABEL, docker
from lab.machine import bare_environment, free_port, run, wait_until
from lab.messages import Messages
from lab.rendering import Choice, render
from lab.stacks import (
    DATABASE_PASSWORD,
    HARDENED,
    DatabaseServer,
    build_image,
    database_server,
    gateway_of,
    needs_engine,
)

MYSQL: Choice = (("docs_language", "ko"), ("database", "mysql"))
POSTGRESQL: Choice = (
    *(("docs_language", "en"), ("database", "postgresql")),
    *(("media_storage", "s3"), ("use_redis", True)),
)
SECRETS = ("SECRET_KEY", "DATABASE_PASSWORD", "AWS_SECRET_ACCESS_KEY")
BUCKET = "uploads"
REDIS_PASSWORD = "redis-password"
ADMIN_PASSWORD = "admin-password"
MAIL_PASSWORD = "mail-p@ss:word/$1"
REFUSING = 6003


# What any command says of an environment that is not complete


def manage(choice: Choice, command: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a command with these variables and none of this machine's own."""
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=render(choice),
        env=bare_environment(**environment),
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("choice", [MYSQL, POSTGRESQL], ids=["ko", "en"])
@pytest.mark.parametrize("command", ["preflight", "migrate", "check", "runserver", "seed"])
def test_every_command_names_in_one_line_all_that_is_wrong(choice, command):
    production = {"DJANGO_SETTINGS_MODULE": "config.settings.prod"}
    result = manage(choice, command, **production, SECRET_KEY="CHANGE_ME", DATABASE_PORT="abc")

    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_HOST", "DATABASE_PORT"):
        assert name in line


def test_a_wrong_value_in_development_is_named_in_one_line_too():
    development = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATABASE_HOST": "localhost"}
    result = manage(MYSQL, "check", **development, DATABASE_PORT="abc")

    assert result.returncode == 1
    assert re.fullmatch(r".*DATABASE_PORT.*\n", result.stderr)


def test_deploy_sh_distinguishes_a_crash_of_preflight_from_a_fault(project_copy):
    project = project_copy(MYSQL)
    checks = project / "operations/checks.py"
    checks.write_text(checks.read_text(encoding="utf-8").replace("hosts, domain =", "hosts ="))
    result = subprocess.run(
        [sys.executable, "manage.py", "preflight"],
        cwd=project,
        env=bare_environment(),
        capture_output=True,
        text=True,
    )
    log = project / "step.log"
    log.write_text(result.stdout, encoding="utf-8")
    explain = 'source deploy/causes.sh; print_cause step.log "${KNOWN_CAUSES[@]}"'
    explained = run("bash", "-c", explain, cwd=project).stdout

    assert result.returncode == 2
    assert Messages(project).cause("crash") in explained


# The servers


class Gateway(NamedTuple):
    """This machine's address on the network, and two ports there that listen in vain."""

    address: str
    silent: int
    full: int


@dataclass
class Lab:
    """Images of a project each, and servers that they reach under the names `database`, `redis`."""

    network: str
    gateway: Gateway
    database: DatabaseServer
    image: str
    messages: dict[str, dict]
    values: dict[str, str] = field(default_factory=dict)
    # The keys of someone who may not use the bucket
    stranger: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, **values: str) -> subprocess.CompletedProcess:
        """Run a command in the image, as hardened as Compose runs it."""
        values = {**self.values, **values}
        environment = [f"--env={key}={value}" for key, value in values.items()]
        docker_run = ("docker", "run", "--rm", f"--label={LABEL}", f"--network={self.network}")
        return run(*docker_run, *HARDENED, *environment, self.image, *command)

    def preflight(self, **values: str) -> Outcome:
        started = time.monotonic()
        done = self.run("python", "manage.py", "preflight", **values)
        outcome = Outcome(done.returncode, done.stdout, time.monotonic() - started)
        print(outcome.text)
        for key in SECRETS:
            secret = values.get(key) or self.values.get(key)
            assert not secret or secret not in outcome.text
        outcome.kinds = [
            kind if "." in kind else f"{name}.{kind}"
            for name, title in self.messages["STEPS"].items()
            for kind, texts in self.messages["FAULTS"].items()
            if re.search(self.pattern(title, texts), outcome.text, re.MULTILINE)
        ]
        return outcome

    def pattern(self, title: str, texts: tuple[str, str, str]) -> str:
        """Return a regular expression for a fault as it is printed, whatever values are in it."""
        words = self.messages["TEXTS"]
        fault, cause, next_step = (re.sub(r"\\{\w+\\}", ".*", re.escape(text)) for text in texts)
        return (
            rf"^\[{words['wrong']}\] {title}: {fault}\n"
            rf"    {words['cause']} {cause}\n    {words['next']} {next_step}$"
        )


@dataclass
class Outcome:
    status: int
    text: str
    seconds: float
    kinds: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    name = f"{LABEL}-{uuid.uuid4().hex[:8]}"
    docker("network", "create", f"--label={LABEL}", name)
    yield name
    docker("network", "rm", name, check=False)


@pytest.fixture(scope="module")
def gateway(network: str) -> Iterator[Gateway]:
    address = gateway_of(network)
    with ExitStack() as sockets:
        # Connections are made, and nothing is ever said.
        silent = sockets.enter_context(socket.create_server((address, 0), backlog=50))
        # The queue is full, so that the kernel answers no further one: as behind a firewall.
        full = sockets.enter_context(socket.create_server((address, 0), backlog=0))
        for _ in range(4):
            client = sockets.enter_context(closing(socket.socket()))
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        yield Gateway(address, silent.getsockname()[1], full.getsockname()[1])


def messages_of(project: Path) -> dict[str, dict]:
    """Return the texts of operations/, those of each service included."""
    messages = runpy.run_path(str(project / "operations/messages.py"))
    for name, title in (("redis_", "Redis"), ("bucket_", "S3"), ("smtp_", "")):
        file = project / f"operations/{name}messages.py"
        if file.exists():
            service = runpy.run_path(str(file))
            messages["STEPS"].setdefault(service["SERVICE"], title)
            messages["FAULTS"] |= {
                f"{service['SERVICE']}.{kind}": texts for kind, texts in service["FAULTS"].items()
            }
    return messages


def lab_of(choice: Choice, network: str, gateway: Gateway, cleanup: ExitStack) -> Lab:
    kind = dict(choice)["database"]
    server, name = database_server(kind), f"preflight-{uuid.uuid4().hex[:8]}"
    docker("network", "connect", "--alias=database", network, server.container)
    cleanup.callback(docker, "network", "disconnect", "--force", network, server.container)
    server.create(name)
    cleanup.callback(server.drop, name)
    lab = Lab(network, gateway, server, build_image(render(choice))[0], messages_of(render(choice)))
    lab.values = {
        "SECRET_KEY": uuid.uuid4().hex * 2,
        "ALLOWED_HOSTS": "api.example.com",
        "DATABASE_HOST": "database",
        "DATABASE_PORT": "3306" if kind == "mysql" else "5432",
        "DATABASE_NAME": name,
        "DATABASE_USER": "service",
        "DATABASE_PASSWORD": DATABASE_PASSWORD,
    }
    return lab


@pytest.fixture(scope="module")
def mysql(network: str, gateway: Gateway) -> Iterator[Lab]:
    with ExitStack() as cleanup:
        lab = lab_of(MYSQL, network, gateway, cleanup)
        lab.database.query(
            f"CREATE USER IF NOT EXISTS admin IDENTIFIED BY '{ADMIN_PASSWORD}';"
            "GRANT ALL ON *.* TO admin"
        )
        yield lab


@pytest.fixture(scope="module")
def postgresql(network: str, gateway: Gateway) -> Iterator[Lab]:
    with ExitStack() as cleanup:
        lab = lab_of(POSTGRESQL, network, gateway, cleanup)
        for sql in ("CREATE DATABASE closed", "REVOKE CONNECT ON DATABASE closed FROM PUBLIC"):
            lab.database.query(sql)
        cleanup.callback(lab.database.drop, "closed")
        redis = docker(
            *("run", "--detach", f"--label={LABEL}", f"--network={network}"),
            *("--network-alias=redis", "redis:8", "redis-server", "--requirepass", REDIS_PASSWORD),
        ).strip()
        cleanup.callback(docker, "rm", "--force", "--volumes", redis)
        lab.values |= {
            "REDIS_URL": f"redis://:{REDIS_PASSWORD}@redis:6379/0",
            "AWS_STORAGE_BUCKET_NAME": BUCKET,
            "AWS_S3_REGION_NAME": "ap-northeast-2",
            # Nobody but the servers here is to be asked for a role's keys.
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        url = f"http://{gateway.address}:{free_port(gateway.address)}"
        lab.values["AWS_S3_ENDPOINT_URL"] = url
        keys, lab.stranger = serve_bucket(url, cleanup)
        lab.values |= keys
        yield lab


def serve_bucket(url: str, cleanup: ExitStack) -> list[dict[str, str]]:
    """Serve S3 to those whom IAM allows it; return the keys of one who may, and one who may not."""
    address, port = url.removeprefix("http://").split(":")
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", address, "--port", port],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    cleanup.callback(server.wait)
    cleanup.callback(server.terminate)
    wait_until(lambda: listens(address, int(port)), 30, "moto's server listens")
    region = "ap-northeast-2"
    session = boto3.Session("key", "secret", region_name=region)
    session.client("s3", endpoint_url=url).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": region}
    )
    iam = session.client("iam", endpoint_url=url)
    keys = []
    for user, action in (("service", "s3:*"), ("stranger", "sqs:*")):
        iam.create_user(UserName=user)
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=user, PolicyName=user, PolicyDocument=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys.append(
            {
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            }
        )
    # From now on every request has to be signed by someone who may make it.
    requests.post(f"{url}/moto-api/reset-auth", data=b"0", timeout=10).raise_for_status()
    return keys


def listens(address: str, port: int) -> bool:
    with closing(socket.socket()) as client:
        return client.connect_ex((address, port)) == 0


def in_containers(function: Callable) -> Callable:
    for mark in (pytest.mark.slow, needs_engine, pytest.mark.xdist_group("preflight")):
        function = mark(function)
    return function


def cases(each: dict[str, tuple[dict[str, str], list[str]]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("values", "kinds"), each.values(), ids=each)


def found(lab: Lab, values: dict[str, str]) -> Outcome:
    """Return what preflight finds with these values; {gateway.address} in them is this machine."""
    values = {key: value.format(gateway=lab.gateway) for key, value in values.items()}
    outcome = lab.preflight(**values)
    assert outcome.status == (1 if outcome.kinds else 0)
    assert "Traceback" not in outcome.text
    now = {**lab.values, **values}
    target = "{DATABASE_USER}@{DATABASE_HOST}:{DATABASE_PORT}/{DATABASE_NAME}".format(**now)
    assert target in outcome.text
    # The check of each server ends within some seconds, also where nobody answers.
    assert outcome.seconds < 15
    return outcome


@in_containers
@cases(
    {
        "nothing": ({}, []),
        "name not resolved": ({"DATABASE_HOST": "nowhere.invalid"}, ["database.unresolved"]),
        "timed out": (
            {"DATABASE_HOST": "{gateway.address}", "DATABASE_PORT": "{gateway.full}"},
            ["database.timeout"],
        ),
        "refused": ({"DATABASE_PORT": str(REFUSING)}, ["database.refused"]),
        "silent": (
            {"DATABASE_HOST": "{gateway.address}", "DATABASE_PORT": "{gateway.silent}"},
            ["database.silent"],
        ),
        "wrong password": ({"DATABASE_PASSWORD": "sentinel-1234"}, ["database.credentials"]),
        "missing, as the administrator sees it": (
            {
                "DATABASE_USER": "admin",
                "DATABASE_PASSWORD": ADMIN_PASSWORD,
                "DATABASE_NAME": "nowhere",
            },
            ["database.missing"],
        ),
        "missing, as others see it": ({"DATABASE_NAME": "nowhere"}, ["database.denied"]),
    }
)
def test_mysql(mysql: Lab, values: dict[str, str], kinds: list[str]) -> None:
    assert found(mysql, values).kinds == kinds


@pytest.fixture(scope="module")
def mail_port(gateway: Gateway) -> Iterator[int]:
    """A mail server that lets one user in, and has no encryption."""

    def let_in(server: object, session: object, envelope: object, how: str, who: LoginPassword):
        user = LoginPassword(b"me@example.com", MAIL_PASSWORD.encode())
        return AuthResult(success=who == user, handled=False)

    controller = Controller(
        Sink(),
        hostname=gateway.address,
        port=free_port(gateway.address),
        authenticator=let_in,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    yield controller.port
    controller.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@in_containers
@cases(
    {
        "nothing": ({"EMAIL_URL": "smtp://{user}:{password}@{server}"}, []),
        "wrong password": (
            {"EMAIL_URL": "smtp://{user}:sentinel-1234@{server}"},
            ["mail.credentials"],
        ),
        "no STARTTLS": (
            {"EMAIL_URL": "submission://{user}:{password}@{server}"},
            ["mail.encryption"],
        ),
        "no TLS": ({"EMAIL_URL": "smtp://{user}:{password}@{server}/?ssl=1"}, ["mail.encryption"]),
        "name not resolved": ({"EMAIL_URL": "smtp://nowhere.invalid"}, ["mail.unresolved"]),
        "timed out": (
            {"EMAIL_URL": "smtp://{{gateway.address}}:{{gateway.full}}"},
            ["mail.timeout"],
        ),
        "refused": ({"EMAIL_URL": f"smtp://database:{REFUSING}"}, ["mail.refused"]),
        "silent": ({"EMAIL_URL": "smtp://{{gateway.address}}:{{gateway.silent}}"}, ["mail.silent"]),
    }
)
def test_mail(mysql: Lab, mail_port: int, values: dict[str, str], kinds: list[str]) -> None:
    server = f"{{gateway.address}}:{mail_port}"
    values = {
        key: value.format(
            user="me%40example.com", password=quote(MAIL_PASSWORD, safe=""), server=server
        )
        for key, value in values.items()
    }
    outcome = found(mysql, values)
    assert outcome.kinds == kinds
    for secret in (MAIL_PASSWORD, quote(MAIL_PASSWORD, safe=""), "sentinel-1234"):
        assert secret not in outcome.text


@in_containers
def test_without_a_mail_server_there_is_a_note(mysql: Lab) -> None:
    note = runpy.run_path(str(render(MYSQL) / "operations/smtp_messages.py"))["NONE"]
    assert note in found(mysql, {}).text


@in_containers
def test_mysql_that_demands_encryption(mysql: Lab) -> None:
    mysql.database.query("SET GLOBAL require_secure_transport = ON")
    try:
        assert found(mysql, {}).kinds == ["database.tls"]
    finally:
        mysql.database.query("SET GLOBAL require_secure_transport = OFF")


@in_containers
@cases(
    {
        "nothing": ({}, []),
        "names not resolved": (
            {
                "DATABASE_HOST": "nowhere.invalid",
                "REDIS_URL": "redis://nowhere.invalid/0",
                "AWS_S3_ENDPOINT_URL": "http://nowhere.invalid",
            },
            ["database.unresolved", "redis.unresolved", "bucket.unresolved"],
        ),
        "timed out": (
            {
                "DATABASE_HOST": "{gateway.address}",
                "DATABASE_PORT": "{gateway.full}",
                "REDIS_URL": "redis://{gateway.address}:{gateway.full}/0",
                "AWS_S3_ENDPOINT_URL": "http://{gateway.address}:{gateway.full}",
            },
            ["database.timeout", "redis.timeout", "bucket.timeout"],
        ),
        "refused": (
            {
                "DATABASE_PORT": str(REFUSING),
                "REDIS_URL": f"redis://redis:{REFUSING}/0",
                "AWS_S3_ENDPOINT_URL": f"http://redis:{REFUSING}",
            },
            ["database.refused", "redis.refused", "bucket.refused"],
        ),
        "silent": (
            {
                "DATABASE_HOST": "{gateway.address}",
                "DATABASE_PORT": "{gateway.silent}",
                "REDIS_URL": "redis://{gateway.address}:{gateway.silent}/0",
                "AWS_S3_ENDPOINT_URL": "http://{gateway.address}:{gateway.silent}",
            },
            ["database.silent", "redis.silent", "bucket.silent"],
        ),
        "wrong passwords": (
            {
                "DATABASE_PASSWORD": "sentinel-1234",
                "REDIS_URL": "redis://:sentinel@redis:6379/0",
                "AWS_SECRET_ACCESS_KEY": "sentinel-1234",
            },
            ["database.credentials", "redis.credentials", "bucket.credentials"],
        ),
        "unknown users": (
            {
                "DATABASE_USER": "nobody",
                "REDIS_URL": f"redis://nobody:{REDIS_PASSWORD}@redis:6379/0",
                "AWS_ACCESS_KEY_ID": "AKIAUNKNOWN",
            },
            ["database.credentials", "redis.credentials", "bucket.credentials"],
        ),
        "nothing of that name": (
            {
                "DATABASE_NAME": "nowhere",
                "REDIS_URL": f"redis://:{REDIS_PASSWORD}@redis:6379/99",
                "AWS_STORAGE_BUCKET_NAME": "nowhere",
            },
            ["database.missing", "redis.other", "bucket.missing"],
        ),
        "no encryption, no keys": (
            {
                "PGSSLMODE": "require",
                "REDIS_URL": "redis:6379",
                "AWS_ACCESS_KEY_ID": "",
                "AWS_SECRET_ACCESS_KEY": "",
            },
            ["database.tls", "redis.url", "bucket.keyless"],
        ),
    }
)
def test_postgresql_redis_and_s3(postgresql: Lab, values: dict[str, str], kinds: list[str]) -> None:
    assert found(postgresql, values).kinds == kinds


@in_containers
def test_what_is_somebody_elses(postgresql: Lab) -> None:
    values = {**postgresql.stranger, "DATABASE_NAME": "closed"}
    assert found(postgresql, values).kinds == ["database.denied", "bucket.denied"]


@in_containers
def test_everything_is_checked_whatever_is_found(mysql: Lab) -> None:
    values = {
        "SECRET_KEY": "weak-key",
        "ALLOWED_HOSTS": "*,http://8.8.8.8",
        "DOMAIN_NAME": "https://api.example.com",
        "CORS_ALLOWED_ORIGINS": "www.example.com,https://www.example.com/",
        "DATABASE_PASSWORD": "sentinel-1234",
    }
    assert found(mysql, values).kinds == [
        "security.W009",
        "operations.E001",
        "operations.E003",
        "database.credentials",
    ]


@in_containers
def test_the_env_file_of_development_is_found(postgresql: Lab) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    assert found(postgresql, settings).kinds == ["security.W018"]


@in_containers
def test_it_prints_what_migrate_will_do_and_what_this_code_lacks(mysql: Lab) -> None:
    assert "accounts.0001_initial" not in found(mysql, {}).text
    assert mysql.run("python", "manage.py", "migrate").returncode == 0
    # As if the next release had been here, and one before this.
    code = (
        "from django.db import connection\n"
        "from django.db.migrations.recorder import MigrationRecorder\n"
        "MigrationRecorder(connection).record_applied('accounts', '0999_later')\n"
        "MigrationRecorder(connection).record_unapplied('sessions', '0001_initial')\n"
    )
    assert mysql.run("python", "manage.py", "shell", "--no-imports", "-c", code).returncode == 0
    outcome = found(mysql, {})
    assert outcome.kinds == ["operations.E008"]
    assert "sessions.0001_initial" in outcome.text
    assert "accounts.0999_later" in outcome.text
    assert "accounts.0001_initial" not in outcome.text

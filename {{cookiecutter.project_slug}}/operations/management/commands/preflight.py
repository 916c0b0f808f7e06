"""`python manage.py preflight`: can this release run here? It looks, and changes nothing.

deploy.sh runs it in the new image with the host's environment, before it touches anything.
operations/findings.py holds what is said of each fault.
"""

import re
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand
from django.db import Error, connection, connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.exceptions import (
    BadMigrationError,
    InconsistentMigrationHistory,
    NodeNotFoundError,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from operations.findings import NAMES, NOTICES, PROBLEMS, WORDS

SECONDS_TO_CONNECT = 3
SECONDS_FOR_A_CHECK = 10

# How to tell what an error means, from its type and text.
DATABASE_ERRORS = {
    # {% if cookiecutter.database == "mysql" %}
    "credentials": r"\((1045|1698),",
    "missing": r"\(1049,",
    "denied": r"\((1044|1130),",
    "tls": r"\((2026|3159),",
    "silent": r"\((2006|2013),",
    # {% else %}
    "credentials": r"password authentication failed|no password supplied|role .* does not exist",
    "missing": r"database .* does not exist",
    "denied": r"permission denied for database|no pg_hba.conf entry(?!.*no encryption)",
    "tls": r"no encryption|SSL (connection is|was) required",
    "silent": r"timeout expired|closed the connection unexpectedly",
    # {% endif %}
}
# {% if cookiecutter.use_redis %}
REDIS_ERRORS = {
    "credentials": r"^AuthenticationError|NOAUTH|WRONGPASS",
    "silent": r"^(TimeoutError|ConnectionError)",
}
# {% endif %}
# {% if cookiecutter.media_storage == "s3" %}
BUCKET_ERRORS = {
    "missing": r"\((NoSuchBucket|404)\)",
    "keyless": r"Unable to locate credentials|Partial credentials",
    "credentials": r"\((InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken)\)",
    "denied": r"\((AccessDenied|AllAccessDisabled|403)\)",
    "region": r"\((PermanentRedirect|AuthorizationHeaderMalformed|301)\)",
    "silent": r"^(ConnectTimeout|ReadTimeout|ConnectionClosed)Error",
}
# {% endif %}


class Problem(NamedTuple):
    fault: str
    cause: str
    next_step: str


# A text is a notice: good to know, and no reason to stop.
Finding = str | Problem
Check = Callable[[], Iterator[Finding]]


def problem(kind: str, **values: object) -> Problem:
    return Problem(*(text.format(**values) for text in PROBLEMS[kind]))


def kind_of(error: Exception, patterns: dict[str, str]) -> str:
    text = f"{type(error).__name__}: {error}"
    return next((kind for kind, each in patterns.items() if re.search(each, text)), "other")


def in_one_line(error: object) -> str:
    return " ".join(str(error).split())


def why_unreachable(host: str, port: int) -> str:
    """Return what keeps connections from a server: the drivers tell less. Empty: nothing does."""
    try:
        socket.create_connection((host, port), SECONDS_TO_CONNECT).close()
    except (socket.gaierror, UnicodeError):
        return "unresolved"
    except ConnectionRefusedError:
        return "refused"
    except OSError:  # No answer in time, or no route
        return "timeout"
    return ""


# The checks


def check_environment() -> Iterator[Finding]:
    """The settings were read, so that everything is filled in; is it fit for production?"""
    found = checks.run_checks(tags=[checks.Tags.security], include_deployment_checks=True)
    ids = {message.id for message in found}
    if "security.W018" in ids:
        yield problem("debug", settings=settings.SETTINGS_MODULE)
    if "security.W009" in ids:
        yield problem("secret_key")


def check_hosts() -> Iterator[Finding]:
    hosts, domain = settings.ALLOWED_HOSTS, settings.DOMAIN_NAME
    if "*" in hosts:
        yield problem("hosts.any")
    for host in hosts:
        if host != "*" and not is_host(host.removeprefix(".")):
            yield problem("hosts.malformed", name="ALLOWED_HOSTS", value=host)
    if domain and not is_host(domain):
        yield problem("hosts.malformed", name="DOMAIN_NAME", value=domain)
    elif domain and not validate_host(domain.lower(), hosts):
        yield problem("hosts.domain", domain=domain, hosts=",".join([domain, *hosts]))
    elif not any(map(may_be_public, hosts)):
        yield NOTICES["private"].format(hosts=", ".join(hosts))


def is_host(text: str) -> bool:
    domain, port = split_domain_port(text)
    return bool(domain) and domain == text.lower() and not port


def may_be_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return host != "localhost"


def check_origins() -> Iterator[Finding]:
    for name in ("CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS"):
        for origin in getattr(settings, name):
            scheme, host, *rest = urlsplit(origin)
            # `null` and `file://` are what browsers send for pages that come from no server.
            if origin in ("null", "file://"):
                continue
            if not scheme or not host or origin != origin.strip():
                yield problem("origins.malformed", name=name, value=origin)
            elif any(rest):
                yield problem("origins.path", name=name, value=origin, right=f"{scheme}://{host}")


def check_code() -> Iterator[Finding]:
    """What Django itself finds: the same would stop `migrate`."""
    for message in checks.run_checks():
        # check_origins has said more of these.
        known = message.id in ("4_0.E001", "corsheaders.E013", "corsheaders.E014")
        if message.is_serious() and not message.is_silenced() and not known:
            yield problem("code", error=in_one_line(message))


def check_migrations() -> Iterator[Finding]:
    """The files alone, without the database."""
    try:
        loader = MigrationLoader(None)
    except (BadMigrationError, NodeNotFoundError) as error:
        yield problem("migrations.broken", error=in_one_line(error))
        return
    conflicts = loader.detect_conflicts()
    for app, names in conflicts.items():
        yield problem("migrations.conflict", app=app, names=", ".join(names))
    if conflicts:
        return
    # As makemigrations does: a name in another language is no change.
    with translation.override(None):
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changed = set(detector.changes(graph=loader.graph))
    for config in filter(is_own, apps.get_app_configs()):
        tables = [m for m in config.get_models() if m._meta.can_migrate(connection)]
        if config.label in changed or (config.label in loader.unmigrated_apps and tables):
            yield problem("migrations.missing", app=config.label)


def is_own(config: AppConfig) -> bool:
    path = Path(config.path)
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts


def check_database() -> Iterator[Finding]:
    host, port, name, user = (connection.settings_dict[k] for k in ("HOST", "PORT", "NAME", "USER"))
    values = {"port": port, "name": name, "user": user, "target": f"{user}@{host}:{port}/{name}"}
    if "/" in host or "@" in host:
        # Of a whole URL, no more than what follows its password
        yield problem("hosts.malformed", name="DATABASE_HOST", value=host.rpartition("@")[2])
        return
    if host and (kind := why_unreachable(host, port)):
        yield problem(f"database.{kind}", **values)
        return
    try:
        connection.ensure_connection()
        yield NOTICES["database"].format(**values)
        yield from compare_migrations()
    except Error as error:
        kind = kind_of(error, DATABASE_ERRORS)
        yield problem(f"database.{kind}", **values, error=in_one_line(error))


def compare_migrations() -> Iterator[Finding]:
    """What the database makes of this code's migrations."""
    try:
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
    except (BadMigrationError, NodeNotFoundError):
        return  # As check_migrations has said.
    except InconsistentMigrationHistory as error:
        yield problem("migrations.history", error=in_one_line(error))
        return
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    to_apply = [(migration.app_label, migration.name) for migration, _ in plan]
    replaced = {key for each in loader.disk_migrations.values() for key in each.replaces}
    unknown = [
        (app, name)
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in {*loader.disk_migrations, *replaced}
    ]
    first = "to_apply" if loader.applied_migrations else "empty"
    for kind, keys in ((first, to_apply), ("unknown", unknown)):
        if keys:
            names = ", ".join(f"{app}.{name}" for app, name in keys)
            yield NOTICES[kind].format(number=len(keys), names=names)


# {% if cookiecutter.use_redis %}
def check_redis() -> Iterator[Finding]:
    """Past the cache, which takes a Redis that is down for an empty one."""
    from django_redis import get_redis_connection
    from redis import RedisError

    if "redis" not in settings.CACHES["default"]["BACKEND"]:
        return
    try:
        client = get_redis_connection()
    except ValueError:  # Its text may hold a part of the password.
        yield problem("redis.url")
        return
    address = client.connection_pool.connection_kwargs
    values = {"host": address.get("host", "localhost"), "port": address.get("port", 6379)}
    if kind := why_unreachable(**values):
        yield problem(f"redis.{kind}", **values)
        return
    try:
        client.ping()
    except RedisError as error:
        kind = kind_of(error, REDIS_ERRORS)
        yield problem(f"redis.{kind}", **values, error=in_one_line(error))


# {% endif %}
# {% if cookiecutter.media_storage == "s3" %}
def check_bucket() -> Iterator[Finding]:
    """As an upload does: write an object, remove it, and look at the bucket."""
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from django.core.files.storage import storages
    from django.utils.crypto import get_random_string
    from storages.backends.s3 import S3Storage

    storage = storages.create_storage(settings.STORAGES["default"])
    if not isinstance(storage, S3Storage):
        return
    bucket, region = storage.bucket_name, storage.region_name
    values = {"bucket": bucket, "region": region, "endpoint": storage.endpoint_url}
    limits = {"connect_timeout": SECONDS_TO_CONNECT, "read_timeout": SECONDS_TO_CONNECT}
    storage.client_config = storage.client_config.merge(
        Config(**limits, retries={"total_max_attempts": 1})
    )
    try:
        client = storage.connection.meta.client
        url = urlsplit(client.meta.endpoint_url)
        values["endpoint"] = client.meta.endpoint_url
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        if kind := why_unreachable(url.hostname, port):
            yield problem(f"bucket.{kind}", **values)
            return
        key = f"preflight-{get_random_string(20)}"
        client.put_object(Bucket=bucket, Key=key)
        client.delete_object(Bucket=bucket, Key=key)
        # An upload asks whether its name is taken, which only who may list the bucket is told.
        answer = client.head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError, ValueError) as error:
        kind = kind_of(error, BUCKET_ERRORS)
        yield problem(f"bucket.{kind}", **values, error=in_one_line(error))
        return
    # boto3 follows to the right region, yet the addresses of uploads would name the wrong one.
    actual = answer.get("BucketRegion", region)
    if not storage.endpoint_url and actual != region:
        yield problem("bucket.region", **values, error=actual)


# {% endif %}
CHECKS: dict[str, Check] = {
    "environment": check_environment,
    "hosts": check_hosts,
    "origins": check_origins,
    "code": check_code,
    "migrations": check_migrations,
    "database": check_database,
    # {% if cookiecutter.use_redis %}
    "redis": check_redis,
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    "bucket": check_bucket,
    # {% endif %}
}


def findings_of(check: Check) -> list[Finding]:
    """Return what a check finds; one that fails has found that, and so has one that takes long."""
    findings: list[Finding] = []

    def collect() -> None:
        try:
            findings.extend(check())
        except Exception as error:
            findings.append(unexpected(error))
        finally:
            connections.close_all()

    thread = Thread(target=collect, daemon=True)
    thread.start()
    thread.join(SECONDS_FOR_A_CHECK)
    if thread.is_alive():
        return [*findings, problem("endless", seconds=SECONDS_FOR_A_CHECK)]
    return findings


def unexpected(error: Exception) -> Problem:
    frames = traceback.extract_tb(error.__traceback__)
    # Of the files of this project, this one at least is among them.
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(settings.BASE_DIR)][-1]
    values = {"type": type(error).__name__, "file": own.filename, "line": own.lineno}
    return problem("unexpected", **values, error=in_one_line(error))


class Command(BaseCommand):
    help = "Tells whether this release can run here: environment, database, migrations and more."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        found = {}
        for name, check in CHECKS.items():
            findings = findings_of(check)
            if any(isinstance(finding, Problem) for finding in findings):
                found[name] = findings
            else:
                self.report(name, findings)
        # Last, since of a long log the end is what is read.
        for name, findings in found.items():
            self.report(name, findings)
        if found:
            self.stdout.write(WORDS["summary"])
            sys.exit(1)

    def report(self, name: str, findings: list[Finding]) -> None:
        problems = [finding for finding in findings if isinstance(finding, Problem)]
        if not problems:
            self.stdout.write(f"[ok] {NAMES[name]}")
        for fault, cause, next_step in problems:
            self.stdout.write(f"[{WORDS['wrong']}] {NAMES[name]}: {fault}")
            self.stdout.write(f"    {WORDS['cause']} {cause}\n    {WORDS['next']} {next_step}")
        for notice in findings:
            if isinstance(notice, str):
                self.stdout.write(f"    {notice}")

"""System checks of what can be seen before a deployment without a database or another service.

`python manage.py check --deploy` and preflight run them; runserver and migrate do not.
"""

import re
from collections.abc import Iterator
from datetime import date, time
from ipaddress import ip_address, ip_network

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, register
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AlterField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.http.request import split_domain_port, validate_host
from django.utils import translation

from common.checks import is_own
from operations.messages import FAULTS, TEXTS

# Browsers send `null` and `file://` for pages that come from no server.
ORIGIN = re.compile(r"null|file://|[a-z][a-z\d.+-]*://(\[[\da-f:]+\](:\d+)?|[^/?#@\s\[\]]+)")


def fault(id: str, texts: tuple[str, str, str] | None = None, **values: object) -> Error:
    """Return an error that reports, in these texts or those of its id, the cause and what to do."""
    message, cause, next_step = (text.format(**values) for text in texts or FAULTS[id])
    return Error(message, hint=f"{TEXTS['cause']} {cause}\n{TEXTS['next']} {next_step}", id=id)


def note(id: str, **values: object) -> Info:
    """Return what is good to know, and no reason to stop."""
    return Info(TEXTS[id].format(**values), id=id)


def in_one_line(error: object) -> str:
    return " ".join(str(error).split())


@register("hosts", deploy=True)
def check_hosts(**kwargs: object) -> Iterator[CheckMessage]:
    hosts, domain = settings.ALLOWED_HOSTS, settings.DOMAIN_NAME
    for host in hosts:
        if not is_host(host.removeprefix(".")):
            yield fault("operations.E001", name="ALLOWED_HOSTS", value=host)
    if domain and not is_host(domain):
        yield fault("operations.E001", name="DOMAIN_NAME", value=domain)
    elif domain and not validate_host(domain.lower(), hosts):
        yield fault("operations.E002", domain=domain, hosts=",".join([domain, *hosts]))
    elif not any(map(may_be_public, hosts)):
        yield note("operations.I001", hosts=", ".join(hosts))
    for proxy in settings.TRUSTED_PROXIES:
        try:
            ip_network(proxy)
        except ValueError:
            yield fault("operations.E010", value=proxy)


def is_host(text: str) -> bool:
    domain, port = split_domain_port(text)
    return bool(domain) and domain == text.lower() and not port


def may_be_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return host != "localhost"


@register("origins", deploy=True)
def check_origins(**kwargs: object) -> Iterator[CheckMessage]:
    for name in ("CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS"):
        for origin in getattr(settings, name):
            if not ORIGIN.fullmatch(origin):
                yield fault("operations.E003", name=name, value=origin)


@register("migrations", deploy=True)
def check_migrations(**kwargs: object) -> Iterator[CheckMessage]:
    """Check the files alone, without the database."""
    try:
        loader = MigrationLoader(None)
    except Exception as error:
        yield fault("operations.E004", error=in_one_line(error))
        return
    if conflicts := loader.detect_conflicts():
        for app, names in conflicts.items():
            yield fault("operations.E005", app=app, names=", ".join(names))
        return
    # As makemigrations does: a name in another language is no change.
    with translation.override(None):
        state = loader.project_state()
        detector = MigrationAutodetector(state, ProjectState.from_apps(apps))
        changes = detector.changes(loader.graph)
    for config in apps.get_app_configs():
        without = config.label in loader.unmigrated_apps and any(config.get_models())
        operations = [each for step in changes.get(config.label, []) for each in step.operations]
        changed = not all(changes_the_moment(each, config.label, state) for each in operations)
        if (changed or without) and is_own(config.path):
            yield fault("operations.E006", app=config.label)


def changes_the_moment(operation: Operation, app: str, state: ProjectState) -> bool:
    """Is all that has changed a default such as `timezone.now()`, another one at each start?

    No migration can keep up with it. Django reports it as fields.W161.
    """
    if not isinstance(operation, AlterField):
        return False
    old, new = state.models[app, operation.model_name_lower].fields[operation.name], operation.field
    if isinstance(old.default, date | time) and isinstance(new.default, date | time):
        new = new.clone()
        new.default = old.default
    return old.deconstruct()[1:] == new.deconstruct()[1:]

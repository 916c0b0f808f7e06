"""System checks of this project's apps: what goes wrong easily, and nothing else reports.

`python manage.py check` runs them, and so do runserver and migrate. docs/apps.md has a section on
each; SILENCED_SYSTEM_CHECKS turns one off.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.contrib.auth import models as auth
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from drf_spectacular.drainage import get_override
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.serializers import Serializer

from common.messages import CHECKS

# Nobody has signed in yet where users sign up.
OPEN_APPS = {"accounts"}
# What a path may have in place of <pk>, <slug> …
SAMPLES = ["a", "1", "2026", "2026-01-01", "00000000-0000-4000-8000-000000000000"]
PASSWORD = re.compile(r"password(\d|_?(check|confirm|confirmation))?", re.IGNORECASE)


def found(id: str, **values: object) -> CheckMessage:
    message, hint = (text.format(**values) for text in CHECKS[id])
    kind = Error if ".E" in id else Warning
    return kind(message, hint=f"{hint} (docs/apps.md#{id.replace('.', '').lower()})", id=id)


def is_own(file: str) -> bool:
    """Return whether a file is the project's own; packages may be in a .venv inside it."""
    path = Path(file)
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts


def own_apps() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if is_own(config.path)]


def own_packages() -> set[str]:
    return {package_of(config.name) for config in own_apps()}


def package_of(name: str) -> str:
    return name.partition(".")[0]


def load_views() -> None:
    """Import the views, and what they import, such as serializers."""
    get_resolver().url_patterns  # noqa: B018


# The user


@register()
def check_user_model(**kwargs: object) -> Iterator[CheckMessage]:
    """Find a user model next to accounts.User; those that inherit from it are fine."""
    user = apps.get_model("accounts.User")
    for model in apps.get_models():
        if issubclass(model, auth.PermissionsMixin) and not issubclass(model, user):
            yield found("common.E001", model=model._meta.label)


@register()
def check_imports_of_user(**kwargs: object) -> Iterator[CheckMessage]:
    """Find modules that use Django's own user, which has no table here."""
    load_views()
    own = own_packages()
    modules = [
        name
        for name, module in sorted(sys.modules.items())
        if package_of(name) in own and any(each is auth.User for each in vars(module).values())
    ]
    if modules and auth.User._meta.swapped:
        yield found("common.W007", modules=", ".join(modules))


# URLs


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield all patterns, each with the routes of the URLs that include it."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, prefix + str(each.pattern))
        else:
            yield prefix, each


def sample(route: str, value: str) -> str:
    path = simplify_regex(route).replace("\\", "").lstrip("/")
    return re.sub(r"<[^>]+>", value, path)


def name_of(thing: Any) -> str:
    """Return where a class or a function is; of a view that is an object, its class."""
    thing = getattr(thing, "cls", None) or getattr(thing, "view_class", thing)
    if not hasattr(thing, "__qualname__"):
        thing = type(thing)
    return f"{thing.__module__}.{thing.__qualname__}"


@register()
def check_routes(**kwargs: object) -> Iterator[CheckMessage]:
    """Find views that no request reaches, since an earlier route matches all of theirs."""
    own, earlier = own_packages(), set[str]()
    for prefix, pattern in routes(get_resolver().url_patterns):
        view, route = name_of(pattern.callback), str(pattern.pattern)
        # A pattern without an end matches more than any sample shows.
        has_end = route.endswith("$") or not route.startswith("^")
        hidden_by = package_of(view) in own and view_that_hides(prefix, pattern, earlier)
        if hidden_by and has_end:
            path = simplify_regex(prefix + route)
            yield found("common.W001", route=path, view=view, other=hidden_by)
        earlier.add(prefix + route)


def view_that_hides(prefix: str, pattern: URLPattern, earlier: set[str]) -> str:
    """Return the name of the view that gets all requests for this pattern, if there is one."""
    hides = ""
    for value in SAMPLES:
        path = sample(str(pattern.pattern), value)
        if pattern.resolve(path):
            with suppress(Resolver404):
                match = resolve(f"/{sample(prefix, value)}{path}")
                if match.route not in earlier:
                    return ""
                hides = name_of(match.func)
    return hides


@register()
def check_permissions(**kwargs: object) -> Iterator[CheckMessage]:
    """Find what anyone may change in an app of the team's."""
    endpoints, teams = [], own_packages() - OPEN_APPS
    for prefix, pattern in routes(get_resolver().url_patterns):
        of_team = package_of(name_of(pattern.callback)) in teams
        if of_team and (methods := ", ".join(open_methods(pattern.callback))):
            route = simplify_regex(prefix + str(pattern.pattern))
            endpoints.append(f"{route} ({methods})")
    if endpoints:
        yield found("common.W004", endpoints=", ".join(endpoints))


def open_methods(callback: Any) -> Iterator[str]:
    """Yield the methods that change something, and that a view of the API allows everyone."""
    if not hasattr(callback, "cls"):
        return
    names = callback.initkwargs.get("http_method_names", callback.cls.http_method_names)
    actions = getattr(callback, "actions", {name: name for name in names})
    for method, action in sorted(actions.items()):
        if method.upper() in SAFE_METHODS or not hasattr(callback.cls, action):
            continue
        # Some views decide by the request, and there is none.
        with suppress(Exception):
            view = callback.cls(**callback.initkwargs)
            view.action, view.request = action, None
            if all(type(permission) is AllowAny for permission in view.get_permissions()):
                yield method.upper()


# Serializers


def own_serializers() -> list[type[Serializer]]:
    own = own_packages()
    serializers: list[Any] = []
    left: list[Any] = [Serializer]
    while left:
        subclasses = left.pop().__subclasses__()
        left += subclasses
        serializers += [each for each in subclasses if package_of(each.__module__) in own]
    return serializers


@register()
def check_schema_names(**kwargs: object) -> Iterator[CheckMessage]:
    """Find serializers of one name, of which the API's documentation shows only one."""
    load_views()
    by_name = defaultdict(set)
    for each in own_serializers():
        name = get_override(each, "component_name") or each.__name__
        by_name[name.removesuffix("Serializer")].add(name_of(each))
    for name, classes in sorted(by_name.items()):
        if len(classes) > 1:
            yield found("common.W002", name=name, classes=", ".join(sorted(classes)))


@register()
def check_fields(**kwargs: object) -> Iterator[CheckMessage]:
    """Find serializers that name no field of their model, and those that send passwords."""
    load_views()
    for each in sorted(set(own_serializers()), key=str):
        try:
            fields = each().fields
        except ImproperlyConfigured as error:
            yield found("common.W008", serializer=name_of(each), error=error)
            continue
        except Exception:  # noqa: S112
            # It needs arguments, or is there to be inherited from.
            continue
        for name, field in fields.items():
            if PASSWORD.fullmatch(name) and not field.write_only:
                yield found("common.W003", field=f"{name_of(each)}.{name}")


# Apps


@register()
def check_apps(**kwargs: object) -> Iterator[CheckMessage]:
    """Find apps that are not installed, or whose models have no migrations."""
    for config in own_apps():
        migrations = Path(config.path, "migrations", "__init__.py")
        if any(config.get_models()) and not migrations.exists():
            yield found("common.W006", app=config.label)
    installed = {Path(config.path) for config in own_apps()}
    for folder in sorted(settings.BASE_DIR.iterdir()):
        parts = [folder / name for name in ("apps.py", "models.py", "models/__init__.py")]
        if folder not in installed and any(part.exists() for part in parts):
            yield found("common.W005", app=folder.name)

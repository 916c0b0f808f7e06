"""The system checks of what a team's apps get wrong easily."""

import re
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.contrib.auth import models as auth
from django.contrib.syndication.views import Feed
from django.core.checks import CheckMessage, run_checks
from django.core.checks.registry import registry
from django.http import HttpRequest, HttpResponse
from django.test.utils import isolate_apps
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema_serializer
from pytest_django import Settings
from rest_framework import permissions, serializers, viewsets
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter, SimpleRouter
from rest_framework.views import APIView

from accounts.models import User
from common import checks
from common.messages import CHECKS

# An app of the project's, in which the views and serializers of these tests pretend to be
APP = "operations.tests_of_checks"


CHECK = {
    "W001": checks.check_routes,
    "W002": checks.check_schema_names,
    "W003": checks.check_fields,
    "W004": checks.check_permissions,
    "W005": checks.check_apps,
    "W007": checks.check_imports_of_user,
    "W008": checks.check_fields,
}


def reported(id: str) -> list[CheckMessage]:
    return [message for message in CHECK[id]() if message.id == f"common.{id}"]


def named(name: str, base: type, **members: Any) -> Any:
    return type(name, (base,), {"__module__": APP, **members})


def view(name: str, **members: Any) -> Any:
    def answer(self: APIView, request: Request, **kwargs: str) -> Response:
        return Response({})

    return named(name, APIView, get=answer, post=answer, **members).as_view()


class UserViewSet(viewsets.ModelViewSet):
    queryset = User.objects.all()


def own(view_set: Any) -> Any:
    return named("Own", view_set)


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Any:
    """Make these patterns those of the project."""

    def use(*patterns: Any) -> None:
        module = ModuleType("urls_of_a_test")
        module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        settings.ROOT_URLCONF = module.__name__

    return use


def test_nothing_is_reported_of_this_project() -> None:
    assert [message for message in run_checks() if message.id.startswith("common.")] == []


def test_they_are_registered() -> None:
    assert {*CHECK.values(), checks.check_user_model} <= set(registry.get_checks())


@pytest.mark.parametrize("id", CHECKS)
def test_each_has_a_hint_that_names_its_section(id: str) -> None:
    values = dict.fromkeys(re.findall(r"{(\w+)}", "".join(CHECKS[id])), "x")
    assert f"docs/apps.md#{id.replace('.', '').lower()}" in str(checks.found(id, **values).hint)


# Routes

FIRST, SECOND = view("First"), view("Second")
ROUTER, OTHER_ROUTER = SimpleRouter(), DefaultRouter()
ROUTER.register("people", own(UserViewSet))
OTHER_ROUTER.register("people", own(UserViewSet))
DATE = r"^days/(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})/$"


@pytest.mark.parametrize(
    ("patterns", "unreached"),
    [
        pytest.param([path("a/", FIRST), path("a/", SECOND)], ["/a/"], id="twice"),
        pytest.param([path("a/", FIRST), path("a/", FIRST)], ["/a/"], id="the same twice"),
        pytest.param([path("a/<int:pk>/", FIRST), path("a/<int:id>/", SECOND)], ["/a/<int:id>/"]),
        pytest.param([path("a/<str:name>/", FIRST), path("a/me/", SECOND)], ["/a/me/"]),
        pytest.param([path("a/me/", FIRST), path("a/<str:name>/", SECOND)], []),
        pytest.param([path("a/<slug:s>/", FIRST), path("a/<int:pk>/", SECOND)], ["/a/<int:pk>/"]),
        pytest.param([path("a/<int:pk>/", FIRST), path("a/<slug:s>/", SECOND)], []),
        pytest.param([path("a/<int:pk>/", FIRST), path("a/<uuid:id>/", SECOND)], []),
        pytest.param([path("a/", FIRST), re_path("^a/$", SECOND)], ["/a/"]),
        pytest.param([path("a/", FIRST), re_path("^a", SECOND)], []),
        pytest.param([path("a/", FIRST), re_path("^a/", SECOND)], []),
        pytest.param([re_path("^a", FIRST), path("a/b/", SECOND)], ["/a/b/"]),
        pytest.param([path("a/", FIRST), re_path(DATE, SECOND)], []),
        pytest.param([path("<path:all>", FIRST), re_path(DATE, SECOND)], ["/days/<day>/"]),
        pytest.param([path("days/<str:day>/", FIRST), re_path(DATE, SECOND)], ["/days/<day>/"]),
        pytest.param(
            [path("x/", include([path("a/", FIRST)])), path("x/a/", SECOND)],
            ["/x/a/"],
            id="included",
        ),
        pytest.param(
            [path("<int:pk>/", include([path("a/", FIRST)])), path("1/a/", SECOND)], ["/1/a/"]
        ),
        pytest.param(
            [path("", include(ROUTER.urls)), path("", include(OTHER_ROUTER.urls))],
            ["/people/", "/people/<pk>/"],
            id="two routers",
        ),
        pytest.param(
            [path("", include(DefaultRouter().urls)), path("", include(DefaultRouter().urls))],
            [],
            id="two roots of routers, which are no team's",
        ),
    ],
)
def test_routes_that_nothing_reaches(urls: Any, patterns: list, unreached: list[str]) -> None:
    urls(*patterns)
    assert [message.msg.split(" ")[0] for message in reported("W001")] == unreached
    for message in reported("W001"):
        assert APP in message.msg


# Permissions


@api_view(["GET", "POST"])
@permission_classes([permissions.AllowAny])
def open_function(request: Request) -> Response:
    return Response({})


@csrf_exempt
def plain_function(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


open_function.cls.__module__ = plain_function.__module__ = APP


def by_request(self: APIView) -> list[permissions.BasePermission]:
    return [permissions.AllowAny()] if self.request.method == "GET" else []


def by_action(self: viewsets.ViewSet) -> list[permissions.BasePermission]:
    open_to_all = self.action in ("list", "create")
    return [permissions.AllowAny() if open_to_all else permissions.IsAdminUser()]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (Feed(), []),
        (partial(plain_function, name="x"), []),
        (view("NeedsMore", __init__=lambda self, more: None), []),
        (view("Standard"), []),
        (view("Open", permission_classes=[permissions.AllowAny]), ["/a/ (POST)"]),
        (view("Without", permission_classes=[]), ["/a/ (POST)"]),
        (view("Staff", permission_classes=[permissions.IsAdminUser]), []),
        (view("Both", permission_classes=[permissions.AllowAny & permissions.IsAdminUser]), []),
        (view("ByRequest", get_permissions=by_request), []),
        (view("Reading", permission_classes=[], http_method_names=["get"]), []),
        (open_function, ["/a/ (POST)"]),
        (plain_function, []),
    ],
)
def test_views_that_anyone_may_write_to(urls: Any, route: Any, expected: list[str]) -> None:
    urls(path("a/", route))
    found = reported("W004")
    assert [message.msg.partition(": ")[2].rstrip(".") for message in found] == expected


def test_view_sets_that_anyone_may_write_to_are_one_message(urls: Any) -> None:
    router = SimpleRouter()
    members = {"permission_classes": [permissions.AllowAny]}
    router.register("open", named("Open", UserViewSet, **members), basename="open")
    by_actions = named("ByAction", UserViewSet, get_permissions=by_action)
    router.register("half", by_actions, basename="half")
    urls(path("api/", include(router.urls)))
    (message,) = reported("W004")
    for endpoint in (
        "/api/open/ (POST)",
        "/api/open/<pk>/ (DELETE, PATCH, PUT)",
        "/api/half/ (POST)",
    ):
        assert endpoint in message.msg
    assert "/api/half/<pk>/" not in message.msg


# Serializers: each test has names of its own, since classes stay for a while.


def serializer(name: str, module: str = APP, **members: Any) -> Any:
    return type(name, (serializers.Serializer,), {"__module__": module, **members})


def test_serializers_of_one_name() -> None:
    kept = [serializer("ThingSerializer"), serializer("ThingSerializer", f"{APP}.more")]
    (message,) = (each for each in reported("W002") if "Thing" in each.msg)
    assert all(checks.name_of(each) in message.msg for each in kept)


def test_another_name_in_the_schema_will_do() -> None:
    kept = [serializer("OtherSerializer"), serializer("OtherSerializer", f"{APP}.more")]
    extend_schema_serializer(component_name="Another")(kept[0])
    assert not any("OtherSerializer" in each.msg for each in reported("W002"))


@pytest.mark.parametrize("name", ["password", "password2", "password_confirm", "passwordCheck"])
def test_passwords_that_can_be_read(name: str) -> None:
    kept = serializer(f"Login_{name}", **{name: serializers.CharField()})
    assert sum(f"{checks.name_of(kept)}.{name} " in each.msg for each in reported("W003")) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"password": serializers.CharField(write_only=True)},
        {"password_changed_at": serializers.DateTimeField()},
        {"Meta": None, "wrong": serializers.ModelSerializer()},
    ],
)
def test_other_fields_are_nobodys_business(fields: dict) -> None:
    kept = serializer("Harmless", **fields)
    assert not any(checks.name_of(kept) in each.msg for each in reported("W003"))


def test_the_hash_of_a_password_can_be_read_with_all_fields() -> None:
    meta = type("Meta", (), {"model": User, "fields": "__all__"})
    members = {"__module__": APP, "Meta": meta}
    kept = type("EverythingSerializer", (serializers.ModelSerializer,), members)
    assert any(f"{checks.name_of(kept)}.password " in each.msg for each in reported("W003"))


def test_a_serializer_with_a_field_that_its_model_lacks() -> None:
    meta = type("Meta", (), {"model": User, "fields": ["id", "nickname"]})
    members = {"__module__": APP, "Meta": meta}
    kept = type("NamesSerializer", (serializers.ModelSerializer,), members)
    (message,) = (each for each in reported("W008") if checks.name_of(kept) in each.msg)
    assert "nickname" in message.msg


# Users


class Odd:
    """Not to be compared, as an array is."""

    def __eq__(self, other: object) -> bool:
        raise ValueError

    __hash__ = None  # type: ignore[assignment]


@isolate_apps("operations")
def test_a_second_user_model(monkeypatch: pytest.MonkeyPatch) -> None:
    class Member(auth.AbstractUser):
        class Meta:
            app_label = "operations"

    class Proxy(User):
        class Meta:
            app_label = "operations"
            proxy = True

    class Seller(User):
        class Meta:
            app_label = "operations"

    monkeypatch.setattr(apps, "get_models", lambda: [User, Member, Proxy, Seller])
    (message,) = checks.check_user_model()
    assert message.id == "common.E001"
    assert message.is_serious()
    assert "operations.Member" in message.msg


def test_modules_that_import_django_s_own_user(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType(APP)
    module.User = auth.User  # type: ignore[attr-defined]
    module.odd = Odd()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, APP, module)
    (message,) = reported("W007")
    assert APP in message.msg


# Apps


def test_a_folder_with_models_that_is_not_installed(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    files = ("reviews/models.py", "chat/apps.py", "shop/models/__init__.py")
    for file in (*files, "venv/lib/site-packages/x/models.py", "docs/x.md", "web/models/user.ts"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    messages = " ".join(each.msg for each in reported("W005"))
    assert len(reported("W005")) == 3
    assert all(app in messages for app in ("reviews", "chat", "shop"))


def test_models_without_a_folder_of_migrations(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = AppConfig.create("accounts")
    config.path = str(tmp_path)
    monkeypatch.setattr(config, "get_models", lambda: [User])
    monkeypatch.setattr(checks, "own_apps", lambda: [config])
    assert "common.W006" in [each.id for each in checks.check_apps()]
    (tmp_path / "migrations").mkdir()
    assert "common.W006" in [each.id for each in checks.check_apps()]
    (tmp_path / "migrations/__init__.py").touch()
    assert "common.W006" not in [each.id for each in checks.check_apps()]

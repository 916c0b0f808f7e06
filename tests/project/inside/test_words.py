"""Every error of the API is in the project's language, whatever the visitor's is."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, connection
from django.shortcuts import get_object_or_404
from django.test import Client
from django.urls import path
from rest_framework import exceptions, permissions, serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes, throttle_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts.factories import PASSWORD
from accounts.models import User
from common.errors import problem
from common.parsers import JSONParser
from config import urls
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from template_tests.options import OPTIONS
from template_tests.words import KOREAN, foreign_texts, is_foreign


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Not found.", KOREAN),
        ("Unauthorized", KOREAN),
        ("Token is invalid: 다시 로그인해 주세요.", True),
        ("찾을 수 없습니다.", not KOREAN),
        ('메서드 "GET or POST"는 허용되지 않습니다.', not KOREAN),
        ("JPEG, PNG, WebP 이미지만 올릴 수 있습니다.", not KOREAN),
    ],
)
def test_a_text_in_the_other_language_is_found(text: str, foreign: bool) -> None:
    assert is_foreign(text) == foreign


# Every kind of error, each at an address of its own


class OncePerDay(SimpleRateThrottle):
    rate = "1/day"

    def get_cache_key(self, request: Request, view: object) -> str:
        return "words"


def view(raised: Callable[[], object], *classes: type) -> Callable:
    """Return a view of REST framework that everyone may call, and that fails in this way."""

    def fail(request: Request) -> Response:
        raised()
        return Response({})

    anyone = permission_classes([permissions.AllowAny])(throttle_classes(classes)(fail))
    return api_view()(anyone)


def throw(error: Exception) -> Callable[[], object]:
    def fail(*args: object) -> None:
        raise error

    return fail


@api_view(["POST"])
@parser_classes([JSONParser, MultiPartParser])
@permission_classes([permissions.AllowAny])
def read(request: Request) -> Response:
    serializers.Serializer(data=request.data).is_valid(raise_exception=True)
    return Response()


@api_view(["POST"])
@permission_classes([permissions.IsAdminUser])
def staff_only(request: Request) -> Response:
    return Response()


urlpatterns = [
    path("api/body/", read),
    path("api/staff/", staff_only),
    path("api/object/", view(lambda: get_object_or_404(User, pk=0))),
    path("api/conflict/", view(throw(exceptions.APIException()))),
    path("api/crash/", view(throw(RuntimeError()))),
    path("api/outage/", view(throw(InterfaceError()))),
    path("api/throttled/", view(lambda: None, OncePerDay)),
    path("forbidden/", throw(PermissionDenied())),
    path("suspicious/", throw(SuspiciousOperation())),
    *urls.urlpatterns,
]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def api() -> APIClient:
    return APIClient(raise_request_exception=False, headers={"Accept-Language": "en, ko;q=0.1"})


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/nothing/", 404),
        ("/nothing/", 404),
        ("/api/object/", 404),
        ("/api/body/", 405),
        ("/api/auth/me/", 401),
        ("/api/conflict/", 500),
        ("/api/crash/", 500),
        ("/api/outage/", 503),
        ("/forbidden/", 403),
        ("/suspicious/", 400),
    ],
)
def test_an_error_of_an_address(api: APIClient, address: str, status: int) -> None:
    assert foreign_texts(api.get(address), status) == []


def test_an_unknown_host(api: APIClient) -> None:
    assert foreign_texts(api.get("/", headers={"Host": "evil.example"}), 400) == []


def test_a_missing_permission(signed_in: APIClient) -> None:
    assert foreign_texts(signed_in.post("/api/staff/"), 403) == []


@pytest.mark.parametrize("throttled", [1, 0])
def test_a_throttled_request(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, throttled: int
) -> None:
    if not throttled:
        monkeypatch.setattr(OncePerDay, "wait", lambda self: None)
    api.get("/api/throttled/")
    assert foreign_texts(api.get("/api/throttled/"), 429) == []


def test_a_type_that_is_not_offered(api: APIClient) -> None:
    response = api.get("/api/auth/me/", headers={"Accept": "text/html"})
    assert foreign_texts(response, 406) == []


@pytest.mark.parametrize(
    ("type_of_body", "body", "status"),
    [
        ("text/plain", b"x", 415),
        ("application/json", b"{", 400),
        ("application/json", b'{"a":\n1,}', 400),
        ("application/json", b'{"a": NaN}', 400),
        ("application/json", b"\xff", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b"[1]", 400),
        ("multipart/form-data", b"x", 400),
    ],
)
def test_a_body_that_cannot_be_read(
    api: APIClient, type_of_body: str, body: bytes, status: int
) -> None:
    response = api.post("/api/body/", body, content_type=type_of_body)
    assert foreign_texts(response, status) == []


def test_malformed_json_is_located(api: APIClient) -> None:
    response = api.post("/api/body/", b'{"a":\n x}', content_type="application/json")
    assert re.findall(r"\d+", response.json()["detail"]) == ["2", "2"]


@pytest.mark.parametrize("password", ["", "1", "password", "92837465019", "a@example.com"])
def test_a_weak_password(api: APIClient, password: str) -> None:
    body = {"email": "a@example.com", "name": "민지" if KOREAN else "Kim", "password": password}
    assert foreign_texts(api.post("/api/auth/signup/", body), 400) == []


def test_an_address_that_is_taken(api: APIClient, user: User) -> None:
    body = {"email": user.email, "name": "x" * 51, "password": PASSWORD}
    assert foreign_texts(api.post("/api/auth/signup/", body), 400) == []


def test_validators_of_passwords() -> None:
    with pytest.raises(DjangoValidationError) as error:
        validate_password("1")
    assert [text for text in error.value.messages if is_foreign(text)] == []


def test_a_missing_csrf_token_outside_of_the_api() -> None:
    client = Client(enforce_csrf_checks=True)
    assert foreign_texts(client.post("/admin/login/"), 403) == []
    client.cookies["csrftoken"] = "a" * 32
    assert foreign_texts(client.post("/admin/login/"), 403) == []
    response = client.post("/admin/login/", headers={"Origin": "https://evil.example"})
    assert foreign_texts(response, 403) == []


def test_a_server_that_is_not_ready(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", throw(InterfaceError()))
    assert foreign_texts(api.get("/health/ready/"), 503) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 418, 422, 451, 500, 503, 507])
def test_the_title_of_a_status(status: int) -> None:
    assert not is_foreign(problem(status)["title"])
    assert not is_foreign(problem(status)["detail"])


def test_the_language_is_not_the_visitors(api: APIClient) -> None:
    assert settings.LANGUAGE_CODE[:2] == OPTIONS["docs_language"]
    for language in ("en", "ko"):
        response = api.get("/api/auth/me/", headers={"Accept-Language": language})
        assert foreign_texts(response, 401) == []

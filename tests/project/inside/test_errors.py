"""Errors have one form everywhere; `urlpatterns` adds addresses that go wrong."""

import logging

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework import permissions, serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from config import urls
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401

SECRET = "password=hunter2"


class Item(serializers.Serializer):
    price = serializers.IntegerField(min_value=1)


class Order(serializers.Serializer):
    items = Item(many=True)
    labels = serializers.ListField(child=serializers.CharField(max_length=3))

    def validate(self, attrs: dict) -> dict:
        raise serializers.ValidationError("Closed on Mondays.", code="closed")


@api_view(["POST"])
@permission_classes([permissions.AllowAny])
def order(request: Request) -> Response:
    Order(data=request.data).is_valid(raise_exception=True)


@api_view()
def crash_in_the_api(request: Request) -> Response:
    raise RuntimeError(SECRET)


@api_view()
@permission_classes([permissions.IsAdminUser])
def staff_only(request: Request) -> Response:
    return Response()


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(SECRET)


@api_view()
def need_the_database_in_the_api(request: Request) -> Response:
    raise InterfaceError(SECRET)


def need_the_database(request: HttpRequest) -> HttpResponse:
    raise InterfaceError(SECRET)


def forbid(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


urlpatterns = [
    path("api/order/", order),
    path("api/crash/", crash_in_the_api),
    path("api/staff/", staff_only),
    path("crash/", crash),
    path("api/outage/", need_the_database_in_the_api),
    path("outage/", need_the_database),
    path("forbidden/", forbid),
    path("suspicious/", suspect),
    *urls.urlpatterns,
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def api() -> APIClient:
    """A client that gets the answer that a browser would get, also when a view crashes."""
    return APIClient(raise_request_exception=False)


def assert_problem(response: HttpResponse, status: int) -> None:
    """Hold an answer against RFC 9457 and what config/problems.py adds."""
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"] and body["detail"]
    assert body["request_id"] == response["X-Request-ID"]


def errors(response: HttpResponse) -> list[tuple[str, str]]:
    assert_problem(response, 400)
    assert all(error["detail"] for error in response.json()["errors"])
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


def test_wrong_fields_are_a_problem_that_names_each_with_its_path(api: APIClient) -> None:
    body = {"items": [{"price": 1}, {"price": 0}], "labels": ["ok", "too long", None]}
    assert errors(api.post("/api/order/", body)) == [
        ("items.1.price", "min_value"),
        ("labels.1", "max_length"),
        ("labels.2", "null"),
    ]


def test_missing_fields_are_named(api: APIClient) -> None:
    expected = [("items", "required"), ("labels", "required")]
    assert errors(api.post("/api/order/", {})) == expected


def test_fault_of_no_field_is_named_so(api: APIClient) -> None:
    body = {"items": [], "labels": []}
    assert errors(api.post("/api/order/", body)) == [("non_field_errors", "closed")]


def test_a_body_of_the_wrong_kind_is_a_problem(api: APIClient) -> None:
    assert errors(api.post("/api/order/", [1])) == [("non_field_errors", "invalid")]


@pytest.mark.parametrize("body", ["{", "\udcff", "[" * 100_000], ids=["cut", "bytes", "deep"])
def test_a_body_that_is_no_json_is_a_problem(api: APIClient, body: str) -> None:
    data = body.encode(errors="surrogateescape")
    assert_problem(api.post("/api/order/", data, content_type="application/json"), 400)


def test_a_body_of_another_type_is_a_problem(api: APIClient) -> None:
    assert_problem(api.post("/api/order/", "x", content_type="text/plain"), 415)


def test_missing_sign_in_is_a_problem(api: APIClient) -> None:
    assert_problem(api.get("/api/auth/me/"), 401)


def test_missing_permission_is_a_problem(signed_in: APIClient) -> None:
    assert_problem(signed_in.get("/api/staff/"), 403)


def test_missing_permission_outside_of_the_api_is_a_problem(api: APIClient) -> None:
    assert_problem(api.get("/forbidden/"), 403)


@pytest.mark.parametrize("address", ["/api/nothing/", "/api/", "/nothing/", "/nothing.txt"])
def test_unknown_address_is_a_problem(api: APIClient, address: str) -> None:
    assert_problem(api.get(address), 404)


def test_unknown_address_of_the_api_is_a_problem_in_debug_mode_too(
    api: APIClient, settings: object
) -> None:
    settings.DEBUG = True
    assert_problem(api.get("/api/nothing/"), 404)


def test_writing_to_an_unknown_address_of_the_api_needs_no_csrf_token() -> None:
    assert_problem(APIClient(enforce_csrf_checks=True).post("/api/nothing/"), 404)


def test_wrong_method_is_a_problem(api: APIClient) -> None:
    response = api.get("/api/order/")
    assert_problem(response, 405)
    assert "POST" in response["Allow"]


def test_crash_in_the_api_is_a_problem(api: APIClient) -> None:
    assert_problem(api.get("/api/crash/"), 500)


def test_crash_outside_of_the_api_is_a_problem(api: APIClient) -> None:
    assert_problem(api.get("/crash/"), 500)


@pytest.mark.parametrize("address", ["/api/crash/", "/crash/"])
def test_crash_tells_nothing_of_its_cause(api: APIClient, address: str) -> None:
    assert SECRET not in api.get(address).text


def test_crash_tells_its_cause_to_developers(api: APIClient, settings: object) -> None:
    settings.DEBUG = True
    response = api.get("/api/crash/")
    assert_problem(response, 500)
    assert SECRET in response.json()["detail"]


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("address", ["/api/crash/", "/crash/"])
def test_crash_is_one_error_in_the_log_with_its_traceback(
    api: APIClient, address: str, debug: bool, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = debug
    api.get(address)
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info


# A database out of reach


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """No query is answered."""

    def fail(*args: object, **kwargs: object) -> None:
        raise InterfaceError(SECRET)

    monkeypatch.setattr(connection, "cursor", fail)


def assert_outage(response: HttpResponse) -> None:
    assert_problem(response, 503)
    assert int(response["Retry-After"]) > 0
    assert SECRET not in response.text


@pytest.mark.parametrize("address", ["/api/outage/", "/outage/"])
def test_without_the_database_the_answer_is_503_that_says_when_to_come_back(
    api: APIClient, address: str
) -> None:
    assert_outage(api.get(address))


@pytest.mark.usefixtures("outage")
def test_without_the_database_the_admin_answers_503(api: APIClient) -> None:
    api.cookies["sessionid"] = "a" * 32
    assert_outage(api.get("/admin/"))


@pytest.mark.usefixtures("outage")
def test_without_the_database_signing_up_is_answered_503(api: APIClient) -> None:
    newcomer = {"email": "new@example.com", "name": "Kim", "password": "correct horse 1"}
    assert_outage(api.post("/api/auth/signup/", newcomer))


def test_without_the_database_middleware_answers_503(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise InterfaceError(SECRET)

    monkeypatch.setattr(SessionMiddleware, "process_request", fail)
    assert_outage(api.get("/api/auth/me/"))


def test_outage_is_one_error_in_the_log_with_its_traceback(
    api: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    api.get("/api/outage/")
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info


def test_outage_tells_its_cause_to_developers(api: APIClient, settings: object) -> None:
    settings.DEBUG = True
    response = api.get("/api/outage/")
    assert_problem(response, 503)
    assert SECRET in response.json()["detail"]


def test_tests_see_a_crash_as_an_exception(client: Client) -> None:
    with pytest.raises(RuntimeError, match=SECRET):
        client.get("/api/crash/")


def test_missing_csrf_token_outside_of_the_api_is_a_problem() -> None:
    assert_problem(Client(enforce_csrf_checks=True).post("/admin/login/"), 403)


def test_unknown_host_is_a_problem(api: APIClient) -> None:
    assert_problem(api.get("/api/auth/me/", HTTP_HOST="evil.example"), 400)


def test_suspicious_request_is_a_problem(api: APIClient) -> None:
    assert_problem(api.get("/suspicious/"), 400)


@pytest.mark.parametrize("address", ["/api/auth/me", "/admin"])
def test_missing_slash_is_added(api: APIClient, address: str) -> None:
    response = api.get(address)
    assert (response.status_code, response["Location"]) == (308, f"{address}/")


def test_adding_the_slash_keeps_the_method_and_the_query(api: APIClient) -> None:
    response = api.post("/api/auth/signup?next=1", {})
    assert (response.status_code, response["Location"]) == (308, "/api/auth/signup/?next=1")


def test_no_slash_is_added_where_that_leads_nowhere(api: APIClient) -> None:
    assert_problem(api.get("/api/nothing"), 404)

"""Bodies and headers that no client should send are refused before they cost anything."""

import time

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from config import urls
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from template_tests.test_errors import assert_problem

LIMIT = 2_621_440
JSON = "application/json"
ADDRESS = "/api/auth/signup/"
FORM = "multipart/form-data; boundary=x"
FIELD = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'
# Every kind of body, at an address that reads it: the admin's form is read for its CSRF token.
PLACES = [
    (ADDRESS, JSON),
    (ADDRESS, FORM),
    ("/admin/login/", "application/x-www-form-urlencoded"),
    ("/admin/login/", FORM),
]


@api_view(["POST"])
@permission_classes([AllowAny])
@parser_classes([MultiPartParser])
def upload(request: Request) -> Response:
    return Response(request.data)


@api_view(["POST"])
@permission_classes([AllowAny])
def echo(request: Request) -> Response:
    return Response(request.data)


ERRORS = {Http404: 404, PermissionDenied: 403, SuspiciousOperation: 400, BadRequest: 400}


def plain(request: HttpRequest, name: str) -> HttpResponse:
    """A view of Django's own, not of REST framework's."""
    raise next(error for error in ERRORS if error.__name__ == name)


@api_view()
@permission_classes([AllowAny])
def of_rest_framework(request: Request, name: str) -> Response:
    raise next(error for error in ERRORS if error.__name__ == name)


urlpatterns = [
    path("api/upload/", upload),
    path("api/echo/", echo),
    path("api/plain/<name>/", plain),
    path("api/rest/<name>/", of_rest_framework),
    *urls.urlpatterns,
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def api() -> APIClient:
    """A client that gets an answer also when the server crashes."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def browser() -> Client:
    """A browser that has a cookie for CSRF, and gets an answer also when the server crashes."""
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    browser.cookies["csrftoken"] = "a" * 32
    return browser


def post(client: Client, content_type: str, data: bytes | str = "{}") -> HttpResponse:
    return client.post(ADDRESS, data, content_type=content_type)


@pytest.mark.parametrize(
    "charset",
    ["punycode", "PunyCode", '"punycode"', "idna", "utf-7", "utf-16", "latin-1", "euc-kr", "zlib"],
)
@pytest.mark.parametrize(("address", "kind"), PLACES)
def test_no_charset_but_utf8_is_read(
    browser: Client, charset: str, address: str, kind: str
) -> None:
    # Decoding 200 kB of it takes Python's punycode half a minute.
    body = b'{"name": "' + b"-a" * 100_000
    started = time.monotonic()
    # `post` itself would encode the body.
    response = browser.generic("POST", address, body, f"{kind}; charset={charset}")
    assert_problem(response, 415)
    assert time.monotonic() - started < 5


def test_of_two_charsets_neither_is_read_unless_it_is_utf8(browser: Client) -> None:
    assert_problem(post(browser, f"{JSON}; charset=utf-8; charset=punycode"), 415)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8", '"utf-8"'])
@pytest.mark.django_db
def test_utf8_may_be_named(api: APIClient, charset: str) -> None:
    account = '{"email": "new@example.com", "name": "민지", "password": "correct-horse-1"}'
    response = api.post(ADDRESS, account, content_type=f"{JSON}; charset={charset}")
    assert (response.status_code, response.json()["name"]) == (201, "민지")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("address", "kind", "start"),
    [("/api/echo/", JSON, '{"name": "'), ("/api/upload/", FORM, FIELD.format("name"))],
    ids=["json", "form"],
)
def test_a_body_over_the_limit_is_too_large(
    api: APIClient, settings: object, address: str, kind: str, start: str, debug: bool
) -> None:
    settings.DEBUG = debug
    body = f"{start}{'x' * LIMIT}"
    assert_problem(api.post(address, body, content_type=kind), 413)


def test_a_body_up_to_the_limit_is_read(api: APIClient) -> None:
    body = f'"{"x" * (LIMIT - 2)}"'
    assert api.post("/api/echo/", body, content_type=JSON).status_code == 200


def test_too_many_fields_of_a_form_are_too_large(api: APIClient) -> None:
    body = "".join(f"{FIELD.format(number)}x\r\n" for number in range(1_100)) + "--x--\r\n"
    assert_problem(api.post("/api/upload/", body, content_type=FORM), 413)


def test_a_form_over_the_limit_is_too_large_outside_of_the_api(browser: Client) -> None:
    body = "username=" + "x" * LIMIT
    kind = "application/x-www-form-urlencoded"
    assert_problem(browser.post("/admin/login/", body, content_type=kind), 413)


@pytest.mark.parametrize("body", ["", "--y", "--x\r\nfoo"])
def test_a_form_that_is_none_is_a_problem_or_empty(api: APIClient, body: str) -> None:
    assert api.post("/api/upload/", body, content_type=FORM).status_code in (200, 400)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=\x7f"])
def test_a_form_without_a_boundary_is_a_problem(api: APIClient, kind: str) -> None:
    assert_problem(api.post("/api/upload/", "--x", content_type=kind), 400)


@pytest.mark.parametrize("error", ERRORS)
def test_an_exception_of_django_is_a_problem_in_a_plain_view(
    api: APIClient, error: type[Exception]
) -> None:
    assert_problem(api.get(f"/api/plain/{error.__name__}/"), ERRORS[error])


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("error", ERRORS)
def test_an_exception_of_django_is_a_problem_in_a_view_of_rest_framework(
    api: APIClient, error: type[Exception], settings: object, debug: bool
) -> None:
    settings.DEBUG = debug
    assert_problem(api.get(f"/api/rest/{error.__name__}/"), ERRORS[error])


@pytest.mark.parametrize("name", ["docs", "redoc", "schema"])
@pytest.mark.parametrize("method", ["options", "post", "put", "patch", "delete", "trace"])
def test_the_documentation_can_only_be_read(api: APIClient, name: str, method: str) -> None:
    assert_problem(getattr(api, method)(f"/api/{name}/"), 405)


@pytest.mark.parametrize("accepted", ["application/problem+json", "application/problem+json, a/b"])
def test_whoever_accepts_problems_gets_more(api: APIClient, accepted: str) -> None:
    response = api.post("/api/echo/", {"a": 1}, headers={"Accept": accepted})
    assert (response.status_code, response.json()) == (200, {"a": 1})


def test_a_response_in_another_form_is_refused(api: APIClient) -> None:
    response = api.post("/api/echo/", {}, headers={"Accept": "application/xml"})
    assert_problem(response, 406)

"""What holds for every request: its id, its log line, the release, other origins."""

import logging
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User

LIVE = "/health/live/"
# It needs no database, and is logged: health checks are not.
HOME = "/"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the project writes to the console."""
    console = next(handler for handler in logging.root.handlers if handler.name == "console")
    monkeypatch.setattr(console, "stream", StringIO())
    return console.stream


def test_answer_names_the_request(client: Client) -> None:
    assert client.get(LIVE)["X-Request-ID"]


def test_requests_have_different_ids(client: Client) -> None:
    assert client.get(LIVE)["X-Request-ID"] != client.get(LIVE)["X-Request-ID"]


def test_id_that_the_proxy_gave_is_kept(client: Client) -> None:
    request_id = uuid4().hex
    assert client.get(LIVE, headers={"X-Request-ID": request_id})["X-Request-ID"] == request_id


def test_id_that_is_none_is_replaced(client: Client) -> None:
    response = client.get(LIVE, headers={"X-Request-ID": "forged log line"})
    assert UUID(response["X-Request-ID"])


def test_log_has_one_line_for_a_request_with_its_id(client: Client, log: StringIO) -> None:
    response = client.get(HOME)
    [line] = log.getvalue().splitlines()
    assert f"[{response['X-Request-ID']}] GET {HOME} 302" in line


def test_log_after_a_request_has_no_id(client: Client, log: StringIO) -> None:
    client.get(HOME)
    logging.getLogger("posts").warning("later")
    assert "[None] later" in log.getvalue()


def test_log_leaves_out_the_query(client: Client, log: StringIO) -> None:
    client.get(HOME, {"token": "hunter2"})
    assert f"GET {HOME} 302" in log.getvalue()
    assert "hunter2" not in log.getvalue()


@pytest.mark.parametrize("name", ["live", "ready"])
@pytest.mark.django_db
def test_log_is_not_buried_under_health_checks(client: Client, log: StringIO, name: str) -> None:
    assert client.get(f"/health/{name}/").status_code == 200
    assert log.getvalue() == ""


@pytest.mark.django_db
def test_log_has_health_checks_that_failed(client: Client, log: StringIO, settings: object) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    response = client.get("/health/ready/")
    assert "GET /health/ready/ 503" in log.getvalue()
    # Django adds a line, after the last middleware.
    lines = log.getvalue().splitlines()
    assert [line for line in lines if f"[{response['X-Request-ID']}]" not in line] == []


def test_log_names_the_user(
    signed_in: APIClient, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        signed_in.get("/api/auth/me/")
    assert [record.user_id for record in caplog.records if record.name == "request"] == [user.pk]


def test_log_names_the_user_of_the_admin(
    admin_client: Client, admin_user: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        admin_client.get("/admin/")
    lines = [record.user_id for record in caplog.records if record.name == "request"]
    assert lines == [admin_user.pk]


def test_answer_names_the_release(client: Client, settings: object) -> None:
    settings.RELEASE = "2f5c1ab"
    assert client.get(LIVE)["X-Release"] == "2f5c1ab"


def test_without_a_release_no_header_names_it(client: Client, settings: object) -> None:
    settings.RELEASE = ""
    assert "X-Release" not in client.get(LIVE)


def test_front_end_on_an_allowed_origin_may_read_answers(client: Client, settings: object) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.com"]
    response = client.get(HOME, headers={"Origin": "https://www.example.com"})
    assert response["Access-Control-Allow-Origin"] == "https://www.example.com"
    assert response["Access-Control-Expose-Headers"] == "Retry-After, X-Request-ID"


def test_front_end_on_another_origin_may_not(client: Client, settings: object) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.com"]
    response = client.get(HOME, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in response

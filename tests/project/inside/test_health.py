import logging

import pytest
from django.core.cache import cache
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

SECRET = "password=hunter2"


def fail(*args: object, **kwargs: object) -> None:
    raise OperationalError(SECRET)


def test_live_answers_without_the_database(client: Client) -> None:
    assert client.get("/health/live/").json() == {"status": "ok"}


def test_live_answers_without_the_database_to_a_visitor_with_a_cookie(client: Client) -> None:
    client.cookies["sessionid"] = "a" * 32
    assert client.get("/health/live/").status_code == 200


def test_the_slash_at_the_end_may_be_left_out(client: Client) -> None:
    assert client.get("/health/live").status_code == 200


@pytest.mark.django_db
def test_ready_when_everything_works(client: Client) -> None:
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("name", ["live", "ready"])
@pytest.mark.django_db
def test_answers_are_never_cached(client: Client, name: str) -> None:
    assert "no-store" in client.get(f"/health/{name}/")["Cache-Control"]


def assert_not_ready(client: Client, reason: str) -> None:
    response = client.get("/health/ready/")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["reason"] == reason


@pytest.mark.django_db
def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "cursor", fail)
    assert_not_ready(client, "database")


@pytest.mark.django_db
def test_not_ready_before_the_migrations_are_applied(client: Client) -> None:
    MigrationRecorder(connections["default"]).record_unapplied("sessions", "0001_initial")
    assert_not_ready(client, "migrations")


@pytest.mark.django_db
def test_not_ready_without_the_cache(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(cache._connections["default"]), "set", fail)
    assert_not_ready(client, "cache")


@pytest.mark.django_db
def test_not_ready_with_a_cache_that_forgets(client: Client, settings: object) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert_not_ready(client, "cache")


@pytest.mark.django_db
def test_reason_holds_no_secret(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "cursor", fail)
    assert SECRET not in client.get("/health/ready/").text


@pytest.mark.django_db
def test_log_says_what_failed(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections["default"], "cursor", fail)
    with caplog.at_level(logging.ERROR):
        client.get("/health/ready/")
    assert SECRET in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["live", "ready"])
def test_whoever_asks_by_an_address_is_answered_over_http(
    client: Client, settings: object, name: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^health/"]
    response = client.get(f"/health/{name}/", headers={"Host": "10.0.0.7"})
    assert response.status_code == 200


def test_other_addresses_check_the_host(client: Client) -> None:
    assert client.get("/", headers={"Host": "10.0.0.7"}).status_code == 400

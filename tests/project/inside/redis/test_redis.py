"""What preflight finds of Redis."""

from types import SimpleNamespace

import pytest
from pytest_django import Settings
from redis import AuthenticationError, ConnectionError, ResponseError, TimeoutError

from operations import redis
from operations.redis import check_redis
from template_tests.found import PASSWORD, ids

BACKEND = "django_redis.cache.RedisCache"


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A stand-in for redis-py's client, which fails with its `error`."""

    def ping() -> None:
        if client.error:
            raise client.error

    settings.CACHES = {"default": {"BACKEND": BACKEND, "LOCATION": ""}}
    pool = SimpleNamespace(connection_kwargs={"host": "redis", "password": PASSWORD})
    client = SimpleNamespace(connection_pool=pool, ping=ping, error=None)
    monkeypatch.setattr(redis, "get_redis_connection", lambda: client)
    monkeypatch.setattr(redis, "why_unreachable", lambda host, port: "")
    return client


def test_a_redis_that_responds_is_fine(server: SimpleNamespace) -> None:
    assert list(check_redis()) == []


def test_a_cache_in_memory_needs_no_redis() -> None:
    assert list(check_redis()) == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (AuthenticationError, "credentials"),
        (TimeoutError, "silent"),
        (ConnectionError, "silent"),
        (ResponseError, "other"),
    ],
)
def test_the_errors_of_redis_are_distinguished(
    server: SimpleNamespace, error: type[Exception], kind: str
) -> None:
    server.error = error("what the server said")
    assert ids(check_redis()) == [f"redis.{kind}"]


@pytest.mark.parametrize("kind", ["unresolved", "timeout", "refused"])
def test_a_redis_out_of_reach_is_found(
    server: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(redis, "why_unreachable", lambda host, port: kind)
    (found,) = check_redis()
    assert found.id == f"redis.{kind}"
    assert "redis:6379" in found.msg


@pytest.mark.parametrize("url", ["redis:6379", f"redis://:x/{PASSWORD}@redis:6379/0"])
def test_a_url_that_cannot_be_parsed_is_found(settings: Settings, url: str) -> None:
    settings.CACHES = {"default": {"BACKEND": BACKEND, "LOCATION": url}}
    assert ids(check_redis()) == ["redis.url"]

"""Does Redis answer? Not through the cache, which treats a Redis that is down as empty."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage
from django_redis import get_redis_connection
from redis import RedisError

from operations import redis_messages
from operations.checks import in_one_line
from operations.services import fault, kind_of, why_unreachable

ERRORS = {
    "credentials": r"^AuthenticationError|NOAUTH|WRONGPASS",
    "silent": r"^(TimeoutError|ConnectionError)",
}


def check_redis() -> Iterator[CheckMessage]:
    if "redis" not in settings.CACHES["default"]["BACKEND"]:
        return
    try:
        client = get_redis_connection()
    except ValueError:  # Its text may hold a part of the password.
        yield fault(redis_messages, "url", host="redis", port=6379)
        return
    address = client.connection_pool.connection_kwargs
    host, port = address.get("host", "localhost"), address.get("port", 6379)
    values = {"host": host, "port": port, "target": f"{host}:{port}"}
    if kind := why_unreachable(host, port):
        yield fault(redis_messages, kind, **values)
        return
    try:
        client.ping()
    except RedisError as error:
        kind = kind_of(error, ERRORS)
        yield fault(redis_messages, kind, **values, error=in_one_line(error))

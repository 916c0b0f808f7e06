"""What every request gets: an id, a line in the log, and the release's name on its response."""

import logging
import re
import select
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

logger = logging.getLogger("request")
HEADER = "X-Request-ID"
# A UUID, with dashes or without: nginx.conf accepts and makes the same.
VALID_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
# nginx's status for it; only the log shows it.
CLIENT_CLOSED_REQUEST = 499
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        # The id that the proxy gave; without a valid one, a new one.
        current = given if VALID_ID.fullmatch(given) else uuid4().hex
        request_id.set(current)
        started = time.perf_counter()
        response = self.get_response(request)
        log_request(request, response, round((time.perf_counter() - started) * 1000))
        response[HEADER] = current
        if settings.RELEASE:
            response["X-Release"] = settings.RELEASE
        return response


def log_request(request: HttpRequest, response: HttpResponse, milliseconds: int) -> None:
    # The path alone: a query string may hold what does not belong in a log.
    logger.log(
        log_level(request, response),
        "%s %s %s %s ms",
        request.method,
        request.path,
        response.status_code,
        milliseconds,
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": milliseconds,
            "user_id": getattr(known_user(request), "pk", None),
        },
    )


@receiver(request_finished)
def forget_request_id(**kwargs: Any) -> None:
    """Not earlier: Django logs a crash after the last middleware."""
    request_id.set(None)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


def known_user(request: HttpRequest) -> Any:
    """Return the user if someone has asked for it by now: a log line is worth no query.

    A query here would also turn the answers of a server without its database into crashes.
    """
    user = getattr(request, "user", None)
    return getattr(request, "_cached_user", None) if isinstance(user, SimpleLazyObject) else user


def log_level(request: HttpRequest, response: HttpResponse) -> int:
    if response.status_code >= 500:
        return logging.ERROR
    # Health checks come all the time, and would bury what users do.
    return logging.DEBUG if request.path.startswith("/health/") else logging.INFO


class AbandonedRequestMiddleware(MiddlewareMixin):
    """Skip a request whose client gave up while it waited for a free thread.

    Otherwise an overloaded server works for nobody before it gets to those who still wait.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        # Only gunicorn passes it on.
        connection = request.META.get("gunicorn.socket")
        if connection is not None and is_closed(connection.fileno()):
            return HttpResponse(status=CLIENT_CLOSED_REQUEST)
        return None


def is_closed(connection: int) -> bool:
    """Return whether the other side has closed this connection."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(0))

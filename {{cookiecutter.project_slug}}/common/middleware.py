"""What every request gets: an id, a line in the log, and headers on its response.

It also stops requests in an encoding other than UTF-8, and those whose client has gone.
"""

import logging
import select
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from common.errors import problem_response
from common.request_id import HEADER, VALID_ID, request_id

logger = logging.getLogger("request")
# nginx's status for it; only the log shows it.
CLIENT_CLOSED_REQUEST = 499


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
        # Django's page of details about an error has a script in it.
        if not settings.DEBUG or response.status_code < 400:
            response.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
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


def known_user(request: HttpRequest) -> Any:
    """Return the user if someone has asked for it by now: a log line is worth no query.

    A query here would also turn the answers of a server without its database into crashes.
    """
    user = getattr(request, "user", None)
    return getattr(request, "_cached_user", None) if isinstance(user, SimpleLazyObject) else user


def log_level(request: HttpRequest, response: HttpResponse) -> int:
    # Health checks come all the time, and would bury what users do. A failure needs no ERROR here:
    # django.request logs one, with the traceback.
    passed = request.path.startswith("/health/") and response.status_code < 500
    return logging.DEBUG if passed else logging.INFO


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


class CharsetMiddleware(MiddlewareMixin):
    """Respond 415 to a body in an encoding other than UTF-8, before anything reads it.

    Python decodes all the encodings it knows, and needs minutes for some of them.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        charset = (request.content_params or {}).get("charset", "utf-8")
        return None if charset.lower() in ("utf-8", "utf8") else problem_response(415)

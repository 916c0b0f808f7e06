"""One log line for every request, and the release's name on every response."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from common.errors import crash_response

logger = logging.getLogger("request")


def known_user(request: HttpRequest) -> AbstractBaseUser | AnonymousUser | None:
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


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        milliseconds = round((time.perf_counter() - started) * 1000)
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
        if settings.RELEASE:
            response["X-Release"] = settings.RELEASE
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a crash in the API's own form, with DEBUG too; the log has the traceback."""
        if not request.path.startswith("/api/"):
            return None
        logger.error("%s %s crashed", request.method, request.path, exc_info=exception)
        got_request_exception.send(sender=type(self), request=request)
        return crash_response(exception)

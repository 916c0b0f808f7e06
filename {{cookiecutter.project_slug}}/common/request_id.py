"""The id of a request: one in its response, its log lines, its errors and nginx's log."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import UUID, uuid4

from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestIdMiddleware:
    """Keep the id that the proxy gave; without a valid one, make one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        current = given if is_uuid(given) else uuid4().hex
        request_id.set(current)
        response = self.get_response(request)
        response[HEADER] = current
        return response


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@receiver(request_finished)
def forget_request_id(**kwargs: Any) -> None:
    """Not earlier: Django logs a crash after the last middleware."""
    request_id.set(None)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True

"""The id of the request that is running, for its response, its errors and its log lines."""

import logging
import re
from contextvars import ContextVar
from typing import Any

from django.core.signals import request_finished
from django.dispatch import receiver

HEADER = "X-Request-ID"
# A UUID, with dashes or without: nginx.conf accepts and makes the same.
VALID_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


@receiver(request_finished)
def forget_request_id(**kwargs: Any) -> None:
    """Not earlier: Django logs a crash after the last middleware."""
    request_id.set(None)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True

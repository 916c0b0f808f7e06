"""Requests whose client has gone are skipped."""

import select
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# nginx's status for it; only the log shows it.
CLIENT_CLOSED_REQUEST = 499


class AbandonedRequestMiddleware:
    """Skip a request whose client gave up while it waited for a free thread.

    Otherwise an overloaded server works for nobody before it gets to those who still wait.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Only gunicorn passes it on.
        connection = request.META.get("gunicorn.socket")
        if connection is not None and is_closed(connection.fileno()):
            return HttpResponse(status=CLIENT_CLOSED_REQUEST)
        return self.get_response(request)


def is_closed(connection: int) -> bool:
    """Return whether the other side has closed this connection."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(0))

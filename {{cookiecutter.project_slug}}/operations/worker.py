"""The workers of gunicorn, whose settings are in gunicorn.py."""

from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

# nginx then answers 400 itself, in the form that the API's errors have: see problem.conf.
REFUSED = (
    b"HTTP/1.1 400 Bad Request\r\n"
    b"X-Accel-Redirect: /refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class Worker(ThreadWorker):
    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Let nginx answer what is no request to gunicorn, which would send a page of HTML."""
        if req is not None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Invalid request: %r", exc)
        with suppress(OSError):
            client.sendall(REFUSED)
            # nginx hangs up as soon as it has read that; unread data would reset the connection.
            client.settimeout(2)
            while client.recv(2**16):
                pass

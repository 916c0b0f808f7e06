"""The container's health check, against a server that answers as a test wants."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from config import healthcheck

Serve = Callable[..., list[dict]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a function that starts a server; it returns what is asked of the server."""
    servers = []

    def serve(answer: bytes) -> list[dict]:
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append({"path": self.path, "host": self.headers["Host"]})
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        monkeypatch.setattr(healthcheck, "PORT", server.server_port)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return asked

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_server_that_is_ready_is_healthy(serve: Serve) -> None:
    asked = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert healthcheck.main() == 0
    assert [request["path"] for request in asked] == ["/health/ready/"]


def test_a_server_that_is_not_ready_is_not_and_the_reason_is_printed(
    serve: Serve, capsys: pytest.CaptureFixture
) -> None:
    serve(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 8\r\n\r\ndatabase")
    assert healthcheck.main() == 1
    assert capsys.readouterr().out == "503 database\n"


def test_a_server_that_talks_nonsense_is_not(serve: Serve) -> None:
    serve(b"nonsense\r\n\r\n")
    assert healthcheck.main() == 1


def test_no_server_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    # No program listens there.
    monkeypatch.setattr(healthcheck, "PORT", 1)
    assert healthcheck.main() == 1


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("api.example.com,203.0.113.7", "api.example.com"),
        (".example.com", "example.com"),
        ("*", "localhost"),
        ("", "localhost"),
        (" , 203.0.113.7", "203.0.113.7"),
    ],
)
def test_the_host_is_one_that_django_lets_pass(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, allowed: str, host: str
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", allowed)
    asked = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    healthcheck.main()
    assert [request["host"] for request in asked] == [host]

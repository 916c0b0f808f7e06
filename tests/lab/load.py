"""Clients that keep their connections open, never retry, and remember every answer."""

from __future__ import annotations

import io
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

from PIL import Image


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    status: int = 200
    # What to send as JSON, or what makes it anew for each request.
    body: dict | Callable[[], dict] | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Load:
    """What came back: `failures` tells of each request that was not answered as it should be."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    # The bodies of the requests that were answered as they should be.
    accepted: list[dict] = field(default_factory=list)

    def percentile(self, share: float, since: int = 0) -> float:
        """Return the seconds within which this share was answered, of the requests since one."""
        ordered = sorted(self.seconds[since:])
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def wait_for(self, requests: int, seconds: float = 60) -> None:
        """Return after so many more requests: until then nothing new is proven."""
        goal, end = len(self.seconds) + requests, time.monotonic() + seconds
        while len(self.seconds) < goal:
            assert time.monotonic() < end, f"{len(self.seconds)} of {goal} requests in {seconds} s"
            time.sleep(0.1)


def png() -> bytes:
    """Return an image to upload, another one each time."""
    file = io.BytesIO()
    Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).save(file, "PNG")
    return file.getvalue()


def open_socket(address: str, seconds: float = 10) -> socket.socket:
    """Connect to an address with a port: `127.0.0.1:8080`."""
    host, port = address.split(":")
    return socket.create_connection((host, int(port)), seconds)


def connect(address: str, host: str, tls: ssl.SSLContext | None) -> HTTPConnection:
    """Connect to an address; the port is the scheme's, unless the address has one."""
    if tls is None:
        return HTTPConnection(address, timeout=30)
    connection = HTTPSConnection(address, timeout=30, context=tls)
    # The name that is asked for is the site's, the address a container's.
    plain = socket.create_connection((connection.host, connection.port), timeout=30)
    connection.sock = tls.wrap_socket(plain, server_hostname=host)
    return connection


@contextmanager
def under_load(
    address: str,
    wanted: Iterable[Request],
    clients: int = 10,
    host: str = "",
    tls: ssl.SSLContext | None = None,
    pause: float = 0.05,
) -> Iterator[Load]:
    """Send the wanted requests again and again, from several clients, while the block runs."""
    load, wanted, done, lock = Load(), list(wanted), threading.Event(), threading.Lock()

    def ask(connection: HTTPConnection, request: Request, sent: dict | None) -> HTTPResponse:
        body = None if sent is None else json.dumps(sent)
        headers = {"Host": host or address, **dict(request.headers)}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(request.method, request.path, body, headers)
        response = connection.getresponse()
        response.content = response.read()
        return response

    def client(number: int) -> None:
        connection = None
        while not done.is_set():
            request = wanted[number % len(wanted)]
            number += 1
            sent = request.body() if callable(request.body) else request.body
            started, failure = time.monotonic(), ""
            try:
                if connection is None:
                    connection = connect(address, host, tls)
                response = ask(connection, request, sent)
                if response.status != request.status:
                    failure = f"{response.status} {response.content[:200]!r}"
                if response.will_close:
                    connection.close()
                    connection = None
            except (OSError, HTTPException) as error:
                failure, connection = repr(error), None
            seconds = time.monotonic() - started
            with lock:
                load.seconds.append(seconds)
                load.requests[request.method] = load.requests.get(request.method, 0) + 1
                if sent is not None and not failure:
                    load.accepted.append(sent)
                if failure:
                    at = time.strftime("%X")
                    load.failures.append(
                        f"{at} {request.method} {request.path} after {seconds:.3f} s: {failure}"
                    )
            done.wait(pause)
        if connection is not None:
            connection.close()

    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        done.set()
        for thread in threads:
            thread.join()

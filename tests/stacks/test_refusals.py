"""What nginx, gunicorn and the application refuse: always as a problem, and never as 502.

A load balancer is trusted, so that each request here can come from a client of its own.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab.engine import removed_afterwards
from lab.load import open_socket
from lab.rendering import choice_with, render
from lab.stacks import ProductionStack, gateway_of, needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("refusals")]

CHOICE = choice_with(docs_language="en", database="postgresql")
PROBLEM = "application/problem+json"
# Of nginx: large_client_header_buffers, max_headers
LONGEST_LINE, MOST_HEADERS = 8190, 100
LIVE = b"/health/live/"
# Answered before the body is read: method, path, type of the body, status
EARLY = [
    ("POST", "/api/posts/", "application/json", 401),
    ("POST", "/api/auth/me/", "application/json", 401),
    ("POST", "/api/none/", "application/json", 404),
    ("POST", "/none/", "application/json", 404),
    ("POST", "/health/ready/", "text/plain", 405),
    ("PUT", "/api/auth/signup/", "application/json", 405),
    ("POST", "/api/auth/signup/", "text/plain", 415),
]
SIZES = (100_000, 300_000, 1_000_000, 2_400_000, 5_000_000)


class Refusing(ProductionStack):
    clients = (f"198.51.{number >> 8}.{number & 255}" for number in itertools.count())

    def exchange(self, *lines: bytes, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        """Send a request of these lines as another client; return status, headers and body."""
        given = [f"Host: {self.address}", f"X-Forwarded-For: {next(self.clients)}"]
        head = [lines[0], *map(str.encode, given), b"Connection: close", *lines[1:], b"", b""]
        answer = b""
        with open_socket(self.http, 20) as connection:
            try:
                connection.sendall(b"\r\n".join(head) + body)
                while received := connection.recv(65536):
                    answer += received
            except (ConnectionResetError, BrokenPipeError):
                pass
        head, _, content = answer.partition(b"\r\n\r\n")
        status, *headers = head.decode("latin-1").split("\r\n")
        found = dict(header.split(": ", 1) for header in headers)
        return int((status.split() or "00")[1]), found, content

    def send(self, method: str, path: str, kind: str, size: int) -> int:
        """Send a body of some size; return the status of the answer."""
        line = f"{method} {path} HTTP/1.1".encode()
        headers = (f"Content-Type: {kind}".encode(), f"Content-Length: {size}".encode())
        return self.exchange(line, *headers, body=b"x" * size)[0]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refusing]:
    project = shutil.copytree(render(CHOICE), tmp_path_factory.mktemp("refusals") / "project")
    with removed_afterwards(Refusing(Path(project), CHOICE)) as stack:
        stack.values["TRUSTED_PROXIES"] = gateway_of(stack.network)
        stack.write_env()
        stack.up()
        yield stack


def test_an_early_answer_to_a_large_body_arrives(stack: Refusing) -> None:
    wanted = [(*early, size) for early in EARLY for size in SIZES] * 12
    with ThreadPoolExecutor(8) as together:
        statuses = together.map(lambda w: stack.send(*w[:3], w[4]), wanted)
    found = Counter((*w[:2], w[3], status) for w, status in zip(wanted, statuses, strict=True))
    assert {right for *_, right, status in found if status != right} == set(), found


def assert_refused(answer: tuple[int, dict[str, str], bytes], *statuses: int) -> None:
    status, headers, body = answer
    assert status in statuses, answer
    assert headers["Content-Type"] == PROBLEM, answer
    assert json.loads(body)["status"] == status
    assert "X-Release" not in headers


@pytest.mark.parametrize("method", [b"GET", b"DELETE"])
def test_a_request_line_is_answered_or_too_long(stack: Refusing, method: bytes) -> None:
    for length in (4000, *range(4090, 4100), *range(8180, 8200), 20_000):
        path = LIVE + b"?" + b"a" * (length - len(method + LIVE + b" ? HTTP/1.1"))
        status, headers, body = stack.exchange(method + b" " + path + b" HTTP/1.1")
        if length <= LONGEST_LINE:
            assert status == {b"GET": 200, b"DELETE": 405}[method], length
            assert "X-Release" in headers
        else:
            assert_refused((status, headers, body), 414)


def test_a_header_is_answered_or_too_large(stack: Refusing) -> None:
    for length in (4000, *range(8180, 8200), 20_000):
        answer = stack.exchange(b"GET " + LIVE + b" HTTP/1.1", b"X: " + b"a" * (length - 3))
        if length <= LONGEST_LINE:
            assert answer[0] == 200, length
        else:
            assert_refused(answer, 431)


def test_there_are_few_enough_headers_or_too_many(stack: Refusing) -> None:
    # Host, X-Forwarded-For and Connection are there already.
    for number in (50, *range(MOST_HEADERS - 10, MOST_HEADERS + 10), 1000, 3000):
        added = [b"X-%d: a" % each for each in range(number - 3)]
        answer = stack.exchange(b"GET " + LIVE + b" HTTP/1.1", *added)
        if number <= MOST_HEADERS:
            assert answer[0] == 200, number
        else:
            assert_refused(answer, 431)


ODD_LINES = [
    b"CONNECT example.com:443 HTTP/1.1",
    b"TRACE /health/live/ HTTP/1.1",
    b"get /health/live/ HTTP/1.1",
    b"A /health/live/ HTTP/1.1",
    b"A" * 21 + b" /health/live/ HTTP/1.1",
    b"GET /health/live/?q=\xed\x95\x9c HTTP/1.1",
    b"GET /\xed\x95\x9c/ HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET /%zz HTTP/1.1",
    b"GET /%00 HTTP/1.1",
    b"GET /\x7f HTTP/1.1",
    b"GET * HTTP/1.1",
    b"GET //[ HTTP/1.1",
    b"GET /.. HTTP/1.1",
    b"GET /none/ HTTP/2.0",
    b"GET /none/ HTTP/1.0",
    b"GET /none/ HTTP/9",
    b"GET http://{host}/none/?x HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
]
ODD_HEADERS = [
    *(b"X: a" + bytes([number]) + b"b" for number in (1, 8, 11, 27, 127)),
    b"Content-Type: a\r\nContent-Type: b",
    b"Content-Length: 0\r\nContent-Length: 0",
    b"Content-Length: 3\r\nTransfer-Encoding: chunked",
    b"Content-Length: -1",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"X: a\r\n b",
    b"no colon",
    b": x",
    b"X : a",
    b"Expect: x",
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    b"Authorization: a\r\nAuthorization: b",
    b"Cookie: a=" + b"x" * 7000 + b"\r\nCookie: b=" + b"x" * 7000,
]


def assert_a_problem(answer: tuple[int, dict[str, str], bytes]) -> None:
    status, headers, body = answer
    assert status >= 400 and status != 502, answer
    assert headers["Content-Type"] == PROBLEM, answer
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize("line", ODD_LINES, ids=lambda line: re.sub(r"\W+", " ", str(line))[:40])
def test_an_odd_request_line_is_answered_with_a_problem(stack: Refusing, line: bytes) -> None:
    assert_a_problem(stack.exchange(line.replace(b"{host}", stack.address.encode())))


@pytest.mark.parametrize("header", ODD_HEADERS, ids=lambda header: repr(header)[2:40])
def test_an_odd_header_is_answered_with_a_problem(stack: Refusing, header: bytes) -> None:
    assert_a_problem(stack.exchange(b"GET /none/ HTTP/1.1", header))


def test_what_gunicorn_refuses_with_a_large_body_is_a_problem(stack: Refusing) -> None:
    """And never 502, although nobody has read the body."""
    for size in SIZES * 4:
        length = f"Content-Length: {size}".encode()
        line = b"POST /none/ HTTP/1.1"
        assert_refused(stack.exchange(line, length, b"X: \x01", body=b"x" * size), 400)


ODD_CHUNKS = [b"zz\r\n", b"3\r\nabcXX0\r\n\r\n", b"F" * 17 + b"\r\n", b"-1\r\n"]


@pytest.mark.parametrize("body", ODD_CHUNKS)
def test_odd_chunks_are_answered_with_a_problem(stack: Refusing, body: bytes) -> None:
    line, chunked = b"POST /none/ HTTP/1.1", b"Transfer-Encoding: chunked"
    assert_a_problem(stack.exchange(line, chunked, body=body))

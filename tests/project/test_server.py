"""Rendered projects as they are used in development: a real server, real requests."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from lab.machine import run, tool
from lab.rendering import Choice, each_pair, render
from lab.servers import development_server

USER = {"email": "user1@example.com", "password": "ceos-example-1"}
# Development settings whose throttles are off, so that a fuzzer reaches what is behind them. The
# server sends an answer in two parts; with Nagle's algorithm, the second waits 40 ms for the client
# to acknowledge the first.
FUZZ_SETTINGS = """
from django.core.servers.basehttp import WSGIRequestHandler

from .dev import *

REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"signup": None, "signin": None}
WSGIRequestHandler.disable_nagle_algorithm = True
"""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@dataclass
class Server:
    """A project's development server, and the headers of the user signed in on it."""

    address: str
    log: Path
    uses_tokens: bool

    def request(self, path: str, body: object = None, headers: dict | None = None) -> tuple:
        """Return status and decoded JSON of a GET, or of a POST where there is a body."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.address + path, data, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def sign_in(self) -> dict[str, str]:
        """Return the headers that make a request one of the example user's."""
        if self.uses_tokens:
            _, tokens = self.request("/api/auth/token/", USER)
            return {"Authorization": f"Bearer {tokens['access']}"}
        jar = CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

        def csrf_token() -> str:
            with opener.open(f"{self.address}/api/auth/csrf/") as response:
                return json.load(response)["csrf_token"]

        request = urllib.request.Request(  # noqa: S310
            f"{self.address}/api/auth/login/",
            json.dumps(USER).encode(),
            {"Content-Type": "application/json", "X-CSRFToken": csrf_token()},
        )
        opener.open(request).close()
        token = csrf_token()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
        return {"Cookie": cookies, "X-CSRFToken": token}


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable]:
    """Return a function that serves a copy of a project, with example data, until the test ends."""
    with ExitStack() as stack:

        def start(choice: Choice = ()) -> Server:
            project = Path(shutil.copytree(render(choice), tmp_path / "project"))
            (project / "config/settings/fuzz.py").write_text(FUZZ_SETTINGS)
            log = tmp_path / "server.log"
            serving = development_server(project, choice, log, "config.settings.fuzz")
            uses_tokens = dict(choice).get("authentication") != "session"
            return Server(stack.enter_context(serving), log, uses_tokens)

        yield start


def fuzz(server: Server, headers: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    """Let schemathesis send what the OpenAPI schema allows, and much that it does not."""
    return run(
        *(tool("schemathesis"), "run", f"{server.address}/api/schema/"),
        *(f"--checks={','.join(CHECKS)}", "--max-examples=5", "--seed=1", "--no-color"),
        *(f"--header={name}: {value}" for name, value in headers.items()),
        *arguments,
        cwd=server.log.parent,
    )


@pytest.mark.slow
@each_pair
def test_a_fuzzer_finds_no_fault_when_signed_in(serve: Callable, choice: Choice) -> None:
    server = serve(choice)
    # Signing out would make every request after it an anonymous one.
    done = fuzz(server, server.sign_in(), "--exclude-path=/api/auth/logout/")

    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout, done.stdout


@pytest.mark.slow
@each_pair
def test_a_fuzzer_finds_no_fault_when_not_signed_in(serve: Callable, choice: Choice) -> None:
    done = fuzz(serve(choice), {})

    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout, done.stdout


@pytest.mark.slow
def test_the_fuzzer_notices_a_crash(serve: Callable, tmp_path: Path) -> None:
    server = serve()
    # Without its tables every request for posts crashes.
    (tmp_path / "project" / "db.sqlite3").write_bytes(b"")

    assert "Server error" in fuzz(server, {}, "--include-path=/api/posts/").stdout


@pytest.mark.slow
def test_of_two_simultaneous_sign_ups_with_one_address_one_fails(serve: Callable) -> None:
    server = serve()

    def sign_up(number: int) -> list[int]:
        spellings = (f"Race{number}@Example.com", f"rACE{number}@exAMPLE.COM")
        account = {"name": "race", "password": "long-enough-4-this"}
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(
                lambda email: server.request("/api/auth/signup/", {"email": email, **account}),
                spellings,
            )
            return sorted(status for status, _ in answers)

    assert server.uses_tokens
    assert [sign_up(number) for number in range(5)] == [[201, 400]] * 5

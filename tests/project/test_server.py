"""Rendered projects as they are used in development: a real server, real requests."""

from __future__ import annotations

import json
import os
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
from lab.rendering import TEMPLATE, Choice, each_pair, render
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
# The same for wrong passwords and for mails: added to accounts/guessing.py
UNLIMITED = "\nLIMITS = dict.fromkeys(Trace.Kind, (10**9, 10**9))\n"
SIGN_OUT = "/api/auth/logout/"


@dataclass
class Server:
    """A project's development server."""

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

    def sign_in(self) -> tuple[dict[str, str], str]:
        """Return schemathesis' settings that make requests the example user's, and the cookie that
        belongs to the CSRF token, if there is one.
        """
        if self.uses_tokens:
            _, tokens = self.request("/api/auth/token/", USER)
            return {"jwtAuth.bearer": tokens["access"]}, ""
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
        cookies = {cookie.name: cookie.value or "" for cookie in jar}
        settings = {"session.api_key": cookies["sessionid"], "csrf.api_key": token}
        return settings, cookies["csrftoken"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable]:
    """Return a function that serves a copy of a project, with example data, until the test ends."""
    with ExitStack() as stack:

        def start(choice: Choice = (), changes: dict[str, tuple[str, str]] | None = None) -> Server:
            project = Path(shutil.copytree(render(choice), tmp_path / "project"))
            for name, (old, new) in (changes or {}).items():
                content = (project / name).read_text()
                assert old in content
                (project / name).write_text(content.replace(old, new))
            (project / "config/settings/fuzz.py").write_text(FUZZ_SETTINGS)
            with (project / "accounts/guessing.py").open("a") as guessing:
                guessing.write(UNLIMITED)
            log = tmp_path / "server.log"
            serving = development_server(project, choice, log, "config.settings.fuzz")
            uses_tokens = dict(choice).get("authentication") != "session"
            return Server(stack.enter_context(serving), log, uses_tokens)

        yield start


def fuzz(server: Server, signed_in: bool, *arguments: str) -> subprocess.CompletedProcess:
    """Let schemathesis send what the OpenAPI schema allows, and much that it does not."""
    folder = server.log.parent
    settings, csrf_cookie = server.sign_in() if signed_in else ({}, "")
    lines = [f'auth.openapi.{name} = "{value}"\n' for name, value in settings.items()]
    (folder / "schemathesis.toml").write_text("".join(lines))
    return run(
        *(tool("schemathesis"), "run", f"{server.address}/api/schema/", "--checks=all"),
        *("--max-examples=5", "--seed=1", "--no-color", *arguments),
        cwd=folder,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "lab.fuzzing",
            "PYTHONPATH": str(TEMPLATE / "tests"),
            "FUZZ_CSRF_COOKIE": csrf_cookie,
        },
    )


@pytest.mark.slow
@each_pair
def test_a_fuzzer_finds_no_fault_when_signed_in(serve: Callable, choice: Choice) -> None:
    server = serve(choice)
    # Apart, for signing out makes every request after it an anonymous one.
    for operations in (f"--exclude-path={SIGN_OUT}", f"--include-path={SIGN_OUT}"):
        done = fuzz(server, True, operations)

        assert done.returncode == 0, done.stdout
        assert " passed" in done.stdout, done.stdout


@pytest.mark.slow
@each_pair
def test_a_fuzzer_finds_no_fault_when_not_signed_in(serve: Callable, choice: Choice) -> None:
    done = fuzz(serve(choice), False)

    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout, done.stdout


@pytest.mark.slow
def test_the_fuzzer_notices_a_crash(serve: Callable, tmp_path: Path) -> None:
    server = serve()
    # Without its tables every request for posts crashes.
    (tmp_path / "project" / "db.sqlite3").write_bytes(b"")

    assert "Server error" in fuzz(server, False, "--include-path=/api/posts/").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line", "changed", "finding"),
    [
        # A number that is no author's key, a search that is too long, tags that are numbers
        ("posts/filters.py", ", decimal_places=0", "", "Schema-violating request accepted"),
        ("common/filters.py", "= self.text.max_length", "= 500", "Schema-valid request rejected"),
        ("posts/serializers.py", "[tag.name", "[tag.pk", "Response violates schema"),
    ],
)
def test_the_fuzzer_notices_a_schema_that_is_not_true(
    serve: Callable, file: str, line: str, changed: str, finding: str
) -> None:
    server = serve(changes={file: (line, changed)})

    assert finding in fuzz(server, False, "--include-path=/api/posts/").stdout


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

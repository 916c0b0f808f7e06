"""Requests that never end: the production stack recovers by itself, and answers the others."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from lab.engine import removed_afterwards
from lab.load import Request, under_load
from lab.machine import wait_until
from lab.rendering import at_length, choice_with, render
from lab.stacks import ProductionStack, needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("hangs")]

VIEWS = '''
import re
import socket
import threading
import time

from django.db import connection
from django.http import HttpRequest, HttpResponse


def sleep(request: HttpRequest) -> HttpResponse:
    while True:
        time.sleep(1)


def lock(request: HttpRequest) -> HttpResponse:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def loop(request: HttpRequest) -> HttpResponse:
    while True:
        pass


def pattern(request: HttpRequest) -> HttpResponse:
    """Python runs no other thread meanwhile."""
    re.match("(a+)+$", 64 * "a" + "b")


def query(request: HttpRequest) -> HttpResponse:
    sql = {"mysql": "SELECT SLEEP(1000)", "postgresql": "SELECT pg_sleep(1000)"}
    with connection.cursor() as cursor:
        cursor.execute(sql[connection.vendor])


def third_party(request: HttpRequest) -> HttpResponse:
    socket.create_connection(("silent", 8000)).recv(1)


def memory(request: HttpRequest) -> HttpResponse:
    taken = []
    while True:
        taken.append(b"x" * 2**24)


def slow(request: HttpRequest, seconds: int) -> HttpResponse:
    time.sleep(seconds)
    return HttpResponse("done")


def busy(request: HttpRequest, seconds: int) -> HttpResponse:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return HttpResponse("done")
'''
URLS = """
import views_that_hang

urlpatterns[:0] = [
    path("hang/slow/<int:seconds>/", views_that_hang.slow),
    path("hang/busy/<int:seconds>/", views_that_hang.busy),
    *(
        path(f"hang/{name}/", getattr(views_that_hang, name))
        for name in ("sleep", "lock", "loop", "pattern", "query", "third_party", "memory")
    ),
]
"""
# Accepts connections and says nothing.
SILENT = "import socket, time; s = socket.create_server(('', 8000)); time.sleep(1e6)"
USUAL = [Request("GET", "/api/posts/"), Request("GET", "/health/ready/")]
# Seconds: gunicorn's `timeout`, and within which the site is as fast as before.
HUNG, RECOVERED = 60, 120
# Requests that run at once: processes × threads.
ROOM = 2 * 4


class HangingStack(ProductionStack):
    """A stack whose application has views that hang."""

    def workers(self) -> set[str]:
        """Return the process ids of gunicorn's workers."""
        children = self.exec("web-blue", "cat", "/proc/1/task/1/children").splitlines()[-1]
        return set(children.split())

    def rate(self) -> float:
        """Return how many requests a second are answered as they should be.

        Clients that pause for long depend less on how busy this machine is.
        """
        with under_load(self.http, USUAL, clients=20, pause=1) as load:
            time.sleep(5)
        print(f"{len(load.seconds)} requests, p99 {load.percentile(0.99):.3f} s", load.failures)
        return (len(load.seconds) - len(load.failures)) / 5

    def answers(self) -> bool:
        try:
            return requests.get(self.url + "/health/ready/", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    @contextmanager
    def asked(self, *paths: str) -> Iterator[Counter]:
        """Request these paths, all at once; count the answers until the last has come."""
        answers: Counter = Counter()

        def ask(path: str) -> None:
            try:
                answers[self.get(path).status_code] += 1
            except requests.RequestException as error:
                answers[type(error).__name__] += 1

        threads = [threading.Thread(target=ask, args=[path]) for path in paths]
        for thread in threads:
            thread.start()
        yield answers
        for thread in threads:
            thread.join()
        print(dict(answers))


@pytest.fixture(scope="module", params=["mysql", at_length("postgresql")])
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HangingStack]:
    choice = choice_with(database=request.param)
    project = shutil.copytree(render(choice), tmp_path_factory.mktemp("hangs") / "project")
    (project / "views_that_hang.py").write_text(VIEWS, encoding="utf-8")
    with Path(project / "config/urls.py").open("a", encoding="utf-8") as urls:
        urls.write(URLS)
    services = {
        "silent": {"image": "python:3.14-slim", "command": ["python", "-c", SILENT]},
        # With as much of the processor as others: the sites of other tests are on this machine too.
        "web-blue": {"mem_limit": "400m", "memswap_limit": "400m", "cpu_shares": 1024},
    }
    with removed_afterwards(HangingStack(project, choice, services=services)) as stack:
        stack.up()
        wait_until(lambda: stack.get("/health/ready/").status_code == 200, 60, "the site answers")
        yield stack


def assert_recovers(stack: HangingStack, *paths: str) -> None:
    """Nobody restarts anything, and two minutes later the rest is answered as before."""
    usual, started = stack.rate(), time.monotonic()
    with stack.asked(*paths):
        time.sleep(3)
        wait_until(stack.answers, RECOVERED, "an answer")
        print(f"answered after {time.monotonic() - started:.0f} s")
    left = started + RECOVERED - time.monotonic()
    wait_until(lambda: stack.rate() >= 0.95 * usual, left, f"{usual} requests a second")


def test_three_requests_that_hang_disturb_no_other(stack: HangingStack) -> None:
    before = stack.workers()
    with under_load(stack.http, USUAL, clients=10, pause=0.2) as load:
        with stack.asked(*3 * ["/hang/sleep/"]) as answers:
            time.sleep(HUNG - 10)
            # Still at it when the worker ends.
            with stack.asked(*2 * ["/hang/slow/25/"]) as slow:
                pass
        wait_until(lambda: not stack.workers() >= before, 40, "new workers")
        load.wait_for(50)
    print(f"{len(load.seconds)} requests, {max(load.seconds):.3f} s at most")
    assert answers == {504: 3}
    assert slow == {200: 2}
    assert not load.failures
    assert max(load.seconds) < 5


def test_sixty_requests_that_hang(stack: HangingStack) -> None:
    kinds = 12 * ["sleep", "lock", "third_party", "query", "loop"]
    assert_recovers(stack, *(f"/hang/{kind}/" for kind in kinds))
    assert "Hung for 60 s: GET /hang/" in stack.logs("web-blue")


@pytest.mark.faults
@pytest.mark.parametrize(
    "kind", ["sleep", "lock", "loop", "pattern", "query", "third_party", "memory"]
)
def test_sixty_of_a_kind(stack: HangingStack, kind: str) -> None:
    assert_recovers(stack, *60 * [f"/hang/{kind}/"])


@pytest.mark.faults
def test_more_slow_requests_than_threads(stack: HangingStack) -> None:
    """Those that nobody waits for any more are not begun."""
    assert_recovers(stack, *60 * ["/hang/slow/25/"])


@pytest.mark.faults
def test_slow_requests_delay_no_other_as_long_as_a_thread_is_free(stack: HangingStack) -> None:
    with under_load(stack.http, USUAL, clients=20, pause=0.2) as load:
        load.wait_for(50)
        with stack.asked(*(ROOM - 1) * ["/hang/slow/20/"]) as slow:
            pass
    assert slow == {200: ROOM - 1}
    assert not load.failures
    assert max(load.seconds) < 5


@pytest.mark.faults
def test_a_busy_machine_ends_no_worker(stack: HangingStack) -> None:
    before = stack.workers()
    with under_load(stack.http, USUAL), stack.asked(*4 * ["/hang/busy/20/"]) as busy:
        pass
    assert busy == {200: 4}
    assert stack.workers() == before

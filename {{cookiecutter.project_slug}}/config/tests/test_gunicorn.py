"""gunicorn.py is read afresh, on a machine and in an environment that a test chooses."""

import os
import runpy
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

GIB = 2**30

Load = Callable[..., dict]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    def load(cpus: int = 2, memory: int = GIB, container: str = "", **environment: str) -> dict:
        pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": memory // 4096}
        with monkeypatch.context() as machine, patch.dict(os.environ, environment, clear=True):
            # Windows has no sysconf, and Python has process_cpu_count since 3.13.
            machine.setattr(os, "sysconf", pages.get, raising=False)
            machine.setattr(os, "process_cpu_count", lambda: cpus, raising=False)
            # A container's own limit is in a file; this machine's, if any, is not to be read.
            machine.setattr(Path, "exists", lambda path: bool(container))
            machine.setattr(Path, "read_text", lambda path, encoding: container)
            return runpy.run_module("config.gunicorn")

    return load


def test_a_small_host_gets_as_many_workers_as_its_memory_holds(load: Load) -> None:
    assert load(cpus=2, memory=GIB)["workers"] == 2


def test_a_host_with_plenty_of_memory_gets_as_many_workers_as_suit_its_cpus(load: Load) -> None:
    assert load(cpus=2, memory=64 * GIB)["workers"] == 5


@pytest.mark.parametrize("memory", [GIB // 4, GIB // 2])
def test_there_is_always_a_worker(load: Load, memory: int) -> None:
    assert load(memory=memory, WEB_REPLICAS="3")["workers"] == 1


def test_replicas_share_the_host(load: Load) -> None:
    assert load(cpus=4, memory=64 * GIB, WEB_REPLICAS="3")["workers"] == 3


def test_a_container_keeps_within_its_own_memory(load: Load) -> None:
    assert load(memory=64 * GIB, container=f"{GIB}\n")["workers"] == 2


def test_a_container_without_a_limit_has_the_hosts_memory(load: Load) -> None:
    assert load(cpus=2, memory=64 * GIB, container="max\n")["workers"] == 5


@pytest.mark.parametrize(("workers", "threads"), [("1", 8), ("2", 4), ("4", 2), ("9", 2)])
def test_few_workers_have_more_threads(load: Load, workers: str, threads: int) -> None:
    assert load(WEB_CONCURRENCY=workers)["threads"] == threads


class Response:
    """Writes as gunicorn does: the head by itself, before the first part of the body."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.sock = self
        self.headers_sent = False

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)

    def write(self, data: bytes) -> None:
        if not self.headers_sent:
            self.sock.sendall(b"head ")
            self.headers_sent = True
        self.sock.sendall(data)


def test_a_responses_head_is_sent_with_its_body(load: Load) -> None:
    response = Response()
    write = load()["in_one_piece"](Response.write)
    write(response, b"body")
    write(response, b"more")
    assert response.sent == [b"head body", b"more"]


def test_the_number_of_workers_can_be_set(load: Load) -> None:
    assert load(WEB_CONCURRENCY="7", WEB_REPLICAS="3")["workers"] == 7


@pytest.mark.parametrize("value", ["", "0"])
def test_an_empty_number_leaves_it_to_the_machine(load: Load, value: str) -> None:
    assert load(memory=GIB, WEB_CONCURRENCY=value, WEB_REPLICAS="")["workers"] == 2


def test_requests_under_way_have_time_to_end_before_docker_kills(load: Load) -> None:
    assert load()["graceful_timeout"] < 40

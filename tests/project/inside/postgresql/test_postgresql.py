"""On a stand-in for Django's own backend, whose driver is in the Docker image only."""

import importlib
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from types import ModuleType, SimpleNamespace

import pytest
from django.db import InterfaceError
from django.db.backends import postgresql
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class Clock:
    """Time passes only while the database is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class DriverError(Exception):
    """What psycopg raises."""


class Connection:
    """What psycopg has of a connection: a socket, on which the server may have answered."""

    def __init__(self, answers: bool = True, status: str = "ok", error: bool = False) -> None:
        self.ours, self.servers = socket.socketpair()
        self.socket, self.status, self.error = self.ours.fileno(), status, error
        self.results = ["one row", None]
        self.pgconn = self
        if answers:
            self.servers.send(b"1")

    def send_query(self, query: bytes) -> None:
        if self.error:
            raise DriverError

    def flush(self) -> None:
        """Nothing is kept back."""

    def get_result(self) -> str | None:
        return self.results.pop(0)

    def close(self) -> None:
        self.ours.close()
        self.servers.close()


class DjangosWrapper:
    """It checks a connection when a request begins, and drops one that is of no use."""

    SchemaEditorClass = BaseDatabaseSchemaEditor

    def __init__(self, clock: Clock, usable: bool, seconds: float) -> None:
        self.clock, self.usable, self.seconds = clock, usable, seconds
        self.connection = "opened before"

    def close_if_health_check_failed(self) -> None:
        self.clock.now += self.seconds
        if not self.usable:
            self.connection = None


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    ok = SimpleNamespace(ConnStatus=SimpleNamespace(OK="ok"))
    driver = SimpleNamespace(Error=DriverError, pq=ok)
    stand_in = SimpleNamespace(DatabaseWrapper=DjangosWrapper)
    monkeypatch.setitem(sys.modules, "psycopg", driver)
    monkeypatch.setattr(postgresql, "base", stand_in, raising=False)
    monkeypatch.delitem(sys.modules, "operations.database.base", raising=False)
    module = importlib.import_module("operations.database.base")
    monkeypatch.setattr(module, "time", Clock())
    yield module
    del sys.modules["operations.database.base"]


def check(backend: ModuleType, usable: bool, seconds: float) -> str | None:
    wrapper = backend.DatabaseWrapper(backend.time, usable, seconds)
    wrapper.close_if_health_check_failed()
    return wrapper.connection


def test_a_connection_that_answers_is_kept(backend: ModuleType) -> None:
    assert check(backend, usable=True, seconds=0.1) == "opened before"


def test_a_connection_that_answers_late_is_kept(backend: ModuleType) -> None:
    assert check(backend, usable=True, seconds=3) == "opened before"


def test_a_connection_that_the_server_closed_may_be_opened_again(backend: ModuleType) -> None:
    assert check(backend, usable=False, seconds=0.1) is None


def test_a_server_that_does_not_answer_is_not_waited_for_again(backend: ModuleType) -> None:
    with pytest.raises(InterfaceError):
        check(backend, usable=False, seconds=4)


@pytest.mark.parametrize(
    ("server", "usable"),
    [
        ({}, True),
        ({"answers": False}, False),
        ({"status": "bad"}, False),
        ({"error": True}, False),
    ],
    ids=["answers", "is silent", "has closed the connection", "cannot be asked"],
)
def test_a_connection_is_usable_while_its_server_answers(
    backend: ModuleType, monkeypatch: pytest.MonkeyPatch, server: dict, usable: bool
) -> None:
    monkeypatch.setattr(backend, "SECONDS", 0.01)
    wrapper = backend.DatabaseWrapper(backend.time, usable=True, seconds=0)
    with closing(Connection(**server)) as wrapper.connection:
        assert wrapper.is_usable() is usable

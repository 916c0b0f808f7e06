"""On a stand-in for Django's own backend, whose driver is in the Docker image only."""

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest
from django.db import InterfaceError
from django.db.backends import mysql
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class Clock:
    """Time passes only while the database is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


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
    stand_in = SimpleNamespace(DatabaseWrapper=DjangosWrapper)
    monkeypatch.setattr(mysql, "base", stand_in, raising=False)
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

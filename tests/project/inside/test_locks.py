"""`migrate` waits for locks; SQLite has none, so the database's errors are made by hand."""

import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from operations.database import locks
from operations.database.locks import Blocked, limit_waiting, patiently
from template_tests.options import OPTIONS


class PostgresqlError(Exception):
    sqlstate = "55P03"


def lock_error() -> OperationalError:
    if OPTIONS["database"] == "mysql":
        return OperationalError(1205, "Lock wait timeout exceeded")
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = PostgresqlError()
    return error


class Step:
    """Something that is in another session's way until it was tried a few times."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.failures, self.error, self.tries = failures, error or lock_error(), 0

    def __call__(self) -> str:
        self.tries += 1
        if self.tries <= self.failures:
            raise self.error
        return "done"


@pytest.fixture(autouse=True)
def sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "SECONDS_BETWEEN", 0.01)
    monkeypatch.setattr(locks, "blocking_sessions", lambda connection: ["who@where, 9 s: table"])


def test_a_step_is_tried_again_until_the_lock_is_free(capsys: pytest.CaptureFixture[str]) -> None:
    step = Step(failures=2)
    assert patiently(connection, step) == "done"
    assert step.tries == 3
    assert capsys.readouterr().out.count("who@where") == 1


def test_it_gives_up_and_names_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "SECONDS_IN_ALL", 0.05)
    with pytest.raises(Blocked, match="who@where"):
        patiently(connection, Step(failures=1000))


@pytest.mark.parametrize("error", [OperationalError(1050, "Table exists"), Blocked("who@where")])
def test_any_other_error_is_passed_on_at_once(error: Exception) -> None:
    step = Step(failures=1, error=error)
    with pytest.raises(type(error)):
        patiently(connection, step)
    assert step.tries == 1


@pytest.mark.django_db
def test_migrate_names_the_session_that_is_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def block(self: object, *args: object, **options: object) -> None:
        assert limit_waiting in [receiver() for _, receiver, *_ in connection_created.receivers]
        raise Blocked("who@where")

    monkeypatch.setattr(migrate.Command, "handle", block)
    monkeypatch.setattr(connection, "vendor", OPTIONS["database"])
    monkeypatch.setattr(connection, "close", lambda: None)
    with pytest.raises(CommandError, match="who@where"):
        call_command("migrate")
    assert limit_waiting not in [receiver() for _, receiver, *_ in connection_created.receivers]

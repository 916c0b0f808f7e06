"""`migrate` waits for locks; SQLite has none, so the database's errors are made by hand."""

import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db import OperationalError, connection

from operations.database import locks
from operations.database.locks import patiently
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


class Connection:
    lock_errors = (1205, 1213) if OPTIONS["database"] == "mysql" else ("55P03", "40P01")

    def blocking_sessions(self) -> list[str]:
        return ["who@where, 9 s: table"]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "SECONDS_BETWEEN", 0.01)


def test_a_step_is_tried_again_until_the_lock_is_free(capsys: pytest.CaptureFixture[str]) -> None:
    step = Step(failures=2)
    assert patiently(Connection(), step) == "done"
    assert step.tries == 3
    assert capsys.readouterr().out.count("who@where") == 1


def test_it_gives_up_and_names_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "SECONDS_IN_ALL", 0.05)
    with pytest.raises(CommandError, match="who@where"):
        patiently(Connection(), Step(failures=1000))


@pytest.mark.parametrize("error", [OperationalError(1050, "Table exists"), CommandError("blocked")])
def test_any_other_error_is_passed_on_at_once(error: Exception) -> None:
    step = Step(failures=1, error=error)
    with pytest.raises(type(error)):
        patiently(Connection(), step)
    assert step.tries == 1


def test_a_database_without_locks_of_sessions_is_not_asked_for_them() -> None:
    with pytest.raises(OperationalError):
        patiently(object(), Step(failures=1))


@pytest.mark.django_db
def test_migrate_limits_waiting_and_closes_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(migrate.Command, "handle", lambda *args, **options: done.append("migrate"))
    monkeypatch.setattr(connection, "vendor", OPTIONS["database"])
    monkeypatch.setattr(connection, "limit_waiting", "SELECT 1", raising=False)
    monkeypatch.setattr(connection, "close", lambda: done.append("close"))
    with connection.execute_wrapper(lambda run, sql, *args: (done.append(sql), run(sql, *args))):
        call_command("migrate")
    assert done == ["SELECT 1", "migrate", "close"]

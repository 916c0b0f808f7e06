"""Which errors mean that the database is out of reach: made by hand, for SQLite knows none."""

import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from common.database_errors import is_outage
from template_tests.options import OPTIONS


def test_a_connection_that_is_closed_is_an_outage() -> None:
    assert is_outage(InterfaceError("connection already closed"))


@pytest.mark.parametrize(
    "error", [DatabaseError, DataError, IntegrityError, ProgrammingError, ValueError]
)
def test_a_fault_of_the_query_or_of_the_code_is_none(error: type[Exception]) -> None:
    assert not is_outage(error("wrong"))


def test_no_error_is_none() -> None:
    assert not is_outage(None)


def test_sqlites_own_errors_are_none() -> None:
    assert not is_outage(OperationalError("database is locked"))


if OPTIONS["database"] == "mysql":

    @pytest.mark.parametrize(
        ("code", "outage"),
        [
            (2002, True),  # cannot connect through the socket
            (2003, True),  # cannot connect
            (2005, True),  # unknown host
            (2006, True),  # the server has gone away
            (2013, True),  # lost during a query, or no answer in time
            (1040, True),  # too many connections
            (1053, True),  # the server is shutting down
            (1045, False),  # wrong password
            (1049, False),  # unknown database
            (1205, True),  # waited too long for a lock
            (3024, True),  # the query took too long
            (1062, False),  # duplicate entry
        ],
    )
    def test_the_number_of_the_error_tells(code: int, outage: bool) -> None:
        assert is_outage(OperationalError(code, "…")) is outage

    def test_an_error_without_a_number_is_none() -> None:
        assert not is_outage(OperationalError())
else:

    @pytest.mark.parametrize(
        ("state", "outage"),
        [
            (None, True),  # no server to give one
            ("08006", True),  # connection failure
            ("53300", True),  # too many connections
            ("57P01", True),  # the server is shutting down
            ("57P03", True),  # the server is starting
            ("28P01", False),  # wrong password
            ("3D000", False),  # unknown database
            ("57014", True),  # the query took too long
            ("55P03", True),  # waited too long for a lock
            ("40P01", False),  # deadlock
        ],
    )
    def test_the_state_of_the_error_tells(state: str | None, outage: bool) -> None:
        cause = RuntimeError("what psycopg raised")
        cause.sqlstate = state
        error = OperationalError("…")
        error.__cause__ = cause
        assert is_outage(error) is outage


def test_the_database_at_hand_is_no_outage(db: None) -> None:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT nothing FROM nowhere")
    assert not is_outage(caught.value)

"""How `migrate` waits for the locks of others: briefly, and a few times.

A change of a table waits for every transaction that has used it, and every query that comes later
waits behind it. So one client that is idle in a transaction would stop the whole site.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from operations.database.sessions import LIMIT_WAITING, LOCK_ERRORS, blocking_sessions
from operations.messages import WORDS

# Shorter than requests wait for a lock: those queue behind the migration, and must outlast it.
SECONDS_BETWEEN = 3
SECONDS_IN_ALL = 60

Result = TypeVar("Result")


class Blocked(OperationalError):
    """Another session has kept its lock all the time."""


def limit_waiting(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Receive the signal that a connection was opened."""
    with connection.cursor() as cursor:
        cursor.execute(LIMIT_WAITING)


def patiently(connection: BaseDatabaseWrapper, step: Callable[[], Result]) -> Result:
    """Take a step; if the lock of another session is in the way, try again later."""
    deadline = 0.0
    while True:
        try:
            return step()
        except Blocked:
            raise
        except OperationalError as error:
            if code_of(error) not in LOCK_ERRORS:
                raise
            sessions = "\n".join(f"    {session}" for session in blocking_sessions(connection))
            if not deadline:
                deadline = time.monotonic() + SECONDS_IN_ALL
                print(f"\n{WORDS['waiting']}\n{sessions}", flush=True)
            elif time.monotonic() > deadline:
                raise Blocked(sessions) from error
        time.sleep(SECONDS_BETWEEN)


def code_of(error: Exception) -> object:
    """Return MySQL's number or PostgreSQL's state."""
    return getattr(error.__cause__, "sqlstate", None) or next(iter(error.args), None)

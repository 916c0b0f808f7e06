"""How `migrate` waits for the locks of others: briefly, and a few times.

A change of a table waits for every transaction that has used it, and every query that comes later
waits behind it. So one client that is idle in a transaction would stop the whole site.
"""

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError
from django.db import OperationalError

from operations.messages import TEXTS

# Shorter than requests wait for a lock: those queue behind the migration, and must outlast it.
SECONDS_BETWEEN = 3
SECONDS_IN_ALL = 60


def patiently(connection: Any, step: Callable[[], Any]) -> Any:
    """Take a step; if the lock of another session is in the way, try again later."""
    deadline = 0.0
    while True:
        try:
            return step()
        except OperationalError as error:
            # MySQL's number or PostgreSQL's state; SQLite has no locks of sessions.
            code = getattr(error.__cause__, "sqlstate", None) or next(iter(error.args), None)
            if code not in getattr(connection, "lock_errors", ()):
                raise
            sessions = "\n".join(f"    {session}" for session in connection.blocking_sessions())
            if not deadline:
                deadline = time.monotonic() + SECONDS_IN_ALL
                print(f"\n{TEXTS['waiting']}\n{sessions}", flush=True)
            elif time.monotonic() > deadline:
                raise CommandError(f"{TEXTS['blocked']}\n{sessions}") from error
        time.sleep(SECONDS_BETWEEN)

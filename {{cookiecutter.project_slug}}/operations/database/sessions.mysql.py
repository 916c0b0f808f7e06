"""MySQL: how long `migrate` waits for a lock, and who has it."""

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from operations.database.messages import HIDDEN

# The first is for tables, the second for rows.
LIMIT_WAITING = "SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 3"

# Waited too long for a lock; deadlock
LOCK_ERRORS = (1205, 1213)

HOLDERS = """
    SELECT thread.processlist_id, thread.processlist_user, thread.processlist_host,
        MAX(thread.processlist_time), GROUP_CONCAT(DISTINCT held.object_name SEPARATOR ', ')
    FROM performance_schema.metadata_locks held
    JOIN performance_schema.threads thread ON thread.thread_id = held.owner_thread_id
    WHERE held.object_type = 'TABLE' AND held.object_schema = DATABASE()
        AND held.lock_status = 'GRANTED' AND thread.processlist_id <> CONNECTION_ID()
        AND thread.processlist_time >= 1
    GROUP BY 1, 2, 3
    ORDER BY 4 DESC
"""

FOR_ADMINISTRATORS = (
    "SELECT processlist_id, object_name FROM performance_schema.metadata_locks"
    " JOIN performance_schema.threads ON thread_id = owner_thread_id WHERE object_type = 'TABLE';"
)


def blocking_sessions(connection: BaseDatabaseWrapper) -> list[str]:
    """Return who has locks on tables, or how to find out: not every user may see it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(HOLDERS)
            return [
                f"{user}@{host}, {seconds} s: {tables}; KILL {id};"
                for id, user, host, seconds, tables in cursor.fetchall()
            ]
    except DatabaseError:
        return [f"{HIDDEN} {FOR_ADMINISTRATORS}"]

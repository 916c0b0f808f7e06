"""Django's backend for MySQL, but no request waits twice for a server that does not answer.

A server that is stopped refuses at once, yet one that hangs, or whose network is cut, leaves a
connection that was opened before silent.
"""

import time

from django.db import DatabaseError, InterfaceError
from django.db.backends.mysql import base

from operations.database.schema import LiveTables

SECONDS = 1

LOCK_HOLDERS = """
    SELECT thread.processlist_id, thread.processlist_user, thread.processlist_host,
        MAX(thread.processlist_time), GROUP_CONCAT(DISTINCT held.object_name SEPARATOR ', ')
    FROM performance_schema.metadata_locks held
    JOIN performance_schema.threads thread ON thread.thread_id = held.owner_thread_id
    WHERE held.object_type = 'TABLE' AND held.object_schema = '{}'
        AND held.lock_status = 'GRANTED' AND thread.processlist_id <> CONNECTION_ID()
        AND thread.processlist_time >= 1
    GROUP BY 1, 2, 3
    ORDER BY 4 DESC
"""


class SchemaEditor(LiveTables, base.DatabaseWrapper.SchemaEditorClass):
    pass


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor
    # The first is for tables, the second for rows.
    limit_waiting = "SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 3"
    # Waited too long for a lock; deadlock
    lock_errors = (1205, 1213)

    def close_if_health_check_failed(self) -> None:
        """Check a kept connection; open no new one if the server has let it wait in vain."""
        started = time.monotonic()
        super().close_if_health_check_failed()
        if self.connection is None and time.monotonic() - started > SECONDS:
            raise InterfaceError("The database server does not answer.")

    def blocking_sessions(self) -> list[str]:
        """Return who has locks on tables, or the query: not every user may see them."""
        query = LOCK_HOLDERS.format(self.settings_dict["NAME"])
        try:
            with self.cursor() as cursor:
                cursor.execute(query)
                return [
                    f"{user}@{host}, {seconds} s: {tables}; KILL {id};"
                    for id, user, host, seconds, tables in cursor.fetchall()
                ]
        except DatabaseError:
            return [" ".join(query.split())]

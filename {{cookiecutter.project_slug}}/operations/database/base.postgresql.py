"""Django's backend for PostgreSQL, but no request waits for ever for a server that is silent.

A server that is stopped refuses at once, yet one that hangs, or whose network is cut, leaves a
connection that was opened before silent.
"""

import time
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import psycopg
from django.db import InterfaceError
from django.db.backends.postgresql import base

from operations.database.schema import LiveTables

SECONDS = 2

# Locks are shown to everybody; when a session began, to its own user and to administrators.
LOCK_HOLDERS = """
    SELECT session.pid, COALESCE(session.usename, '?'), COALESCE(host(session.client_addr), '?'),
        EXTRACT(epoch FROM now() - session.xact_start)::int,
        string_agg(DISTINCT held.relation::regclass::text, ', ')
    FROM pg_locks held
    JOIN pg_class ON pg_class.oid = held.relation AND pg_class.relkind IN ('r', 'p')
    JOIN pg_stat_activity session ON session.pid = held.pid
    WHERE held.granted AND held.pid <> pg_backend_pid() AND session.datname = current_database()
        AND pg_class.relnamespace <> 'pg_catalog'::regnamespace
        AND COALESCE(session.xact_start < now() - interval '1 second', true)
    GROUP BY 1, 2, 3, 4
    ORDER BY 4 DESC NULLS FIRST
"""


# The stubs have it as a variable.
class SchemaEditor(
    LiveTables,
    base.DatabaseWrapper.SchemaEditorClass,  # type: ignore[misc, valid-type]
):
    def execute(self, sql: Any, params: Any = ()) -> None:
        if "CONCURRENTLY" in str(sql):
            # Nobody waits behind it, and an index that is given up half-way stays, of no use.
            super().execute("SET lock_timeout = 0", None)
        super().execute(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor
    limit_waiting = "SET lock_timeout = '1s'"
    # Waited too long for a lock; deadlock
    lock_errors = ("55P03", "40P01")

    def is_usable(self) -> bool:
        """Return whether the server answers soon: psycopg itself would wait for ever."""
        connection = self.connection.pgconn
        try:
            connection.send_query(b"SELECT 1")
            connection.flush()
            with DefaultSelector() as answer:
                answer.register(connection.socket, EVENT_READ)
                if not answer.select(SECONDS):
                    return False
            while connection.get_result():
                pass
        except psycopg.Error:
            return False
        return connection.status == psycopg.pq.ConnStatus.OK

    def close_if_health_check_failed(self) -> None:
        """Check a kept connection; open no new one if the server has let it wait in vain."""
        started = time.monotonic()
        super().close_if_health_check_failed()
        if self.connection is None and time.monotonic() - started >= SECONDS:
            raise InterfaceError("The database server does not answer.")

    def blocking_sessions(self) -> list[str]:
        """Return who has locks on tables."""
        with self.cursor() as cursor:
            cursor.execute(LOCK_HOLDERS)
            return [
                f"{user}@{host}, {'?' if seconds is None else seconds} s: {tables};"
                f" SELECT pg_terminate_backend({pid});"
                for pid, user, host, seconds, tables in cursor.fetchall()
            ]

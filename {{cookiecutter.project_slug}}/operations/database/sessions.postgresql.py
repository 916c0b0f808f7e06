"""PostgreSQL: how long `migrate` waits for a lock, and who has it."""

from django.db.backends.base.base import BaseDatabaseWrapper

LIMIT_WAITING = "SET lock_timeout = '1s'"

# Waited too long for a lock; deadlock
LOCK_ERRORS = ("55P03", "40P01")

# Locks are shown to everybody; when a session began, to its own user and to administrators.
HOLDERS = """
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


def blocking_sessions(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS)
        return [
            f"{user}@{host}, {'?' if seconds is None else seconds} s: {tables};"
            f" SELECT pg_terminate_backend({pid});"
            for pid, user, host, seconds, tables in cursor.fetchall()
        ]

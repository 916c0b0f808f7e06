"""What the errors of PostgreSQL mean."""

from django.db import InterfaceError, OperationalError

# Patterns of their types and texts
KINDS = {
    "credentials": r"password authentication failed|no password supplied|role .* does not exist",
    "missing": r"database .* does not exist",
    "denied": r"permission denied for database|no pg_hba.conf entry(?!.*no encryption)",
    "tls": r"no encryption|SSL (connection is|was) required",
    "silent": r"timeout expired|closed the connection unexpectedly",
}


def is_outage(error: BaseException | None) -> bool:
    """Return whether the database does not answer in time; other errors are about the query."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    # No SQLSTATE: there was no server to give one. Its classes: 08 connection, 53 resources (such
    # as too many connections), 57 shutdown or statement timeout; 55P03 is a lock timeout.
    state = getattr(error.__cause__, "sqlstate", "not PostgreSQL's")
    return state is None or state.startswith(("08", "53", "57", "55P03"))

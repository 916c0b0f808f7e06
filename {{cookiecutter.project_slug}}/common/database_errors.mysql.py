"""What the errors of MySQL mean."""

from django.db import InterfaceError, OperationalError

# Patterns of their types and texts
KINDS = {
    "credentials": r"\((1045|1698),",
    "missing": r"\(1049,",
    "denied": r"\((1044|1130),",
    "tls": r"\((2026|3159),",
    "silent": r"\((2006|2013),",
}


def is_outage(error: BaseException | None) -> bool:
    """Return whether the database does not answer in time; other errors are about the query."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    # 2000 and above are the client's own: no connection, or a lost one. The server's are
    # ER_CON_COUNT_ERROR, ER_SERVER_SHUTDOWN, ER_LOCK_WAIT_TIMEOUT and ER_QUERY_TIMEOUT.
    code = error.args[0] if error.args else None
    return isinstance(code, int) and (2000 <= code < 3000 or code in (1040, 1053, 1205, 3024))

"""What the errors of the database mean."""

from django.db import InterfaceError, OperationalError


def is_outage(error: BaseException | None) -> bool:
    """Tell a database that is out of reach from one that cannot run a query."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    # {% if cookiecutter.database == "mysql" %}
    # 2000 and above are the client's own: no connection, or a lost one. The server's are
    # ER_CON_COUNT_ERROR and ER_SERVER_SHUTDOWN.
    code = error.args[0] if error.args else None
    return isinstance(code, int) and (2000 <= code < 3000 or code in (1040, 1053))
    # {% else %}
    # No SQLSTATE: there was no server to give one. Its classes: 08 connection, 53 resources (such
    # as too many connections), 57P shutdown.
    state = getattr(error.__cause__, "sqlstate", "not PostgreSQL's")
    return state is None or state.startswith(("08", "53", "57P"))
    # {% endif %}

"""How preflight reaches the services: as the application does, and without changing anything.

Of a server that cannot be reached the drivers say little, so a plain connection is tried first.
"""

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

from django.core.checks import CheckMessage, Error, Info
from django.db import Error as DatabaseError
from django.db import connection

from common.database_errors import KINDS
from operations import checks, messages
from operations.checks import in_one_line
from operations.compatibility import compare_migrations
from operations.messages import FAULTS

SECONDS_TO_CONNECT = 3


def fault(texts: ModuleType, kind: str, **values: object) -> Error:
    """Return an error with the service's own text, or with the one that all services share."""
    hints = {name: text.format(**values) for name, text in texts.HINTS.items()}
    own = texts.FAULTS.get(kind) or FAULTS[kind]
    return checks.fault(f"{texts.SERVICE}.{kind}", own, **values, **hints)


def kind_of(error: Exception, patterns: dict[str, str]) -> str:
    text = f"{type(error).__name__}: {error}"
    return next((kind for kind, each in patterns.items() if re.search(each, text)), "other")


def why_unreachable(host: str, port: int) -> str:
    """Return what prevents a connection, or nothing if there is one."""
    try:
        socket.create_connection((host, port), SECONDS_TO_CONNECT).close()
    except (socket.gaierror, UnicodeError):
        return "unresolved"
    except ConnectionRefusedError:
        return "refused"
    except OSError:  # No answer in time, or no route
        return "timeout"
    return ""


def check_database(
    compare: Callable[[], Iterable[CheckMessage]] = compare_migrations,
) -> Iterator[CheckMessage]:
    host, port, name, user = (connection.settings_dict[k] for k in ("HOST", "PORT", "NAME", "USER"))
    target = f"{user}@{host}:{port}/{name}"
    values = {"port": port, "name": name, "user": user, "target": target}
    if "/" in host or "@" in host:
        # Of a whole URL, no more than what follows its password
        value = host.rpartition("@")[2]
        yield checks.fault("operations.E001", name="DATABASE_HOST", value=value)
        return
    if host and (kind := why_unreachable(host, port)):
        yield fault(messages, kind, **values)
        return
    try:
        connection.ensure_connection()
        yield Info(target)
        yield from compare()
    except DatabaseError as error:
        kind = kind_of(error, KINDS)
        yield fault(messages, kind, **values, error=in_one_line(error))

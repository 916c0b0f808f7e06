"""The environment that the settings read; `.env.example` explains every variable."""

import sys
from collections.abc import Callable
from functools import partial

from environs import Env, EnvError, validate

from common.messages import ENVIRONMENT_HINT, ENVIRONMENT_MALFORMED, ENVIRONMENT_UNFILLED

PLACEHOLDER = "CHANGE_ME"

env = Env()


def read_number(name: str) -> None:
    if env.str(name, ""):
        env.int(name, validate=validate.Range(min=1))


def read_email_url(name: str) -> None:
    # The parser takes every text, and ignores what it does not know.
    if env.str(name, "") and "EMAIL_BACKEND" not in env.dj_email_url(name):
        raise EnvError(name)


# Variables that cannot have every value; empty means the default, but not for a port.
FORMATS: dict[str, Callable[[str], object]] = {
    "DATABASE_PORT": partial(env.int, default=None, validate=validate.Range(1, 65535)),
    # Compose reads these two before Python does: see export_compose_keys in deploy.sh.
    "WEB_REPLICAS": read_number,
    "WEB_CONCURRENCY": read_number,
    "EMAIL_URL": read_email_url,
    "LOG_LEVEL": partial(
        env.str,
        default=None,
        validate=validate.OneOf(["", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
    ),
}


def require(*names: str) -> None:
    """Exit, naming these variables if they are not filled in, and all malformed ones.

    The environment is at fault, not the code: one line, and no traceback.
    """
    values = {name: env.str(name, "").strip() for name in names}
    unfilled = [name for name, value in values.items() if not value or PLACEHOLDER in value]
    malformed = []
    for name, read in FORMATS.items():
        try:
            read(name)
        except EnvError:
            malformed.append(name)
    faults = [(ENVIRONMENT_UNFILLED, unfilled), (ENVIRONMENT_MALFORMED, malformed)]
    message = " ".join(text.format(names=", ".join(found)) for text, found in faults if found)
    if message:
        sys.exit(f"{message} {ENVIRONMENT_HINT}")

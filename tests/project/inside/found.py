"""What a check finds, in short."""

from collections.abc import Iterable

from django.core.checks import CheckMessage

PASSWORD = "hunter2-is-secret"


def ids(found: Iterable[CheckMessage]) -> list[str | None]:
    """Return the ids of the faults, none of which shows the password."""
    faults = [message for message in found if message.is_serious()]
    assert not [fault for fault in faults if PASSWORD in f"{fault.msg}{fault.hint}"]
    return [fault.id for fault in faults]


def notes(found: Iterable[CheckMessage]) -> list[str]:
    return [str(message.msg) for message in found if not message.is_serious()]

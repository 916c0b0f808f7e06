"""Does the mail server let this project in? Nothing is sent.

It has EMAIL_TIMEOUT for each answer: many servers wait some seconds before they reject a password.
"""

from collections.abc import Iterator
from smtplib import SMTPException

from django.conf import settings
from django.core.checks import CheckMessage, Info
from django.core.mail import get_connection

from operations import smtp_messages
from operations.checks import in_one_line
from operations.services import fault, kind_of, why_unreachable

ERRORS = {
    "credentials": r"^SMTP(Authentication|SenderRefused)Error",
    "encryption": r"^SSL|^SMTPNotSupportedError|STARTTLS",
    "silent": r"^(TimeoutError|SMTPServerDisconnected|SMTPConnectError|ConnectionResetError)",
}


def check_mail() -> Iterator[CheckMessage]:
    if "smtp" not in settings.EMAIL_BACKEND:
        yield Info(smtp_messages.NONE)
        return
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT or 25
    target = f"{host}:{port}"
    values = {"host": host, "port": port, "target": target}
    if kind := why_unreachable(host, port):
        yield fault(smtp_messages, kind, **values)
        return
    try:
        with get_connection():
            yield Info(target)
    except (SMTPException, OSError) as error:
        kind = kind_of(error, ERRORS)
        yield fault(smtp_messages, kind, **values, error=in_one_line(error))

"""Mails are sent in the background: no request waits for them, or fails with them."""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.html import linebreaks, urlize

logger = logging.getLogger(__name__)
# Their number bounds the connections to the mail server. A process that ends sends the rest first.
threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def send(to: str, subject: str, text: str) -> None:
    """Send a mail from DEFAULT_FROM_EMAIL, as plain text and as HTML with its links to click on.

    A mail that cannot be sent is an error in the log; one to nobody, an empty `to`, is not sent.
    """
    mail = EmailMultiAlternatives(subject, text, to=[to])
    html = linebreaks(urlize(text, autoescape=True))
    mail.attach_alternative(f'<html lang="{settings.LANGUAGE_CODE[:2]}">{html}</html>', "text/html")
    if settings.SEND_MAIL_IN_BACKGROUND:
        threads.submit(deliver, mail)
    else:
        deliver(mail)


def deliver(mail: EmailMultiAlternatives) -> None:
    try:
        mail.send()
    except Exception as error:  # smtplib raises many kinds, and OSError.
        logger.error("A mail could not be sent: %s: %s", type(error).__name__, error)

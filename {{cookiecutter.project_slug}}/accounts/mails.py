"""Mails with a link, and the tokens in these links."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from rest_framework.request import Request

from common import mail

from .models import User
from .texts import CONFIRMATION_MAIL, RESET_MAIL

SECONDS_TO_CONFIRM = 3 * 24 * 3600
SALT = "accounts.confirmation"


def link(page: str, path: str, request: HttpRequest | Request, **values: str) -> str:
    """Return the address of the front end's page, or of the project's own page of this name.

    The Host header of a request decides only where there is neither FRONTEND_URL nor DOMAIN_NAME,
    and only among ALLOWED_HOSTS.
    """
    if settings.FRONTEND_URL:
        return f"{settings.FRONTEND_URL}{path}?{urlencode(values)}"
    own = reverse(page, args=[*values.values()])
    if settings.DOMAIN_NAME:
        return f"https://{settings.DOMAIN_NAME}{own}"
    return request.build_absolute_uri(own)


def send_reset(user: User, request: Request) -> None:
    """Send a link that sets a new password: once, and within PASSWORD_RESET_TIMEOUT.

    For a user without an address the same work is done, and no mail is sent.
    """
    values = {
        "uid": urlsafe_base64_encode(force_bytes(user.pk or 0)),
        "token": default_token_generator.make_token(user),
    }
    subject, text = RESET_MAIL
    text = text.format(link=link("reset-page", "/password/reset/", request, **values))
    mail.send(user.email, subject, text)


def user_of_reset(uid: str, token: str) -> User | None:
    """Return the user whom a link lets set a password, locked until the transaction ends."""
    try:
        key = int(force_str(urlsafe_base64_decode(uid)))
        user = User.objects.select_for_update().get(pk=key, is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return user if default_token_generator.check_token(user, token) else None


def send_confirmation(user: User, request: Request) -> None:
    """Send a link that confirms the user's e-mail address."""
    token = signing.dumps([user.pk, user.email], salt=SALT)
    subject, text = CONFIRMATION_MAIL
    text = text.format(link=link("confirmation-page", "/email/confirm/", request, token=token))
    mail.send(user.email, subject, text)


def confirm(token: str) -> bool:
    """Note that the e-mail address in a link is confirmed; return whether the link is good."""
    try:
        key, email = signing.loads(token, salt=SALT, max_age=SECONDS_TO_CONFIRM)
    except signing.BadSignature:
        return False
    return bool(User.objects.filter(pk=key, email=email).update(email_confirmed=True))

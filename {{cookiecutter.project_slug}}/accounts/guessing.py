"""How often passwords may be guessed and mails asked for, whatever process answers.

The database counts, by account and by network: an IPv4 address, or the /64 of an IPv6 one. Whoever
guesses from many networks uses up what strangers may try at an account; its owner has tries of
their own, in each network that has signed in to it before.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import PermissionDenied, Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .models import Trace, User
from .texts import UNCONFIRMED

HOUR = timedelta(hours=1)
# How long a network is remembered that has signed in to an account
KNOWN_FOR = timedelta(days=90)
# In an hour, of one account, and of one network
LIMITS = {Trace.Kind.GUESS: (20, 100), Trace.Kind.MAIL: (3, 20)}


def network_of(request: Any) -> str:
    try:
        address = ip_address(BaseThrottle().get_ident(request))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(getattr(address, "ipv4_mapped", None) or address)


def hash_of(email: str) -> str:
    return salted_hmac("accounts.guessing", email.lower(), algorithm="sha256").hexdigest()


def count(kind: Trace.Kind, email: str, request: HttpRequest | Request) -> Trace:
    """Count one more guess or mail, and return its trace.

    Raises Throttled if there were too many in the last hour. Do not call it in a transaction that
    a refusal rolls back, such as that of ATOMIC_REQUESTS.
    """
    new = Trace(kind=kind, account=hash_of(email), network=network_of(request))
    of_account, of_network = LIMITS[kind]
    earlier = Trace.objects.filter(kind=kind, at__gt=timezone.now() - HOUR)
    of_all = earlier.filter(account=new.account)
    known = Trace.objects.filter(kind=Trace.Kind.SIGN_IN, account=new.account, network=new.network)
    if kind == Trace.Kind.GUESS and known.exists():
        of_all = of_all.filter(network=new.network)
    from_here = earlier.filter(network=new.network)
    for traces, limit in ((of_all, of_account), (from_here, of_network)):
        if traces.count() >= limit:
            again = traces.earliest("at").at + HOUR - timezone.now()
            raise Throttled(wait=again.total_seconds())
    # Before the password is checked: guesses at the same moment count each other.
    new.save()
    return new


def remember(user: User, request: HttpRequest | Request) -> None:
    """Remember that this user is at home in the network of the request."""
    place = {"account": hash_of(user.email), "network": network_of(request)}
    if not Trace.objects.filter(kind=Trace.Kind.SIGN_IN, **place).update(at=timezone.now()):
        Trace.objects.create(kind=Trace.Kind.SIGN_IN, **place)


class Backend(ModelBackend):
    """Checks passwords, for the API as for the admin, as long as there are not too many."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """Return the user, or None for a wrong password.

        Raises Throttled as `count` does, and PermissionDenied if an address must be confirmed
        first: errors of REST framework, which the login page of the admin shows too.
        """
        email = username or credentials.get("email")
        if request is None or not email or password is None:
            return super().authenticate(request, username, password, **credentials)
        # Databases find an account by more than one spelling.
        known = User.objects.filter(email=email).first()
        guess = count(Trace.Kind.GUESS, known.email if known else email, request)
        user = super().authenticate(request, username, password, **credentials)
        if user is not None:
            guess.delete()
            remember(user, request)
            signed_in = getattr(request, "user", None) == user
            unconfirmed = settings.REQUIRE_CONFIRMED_EMAIL and not user.email_confirmed
            if unconfirmed and not signed_in:
                raise PermissionDenied(UNCONFIRMED, "email_not_confirmed")
        return user

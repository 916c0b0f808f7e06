"""Guessing passwords: from one network or many, at the admin too; and the owner's own way in.

Nothing here knows what the cache holds: the database counts.
"""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.guessing import network_of
from accounts.models import Trace, User
from template_tests.options import OPTIONS

pytestmark = pytest.mark.django_db

HOME = "192.0.2.1"
SIGN_IN = {"jwt": "/api/auth/token/", "session": "/api/auth/login/"}[OPTIONS["authentication"]]


@pytest.fixture(autouse=True)
def throttles_of_another_process() -> None:
    """Without Redis each process counts its own requests; an attacker meets a new one each time."""
    with patch("rest_framework.throttling.ScopedRateThrottle.allow_request", return_value=True):
        yield


def sign_in(email: str, password: str = PASSWORD, network: str = HOME) -> Response:
    return APIClient().post(SIGN_IN, {"email": email, "password": password}, REMOTE_ADDR=network)


def guess(email: str, times: int, network: str = HOME) -> list[int]:
    return [sign_in(email, f"guess-{n}", network).status_code for n in range(times)]


def test_an_account_takes_twenty_guesses_an_hour(user: User) -> None:
    assert guess(user.email, 25) == [401] * 20 + [429] * 5
    response = sign_in(user.email)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600


def test_an_account_that_does_not_exist_answers_alike() -> None:
    assert guess("nobody@example.com", 21) == [401] * 20 + [429]


def test_guesses_are_forgotten_after_an_hour(user: User) -> None:
    guess(user.email, 21)
    Trace.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))
    assert sign_in(user.email).status_code == 200


def test_the_owner_signs_in_while_a_thousand_networks_guess(user: User) -> None:
    assert sign_in(user.email, network=HOME).status_code == 200
    statuses = []
    for number in range(1_000):
        # The right password too, once what strangers may guess is used up.
        password = PASSWORD if number > 990 else "wrong"
        network = f"10.0.{number // 256}.{number % 256}"
        statuses.append(sign_in(user.email, password, network).status_code)
        if number % 100 == 0:
            assert sign_in(user.email, network=HOME).status_code == 200
    assert statuses == [401] * 20 + [429] * 980
    assert Trace.objects.count() < 30


def test_the_owner_may_mistype_while_others_guess(user: User) -> None:
    sign_in(user.email)
    guess(user.email, 30, "203.0.113.7")
    assert guess(user.email, 19) == [401] * 19
    assert sign_in(user.email).status_code == 200


def test_a_known_network_has_twenty_guesses_of_its_own(user: User) -> None:
    sign_in(user.email)
    assert guess(user.email, 21) == [401] * 20 + [429]


def test_a_network_that_is_known_to_one_account_is_not_to_another(user: User) -> None:
    attacker = UserFactory()
    sign_in(attacker.email, network="203.0.113.7")
    guess(user.email, 20, "203.0.113.8")
    assert sign_in(user.email, network="203.0.113.7").status_code == 429


def test_a_network_is_forgotten_after_ninety_days(user: User) -> None:
    sign_in(user.email)
    Trace.objects.update(at=timezone.now() - timedelta(days=91))
    call_command("clearexpired")
    guess(user.email, 20, "203.0.113.7")
    assert sign_in(user.email).status_code == 429


def test_a_network_has_a_hundred_guesses_at_all_accounts(user: User) -> None:
    statuses = [sign_in(f"user{n}@example.com", "wrong").status_code for n in range(105)]
    assert statuses == [401] * 100 + [429] * 5
    assert sign_in(user.email, network="192.0.2.2").status_code == 200


def test_signing_in_is_no_guess(user: User) -> None:
    assert {sign_in(user.email).status_code for _ in range(150)} == {200}
    assert Trace.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_a_network_is_an_address_or_half_of_one(address: str, network: str) -> None:
    request = APIClient().get("/api/schema/", REMOTE_ADDR=address).wsgi_request
    assert network_of(request) == network


def test_a_header_does_not_change_the_network(user: User) -> None:
    for number in range(20):
        forged = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}", "HTTP_X_REAL_IP": "1.2.3.4"}
        account = {"email": f"user{number}@example.com", "password": "wrong"}
        APIClient().post(SIGN_IN, account, REMOTE_ADDR=HOME, **forged)
    assert set(Trace.objects.values_list("network", flat=True)) == {HOME}


@pytest.mark.parametrize("spelling", ["USER@Example.com", "\u212aim@example.com", "kím@a.kr"])
def test_other_spellings_of_an_address_have_no_guesses_of_their_own(spelling: str) -> None:
    """MySQL finds an account without its accents too."""
    UserFactory(email="user@example.com")
    UserFactory(email="kim@example.com")
    UserFactory(email="kim@a.kr")
    found = User.objects.filter(email=spelling).first()
    request = RequestFactory().post("/")
    for email in (spelling, found.email if found else spelling):
        assert authenticate(request, username=email, password="wrong") is None
    assert Trace.objects.filter(kind=Trace.Kind.GUESS).values("account").distinct().count() == 1


def test_the_admin_counts_with_the_api(user: User) -> None:
    User.objects.update(is_staff=True)
    guess(user.email, 10)
    client = Client()
    account = {"username": user.email, "password": "wrong"}
    for _ in range(10):
        assert client.post("/admin/login/", account, REMOTE_ADDR=HOME).status_code == 200
    account["password"] = PASSWORD
    page = client.post("/admin/login/", account, REMOTE_ADDR=HOME)
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert sign_in(user.email).status_code == 429
    assert client.post("/admin/login/", account, REMOTE_ADDR="192.0.2.2").status_code == 200


def test_a_reset_by_mail_makes_the_network_known(user: User) -> None:
    from accounts.tests.test_passwords import NEW, ask_for_reset, reset, values

    guess(user.email, 20, "203.0.113.7")
    assert sign_in(user.email).status_code == 429
    api = APIClient(REMOTE_ADDR=HOME)
    with patch("django.conf.settings.FRONTEND_URL", "https://www.example.com"):
        ask_for_reset(api, user.email)
    assert reset(api, values()).status_code == 204
    assert sign_in(user.email, NEW).status_code == 200


def test_what_has_expired_is_deleted(user: User) -> None:
    sign_in(user.email)
    guess(user.email, 3)
    call_command("clearexpired")
    assert Trace.objects.count() == 4
    Trace.objects.update(at=timezone.now() - timedelta(hours=2))
    call_command("clearexpired")
    assert [trace.kind for trace in Trace.objects.all()] == [Trace.Kind.SIGN_IN]


def test_nothing_of_it_is_in_the_cache(user: User) -> None:
    guess(user.email, 20)
    cache.clear()
    assert sign_in(user.email).status_code == 429


def test_no_address_is_stored(user: User) -> None:
    guess(user.email, 1)
    assert user.email not in str(Trace.objects.values())

"""E-mail addresses, passwords, throttles and names at their edges."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.validators import UniqueValidator

from accounts.factories import UserFactory
from accounts.models import User
from accounts.serializers import AuthorSerializer
from accounts.tests.test_accounts import sign_up
from template_tests.options import OPTIONS

pytestmark = pytest.mark.django_db


def test_an_address_that_grows_too_long_in_lower_case_is_refused(api: APIClient) -> None:
    email = f"a@{'.'.join(['İ' * 60] * 3)}.com"
    errors = sign_up(api, email=email).json()["errors"]
    assert {error["field"] for error in errors} == {"email"}


def test_no_field_is_shown_but_those_named(api: APIClient) -> None:
    """A team adds fields of its own, so its tests do not hold this."""
    created = sign_up(api).json()
    assert created.keys() == {"id", "email", "name"}
    api.force_authenticate(User.objects.get())
    assert api.get("/api/auth/me/").json().keys() == {"id", "email", "name", "date_joined"}
    assert AuthorSerializer().fields.keys() == {"id", "name"}


def test_the_later_of_two_simultaneous_sign_ups_is_told_the_same(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(api)
    in_turn = sign_up(api).json()["errors"]
    # The other request's account appears after this one's address was found to be free.
    check, seen = UniqueValidator.__call__, []
    monkeypatch.setattr(
        UniqueValidator, "__call__", lambda *args: check(*args) if seen else seen.append(args)
    )
    at_once = sign_up(api)
    assert at_once.status_code == 400
    assert at_once.json()["errors"] == in_turn


@pytest.mark.parametrize("address", ["new@example.com", "NEW@EXAMPLE.COM", "New@Example.com"])
def test_an_account_is_found_without_regard_to_the_case_of_its_address(
    api: APIClient, address: str
) -> None:
    sign_up(api)
    UserFactory()
    assert User.objects.get(email=address).email == "new@example.com"
    assert User.objects.filter(email__in=[address]).count() == 1


def test_the_database_itself_holds_addresses_unique() -> None:
    UserFactory(email="new@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="NEW@example.com")


def test_throttled_answer_is_a_problem_that_says_when_to_come_back(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "rest_framework.throttling.ScopedRateThrottle.THROTTLE_RATES", {"signup": "1/minute"}
    )
    sign_up(api)
    response = sign_up(api)
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 429
    assert 0 < int(response["Retry-After"]) <= 60


def test_another_address_in_x_forwarded_for_does_not_escape_the_throttle(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "rest_framework.throttling.ScopedRateThrottle.THROTTLE_RATES", {"signup": "1/minute"}
    )
    sign_up(api)
    api.credentials(HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert sign_up(api).status_code == 429


def test_korean_names_are_sorted_as_in_a_dictionary() -> None:
    for name in ["하은", "가람", "낙원", "나래", "가온", "🌱"]:
        UserFactory(name=name)
    korean = User.objects.exclude(name="🌱").order_by("name")
    assert [user.name for user in korean] == ["가람", "가온", "나래", "낙원", "하은"]


@pytest.mark.parametrize("name", ["홍길동 🌱", "홍길순 🌿"])
def test_admin_finds_users_by_korean_and_by_emoji(admin_client: Client, name: str) -> None:
    UserFactory(name="홍길동 🌱")
    UserFactory(name="홍길순 🌿")
    for word in name.split():
        page = admin_client.get("/admin/accounts/user/", {"q": word})
        assert [user.name for user in page.context["cl"].result_list] == [name]


def test_unknown_address_costs_as_many_hashes_as_a_wrong_password(
    api: APIClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = {"jwt": "/api/auth/token/", "session": "/api/auth/login/"}[OPTIONS["authentication"]]
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
    )
    for email, password in ((user.email, "wrong"), ("nobody@example.com", "unknown")):
        assert api.post(address, {"email": email, "password": password}).status_code == 401
    assert hashed[-2:] == ["wrong", "unknown"]

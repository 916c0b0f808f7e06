"""Tokens at their edges; accounts/tests has what a team works with."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework_simplejwt import tokens as tokens_of_library
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.factories import UserFactory
from accounts.models import SignIn, User
from accounts.tests.test_signin import client_with, me, refresh, sign_in, sign_out, tokens
from accounts.tokens import RefreshToken as SignInToken

pytestmark = pytest.mark.django_db


def without_request_id(response: Response) -> dict:
    return {name: value for name, value in response.json().items() if name != "request_id"}


def test_signing_in_gives_a_pair_of_tokens(user: User) -> None:
    response = sign_in(user)
    assert response.status_code == 200
    assert set(response.json()) == {"access", "refresh"}


def test_access_token_is_valid_for_15_minutes(tokens: dict[str, str]) -> None:
    token = AccessToken(tokens["access"])
    # It expires 15 minutes after the refresh token was issued, which may be a second earlier.
    assert token["exp"] - token["iat"] == pytest.approx(15 * 60, abs=1)


def test_refresh_token_is_valid_for_14_days(tokens: dict[str, str]) -> None:
    token = RefreshToken(tokens["refresh"])
    assert token["exp"] - token["iat"] == 14 * 24 * 60 * 60


def test_address_is_read_without_regard_to_case(user: User) -> None:
    user.email = user.email.upper()
    assert sign_in(user).status_code == 200


def test_signing_in_is_remembered(user: User) -> None:
    sign_in(user)
    user.refresh_from_db()
    assert user.last_login


def test_unknown_address_and_wrong_password_are_answered_alike(user: User) -> None:
    wrong, unknown = sign_in(user, "wrong"), sign_in(UserFactory.build())
    assert wrong.status_code == unknown.status_code == 401
    assert without_request_id(wrong) == without_request_id(unknown)


def test_deactivated_user_is_signed_out(tokens: dict[str, str]) -> None:
    User.objects.update(is_active=False)
    assert me(tokens["access"]).status_code == 401


def test_signing_in_is_throttled() -> None:
    allowed = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["signin"].split("/")[0])
    users = UserFactory.build_batch(allowed + 1)
    # Each at another account: those at one are bounded sooner.
    statuses = [sign_in(user, "wrong").status_code for user in users]
    assert statuses == [401] * allowed + [429]


def test_missing_token_is_answered_401_with_the_way_to_sign_in(api: APIClient) -> None:
    response = api.get("/api/auth/me/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_forged_token_is_refused(tokens: dict[str, str]) -> None:
    head, body, _ = tokens["access"].split(".")
    assert me(f"{head}.{body}.{'A' * 43}").status_code == 401


def test_refresh_token_does_not_sign_in(tokens: dict[str, str]) -> None:
    assert me(tokens["refresh"]).status_code == 401


def test_account_that_is_deleted_is_signed_out(tokens: dict[str, str]) -> None:
    User.objects.all().delete()
    assert me(tokens["access"]).status_code == 401
    assert refresh(tokens["refresh"]).status_code == 401


def test_new_refresh_token_works(tokens: dict[str, str]) -> None:
    assert refresh(refresh(tokens["refresh"]).json()["refresh"]).status_code == 200


def test_access_token_does_not_refresh(tokens: dict[str, str]) -> None:
    assert refresh(tokens["access"]).status_code == 401


def test_signing_out_twice_is_refused(tokens: dict[str, str]) -> None:
    sign_out(tokens["access"])
    assert sign_out(tokens["access"]).status_code == 401


def test_signing_out_needs_a_user(tokens: dict[str, str]) -> None:
    assert APIClient().post("/api/auth/logout/").status_code == 401
    assert refresh(tokens["refresh"]).status_code == 200


def test_signing_out_ends_the_tokens_of_earlier_pairs(tokens: dict[str, str]) -> None:
    renewed = refresh(tokens["refresh"]).json()
    sign_out(renewed["access"])
    assert me(tokens["access"]).status_code == 401
    assert refresh(tokens["refresh"]).status_code == 401


def test_signing_out_leaves_other_devices_signed_in(tokens: dict[str, str], user: User) -> None:
    phone = sign_in(user).json()
    sign_out(tokens["access"])
    assert me(phone["access"]).status_code == 200


def test_a_request_asks_the_database_once_for_its_user(
    tokens: dict[str, str], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        me(tokens["access"])


@pytest.mark.parametrize("end", ["password", "sign-out", "deletion", "deactivation"])
def test_what_ends_all_tokens_at_once(tokens: dict[str, str], user: User, end: str) -> None:
    match end:
        case "password":
            user.set_password("another-tall-river")
            user.save()
        case "sign-out":
            sign_out(tokens["access"])
        case "deletion":
            user.delete()
        case "deactivation":
            User.objects.update(is_active=False)
    assert me(tokens["access"]).status_code == 401
    assert refresh(tokens["refresh"]).status_code == 401


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let this time pass for what the database remembers of tokens."""
    moment = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_old_token_works_for_ten_seconds(
    tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = refresh(tokens["refresh"]).json()
    later(monkeypatch, 9)
    assert refresh(tokens["refresh"]).status_code == 200
    assert refresh(renewed["refresh"]).status_code == 200


def test_old_token_that_comes_later_ends_the_sign_in_of_thief_and_owner(
    tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch, user: User
) -> None:
    phone = sign_in(user).json()
    renewed = refresh(tokens["refresh"]).json()
    later(monkeypatch, 11)
    assert refresh(tokens["refresh"]).status_code == 401
    assert refresh(renewed["refresh"]).status_code == 401
    assert me(renewed["access"]).status_code == 401
    assert me(phone["access"]).status_code == 200


def test_old_token_ends_the_sign_in_however_old_it_is(
    tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    current = tokens
    for _ in range(3):
        current = refresh(current["refresh"]).json()
        later(monkeypatch, 11)
    assert refresh(tokens["refresh"]).status_code == 401
    assert refresh(current["refresh"]).status_code == 401


def test_token_that_is_renewed_all_the_time_stays_good(
    tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within ten seconds a tab may be many refreshes ahead of another."""
    ahead = tokens
    for _ in range(20):
        ahead = refresh(ahead["refresh"]).json()
    assert refresh(tokens["refresh"]).status_code == 200
    later(monkeypatch, 60)
    assert refresh(ahead["refresh"]).status_code == 200


@pytest.mark.parametrize("token", ["expired", "nonsense", "a b", "of another sign-in"])
def test_token_that_has_ended_is_ignored_where_nobody_has_to_sign_in(
    tokens: dict[str, str], token: str
) -> None:
    if token == "expired":
        expired = AccessToken(tokens["access"])
        expired.set_exp(lifetime=-timedelta(minutes=1))
        token = str(expired)
    elif token == "of another sign-in":
        sign_out(token := tokens["access"])
    client = client_with(token)
    assert client.get("/api/schema/").status_code == 200
    new = {"email": "new@example.com", "name": "New", "password": "tall-river-42"}
    assert client.post("/api/auth/signup/", new).status_code == 201
    response = client.get("/api/auth/me/")
    assert response.status_code == 401
    assert response.json()["detail"] not in ("", str(NotAuthenticated.default_detail))


def test_a_token_that_other_code_makes_with_the_library_works_until_the_password_is_new(
    user: User,
) -> None:
    """Many tutorials make tokens so in a view of their own."""
    token = tokens_of_library.RefreshToken.for_user(user)
    access = str(token.access_token)
    assert me(access).status_code == 200
    assert me(refresh(str(token)).data["access"]).status_code == 200
    assert sign_out(access).status_code == 204
    user.set_password("another-river-42")
    user.save()
    assert me(access).status_code == 401
    assert refresh(str(token)).status_code == 401


def test_a_token_of_the_library_ends_with_its_account(user: User) -> None:
    token = tokens_of_library.RefreshToken.for_user(user)
    user.is_active = False
    user.save()
    assert me(str(token.access_token)).status_code == 401
    assert refresh(str(token)).status_code == 401


def test_another_way_of_signing_in_has_the_same_tokens(user: User) -> None:
    token = SignInToken.for_user(user)
    assert me(str(token.access_token)).status_code == 200
    assert refresh(str(token)).status_code == 200


def test_sign_ins_that_have_expired_are_deleted(tokens: dict[str, str], user: User) -> None:
    sign_in(user)
    call_command("clearexpired")
    assert SignIn.objects.count() == 2
    SignIn.objects.filter(pk=AccessToken(tokens["access"])["sign_in"]).update(
        expires_at=timezone.now()
    )
    call_command("clearexpired")
    assert SignIn.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_refresh_two_hundred_times_stay_signed_in(user: User) -> None:
    current = sign_in(user).json()

    def tab(number: int) -> list[int]:
        own, statuses = current, []
        try:
            for _ in range(100):
                response = refresh(own["refresh"])
                statuses.append(response.status_code)
                own = response.json()
            statuses.append(me(own["access"]).status_code)
        finally:
            connection.close()
        return statuses

    if connection.vendor == "sqlite":
        found = [tab(0), tab(1)]
    else:
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(tab, range(2)))
    assert found == [[200] * 101] * 2


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_used_by_many_at_once_is_rotated_once(user: User) -> None:
    tokens = sign_in(user).json()

    def use(number: int) -> int:
        try:
            return refresh(tokens["refresh"]).status_code
        finally:
            connection.close()

    if connection.vendor == "sqlite":
        statuses = [use(number) for number in range(40)]
    else:
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(use, range(40)))
    assert statuses == [200] * 40
    assert SignIn.objects.get().generation == 2

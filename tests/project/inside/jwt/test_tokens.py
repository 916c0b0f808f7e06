"""Tokens at their edges; accounts/tests has what a team works with."""

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.factories import UserFactory
from accounts.models import User
from accounts.tests.test_signin import client_with, me, refresh, sign_in, sign_out, tokens

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


def test_signing_in_is_throttled(user: User) -> None:
    allowed = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["signin"].split("/")[0])
    statuses = [sign_in(user, "wrong").status_code for _ in range(allowed + 1)]
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
    sign_out(**tokens)
    assert sign_out(**tokens).status_code == 401


def test_signing_out_needs_a_user(tokens: dict[str, str]) -> None:
    response = APIClient().post("/api/auth/logout/", {"refresh": tokens["refresh"]})
    assert response.status_code == 401


def test_refresh_token_of_someone_else_is_refused(tokens: dict[str, str]) -> None:
    theirs = sign_in(UserFactory()).json()
    response = sign_out(tokens["access"], theirs["refresh"])
    assert response.status_code == 400
    assert refresh(theirs["refresh"]).status_code == 200


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_signing_out_without_a_good_refresh_token_names_the_field(
    tokens: dict[str, str], token: str
) -> None:
    response = client_with(tokens["access"]).post("/api/auth/logout/", {"refresh": token})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["refresh"]


def test_signing_out_leaves_other_devices_signed_in(tokens: dict[str, str], user: User) -> None:
    phone = sign_in(user).json()
    sign_out(**tokens)
    assert me(phone["access"]).status_code == 200


def test_staff_cannot_read_the_tokens_of_others(admin_client: Client, user: User) -> None:
    sign_in(user)
    assert admin_client.get("/admin/token_blacklist/outstandingtoken/").status_code == 404

from datetime import timedelta

import pytest
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import User

pytestmark = pytest.mark.django_db


def sign_in(user: User, password: str = PASSWORD) -> Response:
    return APIClient().post("/api/auth/token/", {"email": user.email, "password": password})


def refresh(token: str) -> Response:
    return APIClient().post("/api/auth/token/refresh/", {"refresh": token})


def client_with(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def me(access: str) -> Response:
    return client_with(access).get("/api/auth/me/")


def sign_out(access: str) -> Response:
    return client_with(access).post("/api/auth/logout/")


@pytest.fixture
def tokens(user: User) -> dict[str, str]:
    """The answer to signing in as `user`."""
    return sign_in(user).json()


def test_access_token_signs_in(tokens: dict[str, str], user: User) -> None:
    assert me(tokens["access"]).json()["id"] == user.pk


def test_wrong_password_is_refused(user: User) -> None:
    assert sign_in(user, "wrong").status_code == 401


def test_deactivated_user_cannot_sign_in() -> None:
    assert sign_in(UserFactory(is_active=False)).status_code == 401


def test_refreshing_gives_a_new_pair(tokens: dict[str, str]) -> None:
    renewed = refresh(tokens["refresh"]).json()
    assert renewed["refresh"] != tokens["refresh"]
    assert me(renewed["access"]).status_code == 200


def test_two_tabs_may_refresh_at_once(tokens: dict[str, str]) -> None:
    for _ in range(3):
        assert me(refresh(tokens["refresh"]).json()["access"]).status_code == 200


def test_refresh_token_that_is_used_again_later_ends_the_sign_in(
    tokens: dict[str, str], settings: Settings
) -> None:
    settings.REFRESH_TOKEN_GRACE = timedelta(0)
    renewed = refresh(tokens["refresh"]).json()
    assert refresh(tokens["refresh"]).status_code == 401
    assert refresh(renewed["refresh"]).status_code == 401
    assert me(renewed["access"]).status_code == 401


def test_signing_out_ends_both_tokens(tokens: dict[str, str]) -> None:
    assert sign_out(tokens["access"]).status_code == 204
    assert me(tokens["access"]).status_code == 401
    assert refresh(tokens["refresh"]).status_code == 401


def test_changing_the_password_signs_out_other_devices(tokens: dict[str, str], user: User) -> None:
    phone = sign_in(user).json()
    passwords = {"current_password": PASSWORD, "new_password": "another-tall-river"}
    here = client_with(tokens["access"]).post("/api/auth/password/change/", passwords)
    assert me(here.json()["access"]).status_code == 200
    assert me(phone["access"]).status_code == 401
    assert refresh(phone["refresh"]).status_code == 401

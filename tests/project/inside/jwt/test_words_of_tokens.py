"""What is wrong with a token is said in the project's language."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from accounts.tests.test_signin import me, refresh, sign_in, sign_out, tokens  # noqa: F401
from template_tests.words import foreign_texts

pytestmark = pytest.mark.django_db
PAST = timedelta(days=-1)


def test_a_wrong_password(user: User) -> None:
    assert foreign_texts(sign_in(user, "wrong"), 401) == []


def test_missing_credentials(api: APIClient) -> None:
    assert foreign_texts(api.post("/api/auth/token/", {}), 400) == []
    assert foreign_texts(api.post("/api/auth/token/refresh/", {}), 400) == []


@pytest.mark.parametrize("token", ["nonsense", "a b", ""])
def test_no_access_token(token: str) -> None:
    assert foreign_texts(me(token), 401) == []


def expired(token: AccessToken | RefreshToken) -> str:
    token.set_exp(from_time=timezone.now() + PAST, lifetime=timedelta())
    return str(token)


def test_an_expired_token(user: User) -> None:
    assert foreign_texts(me(expired(AccessToken.for_user(user))), 401) == []
    assert foreign_texts(refresh(expired(RefreshToken.for_user(user))), 401) == []


def test_a_token_of_the_wrong_type(tokens: dict[str, str]) -> None:  # noqa: F811
    assert foreign_texts(me(tokens["refresh"]), 401) == []
    assert foreign_texts(refresh(tokens["access"]), 401) == []


def test_a_refresh_token_that_is_none() -> None:
    assert foreign_texts(refresh("nonsense"), 401) == []


def test_a_refresh_token_that_was_used(
    tokens: dict[str, str],  # noqa: F811
    settings: Settings,
) -> None:
    settings.REFRESH_TOKEN_GRACE = timedelta()
    refresh(tokens["refresh"])
    assert foreign_texts(refresh(tokens["refresh"]), 401) == []


def test_an_access_token_after_signing_out(tokens: dict[str, str]) -> None:  # noqa: F811
    sign_out(tokens["access"])
    assert foreign_texts(me(tokens["access"]), 401) == []


@pytest.mark.parametrize("changed", [{"is_active": False}, None])
def test_an_account_that_is_gone(
    tokens: dict[str, str],  # noqa: F811
    user: User,
    changed: dict | None,
) -> None:
    if changed:
        User.objects.update(**changed)
    else:
        User.objects.all().delete()
    assert foreign_texts(me(tokens["access"]), 401) == []
    assert foreign_texts(refresh(tokens["refresh"]), 401) == []

"""What is wrong with a sign-in or a CSRF token is said in the project's language."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.test_signin import browser, send_csrf_token, sign_in  # noqa: F401
from template_tests.words import foreign_texts

pytestmark = pytest.mark.django_db


def test_a_wrong_password(api: APIClient, user: User) -> None:
    assert foreign_texts(sign_in(api, user, "wrong"), 401) == []


def test_missing_credentials(api: APIClient) -> None:
    assert foreign_texts(api.post("/api/auth/login/", {}), 400) == []


def test_a_missing_csrf_cookie(browser: APIClient, user: User) -> None:  # noqa: F811
    assert foreign_texts(sign_in(browser, user), 403) == []


@pytest.mark.parametrize("token", ["", "short", "a" * 32, "b" * 64])
def test_a_wrong_csrf_token(browser: APIClient, user: User, token: str) -> None:  # noqa: F811
    send_csrf_token(browser)
    browser.credentials(HTTP_X_CSRFTOKEN=token)
    assert foreign_texts(sign_in(browser, user), 403) == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_origin(browser: APIClient, user: User, origin: str) -> None:  # noqa: F811
    send_csrf_token(browser)
    response = browser.post("/api/auth/login/", {}, headers={"Origin": origin})
    assert foreign_texts(response, 403) == []


@pytest.mark.parametrize("referer", [None, "nonsense", "http://testserver/", "https://a.example/"])
def test_https_without_a_good_referer(browser: APIClient, referer: str | None) -> None:  # noqa: F811
    send_csrf_token(browser)
    headers = {"Referer": referer} if referer else {}
    response = browser.post("/api/auth/login/", {}, secure=True, headers=headers)
    assert foreign_texts(response, 403) == []


def test_nobody_signed_in(api: APIClient) -> None:
    assert foreign_texts(api.get("/api/auth/me/"), 401) == []
    assert foreign_texts(api.post("/api/auth/logout/"), 401) == []

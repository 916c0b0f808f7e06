import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import User

pytestmark = pytest.mark.django_db


def sign_in(client: APIClient, user: User, password: str = PASSWORD) -> Response:
    return client.post("/api/auth/login/", {"email": user.email, "password": password})


def send_csrf_token(client: APIClient) -> None:
    """Do what a front end does: fetch a token, and send it with every request from now on."""
    token = client.get("/api/auth/csrf/").json()["csrf_token"]
    client.credentials(HTTP_X_CSRFTOKEN=token)


@pytest.fixture
def browser() -> APIClient:
    """A client that is held to CSRF tokens, as browsers are."""
    return APIClient(enforce_csrf_checks=True)


@pytest.fixture
def signed_in_browser(browser: APIClient, user: User) -> APIClient:
    send_csrf_token(browser)
    sign_in(browser, user)
    send_csrf_token(browser)
    return browser


def test_signing_in_answers_with_the_user(api: APIClient, user: User) -> None:
    response = sign_in(api, user)
    assert response.status_code == 200
    assert response.json()["id"] == user.pk


def test_session_cookie_signs_in(api: APIClient, user: User) -> None:
    sign_in(api, user)
    assert api.get("/api/auth/me/").json()["id"] == user.pk


def test_wrong_password_is_refused(api: APIClient, user: User) -> None:
    assert sign_in(api, user, "wrong").status_code == 401


def test_deactivated_user_cannot_sign_in(api: APIClient) -> None:
    assert sign_in(api, UserFactory(is_active=False)).status_code == 401


def test_signing_in_without_a_csrf_token_is_refused(browser: APIClient, user: User) -> None:
    assert sign_in(browser, user).status_code == 403
    assert "sessionid" not in browser.cookies


def test_writing_without_a_csrf_token_is_refused(signed_in_browser: APIClient) -> None:
    signed_in_browser.credentials()
    assert signed_in_browser.patch("/api/auth/me/", {"name": "Kim"}).status_code == 403


def test_writing_with_a_csrf_token_works(signed_in_browser: APIClient) -> None:
    assert signed_in_browser.patch("/api/auth/me/", {"name": "Kim"}).status_code == 200


def test_signing_out_ends_the_session(signed_in_browser: APIClient) -> None:
    assert signed_in_browser.post("/api/auth/logout/").status_code == 204
    assert signed_in_browser.get("/api/auth/me/").status_code == 401


def test_changing_the_password_signs_out_other_devices(api: APIClient, user: User) -> None:
    phone = APIClient()
    sign_in(phone, user)
    sign_in(api, user)
    passwords = {"current_password": PASSWORD, "new_password": "another-tall-river"}
    assert api.post("/api/auth/password/change/", passwords).status_code == 204
    assert api.get("/api/auth/me/").status_code == 200
    assert phone.get("/api/auth/me/").status_code == 401

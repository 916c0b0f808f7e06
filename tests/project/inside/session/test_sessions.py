"""Sessions and CSRF tokens at their edges; accounts/tests has what a team works with."""

import pytest
from django.conf import settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import User
from accounts.tests.test_signin import browser, send_csrf_token, sign_in, signed_in_browser

pytestmark = pytest.mark.django_db

NEWCOMER = {"email": "new@example.com", "name": "Kim", "password": PASSWORD}


def without_request_id(response: Response) -> dict:
    return {name: value for name, value in response.json().items() if name != "request_id"}


def test_scripts_cannot_read_the_session_cookie(api: APIClient, user: User) -> None:
    assert sign_in(api, user).cookies["sessionid"]["httponly"]


def test_session_lasts_for_14_days(api: APIClient, user: User) -> None:
    assert sign_in(api, user).cookies["sessionid"]["max-age"] == 14 * 24 * 60 * 60


def test_address_is_read_without_regard_to_case(api: APIClient, user: User) -> None:
    user.email = user.email.upper()
    assert sign_in(api, user).status_code == 200


def test_unknown_address_and_wrong_password_are_answered_alike(api: APIClient, user: User) -> None:
    wrong, unknown = sign_in(api, user, "wrong"), sign_in(api, UserFactory.build())
    assert wrong.status_code == unknown.status_code == 401
    assert without_request_id(wrong) == without_request_id(unknown)


def test_deactivated_user_is_signed_out(api: APIClient, user: User) -> None:
    sign_in(api, user)
    User.objects.update(is_active=False)
    assert api.get("/api/auth/me/").status_code == 401


def test_signing_in_is_throttled(api: APIClient) -> None:
    allowed = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["signin"].split("/")[0])
    users = UserFactory.build_batch(allowed + 1)
    # Each at another account: those at one are bounded sooner.
    statuses = [sign_in(api, user, "wrong").status_code for user in users]
    assert statuses == [401] * allowed + [429]


@pytest.mark.parametrize("field", ["email", "password"])
def test_missing_field_is_named(api: APIClient, field: str) -> None:
    complete = {"email": "a@example.com", "password": PASSWORD}
    response = api.post("/api/auth/login/", complete | {field: ""})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_missing_session_is_answered_401_with_the_way_to_sign_in(api: APIClient) -> None:
    response = api.get("/api/auth/me/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Session"


def test_signing_up_without_a_csrf_token_is_refused(browser: APIClient) -> None:
    assert browser.post("/api/auth/signup/", NEWCOMER).status_code == 403
    assert not User.objects.exists()


def test_signing_up_with_a_csrf_token_works(browser: APIClient) -> None:
    send_csrf_token(browser)
    assert browser.post("/api/auth/signup/", NEWCOMER).status_code == 201


def test_signing_in_with_a_csrf_token_works(browser: APIClient, user: User) -> None:
    send_csrf_token(browser)
    assert sign_in(browser, user).status_code == 200


def test_csrf_refusal_is_a_problem(browser: APIClient, user: User) -> None:
    response = sign_in(browser, user)
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 403


def test_reading_needs_no_csrf_token(signed_in_browser: APIClient) -> None:
    signed_in_browser.credentials()
    assert signed_in_browser.get("/api/auth/me/").status_code == 200


def test_signing_out_makes_a_copied_cookie_worthless(
    signed_in_browser: APIClient, api: APIClient
) -> None:
    api.cookies["sessionid"] = signed_in_browser.cookies["sessionid"].value
    assert api.get("/api/auth/me/").status_code == 200
    signed_in_browser.post("/api/auth/logout/")
    assert api.get("/api/auth/me/").status_code == 401


def test_signing_out_without_a_csrf_token_is_refused(signed_in_browser: APIClient) -> None:
    signed_in_browser.credentials()
    assert signed_in_browser.post("/api/auth/logout/").status_code == 403


def test_signing_out_needs_a_user(api: APIClient) -> None:
    assert api.post("/api/auth/logout/").status_code == 401


def test_signing_out_leaves_other_devices_signed_in(
    signed_in_browser: APIClient, api: APIClient, user: User
) -> None:
    sign_in(api, user)
    signed_in_browser.post("/api/auth/logout/")
    assert api.get("/api/auth/me/").status_code == 200

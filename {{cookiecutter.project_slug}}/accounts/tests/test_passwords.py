import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import NEWCOMER, PASSWORD
from accounts.models import User

pytestmark = pytest.mark.django_db

NEW = "another-tall-river"
FRONT_END = "https://www.example.com"


def change(api: APIClient, current: str, new: str = NEW) -> Response:
    passwords = {"current_password": current, "new_password": new}
    return api.post("/api/auth/password/change/", passwords)


def ask_for_reset(api: APIClient, email: str) -> Response:
    return api.post("/api/auth/password/reset/", {"email": email})


def reset(api: APIClient, values: dict[str, str], new: str = NEW) -> Response:
    return api.post("/api/auth/password/reset/confirm/", values | {"new_password": new})


def link() -> str:
    """Return the link in the mail that was sent last."""
    return re.findall(r"https?://\S+", str(mail.outbox[-1].body))[0]


def values() -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link()).query))


@pytest.fixture
def front_end(settings: Settings) -> None:
    settings.FRONTEND_URL = FRONT_END


def test_changing_needs_the_current_password(signed_in: APIClient, user: User) -> None:
    assert change(signed_in, "wrong").status_code == 400
    assert change(signed_in, PASSWORD).status_code in (200, 204)
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_new_password_must_be_hard_to_guess(signed_in: APIClient) -> None:
    assert change(signed_in, PASSWORD, "password123").status_code == 400


def test_link_in_a_mail_resets_the_password_once(
    api: APIClient, user: User, front_end: None
) -> None:
    assert ask_for_reset(api, user.email).status_code == 204
    assert link().startswith(f"{FRONT_END}/password/reset/?")
    assert reset(api, values()).status_code == 204
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert reset(api, values(), "yet-another-river").status_code == 400


def test_nobody_learns_who_has_an_account(api: APIClient, user: User) -> None:
    known, unknown = ask_for_reset(api, user.email), ask_for_reset(api, "nobody@example.com")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_project_has_a_page_of_its_own_without_a_front_end(
    api: APIClient, client: Client, user: User
) -> None:
    ask_for_reset(api, user.email)
    form = client.get(link(), follow=True)
    client.post(form.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_address_must_be_confirmed_where_the_settings_say_so(
    api: APIClient, settings: Settings, front_end: None
) -> None:
    settings.REQUIRE_CONFIRMED_EMAIL = True
    assert api.post("/api/auth/signup/", NEWCOMER).status_code == 201
    assert not User.objects.get().email_confirmed
    assert api.post("/api/auth/email/confirm/", values()).status_code == 204
    assert User.objects.get().email_confirmed


def test_only_some_addresses_may_sign_up(api: APIClient, settings: Settings) -> None:
    settings.SIGN_UP_EMAIL_DOMAINS = ["example.ac.kr"]
    for email, status in (("me@example.com", 400), ("me@example.ac.kr", 201)):
        assert api.post("/api/auth/signup/", NEWCOMER | {"email": email}).status_code == status

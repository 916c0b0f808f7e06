"""What is wrong with a password or a link is said in the project's language."""

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import User
from accounts.tests.test_passwords import ask_for_reset, change, link, reset
from template_tests.options import OPTIONS
from template_tests.test_words_of_admin import Page
from template_tests.words import foreign_texts, is_foreign

pytestmark = pytest.mark.django_db

SIGN_IN = {"jwt": "/api/auth/token/", "session": "/api/auth/login/"}[OPTIONS["authentication"]]


def test_a_wrong_current_password(signed_in: APIClient) -> None:
    assert foreign_texts(change(signed_in, "wrong"), 400) == []
    assert foreign_texts(change(signed_in, PASSWORD, "12345678"), 400) == []
    assert foreign_texts(signed_in.delete("/api/auth/me/", {"password": "wrong"}), 400) == []
    assert foreign_texts(signed_in.delete("/api/auth/me/", {}), 400) == []


@pytest.mark.parametrize("body", [{}, {"uid": "MQ", "token": "x-y"}, {"uid": "", "token": None}])
def test_a_link_that_is_dead(api: APIClient, body: dict) -> None:
    assert foreign_texts(reset(api, body), 400) == []
    assert foreign_texts(api.post("/api/auth/email/confirm/", {"token": "x"}), 400) == []


def test_too_many_mails(api: APIClient) -> None:
    for _ in range(3):
        ask_for_reset(api, "nobody@example.com")
    assert foreign_texts(ask_for_reset(api, "nobody@example.com"), 429) == []


def test_too_many_guesses(api: APIClient, client: Client) -> None:
    staff = UserFactory(is_staff=True)
    account = {"email": staff.email, "password": "wrong"}
    for _ in range(20):
        api.post(SIGN_IN, account)
    assert foreign_texts(api.post(SIGN_IN, account), 429) == []
    page = client.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    (sentence,) = page.context["form"].non_field_errors()
    assert not is_foreign(sentence)


def test_an_address_that_is_not_confirmed(api: APIClient, user: User, settings: Settings) -> None:
    settings.REQUIRE_CONFIRMED_EMAIL = True
    account = {"email": user.email, "password": PASSWORD}
    assert foreign_texts(api.post(SIGN_IN, account), 403) == []


def test_an_address_of_another_domain(api: APIClient, settings: Settings) -> None:
    settings.SIGN_UP_EMAIL_DOMAINS = ["example.ac.kr"]
    newcomer = {"email": "a@example.com", "name": "New", "password": PASSWORD}
    assert foreign_texts(api.post("/api/auth/signup/", newcomer), 400) == []


def test_pages_that_links_in_mails_lead_to(api: APIClient, client: Client, user: User) -> None:
    ask_for_reset(api, user.email)
    address = client.get(link())["Location"]
    wrong = client.post(address, {"new_password1": "12345678", "new_password2": "1234567"})
    assert wrong.context["form"].errors
    new = {"new_password1": "another-tall-river", "new_password2": "another-tall-river"}
    pages = [client.get(address), wrong, client.post(address, new), client.get(address)]
    api.post("/api/auth/email/confirmation/", {"email": UserFactory().email})
    pages += [client.get(link()), client.post(link()), client.post(f"{link()[:-1]}x/")]
    for page in pages:
        assert Page(page).foreign() == set()

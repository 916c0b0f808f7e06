"""Accounts at their edges; accounts/tests has what a team works with."""

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.test import Client
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import User
from accounts.tests.test_accounts import sign_up, wrong_fields

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["김민지", "민지 🌱", "👩\u200d💻 개발자", "똠방각하 뷁"])
def test_korean_and_emoji_in_a_name_come_back_as_they_were_sent(api: APIClient, name: str) -> None:
    sign_up(api, name=name)
    assert User.objects.values_list("name", flat=True).get() == name


def test_password_is_stored_hashed(api: APIClient) -> None:
    sign_up(api)
    assert PASSWORD not in User.objects.get().password


@pytest.mark.parametrize(
    "password", ["92837465019", "new@example.com"], ids=["only digits", "the e-mail address"]
)
def test_weak_password_is_refused(api: APIClient, password: str) -> None:
    assert wrong_fields(sign_up(api, password=password)) == ["password"]


def test_nothing_is_stored_when_the_password_is_refused(api: APIClient) -> None:
    sign_up(api, password="short1!")
    assert not User.objects.exists()


def test_empty_address_is_refused(api: APIClient) -> None:
    assert wrong_fields(sign_up(api, email="")) == ["email"]


def test_every_missing_field_is_named_at_once(api: APIClient) -> None:
    response = api.post("/api/auth/signup/", {})
    assert set(wrong_fields(response)) == {"email", "name", "password"}


def test_an_address_that_is_taken_has_a_code_of_its_own(api: APIClient) -> None:
    UserFactory(email="new@example.com")
    [error] = sign_up(api, email="NEW@EXAMPLE.COM").json()["errors"]
    assert (error["field"], error["code"]) == ("email", "unique")


def test_sign_up_is_throttled(api: APIClient) -> None:
    allowed = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["signup"].split("/")[0])
    statuses = [sign_up(api, email="").status_code for _ in range(allowed + 1)]
    assert statuses == [400] * allowed + [429]


def test_me_cannot_be_replaced_as_a_whole(signed_in: APIClient) -> None:
    assert signed_in.put("/api/auth/me/", {"name": "x"}).status_code == 405


def test_a_user_is_shown_by_address_and_called_by_name() -> None:
    user = UserFactory.build(email="a@example.com", name="Kim")
    assert str(user) == "a@example.com"
    assert (user.get_full_name(), user.get_short_name()) == ("Kim", "Kim")


def test_superuser_may_enter_the_admin() -> None:
    user = User.objects.create_superuser("admin@example.com", PASSWORD, name="Admin")
    assert user.is_staff and user.is_superuser


@pytest.mark.parametrize("page", ["", "accounts/user/", "accounts/user/add/"])
def test_admin_page_loads(admin_client: Client, page: str) -> None:
    assert admin_client.get(f"/admin/{page}").status_code == 200


def test_admin_page_of_a_user_loads(admin_client: Client, user: User) -> None:
    assert admin_client.get(f"/admin/accounts/user/{user.pk}/change/").status_code == 200


def test_admin_finds_users(admin_client: Client) -> None:
    UserFactory(name="Hong Gildong")
    page = admin_client.get("/admin/accounts/user/", {"q": "gildong"})
    assert [user.name for user in page.context["cl"].result_list] == ["Hong Gildong"]


def test_admin_adds_a_user_who_can_sign_in(admin_client: Client) -> None:
    form = {
        "email": "new@example.com",
        "name": "Kim",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert admin_client.post("/admin/accounts/user/add/", form).status_code == 302
    assert authenticate(email="New@example.com", password=PASSWORD)

"""What a user has who was extended with a nickname by the steps of docs/apps.md."""

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.validators import UniqueValidator

from accounts.factories import NEWCOMER, PASSWORD, UserFactory
from accounts.models import User
from accounts.tests.test_accounts import sign_up, wrong_fields

pytestmark = pytest.mark.django_db


def test_sign_up_takes_a_nickname(api: APIClient) -> None:
    assert sign_up(api, nickname="river").json()["nickname"] == "river"
    assert User.objects.get().nickname == "river"


@pytest.mark.parametrize("value", [None, "", "x" * 21])
def test_every_newcomer_has_one(api: APIClient, value: str | None) -> None:
    assert wrong_fields(sign_up(api, nickname=value)) == ["nickname"]
    without = {name: text for name, text in NEWCOMER.items() if name != "nickname"}
    assert wrong_fields(api.post("/api/auth/signup/", without)) == ["nickname"]


def test_the_later_of_two_simultaneous_sign_ups_is_told_which_field_it_is(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(api)
    in_turn = sign_up(api, email="other@example.com").json()["errors"]
    check, seen = UniqueValidator.__call__, []
    monkeypatch.setattr(
        UniqueValidator,
        "__call__",
        # Both fields have one.
        lambda *args: check(*args) if len(seen) == 2 else seen.append(args),
    )
    assert sign_up(api, email="other@example.com").json()["errors"] == in_turn
    assert [error["field"] for error in in_turn] == ["nickname"]


def test_me_shows_and_changes_the_nickname(signed_in: APIClient, user: User) -> None:
    assert signed_in.get("/api/auth/me/").json()["nickname"] == user.nickname
    assert signed_in.patch("/api/auth/me/", {"nickname": "river"}).json()["nickname"] == "river"


def test_a_nickname_is_not_taken_from_someone(signed_in: APIClient) -> None:
    UserFactory(nickname="river")
    assert wrong_fields(signed_in.patch("/api/auth/me/", {"nickname": "river"})) == ["nickname"]


def test_admin_lists_finds_and_shows_nicknames(admin_client: Client) -> None:
    user = UserFactory(nickname="river")
    found = admin_client.get("/admin/accounts/user/", {"q": "river"})
    assert [each.nickname for each in found.context["cl"].result_list] == ["river"]
    page = admin_client.get(f"/admin/accounts/user/{user.pk}/change/")
    assert 'name="nickname"' in page.content.decode()


def test_admin_adds_a_user_with_a_nickname(admin_client: Client) -> None:
    assert 'name="nickname"' in admin_client.get("/admin/accounts/user/add/").content.decode()
    form = {"email": "new@example.com", "name": "New", "nickname": "river"}
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert admin_client.post("/admin/accounts/user/add/", form | passwords).status_code == 302
    assert User.objects.get(email="new@example.com").nickname == "river"


def test_createsuperuser_takes_a_nickname(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    options = {"email": "boss@example.com", "name": "Boss", "nickname": "boss"}
    call_command("createsuperuser", interactive=False, verbosity=0, **options)
    assert User.objects.get().nickname == "boss"

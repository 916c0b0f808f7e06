import pytest
from django.contrib.auth import authenticate
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import NEWCOMER, PASSWORD, UserFactory
from accounts.models import User

pytestmark = pytest.mark.django_db


def sign_up(api: APIClient, **changes: str) -> Response:
    return api.post("/api/auth/signup/", NEWCOMER | changes)


def wrong_fields(response: Response) -> list[str]:
    assert response.status_code == 400
    return [error["field"] for error in response.json()["errors"]]


def test_sign_up_makes_an_account(api: APIClient) -> None:
    assert sign_up(api, email="New@Example.com").status_code == 201
    assert authenticate(email="new@example.com", password=PASSWORD) == User.objects.get()


def test_sign_up_answers_with_the_account_without_its_password(api: APIClient) -> None:
    user = sign_up(api, name="민지 🌱").json()
    assert (user["id"], user["name"]) == (User.objects.get().pk, "민지 🌱")
    assert "password" not in user


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("name", ""),
        ("name", "x" * 51),
        ("password", "short1!"),
        ("password", "password123"),
    ],
)
def test_wrong_field_is_named(api: APIClient, field: str, value: str) -> None:
    assert wrong_fields(sign_up(api, **{field: value})) == [field]


def test_an_address_belongs_to_one_account_without_regard_to_case(api: APIClient) -> None:
    UserFactory(email="new@example.com")
    assert wrong_fields(sign_up(api, email="NEW@EXAMPLE.COM")) == ["email"]


def test_nobody_becomes_staff_by_signing_up(api: APIClient) -> None:
    sign_up(api, is_staff=True, is_superuser=True)
    assert not User.objects.filter(is_staff=True).exists()


def test_me_shows_the_user_who_is_signed_in(signed_in: APIClient, user: User) -> None:
    me = signed_in.get("/api/auth/me/").json()
    assert (me["id"], me["email"], me["name"]) == (user.pk, user.email, user.name)
    assert "password" not in me


def test_me_needs_a_user(api: APIClient) -> None:
    assert api.get("/api/auth/me/").status_code == 401


def test_name_can_be_changed(signed_in: APIClient, user: User) -> None:
    assert signed_in.patch("/api/auth/me/", {"name": "새 이름"}).status_code == 200
    user.refresh_from_db()
    assert user.name == "새 이름"


def test_address_cannot_be_changed(signed_in: APIClient, user: User) -> None:
    signed_in.patch("/api/auth/me/", {"email": "other@example.com"})
    assert User.objects.get().email == user.email


def test_deleting_the_account_needs_the_password(signed_in: APIClient) -> None:
    assert wrong_fields(signed_in.delete("/api/auth/me/", {"password": "wrong"})) == ["password"]
    assert User.objects.exists()


def test_account_can_be_deleted(signed_in: APIClient) -> None:
    assert signed_in.delete("/api/auth/me/", {"password": PASSWORD}).status_code == 204
    assert not User.objects.exists()

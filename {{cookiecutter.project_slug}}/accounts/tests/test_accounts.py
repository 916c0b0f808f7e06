import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import User

pytestmark = pytest.mark.django_db

NEWCOMER = {"email": "New@Example.com", "name": "민지 🌱", "password": PASSWORD}


def sign_up(api: APIClient, **changes: str) -> Response:
    return api.post("/api/auth/signup/", NEWCOMER | changes)


def wrong_fields(response: Response) -> set[str]:
    assert response.status_code == 400
    return {error["field"] for error in response.json()["errors"]}


def test_sign_up_makes_an_account(api: APIClient) -> None:
    assert sign_up(api).status_code == 201
    assert authenticate(email="new@example.com", password=PASSWORD) == User.objects.get()


def test_sign_up_answers_with_the_account_without_its_password(api: APIClient) -> None:
    user = sign_up(api).json()
    assert user == {"id": User.objects.get().pk, "email": "new@example.com", "name": "민지 🌱"}


@pytest.mark.parametrize("name", ["김민지", "민지 🌱", "👩\u200d💻 개발자", "똠방각하 뷁"])
def test_korean_and_emoji_in_a_name_come_back_as_they_were_sent(api: APIClient, name: str) -> None:
    sign_up(api, name=name)
    assert User.objects.values_list("name", flat=True).get() == name


def test_password_is_stored_hashed(api: APIClient) -> None:
    sign_up(api)
    assert PASSWORD not in User.objects.get().password


@pytest.mark.parametrize(
    "password",
    ["short1!", "password123", "92837465019", "new@example.com"],
    ids=["too short", "too common", "only digits", "the e-mail address"],
)
def test_weak_password_is_refused(api: APIClient, password: str) -> None:
    assert wrong_fields(sign_up(api, password=password)) == {"password"}


def test_nothing_is_stored_when_the_password_is_refused(api: APIClient) -> None:
    sign_up(api, password="short1!")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "not an address"), ("email", ""), ("name", ""), ("name", "x" * 51)],
)
def test_wrong_field_is_named(api: APIClient, field: str, value: str) -> None:
    assert wrong_fields(sign_up(api, **{field: value})) == {field}


def test_every_missing_field_is_named_at_once(api: APIClient) -> None:
    response = api.post("/api/auth/signup/", {})
    assert wrong_fields(response) == {"email", "name", "password"}


def test_nobody_becomes_staff_by_signing_up(api: APIClient) -> None:
    sign_up(api, is_staff=True, is_superuser=True)
    assert not User.objects.filter(is_staff=True).exists()


def test_an_address_belongs_to_one_account_without_regard_to_case(api: APIClient) -> None:
    UserFactory(email="new@example.com")
    errors = sign_up(api, email="NEW@EXAMPLE.COM").json()["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [("email", "unique")]


def test_sign_up_is_throttled(api: APIClient) -> None:
    allowed = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["signup"].split("/")[0])
    statuses = [sign_up(api, email="").status_code for _ in range(allowed + 1)]
    assert statuses == [400] * allowed + [429]


def test_me_shows_the_user_who_is_signed_in(signed_in: APIClient, user: User) -> None:
    me = signed_in.get("/api/auth/me/").json()
    assert set(me) == {"id", "email", "name", "date_joined"}
    assert (me["id"], me["email"], me["name"]) == (user.pk, user.email, user.name)


def test_me_needs_a_user(api: APIClient) -> None:
    assert api.get("/api/auth/me/").status_code == 401


def test_name_can_be_changed(signed_in: APIClient, user: User) -> None:
    response = signed_in.patch("/api/auth/me/", {"name": "새 이름"})
    assert response.status_code == 200
    user.refresh_from_db()
    assert user.name == "새 이름"


def test_address_cannot_be_changed(signed_in: APIClient, user: User) -> None:
    signed_in.patch("/api/auth/me/", {"email": "other@example.com"})
    assert User.objects.get().email == user.email


def test_me_cannot_be_replaced_as_a_whole(signed_in: APIClient) -> None:
    assert signed_in.put("/api/auth/me/", {"name": "x"}).status_code == 405


def test_a_user_is_shown_by_address_and_called_by_name() -> None:
    user = UserFactory.build(email="a@example.com", name="Kim")
    assert (str(user), user.get_full_name(), user.get_short_name()) == (
        "a@example.com",
        "Kim",
        "Kim",
    )


def test_superuser_may_enter_the_admin() -> None:
    user = User.objects.create_superuser("admin@example.com", PASSWORD, name="Admin")
    assert user.is_staff and user.is_superuser


@pytest.mark.parametrize("page", ["", "accounts/user/", "accounts/user/add/"])
def test_admin_page_loads(admin_client: Client, page: str) -> None:
    assert admin_client.get(f"/admin/{page}").status_code == 200


def test_admin_page_of_a_user_loads(admin_client: Client, user: User) -> None:
    assert admin_client.get(f"/admin/accounts/user/{user.pk}/change/").status_code == 200


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


def test_admin_finds_users(admin_client: Client) -> None:
    UserFactory(name="Hong Gildong")
    page = admin_client.get("/admin/accounts/user/", {"q": "gildong"})
    assert [user.name for user in page.context["cl"].result_list] == ["Hong Gildong"]

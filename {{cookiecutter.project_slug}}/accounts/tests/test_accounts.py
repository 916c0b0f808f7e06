import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.validators import UniqueValidator

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


def test_an_address_that_grows_too_long_in_lower_case_is_refused(api: APIClient) -> None:
    email = f"a@{'.'.join(['İ' * 60] * 3)}.com"
    assert wrong_fields(sign_up(api, email=email)) == {"email"}


def test_nobody_becomes_staff_by_signing_up(api: APIClient) -> None:
    sign_up(api, is_staff=True, is_superuser=True)
    assert not User.objects.filter(is_staff=True).exists()


def test_an_address_belongs_to_one_account_without_regard_to_case(api: APIClient) -> None:
    UserFactory(email="new@example.com")
    errors = sign_up(api, email="NEW@EXAMPLE.COM").json()["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [("email", "unique")]


def test_the_later_of_two_simultaneous_sign_ups_is_told_the_same(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(api)
    in_turn = sign_up(api).json()["errors"]
    # The other request's account appears after this one's address was found to be free.
    monkeypatch.setattr(UniqueValidator, "__call__", lambda *args: None)
    at_once = sign_up(api)
    assert at_once.status_code == 400
    assert at_once.json()["errors"] == in_turn


@pytest.mark.parametrize("address", ["new@example.com", "NEW@EXAMPLE.COM", "New@Example.com"])
def test_an_account_is_found_without_regard_to_the_case_of_its_address(
    api: APIClient, address: str
) -> None:
    sign_up(api)
    UserFactory()
    assert User.objects.get(email=address).email == "new@example.com"
    assert User.objects.filter(email__in=[address]).count() == 1


def test_the_database_itself_holds_addresses_unique() -> None:
    UserFactory(email="new@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="NEW@example.com")


def test_sign_up_is_throttled(api: APIClient) -> None:
    allowed = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["signup"].split("/")[0])
    statuses = [sign_up(api, email="").status_code for _ in range(allowed + 1)]
    assert statuses == [400] * allowed + [429]


def test_throttled_answer_is_a_problem_that_says_when_to_come_back(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "rest_framework.throttling.ScopedRateThrottle.THROTTLE_RATES", {"signup": "1/minute"}
    )
    sign_up(api)
    response = sign_up(api)
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 429
    assert 0 < int(response["Retry-After"]) <= 60


def test_another_address_in_x_forwarded_for_does_not_escape_the_throttle(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "rest_framework.throttling.ScopedRateThrottle.THROTTLE_RATES", {"signup": "1/minute"}
    )
    sign_up(api)
    api.credentials(HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert sign_up(api).status_code == 429


def test_korean_names_are_sorted_as_in_a_dictionary() -> None:
    for name in ["하은", "가람", "낙원", "나래", "가온", "🌱"]:
        UserFactory(name=name)
    korean = User.objects.exclude(name="🌱").order_by("name")
    assert [user.name for user in korean] == ["가람", "가온", "나래", "낙원", "하은"]


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


@pytest.mark.parametrize("name", ["홍길동 🌱", "홍길순 🌿"])
def test_admin_finds_users_by_korean_and_by_emoji(admin_client: Client, name: str) -> None:
    UserFactory(name="홍길동 🌱")
    UserFactory(name="홍길순 🌿")
    for word in name.split():
        page = admin_client.get("/admin/accounts/user/", {"q": word})
        assert [user.name for user in page.context["cl"].result_list] == [name]

"""Attacks on changing and resetting passwords, on mails with links, and on deleting accounts."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.core import mail, signing
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import Trace, User
from accounts.tests.test_passwords import (
    FRONT_END,
    NEW,
    ask_for_reset,
    change,
    link,
    reset,
    values,
)
from template_tests.options import OPTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages_of_a_front_end(settings: Settings) -> None:
    settings.FRONTEND_URL = FRONT_END


RESET, CONFIRM = "/api/auth/password/reset/", "/api/auth/email/confirm/"


def wrong_fields(response: Response) -> list[str]:
    assert response.status_code == 400
    return [error["field"] for error in response.json()["errors"]]


def password_is(user: User, password: str) -> bool:
    return User.objects.get(pk=user.pk).check_password(password)


def confirmation(api: APIClient, user: User) -> dict[str, str]:
    api.post("/api/auth/email/confirmation/", {"email": user.email})
    return values()


# Who has an account?


SEND = "django.core.mail.backends.locmem.EmailBackend.send_messages"


def test_no_request_waits_for_a_mail(
    api: APIClient, user: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEND_MAIL_IN_BACKGROUND = True
    server_answers, sent = Event(), []

    def send(backend: object, messages: list[EmailMessage]) -> int:
        assert server_answers.wait(10)
        sent.extend(to for message in messages for to in message.to)
        return len(messages)

    monkeypatch.setattr(SEND, send)
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr("common.mail.threads", threads)
        assert ask_for_reset(api, user.email).status_code == 204
        assert sent == []
        server_answers.set()
    assert sent == [user.email]


def test_no_request_fails_with_a_mail(
    api: APIClient, user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(backend: object, messages: list[EmailMessage]) -> int:
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr(SEND, send)
    assert ask_for_reset(api, user.email).status_code == 204
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1 and "no mail server" in errors[0]
    assert user.email not in caplog.text


@pytest.mark.parametrize("path", ["password/reset/", "email/confirmation/"])
def test_an_unknown_address_costs_as_much_work(
    api: APIClient, user: User, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it takes as long: only in the background is one mail sent, and the other not."""
    queries, mails = [], []
    monkeypatch.setattr("common.mail.deliver", mails.append)
    for email in (user.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as captured:
            api.post(f"/api/auth/{path}", {"email": email})
        queries.append([re.sub("'[^']*'|[0-9a-f]{64}", "", q["sql"]) for q in captured])
    assert queries[0] == queries[1] != []
    assert [message.recipients() for message in mails] == [[user.email], []]


@pytest.mark.parametrize("kind", ["inactive", "without a password", "confirmed"])
def test_some_accounts_get_no_mail_and_the_same_answer(
    api: APIClient, user: User, kind: str
) -> None:
    path = RESET
    match kind:
        case "inactive":
            user.is_active = False
        case "without a password":
            user.set_unusable_password()
        case "confirmed":
            user.email_confirmed = True
            path = "/api/auth/email/confirmation/"
    user.save()
    assert api.post(path, {"email": user.email}).status_code == 204
    assert mail.outbox == []


@pytest.mark.parametrize(
    "spelling", ["USER@EXAMPLE.COM", " user@example.com", "\u212aim@example.com"]
)
def test_a_mail_goes_to_the_address_of_the_account(api: APIClient, spelling: str) -> None:
    UserFactory(email="user@example.com")
    UserFactory(email="kim@example.com")
    ask_for_reset(api, spelling)
    for message in mail.outbox:
        assert message.to[0] in ("user@example.com", "kim@example.com")


# The token of a reset


@pytest.mark.parametrize(
    "forged",
    [
        {"uid": ""},
        {"uid": "x"},
        {"uid": "////"},
        {"uid": "가"},
        {"uid": "LTE"},
        {"uid": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"},
        {"token": "x"},
        {"token": "c0ffee-0123456789abcdef0123456789abcdef"},
        {"token": "-"},
        {"token": "\0"},
        {"token": ["x"]},
        {"token": "x" * 10_000},
    ],
    ids=lambda values: ascii(values)[:20],
)
def test_a_forged_token_is_refused(api: APIClient, user: User, forged: dict) -> None:
    ask_for_reset(api, user.email)
    assert wrong_fields(reset(api, values() | forged))
    assert password_is(user, PASSWORD)


def test_the_token_of_another_user_is_refused(api: APIClient, user: User) -> None:
    ask_for_reset(api, user.email)
    own = values()
    ask_for_reset(api, UserFactory().email)
    assert wrong_fields(reset(api, {"uid": own["uid"], "token": values()["token"]})) == ["token"]


@pytest.mark.parametrize("end", ["time", "change", "sign-in", "address", "inactive", "deletion"])
def test_what_ends_a_token(
    api: APIClient, user: User, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_reset(api, user.email)
    match end:
        case "time":
            now = "django.contrib.auth.tokens.PasswordResetTokenGenerator._now"
            later = timezone.now().replace(tzinfo=None) + timedelta(hours=1, seconds=1)
            later += timezone.localtime().utcoffset() or timedelta()
            monkeypatch.setattr(now, lambda self: later)
        case "change":
            user.set_password("yet-another-river")
        case "sign-in":
            user.last_login = timezone.now()
        case "address":
            user.email = "other@example.com"
        case "inactive":
            user.is_active = False
        case "deletion":
            user.delete()
    if end not in ("time", "deletion"):
        user.save()
    assert wrong_fields(reset(api, values())) == ["token"]


def test_a_refused_password_does_not_use_the_token_up(api: APIClient, user: User) -> None:
    ask_for_reset(api, user.email)
    assert wrong_fields(reset(api, values(), "12345678")) == ["new_password"] * 2
    assert reset(api, values()).status_code == 204


def test_a_reset_confirms_the_address(api: APIClient, user: User) -> None:
    ask_for_reset(api, user.email)
    reset(api, values())
    assert User.objects.get().email_confirmed


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_used_many_times_at_once_works_once(user: User) -> None:
    ask_for_reset(APIClient(), user.email)
    found = values()

    def use(number: int) -> int:
        try:
            return reset(APIClient(), found, f"tall-river-{number}-x").status_code
        finally:
            connection.close()

    if connection.vendor == "sqlite":
        statuses = [use(number) for number in range(8)]
    else:
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(use, range(8)))
    assert sorted(statuses) == [204] + [400] * 7


# The link


def test_a_forged_host_does_not_get_into_the_link(
    api: APIClient, user: User, settings: Settings
) -> None:
    settings.FRONTEND_URL, settings.DOMAIN_NAME = "", "api.example.com"
    settings.ALLOWED_HOSTS = ["api.example.com", "192.0.2.1"]
    for headers in (
        {"HTTP_HOST": "192.0.2.1", "HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_HOST": "192.0.2.1:81", "HTTP_FORWARDED": "host=evil.example"},
    ):
        api.post(RESET, {"email": user.email}, **headers)
        assert link().startswith("https://api.example.com/password/reset/")
    api.post(RESET, {"email": user.email}, HTTP_HOST="evil.example")
    assert len(mail.outbox) == 2


def test_without_a_domain_the_link_has_an_allowed_host(
    api: APIClient, user: User, settings: Settings
) -> None:
    settings.FRONTEND_URL = ""
    api.post(RESET, {"email": user.email}, HTTP_X_FORWARDED_HOST="evil.example")
    assert link().startswith("http://testserver/password/reset/")


def test_the_page_redirects_to_nowhere_else(
    api: APIClient, client: Client, user: User, settings: Settings
) -> None:
    settings.FRONTEND_URL = ""
    ask_for_reset(api, user.email)
    response = client.get(f"{link()}?next=https://evil.example/")
    # The token is in the session from now on, and in no Referer.
    assert response["Location"].startswith("/password/reset/")
    assert "evil" not in response["Location"]
    form = client.get(response["Location"])
    assert form["Referrer-Policy"] == "same-origin"
    new = {"new_password1": NEW, "new_password2": NEW, "next": "https://evil.example/"}
    assert client.post(response["Location"], new).status_code == 200
    assert password_is(user, NEW)
    assert User.objects.get().email_confirmed
    assert Trace.objects.filter(kind=Trace.Kind.SIGN_IN).exists()


def test_the_page_is_held_to_csrf_tokens(api: APIClient, user: User, settings: Settings) -> None:
    settings.FRONTEND_URL = ""
    ask_for_reset(api, user.email)
    client = Client(enforce_csrf_checks=True)
    address = client.get(link())["Location"]
    new = {"new_password1": NEW, "new_password2": NEW}
    assert client.post(address, new).status_code == 403


def test_the_page_says_that_a_link_is_dead(client: Client) -> None:
    page = client.get("/password/reset/MQ/x-y/")
    assert page.status_code == 200
    assert "<form" not in page.content.decode()
    page = client.post("/email/confirm/x/")
    assert "<form" not in page.content.decode()


def test_opening_the_page_confirms_nothing(
    api: APIClient, client: Client, user: User, settings: Settings
) -> None:
    settings.FRONTEND_URL = ""
    api.post("/api/auth/email/confirmation/", {"email": user.email})
    client.get(link())
    assert not User.objects.get().email_confirmed
    client.post(link())
    assert User.objects.get().email_confirmed


def test_mails_hold_nothing_that_a_stranger_wrote(api: APIClient, settings: Settings) -> None:
    settings.REQUIRE_CONFIRMED_EMAIL = True
    name = "Win https://evil.example <b>now</b>"
    newcomer = {"email": "new@example.com", "name": name, "password": PASSWORD}
    assert api.post("/api/auth/signup/", newcomer).status_code == 201
    message = mail.outbox[0]
    assert "evil" not in f"{message.subject} {message.body} {message.alternatives}"


@pytest.mark.parametrize("email", ["a@example.com\nBcc: b@b.kr", "a@example.com, b@b.kr", ""])
def test_an_address_is_one_address(api: APIClient, email: str) -> None:
    assert wrong_fields(ask_for_reset(api, email)) == ["email"]


# Confirming an address


@pytest.mark.parametrize("end", ["time", "forged", "address", "deletion", "other token"])
def test_what_ends_a_confirmation(
    api: APIClient, user: User, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = confirmation(api, user)
    match end:
        case "time":
            later = time.time() + 3 * 24 * 3600 + 1
            monkeypatch.setattr("time.time", lambda: later)
        case "forged":
            found["token"] = found["token"][:-1] + "!"
        case "address":
            user.email = "other@example.com"
            user.save()
        case "deletion":
            user.delete()
        case "other token":
            found["token"] = signing.dumps([user.pk, user.email])
    assert wrong_fields(api.post(CONFIRM, found)) == ["token"]
    assert not User.objects.filter(email_confirmed=True).exists()


def test_nobody_confirms_an_address_by_writing_it(api: APIClient, signed_in: APIClient) -> None:
    newcomer = {"email": "new@example.com", "name": "New", "password": PASSWORD}
    api.post("/api/auth/signup/", newcomer | {"email_confirmed": True})
    signed_in.patch("/api/auth/me/", {"email_confirmed": True})
    assert not User.objects.filter(email_confirmed=True).exists()


SIGN_IN = {"jwt": "/api/auth/token/", "session": "/api/auth/login/"}[OPTIONS["authentication"]]


def test_signing_in_needs_a_confirmed_address_where_the_settings_say_so(
    api: APIClient, user: User, settings: Settings
) -> None:
    settings.REQUIRE_CONFIRMED_EMAIL = True
    account = {"email": user.email, "password": PASSWORD}
    assert api.post(SIGN_IN, account).status_code == 403
    assert api.post(SIGN_IN, account | {"password": "wrong"}).status_code == 401
    assert api.post(CONFIRM, confirmation(api, user)).status_code == 204
    assert api.post(SIGN_IN, account).status_code == 200


def test_who_is_signed_in_already_need_not_confirm_an_address_to_leave(
    signed_in: APIClient, user: User, settings: Settings
) -> None:
    settings.REQUIRE_CONFIRMED_EMAIL = True
    assert change(signed_in, PASSWORD).status_code < 300
    assert signed_in.delete("/api/auth/me/", {"password": NEW}).status_code == 204


def test_an_administrator_need_not_confirm_an_address(settings: Settings, client: Client) -> None:
    settings.REQUIRE_CONFIRMED_EMAIL = True
    User.objects.create_superuser("admin@example.com", PASSWORD, name="Admin")
    account = {"username": "admin@example.com", "password": PASSWORD}
    assert client.post("/admin/login/", account).status_code == 302


def test_the_admin_says_that_an_address_is_not_confirmed(
    settings: Settings, client: Client
) -> None:
    settings.REQUIRE_CONFIRMED_EMAIL = True
    staff = UserFactory(is_staff=True)
    page = client.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()


@pytest.mark.parametrize(
    "email", ["a@example.com", "a@ac.kr", "a@example.ac.kr.example.com", "a@xexample.ac.kr"]
)
def test_addresses_of_other_domains_may_not_sign_up(
    api: APIClient, settings: Settings, email: str
) -> None:
    settings.SIGN_UP_EMAIL_DOMAINS = ["example.ac.kr"]
    newcomer = {"email": email, "name": "New", "password": PASSWORD}
    assert wrong_fields(api.post("/api/auth/signup/", newcomer)) == ["email"]
    assert api.post("/api/auth/signup/", newcomer | {"email": "A@Example.AC.KR"}).status_code == 201


# Changing and deleting


def test_a_thief_of_a_session_cannot_guess_the_password(signed_in: APIClient, user: User) -> None:
    statuses = [change(signed_in, f"guess-{number}").status_code for number in range(20)]
    assert statuses == [400] * 20
    assert change(signed_in, PASSWORD).status_code == 429
    assert signed_in.delete("/api/auth/me/", {"password": PASSWORD}).status_code == 429
    assert password_is(user, PASSWORD)


def test_nobody_changes_the_password_of_another_user(signed_in: APIClient, user: User) -> None:
    other = UserFactory()
    passwords = {"current_password": PASSWORD, "new_password": NEW}
    others = {"id": other.pk, "user": other.pk, "email": other.email}
    assert signed_in.post("/api/auth/password/change/", passwords | others).status_code < 300
    assert password_is(user, NEW)
    assert password_is(other, PASSWORD)


@pytest.mark.parametrize("path", ["password/change/", "me/"])
def test_changing_and_deleting_need_a_user(api: APIClient, user: User, path: str) -> None:
    passwords = {"current_password": PASSWORD, "password": PASSWORD, "new_password": NEW}
    assert api.post("/api/auth/password/change/", passwords).status_code == 401
    assert api.delete("/api/auth/me/", passwords).status_code == 401
    assert password_is(user, PASSWORD)


@pytest.mark.parametrize("password", ["", None, "x" * 129, ["x"], {}, "a\0b"])
def test_odd_passwords_are_refused(signed_in: APIClient, password: object) -> None:
    passwords = {"current_password": password, "new_password": password}
    response = signed_in.post("/api/auth/password/change/", passwords)
    assert wrong_fields(response) == ["current_password", "new_password"]
    assert wrong_fields(signed_in.delete("/api/auth/me/", {"password": password})) == ["password"]


def test_blanks_at_the_edges_of_a_password_count(api: APIClient, signed_in: APIClient) -> None:
    blank = f" {NEW} "
    newcomer = {"email": "new@example.com", "name": "New", "password": blank}
    assert api.post("/api/auth/signup/", newcomer).status_code == 201
    assert api.post(SIGN_IN, {"email": "new@example.com", "password": NEW}).status_code == 401
    assert api.post(SIGN_IN, {"email": "new@example.com", "password": blank}).status_code == 200
    assert change(signed_in, PASSWORD, blank).status_code < 300
    assert User.objects.order_by("pk").last().check_password(blank)


def test_a_reset_signs_out_every_device(api: APIClient, user: User) -> None:
    phone = APIClient()
    signed = phone.post(SIGN_IN, {"email": user.email, "password": PASSWORD})
    if OPTIONS["authentication"] == "jwt":
        phone.credentials(HTTP_AUTHORIZATION=f"Bearer {signed.json()['access']}")
    assert phone.get("/api/auth/me/").status_code == 200
    ask_for_reset(api, user.email)
    reset(api, values())
    assert phone.get("/api/auth/me/").status_code == 401


# Flooding an inbox


def test_an_inbox_gets_three_mails_an_hour_whoever_asks(api: APIClient, user: User) -> None:
    statuses = []
    for number in range(10):
        api.credentials(REMOTE_ADDR=f"192.0.2.{number}")
        statuses.append(ask_for_reset(api, user.email.upper()).status_code)
    assert statuses == [204] * 3 + [429] * 7
    assert len(mail.outbox) == 3
    # Both kinds together, and the same for an address that has no account
    response = api.post("/api/auth/email/confirmation/", {"email": user.email})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert [ask_for_reset(api, "nobody@example.com").status_code for _ in range(4)][-1] == 429


def test_a_network_has_twenty_mails_sent_an_hour(api: APIClient) -> None:
    users = UserFactory.create_batch(21)
    statuses = [ask_for_reset(api, user.email).status_code for user in users]
    assert statuses == [204] * 20 + [429]


def test_a_flood_does_not_keep_the_owner_from_signing_in(api: APIClient, user: User) -> None:
    for _ in range(5):
        ask_for_reset(api, user.email)
    assert api.post(SIGN_IN, {"email": user.email, "password": PASSWORD}).status_code == 200


def test_mails_are_in_the_projects_language(api: APIClient, user: User) -> None:
    ask_for_reset(api, user.email)
    message = mail.outbox[0]
    korean = bool(re.search("[가-힣]", f"{message.subject}{message.body}"))
    assert korean == (OPTIONS["docs_language"] == "ko")
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    assert f'lang="{OPTIONS["docs_language"]}"' in html
    assert f'<a href="{link().replace("&", "&amp;")}"' in html

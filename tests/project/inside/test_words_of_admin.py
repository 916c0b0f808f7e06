"""The admin site is in the project's language: every page that its links and forms lead to."""

import re
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import CharField
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.seed import PASSWORD
from template_tests.words import KOREAN, is_foreign

pytestmark = pytest.mark.django_db

SHOWN_ATTRIBUTES = {"aria-label", "label", "placeholder", "title"}
NAMES = {settings.SPECTACULAR_SETTINGS["TITLE"], "ID", "md5"}
LATIN = re.compile(r"[A-Za-z]{2,}")


class Page(HTMLParser):
    """What a page shows, and where its links lead."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.links: set[str] = set()
        self.inside = ""
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        values = {name: value or "" for name, value in attrs}
        self.texts |= {values[name] for name in SHOWN_ATTRIBUTES & values.keys()}
        if values.get("type") in ("submit", "button", "reset"):
            self.texts.add(values.get("value", ""))
        if tag == "a":
            self.links.add(values.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style"):
            self.texts.add(" ".join(data.split()))

    def foreign(self) -> set[str]:
        if not KOREAN:
            return {text for text in self.texts if is_foreign(text)}
        # Without names, hashes, and what users have written
        others = [*NAMES, r"\S+\*{3,}", *map(re.escape, written())]
        own = {re.sub("|".join(others), "", text) for text in self.texts}
        return {text for text in own if LATIN.search(text) and is_foreign(text)}


def written() -> set[str]:
    """Return the texts in the database, such as the names of tags."""
    models = [model for model in admin.site._registry if model._meta.app_label != "auth"]
    names = [(m, f.name) for m in models for f in m._meta.fields if isinstance(f, CharField)]
    return {text for m, name in names for text in m.objects.values_list(name, flat=True) if text}


@pytest.fixture
def staff(client: Client) -> Client:
    """Someone who may do everything, with an object of every app to do it to."""
    for config in apps.get_app_configs():
        if Path(config.path, "seed.py").exists():
            import_module(f"{config.name}.seed").seed()
    Group.objects.create(name="운영진" if KOREAN else "Staff")
    client.force_login(User.objects.get(email="admin@example.com"))
    return client


def pages_from(client: Client, start: str) -> dict[str, Page]:
    """Return the pages that links lead to, one for each kind of address."""
    found, left = {}, [start]
    while left:
        address = left.pop()
        # One object, one filter and one order stand for all.
        kind = re.sub(r"\d+|=[^&]*", "#", address)
        if kind in found or not address.startswith("/admin/") or "&" in address:
            continue
        response = client.get(address, follow=True)
        assert response.status_code == 200, address
        found[kind] = Page(response)
        for link in found[kind].links:
            target = urlsplit(urljoin(address, link))
            left.append(target.path + (f"?{target.query}" if target.query else ""))
    return found


def test_every_page_that_links_lead_to(staff: Client) -> None:
    pages = pages_from(staff, "/admin/")
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        assert f"{address}/" in pages
    assert set().union(*(page.foreign() for page in pages.values())) == set()


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/admin/accounts/user/add/", {"password1": "1", "password2": "2"}),
        ("/admin/password_change/", {"old_password": "x", "new_password1": "1"}),
        ("/admin/auth/group/add/", {}),
        ("/admin/accounts/user/", {"action": "delete_selected"}),
        ("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": "1"}),
        ("/admin/accounts/user/", {}),
        ("/admin/logout/", {}),
    ],
)
def test_every_answer_to_a_form(staff: Client, address: str, form: dict) -> None:
    if "_selected_action" in form:
        form = form | {"_selected_action": str(User.objects.first().pk)}
    assert Page(staff.post(address, form, follow=True)).foreign() == set()


def test_what_is_said_of_a_change(staff: Client) -> None:
    group = Group.objects.get()
    address = f"/admin/auth/group/{group.pk}"
    for button in ("_save", "_continue", "_addanother"):
        form = {"name": f"{group.name} {button}", button: "1"}
        assert Page(staff.post(f"{address}/change/", form, follow=True)).foreign() == set()
    assert Page(staff.get(f"{address}/history/")).foreign() == set()
    assert Page(staff.get("/admin/")).foreign() == set()
    deleted = staff.post(f"{address}/delete/", {"post": "yes"}, follow=True)
    assert Page(deleted).foreign() == set()
    assert Page(staff.get(f"{address}/change/", follow=True)).foreign() == set()


def test_a_search_that_finds_nothing(staff: Client) -> None:
    assert Page(staff.get("/admin/accounts/user/?q=0")).foreign() == set()


def test_a_new_password(staff: Client) -> None:
    new = "correct-horse-2"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert Page(staff.post("/admin/password_change/", form, follow=True)).foreign() == set()


@pytest.mark.parametrize("form", [{}, {"username": "a@example.com", "password": "x"}])
def test_signing_in(client: Client, form: dict) -> None:
    assert Page(client.get("/admin/login/")).foreign() == set()
    assert Page(client.post("/admin/login/", form)).foreign() == set()


def test_someone_who_may_nothing(client: Client) -> None:
    user = User.objects.create_user("a@example.com", name="a", is_staff=True)
    client.force_login(user)
    assert Page(client.get("/admin/")).foreign() == set()
    assert client.get("/admin/accounts/user/").status_code == 403

"""Does what runs the project still work, for example after an update of a dependency?"""

import os
import re
import runpy
import sys
from io import StringIO
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

TEXT = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
EXAMPLE = dict(re.findall(r"^(\w+)=(.*)$", TEXT, re.MULTILINE))
# Nothing is connected to, so any value will do for most.
PRODUCTION = {name: value or "api.example.com" for name, value in EXAMPLE.items()} | {
    "SECRET_KEY": "known-to-everyone-since-it-is-only-for-this-test-0123456789",
    "ALLOWED_HOSTS": "api.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://api.example.com",
    "TRUSTED_PROXIES": "10.0.0.0/16",
    "EMAIL_URL": "smtp://mail.example.com",
}


def test_the_schema_is_valid() -> None:
    call_command("spectacular", validate=True, stdout=StringIO(), stderr=StringIO())


def test_production_passes_the_deployment_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them finds models without a migration."""
    for module in ("config.env", "config.settings.base"):
        monkeypatch.delitem(sys.modules, module)
    with patch.dict(os.environ, PRODUCTION, clear=True):
        production = runpy.run_module("config.settings.prod")
    for name in filter(str.isupper, production):
        # The driver of the database is only in the image.
        if name != "DATABASES":
            monkeypatch.setattr(settings, name, production[name], raising=False)
    call_command("check", deploy=True, stderr=StringIO())
    call_command("check", tags=["security"], deploy=True, fail_level="WARNING", stderr=StringIO())


def test_env_example_names_what_the_settings_read() -> None:
    files = [settings.BASE_DIR / "config/env.py", *settings.BASE_DIR.glob("config/settings/*.py")]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    names = set(re.findall(r"""\benv\.\w+\(\s*"([A-Z]\w+)""", source))
    assert names
    assert names - EXAMPLE.keys() == set()


@pytest.mark.django_db
def test_wrong_fields_are_named_in_one_form(api: APIClient) -> None:
    response = api.post("/api/auth/signup/", {"email": "wrong"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert {"email", "password"} <= {error["field"] for error in response.json()["errors"]}


def test_an_unknown_address_is_answered_in_the_same_form(api: APIClient) -> None:
    response = api.get("/api/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    assert client.get("/health/ready/").status_code == 200


def test_without_the_database_alive_but_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", fail)
    assert client.get("/health/live/").status_code == 200
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()["reason"]) == (503, "database")

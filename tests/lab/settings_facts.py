"""Run in a copy of a rendered project, as test_settings.py does: print what requests show.

The settings are the project's own, but for the servers that they would need: a database in a file,
and a cache in the process.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

SETTINGS = """
from .{name} import *

DATABASES["default"] |= {{
    "ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "tested.sqlite3", "OPTIONS": {{}}
}}
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}}}
ROOT_URLCONF = "config.tested_urls"
"""
URLS = """
from django.http import HttpResponse
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from .urls import *

class Undeclared(APIView):
    def get(self, request):
        return Response(request.build_absolute_uri())

    def post(self, request):
        return Response()

class Crash(APIView):
    def get(self, request):
        raise RuntimeError("the crash's own words")

urlpatterns = [
    path("api/undeclared/", Undeclared.as_view()),
    path("api/crash/", Crash.as_view()),
    path("plain/", lambda request: HttpResponse()),
    *urlpatterns,
]
"""
ACCOUNT = {"email": "user@example.com", "name": "user", "password": "long-enough-4-this"}
ALLOWED, FOREIGN = "https://www.example.org", "https://evil.example"


def main(name: str, scheme: str, host: str, with_bucket: bool) -> None:
    Path("config/settings/tested.py").write_text(SETTINGS.format(name=name))
    Path("config/tested_urls.py").write_text(URLS)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.tested"
    sys.path.insert(0, os.getcwd())
    import django

    django.setup()

    from django.conf import settings
    from django.core.cache import cache
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.core.management import call_command
    from django.db import close_old_connections, connection
    from django.test import Client

    # As nginx sends it.
    proxied = {"Host": host, "X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": scheme}

    def client(**options: object) -> Client:
        return Client(raise_request_exception=False, headers=proxied, **options)

    def sign_up(forwarded_for: str, **changes: str) -> object:
        headers = {"X-Forwarded-For": forwarded_for}
        data = ACCOUNT | changes
        return client().post(
            "/api/auth/signup/", data, content_type="application/json", headers=headers
        )

    call_command("migrate", verbosity=0)
    anonymous = client()
    facts = {
        "weak password": sign_up("198.51.100.1", password="password123").status_code,
        "missing field": sign_up("198.51.100.1", email="").json()["errors"][0]["detail"],
        "signed up": sign_up("198.51.100.1").status_code,
    }

    from accounts.models import User

    user = User.objects.get()
    facts["hash"] = user.password.split("$")[:2]

    # The admin site signs in with a session, whatever the API does.
    User.objects.update(is_staff=True, is_superuser=True)
    credentials = {"username": ACCOUNT["email"], "password": ACCOUNT["password"]}
    admin = client()
    admin.post("/admin/login/", credentials)
    cookie = admin.cookies["sessionid"]
    names = ["httponly", "secure", "samesite", "max-age"]
    facts["session cookie"] = {name: cookie[name] for name in names}
    cache.clear()
    facts["signed in without the cache"] = admin.get("/admin/login/").status_code

    if settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"][0].endswith("JWTAuthentication"):
        from accounts.tokens import RefreshToken

        token = RefreshToken.for_user(user).access_token
        me = anonymous.get("/api/auth/me/", headers={"Authorization": f"Bearer {token}"})
    else:
        me = admin.get("/api/auth/me/")
    facts["date joined"] = me.json()["date_joined"]

    browser = client(enforce_csrf_checks=True)
    facts["plain view"] = [browser.get("/plain/").status_code, browser.post("/plain/").status_code]
    undeclared = anonymous.get("/api/undeclared/", headers={"Accept": "text/html,*/*;q=0.8"})
    facts["anonymous read"] = undeclared.status_code
    facts["anonymous write"] = anonymous.post("/api/undeclared/").status_code
    facts["own address"] = undeclared.json()
    facts["type for a browser"] = undeclared["Content-Type"]
    facts["headers"] = dict(undeclared.headers)
    facts["crash"] = anonymous.get("/api/crash/").text
    facts["unknown address"] = anonymous.get("/nothing-here").text
    facts["unknown host"] = anonymous.get(
        "/api/undeclared/", headers={"Host": "evil.example"}
    ).status_code
    over_http = anonymous.get("/api/undeclared/", headers={"X-Forwarded-Proto": "http"})
    facts["over HTTP"] = [over_http.status_code, over_http.get("Location")]
    for origin in (ALLOWED, FOREIGN):
        response = anonymous.get("/api/undeclared/", headers={"Origin": origin})
        facts[f"CORS for {origin}"] = [
            response.get("Access-Control-Allow-Origin"),
            response.get("Access-Control-Allow-Credentials"),
        ]
    schema = anonymous.get("/api/schema/", headers={"Accept": "application/json"})
    facts["documented"] = list(schema.json()["paths"])
    close_old_connections()
    facts["connection kept"] = connection.connection is not None

    if with_bucket:
        from moto import mock_aws

        with mock_aws():
            default_storage.bucket.create(
                CreateBucketConfiguration={"LocationConstraint": default_storage.region_name}
            )
            names = [default_storage.save("a.txt", ContentFile(text)) for text in (b"1", b"2")]
            facts["uploads of one name"] = [default_storage.open(n).read().decode() for n in names]
            facts["address of an upload"] = default_storage.url(names[0])

    cache.clear()
    facts["throttled"] = [
        sign_up(f"203.0.113.{n}, 198.51.100.1", email="").status_code for n in range(31)
    ][-1]
    facts["another client"] = sign_up("198.51.100.2", email="").status_code
    print(json.dumps(facts))


if __name__ == "__main__":
    import pymysql

    pymysql.install_as_MySQLdb()
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] == "True")

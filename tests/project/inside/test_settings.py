"""dev.py and prod.py are read afresh, in an environment that holds what a test puts there."""

import json
import logging
import logging.config
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from unittest.mock import patch

import pytest
from django.conf import settings as test_settings

from config.env import PLACEHOLDER
from template_tests.options import OPTIONS

Load = Callable[..., dict]

REQUIRED = {
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": "api.example.com,203.0.113.7",
    "DATABASE_HOST": "database.internal",
    "DATABASE_NAME": "ceos",
    "DATABASE_USER": "admin",
    "DATABASE_PASSWORD": "p@ss #'\"word",
}
if OPTIONS["use_redis"]:
    REQUIRED["REDIS_URL"] = "redis://redis:6379/0"
if OPTIONS["media_storage"] == "s3":
    REQUIRED |= {"AWS_STORAGE_BUCKET_NAME": "bucket", "AWS_S3_REGION_NAME": "ap-northeast-2"}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    def load(name: str, **environment: str) -> dict:
        # Read again too: base.py reads most of the environment, and env.py keeps what dev.py reads
        # from `.env`.
        for module in ("config.env", "config.settings.base"):
            monkeypatch.delitem(sys.modules, module)
        with patch.dict(os.environ, environment, clear=True):
            return runpy.run_module(f"config.settings.{name}")

    return load


def test_production_refuses_to_start_and_names_every_key(load: Load) -> None:
    with pytest.raises(SystemExit, match=", ".join(REQUIRED)):
        load("prod")


@pytest.mark.parametrize("name", REQUIRED)
def test_production_refuses_a_placeholder(load: Load, name: str) -> None:
    with pytest.raises(SystemExit, match=name):
        load("prod", **REQUIRED | {name: PLACEHOLDER})


def test_production_never_debugs(load: Load) -> None:
    assert load("prod", **REQUIRED)["DEBUG"] is False


def test_production_reads_several_hosts(load: Load) -> None:
    assert load("prod", **REQUIRED)["ALLOWED_HOSTS"] == ["api.example.com", "203.0.113.7"]


def test_database_password_may_hold_any_character(load: Load) -> None:
    database = load("prod", **REQUIRED)["DATABASES"]["default"]
    assert database["PASSWORD"] == REQUIRED["DATABASE_PASSWORD"]


def test_database_port_can_be_chosen(load: Load) -> None:
    database = load("prod", **REQUIRED, DATABASE_PORT="6000")["DATABASES"]["default"]
    assert database["PORT"] == 6000


def test_a_domain_switches_https_on(load: Load) -> None:
    values = load("prod", **REQUIRED, DOMAIN_NAME="api.example.com")
    https = ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    assert [values[name] for name in https] == [True, True, True]
    assert values["SECURE_HSTS_SECONDS"] > 0


def test_without_a_domain_the_site_works_over_http(load: Load) -> None:
    values = load("prod", **REQUIRED)
    https = ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    assert [values[name] for name in https] == [False, False, False]
    assert values["SECURE_HSTS_SECONDS"] == 0


if OPTIONS["authentication"] == "session":

    def test_cookies_reach_a_front_end_on_another_site(load: Load) -> None:
        values = load(
            "prod",
            **REQUIRED,
            DOMAIN_NAME="api.example.com",
            CORS_ALLOWED_ORIGINS="https://www.example.org",
        )
        assert values["SESSION_COOKIE_SAMESITE"] == values["CSRF_COOKIE_SAMESITE"] == "None"

    def test_cookies_stay_on_this_site_without_other_front_ends(load: Load) -> None:
        assert "SESSION_COOKIE_SAMESITE" not in load("prod", **REQUIRED, DOMAIN_NAME="example.com")


if OPTIONS["use_redis"]:

    def test_production_caches_in_redis(load: Load) -> None:
        assert load("prod", **REQUIRED)["CACHES"]["default"]["LOCATION"] == REQUIRED["REDIS_URL"]


if OPTIONS["media_storage"] == "s3":

    def test_production_keeps_uploads_in_the_bucket(load: Load) -> None:
        storage = load("prod", **REQUIRED)["STORAGES"]["default"]
        assert storage["OPTIONS"]["bucket_name"] == "bucket"


def test_development_debugs(load: Load) -> None:
    assert load("dev")["DEBUG"] is True


def test_development_reads_the_environment_before_the_env_file(load: Load) -> None:
    assert load("dev", SECRET_KEY="from the environment")["SECRET_KEY"] == "from the environment"


def served(monkeypatch: pytest.MonkeyPatch, load: Load, **environment: str) -> dict:
    """Return the database's settings of a server, in an environment."""
    values = load("base", **environment)
    monkeypatch.setattr(test_settings, "DATABASES", values["DATABASES"])
    limits = values["DATABASE_OPTIONS_OF_REQUESTS"]
    monkeypatch.setattr(test_settings, "DATABASE_OPTIONS_OF_REQUESTS", limits)
    assert callable(runpy.run_module("config.wsgi")["application"])
    return values["DATABASES"]["default"]


def test_requests_do_not_wait_for_the_database_for_ever(
    monkeypatch: pytest.MonkeyPatch, load: Load
) -> None:
    database = served(monkeypatch, load, **REQUIRED)
    if OPTIONS["database"] == "mysql":
        assert 0 < database["OPTIONS"]["read_timeout"] < 5
    else:
        assert "statement_timeout" in database["OPTIONS"]["options"]


def test_migrations_may_wait_for_it(load: Load) -> None:
    options = load("prod", **REQUIRED)["DATABASES"]["default"]["OPTIONS"]
    assert not {"read_timeout", "write_timeout", "options"} & set(options)


def test_server_starts_on_sqlite_too(monkeypatch: pytest.MonkeyPatch, load: Load) -> None:
    assert served(monkeypatch, load)["ENGINE"] == "django.db.backends.sqlite3"


@pytest.fixture
def production_log(load: Load) -> Iterator[StringIO]:
    logging.config.dictConfig(load("prod", **REQUIRED)["LOGGING"])
    stream = StringIO()
    logging.root.handlers[0].setStream(stream)
    yield stream
    logging.config.dictConfig(test_settings.LOGGING)


def test_production_logs_a_line_of_json(production_log: StringIO) -> None:
    logging.getLogger("posts").warning("안녕 %s", "🌱")
    line = json.loads(production_log.getvalue())
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "posts", "안녕 🌱")
    assert {"time", "request_id"} <= set(line)


def test_production_logs_a_traceback_within_the_line(production_log: StringIO) -> None:
    try:
        raise RuntimeError("crash")
    except RuntimeError:
        logging.getLogger("posts").exception("failed")
    assert "RuntimeError: crash" in json.loads(production_log.getvalue())["exc_info"]

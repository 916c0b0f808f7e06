"""What the settings of production and development mean for real requests."""

from __future__ import annotations

import functools
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from lab.rendering import (
    COVERING,
    DOMAIN,
    TEMPLATE,
    Choice,
    completed_production,
    name_of,
    render,
    rendered_root,
)
from lab.settings_facts import ALLOWED, FOREIGN

DRIVER = TEMPLATE / "tests/lab/settings_facts.py"
# No other zone has this offset, and it is the same all year.
ZONE, OFFSET = (("time_zone", "Asia/Kathmandu"),), "+05:45"
PROXY_HEADERS = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Case:
    """A project with its settings for production or development."""

    name: str
    choice: Choice
    domain: Choice = ()

    def __str__(self) -> str:
        return "+".join([self.name, *(["https"] if self.domain else []), name_of(self.choice)])

    @property
    def host(self) -> str:
        if self.name == "dev":
            return "localhost"
        return "api.example.com" if self.domain else "203.0.113.7"

    @property
    def scheme(self) -> str:
        return "https" if self.domain else "http"

    def has(self, value: str) -> bool:
        return value in dict(self.choice).values()


PRODUCTION = [
    *(Case("prod", choice, DOMAIN) for choice in COVERING[:4]),
    *(Case("prod", choice) for choice in COVERING[4:]),
]
DEVELOPMENT = [Case("dev", choice) for choice in COVERING[:2]]


def facts_of(case: Case) -> dict:
    """Return what requests to a copy of this project show, under these settings."""
    done = run(case)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@functools.cache
def run(case: Case) -> subprocess.CompletedProcess:
    answers = case.choice + ZONE + case.domain
    folder = Path(tempfile.mkdtemp(dir=rendered_root()), "project")
    shutil.copytree(render(answers), folder)
    environment = completed_production(answers)[1] if case.name == "prod" else {}
    with_bucket = case.name == "prod" and case.has("s3")
    return subprocess.run(
        [sys.executable, DRIVER, case.name, case.scheme, case.host, str(with_bucket)],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONUTF8": "1",
            **environment,
            "CORS_ALLOWED_ORIGINS": ALLOWED,
            "LOG_LEVEL": "CRITICAL",
        },
        capture_output=True,
        text=True,
    )


def each(cases: list[Case]) -> Callable:
    """Run a test for these cases; one worker has all of a case's tests, which share a process."""
    marked = [pytest.param(c, id=str(c), marks=pytest.mark.xdist_group(str(c))) for c in cases]
    return lambda function: pytest.mark.slow(pytest.mark.parametrize("case", marked)(function))


each_case = each(PRODUCTION + DEVELOPMENT)
in_production = each(PRODUCTION)


# Who may do what


@each_case
def test_a_view_that_declares_nothing_lets_visitors_read_only(case: Case) -> None:
    facts = facts_of(case)
    assert (facts["anonymous read"], facts["anonymous write"]) == (200, 401)


@each_case
def test_a_front_end_on_an_allowed_origin_reads_answers(case: Case) -> None:
    origin, credentials = facts_of(case)[f"CORS for {ALLOWED}"]
    assert origin == ALLOWED
    assert credentials == ("true" if case.has("session") else None)


@each_case
def test_a_front_end_on_a_foreign_origin_does_not(case: Case) -> None:
    assert facts_of(case)[f"CORS for {FOREIGN}"] == [None, None]


@each_case
def test_a_client_is_throttled_whatever_it_writes_into_x_forwarded_for(case: Case) -> None:
    assert facts_of(case)["throttled"] == 429


@in_production
def test_a_throttled_client_stops_no_other_one_behind_nginx(case: Case) -> None:
    assert facts_of(case)["another client"] == 400


@each_case
def test_a_plain_view_takes_no_write_without_a_csrf_token(case: Case) -> None:
    assert facts_of(case)["plain view"] == [200, 403]


@in_production
def test_an_unknown_host_is_refused(case: Case) -> None:
    assert facts_of(case)["unknown host"] == 400


@each_case
def test_everyone_may_read_the_documentation_of_every_operation(case: Case) -> None:
    assert {"/api/auth/me/", "/api/auth/logout/"} <= set(facts_of(case)["documented"])


# Passwords and sessions


@each_case
def test_passwords_are_stored_with_djangos_own_hasher_and_its_iterations(case: Case) -> None:
    algorithm, iterations = facts_of(case)["hash"]
    assert algorithm == "pbkdf2_sha256"
    assert int(iterations) >= 1_000_000


@each_case
def test_weak_passwords_are_refused(case: Case) -> None:
    facts = facts_of(case)
    assert (facts["weak password"], facts["signed up"]) == (400, 201)


@each_case
def test_the_session_cookie_is_for_this_site_and_no_script(case: Case) -> None:
    # A front end on another site, as this one is, sends a cookie only with SameSite=None.
    elsewhere = case.domain and case.has("session")
    assert facts_of(case)["session cookie"] == {
        "httponly": True,
        "secure": True if case.domain else "",
        "samesite": "None" if elsewhere else "Lax",
        "max-age": 14 * 24 * 60 * 60,
    }


@each_case
def test_an_emptied_cache_signs_nobody_out(case: Case) -> None:
    assert facts_of(case)["signed in without the cache"] == 302


# Answers


@each_case
def test_a_date_has_the_offset_of_the_time_zone(case: Case) -> None:
    assert facts_of(case)["date joined"].endswith(OFFSET)


@each_case
def test_an_error_is_in_the_language_chosen(case: Case) -> None:
    korean = re.search("[가-힣]", facts_of(case)["missing field"])
    assert bool(korean) == case.has("ko")


@each_case
def test_a_browser_gets_json_too(case: Case) -> None:
    assert facts_of(case)["type for a browser"] == "application/json"


@each_case
def test_no_page_may_frame_an_answer_or_guess_its_type(case: Case) -> None:
    assert facts_of(case)["headers"].items() >= PROXY_HEADERS.items()


@in_production
def test_neither_a_crash_nor_an_unknown_address_shows_the_code(case: Case) -> None:
    facts = facts_of(case)
    assert "the crash's own words" not in facts["crash"]
    assert "urlpatterns" not in facts["unknown address"]


@in_production
def test_addresses_in_answers_have_the_scheme_that_the_client_used(case: Case) -> None:
    assert facts_of(case)["own address"] == f"{case.scheme}://{case.host}/api/undeclared/"


@in_production
def test_with_a_domain_http_leads_to_https(case: Case) -> None:
    status, location = facts_of(case)["over HTTP"]
    assert status == (301 if case.domain else 200)
    assert location == (f"https://{case.host}/api/undeclared/" if case.domain else None)
    assert ("Strict-Transport-Security" in facts_of(case)["headers"]) == bool(case.domain)


# Servers


@in_production
def test_a_request_leaves_its_connection_to_the_next_one(case: Case) -> None:
    assert facts_of(case)["connection kept"]


in_a_bucket = each([case for case in PRODUCTION if case.has("s3")])


@in_a_bucket
def test_an_upload_overwrites_none_of_the_same_name(case: Case) -> None:
    assert facts_of(case)["uploads of one name"] == ["1", "2"]


@in_a_bucket
def test_an_uploads_address_is_signed_and_valid_for_an_hour(case: Case) -> None:
    address = facts_of(case)["address of an upload"]
    assert re.search(r"[?&]X-Amz-Expires=3600&", address)
    assert "X-Amz-Signature=" in address


# What gunicorn, nginx and Compose grant each other


def seconds(name: str, text: str) -> int:
    return int(re.search(rf"^\s*{name}:? (\d+)s", text, re.MULTILINE)[1])


@pytest.fixture(scope="module")
def times() -> dict[str, int]:
    """Each server's limits, in seconds."""
    project = render()
    gunicorn = runpy.run_path(str(project / "operations/gunicorn.py"))
    nginx = (project / "deploy/nginx/nginx.conf").read_text(encoding="utf-8")
    compose = yaml.safe_load((project / "docker-compose.prod.yml").read_text(encoding="utf-8"))
    return {
        "request in gunicorn": gunicorn["timeout"],
        "last request in gunicorn": gunicorn["graceful_timeout"],
        "request in nginx": seconds("proxy_read_timeout", nginx),
        "last request in nginx": seconds("worker_shutdown_timeout", nginx),
        "stopping": int(compose["services"]["web-blue"]["stop_grace_period"].removesuffix("s")),
    }


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        # Or a worker is killed at a request that nginx still waits for.
        ("request in nginx", "request in gunicorn"),
        # Or Docker kills the workers at their last requests.
        ("last request in gunicorn", "stopping"),
        # Or a reload cuts off an answer that is under way.
        ("request in nginx", "last request in nginx"),
        ("last request in gunicorn", "last request in nginx"),
    ],
)
def test_who_waits_longer_is(times: dict[str, int], shorter: str, longer: str) -> None:
    assert times[shorter] < times[longer]


def test_gunicorn_stopping_waits_for_a_request_as_long_as_nginx(times: dict[str, int]) -> None:
    assert times["last request in gunicorn"] >= times["request in nginx"]

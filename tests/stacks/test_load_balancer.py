"""The production stack behind a load balancer that ends HTTPS, as AWS's Application Load Balancer.

This process is the balancer: its address is the one that TRUSTED_PROXIES names. A container in the
same network is anybody else who reaches the port.
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from lab.engine import LABEL, docker, removed_afterwards
from lab.load import Request, under_load
from lab.machine import wait_until
from lab.rendering import choice_with, render
from lab.stacks import ProductionStack, gateway_of, needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("load balancer")]

CHOICE = choice_with(docs_language="en", database="postgresql", authentication="session")
DOMAIN = "api.example.com"
CLIENT = "198.51.100.7"
FORWARDED = {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"}


class BalancedStack(ProductionStack):
    def ask(self, path: str, host: str = DOMAIN, **headers: str) -> requests.Response:
        """Send what the balancer sends for a client that came by HTTPS."""
        headers = {"Host": host, **FORWARDED, **headers}
        return requests.get(self.url + path, headers=headers, timeout=30, allow_redirects=False)

    def ask_as_a_stranger(self, path: str, *headers: str) -> str:
        """Return the response to someone else in the network; empty if there is none."""
        options = [f"--header={header}" for header in headers]
        command = ("curl", "-sik", "--max-time", "10", *options, f"http://nginx{path}")
        network = f"--network={self.network}"
        return docker(
            "run", "--rm", f"--label={LABEL}", network, "nginx:1.30", *command, check=False
        )

    def logged(self, request_id: str) -> dict:
        def lines() -> list[str]:
            log = self.compose("logs", "--no-color", "--no-log-prefix", "nginx").splitlines()
            return [line for line in log if request_id in line]

        return json.loads(wait_until(lines, 10, f"{request_id} in nginx's log")[0])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BalancedStack]:
    folder = tmp_path_factory.mktemp("balanced")
    project = Path(shutil.copytree(render(CHOICE), folder / "project"))
    with removed_afterwards(BalancedStack(project, CHOICE)) as stack:
        stack.values |= {
            "ALLOWED_HOSTS": DOMAIN,
            "DOMAIN_NAME": DOMAIN,
            "TRUSTED_PROXIES": gateway_of(stack.network),
        }
        stack.write_env()
        stack.up()
        yield stack


def test_a_health_check_by_address_is_answered(stack: BalancedStack) -> None:
    response = requests.get(stack.url + "/health/live/", timeout=10)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_nothing_else_is_answered_by_address(stack: BalancedStack) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(stack.url + "/api/posts/", timeout=10)


def test_a_client_by_https_is_not_redirected(stack: BalancedStack) -> None:
    response = stack.ask("/api/posts/")
    assert response.status_code == 200
    assert re.fullmatch(r"max-age=[1-9]\d+", response.headers["Strict-Transport-Security"])


def test_a_client_by_http_is_redirected_once(stack: BalancedStack) -> None:
    response = stack.ask("/api/posts/", **{"X-Forwarded-Proto": "http"})
    assert response.status_code in (301, 308)
    assert response.headers["Location"] == f"https://{DOMAIN}/api/posts/"


def test_cookies_are_sent_over_https_only(stack: BalancedStack) -> None:
    cookie = stack.ask("/api/auth/csrf/").headers["Set-Cookie"]
    assert "Secure" in cookie


@pytest.mark.parametrize("given", [CLIENT, f"6.6.6.6, {CLIENT}", f"127.0.0.1, {CLIENT}"])
def test_the_client_is_who_the_balancer_names(stack: BalancedStack, given: str) -> None:
    response = stack.ask("/api/posts/", **{"X-Forwarded-For": given})
    assert stack.logged(response.headers["X-Request-ID"])["client"] == CLIENT


def test_a_stranger_s_word_is_not_believed(stack: BalancedStack) -> None:
    given = str(uuid.uuid4())
    forged = [f"{name}: {value}" for name, value in FORWARDED.items()]
    response = stack.ask_as_a_stranger(
        "/api/posts/", f"Host: {DOMAIN}", f"X-Request-ID: {given}", *forged
    )
    # By HTTP, as it came
    assert re.match(r"HTTP/1.1 30[18] ", response), response
    assert stack.logged(given)["client"] != CLIENT


def test_a_stranger_s_health_check_by_address_gets_no_answer(stack: BalancedStack) -> None:
    assert stack.ask_as_a_stranger("/health/live/") == ""


def test_no_certificate_is_asked_for(stack: BalancedStack) -> None:
    assert "certbot" not in stack.exec("nginx", "ls", "/srv/nginx/current")
    assert "certbot-1" not in stack.logs("certbot")


def test_a_switch_under_load_loses_no_request(stack: BalancedStack) -> None:
    headers = (("Host", DOMAIN), *FORWARDED.items())
    wanted = [
        Request("GET", "/api/posts/", headers=headers),
        Request("POST", "/api/posts/", 403, {}, headers),
    ]
    blue, green = stack.current(), stack.prepare("green")
    stack.compose("up", "--detach", "--no-deps", "--wait", "web-green")
    with under_load(stack.http, wanted, host=DOMAIN) as load:
        load.wait_for(100)
        for candidate in (green, blue):
            stack.switch(candidate)
            load.wait_for(200)
    assert not load.failures

"""HTTPS of the production stack, with certificates from a certificate authority for tests."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
from sslyze import (
    Scanner,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
    ServerScanResult,
)
from sslyze.mozilla_tls_profile.tls_config_checker import (
    SCAN_COMMANDS_NEEDED_BY_MOZILLA_CHECKER,
    MozillaTlsConfiguration,
    ServerNotCompliantWithTlsConfiguration,
    TlsConfigurationEnum,
    check_server_against_tls_configuration,
)

from lab.authorities import Authority
from lab.engine import crash, docker, removed_afterwards
from lab.load import Request, connect, open_socket, under_load
from lab.machine import wait_until
from lab.rendering import choice_with, render
from lab.stacks import ProductionStack, needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("https")]

CHOICE = choice_with(docs_language="en", database="postgresql", authentication="session")
DOMAIN = "api.example.com"
UNTRUSTING = ssl._create_unverified_context()  # noqa: S323


class SecureSite(ProductionStack):
    """A stack with a domain; Pebble, at the address of its certificate authority, may be absent."""

    def __init__(self, project: Path) -> None:
        self.authority = Authority(project.parent / "authority", "pebble")
        super().__init__(
            project,
            CHOICE,
            {
                "ALLOWED_HOSTS": DOMAIN,
                "DOMAIN_NAME": DOMAIN,
                "LETSENCRYPT_EMAIL": "ceos@example.com",
                "ACME_SERVER": "https://pebble:14000/dir",
            },
            {
                "nginx": {"networks": {"default": {"aliases": [DOMAIN]}}},
                "certbot": {
                    "environment": {"REQUESTS_CA_BUNDLE": "/authority/ca.pem"},
                    "volumes": [f"{self.authority.folder}:/authority:ro"],
                },
            },
        )

    def certificate(self) -> bytes:
        """Return the certificate that the site shows to whoever connects now."""
        connection = connect(self.https, DOMAIN, UNTRUSTING)
        try:
            return connection.sock.getpeercert(binary_form=True)
        finally:
            connection.close()

    def has_real_certificate(self) -> bool:
        return "Pebble" in issuer(self.certificate())

    def ask(
        self, path: str, scheme: str = "https", host: str = DOMAIN, method: str = "GET"
    ) -> HTTPResponse:
        if scheme == "https":
            connection = connect(self.https, DOMAIN, UNTRUSTING)
        else:
            connection = connect(self.http, DOMAIN, None)
        connection.request(method, path, headers={"Host": host})
        response = connection.getresponse()
        response.content = response.read()
        connection.close()
        return response

    def remove(self) -> None:
        self.authority.stop()
        super().remove()


def issuer(certificate: bytes) -> str:
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-issuer"]
    return subprocess.run(command, input=certificate, capture_output=True).stdout.decode()


@pytest.fixture(scope="module")
def without_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureSite]:
    """The site after its first `up`, on a host without certificates, its authority unreachable."""
    project = shutil.copytree(render(CHOICE), tmp_path_factory.mktemp("https") / "project")
    with removed_afterwards(SecureSite(project)) as stack:
        stack.up()
        wait_until(lambda: "Trying again" in stack.logs("certbot"), 60, "certbot has tried")
        yield stack


@pytest.fixture(scope="module")
def site(without_authority: SecureSite) -> SecureSite:
    """The same, after one more `up` with the authority in reach."""
    stack = without_authority
    stack.authority.start(stack.network)
    # What certbot's log says to do.
    stack.compose("restart", "certbot")
    try:
        wait_until(stack.has_real_certificate, 60, "the authority's certificate is served")
    except AssertionError as error:
        pebble = stack.authority.logs()
        raise AssertionError(f"{error}\n{stack.logs('certbot')}\n{pebble}") from None
    return stack


# First, since it is before there is a certificate


def test_without_the_authority_the_site_is_up_on_a_certificate_of_its_own(
    without_authority: SecureSite,
) -> None:
    assert without_authority.ask("/health/ready/").status == 200
    assert DOMAIN not in issuer(without_authority.certificate())
    assert not without_authority.has_real_certificate()


def test_certbot_says_what_is_wrong_and_what_to_do(without_authority: SecureSite) -> None:
    log = without_authority.logs("certbot")
    assert f"No certificate for {DOMAIN}" in log
    assert "https://pebble:14000/dir: The certificate authority could not be reached" in log
    assert "ACME_SERVER" in log
    assert "restart certbot" in log


def test_certbot_stays_up_when_it_fails(without_authority: SecureSite) -> None:
    (certbot,) = without_authority.containers("certbot")
    assert certbot["State"] == "running"
    (found,) = json.loads(docker("inspect", certbot["Name"]))
    assert found["RestartCount"] == 0


# With a certificate


def test_certbot_needs_no_capability(site: SecureSite) -> None:
    (certbot,) = site.containers("certbot")
    (found,) = json.loads(docker("inspect", certbot["Name"]))
    assert found["HostConfig"]["CapDrop"] == ["ALL"]
    assert not found["HostConfig"]["CapAdd"]


def test_http_redirects_to_https(site: SecureSite) -> None:
    response = site.ask("/api/posts/?page=2", scheme="http")
    assert response.status in (301, 308)
    assert response.headers["Location"] == f"https://{DOMAIN}/api/posts/?page=2"


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "/@evil.example"])
def test_the_redirect_leads_nowhere_else(site: SecureSite, path: str) -> None:
    location = site.ask(path, scheme="http").headers["Location"]
    assert location.startswith(f"https://{DOMAIN}/")


def test_the_challenge_is_not_redirected(site: SecureSite) -> None:
    path = "/.well-known/acme-challenge/of-a-test"
    write = "mkdir -p /srv/challenges/.well-known/acme-challenge && echo answer >/srv/challenges"
    site.exec("certbot", "sh", "-c", write + path)
    response = site.ask(path, scheme="http")
    assert (response.status, response.content) == (200, b"answer\n")
    assert response.headers["Content-Type"] == "text/plain"
    assert site.ask(path + "s", scheme="http").status == 404


@pytest.mark.parametrize("path", ["/api/posts/", "/health/ready/", "/admin/login/", "/nothing/"])
def test_hsts_stands_once_on_answers_over_https(site: SecureSite, path: str) -> None:
    headers = site.ask(path).headers.get_all("Strict-Transport-Security")
    assert len(headers or []) == 1
    assert re.fullmatch(r"max-age=[1-9]\d+", headers[0])


@pytest.mark.parametrize("path", ["/api/posts/", "/.well-known/acme-challenge/nothing"])
def test_hsts_is_not_sent_over_http(site: SecureSite, path: str) -> None:
    assert "Strict-Transport-Security" not in site.ask(path, scheme="http").headers


def test_cookies_are_sent_over_https_only(site: SecureSite) -> None:
    cookies = site.ask("/api/auth/csrf/").headers.get_all("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_addresses_in_answers_are_https(site: SecureSite) -> None:
    # Swagger UI's "Try it out" and the API's own links follow this.
    response = site.ask("/", method="HEAD")
    assert response.status in (301, 302)
    assert not response.headers["Location"].startswith("http://")


@pytest.mark.parametrize("name", ["evil.example", "sub." + DOMAIN, None])
def test_an_unknown_server_name_gets_no_certificate(site: SecureSite, name: str | None) -> None:
    with (
        open_socket(site.https) as connection,
        pytest.raises((ssl.SSLError, ConnectionResetError)),
    ):
        UNTRUSTING.wrap_socket(connection, server_hostname=name)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "sub." + DOMAIN])
def test_an_unknown_host_is_refused(site: SecureSite, scheme: str, host: str) -> None:
    try:
        status = site.ask("/health/ready/", scheme, host).status
    except (ConnectionError, ssl.SSLError):
        return
    # Over a connection that was opened for the site's own name.
    assert (scheme, status) == ("https", 421)


def test_http2_is_offered(site: SecureSite) -> None:
    context = ssl._create_unverified_context()  # noqa: S323
    context.set_alpn_protocols(["h2", "http/1.1"])
    with open_socket(site.https) as connection:
        secured = context.wrap_socket(connection, server_hostname=DOMAIN)
        assert secured.selected_alpn_protocol() == "h2"


# Mozilla's profile: sslyze ships version 5.7, and what 6.0 took away (DHE) it does not ask for.
# Nobody trusts a certificate authority for tests.
NOT_THE_SITE_S = {"certificate_path_validation"}


@pytest.fixture(scope="module")
def scan(site: SecureSite) -> ServerScanResult:
    address, port = site.https.split(":")
    scanner = Scanner()
    scanner.queue_scans(
        [
            ServerScanRequest(
                ServerNetworkLocation(DOMAIN, int(port), ip_address=address),
                network_configuration=ServerNetworkConfiguration(DOMAIN),
                scan_commands=SCAN_COMMANDS_NEEDED_BY_MOZILLA_CHECKER,
            )
        ]
    )
    (result,) = scanner.get_results()
    return result


def deviations(scan: ServerScanResult, profile: TlsConfigurationEnum) -> dict[str, str]:
    try:
        check_server_against_tls_configuration(scan, MozillaTlsConfiguration.get(profile))
    except ServerNotCompliantWithTlsConfiguration as error:
        return dict(error.issues)
    return {}


def test_tls_follows_mozilla_s_intermediate_profile(scan: ServerScanResult) -> None:
    found = deviations(scan, TlsConfigurationEnum.MOZILLA_INTERMEDIATE)
    assert {name: text for name, text in found.items() if name not in NOT_THE_SITE_S} == {}


def test_the_check_of_the_profile_can_fail(scan: ServerScanResult) -> None:
    # TLS 1.2 is not modern.
    assert "tls_versions" in deviations(scan, TlsConfigurationEnum.MOZILLA_MODERN)


# Renewal


def test_a_renewed_certificate_is_served_without_a_failed_request(site: SecureSite) -> None:
    before = site.certificate()
    wanted = [Request("GET", "/api/posts/"), Request("POST", "/api/posts/", 403, {})]
    with under_load(site.https, wanted, host=DOMAIN, tls=UNTRUSTING) as load:
        load.wait_for(50)
        site.exec("certbot", "certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew")
        wait_until(lambda: site.certificate() != before, 30, "the new certificate is served")
        # Old connections live on for a while after a reload.
        time.sleep(12)
        load.wait_for(50)
    assert site.has_real_certificate()
    assert not load.failures


def test_a_key_that_does_not_match_yet_stops_no_later_certificate(site: SecureSite) -> None:
    """certbot replaces certificate and key one after the other; nginx may look in between."""
    before = site.certificate()
    live = f"/etc/letsencrypt/live/{DOMAIN}"
    other_key = "openssl ecparam -name prime256v1 -genkey -noout"
    mismatch = f"mv privkey.pem kept; {other_key} >privkey.pem; touch fullchain.pem"
    site.exec("certbot", "sh", "-ec", f"cd {live}; {mismatch}")
    wait_until(lambda: "SSL_CTX_use_PrivateKey" in site.logs("nginx"), 30, "nginx has looked")
    assert site.certificate() == before
    site.exec("certbot", "mv", f"{live}/kept", f"{live}/privkey.pem")
    site.exec("certbot", "certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew")
    wait_until(lambda: site.certificate() != before, 30, "the new certificate is served")


def test_a_certificate_that_is_still_good_is_kept(site: SecureSite) -> None:
    before = site.certificate()
    site.compose("restart", "certbot")
    wait_until(lambda: "not yet due" in site.logs("certbot"), 30, "certbot has looked")
    assert site.certificate() == before


@pytest.mark.parametrize("action", ["up", "restart", "crash"])
def test_the_real_certificate_is_served_at_once(site: SecureSite, action: str) -> None:
    before = site.certificate()
    if action == "up":
        site.up("--force-recreate", "--no-deps", "nginx")
    elif action == "restart":
        site.compose("restart", "nginx")
    else:
        crash(site.containers("nginx")[0]["Name"])

    def first_certificate() -> bytes | None:
        try:
            return site.certificate()
        except OSError:
            return None

    assert wait_until(first_certificate, 30, "HTTPS answers") == before
    wait_until(lambda: site.ask("/health/ready/").status == 200, 30, "the site answers")


def test_an_authority_that_has_gone_leaves_the_site_on_what_it_has(site: SecureSite) -> None:
    site.authority.stop()
    before = site.certificate()
    renew = ["certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew"]
    assert "Failed to resolve" in site.exec("certbot", *renew, check=False)
    time.sleep(3)
    assert site.certificate() == before
    assert site.ask("/health/ready/").status == 200

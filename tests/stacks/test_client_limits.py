"""What nginx lets one client do: alone, with a server in place of the application.

It believes X-Forwarded-For, as behind a load balancer, so that a test can be any client.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.engine import LABEL, docker
from lab.machine import wait_until
from lab.nginx import configured
from lab.rendering import choice_with
from lab.stacks import needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("nginx-config")]

DOMAIN = "api.example.com"
FRONT_END = "https://www.example.com"
# Its answers take a second or two at /slowly.
APPLICATION = """
server {
    listen 127.0.0.1:9001;
    access_log off;
    location / { return 200 "the application"; }
    location /slowly { limit_rate 10; return 200 "the application, byte by byte"; }
}
server {
    listen 443 ssl;
    http2 on;
    server_name api.example.com;
    ssl_certificate /srv/nginx/both.pem;
    ssl_certificate_key /srv/nginx/both.pem;
    include locations.conf;
}
"""
START = """
cd /srv/nginx
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / \
  -keyout key.pem -out certificate.pem 2>/dev/null
cat key.pem certificate.pem >both.pem
head -c 100000 /dev/zero >large
head -c 99999 /dev/zero >small
exec nginx -c /srv/nginx/blue-manual-1/nginx.conf -g 'daemon off;'
"""
HTTP, HTTP2 = "http://127.0.0.1", "https://127.0.0.1"
new_client = (f"198.51.100.{number}" for number in itertools.count(1))


class Nginx:
    def __init__(self, folder: Path) -> None:
        values = {
            "ALLOWED_HOSTS": DOMAIN,
            "DOMAIN_NAME": DOMAIN,
            "TRUSTED_PROXIES": "10.0.0.0/8",
            "CORS_ALLOWED_ORIGINS": f"{FRONT_END},http://localhost:3000",
        }
        candidate = configured(choice_with(), folder, **values)
        with (candidate / "servers.conf").open("a") as file:
            file.write(APPLICATION)
        main = candidate / "nginx.conf"
        text, found = re.subn(
            r"server web-blue:8000 resolve;.*?backup;",
            "server 127.0.0.1:9001;",
            main.read_text(),
            flags=re.S,
        )
        assert found == 1
        main.write_text(text)
        self.container = docker(
            *("run", "--detach", f"--label={LABEL}", "--network=none"),
            *(f"--volume={folder}:/srv/nginx", "nginx:1.30", "bash", "-c", START),
        ).strip()
        wait_until(lambda: self.statuses("/", 1)[200], 20, "nginx responds")

    def statuses(
        self, path: str, number: int, *options: str, client: str = "", site: str = HTTP
    ) -> Counter:
        """Send requests at once as one client, a new one if none is given; count the statuses.

        0 is one that nginx lets wait for more than a second.
        """
        write = "--write-out=%{http_code} "
        headers = (f"Host: {DOMAIN}", f"X-Forwarded-For: {client or next(new_client)}")
        command = [
            *("curl", "-s", "-k", "-Z", "--parallel-immediate", "--parallel-max", "300"),
            *("--path-as-is", "--max-time", "1", write, *options),
            *(f"--header={header}" for header in headers),
        ]
        urls = [word for _ in range(number) for word in ("-o", "/dev/null", f"{site}{path}")]
        output = docker("exec", self.container, *command, *urls, check=False)
        return Counter(map(int, re.findall(r"\b\d{3}\b", output)))


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    started = Nginx(tmp_path_factory.mktemp("limits"))
    try:
        yield started
    finally:
        docker("rm", "--force", "--volumes", started.container)


POST = ("--request", "POST", "--header", "Content-Length: 0")
SEARCHES = ["?search=x", "?page=1&search=x", "?%73e%61rch=x", "?search=&search=x", "?search=%20"]
BOTH = (HTTP, HTTP2)
LARGE = {
    "POST": (BOTH, ("--data-binary", "@/srv/nginx/large")),
    "PUT": (BOTH, ("--request", "PUT", "--data-binary", "@/srv/nginx/large")),
    "multipart": (BOTH, ("--data", "x", "--header", "Content-Type: Multipart/form-data")),
    "of unknown length": ([HTTP], ("--data", "x", "--header", "Transfer-Encoding: chunked")),
    "of unknown length in HTTP/2": ([HTTP2], ("--request", "POST")),
}


@pytest.mark.parametrize("site", [HTTP, HTTP2])
@pytest.mark.parametrize(
    "path",
    [
        *("/api/auth/token/", "/api/auth/login/", "/api/auth/signup/", "/admin/login/"),
        *("/api/auth/password/change/", "/api/auth/password/reset/confirm/"),
        "/api/auth/email/confirmation/",
        *(
            "//api//auth/token/",
            "/api/auth/%74oken/",
            "/api/./auth/x/../token/?x",
            "/api/auth/token/#x",
        ),
    ],
)
def test_passwords_are_limited_however_the_path_is_written(
    nginx: Nginx, path: str, site: str
) -> None:
    found = nginx.statuses(path, 40, *POST, site=site)
    assert found[200] in (11, 12) and found[200] + found[429] == 40


@pytest.mark.parametrize("path", ["/api/auth/me/", "/api//auth/%6De/?x"])
def test_deleting_accounts_is_limited_like_passwords(nginx: Nginx, path: str) -> None:
    found = nginx.statuses(path, 40, "--request", "DELETE")
    assert found[200] in (11, 12) and found[200] + found[429] == 40


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/api/auth/token/", []),
        ("/admin/login/", []),
        *((f"/api/auth/{name}/", POST) for name in ("token/refresh", "logout", "me", "csrf")),
        ("/api/posts/", ["--data-binary", "@/srv/nginx/small"]),
        ("/api/posts/?page=2&tag=search", []),
        ("/api/posts/?search=", []),
        ("/api/posts/?research=x", []),
        ("/static/none", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "POST" if value else "GET",
)
@pytest.mark.parametrize("site", [HTTP, HTTP2])
def test_the_rest_is_not_limited(nginx: Nginx, path: str, options: list, site: str) -> None:
    found = nginx.statuses(path, 60, *options, site=site)
    assert found[429] == 0 and found[200] + found[404] > 0


@pytest.mark.parametrize("query", SEARCHES)
def test_searches_are_limited(nginx: Nginx, query: str) -> None:
    found = nginx.statuses(f"/api/posts/{query}", 60)
    assert found[429] in range(45, 51)


@pytest.mark.parametrize(("sites", "options"), LARGE.values(), ids=LARGE)
def test_large_bodies_and_files_are_limited(nginx: Nginx, sites: tuple, options: tuple) -> None:
    for site in sites:
        found = nginx.statuses("/api/posts/", 60, *options, site=site)
        assert found[429] in range(36, 41), (site, found)


def test_requests_at_a_time_are_limited(nginx: Nginx) -> None:
    found = nginx.statuses("/slowly", 150)
    assert found[429] == 50


def test_requests_over_http2_are_limited(nginx: Nginx) -> None:
    """Not at the rate of curl, but at that of an attacker who takes them back."""
    client = next(new_client)
    for _ in range(4):
        found = nginx.statuses("/", 300, "--max-time", "5", client=client, site=HTTP2)
        if found[429]:
            break
    assert found[429]


def test_another_client_is_not_affected(nginx: Nginx) -> None:
    client, neighbour = next(new_client), next(new_client)
    assert nginx.statuses("/api/auth/token/", 40, *POST, client=client)[429]
    assert nginx.statuses("/api/auth/token/", 1, *POST, client=neighbour)[200] == 1


def test_an_ipv6_client_is_its_network(nginx: Nginx) -> None:
    """Also if some of its bytes are those of a line break, or it is written in a short form."""
    for number, network in enumerate(("2001:db8:a0a:{}", "2001:db8::{}", "fd00:0:0:{}")):
        one, other = (network.format(f"{part}{number}") for part in ("1", "2"))
        if network == "2001:db8::{}":
            one, other = "2001:db8:0:0", "2001:db8:0:1"
        for last in range(1, 21):
            nginx.statuses("/api/auth/token/", 1, *POST, client=f"{one}:0:a0a:0:{last:x}")
        assert nginx.statuses("/api/auth/token/", 1, *POST, client=f"{one}:9:9:9:9")[429] == 1
        assert nginx.statuses("/api/auth/token/", 1, *POST, client=f"{other}::1")[200] == 1


def test_a_refusal_says_when_to_try_again(nginx: Nginx) -> None:
    client = next(new_client)
    nginx.statuses("/api/auth/token/", 40, *POST, client=client)
    given = (f"--header=Host: {DOMAIN}", f"--header=X-Forwarded-For: {client}")
    answer = docker(
        "exec", nginx.container, "curl", "-si", *POST, *given, f"{HTTP}/api/auth/token/"
    )
    assert "429 Too Many Requests" in answer
    assert re.search(r"Retry-After: [1-9]", answer)
    assert "application/problem+json" in answer


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (FRONT_END, True),
        ("http://localhost:3000", True),
        ("http://localhost:3001", False),
        (f"{FRONT_END}.evil.example", False),
        ("null", False),
    ],
)
def test_a_front_end_can_read_why_nginx_refuses(nginx: Nginx, origin: str, allowed: bool) -> None:
    command = ["curl", "-s", "-i", f"--header=Host: {DOMAIN}", f"--header=Origin: {origin}"]
    command += ["--request", "POST", "--header", "Content-Length: 20000000"]
    output = docker("exec", nginx.container, *command, f"{HTTP}/api/posts/")
    status, *headers = output.partition("\r\n\r\n")[0].splitlines()
    assert " 413 " in status
    assert "Vary: Origin" in headers
    assert (f"Access-Control-Allow-Origin: {origin}" in headers) == allowed
    assert ("Access-Control-Allow-Credentials: true" in headers) == allowed
    assert len([each for each in headers if each.startswith("Access-Control-Allow")]) == 2 * allowed

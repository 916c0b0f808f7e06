"""nginx as the gatekeeper of the production stack: whom it lets in, and what load cannot do."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from lab.engine import crash, docker, paused, removed_afterwards
from lab.load import Request, connect, open_socket, png, under_load
from lab.machine import wait_until
from lab.rendering import choice_with, render
from lab.stacks import ProductionStack, needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("traffic")]

CHOICE = choice_with(use_redis=True)
REPLICAS = 3
PROBLEM = "application/problem+json"
MEBIBYTE = 2**20


class BusyStack(ProductionStack):
    """A stack with three replicas, a user who is signed in, and posts, one with an image."""

    token: str
    image: str

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def fill(self) -> None:
        account = {"email": "ceos@example.com", "password": "a-long-password-9"}
        api, auth = self.url + "/api/", self.url + "/api/auth/"
        body = {**account, "nickname": "세오스", "name": "세오스"}
        requests.post(auth + "signup/", json=body, timeout=30).raise_for_status()
        answer = requests.post(auth + "token/", json=account, timeout=30)
        self.token = answer.json()["access"]
        for number in range(10):
            post = {"title": f"글 {number}", "body": "안녕하세요 " * 20}
            requests.post(api + "posts/", json=post, headers=self.headers(), timeout=30)
        image = requests.put(
            api + "posts/1/image/",
            files={"image": ("photo.png", png())},
            headers=self.headers(),
            timeout=30,
        )
        assert image.status_code == 200, image.text
        self.image = re.sub(r"^https?://[^/]+", "", image.json()["image"])

    def forget_throttling(self) -> None:
        self.exec("redis", "redis-cli", "flushall")

    def access_log(self) -> list[dict]:
        # The whole log is long after so much load.
        lines = self.compose("logs", "--no-color", "--since", "90s", "nginx").splitlines()
        lines = [line.partition("| ")[2] for line in lines]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def logged(self, request_id: str) -> dict:
        """Return nginx's log line of a request."""
        found = wait_until(
            lambda: [line for line in self.access_log() if line["request_id"] == request_id],
            10,
            f"{request_id} in nginx's log",
        )
        return found[0]

    def addresses(self, service: str) -> set[str]:
        """Return where the service's running containers listen."""
        names = [c["Name"] for c in self.containers(service) if c["State"] == "running"]
        networks = "{{range .NetworkSettings.Networks}}{{.IPAddress}}:8000{{end}}"
        return set(docker("inspect", "--format", networks, *names).split()) if names else set()

    def answering(self) -> set[str]:
        """Return which replicas answer a handful of requests."""
        ids = {uuid.uuid4().hex for _ in range(4 * REPLICAS)}
        for request_id in ids:
            self.get("/health/live/", headers={"X-Request-ID": request_id})
        lines = [line for line in self.access_log() if line["request_id"] in ids]
        return {line["upstream"].split(", ")[-1] for line in lines}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusyStack]:
    project = shutil.copytree(render(CHOICE), tmp_path_factory.mktemp("traffic") / "project")
    with removed_afterwards(BusyStack(project, CHOICE)) as stack:
        stack.values |= {
            "ALLOWED_HOSTS": f"{stack.address},.example.com",
            "WEB_REPLICAS": str(REPLICAS),
        }
        stack.write_env()
        stack.up()
        stack.fill()
        yield stack


def exchange(stack: BusyStack, *parts: bytes, seconds: float = 20) -> bytes:
    """Send bytes as they are; return all that comes back until the server closes."""
    answer = b""
    with open_socket(stack.http, seconds) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            while received := connection.recv(65536):
                answer += received
        except (ConnectionResetError, BrokenPipeError):
            pass
    return answer


def assert_problem(response: requests.Response, status: int) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == PROBLEM
    body = response.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"] and body["title"] != "Error"
    assert body["detail"]
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


# Hosts


@pytest.mark.parametrize(
    "host",
    ["evil.example", "example.com.evil.example", "evilexample.com", "10.0.0.1", "localhost", "_"],
)
def test_an_unknown_host_gets_no_answer(stack: BusyStack, host: str) -> None:
    request = f"GET /health/live/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert exchange(stack, request.encode()) == b""


def test_no_host_gets_no_answer(stack: BusyStack) -> None:
    assert exchange(stack, b"GET /health/live/ HTTP/1.0\r\n\r\n") == b""


@pytest.mark.parametrize(
    "host", ["{address}", "example.com", "api.example.com", "API.Example.com", "example.com:80"]
)
def test_every_allowed_host_is_answered(stack: BusyStack, host: str) -> None:
    response = stack.get("/health/live/", headers={"Host": host.format(address=stack.address)})
    assert response.status_code == 200


def test_addresses_in_answers_carry_the_host_and_port_that_were_asked_for(stack: BusyStack) -> None:
    response = stack.get("/api/posts/", headers={"Host": "api.example.com:8080"})
    image = next(post["image"] for post in response.json()["results"] if post["image"])
    assert image.startswith("http://api.example.com:8080/media/")


# What a client says of itself


def test_the_client_s_own_x_forwarded_for_is_not_logged(stack: BusyStack) -> None:
    response = stack.get(
        "/api/posts/", headers={"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6"}
    )
    assert stack.logged(response.headers["X-Request-ID"])["client"] != "6.6.6.6"


def test_another_x_forwarded_for_does_not_escape_the_limit(stack: BusyStack) -> None:
    stack.forget_throttling()
    statuses = Counter()
    for number in range(45):
        response = requests.post(
            stack.url + "/api/auth/token/",
            json={"email": "no-one@example.com", "password": "wrong-password-1"},
            headers={"X-Forwarded-For": f"6.6.6.{number}"},
            timeout=30,
        )
        statuses[response.status_code] += 1
        time.sleep(0.2)
    assert statuses[401] <= 20, statuses
    assert statuses[429] >= 20, statuses


def test_x_forwarded_proto_is_not_believed(stack: BusyStack) -> None:
    response = stack.get("/api/posts/", headers={"X-Forwarded-Proto": "https"})
    assert all("https://" not in (post["image"] or "") for post in response.json()["results"])
    assert "Strict-Transport-Security" not in response.headers


def test_each_request_has_an_id_of_its_own(stack: BusyStack) -> None:
    ids = {stack.get("/api/posts/").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


def test_the_id_of_a_request_is_in_both_logs(stack: BusyStack) -> None:
    request_id = stack.get("/api/posts/?page_size=1").headers["X-Request-ID"]
    assert stack.logged(request_id)["path"] == "/api/posts/"
    wait_until(lambda: request_id in stack.logs("web-blue"), 10, "the id in the application's log")


@pytest.mark.parametrize("path", ["/api/posts/", "/static/nothing.css"])
def test_an_id_that_the_client_has_given_is_kept(stack: BusyStack, path: str) -> None:
    given = str(uuid.uuid4())
    response = stack.get(path, headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ['"},{"a":"', "short", "x" * 3000])
def test_what_is_no_id_is_replaced(stack: BusyStack, given: str) -> None:
    request_id = stack.get("/api/posts/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)


# Odd requests


@pytest.mark.parametrize(
    "path",
    [
        "/static/../etc/passwd",
        "/static/../../etc/passwd",
        "/static/..%2f..%2f..%2fetc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static../static/staticfiles.json",
        "/media/../../etc/passwd",
        "/media../static/staticfiles.json",
        "/static/",
        "/media/",
        "/static/%00",
        "//evil.example/",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/api/posts/%0d%0aSet-Cookie:a=b/",
    ],
)
def test_an_odd_path_yields_a_plain_error(stack: BusyStack, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: {stack.address}\r\nConnection: close\r\n\r\n"
    head, _, body = exchange(stack, request.encode()).decode().partition("\r\n\r\n")
    assert re.match(r"HTTP/1.1 (400|403|404) ", head), head
    assert PROBLEM in head
    assert json.loads(body)["status"] in (400, 403, 404)
    assert not re.search(r"^(Location|Set-Cookie):", head, re.M)


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("GET /" + "a" * 20_000 + " HTTP/1.1", "", 414),
        ("GET / HTTP/1.1", "X: " + "a" * 40_000 + "\r\n", 431),
        ("TRACE / HTTP/1.1", "", 405),
        ("POST /api/posts/ HTTP/1.1", "Transfer-Encoding: nonsense\r\n", 501),
        ("GET / HTTP/1.1", "Host: two.example.com\r\n", 400),
        ("nonsense", "", 400),
    ],
    ids=["long address", "long header", "TRACE", "unknown encoding", "two hosts", "no HTTP"],
)
def test_what_nginx_refuses_is_a_problem(
    stack: BusyStack, request_line: str, headers: str, status: int
) -> None:
    request = f"{request_line}\r\nHost: {stack.address}\r\n{headers}Connection: close\r\n\r\n"
    head, _, body = exchange(stack, request.encode()).decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} "), head
    assert PROBLEM in head
    assert json.loads(body)["status"] == status


def test_head_is_get_without_a_body(stack: BusyStack) -> None:
    response = requests.head(stack.url + "/api/posts/", timeout=10)
    assert (response.status_code, response.content) == (200, b"")


def test_options_is_answered(stack: BusyStack) -> None:
    response = requests.options(stack.url + "/api/posts/", timeout=10)
    assert response.status_code == 200
    assert "POST" in response.headers["Allow"]


# Size


def test_a_body_within_the_limit_reaches_the_application(stack: BusyStack) -> None:
    # Signed in, so that the application reads all of it before it answers.
    response = requests.put(
        stack.url + "/api/posts/1/image/",
        files={"image": ("photo.png", b"x" * 9 * MEBIBYTE)},
        headers=stack.headers(),
        timeout=30,
    )
    assert_problem(response, 400)
    assert "X-Release" in response.headers


def test_an_upload_of_30_mb_is_refused(stack: BusyStack) -> None:
    response = requests.post(
        stack.url + "/api/posts/",
        files={"image": ("photo.png", b"x" * 30 * MEBIBYTE)},
        headers=stack.headers(),
        timeout=30,
    )
    assert "10MB" in assert_problem(response, 413)["detail"]
    assert stack.logged(response.headers["X-Request-ID"])["method"] == "POST"


def test_an_upload_of_unknown_length_is_refused(stack: BusyStack) -> None:
    pieces = (b"x" * MEBIBYTE for _ in range(30))
    response = requests.post(stack.url + "/api/posts/", data=pieces, timeout=30)
    assert_problem(response, 413)


def test_whoever_asks_first_is_refused_before_sending(stack: BusyStack) -> None:
    head = (
        f"POST /api/posts/ HTTP/1.1\r\nHost: {stack.address}\r\nConnection: close\r\n"
        f"Content-Length: {30 * MEBIBYTE}\r\nExpect: 100-continue\r\n\r\n"
    )
    answer = exchange(stack, head.encode())
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer
    assert PROBLEM.encode() in answer


# Files, compression


def test_hashed_static_files_are_kept_for_ever(stack: BusyStack) -> None:
    for path in set(re.findall(r'"(/static/[^"]+\.(?:js|css))"', stack.get("/api/docs/").text)):
        response = stack.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        break
    else:
        pytest.fail("no static file in the documentation")


def test_a_missing_static_file_is_not_kept(stack: BusyStack) -> None:
    response = stack.get("/static/app.0123456789ab.js")
    assert_problem(response, 404)
    assert response.headers["Cache-Control"] == "no-store"


def test_an_upload_is_served_as_what_it_is_and_cannot_act(stack: BusyStack) -> None:
    response = stack.get(stack.image)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "max-age" in response.headers["Cache-Control"]
    # nginx itself, not the application.
    assert "X-Release" not in response.headers


@pytest.mark.parametrize("path", ["/api/posts/", "/api/schema/"])
def test_json_is_compressed(stack: BusyStack, path: str) -> None:
    packed = stack.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    plain = stack.get(path, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content


# Too many, too slow


def test_a_hundred_sign_ins_in_a_second_are_stopped_and_the_api_stays_fast(
    stack: BusyStack,
) -> None:
    stack.forget_throttling()
    answers: list[requests.Response] = []

    def sign_in(number: int) -> None:
        body = {"email": f"guess-{number}@example.com", "password": "wrong-password-1"}
        answers.append(requests.post(stack.url + "/api/auth/token/", json=body, timeout=30))

    with under_load(stack.http, [Request("GET", "/api/posts/")], clients=3) as load:
        threads = [threading.Thread(target=sign_in, args=(n,)) for n in range(100)]
        started = time.monotonic()
        for number, thread in enumerate(threads):
            thread.start()
            time.sleep(max(0, started + number / 100 - time.monotonic()))
        for thread in threads:
            thread.join()
        load.wait_for(20)
    print(f"p95 {load.percentile(0.95):.3f} s of {len(load.seconds)} requests")
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 75, Counter(answer.status_code for answer in answers)
    nginx_s = [answer for answer in refused if "X-Release" not in answer.headers]
    for answer in nginx_s[:5]:
        assert_problem(answer, 429)
        assert int(answer.headers["Retry-After"]) >= 1
    assert len(nginx_s) >= 75
    assert not load.failures
    assert load.percentile(0.95) < 1


def test_slow_clients_are_cut_off_and_disturb_nobody(stack: BusyStack) -> None:
    started = time.monotonic()
    slow = [open_socket(stack.http, 5) for _ in range(300)]
    try:
        for connection in slow:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {stack.address}\r\n".encode())
            connection.setblocking(False)
        waiting, letters = set(slow), 0
        with under_load(stack.http, [Request("GET", "/api/posts/")], clients=2) as load:
            while waiting and time.monotonic() < started + 25:
                letters += 1
                for connection in list(waiting):
                    try:
                        connection.send(b"X" if letters % 8 else b": y\r\n")
                        if not connection.recv(4096):
                            waiting.remove(connection)
                    except BlockingIOError:
                        pass
                    except OSError:
                        waiting.remove(connection)
                time.sleep(0.5)
        assert not waiting, f"{len(waiting)} of {len(slow)} still connected after 25 s"
        assert letters > 4, "cut off before they could be slow"
    finally:
        for connection in slow:
            connection.close()
    assert not load.failures
    assert load.percentile(0.95) < 1


# Replicas


def test_requests_are_spread_over_all_replicas(stack: BusyStack) -> None:
    replicas = stack.addresses("web-blue")
    assert len(replicas) == REPLICAS
    ids = [uuid.uuid4().hex for _ in range(60)]
    for request_id in ids:
        stack.get("/health/live/", headers={"X-Request-ID": request_id})
    lines = [line for line in stack.access_log() if line["request_id"] in ids]
    shares = Counter(line["upstream"] for line in lines)
    assert set(shares) == replicas
    assert min(shares.values()) >= 60 / REPLICAS / 2, shares


def test_a_killed_replica_costs_no_read_and_comes_back(stack: BusyStack) -> None:
    before = stack.running()
    victim = next(c["Name"] for c in stack.containers("web-blue"))
    with under_load(stack.http, [Request("GET", "/api/posts/")]) as load:
        load.wait_for(50)
        crash(victim)
        load.wait_for(100)
        wait_until(lambda: stack.running() == before, 30, f"{victim} runs again")
        wait_until(lambda: stack.answering() == stack.addresses("web-blue"), 60, "all answer again")
        load.wait_for(50)
    assert not load.failures


def test_a_killed_nginx_comes_back(stack: BusyStack) -> None:
    crash(next(c["Name"] for c in stack.containers("nginx")))
    wait_until(lambda: answers(stack), 30, "nginx answers again")


def test_an_nginx_that_was_stopped_stays_so(stack: BusyStack) -> None:
    """A client that keeps its connection open may make that slow, and Docker impatient."""
    idle = connect(stack.http, stack.address, None)
    idle.request("GET", "/health/live/")
    idle.getresponse().read()
    stack.compose("stop", "nginx")
    idle.close()
    time.sleep(8)
    assert not stack.addresses("nginx"), "started although it was stopped"
    stack.compose("start", "nginx")
    wait_until(lambda: answers(stack), 30, "nginx answers again")


def answers(stack: BusyStack) -> bool:
    try:
        return stack.get("/health/ready/").status_code == 200
    except requests.ConnectionError:
        return False


# Colours


@pytest.fixture
def green(stack: BusyStack) -> Iterator[str]:
    """Both colours run: what deploy.sh has at the moment of its switch."""
    blue, candidate = stack.current(), stack.prepare("green")
    scale = ["--scale", "web-green=2"]
    stack.compose("up", "--detach", "--no-deps", "--wait", *scale, "web-green")
    yield candidate
    stack.switch(blue)
    stack.compose("rm", "--stop", "--force", "web-green")


def test_switching_colours_under_load_loses_no_request(stack: BusyStack, green: str) -> None:
    wanted = [
        Request("GET", "/api/posts/"),
        Request(
            "POST", "/api/posts/", 201, {"title": "부하", "body": "."}, (*stack.headers().items(),)
        ),
    ]
    blue = stack.current()
    with under_load(stack.http, wanted, clients=30) as load:
        load.wait_for(200)
        for candidate in (green, blue, green, blue):
            stack.switch(candidate)
            load.wait_for(200)
            colour = candidate.partition("-")[0]
            assert stack.answering() <= stack.addresses(f"web-{colour}")
    print(load.requests, f"{load.percentile(0.99):.3f} s at most for 99 %")
    assert min(load.requests.values()) > 200
    assert not load.failures


@pytest.fixture
def candidate(stack: BusyStack) -> Iterator[Candidate]:
    """A configuration next to the live one, as the next deployment may bring it; undone after."""
    live = stack.current()
    stack.exec("nginx", "cp", "-r", f"/srv/nginx/{live}", "/srv/nginx/blue-next-1")
    yield Candidate(stack)
    if stack.current() != live:
        stack.switch(live)
    stack.exec("nginx", "rm", "-r", "/srv/nginx/blue-next-1")


@dataclass
class Candidate:
    stack: BusyStack
    name: str = "blue-next-1"

    def change(self, pattern: str, new: str) -> None:
        """Replace what sed finds in nginx.conf."""
        file = f"/srv/nginx/{self.name}/nginx.conf"
        self.stack.exec("nginx", "sed", "-i", f"s/{pattern}/{new}/", file)
        assert new in self.stack.exec("nginx", "cat", file)


def test_a_changed_configuration_is_taken_over(stack: BusyStack, candidate: Candidate) -> None:
    def post() -> int:
        body = {"title": "x", "body": "x" * 2**16}
        response = requests.post(
            stack.url + "/api/posts/", json=body, headers=stack.headers(), timeout=20
        )
        return response.status_code

    assert post() != 413
    candidate.change("client_max_body_size [^;]*", "client_max_body_size 9k")
    stack.switch(candidate.name)
    wait_until(lambda: post() == 413, 5, "the new limit holds")


@pytest.mark.parametrize(
    ("pattern", "new", "reason"),
    [
        ("server_tokens off", "nonsense", 'unknown directive "nonsense"'),
        # nginx -t accepts this one, but a running nginx does not.
        (
            "limit_req_zone .client_with_password",
            "limit_req_zone $request_uri",
            "refused the configuration",
        ),
    ],
    ids=["refused by the test", "refused by the reload"],
)
def test_a_refused_configuration_never_goes_live(
    stack: BusyStack, candidate: Candidate, pattern: str, new: str, reason: str
) -> None:
    live = stack.current()
    candidate.change(pattern, new)
    with under_load(stack.http, [Request("GET", "/api/posts/")]) as load:
        load.wait_for(20)
        assert reason in stack.switch(candidate.name, check=False)
        load.wait_for(20)
    assert not load.failures
    assert stack.current() == live
    crash(next(c["Name"] for c in stack.containers("nginx")))
    wait_until(lambda: answers(stack), 20, "nginx is back")
    assert stack.current() == live


# No application


def test_an_application_that_hangs_is_a_problem_in_time(stack: BusyStack) -> None:
    names = [container["Name"] for container in stack.containers("web-blue")]
    with paused(*names):
        response = stack.get("/api/posts/")
    assert_problem(response, 504)
    assert int(response.headers["Retry-After"]) >= 1
    wait_until(lambda: answers(stack), 60, "the site answers again")


def test_without_application_there_is_a_problem_and_what_was_stopped_stays_so(
    stack: BusyStack,
) -> None:
    stack.compose("stop", "web-blue")
    response = stack.get("/api/posts/")
    # Refused, or no one at that address any more.
    assert response.status_code in (502, 504)
    assert_problem(response, response.status_code)
    assert int(response.headers["Retry-After"]) >= 1
    assert stack.get(stack.image).status_code == 200
    time.sleep(8)
    assert not stack.addresses("web-blue"), "started although it was stopped"
    stack.compose("start", "web-blue")
    wait_until(lambda: answers(stack), 60, "the site answers again")

"""The production stack in real containers, spoken to through nginx as users and browsers do.

Each stack of the covering array is booted once, and asked everything in the order of this file:
first what a user does, then a redeployment, then what happens when something stops.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer
from PIL import Image
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, sync_playwright

from lab.engine import docker, paused, removed_afterwards
from lab.load import png
from lab.machine import wait_until
from lab.rendering import COVERING, Choice, grouped, render
from lab.stacks import DatabaseServer, ProductionStack, gateway_of, needs_engine

pytestmark = [pytest.mark.slow, needs_engine]

PASSWORD = "a-long-Password-1"
ADMIN = "admin@example.com"
BUCKET = "uploads"
# A static file of the team's own, and its next version.
OWN_FILE = "accounts/static/accounts/own.css"
BEFORE, AFTER = "body { color: #111 }\n", "body { color: #222 }\n"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")


def sites(*choices: Choice, **wanted: object) -> pytest.MarkDecorator:
    """Run a test on the stacks of these choices, or of those in the covering array that match."""
    chosen = choices or [c for c in COVERING if wanted.items() <= dict(c).items()]
    assert chosen
    return pytest.mark.parametrize("stack", grouped("prod", chosen), indirect=True)


# Their databases are stopped.
OUTAGES = [
    next(c for c in COVERING if dict(c)["database"] == kind) for kind in ("mysql", "postgresql")
]


class LiveStack(ProductionStack):
    """A stack of the covering array; `first` has the statuses right after `up` had returned."""

    options: dict
    first: list[int]

    def python(self, code: str, value: str = "None", *environment: str) -> str:
        """Run code of the project in the container that serves, and return a value's text."""
        code = f"{code}\nprint(f'<<<{{{value}}}>>>')"
        shell = ("env", *environment, "python", "manage.py", "shell", "--no-imports", "-c", code)
        return re.search("<<<(.*)>>>", self.exec("web-blue", *shell))[1]

    def static(self, name: str) -> str:
        return self.python(
            "from django.templatetags.static import static", f"static({name!r})".replace("'", '"')
        )

    def statuses(self) -> list[int]:
        """Return the statuses of requests right after `up` has returned."""
        return [
            self.get(path).status_code
            for path in ("/api/docs/", "/health/ready/", "/admin/login/") * 7
        ]


class Client(requests.Session):
    """An API client with an account of its own, signed in by whichever way the project has."""

    def __init__(self, stack: LiveStack) -> None:
        super().__init__()
        self.stack = stack
        self.tokens = stack.options["authentication"] == "jwt"
        self.refresh = ""
        self.account = {
            "email": f"{os.urandom(4).hex()}@example.com",
            "password": PASSWORD,
            "name": "홍길동 😀",
        }

    def send_to(self, method: str, path: str, **options) -> requests.Response:
        if method != "GET" and not self.tokens:
            token = self.get(self.stack.url + "/api/auth/csrf/", timeout=10).json()["csrf_token"]
            self.headers["X-CSRFToken"] = token
        return self.request(
            method, self.stack.url + path, timeout=10, allow_redirects=False, **options
        )

    def sign_up(self) -> requests.Response:
        return self.send_to("POST", "/api/auth/signup/", json=self.account)

    def sign_in(self) -> requests.Response:
        given = {key: self.account[key] for key in ("email", "password")}
        way = "token" if self.tokens else "login"
        response = self.send_to("POST", f"/api/auth/{way}/", json=given)
        if self.tokens and response.ok:
            self.headers["Authorization"] = f"Bearer {response.json()['access']}"
            self.refresh = response.json()["refresh"]
        return response

    def sign_out(self) -> requests.Response:
        body = {"refresh": self.refresh} if self.tokens else {}
        return self.send_to("POST", "/api/auth/logout/", json=body)

    def me(self) -> requests.Response:
        return self.send_to("GET", "/api/auth/me/")


def signed_in(stack: LiveStack) -> Client:
    client = Client(stack)
    assert client.sign_up().status_code == 201
    assert client.sign_in().status_code == 200
    return client


def source_of(choice: Choice, folder: Path) -> Path:
    """Return a copy of the project, with a static file of the team's own."""
    project = Path(shutil.copytree(render(choice), folder / "project"))
    (project / OWN_FILE).parent.mkdir(parents=True)
    (project / OWN_FILE).write_text(BEFORE)
    return project


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveStack]:
    choice = request.param
    with ExitStack() as cleanup:
        database = None
        if choice in OUTAGES:
            database = DatabaseServer(dict(choice)["database"])
            cleanup.callback(database.remove)
        project = source_of(choice, tmp_path_factory.mktemp("prod"))
        stack = LiveStack(project, choice, database=database)
        stack.options = dict(choice)
        cleanup.enter_context(removed_afterwards(stack))
        if dict(choice)["media_storage"] == "s3":
            serve_bucket(stack, cleanup)
        stack.up()
        stack.first = stack.statuses()
        yield stack


def serve_bucket(stack: ProductionStack, cleanup: ExitStack) -> None:
    """Serve S3 where containers and this process alike reach it: the stack's way to this host."""
    server = ThreadedMotoServer(ip_address=gateway_of(stack.network), port=0, verbose=False)
    server.start()
    cleanup.callback(server.stop)
    host, port = server.get_host_and_port()
    stack.values |= {
        "AWS_S3_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    stack.write_env()
    bucket(stack).create()


def bucket(stack: ProductionStack) -> object:
    return boto3.resource(
        "s3",
        region_name="us-east-1",
        endpoint_url=stack.values["AWS_S3_ENDPOINT_URL"],
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).Bucket(BUCKET)


def assets_of(html: str) -> list[str]:
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
    assert found
    return found


@sites()
def test_the_site_answers_as_soon_as_up_has_returned(stack: LiveStack) -> None:
    assert set(stack.first) == {200}


@sites()
def test_every_container_has_few_rights_and_a_bounded_log(stack: LiveStack) -> None:
    label = f"--filter=label=com.docker.compose.project={stack.name}"
    found = json.loads(docker("inspect", *docker("ps", "--all", "--quiet", label).split()))
    assert len(found) >= 5
    for container in found:
        host = container["HostConfig"]
        assert host["CapDrop"] == ["ALL"], container["Name"]
        assert "no-new-privileges:true" in host["SecurityOpt"], container["Name"]
        assert {"max-size", "max-file"} <= host["LogConfig"]["Config"].keys(), container["Name"]
        if "-web-" in container["Name"] or "-prepare-" in container["Name"]:
            assert host["ReadonlyRootfs"], container["Name"]
            assert not host["CapAdd"], container["Name"]


@sites()
def test_every_response_of_the_application_names_the_release(stack: LiveStack) -> None:
    answers = [
        stack.get(path)
        for path in ("/", "/api/docs/", "/api/schema/", "/api/auth/me/", "/api/none/", "/none/")
        + ("/admin/", "/admin/login/", "/health/live/", "/health/ready/")
    ]
    answers.append(requests.delete(stack.url + "/api/auth/me/", timeout=10))
    answers.append(requests.post(stack.url + "/api/auth/signup/", data="{", timeout=10))
    named = {(a.request.url, a.headers.get("X-Release")) for a in answers}
    assert named == {(a.request.url, stack.environment["RELEASE"]) for a in answers}
    assert {a.status_code for a in answers} >= {200, 302, 401, 404}


@sites()
def test_an_account_is_made_used_and_signed_out(stack: LiveStack) -> None:
    client = Client(stack)
    assert client.sign_up().status_code == 201
    assert client.me().status_code == 401
    assert client.sign_in().status_code == 200
    assert client.me().json()["name"] == client.account["name"]
    renamed = client.send_to("PATCH", "/api/auth/me/", json={"name": "김😀"})
    assert renamed.status_code == 200
    assert client.me().json()["name"] == "김😀"

    stolen = requests.cookies.cookiejar_from_dict(client.cookies.get_dict())
    assert client.sign_out().status_code == 204
    assert client.me().status_code == 401
    client.cookies = stolen
    assert client.me().status_code == 401
    if client.tokens:
        again = client.send_to("POST", "/api/auth/token/refresh/", json={"refresh": client.refresh})
        assert again.status_code == 401


@sites(example_app=True)
def test_a_post_is_read_back_with_its_image(stack: LiveStack) -> None:
    image = png()
    with signed_in(stack) as client:
        post = client.send_to("POST", "/api/posts/", json={"title": "사진 😀", "body": "한글"})
        assert post.status_code == 201, post.text
        address = f"/api/posts/{post.json()['id']}/"
        files = {"image": ("photo.png", image, "image/png")}
        upload = client.send_to("PUT", f"{address}image/", files=files)
        assert upload.status_code == 200, upload.text
    read = stack.get(address).json()
    assert read["title"] == "사진 😀"
    # A bucket's addresses are signed anew each time.
    assert read["image"].partition("?")[0] == upload.json()["image"].partition("?")[0]
    shown = requests.get(read["image"], timeout=10)
    assert shown.headers["Content-Type"] == "image/png"
    with Image.open(BytesIO(shown.content)) as stored, Image.open(BytesIO(image)) as sent:
        assert stored.tobytes() == sent.tobytes()


@sites(media_storage="s3")
def test_an_upload_is_private_and_readable_by_the_address_handed_out(stack: LiveStack) -> None:
    content = os.urandom(1000)
    address = stack.python(
        "from django.core.files.base import ContentFile\n"
        "from django.core.files.storage import default_storage as storage\n"
        f"name = storage.save('사진.bin', ContentFile(bytes.fromhex('{content.hex()}')))",
        "storage.url(name)",
    )
    assert requests.get(address, timeout=10).content == content
    assert requests.get(address.partition("?")[0], timeout=10).status_code == 403
    for item in bucket(stack).objects.all():
        assert [grant["Grantee"]["Type"] for grant in item.Acl().grants] == ["CanonicalUser"]


@sites(media_storage="s3")
def test_at_amazon_an_address_names_the_buckets_own_region(stack: LiveStack) -> None:
    address = stack.python(
        "from django.core.files.storage import default_storage as storage",
        "storage.url(str(1))",
        "AWS_S3_ENDPOINT_URL=",
    )
    assert address.startswith(f"https://{BUCKET}.s3.ap-northeast-2.amazonaws.com/")
    assert "X-Amz-Signature=" in address


@sites()
def test_the_admin_site_takes_a_sign_in_with_its_csrf_token_only(stack: LiveStack) -> None:
    make_admin(stack)
    session = requests.Session()
    page = session.get(stack.url + "/admin/login/", timeout=10).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    given = {"username": ADMIN, "password": PASSWORD, "next": "/admin/"}

    refused = session.post(stack.url + "/admin/login/", data=given, timeout=10)
    assert refused.status_code == 403
    taken = session.post(
        stack.url + "/admin/login/", data={**given, "csrfmiddlewaretoken": token}, timeout=10
    )
    assert taken.status_code == 200
    assert taken.url == stack.url + "/admin/"
    assert 'id="logout-form"' in taken.text


def make_admin(stack: LiveStack) -> None:
    stack.python(
        "from accounts.models import User\n"
        f"if not User.objects.filter(email='{ADMIN}').exists():\n"
        f"    User.objects.create_superuser('{ADMIN}', '{PASSWORD}', name='admin')"
    )


@needs_browser
@sites()
def test_a_browser_shows_docs_and_admin_without_an_error(stack: LiveStack, tmp_path: Path) -> None:
    make_admin(stack)
    for _ in range(8):
        faults = faults_in_a_browser(stack, tmp_path)
        # Chromium drops its connections whenever an interface of this machine comes or goes, as
        # those of other stacks do: nothing that the site could help.
        if not any("ERR_NETWORK_CHANGED" in fault for fault in faults):
            break
    assert faults == []


def faults_in_a_browser(stack: LiveStack, screenshots: Path) -> list[str]:
    """Open the pages, and return what the browser complained of or asked of another site."""
    faults: list[str] = []
    with sync_playwright() as playwright:
        # Root, as in a CI container, has no sandbox to use.
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda r: faults.append(f"failed: {r.url} {r.failure}"))
        page.on("response", lambda r: r.status >= 400 and faults.append(f"{r.status}: {r.url}"))
        page.on(
            "request",
            lambda r: (
                r.url.startswith((f"{stack.url}/", "data:", "blob:"))
                or faults.append(f"foreign: {r.url}")
            ),
        )
        try:
            open_each(page, stack, screenshots)
        except PlaywrightError as error:
            faults.append(str(error))
        browser.close()
    return faults


def open_each(page: Page, stack: LiveStack, screenshots: Path) -> None:
    """Open the pages as a person does, and wait for what only their scripts and styles show."""
    page.goto(stack.url + "/api/docs/")
    page.locator(".opblock").first.wait_for()
    page.locator(".opblock-summary-control").first.click()
    page.locator(".opblock-body").first.wait_for()
    page.screenshot(path=screenshots / "docs.png")
    page.goto(stack.url + "/api/redoc/")
    page.locator("[data-section-id]").first.wait_for()
    page.screenshot(path=screenshots / "redoc.png")
    page.goto(stack.url + "/admin/")
    page.fill("#id_username", ADMIN)
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    page.locator("#user-tools").wait_for()
    page.screenshot(path=screenshots / "admin.png")
    page.goto(stack.url + "/admin/accounts/user/add/")
    page.locator("#user_form").wait_for()
    page.wait_for_load_state("networkidle")


@sites()
def test_a_page_from_before_a_redeployment_still_finds_its_files(stack: LiveStack) -> None:
    page = stack.get("/admin/login/").text
    own = stack.static("accounts/own.css")
    assert stack.get(own).text == BEFORE
    # The release has been live for long when the next one comes; others were long before.
    stack.compose(
        *("run", "--rm", "--no-deps", "--entrypoint=sh", "prepare", "-ec"),
        "cd /srv/static; echo old >ancient.css; touch -d '80 days ago' .copied ancient.css;"
        "find . -type f ! -name .copied ! -name ancient.css -exec touch -d '40 days ago' {} +;"
        "touch -d '45 days ago' .copied",
    )

    (stack.project / OWN_FILE).write_text(AFTER)
    release = stack.environment["RELEASE"] = uuid4().hex[:12]
    stack.up()
    assert set(stack.statuses()) == {200}
    assert stack.get("/health/live/").headers["X-Release"] == release

    assert stack.get(own).text == BEFORE
    assert [a for a in assets_of(page) if stack.get(a).status_code != 200] == []
    assert stack.get("/static/ancient.css").status_code == 404
    new = stack.static("accounts/own.css")
    assert new != own
    answer = stack.get(new)
    assert answer.text == AFTER
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@sites(use_redis=True)
def test_nobody_is_signed_out_and_nothing_is_slow_while_redis_is_stopped(stack: LiveStack) -> None:
    client = signed_in(stack)
    assert client.me().status_code == 200
    stack.compose("stop", "redis")
    try:
        for _ in range(5):
            answer = client.me()
            assert answer.status_code == 200
            assert answer.elapsed.total_seconds() < 1
        started = time.monotonic()
        assert signed_in(stack).me().status_code == 200
        assert time.monotonic() - started < 5
        ready = stack.get("/health/ready/")
        assert ready.status_code == 503
        assert ready.json()["reason"] == "cache"
    finally:
        stack.compose("start", "redis")
    wait_until(lambda: stack.get("/health/ready/").ok, 20, "ready again")
    assert client.me().status_code == 200


@contextmanager
def stopped(container: str) -> Iterator[None]:
    docker("stop", container)
    try:
        yield
    finally:
        docker("start", container)


@pytest.mark.parametrize("outage", [stopped, paused])
@sites(*OUTAGES)
def test_without_its_database_everything_answers_503_within_5_seconds(
    stack: LiveStack, outage: Callable
) -> None:
    client = signed_in(stack)
    own = {"headers": dict(client.headers), "cookies": client.cookies.get_dict()}
    # The API, the admin site, and readiness
    wanted = [
        ("/api/auth/me/", own),
        ("/admin/", {"cookies": {"sessionid": "x" * 32}}),
        ("/health/ready/", {}),
    ]

    def ask(wanted: tuple[str, dict]) -> requests.Response:
        return stack.get(wanted[0], **wanted[1])

    before = docker("inspect", "--format={{.State.StartedAt}}", *web_containers(stack))
    database = stack.database.container
    with ThreadPoolExecutor(len(wanted)) as together:
        # Each thread of a worker gets a connection of its own, and keeps it.
        wait_until(
            lambda: {answer.status_code for answer in together.map(ask, wanted * 8)} == {200, 302},
            *(20, "the site answers in every thread"),
        )
        with outage(database):
            for _ in range(4):
                for answer in together.map(ask, wanted):
                    assert answer.status_code == 503, answer.text
                    assert answer.elapsed.total_seconds() < 5
                    assert answer.headers["Content-Type"] == "application/problem+json"
                    assert answer.json()["status"] == 503
                assert answer.json()["reason"] == "database"
            assert stack.get("/health/live/").status_code == 200
    wait_until(lambda: stack.get("/health/ready/").ok, 30, "ready again")
    assert client.me().status_code == 200
    assert docker("inspect", "--format={{.State.StartedAt}}", *web_containers(stack)) == before


def web_containers(stack: LiveStack) -> list[str]:
    return [container["ID"] for container in stack.containers("web-blue")]


@sites(COVERING[0])
def test_up_brings_new_code_live_after_deployments_and_after_down(stack: LiveStack) -> None:
    client = signed_in(stack)
    # As deploy.sh leaves it: green is live, blue is stopped.
    # Not with --wait: on a busy machine Docker says "unhealthy" of a container that just starts.
    candidate = stack.prepare("green")
    stack.compose("up", "--detach", "--no-deps", "web-green")
    wait_until(
        lambda: stack.containers("web-green")[0]["Health"] == "healthy", 60, "green is healthy"
    )
    stack.switch(candidate)
    stack.compose("stop", "web-blue")
    assert stack.get("/api/docs/").status_code == 200

    release = stack.environment["RELEASE"] = uuid4().hex[:12]
    stack.up()
    assert set(stack.statuses()) == {200}
    assert stack.get("/health/live/").headers["X-Release"] == release

    stack.compose("--profile=green", "down")
    release = stack.environment["RELEASE"] = uuid4().hex[:12]
    stack.up()
    assert set(stack.statuses()) == {200}
    assert stack.get("/health/live/").headers["X-Release"] == release
    assert client.me().status_code == 200


@pytest.mark.xdist_group("prod unfilled")
def test_what_is_not_filled_in_ends_up_and_is_named(tmp_path: Path) -> None:
    choice = next(c for c in COVERING if dict(c)["media_storage"] == "s3")
    stack = ProductionStack(Path(shutil.copytree(render(choice), tmp_path / "project")), choice)
    with removed_afterwards(stack):
        text = (stack.project / ".env.prod").read_text()
        unfilled = re.findall(r"^(\w+)=CHANGE_ME$", text, flags=re.M)
        assert "DATABASE_PASSWORD" in unfilled
        (stack.project / ".env").write_text(text)
        with pytest.raises(AssertionError):
            stack.compose("up", "--build", "--detach")
        logs = stack.logs("prepare")
        assert [name for name in unfilled if name not in logs] == []
        assert not [c for c in stack.containers("web-blue") if c["State"] == "running"]

"""What a browser does with a project in development: Swagger UI, and pages of other origins."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from lab.machine import wait_until
from lab.mail import MailServer, mail_server, part_of
from lab.rendering import Choice, choice_with, render
from lab.servers import development_server

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
EMAIL, PASSWORD = "docs@example.com", "correct-horse-9"
# What a page does through `fetch`, from signing up to signing out; each response's status, and
# whether the page may read its headers.
JOURNEY = """async ([api, usesSession]) => {
  const responses = [];
  let access = "", token = "";

  async function call(method, path, body) {
    const headers = {};
    if (access) headers["Authorization"] = `Bearer ${access}`;
    if (usesSession && method !== "GET") headers["X-CSRFToken"] = token;
    const isForm = body instanceof FormData;
    if (body && !isForm) headers["Content-Type"] = "application/json";
    const response = await fetch(api + path, {
      method,
      headers,
      credentials: usesSession ? "include" : "same-origin",
      body: isForm ? body : body && JSON.stringify(body),
    });
    const readable = response.headers.get("X-Request-ID") !== null;
    responses.push(`${method} ${path.replace(/[0-9]+/, "ID")} ${response.status} ${readable}`);
    return response.status === 204 ? null : response.json();
  }

  async function fetchToken() {
    if (usesSession) token = (await call("GET", "/api/auth/csrf/")).csrf_token;
  }

  const account = {email: `${crypto.randomUUID()}@example.com`, password: "correct-horse-7"};
  await fetchToken();
  await call("POST", "/api/auth/signup/", {...account, name: "Page"});
  if (usesSession) {
    await call("POST", "/api/auth/login/", account);
    await fetchToken();
  } else {
    ({access} = await call("POST", "/api/auth/token/", account));
  }
  await call("PATCH", "/api/auth/me/", {name: "New"});
  const post = await call("POST", "/api/posts/", {title: "t", body: "b", tags: ["x"]});
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  const form = new FormData();
  form.append("image", await new Promise((done) => canvas.toBlob(done)));
  await call("PUT", `/api/posts/${post.id}/image/`, form);
  await call("POST", `/api/posts/${post.id}/like/`);
  await call("DELETE", `/api/posts/${post.id}/image/`);
  await call("DELETE", `/api/posts/${post.id}/`);
  await call("GET", `/api/posts/${post.id}/`);
  await call("POST", "/api/auth/logout/");
  await call("GET", "/api/auth/me/");
  return responses;
}"""
EXPECTED = [
    "POST /api/auth/signup/ 201 true",
    "PATCH /api/auth/me/ 200 true",
    "POST /api/posts/ 201 true",
    "PUT /api/posts/ID/image/ 200 true",
    "POST /api/posts/ID/like/ 200 true",
    "DELETE /api/posts/ID/image/ 204 true",
    "DELETE /api/posts/ID/ 204 true",
    "GET /api/posts/ID/ 404 true",
    "POST /api/auth/logout/ 204 true",
    "GET /api/auth/me/ 401 true",
]
SIGNING_IN = {
    "jwt": ["POST /api/auth/token/ 200 true"],
    "session": ["POST /api/auth/login/ 200 true", *["GET /api/auth/csrf/ 200 true"] * 2],
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("authentication", ["jwt", "session"]),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Root, as in a CI container, has no sandbox to use.
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def copy_of(authentication: str, folder: Path) -> tuple[Path, Choice]:
    choice = choice_with(authentication=authentication)
    return Path(shutil.copytree(render(choice), folder / "project")), choice


@contextmanager
def front_end(host: str) -> Iterator[str]:
    """Serve an empty page on a port that no setting names; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>front end</title>")

        def log_message(self, *arguments: object) -> None:
            pass

    for port in range(5174, 5300):
        try:
            server = ThreadingHTTPServer((host, port), Handler)
            break
        except OSError:
            continue
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("with_env", [True, False], ids=["with .env", "without .env"])
def test_a_page_on_another_port_does_everything(
    browser: Browser, tmp_path: Path, authentication: str, with_env: bool
) -> None:
    project, choice = copy_of(authentication, tmp_path)
    if not with_env:
        (project / ".env").unlink()
    with development_server(project, choice, tmp_path / "server.log") as address:
        for host in ("localhost", "127.0.0.1"):
            with front_end(host) as origin, browser.new_context() as context:
                page = context.new_page()
                page.goto(origin)
                api = address.replace("localhost", host)
                responses = page.evaluate(JOURNEY, [api, authentication == "session"])
                expected = [*EXPECTED, *SIGNING_IN[authentication]]
                assert sorted(responses) == sorted(expected), host


def test_a_page_of_another_site_may_not_call_the_api(
    browser: Browser, tmp_path: Path, authentication: str
) -> None:
    project, choice = copy_of(authentication, tmp_path)
    with (
        development_server(project, choice, tmp_path / "server.log") as address,
        front_end("127.0.0.2") as origin,
        browser.new_context() as context,
    ):
        page = context.new_page()
        page.goto(origin)
        outcome = page.evaluate(
            "(api) => fetch(api).then(() => 'read', (error) => error.message)",
            f"{address}/api/posts/",
        )
    assert outcome == "Failed to fetch"


class SwaggerUI:
    """Swagger UI as a person uses it, who tries operations out."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.tried = page, set()
        page.set_default_timeout(15_000)
        page.goto(f"{address}/api/docs/")
        page.locator(".opblock").first.wait_for()

    def names(self) -> set[str]:
        blocks = self.page.locator(".opblock").all()
        return {re.sub(r"^operations-\w+?-", "", block.get_attribute("id")) for block in blocks}

    def perform(
        self, name: str, status: int, body: str = "", file: bytes = b"", **parameters: str
    ) -> str:
        """Execute an operation, with the prefilled body if none is given; return the response."""
        block = self.page.locator(f".opblock[id$='-{name}']")
        block.locator(".opblock-summary-control").click()
        if not block.locator(".try-out__btn.cancel").count():
            block.locator(".try-out__btn").click()
        for parameter, value in parameters.items():
            block.locator(f"tr[data-param-name={parameter}] input").fill(value)
        if body:
            block.locator("textarea.body-param__text").fill(body)
        if file:
            upload = {"name": "me.png", "mimeType": "image/png", "buffer": file}
            block.locator("input[type=file]").set_input_files(upload)
        if block.locator(".btn-clear").count():
            block.locator(".btn-clear").click()
        block.locator("button.execute").click()
        response = block.locator(".live-responses-table tbody tr").first
        response.locator(".response-col_status").wait_for()
        text = response.inner_text()
        assert text.split()[0] == str(status), f"{name}: {text}"
        # Each open one makes the page slower.
        block.locator(".opblock-summary-control").click()
        self.tried.add(name)
        return text

    def authorize(self, access: str) -> None:
        self.page.locator(".auth-wrapper .authorize").first.click()
        known = self.page.locator(".auth-btn-wrapper button", has_text="Logout")
        if known.count():
            known.click()
        self.page.locator(".auth-container input").fill(access)
        self.page.locator(".auth-btn-wrapper .authorize").click()
        self.page.locator(".auth-btn-wrapper .btn-done").click()

    def write_and_read(self, image: bytes) -> None:
        """Do all that a signed-in user can do with a post and a comment."""
        post = field("id", self.perform("create_post", 201))
        self.perform("list_posts", 200)
        for name in ("get_post", "replace_post", "update_post", "like_post", "unlike_post"):
            self.perform(name, 200, id=post)
        self.perform("upload_post_image", 200, file=image, id=post)
        self.perform("delete_post_image", 204, id=post)
        comment = field("id", self.perform("create_posts_comment", 201, post_id=post))
        self.perform("list_posts_comments", 200, post_id=post)
        for name in ("get_posts_comment", "replace_posts_comment", "update_posts_comment"):
            self.perform(name, 200, post_id=post, id=comment)
        self.perform("delete_posts_comment", 204, post_id=post, id=comment)
        self.perform("delete_post", 204, id=post)
        self.perform("get_me", 200)
        self.perform("update_me", 200)


def field(name: str, text: str) -> str:
    return re.search(rf'"{name}": "?([^",\s]+)', text)[1]


def sign_in(docs: SwaggerUI, authentication: str, password: str = PASSWORD) -> None:
    account = json.dumps({"email": EMAIL, "password": password})
    if authentication == "session":
        docs.perform("get_csrf_token", 200)
        docs.perform("sign_in", 200, account)
        return
    refresh = field("refresh", docs.perform("obtain_token", 200, account))
    pair = docs.perform("refresh_token", 200, json.dumps({"refresh": refresh}))
    docs.authorize(field("access", pair))


def manage_account(docs: SwaggerUI, authentication: str, mails: MailServer) -> None:
    """Change the password, reset it, confirm the address, sign out, and delete the account."""
    passwords = {"current_password": PASSWORD, "new_password": f"{PASSWORD}-2"}
    changed = docs.perform(
        "change_password", 200 if authentication == "jwt" else 204, json.dumps(passwords)
    )
    if authentication == "jwt":
        docs.authorize(field("access", changed))
    email = json.dumps({"email": EMAIL})
    docs.perform("request_confirmation", 204, email)
    docs.perform("confirm_email", 204, json.dumps(values_of_link(mails, 1)))
    docs.perform("get_me", 200)
    docs.perform("request_password_reset", 204, email)
    new = values_of_link(mails, 2) | {"new_password": f"{PASSWORD}-3"}
    docs.perform("reset_password", 204, json.dumps(new))
    sign_in(docs, authentication, f"{PASSWORD}-3")
    docs.perform("sign_out", 204)
    sign_in(docs, authentication, f"{PASSWORD}-3")
    docs.perform("delete_me", 204, json.dumps({"password": f"{PASSWORD}-3"}))


def values_of_link(mails: MailServer, number: int) -> dict[str, str]:
    """Return what the link in the last of so many mails has for the front end."""
    wait_until(lambda: len(mails.mails) == number, 10, "the mail is there")
    link = re.search(r"http://\S+", part_of(mails.mails[-1], "plain"))[0]
    return dict(parse_qsl(urlsplit(link).query))


def test_swagger_ui_does_everything_also_after_a_reload(
    browser: Browser, tmp_path: Path, authentication: str
) -> None:
    file, faults = io.BytesIO(), []
    Image.new("RGB", (9, 9)).save(file, "PNG")
    project, choice = copy_of(authentication, tmp_path)
    with (
        mail_server(tmp_path / "mails") as mails,
        development_server(
            project,
            choice,
            tmp_path / "server.log",
            EMAIL_URL=mails.url,
            FRONTEND_URL="http://localhost:5173",
        ) as address,
        browser.new_context(viewport={"width": 1300, "height": 1600}) as context,
    ):
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        docs = SwaggerUI(page, address)
        account = {"email": EMAIL, "password": PASSWORD, "name": "n"}
        docs.perform("sign_up", 201, json.dumps(account))
        sign_in(docs, authentication)
        docs.write_and_read(file.getvalue())
        page.reload()
        page.locator(".opblock").first.wait_for()
        docs.write_and_read(file.getvalue())
        manage_account(docs, authentication, mails)
        assert docs.tried == docs.names()
    # Among them would be what the Content-Security-Policy blocks.
    assert faults == []

"""Clients that tools generate from a project's OpenAPI schema, as docs/frontend.md says.

They are compiled strictly, and used from sign-up to the deletion of the account.
"""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from lab.environments import environment_of
from lab.machine import run, tool
from lab.mail import PARTS, MailServer, mail_server, part_of
from lab.rendering import TEMPLATE, Choice, choice_with, each_pair, grouped, render
from lab.servers import development_server

pytestmark = pytest.mark.slow

CLIENTS = Path(__file__).with_name("clients")
MODULES = TEMPLATE / "node_modules"
TOOLS = ("openapi-fetch", "orval", "hey-api", "swagger-typescript-api", "openapi-python-client")
FRONT_END = "http://localhost:5173"
CHOICES = [choice_with(), choice_with(docs_language="en", authentication="session")]


def script(package: str) -> Path:
    """Return the command of an npm package, which package-lock.json has locked."""
    return MODULES / ".bin" / package.rpartition("/")[2]


def schema_of(project: Path, choice: Choice) -> str:
    manage = [environment_of(choice), "manage.py"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    return subprocess.run(
        [*manage, "spectacular", "--format=openapi-json"],
        cwd=project,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@dataclass
class FrontEnd:
    """A folder with what the tools generate from `schema.json`, a folder for each of them."""

    folder: Path
    # docs/frontend.md
    guide: str = field(repr=False)

    def run(self, *command: object, folder: str = ".") -> subprocess.CompletedProcess[str]:
        # The tools want the Node.js of the tests, not the machine's.
        path = os.pathsep.join([str(Path(tool("node")).parent), os.environ["PATH"]])
        return run(*command, cwd=self.folder / folder, env={**os.environ, "PATH": path})

    def succeed(self, *command: object, folder: str = ".") -> str:
        done = self.run(*command, folder=folder)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def commands(self) -> dict[str, list[object]]:
        """Return the guide's command for each tool, as locked for the tests."""
        rows = re.findall(r"^\| ([\w-]+).* \| `(npx|uvx) (\S+) (.*)` \|$", self.guide, re.M)
        found: dict[str, list[object]] = {}
        for name, runner, package, arguments in rows:
            program = script(package) if runner == "npx" else tool(package)
            found[name] = [program, *shlex.split(arguments)]
        # It wants zod 3, the others zod 4.
        del found["openapi-zod-client"]
        assert set(found) == set(TOOLS)
        return found

    def with_schema(self, folder: Path, schema: dict, name: str = ".") -> FrontEnd:
        """Return a copy in which one of the tools has another schema."""
        shutil.copytree(self.folder, folder, symlinks=True)
        folder.joinpath(name, "schema.json").write_text(json.dumps(schema), encoding="utf-8")
        return FrontEnd(folder, self.guide)

    def generate(self, schema: str) -> None:
        """Run the guide's commands."""
        self.folder.joinpath("node_modules").symlink_to(MODULES)
        shutil.copy(CLIENTS / "tsconfig.json", self.folder)
        self.folder.joinpath("schema.json").write_text(schema, encoding="utf-8")
        for name, command in self.commands().items():
            self.folder.joinpath(name).mkdir()
            shutil.copy(self.folder / "schema.json", self.folder / name)
            self.succeed(*command, folder=name)

    def add_journeys(self, mode: str, address: str) -> None:
        """Add zod's schemas, what uses the clients, and the guide's own TypeScript."""
        for path in CLIENTS.iterdir():
            stem, *middle, extension = path.name.split(".")
            if stem != "signing":
                shutil.copy(path, self.folder)
            elif middle == [mode]:
                shutil.copy(path, self.folder / f"signing.{extension}")
        config = self.folder.joinpath("openapi-ts.config.mjs").read_text(encoding="utf-8")
        assert re.search(r'\{ name: "zod".*\}', self.guide)[0] in config
        self.succeed(script("openapi-ts"))
        self.succeed(script("orval"))
        snippets = "\n".join(re.findall(r"^```ts\n(.*?)^```", self.guide, re.M | re.S))
        assert "http://localhost:8000" in snippets and "page_size: 50" in snippets
        here = snippets.replace("http://localhost:8000", address)
        several_pages = here.replace("page_size: 50", "page_size: 2")
        self.folder.joinpath("openapi-fetch/src/guide.ts").write_text(several_pages)
        [package] = self.folder.glob("openapi-python-client/*/*/__init__.py")
        self.folder.joinpath(package.parent.name).symlink_to(package.parent)

    def node(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Bundle and run one of the files."""
        bundle = f"{name}.mjs"
        self.succeed(
            *(script("esbuild"), f"{name}.ts", "--bundle", "--format=esm", "--platform=node"),
            *(f"--outfile={bundle}", "--log-level=warning"),
        )
        return self.run("node", bundle, *arguments)


def front_end(folder: Path, project: Path, schema: str) -> FrontEnd:
    folder.mkdir()
    made = FrontEnd(folder, project.joinpath("docs/frontend.md").read_text(encoding="utf-8"))
    made.generate(schema)
    return made


@dataclass
class Site:
    """A project's development server, and the clients of its API."""

    address: str
    clients: FrontEnd
    mails: MailServer
    language: str

    def ask_for_mail(self, path: str, email: str) -> None:
        """Send a request that has a mail sent to this address."""
        browser = requests.Session()
        csrf = browser.get(f"{self.address}/api/auth/csrf/", timeout=30)
        headers = {"X-CSRFToken": csrf.json()["csrf_token"]} if csrf.ok else {}
        url = f"{self.address}/api/auth/{path}/"
        response = browser.post(url, json={"email": email}, headers=headers, timeout=30)
        assert response.status_code == 204, response.text


@pytest.fixture(scope="module", params=grouped("clients", CHOICES))
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("clients")
    project = Path(shutil.copytree(render(request.param), folder / "project"))
    choice = dict(request.param)
    with (
        mail_server(folder / "mails") as mails,
        development_server(
            *(project, request.param, folder / "log"),
            EMAIL_URL=mails.url,
            FRONTEND_URL=FRONT_END,
        ) as address,
    ):
        with urllib.request.urlopen(f"{address}/api/schema/") as response:  # noqa: S310
            schema = response.read().decode()
        clients = front_end(folder / "clients", project, schema)
        clients.add_journeys(choice["authentication"], address)
        yield Site(address, clients, mails, choice["docs_language"])


def test_typescript_compiles_strictly(site: Site) -> None:
    site.clients.succeed(script("tsc"), "--project", ".")


@pytest.mark.parametrize("client", ["openapi-fetch", "orval", "hey-api"])
def test_a_typescript_client_does_everything(site: Site, client: str) -> None:
    done = site.clients.node("journey", site.address, client, str(site.mails.folder))

    assert done.returncode == 0, done.stdout
    assert re.search("^[0-9]+ responses are valid", done.stdout, re.M), done.stdout


def test_the_python_client_does_everything(site: Site) -> None:
    site.clients.succeed(tool("mypy"), "--strict", "journey.py")
    site.clients.succeed(tool("python"), "journey.py", site.address, site.mails.folder)


def test_the_python_client_can_be_installed(site: Site, tmp_path: Path) -> None:
    [project] = site.clients.folder.glob("openapi-python-client/*/pyproject.toml")

    site.clients.succeed(tool("uv"), "build", "--wheel", f"--out-dir={tmp_path}", project.parent)


def test_what_the_guide_shows_works(site: Site) -> None:
    done = site.clients.node("walkthrough", site.address, str(site.mails.folder))

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "recipient", "page"),
    [
        ("password/reset", "user1@example.com", "/password/reset/?uid="),
        ("email/confirmation", "user2@example.com", "/email/confirm/?token="),
    ],
)
def test_mails_are_text_and_html_in_the_language_of_the_project(
    site: Site, path: str, recipient: str, page: str
) -> None:
    site.ask_for_mail(path, recipient)
    mail = site.mails.wait_for_mail(recipient)

    texts = {"subject": mail["Subject"], **{kind: part_of(mail, kind) for kind in PARTS}}
    is_korean = {name: bool(re.search("[가-힣]", text)) for name, text in texts.items()}
    assert set(is_korean.values()) == {site.language == "ko"}, texts
    assert f'<html lang="{site.language}">' in texts["html"]
    link = re.search(r"^http\S+$", texts["plain"], re.M)[0]
    assert link.startswith(FRONT_END + page)
    assert f'href="{html.escape(link)}"' in texts["html"]


def test_a_response_that_is_not_as_documented_is_noticed(site: Site, tmp_path: Path) -> None:
    wrong = json.loads(site.clients.folder.joinpath("schema.json").read_text())
    wrong["components"]["schemas"]["Post"]["properties"]["like_count"] = {"type": "string"}
    copy = site.clients.with_schema(tmp_path / "copy", wrong)
    copy.succeed(script("orval"))

    done = copy.node("journey", site.address, "orval", str(site.mails.folder))

    assert done.returncode != 0
    assert "orval: POST /api/posts/ 201" in done.stdout, done.stdout


APPS = [choice_with(authentication=mode, example_app=False) for mode in ("jwt", "session")]


@pytest.mark.parametrize("choice", grouped("clients of an app", APPS))
def test_clients_of_a_new_app_compile(
    project_copy: Callable, tmp_path: Path, choice: Choice
) -> None:
    project = project_copy(choice)
    for command in (
        ["startapp", "reviews"],
        ["startapp", "study_groups", "--model", "Circle"],
        ["startapp", "categories", "--no-owner"],
    ):
        done = run(environment_of(choice), "manage.py", *command, cwd=project)
        assert done.returncode == 0, done.stdout
    schema = schema_of(project, choice)
    clients = front_end(tmp_path / "clients", project, schema)

    assert "/api/study-groups/{id}/" in schema
    clients.succeed(script("tsc"), "--project", ".")
    clients.succeed(
        tool("mypy"), "--strict", *clients.folder.glob("openapi-python-client/*/*_client")
    )


def test_a_client_that_does_not_compile_is_noticed(site: Site, tmp_path: Path) -> None:
    wrong = json.loads(site.clients.folder.joinpath("schema.json").read_text())
    for operation in wrong["paths"]["/api/posts/{id}/"].values():
        operation["parameters"][0]["schema"] = {"type": "string"}
    copy = site.clients.with_schema(tmp_path / "copy", wrong, "orval")
    copy.succeed(*copy.commands()["orval"], folder="orval")

    done = copy.run(script("tsc"), "--project", ".")

    assert "client.orval.ts" in done.stdout, done.stdout


# Linters of the schema itself


def lint(folder: Path, schema: str) -> dict[str, subprocess.CompletedProcess[str]]:
    """Return what Redocly and Spectral say; warnings are no failure."""
    clients = FrontEnd(folder, "")
    folder.joinpath("schema.json").write_text(schema, encoding="utf-8")
    redocly, spectral = CLIENTS / "redocly.yaml", CLIENTS / "spectral.yml"
    return {
        "redocly": clients.run(script("redocly"), "lint", "schema.json", f"--config={redocly}"),
        "spectral": clients.run(script("spectral"), "lint", "schema.json", f"--ruleset={spectral}"),
    }


@each_pair
def test_linters_find_no_error_in_the_schema(tmp_path: Path, choice: Choice) -> None:
    for done in lint(tmp_path, schema_of(render(choice), choice)).values():
        assert done.returncode == 0, done.stdout


def test_linters_find_a_wrong_schema(tmp_path: Path) -> None:
    schema = json.loads(schema_of(render(), ()))
    schema["paths"]["/api/posts/"]["get"]["operationId"] = "create_post"

    for done in lint(tmp_path, json.dumps(schema)).values():
        assert "operation-operationId-unique" in done.stdout
        assert done.returncode == 1

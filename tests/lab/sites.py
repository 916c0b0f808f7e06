"""A team's site: its source, its host, its database server apart, its repository's secrets.

`push()` does what a push does: it runs the job `deploy` of the project's own workflow.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from lab.engine import LABEL, docker, removed_afterwards
from lab.hosts import Host
from lab.load import Load, Request, under_load
from lab.machine import run
from lab.messages import Messages
from lab.rendering import Choice, render
from lab.stacks import database_server, filled_in
from lab.workflows import Outcome, Runner

# Each printable character of ASCII.
DATABASE_PASSWORD = "".join(map(chr, range(33, 127))) + " ~"
DATABASE_HOST = "database.example.com"
# As large as the smallest disk that EC2 offers for Ubuntu, and in memory.
DISK = ("--tmpfs=/var/lib/docker:size=8g,exec,dev,suid",)
APP = "/home/ubuntu/srv/app"
CLIENTS = 50


class Site(Host):
    """A host, bare or with an engine, and everything that a push to it needs."""

    def __init__(self, choice: Choice, folder: Path, values: dict | None = None, **host) -> None:
        super().__init__(options=DISK, **host)
        self.folder = folder
        self.choice = choice
        self.source = Path(shutil.copytree(render(choice), folder / "source"))
        self.messages = Messages(self.source)
        self.number = itertools.count(1)
        self.releases: list[str] = []
        self.database = database_server(dict(choice)["database"])
        self.attach(self.database.container, DATABASE_HOST)
        self.database_name = f"site{uuid.uuid4().hex[:8]}"
        self.database.add_user(self.database_name, DATABASE_PASSWORD)
        self.database.create(self.database_name, owner=self.database_name)
        self.values = {
            "ALLOWED_HOSTS": self.address,
            "DATABASE_HOST": DATABASE_HOST,
            "DATABASE_NAME": self.database_name,
            "DATABASE_USER": self.database_name,
            "DATABASE_PASSWORD": DATABASE_PASSWORD,
            "AWS_STORAGE_BUCKET_NAME": "uploads",
            **(values or {}),
        }
        key = make_key(folder / "key")
        self.let_in("ubuntu", folder / "key")
        self.secrets = {
            "ENV_VARS": filled_in(self.source, self.values),
            "HOST": self.address,
            "KEY": key,
            "KNOWN_HOSTS": self.known_hosts(),
        }

    def new_release(self) -> str:
        """Change the source as a commit does, in one line of code; return the commit."""
        release = f"{next(self.number):04}{uuid.uuid4().hex}{uuid.uuid4().hex}"[:40]
        urls = self.source / "config/urls.py"
        lines = [line for line in urls.read_text().splitlines() if not line.startswith("# Commit")]
        urls.write_text("\n".join([*lines, f"# Commit {release}"]) + "\n")
        return release

    def speak(self, language: str) -> None:
        """Have the texts of deploy.sh and preflight in a language, in the source and here."""
        project = render(tuple({**dict(self.choice), "docs_language": language}.items()))
        texts = [project / "deploy/messages.sh", *(project / "operations").rglob("*messages.py")]
        for text in (file.relative_to(project) for file in texts):
            shutil.copy(project / text, self.source / text)
            self.run("tee", f"{APP}/{text}", input=(project / text).read_text())

    def in_nginx(self, script: str) -> str:
        """Run a script where nginx's configurations are."""
        command = ["docker", "exec", "--workdir=/srv/nginx", "ceos-api-prod-nginx-1"]
        return self.run(*command, "sh", "-c", script)

    def served(self) -> list[str]:
        """Return the releases that have been live, the latest first."""
        words = self.in_nginx("ls -t blue-*/served green-*/served || true").split()
        folders = [word.removesuffix("/served") for word in words if word.endswith("/served")]
        return [folder.partition("-")[2].rpartition("-")[0] for folder in folders]

    def runner(self, release: str, **secrets: str) -> Runner:
        folder = self.folder / f"runner-{uuid.uuid4().hex[:8]}"
        return Runner(self.source, folder, {**self.secrets, **secrets}, release=release)

    def push(self, release: str = "", **secrets: str) -> Outcome:
        """Deploy the source as it is, under a new commit if none is given."""
        release = release or self.new_release()
        outcome = self.runner(release, **secrets).run("deploy")
        if not outcome.failed:
            self.releases.append(release)
        return outcome

    def push_well(self, release: str = "") -> str:
        """Push and expect the release to go live; return it."""
        outcome = self.push(release)
        assert not outcome.failed, outcome.output
        assert self.release() == self.releases[-1], outcome.output
        return self.releases[-1]

    def deploy_sh(self, *arguments: str) -> tuple[int, str]:
        """Run deploy.sh on the host, as its user; return its exit code and what it told."""
        command = ["docker", "exec", "--user=ubuntu", "--env=HOME=/home/ubuntu", f"--workdir={APP}"]
        done = run(*command, self.name, "bash", "deploy/deploy.sh", *arguments)
        return done.returncode, done.stdout

    def change(self, files: dict[str, str]) -> None:
        """Add these texts to the end of these files of the source."""
        for path, text in files.items():
            with (self.source / path).open("a", encoding="utf-8") as file:
                file.write(text)

    @contextmanager
    def changed(self, files: dict[str, str]) -> Iterator[None]:
        """Have these texts at the end of these files of the source for a while."""
        paths = [self.source / path for path in files]
        before = {path: path.read_bytes() if path.exists() else None for path in paths}
        self.change(files)
        try:
            yield
        finally:
            for path, content in before.items():
                if content is None:
                    path.unlink()
                else:
                    path.write_bytes(content)

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def release(self) -> str:
        """Return the release that answers; empty: none does."""
        try:
            response = requests.get(f"{self.url}/health/ready/", timeout=10)
        except requests.ConnectionError:
            return ""
        return response.headers.get("X-Release", "")

    def token(self) -> str:
        """Return what a user signs writes with; it is good for a quarter of an hour."""
        user = {"email": "load@example.com", "name": "Load", "password": "tall-river-42"}
        requests.post(f"{self.url}/api/auth/signup/", json=user, timeout=30)
        answer = requests.post(f"{self.url}/api/auth/token/", json=user, timeout=30)
        return answer.json()["access"]

    def wanted(self) -> list[Request]:
        """Return what clients ask for: mostly reading, now and then writing, each post another."""
        authorized = (("Authorization", f"Bearer {self.token()}"),)
        page = requests.get(f"{self.url}/api/docs/", timeout=30).text
        icon = re.search(r'href="(/static/[^"]+\.png)"', page)[1]

        def post() -> dict:
            return {"title": f"Load {uuid.uuid4().hex}", "body": "once"}

        write = Request("POST", "/api/posts/", 201, post, authorized)
        light = [Request("GET", icon), Request("GET", "/health/live/"), Request("GET", icon)]
        heavy = [Request("GET", "/health/ready/"), Request("GET", "/api/posts/?page_size=3")]
        return [write, *light, heavy[0], *light, heavy[1], *light]

    @contextmanager
    def no_request_lost(self, pause: float = 1) -> Iterator[Load]:
        """Clients ask all the while, before and after too, and each is answered as it should be."""
        with under_load(self.address, self.wanted(), clients=CLIENTS, pause=pause) as load:
            load.wait_for(CLIENTS)
            yield load
            load.wait_for(CLIENTS)
        assert not load.failures, load.failures[:10]

    def logs(self) -> str:
        return self.shell(f"cat {APP}/.deploy/deploy.log", check=False)

    def remove(self) -> None:
        super().remove()
        self.database.drop(self.database_name)


def make_key(file: Path) -> str:
    """Make a pair of keys, the public one next to the file; return the private one."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    return file.read_text()


@contextmanager
def live_site(choice: Choice, folder: Path) -> Iterator[Site]:
    """A site with an engine and a first release, until the block ends."""
    site = Site(choice, folder)
    with removed_afterwards(site):
        site.push_well()
        yield site


def certbot_that_trusts(authority: Path) -> str:
    """Return the name of a certbot image for which ca.pem in the folder is an authority."""
    name = f"{LABEL}-certbot-{uuid.uuid4().hex[:8]}"
    dockerfile = "FROM certbot/certbot:latest\nCOPY ca.pem /\nENV REQUESTS_CA_BUNDLE=/ca.pem\n"
    (authority / "Dockerfile").write_text(dockerfile)
    docker("build", "--quiet", f"--label={LABEL}", f"--tag={name}", str(authority))
    return name

"""Compose stacks of rendered projects, in real containers, each apart from all others.

Every stack has a Compose project of its own, and publishes free ports on a loopback address of its
own, so that any number can run side by side. Production stacks get a database outside of them, as
RDS is: one server for each kind and test process, one database in it for each stack.
"""

from __future__ import annotations

import functools
import json
import os
import re
import secrets
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import yaml

from lab.engine import LABEL, docker
from lab.machine import free_port, wait_until
from lab.rendering import Choice

# Any printable character may stand in a password.
DATABASE_PASSWORD = "pass $word #1 \"quoted\" 'too' \\ %s"
# As Compose runs the application.
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
# The fixture is in tests/conftest.py.
needs_engine = pytest.mark.usefixtures("engine")


def loopback_address() -> str:
    """Return an address that no other stack uses: one of millions, whoever else runs tests here."""
    return ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])


def build_image(project: Path, release: str = "manual") -> tuple[str, str]:
    """Build a project's production image; return its name, and what the build printed."""
    name = f"{LABEL}-app:{uuid.uuid4().hex[:8]}"
    output = docker(
        *("build", "--target=prod", "--progress=plain", f"--tag={name}", f"--label={LABEL}"),
        *(f"--build-arg=RELEASE={release}", "."),
        cwd=project,
    )
    return name, output


def gateway_of(network: str) -> str:
    """Return this machine's address in a network."""
    gateway = "{{(index .IPAM.Config 0).Gateway}}"
    return docker("network", "inspect", f"--format={gateway}", network).strip()


class Instead(list):
    """A list that replaces the one in the project's Compose file, where others are joined."""


class Dumper(yaml.SafeDumper):
    pass


Dumper.add_representer(
    Instead, lambda dumper, value: dumper.represent_sequence("!override", list(value))
)


class Stack:
    """One Compose project: `compose()` runs any command of docker compose on it."""

    def __init__(self, project: Path, file: str, override: dict, environment: dict) -> None:
        self.project = project
        self.name = f"{LABEL}-{uuid.uuid4().hex[:8]}"
        self.file = file
        self.environment = {"COMPOSE_PROJECT_NAME": self.name, **environment}
        # Beside the project, not in it: nothing is added to what a team has.
        self.override = project.parent / f"{self.name}.yml"
        self.change(override)

    def change(self, override: dict) -> None:
        """Set what the tests add to the project's Compose file."""
        self.override.write_text(yaml.dump(override, Dumper=Dumper), encoding="utf-8")

    def compose(self, *arguments: str, check: bool = True, **environment: str) -> str:
        """Run `docker compose …` in the project's folder and return what it printed."""
        return docker(
            "compose",
            *("--file", self.file, "--file", str(self.override)),
            *arguments,
            check=check,
            cwd=self.project,
            env={**os.environ, **self.environment, **environment},
        )

    def up(self, *arguments: str, **environment: str) -> str:
        try:
            return self.compose("up", "--build", "--detach", *arguments, **environment)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.logs()}") from None

    def logs(self, *services: str) -> str:
        return self.compose("logs", "--no-color", *services, check=False)

    def exec(self, service: str, *command: str, check: bool = True) -> str:
        return self.compose("exec", "--no-TTY", service, *command, check=check)

    def containers(self, service: str | None = None) -> list[dict]:
        """Return what `docker compose ps --all` knows of the stack's containers."""
        chosen = [service] if service else []
        lines = self.compose("--profile=*", "ps", "--all", "--format", "json", *chosen).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def running(self) -> set[str]:
        return {c["Name"] for c in self.containers() if c["State"] == "running"}

    def remove(self) -> None:
        """Remove the stack's containers, volumes, network and the images built for it."""
        self.compose(
            "--profile=*", "down", "--volumes", "--remove-orphans", "--timeout=2", check=False
        )
        images = docker("images", "--quiet", f"--filter=label={LABEL}={self.name}").split()
        if images:
            docker("rmi", "--force", *set(images), check=False)


class DevelopmentStack(Stack):
    """What `docker compose up` starts; its ports are moved as a student would move them."""

    def __init__(self, project: Path) -> None:
        ports = {"WEB_PORT": str(free_port()), "DATABASE_PORT": str(free_port())}
        super().__init__(project, "docker-compose.yml", {}, ports)
        labels = {"build": {"labels": [f"{LABEL}={self.name}"]}}
        self.change({"services": {"web": labels}})
        self.url = f"http://127.0.0.1:{ports['WEB_PORT']}"


def filled_in(project: Path, values: dict[str, str]) -> str:
    """Return .env.prod as a team fills it in; keys that the project does not have stay out."""
    text = (project / ".env.prod").read_text(encoding="utf-8")
    for key, value in values.items():
        text = re.sub(rf"^{key}=.*$", lambda _, k=key, v=value: f"{k}={v}", text, flags=re.M)
    return text


def write_env(project: Path, text: str) -> None:
    file = project / ".env"
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


class ProductionStack(Stack):
    """What `docker compose -f docker-compose.prod.yml up` starts, with a database outside of it.

    `values` go into the project's .env, made from its .env.prod; `services` are added to the
    Compose file's. The site answers at `self.url`, for the host `self.address`; `self.http` and
    `self.https` are where its ports 80 and 443 are published.
    """

    def __init__(
        self,
        project: Path,
        choice: Choice,
        values: dict | None = None,
        services: dict | None = None,
        database: DatabaseServer | None = None,
    ) -> None:
        super().__init__(project, "docker-compose.prod.yml", {}, {"RELEASE": uuid.uuid4().hex[:12]})
        self.address = loopback_address()
        self.http, self.https = (f"{self.address}:{free_port(self.address)}" for _ in range(2))
        self.url = f"http://{self.http}"
        self.network = self.name
        self.services = services or {}
        self.change(self.additions())
        self.database = database or database_server(dict(choice)["database"])
        docker("network", "create", f"--label={LABEL}", self.network)
        docker("network", "connect", "--alias=database", self.network, self.database.container)
        self.database.create(self.name)
        self.values = {
            "ALLOWED_HOSTS": self.address,
            "DATABASE_HOST": "database",
            "DATABASE_NAME": self.name,
            "DATABASE_USER": "service",
            "DATABASE_PASSWORD": DATABASE_PASSWORD,
            "AWS_STORAGE_BUCKET_NAME": "uploads",
            **(values or {}),
        }
        self.write_env()

    def get(self, path: str, **options) -> requests.Response:
        return requests.get(self.url + path, timeout=40, allow_redirects=False, **options)

    def additions(self) -> dict:
        """Return what differs from a team's host: address, network, labels to clean up by."""
        nginx = {"ports": Instead([f"{self.http}:80", f"{self.https}:443"])}
        services = {"nginx": nginx}
        for name in ("prepare", "web-blue", "web-green"):
            services[name] = {"build": {"labels": [f"{LABEL}={self.name}"]}}
        for name, service in self.services.items():
            services[name] = {**services.get(name, {}), **service}
        return {
            "services": services,
            "networks": {"default": {"name": self.network, "external": True}},
        }

    def prepare(self, colour: str) -> str:
        """Do what a release needs before it starts in a colour; return nginx's candidate."""
        run = ("run", "--rm", "--no-deps", "--no-TTY", "prepare", "python", "manage.py", "prepare")
        return self.compose(*run, colour).splitlines()[-1]

    def switch(self, candidate: str, check: bool = True) -> str:
        return self.exec("nginx", "bash", f"/srv/nginx/{candidate}/switch.sh", check=check)

    def current(self) -> str:
        return self.exec("nginx", "readlink", "/srv/nginx/current").splitlines()[-1]

    def write_env(self) -> None:
        write_env(self.project, filled_in(self.project, self.values))

    def remove(self) -> None:
        super().remove()
        docker("network", "disconnect", "--force", self.network, self.database.container)
        docker("network", "rm", self.network, check=False)
        self.database.drop(self.name)


class DatabaseServer:
    """A database server that is no part of any stack, as RDS is; its user is named `service`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        key, image = {
            "mysql": ("MYSQL_ROOT_PASSWORD", "mysql:9.7"),
            "postgresql": ("POSTGRES_PASSWORD", "postgres:18"),
        }[kind]
        options = ["--detach", f"--label={LABEL}", f"--env={key}=root"]
        self.container = docker("run", *options, image).strip()
        wait_until(lambda: self.query("SELECT 1", check=False), 120, f"{image} answers")
        self.add_user("service", DATABASE_PASSWORD)

    def add_user(self, name: str, password: str) -> None:
        password = password.replace("'", "''")
        if self.kind == "mysql":
            password = password.replace("\\", "\\\\")
            self.query(f"CREATE USER `{name}` IDENTIFIED BY '{password}'")
        else:
            self.query(f"CREATE USER \"{name}\" PASSWORD '{password}'")

    def query(self, sql: str, database: str = "", check: bool = True) -> str:
        """Run SQL as the server's administrator, over TCP."""
        done = subprocess.run(
            self.client(sql, database), capture_output=True, text=True, timeout=60
        )
        if check and done.returncode:
            raise AssertionError(f"{sql}: {done.stderr}")
        return done.stdout if done.returncode == 0 else ""

    def client(self, sql: str, database: str) -> list[str]:
        client = {
            "mysql": ["mysql", "-h127.0.0.1", "-uroot", f"-D{database}", "-Ne"],
            "postgresql": ["psql", "-h127.0.0.1", "-Upostgres", f"-d{database}", "-Atc"],
        }[self.kind]
        client = [argument for argument in client if argument not in ("-D", "-d")]
        environment = ["--env=MYSQL_PWD=root", "--env=PGPASSWORD=root"]
        return ["docker", "exec", *environment, self.container, *client, sql]

    @contextmanager
    def transaction(self, sql: str, database: str) -> Iterator[None]:
        """Keep a transaction open that has run this SQL, as a forgotten client does."""
        waiting, sessions, end = {
            "mysql": (
                "SELECT SLEEP(600)",
                "SELECT id FROM information_schema.processlist WHERE info = '{}'",
                "KILL {}",
            ),
            "postgresql": (
                "SELECT pg_sleep(600)",
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'BEGIN;%{}'",
                "SELECT pg_terminate_backend({})",
            ),
        }[self.kind]
        find = sessions.format(waiting)
        with subprocess.Popen(self.client(f"BEGIN; {sql}; {waiting}", database)):
            try:
                (session,) = wait_until(lambda: self.query(find).split(), 20, "the transaction")
                yield
            finally:
                self.query(end.format(session))

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.container, check=False)

    def create(self, name: str, owner: str = "service") -> None:
        if self.kind == "mysql":
            self.query(f"CREATE DATABASE `{name}`; GRANT ALL ON `{name}`.* TO `{owner}`")
        else:
            self.query(f'CREATE DATABASE "{name}" OWNER "{owner}"')

    def drop(self, name: str) -> None:
        if self.kind == "mysql":
            self.query(f"DROP DATABASE IF EXISTS `{name}`")
        else:
            self.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@functools.cache
def database_server(kind: str) -> DatabaseServer:
    """Return this test process's server of a kind, started when it is first asked for."""
    return DatabaseServer(kind)

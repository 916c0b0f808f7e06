"""connect.sh on a laptop, against real hosts: what it tells apart, and what GitHub is given.

The laptop has no more commands than the script may use; `gh` is one that notes down what it gets.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from lab.engine import docker, paused
from lab.hosts import Host
from lab.machine import wait_until
from lab.messages import Messages
from lab.rendering import SWITCHES, render
from lab.stacks import needs_engine

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("connect")]

LANGUAGES = SWITCHES["docs_language"]
# All that a laptop needs to have; git and gh are not among it.
COMMANDS = """
    bash ssh ssh-keyscan ssh-keygen awk cat dirname grep head mktemp rm sed tail tr
"""
GH = """#!/bin/sh
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >>"$GH_NOTES/command lines"
pwd >"$GH_NOTES/folder"
if [ "$3" = "$GH_REFUSES" ]; then
    echo "HTTP 403: Resource not accessible" >&2
    exit 1
fi
cat >"$GH_NOTES/$3"
"""
SECRETS = {"HOST", "REMOTE_USER", "KEY", "KNOWN_HOSTS", "ENV_VARS"}
PASSWORD = "sentinel-password"
ENV = f"ALLOWED_HOSTS=%s\nDATABASE_PASSWORD={PASSWORD} $HOME 'x\nDOMAIN_NAME=\n"


class Result(NamedTuple):
    code: int
    output: str

    def end(self) -> str:
        return "\n".join(self.output.splitlines()[-4:])


class Laptop:
    """A folder with a home, a project and a few commands.

    `run()` runs the project's connect.sh from the folder with the keys.
    """

    def __init__(self, folder: Path, keys: Path, language: str) -> None:
        self.keys = keys
        self.project = shutil.copytree(render((("docs_language", language),)), folder / "project")
        self.messages = Messages(self.project)
        self.home, self.temporary, self.commands, self.notes = (
            folder / name for name in ("home", "temporary", "commands", "notes")
        )
        for new in (self.home, self.temporary, self.commands, self.notes):
            new.mkdir()
        for command in COMMANDS.split():
            (self.commands / command).symlink_to(shutil.which(command))
        script = self.project / "deploy" / "connect.sh"
        text = script.read_text(encoding="utf-8")
        assert "SECONDS_TO_ANSWER=8" in text
        script.write_text(
            text.replace("SECONDS_TO_ANSWER=8", "SECONDS_TO_ANSWER=4"), encoding="utf-8"
        )

    def install_gh(self) -> None:
        (self.commands / "gh").write_text(GH)
        (self.commands / "gh").chmod(0o755)

    def fill_in_env(self, host: str) -> None:
        (self.project / ".env.prod").write_text(ENV % host)

    def command(self, *arguments: object, **environment: str) -> dict:
        return {
            "args": ["bash", self.project / "deploy" / "connect.sh", *map(str, arguments)],
            "cwd": self.keys,
            "env": {
                "HOME": str(self.home),
                "PATH": str(self.commands),
                "TMPDIR": str(self.temporary),
                "LANG": "C.UTF-8",
                "GH_NOTES": str(self.notes),
                **environment,
            },
        }

    def run(self, *arguments: object, **environment: str) -> Result:
        done = subprocess.run(
            **self.command(*arguments, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
        return self.examined(done.returncode, done.stdout.decode())

    def run_in_terminal(
        self, answer: str, *arguments: object, before: Callable = lambda: None
    ) -> Result:
        """Type the answer when the script asks, and do something before."""
        import pty  # Windows has none.

        own, theirs = pty.openpty()
        process = subprocess.Popen(
            **self.command(*arguments), stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        output = b""
        try:
            while chunk := os.read(own, 4096):
                output += chunk
                if answer and b"(yes / no" in output:
                    before()
                    os.write(own, f"{answer}\n".encode())
                    answer = ""
        except OSError:
            pass  # This is how a terminal ends.
        finally:
            os.close(own)
        return self.examined(process.wait(60), output.decode().replace("\r\n", "\n"))

    def examined(self, code: int, output: str) -> Result:
        """What holds of every run: no secret is told, and nothing is left behind."""
        print(output)
        self.assert_without_secrets(output)
        assert "unbound variable" not in output
        assert list(self.temporary.iterdir()) == []
        return Result(code, output)

    def assert_without_secrets(self, text: str) -> None:
        for key in self.keys.iterdir():
            if not key.name.endswith(".pub"):
                assert not [line for line in key.read_text().splitlines()[1:-1] if line in text]
        assert PASSWORD not in text

    def noted(self) -> dict[str, str]:
        """What gh was given: names and values."""
        names = [file.name for file in self.notes.iterdir() if file.name.isupper()]
        return {name: (self.notes / name).read_text() for name in names}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys: `team` opens ubuntu's door, `debian` that of admin, `other` none."""
    folder = tmp_path_factory.mktemp("keys")
    options = {
        "team": ["-t", "rsa", "-m", "PEM"],
        "debian": ["-t", "ed25519"],
        "other": ["-t", "ed25519"],
        "locked": ["-t", "ed25519"],
    }
    for name, kind in options.items():
        passphrase = "long enough" if name == "locked" else ""
        command = ["ssh-keygen", "-q", *kind, "-N", passphrase, "-f", folder / name]
        subprocess.run(command, check=True)
    whole = (folder / "team").read_text()
    for name, text in {"cut": whole[:500], "putty": "PuTTY-User-Key-File-3: ssh-rsa\n"}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    shutil.copy(folder / "team", folder / "my 'open' key.pem")
    (folder / "my 'open' key.pem").chmod(0o644)
    return folder


@pytest.fixture(scope="module")
def server(keys: Path) -> Iterator[Host]:
    server = Host(with_engine=False, images=())
    try:
        server.shell(
            "useradd --create-home --shell /bin/bash admin; "
            "echo 'admin ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/admin"
        )
        server.let_in("ubuntu", keys / "team")
        server.let_in("admin", keys / "debian")
        # As EC2's images have it.
        refusal = 'echo Please login as the user \\"ubuntu\\" rather than the user \\"root\\".'
        server.let_in("root", keys / "team", f'command="{refusal};exit 142" ')
        yield server
    finally:
        server.remove()


@pytest.fixture
def laptop(request: pytest.FixtureRequest, tmp_path: Path, keys: Path) -> Laptop:
    return Laptop(tmp_path / "laptop", keys, getattr(request, "param", LANGUAGES[0]))


in_both_languages = pytest.mark.parametrize("laptop", LANGUAGES, indirect=True)


@pytest.fixture
def changed(server: Host) -> Iterator[Callable]:
    """Return a function that changes something on the host, and know how to undo it."""
    undo: list[str] = []

    def change(command: str, back: str) -> None:
        undo.append(back)
        server.shell(command)

    yield change
    for back in reversed(undo):
        server.shell(back)
    wait_until(server.shows_its_key, 10, "sshd is as before")


@in_both_languages
@pytest.mark.parametrize(
    ("arguments", "code", "name", "value"),
    [
        ([], 2, "CONNECT_HELP", ""),
        (["192.0.2.1"], 2, "CONNECT_HELP", ""),
        (["192.0.2.1", "team", "more"], 2, "CONNECT_HELP", ""),
        (["192.0.2.1", "team", "--user"], 2, "CONNECT_HELP", ""),
        (["--yes", "192.0.2.1", "team"], 2, "CONNECT_HELP", ""),
        (["--user", "-oProxyCommand=x", "192.0.2.1", "team"], 2, "CONNECT_HELP", ""),
        (["-oProxyCommand=x", "team"], 2, "CONNECT_HELP", ""),
        (["https://192.0.2.1/", "team"], 1, "BAD_HOST", "https://192.0.2.1/"),
        (["192.0.2.1:22", "team"], 1, "BAD_HOST", "192.0.2.1:22"),
        (["ubuntu@192.0.2.1", "team"], 1, "BAD_HOST", "ubuntu@192.0.2.1"),
        (["192.0.2.1", "nothing"], 1, "NO_SUCH_KEY", "nothing"),
    ],
    ids=lambda value: " ".join(value) or "none" if isinstance(value, list) else "",
)
def test_arguments_are_refused_with_the_way_out(laptop, keys, arguments, code, name, value):
    given = [keys / argument if (keys / argument).exists() else argument for argument in arguments]
    result = laptop.run(*given)
    assert result.code == code
    assert laptop.messages[name] in result.output
    assert value in result.output


@in_both_languages
@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("team.pub", "PUBLIC KEY"),
        ("putty", "PuTTY"),
        ("cut", "Load key"),
        ("locked", "passphrase"),
        ("my 'open' key.pem", "UNPROTECTED PRIVATE KEY"),
    ],
)
def test_a_file_that_is_no_usable_key_is_reported(laptop, keys, key, part):
    result = laptop.run("192.0.2.1", keys / key)
    assert result.code == 1
    assert laptop.messages.ssh_cause(part) in result.end()
    assert laptop.messages["FETCHING_HOST_KEYS"] not in result.output


def test_a_key_file_is_found_from_where_the_command_is_run(laptop):
    result = laptop.run("192.0.2.1", "locked")
    assert laptop.messages.ssh_cause("passphrase") in result.end()


@in_both_languages
def test_help_needs_nothing_else(laptop):
    result = laptop.run("--help")
    assert result.code == 0
    assert result.output.strip() == laptop.messages["CONNECT_HELP"]


DROP = "iptables -A INPUT -p tcp --dport 22 -j DROP"
REFUSE = "iptables -A INPUT -p tcp --dport 22 -j REJECT --reject-with tcp-reset"
NO_ROUTE = "iptables -A INPUT -p tcp --dport 22 -j REJECT --reject-with icmp-host-unreachable"
NO_WALL = "iptables -F INPUT"


@in_both_languages
@pytest.mark.parametrize(
    ("change", "back", "name"),
    [
        ("mv /etc/sudoers.d/ubuntu /tmp", "mv /tmp/ubuntu /etc/sudoers.d", "CANNOT_INSTALL"),
        ("mv /usr/bin/apt-get /tmp", "mv /tmp/apt-get /usr/bin", "CANNOT_INSTALL"),
    ],
    ids=["sudo", "other system"],
)
def test_what_a_host_lacks_is_reported(server, laptop, keys, changed, change, back, name):
    fingerprint = server.fingerprint()
    changed(change, back)
    result = laptop.run("--fingerprint", fingerprint, server.address, keys / "team")
    assert result.code == 1
    assert laptop.messages[name] in result.end()


@pytest.mark.parametrize(
    ("change", "part"),
    [(DROP, "timed out"), (REFUSE, "Connection refused"), (NO_ROUTE, "No route to host")],
    ids=["timed out", "refused", "no route"],
)
def test_why_a_host_cannot_be_reached_is_reported(server, laptop, keys, changed, change, part):
    fingerprint = server.fingerprint()
    changed(change, NO_WALL)
    result = laptop.run("--fingerprint", fingerprint, server.address, keys / "team")
    assert result.code == 1
    assert laptop.messages.ssh_cause(part) in result.end()


def test_a_host_that_accepts_and_stays_silent_is_told_from_a_blocked_one(server, laptop, keys):
    with paused(server.name):
        result = laptop.run(server.address, keys / "team")
    assert result.code == 1
    assert laptop.messages.ssh_cause("during banner exchange") in result.end()


@in_both_languages
def test_a_name_that_cannot_be_resolved_is_reported(laptop, keys):
    result = laptop.run("no-such-host.invalid", keys / "team")
    assert result.code == 1
    assert laptop.messages.ssh_cause("Could not resolve") in result.end()


@in_both_languages
@pytest.mark.parametrize(
    ("options", "key", "refused", "accepted"),
    [
        ([], "debian", "ubuntu", "admin"),
        (["--user", "deploy"], "team", "deploy", "ubuntu"),
    ],
    ids=["admin instead of ubuntu", "ubuntu instead of another"],
)
def test_a_wrong_user_is_named_with_the_right_one(
    server, laptop, keys, options, key, refused, accepted
):
    options = ["--fingerprint", server.fingerprint(), *options]
    result = laptop.run(*options, server.address, keys / key)
    assert result.code == 1
    assert f"{refused}@{server.address}" in result.output
    assert f"{laptop.messages['WRONG_USER']} {accepted}\n" in result.output
    assert f"connect.sh --user {accepted} {server.address} '{keys / key}'" in result.end()


@in_both_languages
def test_a_wrong_key_is_told_from_a_wrong_user(server, laptop, keys):
    options = ["--fingerprint", server.fingerprint()]
    result = laptop.run(*options, server.address, keys / "other")
    assert result.code == 1
    assert laptop.messages["WRONG_KEY"] in result.end()


def test_a_user_who_is_sent_to_another_one_is_reported(server, laptop, keys):
    options = ["--fingerprint", server.fingerprint(), "--user", "root"]
    result = laptop.run(*options, server.address, keys / "team")
    assert result.code == 1
    assert "login as the user ubuntu" in result.output
    assert laptop.messages["UNKNOWN_CAUSE"] in result.end()


@pytest.mark.parametrize("other", [f"SHA256:{'a' * 43}", "SHA256:", "yes"])
def test_another_fingerprint_stops_before_the_login(server, laptop, keys, other):
    laptop.install_gh()
    result = laptop.run("--fingerprint", other, server.address, keys / "team")
    assert result.code == 1
    assert laptop.messages["NOT_CONFIRMED"] in result.end()
    assert laptop.messages["LOGGING_IN"] not in result.output
    assert laptop.noted() == {}


def test_nobody_confirms_blindly(server, laptop, keys):
    laptop.install_gh()
    result = laptop.run(server.address, keys / "team")
    assert result.code == 1
    assert laptop.messages["NOT_CONFIRMED"] in result.end()
    assert "--fingerprint" in result.end()
    assert server.fingerprint() in result.output
    assert laptop.noted() == {}


def test_gh_gets_all_values(server, laptop, keys):
    laptop.install_gh()
    laptop.fill_in_env(server.address)
    result = laptop.run("--fingerprint", server.fingerprint(), server.address, keys / "team")
    assert result.code == 0
    noted = laptop.noted()
    assert noted.pop("KNOWN_HOSTS").split()[:2] == [server.address, "ssh-ed25519"]
    # gh itself drops the end of a line at the end of a value.
    assert noted == {
        "HOST": f"{server.address}\n",
        "REMOTE_USER": "ubuntu\n",
        "KEY": (keys / "team").read_text(),
        "ENV_VARS": ENV % server.address,
    }
    laptop.assert_without_secrets((laptop.notes / "command lines").read_text(errors="replace"))
    assert "connect.sh" in (laptop.notes / "command lines").read_text(errors="replace")


def test_gh_runs_in_the_project(server, laptop, keys):
    laptop.install_gh()
    laptop.fill_in_env(server.address)
    laptop.run("--fingerprint", server.fingerprint(), server.address, keys / "team")
    assert (laptop.notes / "folder").read_text().strip() == str(laptop.project)


def test_another_user_becomes_a_secret(server, laptop, keys):
    laptop.install_gh()
    laptop.fill_in_env(server.address)
    arguments = ["--fingerprint", server.fingerprint(), server.address, keys / "debian"]
    result = laptop.run(*arguments, REMOTE_USER="admin")
    assert result.code == 0
    assert laptop.noted()["REMOTE_USER"] == "admin\n"


@in_both_languages
def test_without_gh_it_says_what_to_paste_where(server, laptop, keys):
    laptop.fill_in_env(server.address)
    arguments = ["--fingerprint", server.fingerprint(), server.address, keys / "debian"]
    result = laptop.run("--user", "admin", *arguments)
    assert result.code == 0
    for told in (
        laptop.messages["SETTING_SECRETS"],
        f"[HOST]\n{server.address}\n",
        f"[KNOWN_HOSTS]\n{server.address} ssh-ed25519 AAAA",
        f"[KEY]\n{keys / 'debian'}\n",
        f"[ENV_VARS]\n{laptop.project / '.env.prod'}\n",
        "[REMOTE_USER]\nadmin\n",
    ):
        assert told in result.output


@pytest.mark.parametrize("refused", ["HOST", "KEY", "ENV_VARS"])
def test_what_gh_does_not_take_is_to_be_pasted(server, laptop, keys, refused):
    laptop.install_gh()
    laptop.fill_in_env(server.address)
    arguments = ["--fingerprint", server.fingerprint(), server.address, keys / "team"]
    result = laptop.run(*arguments, GH_REFUSES=refused)
    assert result.code == 0
    assert "HTTP 403" in result.output
    assert re.findall(r"^\[(\w+)\]$", result.output, re.MULTILINE) == [refused]
    assert set(laptop.noted()) == SECRETS - {refused}


@in_both_languages
def test_an_env_with_placeholders_is_not_given_to_github(server, laptop, keys):
    laptop.install_gh()
    result = laptop.run("--fingerprint", server.fingerprint(), server.address, keys / "team")
    assert result.code == 1
    assert "ALLOWED_HOSTS DATABASE_HOST DATABASE_PASSWORD" in result.end()
    assert set(laptop.noted()) == SECRETS - {"ENV_VARS"}


def test_without_an_env_the_rest_is_given_to_github(server, laptop, keys):
    laptop.install_gh()
    (laptop.project / ".env.prod").unlink()
    result = laptop.run("--fingerprint", server.fingerprint(), server.address, keys / "team")
    assert result.code == 1
    assert laptop.messages["NO_ENV_FILE"] in result.end()
    assert set(laptop.noted()) == SECRETS - {"ENV_VARS"}


@pytest.mark.parametrize(
    ("allowed", "domain", "noted"),
    [
        ("192.0.2.1", "", True),
        ("192.0.2.1, {}", "", False),
        ("api.example.com", "api.example.com", False),
    ],
    ids=["not allowed", "allowed", "a domain"],
)
def test_a_host_that_the_site_would_not_answer_for_is_noted(
    server, laptop, keys, allowed, domain, noted
):
    env = f"ALLOWED_HOSTS={allowed.format(server.address)}\r\nDOMAIN_NAME={domain}\r\n"
    (laptop.project / ".env.prod").write_bytes(b"# \xb0\xa1\r\n" + env.encode())
    result = laptop.run("--fingerprint", server.fingerprint(), server.address, keys / "team")
    assert result.code == 0
    assert (f"{laptop.messages['HOST_NOT_ALLOWED']} {server.address}" in result.output) == noted


SILENT = (
    "perl -MIO::Socket::INET -e "
    "'$s = IO::Socket::INET->new(Listen => 5, LocalPort => 443) or die; sleep' &"
)


def test_ports_that_are_blocked_are_told_from_open_ones(server, laptop, keys, changed):
    changed("iptables -A INPUT -p tcp --dport 80 -j DROP", NO_WALL)
    result = laptop.run("--fingerprint", server.fingerprint(), server.address, keys / "team")
    assert f"  ! {laptop.messages['PORT_BLOCKED']} 80\n" in result.output
    assert result.output.count(laptop.messages["PORT_BLOCKED"]) == 1


def test_a_port_is_open_where_something_listens(server, laptop, keys):
    docker("exec", "--detach", server.name, "sh", "-c", f"{SILENT} wait")
    wait_until(lambda: ":01BB" in server.shell("cat /proc/net/tcp"), 5, "something listens")
    result = laptop.run("--fingerprint", server.fingerprint(), server.address, keys / "team")
    assert laptop.messages["PORT_BLOCKED"] not in result.output
    assert laptop.messages["SETTING_SECRETS"] in result.output


@in_both_languages
def test_confirmed_in_a_terminal_everything_is_set(server, laptop, keys):
    laptop.install_gh()
    laptop.fill_in_env(server.address)
    result = laptop.run_in_terminal("yes", server.address, keys / "team")
    assert result.code == 0
    assert set(laptop.noted()) == SECRETS
    assert sorted(laptop.noted()["KNOWN_HOSTS"].splitlines()) == sorted(
        server.known_hosts().splitlines()
    )


@in_both_languages
@pytest.mark.parametrize("answer", ["no", "y", "SHA256:", f"SHA256:{'a' * 43}"])
def test_refused_in_a_terminal_nothing_is_changed(server, laptop, keys, answer):
    laptop.install_gh()
    result = laptop.run_in_terminal(answer, server.address, keys / "team")
    assert result.code == 1
    assert laptop.messages["NOT_CONFIRMED"] in result.end()
    assert laptop.noted() == {}


RELOAD = "kill -HUP $(cat /run/sshd.pid)"


def test_a_host_with_another_key_than_the_confirmed_one_gets_no_login(
    server, laptop, keys, changed
):
    laptop.install_gh()

    def replace_keys() -> None:
        changed(
            f"mkdir /tmp/old; cd /etc/ssh; mv ssh_host_* /tmp/old; ssh-keygen -A; {RELOAD}",
            f"mv /tmp/old/* /etc/ssh; rmdir /tmp/old; {RELOAD}",
        )
        wait_until(server.shows_its_key, 10, "the new key is shown")

    result = laptop.run_in_terminal("yes", server.address, keys / "team", before=replace_keys)
    assert result.code == 1
    assert laptop.messages.ssh_cause("HOST IDENTIFICATION HAS CHANGED") in result.end()
    assert laptop.noted() == {}


def test_a_fingerprint_pasted_in_a_terminal_is_compared(server, laptop, keys):
    laptop.install_gh()
    laptop.fill_in_env(server.address)
    result = laptop.run_in_terminal(server.fingerprint("rsa"), server.address, keys / "team")
    assert result.code == 0
    assert laptop.noted()["KNOWN_HOSTS"].split()[1] == "ssh-rsa"


def test_interrupted_it_leaves_nothing_behind(server, laptop, keys, changed):
    changed(DROP, NO_WALL)
    process = subprocess.Popen(**laptop.command(server.address, keys / "team"))
    wait_until(lambda: list(laptop.temporary.iterdir()), 5, "it works")
    process.terminate()
    process.wait(30)
    assert list(laptop.temporary.iterdir()) == []


# What the workflow's ssh says is explained by the same list.


class Workflow:
    def __init__(self, laptop: Laptop, server: Host, folder: Path) -> None:
        self.laptop, self.server, self.folder = laptop, server, folder

    def explain(self, key: Path, known_hosts: str, user: str = "ubuntu") -> str:
        (self.folder / "known_hosts").write_text(known_hosts)
        done = subprocess.run(
            ["ssh", "-n", "-F", "none", "-i", key, "-oIdentitiesOnly=yes", "-oIdentityAgent=none"]
            + ["-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oGlobalKnownHostsFile=/dev/null"]
            + [f"-oUserKnownHostsFile={self.folder / 'known_hosts'}"]
            + [f"{user}@{self.server.address}", "true"],
            capture_output=True,
        )
        assert done.returncode == 255
        (self.folder / "log").write_bytes(done.stderr)
        return subprocess.run(
            ["bash", "-c", 'source deploy/causes.sh; print_cause "$0" "${SSH_CAUSES[@]}"']
            + [self.folder / "log"],
            cwd=self.laptop.project,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


@pytest.fixture
def workflow(laptop: Laptop, server: Host, tmp_path: Path) -> Workflow:
    return Workflow(laptop, server, tmp_path)


@in_both_languages
@pytest.mark.parametrize(
    ("key", "part"),
    [("other", "Permission denied"), ("cut", "Load key"), ("my 'open' key.pem", "UNPROTECTED")],
    ids=["a stranger's", "cut off", "open to others"],
)
def test_a_key_that_does_not_fit_is_explained_in_the_workflow(workflow, keys, key, part):
    cause = workflow.laptop.messages.ssh_cause(part)
    assert cause in workflow.explain(keys / key, workflow.server.known_hosts())


@in_both_languages
def test_another_host_key_is_explained_in_the_workflow(workflow, keys):
    known = f"{workflow.server.address} {(keys / 'other.pub').read_text()}"
    cause = workflow.laptop.messages.ssh_cause("HOST IDENTIFICATION HAS CHANGED")
    assert cause in workflow.explain(keys / "team", known)


@in_both_languages
def test_a_host_without_confirmed_key_is_explained_in_the_workflow(workflow, keys):
    cause = workflow.laptop.messages.ssh_cause("host key is known")
    assert cause in workflow.explain(keys / "team", "")

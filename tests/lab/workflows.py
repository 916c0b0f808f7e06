"""Runs a GitHub workflow from its file: the `run:` steps of a job, as a runner would.

Known are the contexts github, secrets, vars and runner, the operators `==`, `!=`, `!`, `&&`, `||`
and parentheses, the functions success, failure, always, cancelled and format, and of actions
`actions/checkout`. Anything else is an error, never passed over in silence.
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lab.machine import run

TOKEN = re.compile(r"\s*(==|!=|&&|\|\||[!(),]|'(?:[^']|'')*'|[A-Za-z_][\w.-]*|-?\d+)")
EVENT = {
    "event_name": "push",
    "ref": "refs/heads/main",
    "repository": "team/project",
    "event": {"repository": {"default_branch": "main"}},
}


class Expression:
    """An expression of GitHub's: `value` is what it comes to."""

    def __init__(self, text: str, contexts: dict, failed: bool = False) -> None:
        self.tokens = self.split(text)
        self.contexts = contexts
        self.failed = failed
        self.value = self.either()
        if self.tokens:
            raise ValueError(f"not understood: {text}")

    @staticmethod
    def split(text: str) -> list[str]:
        tokens, position = [], 0
        text = text.strip()
        while position < len(text):
            found = TOKEN.match(text, position)
            if not found:
                raise ValueError(f"not understood: {text[position:]}")
            tokens.append(found[1])
            position = found.end()
        return tokens

    def take(self, *wanted: str) -> str:
        if self.tokens and (not wanted or self.tokens[0] in wanted):
            return self.tokens.pop(0)
        return ""

    def either(self) -> object:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> object:
        value = self.compared()
        while self.take("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self) -> object:
        value = self.single()
        operator = self.take("==", "!=")
        if operator:
            return (value == self.single()) == (operator == "==")
        return value

    def single(self) -> object:
        token = self.take()
        if token == "!":
            return not self.single()
        if token == "(":
            value = self.either()
            self.take(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self.take("("):
            arguments = []
            while not self.take(")"):
                arguments.append(self.either())
                self.take(",")
            return self.call(token, arguments)
        return self.look_up(token)

    def call(self, name: str, arguments: list) -> object:
        functions = {
            "success": lambda: not self.failed,
            "failure": lambda: self.failed,
            "always": lambda: True,
            "cancelled": lambda: False,
            "format": str.format,
        }
        return functions[name](*arguments)

    def look_up(self, name: str) -> object:
        context, *keys = name.split(".")
        value = self.contexts[context]
        for key in keys:
            # A secret or a variable that nobody has set is empty.
            value = value.get(key, "") if context in ("secrets", "vars") else value[key]
        return value


@dataclass
class Outcome:
    """What became of a job: of each step that ran its exit code, and what it told."""

    codes: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> str:
        """Return the name of the first step that failed, if any."""
        return next((name for name, code in self.codes.items() if code), "")

    @property
    def output(self) -> str:
        return "".join(self.outputs.values())


class Runner:
    """A machine that runs a job of a workflow, in a fresh checkout of `source`; or in a clone of a
    repository, `origin`, where that is given.
    """

    def __init__(
        self,
        source: Path,
        folder: Path,
        secrets: dict[str, str],
        variables: dict[str, str] | None = None,
        release: str = "",
        workflow: str = "deploy.yml",
        origin: Path | None = None,
        **event: object,
    ) -> None:
        self.workspace, self.temporary = folder / "workspace", folder / "temporary"
        self.temporary.mkdir(parents=True)
        self.source, self.origin = source, origin
        self.workflow = yaml.safe_load((source / ".github/workflows" / workflow).read_text())
        self.contexts = {
            "github": {**EVENT, "sha": release, **event},
            "secrets": secrets,
            "vars": variables or {},
            "runner": {"temp": str(self.temporary)},
        }
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REF_NAME": "main",
            "GITHUB_SHA": release,
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
        }
        self.process: subprocess.Popen | None = None

    def wants(self, job: str) -> bool:
        """Tell whether a job is to run, by its `if:`."""
        condition = self.workflow["jobs"][job].get("if", "success()")
        return bool(Expression(condition, self.contexts).value)

    def run(self, job: str, **environment: str) -> Outcome:
        """Run the job's steps, in order, those with `if: always()` even after a failure."""
        outcome = Outcome()
        for number, step in enumerate(self.workflow["jobs"][job]["steps"]):
            name = step.get("name", f"step {number}")
            condition = str(step.get("if", "success()"))
            if not re.search(r"\b(success|failure|always|cancelled)\(", condition):
                condition = f"success() && ({condition})"
            if Expression(condition, self.contexts, bool(outcome.failed)).value:
                code, output = self.step(step, environment)
                outcome.codes[name], outcome.outputs[name] = code, output
        return outcome

    def step(self, step: dict, environment: dict[str, str]) -> tuple[int, str]:
        if "uses" in step:
            self.use(step["uses"])
            return 0, ""
        script = self.temporary / "script.sh"
        script.write_text(self.filled_in(step["run"]))
        shell = ["bash", "-e"]
        if step.get("shell") == "bash":
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
        own = {key: self.filled_in(str(value)) for key, value in step.get("env", {}).items()}
        self.process = subprocess.Popen(
            [*shell, script],
            cwd=self.workspace,
            env={**self.environment, **environment, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        output = self.process.communicate()[0]
        return self.process.returncode, output

    def use(self, action: str) -> None:
        if not action.startswith("actions/checkout@"):
            raise ValueError(f"not known: {action}")
        if self.origin:
            run("git", "clone", "--quiet", self.origin, self.workspace)
            return
        # What git would check out: nothing that is ignored.
        ignored = shutil.ignore_patterns(".env", ".env.prod", "db.sqlite3", "media")
        shutil.copytree(self.source, self.workspace, ignore=ignored)

    def filled_in(self, text: str) -> str:
        return re.sub(
            r"\$\{\{(.*?)\}\}", lambda m: str(Expression(m[1], self.contexts).value), text
        )

    def cancel(self) -> None:
        """Cut the step off that is running, and the connections that it has."""
        os.killpg(self.process.pid, signal.SIGKILL)

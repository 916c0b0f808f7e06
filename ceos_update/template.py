"""The template: its versions, its options, and projects rendered from it."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .git import Git, GitError, Refusal

STATES: list[dict[str, str]] = json.loads(
    Path(__file__).with_name("states.json").read_text(encoding="utf-8")
)
VERSION = re.compile(r"v?\d+(\.\d+)+")
COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass
class Rendering:
    """A rendered project: its folder, its answers, and what some would be by default."""

    project: Path
    answers: dict[str, object]
    derived: dict[str, str]


class Template:
    def __init__(self, address: str, folder: Path, say: dict[str, str]) -> None:
        """Clone the template into a folder; raise Refusal where it cannot be reached."""
        self.address, self.folder, self.say = address, folder, say
        # A server that accepts and sends nothing is given up.
        slow = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30")
        try:
            Git(folder)(
                *slow,
                *(
                    "clone",
                    "--quiet",
                    "--bare",
                    "-c",
                    "core.autocrlf=false",
                    "--",
                    address,
                    "clone",
                ),
            )
        except GitError as error:
            raise Refusal(say["unreachable"].format(address=address, error=error)) from None
        self.git = Git(folder / "clone")
        if not self.git.succeeds("rev-parse", "--verify", "--quiet", "HEAD"):
            raise Refusal(say["unreachable"].format(address=address, error="empty repository"))

    @functools.cached_property
    def tags(self) -> dict[str, str]:
        """Return the commits of the tags that are versions."""
        names = filter(VERSION.fullmatch, self.git("tag").split())
        return {name: self.git("rev-parse", f"refs/tags/{name}^{{commit}}") for name in names}

    @functools.cached_property
    def versions(self) -> dict[str, str]:
        """Return the commits of the released versions, oldest first: tags, and where those are
        missing the states that are named in a file.
        """
        states = {s["version"]: s["commit"] for s in STATES if self.has(s["commit"])}
        return dict(sorted((states | self.tags).items(), key=lambda item: key_of(item[0])))

    def has(self, commit: str) -> bool:
        return self.git.succeeds("cat-file", "-e", f"{commit}^{{commit}}")

    def commit_of(self, name: str) -> str:
        """Return the commit of a version, a branch or a commit's name; raise Refusal if none."""
        versions = self.versions
        if name in versions:
            return versions[name]
        candidates = [f"refs/tags/{name}", f"refs/heads/{name}"]
        if COMMIT.fullmatch(name):
            candidates.append(name)
        for candidate in candidates:
            commit = self.git.find("rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}")
            if commit:
                return commit
        known = ", ".join(reversed(versions)) or self.git("rev-parse", "--abbrev-ref", "HEAD")
        raise Refusal(self.say["no_version"].format(version=name, known=known))

    def newest(self, current: str) -> str:
        """Return the commit that a project at another one is updated to: the newest release, or
        the newest commit of a template without releases. One that is newer already stays.
        """
        if not self.tags:
            return self.git("rev-parse", "HEAD")
        released = self.tags[max(self.tags, key=key_of)]
        if self.git.succeeds("merge-base", "--is-ancestor", released, current):
            return current
        return released

    def name_of(self, commit: str) -> str:
        """Return the version of a commit, or the commit's short name."""
        names = {commit: name for name, commit in self.versions.items()}
        return names.get(commit) or self.git("rev-parse", "--short", commit)

    def options(self, commit: str) -> dict:
        return json.loads(self.show(commit, "cookiecutter.json"))

    def show(self, commit: str, path: str) -> str:
        """Return the text of a file at a commit; empty if there is none."""
        return self.git.find("show", f"{commit}:{path}") or ""

    def render(self, commit: str, answers: dict[str, object], name: str) -> Rendering:
        """Render a project from a version; raise Refusal where it does not take the answers."""
        source, output = self.folder / f"{name}-template", self.folder / name
        self.git("worktree", "add", "--quiet", "--detach", str(source), commit)
        output.mkdir()
        order = {"template": str(source), "answers": answers, "output": str(output)}
        # -P: modules of the current folder are not taken for the template's.
        command = [
            sys.executable,
            "-P",
            "-X",
            "utf8",
            str(Path(__file__).with_name("rendering.py")),
        ]
        done = subprocess.run(  # noqa: S603
            command, input=json.dumps(order), capture_output=True, encoding="utf-8"
        )
        if done.returncode:
            reason = done.stderr.strip() or done.stdout.strip()
            version = self.name_of(commit)
            raise Refusal(self.say["not_rendered"].format(version=version, reason=reason))
        result = json.loads((output / "result.json").read_text(encoding="utf-8"))
        return Rendering(output / "project", result["answers"], result["derived"])


def key_of(version: str) -> tuple[int, ...]:
    """Return what versions are sorted by: 2026.11.9 comes before 2026.11.24.1."""
    return tuple(map(int, re.findall(r"\d+", version)))

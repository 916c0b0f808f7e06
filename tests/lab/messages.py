"""What the scripts of a deployment print, read from a project's own deploy/messages.sh."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Messages:
    """The texts by name: `messages["NO_ROLLBACK"]`."""

    def __init__(self, project: Path) -> None:
        self.project = project

    def read(self, words: str) -> list[str]:
        script = f'set -u; source deploy/messages.sh; printf "%s\\0" {words}'
        command = ["bash", "-c", script]
        done = subprocess.run(command, cwd=self.project, check=True, capture_output=True, text=True)
        return done.stdout.split("\0")[:-1]

    def __getitem__(self, name: str) -> str:
        (text,) = self.read(f'"${name}"')
        return text

    def cause(self, part: str, known: str = "KNOWN_CAUSES") -> str:
        """Return the cause that is printed for a log that matches this pattern, or one with it."""
        entries = [entry.split("=>") for entry in self.read(f'"${{{known}[@]}}"')]
        exact = [cause for pattern, cause, _ in entries if part == pattern]
        (cause,) = exact or [cause for pattern, cause, _ in entries if part in pattern]
        return cause

    def ssh_cause(self, part: str) -> str:
        return self.cause(part, "SSH_CAUSES")

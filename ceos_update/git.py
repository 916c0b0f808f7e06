"""Git, as this program calls it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# What a caller's hook sets, and what would lead to another repository
OF_A_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
)
OLDEST = (2, 38)


class Refusal(Exception):
    """Why an update cannot be made, and what to do next; nothing has changed."""


class GitError(Exception):
    """A git command that failed, with what it printed."""


class Git:
    """Runs git in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, standard_input: str | bytes = b"", **variables: str) -> str:
        """Return what git prints, without the last line break; raise GitError if it fails."""
        code, output, errors = self.run(*arguments, standard_input=standard_input, **variables)
        if code:
            raise GitError(errors.strip() or output.strip())
        return output.rstrip("\n")

    def run(
        self, *arguments: str, standard_input: str | bytes = b"", **variables: str
    ) -> tuple[int, str, str]:
        """Return git's exit code and what it prints to its two streams."""
        if isinstance(standard_input, str):
            standard_input = standard_input.encode()
        environment = {k: v for k, v in os.environ.items() if k not in OF_A_REPOSITORY}
        # No question that nobody sees, and messages that can be searched
        environment |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **variables}
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=self.folder,
            input=standard_input,
            capture_output=True,
            env=environment,
        )
        output, errors = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return done.returncode, output, errors

    def find(self, *arguments: str) -> str | None:
        """Return what git prints; None if it fails."""
        code, output, _ = self.run(*arguments)
        return None if code else output.rstrip("\n")

    def succeeds(self, *arguments: str) -> bool:
        return self.run(*arguments)[0] == 0

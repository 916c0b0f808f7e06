"""Where a project comes from: what `.cruft.json` records, so that the project can be updated."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path


def find_origin(given: str, checkout: str | None, folder: Path) -> dict[str, str | None]:
    """Return the template's address, its commit, and the tag or branch that was asked for.

    `given` is the template as it was given to cookiecutter, `folder` its files. The commit is None
    where they are not a git repository, as in an archive.
    """
    commit = None
    address = str(Path(given).resolve()) if Path(given).exists() else given
    # The folder itself, not a repository that it happens to be in.
    top, _, head = git(folder, "rev-parse", "--show-toplevel", "HEAD").partition("\n")
    if top and Path(top).resolve() == folder.resolve():
        commit = head
        if not Path(given).exists():
            address = git(folder, "remote", "get-url", "origin") or given
    return {"template": without_password(address), "commit": commit, "checkout": checkout}


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints, or an empty text if it fails or is not there."""
    # Of another repository, when this runs in one of its hooks
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            encoding="utf-8",
            env=environment,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def without_password(address: str) -> str:
    """Return an address without the user and token that it may hold: it is committed."""
    return re.sub(r"^(https?://)[^/@]*@", r"\1", address)

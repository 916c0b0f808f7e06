"""Pythons, and environments with what a rendered project's files lock."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lab.rendering import Choice, render, rendered_root

IMAGE = "python:3.14-slim"


def interpreter(version: str) -> str:
    """Return the path of a Python of this version, found on the PATH or under pyenv, or ''."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates = [shutil.which(f"python{version}"), *pyenv.glob(f"{version}.*/bin/python")]
    for candidate in filter(None, candidates):
        # pyenv's shims stand on the PATH for versions that are not switched on, and then fail.
        if subprocess.run([candidate, "--version"], capture_output=True).returncode == 0:
            return str(candidate)
    return ""


@functools.cache
def environment_of(choice: Choice, interpreter: str = sys.executable) -> Path:
    """Return the Python of an environment with just what this project's own files lock."""
    return install(render(choice) / "requirements-dev.txt", interpreter)


def install(requirements: Path, interpreter: str = sys.executable) -> Path:
    """Return the Python of an environment made from hashed requirements, one for equal ones."""
    locks = [*requirements.parent.glob("requirements.txt"), requirements]
    content = b"".join(lock.read_bytes() for lock in locks) + interpreter.encode()
    folder = Path(rendered_root(), f"venv-{hashlib.sha256(content).hexdigest()[:16]}")
    python = folder / "bin" / "python"
    if not folder.exists():
        uv = [sys.executable, "-m", "uv", "--quiet", "--no-config"]
        subprocess.run([*uv, "venv", "--python", interpreter, folder], check=True)
        subprocess.run(
            [*uv, "pip", "install", "--compile-bytecode", "--require-hashes"]
            + ["--python", python, "-r", requirements],
            check=True,
        )
    return python

"""Render a project with the default answers into demo/ and serve it: `make demo`.

Standard library only, for it runs before anything is installed. A second run renders over the
first and installs what is missing; the database and the .env files of the first are kept.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).resolve().parent.parent
SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
HOST = "127.0.0.1"


def main(port: str) -> None:
    check_port(port)
    tools = TEMPLATE / ".cache" / "demo-venv"
    install(tools, TEMPLATE / "requirements.txt")
    print("==> Rendering a project with the default answers into demo/", flush=True)
    project = render(tools / SCRIPTS / "cookiecutter", TEMPLATE / "demo")
    install(project / ".venv", project / "requirements-dev.txt")
    serve(project, port)


def check_port(port: str) -> None:
    """Exit with a message unless a server can listen on the port."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT={port} is no port: choose a number from 1 to 65535.")
    with socket.socket() as server:
        # As the server does it, so that a port just left by one is not taken for busy.
        if sys.platform != "win32":
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((HOST, int(port)))
            server.listen()
        except OSError as error:
            sys.exit(
                f"Port {port} cannot be used ({error.strerror}): stop what uses it, or choose "
                f"another one, for example: make demo PORT={9000 if port != '9000' else 9001}"
            )


def install(folder: Path, requirements: Path) -> None:
    """Install the locked requirements into a virtual environment, unless they are there."""
    done = folder / "installed.txt"
    wanted = "".join(
        file.read_text(encoding="utf-8")
        for file in sorted({requirements, requirements.parent / "requirements.txt"})
    )
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return
    print(f"==> Installing {requirements.relative_to(TEMPLATE)}", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    run(
        folder / SCRIPTS / "python",
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "-r", requirements),
    )
    done.write_text(wanted, encoding="utf-8")


def render(cookiecutter: Path, folder: Path) -> Path:
    """Return the folder of the rendered project."""
    run(
        cookiecutter,
        *(TEMPLATE, "--no-input", "--default-config", "--overwrite-if-exists"),
        *("--output-dir", folder),
        # The demo is not anybody's work: a second run may replace what the first has made.
        env={**os.environ, "REPLACE_EDITED_FILES": "yes"},
        # Its last words tell how to do what this script does next.
        stdout=subprocess.DEVNULL,
    )
    return max(folder.glob("*/manage.py"), key=lambda file: file.stat().st_mtime).parent


def serve(project: Path, port: str) -> None:
    # What the environment sets for some other project has no say in this one.
    names = re.findall(r"^(\w+)=", (project / ".env").read_text(encoding="utf-8"), re.MULTILINE)
    environment = {name: value for name, value in os.environ.items() if name not in names}
    manage = (project / ".venv" / SCRIPTS / "python", project / "manage.py")
    print("==> Making the database and filling it with example data", flush=True)
    for command in (["migrate", "--verbosity=0"], ["seed"]):
        run(*manage, *command, env=environment)
    print(f"==> API docs: http://localhost:{port}/api/docs/ (Ctrl-C stops the server)", flush=True)
    run(*manage, "runserver", "--noreload", port, env=environment)


def run(*command: object, **options: Any) -> None:
    """Run a command that says by itself what is wrong; exit as it does."""
    try:
        status = subprocess.run([str(part) for part in command], **options).returncode  # noqa: S603
    except KeyboardInterrupt:
        # The command got the same Ctrl-C and has ended.
        print("\n==> Stopped", flush=True)
        sys.exit(130)
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main(sys.argv[1])

"""Commands in a terminal of their own, as whoever sits before it sees them."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path


class Terminal:
    """A command that runs in a pseudo-terminal while the block runs."""

    def __init__(self, *command: object, cwd: Path, env: dict[str, str]) -> None:
        self.screen = ""
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [str(word) for word in command],
            **{"cwd": cwd, "env": env, "start_new_session": True},
            **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *problem: object) -> None:
        # All that it started, such as runserver's second process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        os.close(self.ours)

    def read_until(self, text: str, seconds: float = 30) -> str:
        """Return what is on the screen as soon as it has this text after what was typed last."""
        end = time.monotonic() + seconds
        while text not in self.screen:
            assert self.read(end - time.monotonic()), f"no {text!r} on the screen:\n{self.screen}"
        return self.screen

    def read(self, seconds: float) -> bool:
        """Wait for output; return False if there is none any more, or none in time."""
        ready, _, _ = select.select([self.ours], [], [], max(0, seconds))
        try:
            output = os.read(self.ours, 2**16) if ready else b""
        except OSError:
            # The command and all that it started have ended.
            output = b""
        self.screen += output.decode(errors="replace").replace("\r\n", "\n")
        return bool(output)

    def type(self, text: str) -> None:
        self.screen = ""
        os.write(self.ours, text.encode())

    def end(self, seconds: float = 30) -> str:
        """Wait until the command ends; return what is on the screen."""
        end = time.monotonic() + seconds
        while self.read(end - time.monotonic()):
            pass
        self.process.wait(max(0.1, end - time.monotonic()))
        return self.screen

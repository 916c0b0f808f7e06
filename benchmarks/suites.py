"""Print how long the rendered projects' own tests take: `python benchmarks/suites.py`.

One project for each combination of the tests' covering array, one after the other, in an
environment with just what it locks; seconds by the clock, on a machine that does nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from lab.environments import environment_of  # noqa: E402
from lab.rendering import COVERING, Choice, bake_outside_pytest, name_of, render  # noqa: E402

MAX_SECONDS = 15


def seconds_of(choice: Choice) -> float:
    """Return how long a project's tests take, coverage included; fail if they do not pass."""
    python = environment_of(choice)
    start = time.perf_counter()
    subprocess.run(  # noqa: S603
        [python, "-m", "pytest", "--cov", "-q", "-p", "no:cacheprovider"],
        cwd=render(choice),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start


def main() -> None:
    bake_outside_pytest()
    # What only the first run waits for, such as a cold disk, is not counted.
    seconds_of(COVERING[0])
    seconds = {name_of(choice): seconds_of(choice) for choice in COVERING}
    for name, value in seconds.items():
        print(f"{value:5.1f} s, {value / MAX_SECONDS:.2f} of the limit: {name}")
    if max(seconds.values()) > MAX_SECONDS:
        sys.exit("too slow")


if __name__ == "__main__":
    main()

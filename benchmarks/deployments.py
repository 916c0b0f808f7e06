"""Print what deployments take, and what a site's clients feel of them.

    python benchmarks/deployments.py [RELEASES]

Pushes releases, one line of code apart, to a host in a container while 50 clients read and write;
pushes the last one again, and goes back and forth between two. Seconds by the clock,
on a machine that does nothing else. Needs a Docker engine.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from lab.engine import remove_everything  # noqa: E402
from lab.rendering import bake_outside_pytest, choice_with, rendered_root  # noqa: E402
from lab.sites import Site  # noqa: E402

MAX_SECONDS_OF_A_RELEASE = 25
MAX_SECONDS_OF_A_ROLLBACK = 5
MAX_SECONDS_OF_THE_SAME = 10
MAX_RATIO = 5


def seconds_of(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def told(what: str, value: float, limit: float) -> bool:
    """Print a figure beside its limit; return whether it is within."""
    print(f"{value:6.2f}, {value / limit:.2f} of the limit: {what}")
    return value <= limit


def measured(site: Site, releases: int) -> bool:
    site.push_well()
    with site.no_request_lost(pause=0.3) as load:
        load.wait_for(3000)
        before, begun = load.percentile(0.99), len(load.seconds)
        times = [seconds_of(site.push_well) for _ in range(releases)]
        during = load.percentile(0.99, since=begun)
        same = seconds_of(lambda: site.push(site.release()))
        backs = [seconds_of(lambda: site.deploy_sh("rollback")) for _ in range(2)]
    print(f"{len(load.seconds)} requests, none failed; 99 % within {before:.3f} s before")
    return all(
        [
            told("seconds from push to drained", max(times), MAX_SECONDS_OF_A_RELEASE),
            told("seconds of a rollback", max(backs), MAX_SECONDS_OF_A_ROLLBACK),
            told("seconds of the same commit again", same, MAX_SECONDS_OF_THE_SAME),
            told("times what 99 % waited before", during / before, MAX_RATIO),
        ]
    )


def main() -> None:
    releases = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    bake_outside_pytest()
    site = Site(choice_with(), Path(tempfile.mkdtemp(dir=rendered_root())))
    try:
        if not measured(site, releases):
            sys.exit("too slow")
    finally:
        site.remove()
        remove_everything()
        shutil.rmtree(rendered_root())


if __name__ == "__main__":
    main()

"""Release after release, under as many requests as a test can wait for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from conftest import SWITCHES
from sites import Site, live_site
from stacks import needs_engine

# One long test: in a group of many, it begins early and holds up nobody at the end.
pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("interrupted")]

CHOICE = tuple({name: values[0] for name, values in SWITCHES.items()}.items())
REQUESTS = 50_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with live_site(CHOICE, tmp_path_factory.mktemp("releases")) as site:
        yield site


def titles(site: Site) -> list[str]:
    sql = "SELECT title FROM posts_post WHERE title LIKE 'Load %'"
    return site.database.query(sql, site.database_name).splitlines()


def test_ten_releases_in_a_row_lose_no_request(site: Site) -> None:
    times = []
    with site.no_request_lost(pause=0.25) as load:
        load.wait_for(2000)
        before = load.percentile(0.99)
        begun = len(load.seconds)
        for _ in range(10):
            started = time.monotonic()
            site.push_well()
            times.append(time.monotonic() - started)
        during = load.percentile(0.99, since=begun)
        load.wait_for(max(1, REQUESTS - len(load.seconds)), seconds=600)
    posts = [body["title"] for body in load.accepted]
    print(f"{len(load.seconds)} requests {load.requests}, none failed; {len(posts)} posts")
    print(f"99 % within {before:.3f} s before, {during:.3f} s during: {during / before:.1f} times")
    print(f"from push to drained: {min(times):.0f} to {max(times):.0f} s")
    assert len(load.seconds) >= REQUESTS
    # Each exactly once, and none that was not asked for.
    assert Counter(titles(site)) == Counter(dict.fromkeys(posts, 1))

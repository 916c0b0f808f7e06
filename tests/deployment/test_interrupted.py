"""Deployments that are cut off: the site answers all the while, and the next one completes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from lab.machine import wait_until
from lab.rendering import at_length, choice_with
from lab.sites import APP, Site, live_site
from lab.stacks import needs_engine
from lab.workflows import Outcome, Runner

pytestmark = [pytest.mark.slow, needs_engine, pytest.mark.xdist_group("interrupted")]

CHOICE = choice_with(docs_language="en", database="postgresql", use_redis=True)
# What deploy.sh prints when a step begins, by name and in their order.
STEPS = [
    at_length("BUILDING"),
    at_length("PREFLIGHT"),
    "PREPARING",
    at_length("STARTING"),
    at_length("REHEARSING"),
    at_length("STARTING_OTHERS"),
    "SWITCHING",
    "DRAINING",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with live_site(CHOICE, tmp_path_factory.mktemp("interrupted")) as site:
        yield site


def interrupted(
    site: Site, step: str, interrupt: Callable[[Runner], object], release: str = ""
) -> Outcome:
    """Push, and interrupt it as soon as deploy.sh prints the step."""
    begun = f"s] {site.messages[step]}"
    outcomes: list[Outcome] = []
    runner = site.runner(release or site.new_release())
    site.shell(f": >{APP}/.deploy/deploy.log", user="ubuntu")
    push = threading.Thread(target=lambda: outcomes.append(runner.run("deploy")))
    push.start()
    wait_until(lambda: begun in site.shell(f"cat {APP}/.deploy/deploy.log"), 90, begun)
    interrupt(runner)
    push.join()
    return outcomes[0]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_site_stays_and_the_next_push_completes(
    site: Site, step: str
) -> None:
    with site.no_request_lost():
        outcome = interrupted(
            site, step, lambda _: site.shell("pkill -KILL -f '^bash .*deploy/deploy.sh'")
        )
        assert outcome.failed
        site.push_well()


def test_a_connection_that_breaks_stops_no_deployment(site: Site) -> None:
    release = site.new_release()
    with site.no_request_lost():
        outcome = interrupted(site, "BUILDING", Runner.cancel, release)
        assert outcome.failed
        wait_until(
            lambda: (
                f"{site.messages['DEPLOYED']} web-" in site.shell(f"cat {APP}/.deploy/deploy.log")
            ),
            90,
            "the deployment comes to its end",
        )
        site.push_well(release)


@pytest.mark.faults
def test_an_engine_that_restarts_amid_a_deployment_is_no_obstacle(site: Site) -> None:
    before = site.release()
    outcome = interrupted(site, "STARTING", lambda _: site.restart_engine())
    wait_until(site.release, 60, "the site answers again")
    with site.no_request_lost():
        assert not outcome.failed or site.release() == before, outcome.output
        site.push_well()


def test_a_killed_deployment_leaves_no_lock(site: Site) -> None:
    interrupted(site, "BUILDING", lambda _: site.shell("pkill -KILL -f deploy/deploy.sh"))
    wait_until(
        lambda: "free" in site.shell(f"flock -n {APP}/.deploy/lock echo free || true"),
        60,
        "the lock is free",
    )

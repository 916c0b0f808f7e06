"""The workflow up to where it leaves the runner; test_deploy.py goes on to a host."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SWITCHES, render
from sites import make_key
from workflows import Expression, Outcome, Runner

CHOICE = tuple({**{n: v[0] for n, v in SWITCHES.items()}, "docs_language": "en"}.items())
CONTEXTS = {
    "github": {"ref": "refs/heads/main", "event": {"repository": {"default_branch": "main"}}},
    "secrets": {"HOST": "203.0.113.10"},
}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_key(tmp_path_factory.mktemp("key") / "key")


def run(folder: Path, key: str, **changed: str) -> tuple[Runner, Outcome]:
    """Run the job `deploy` with nobody at the address that it is to reach."""
    secrets = {
        "ENV_VARS": "SECRET_KEY=sentinel",
        "HOST": "127.0.0.1",
        "KEY": key,
        "KNOWN_HOSTS": "127.0.0.1 ssh-ed25519 AAAA",
    }
    runner = Runner(render(CHOICE), folder, {**secrets, **changed}, release="0" * 40)
    return runner, runner.run("deploy")


@pytest.mark.parametrize("name", ["ENV_VARS", "HOST", "KEY", "KNOWN_HOSTS"])
def test_a_missing_secret_is_named(name: str, key: str, tmp_path: Path) -> None:
    _, outcome = run(tmp_path, key, **{name: ""})
    wanted = "Create env file" if name == "ENV_VARS" else "Create ssh key file"
    assert outcome.failed == wanted
    assert f"no secret {name}" in outcome.output
    assert "connect.sh" in outcome.output


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("HOST", "http://203.0.113.10/", "no address"),
        ("HOST", "ubuntu@203.0.113.10", "no address"),
        ("KEY", "MIIEpAIBAAKCAQEA", "no private key"),
    ],
    ids=["an address with http", "an address with a user", "a key without its first line"],
)
def test_a_secret_of_the_wrong_form_is_told(
    name: str, value: str, cause: str, key: str, tmp_path: Path
) -> None:
    _, outcome = run(tmp_path, key, **{name: value})
    assert outcome.failed == "Create ssh key file"
    assert cause in outcome.output


def test_no_secret_is_left_or_told_when_a_step_fails(key: str, tmp_path: Path) -> None:
    runner, outcome = run(tmp_path, key)
    assert outcome.failed == "Create remote directory"
    assert "Execute the remote deploy.sh" not in outcome.codes
    left = {file.name for file in runner.temporary.iterdir()}
    assert not left & {"env", "ssh"}
    for secret in ("sentinel", key.splitlines()[1]):
        assert secret not in outcome.output


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        ({}, True),
        ({"ref": "refs/heads/feature"}, False),
        ({"ref": "refs/tags/main"}, False),
        ({"event_name": "pull_request", "ref": "refs/pull/1/merge"}, False),
        ({"event_name": "pull_request", "ref": "refs/heads/main"}, False),
    ],
    ids=["push to main", "push to a branch", "a tag", "pull request", "pull request to main"],
)
def test_only_a_push_to_the_default_branch_is_deployed(
    event: dict, wanted: bool, tmp_path: Path
) -> None:
    runner = Runner(render(CHOICE), tmp_path, {}, **event)
    assert runner.wants("deploy") is wanted
    assert runner.wants("test")


def test_the_job_test_has_no_secret(tmp_path: Path) -> None:
    assert "secrets" not in str(Runner(render(CHOICE), tmp_path, {}).workflow["jobs"]["test"])


# What reads the workflow


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("secrets.HOST", "203.0.113.10"),
        ("secrets.NOBODY_SET_IT || 'ubuntu'", "ubuntu"),
        ("github.ref == format('refs/heads/{0}', github.event.repository.default_branch)", True),
        ("github.ref != 'refs/heads/main' && success()", False),
        ("!(failure() || 'it''s' == 'its')", True),
    ],
)
def test_an_expression_comes_to_its_value(text: str, value: object) -> None:
    assert Expression(text, CONTEXTS).value == value


@pytest.mark.parametrize("text", ["steps.a.outcome", "hashFiles('a')", "github.actor", "'a' 'b'"])
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        Expression(text, CONTEXTS)

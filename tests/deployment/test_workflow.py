"""The workflow up to where it leaves the runner; test_deploy.py goes on to a host."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from lab.messages import Messages
from lab.rendering import SWITCHES, render
from lab.sites import make_key
from lab.workflows import Expression, Outcome, Runner

if os.name != "posix":
    pytest.skip("the workflow's runner is Linux", allow_module_level=True)

WORKFLOW = ".github/workflows/deploy.yml"
CONTEXTS = {
    "github": {"ref": "refs/heads/main", "event": {"repository": {"default_branch": "main"}}},
    "secrets": {"HOST": "203.0.113.10"},
}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_key(tmp_path_factory.mktemp("key") / "key")


@pytest.fixture(params=SWITCHES["docs_language"])
def project(request: pytest.FixtureRequest) -> Path:
    return render((("docs_language", request.param),))


def run(project: Path, folder: Path, key: str, **changed: str) -> tuple[Runner, Outcome]:
    """Run the job `deploy` with nobody at the address that it is to reach."""
    secrets = {
        "ENV_VARS": "SECRET_KEY=sentinel",
        "HOST": "127.0.0.1",
        "KEY": key,
        "KNOWN_HOSTS": "127.0.0.1 ssh-ed25519 AAAA",
    }
    runner = Runner(project, folder, {**secrets, **changed}, release="0" * 40)
    return runner, runner.run("deploy")


@pytest.mark.parametrize("name", ["ENV_VARS", "HOST", "KEY", "KNOWN_HOSTS"])
def test_a_missing_secret_is_named(project: Path, name: str, key: str, tmp_path: Path) -> None:
    _, outcome = run(project, tmp_path, key, **{name: ""})
    wanted = "Create env file" if name == "ENV_VARS" else "Create ssh key file"
    assert outcome.failed == wanted
    assert f"{Messages(project)['NO_SECRET']} {name}\n" in outcome.output
    assert "connect.sh" in outcome.output


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("HOST", "http://203.0.113.10/", "BAD_HOST"),
        ("HOST", "ubuntu@203.0.113.10", "BAD_HOST"),
        ("KEY", "MIIEpAIBAAKCAQEA", "BAD_KEY"),
    ],
    ids=["an address with http", "an address with a user", "a key without its first line"],
)
def test_a_secret_of_the_wrong_form_is_reported(
    project: Path, name: str, value: str, cause: str, key: str, tmp_path: Path
) -> None:
    _, outcome = run(project, tmp_path, key, **{name: value})
    assert outcome.failed == "Create ssh key file"
    assert Messages(project)[cause] in outcome.output


def test_no_secret_is_left_or_printed_when_a_step_fails(
    project: Path, key: str, tmp_path: Path
) -> None:
    runner, outcome = run(project, tmp_path, key)
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
    runner = Runner(render(), tmp_path, {}, **event)
    assert runner.wants("deploy") is wanted
    assert runner.wants("test")


# What GitHub does with the workflow, and no runner can show


@pytest.fixture(scope="module")
def workflow() -> dict:
    return yaml.safe_load((render() / WORKFLOW).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def deployment(workflow: dict) -> dict:
    return workflow["jobs"]["deploy"]


def test_every_push_and_pull_request_is_tested(workflow: dict) -> None:
    # YAML 1.1 reads `on` as true. A filter, as for branches, would be a value.
    # A pull request of the other workflow is tested on demand: what that pushes starts nothing.
    assert workflow[True] == {"push": None, "pull_request": None, "workflow_dispatch": None}
    assert "if" not in workflow["jobs"]["test"]


def test_nothing_is_deployed_before_its_tests_have_passed(deployment: dict) -> None:
    assert deployment["needs"] == "test"


def test_deployments_run_one_at_a_time_and_none_is_cancelled(
    workflow: dict, deployment: dict
) -> None:
    # The group is the same for every commit. One for the whole workflow would cancel, too.
    assert deployment["concurrency"] == {"group": "production", "cancel-in-progress": False}
    assert "concurrency" not in workflow


def test_the_deployment_s_environment_is_production(deployment: dict) -> None:
    assert deployment["environment"] == "production"


def test_the_workflow_may_only_read_the_repository(workflow: dict) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert not [name for name, job in workflow["jobs"].items() if "permissions" in job]


@pytest.mark.parametrize("job", ["test", "deploy"])
def test_a_checkout_leaves_no_token_behind(workflow: dict, job: str) -> None:
    steps = [step for step in workflow["jobs"][job]["steps"] if "uses" in step]
    assert [step["uses"].split("@")[0] for step in steps] == ["actions/checkout"]
    assert [step["with"] for step in steps] == [{"persist-credentials": False}]


@pytest.mark.parametrize("job", ["test", "deploy"])
def test_actions_are_pinned_by_their_commit(workflow: dict, job: str) -> None:
    uses = [step["uses"] for step in workflow["jobs"][job]["steps"] if "uses" in step]
    assert [used for used in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used)] == []


@pytest.mark.parametrize("job", ["test", "deploy"])
def test_a_job_that_hangs_is_ended_within_the_hour(workflow: dict, job: str) -> None:
    # GitHub's own limit is six hours.
    assert 0 < workflow["jobs"][job]["timeout-minutes"] <= 60


def test_the_job_test_has_no_secret(workflow: dict) -> None:
    assert "secrets" not in str(workflow["jobs"]["test"])


def test_only_steps_get_secrets_and_by_variables_of_their_own(workflow: dict) -> None:
    jobs = workflow["jobs"].values()
    assert "secrets." not in str([job.get("env") for job in [workflow, *jobs]])
    assert [step for job in jobs for step in job["steps"] if "${{" in step.get("run", "")] == []


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

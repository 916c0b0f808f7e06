"""What tools and assistants read of a project is true: AGENTS.md, hooks, the dev container."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from lab.environments import environment_of
from lab.machine import run
from lab.rendering import OPPOSITES, Choice, each_combination, name_of, render


def rules(project: Path) -> str:
    return (project / "AGENTS.md").read_text(encoding="utf-8")


def commands(project: Path) -> list[str]:
    """Return the commands of the block, without their comments."""
    block = re.search(r"```bash\n(.+?)```", rules(project), re.DOTALL)
    return [line.split("#")[0].strip() for line in block[1].splitlines()]


def missing_paths(text: str, project: Path) -> list[str]:
    """Return the paths in backticks that are not there; `tests/` is in each app."""
    paths = re.findall(r"`([\w./-]*/|[\w./-]*\.(?:md|py|in|txt|env|env\.\w+|example))`", text)
    return [p for p in paths if p != "tests/" and not (project / p).exists()]


@each_combination
def test_the_rules_are_short_and_name_only_what_exists(choice: Choice) -> None:
    text = rules(render(choice))
    assert len(text.splitlines()) <= 60
    assert missing_paths(text, render(choice)) == []


def test_a_rule_about_a_missing_path_is_found() -> None:
    text = "`config/missing.py`, `missing/`, `config/urls.py`"
    assert missing_paths(text, render()) == ["config/missing.py", "missing/"]


@pytest.mark.slow
@pytest.mark.parametrize("choice", OPPOSITES, ids=name_of)
def test_the_commands_of_the_rules_work(project_copy: Callable, choice: Choice) -> None:
    """The server must only start, and the suite only be found: others run them."""
    project = project_copy(choice)
    bin_folder = environment_of(choice).parent
    shortened = {
        "python manage.py runserver": "python manage.py check",
        "pytest": "pytest --collect-only -q",
    }
    wanted = [*commands(project), *re.findall(r"`(python manage\.py [^`]+)`", rules(project))]
    assert len(wanted) > len(shortened) and shortened.keys() <= set(wanted)
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    for command in wanted:
        words = shortened.get(command, command).split()
        done = run(*words, cwd=project, env={**os.environ, "PATH": path})
        assert done.returncode == 0, f"{command}: {done.stdout}"


@each_combination
def test_the_dev_container_opens_the_service_where_the_source_is(choice: Choice) -> None:
    folder = render(choice) / ".devcontainer"
    container = json.loads((folder / "devcontainer.json").read_text(encoding="utf-8"))
    compose = yaml.safe_load((folder / container["dockerComposeFile"]).read_text(encoding="utf-8"))
    service = compose["services"][container["service"]]
    assert f".:{container['workspaceFolder']}" in service["volumes"]
    ports = [port.rpartition(":")[2] for port in service["ports"]]
    assert ports == [str(port) for port in container["forwardPorts"]]
    dockerfile = (render(choice) / "Dockerfile").read_text(encoding="utf-8")
    assert f"\nUSER {container['remoteUser']}\n" in dockerfile


@pytest.mark.slow
def test_the_commit_hooks_mend_a_file_with_the_projects_own_ruff(project_copy: Callable) -> None:
    project = project_copy()
    bin_folder = environment_of(()).parent
    # Neither a network nor a cache: hooks that had to be installed would fail.
    own = {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(project.parent / "hooks"),
        "https_proxy": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    file = project / "config/untidy.py"
    file.write_text("import os\nx  =  1\n")
    for command in (["git", "init", "-q"], ["git", "add", "config/untidy.py"]):
        subprocess.run(command, cwd=project, check=True)

    done = run("pre-commit", "run", cwd=project, env={**os.environ, **own})

    assert done.returncode == 1, done.stdout
    assert file.read_text() == "x = 1\n"

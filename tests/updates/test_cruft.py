"""cruft, the usual tool for updates, works with the template too; and so does the installed
program.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from ceos_update.project import OF_EACH_COMPUTER
from lab.machine import tool
from lab.rendering import TEMPLATE, render
from lab.updates import (
    ENGLISH,
    ORIGIN,
    RAW,
    Done,
    Pair,
    add_file,
    commit_all,
    differences,
    git,
    make_pair,
    merge_update,
    replace_in,
    run,
    start_repository,
    template_of_now,
    updated,
)

pytestmark = pytest.mark.slow


def cruft(folder: Path, *arguments: object) -> Done:
    return run(folder, Path(sys.executable).with_name("cruft"), *arguments)


@pytest.fixture(scope="module")
def created(tmp_path_factory) -> Path:
    """Return a project that cruft has made of the template as it is now."""
    folder = tmp_path_factory.mktemp("cruft")
    options = ("--no-input", "--output-dir", folder, "--extra-context", json.dumps(dict(ENGLISH)))
    done = cruft(folder, "create", template_of_now(), *options)
    assert done.code == 0, done.out + done.err
    return folder / "ceos-api"


@pytest.fixture(params=["cruft", "cookiecutter"])
def made(request, created: Path, tmp_path: Path) -> Pair:
    """Return a template and a project that one of the two has made."""
    pair = make_pair(tmp_path, ENGLISH)
    if request.param == "cruft":
        shutil.rmtree(pair.project)
        shutil.copytree(created, pair.project)
        origin = pair.project / ORIGIN
        text = origin.read_text(encoding="utf-8")
        origin.write_text(text.replace(str(template_of_now()), str(pair.template)), "utf-8")
    start_repository(pair.project)
    return pair


def test_cruft_makes_what_cookiecutter_makes(created: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(created, tmp_path / "project"))
    start_repository(project)
    assert differences(project, render(ENGLISH)) == []


def test_cruft_finds_no_news(made: Pair) -> None:
    done = cruft(made.project, "check")
    assert done.code == 0, done.out + done.err


def test_cruft_finds_news(made: Pair) -> None:
    add_file(made.template)
    done = cruft(made.project, "check")
    assert done.code == 1
    assert "out of date" in done.out + done.err


def test_cruft_shows_no_difference_in_a_new_project(made: Pair) -> None:
    done = cruft(made.project, "diff", "--exit-code")
    assert done.code == 0, done.out + done.err


def test_cruft_shows_what_the_team_has_changed(made: Pair) -> None:
    replace_in(made.project / "README.md", "# CEOS API\n", "# Our API\n")
    done = cruft(made.project, "diff", "--exit-code")
    assert done.code == 1
    assert "# Our API" in done.out


def test_cruft_updates_and_keeps_the_teams_edits(made: Pair) -> None:
    replace_in(made.project / "README.md", "# CEOS API\n", "# Our API\n")
    commit_all(made.project)
    add_file(made.template)
    secrets = (made.project / ".env").read_bytes()
    done = cruft(made.project, "update", "--skip-apply-ask")
    assert done.code == 0, done.out + done.err
    assert git(made.project, "status", "--porcelain").split() == ["M", ORIGIN, "A", "new_1.py"]
    assert (made.project / "README.md").read_text("utf-8").startswith("# Our API\n")
    assert (made.project / ".env").read_bytes() == secrets


def test_after_an_update_cruft_finds_no_news(made: Pair) -> None:
    add_file(made.template)
    cruft(made.project, "update", "--skip-apply-ask")
    done = cruft(made.project, "check")
    assert done.code == 0, done.out + done.err


def test_a_project_is_updated_by_either_in_turn(made: Pair) -> None:
    add_file(made.template, 1)
    assert cruft(made.project, "update", "--skip-apply-ask").code == 0
    commit_all(made.project)
    add_file(made.template, 2)
    updated(made.project)
    merge_update(made.project)
    add_file(made.template, 3)
    assert cruft(made.project, "update", "--skip-apply-ask").code == 0
    commit_all(made.project)
    wanted = [f"new_{number}.py" for number in (1, 2, 3)]
    assert sorted(path.name for path in made.project.glob("new_*.py")) == wanted
    assert cruft(made.project, "check").code == 0


def test_an_update_leaves_out_what_the_project_tells_cruft_to_skip(made: Pair) -> None:
    replace_in(made.project / "pyproject.toml", 'skip = [".cruft', 'skip = ["README.md", ".cruft')
    commit_all(made.project)
    heading = "# {{ cookiecutter.project_name }}\n"
    replace_in(made.template / RAW / "README.en.md", heading, "# Theirs\n")
    add_file(made.template)
    updated(made.project)
    assert (made.project / "README.md").read_text("utf-8").startswith("# CEOS API\n")


# The program as it is installed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    # With the caller's own settings of package indexes
    home = {"HOME": os.environ.get("HOME", "")}
    command = (tool("uv"), "build", "--quiet", "--wheel", "--out-dir", folder)
    done = run(template_of_now(), *command, **home)
    assert done.code == 0, done.err
    [file] = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_has_the_program_and_not_the_template(wheel: zipfile.ZipFile) -> None:
    files = {name for name in wheel.namelist() if ".dist-info/" not in name}
    source = TEMPLATE / "ceos_update"
    wanted = {f"ceos_update/{file.name}" for file in source.iterdir() if file.is_file()}
    assert files == wanted


def test_the_wheel_has_the_command(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    text = wheel.read(name).decode()
    assert text.split() == ["[console_scripts]", "ceos-template", "=", "ceos_update.cli:main"]


def test_the_wheel_needs_cookiecutter_alone(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    needed = [
        line.partition(": ")[2]
        for line in wheel.read(name).decode().splitlines()
        if line.startswith("Requires-Dist: ")
    ]
    project = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert needed == project["dependencies"]
    assert [name for name in needed if not name.startswith("cookiecutter")] == []


def test_cruft_leaves_out_the_same_whoever_made_the_project() -> None:
    project = render()
    origin = json.loads((project / ORIGIN).read_text("utf-8"))
    settings = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    assert origin["skip"] == settings["tool"]["cruft"]["skip"] == OF_EACH_COMPUTER

"""Updates of rendered projects: templates with commits, teams with edits, and the command."""

from __future__ import annotations

import functools
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab.rendering import (
    TEMPLATE,
    Choice,
    choice_with,
    copy_template,
    paths_in,
    rendered_root,
)

STATES: list[dict[str, str]] = json.loads(
    (TEMPLATE / "ceos_update" / "states.json").read_text(encoding="utf-8")
)
# The folder of the project in the template
RAW = "{{cookiecutter.project_slug}}"
ORIGIN = ".cruft.json"
ENGLISH = choice_with(docs_language="en")
# What each rendering makes anew
PRIVATE = {ORIGIN, ".env", ".env.prod"}
UPDATE, RENDERED = "ceos-template/update", "ceos-template/rendered"
IDENTITY = {
    f"GIT_{role}_{kind}": value
    for role in ("AUTHOR", "COMMITTER")
    for kind, value in (("NAME", "Team"), ("EMAIL", "team@example.com"))
}


@dataclass
class Done:
    """What a command has come to."""

    code: int
    out: str
    err: str


@functools.cache
def environment() -> dict[str, str]:
    """Return an environment without anybody's settings of git, and with an empty home."""
    home = Path(rendered_root(), "home")
    home.mkdir(exist_ok=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return own | IDENTITY | {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "PWD": str(home)}


def run(folder: Path, *command: object, **variables: str) -> Done:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment() | variables,
        capture_output=True,
        encoding="utf-8",
    )
    return Done(done.returncode, done.stdout, done.stderr)


def git(folder: Path, *arguments: object) -> str:
    done = run(folder, "git", *arguments)
    assert done.code == 0, f"git {arguments}: {done.err or done.out}"
    return done.out.rstrip("\n")


def start_repository(folder: Path) -> None:
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit_all(folder, "First commit")


def commit_all(folder: Path, message: str = "Change") -> str:
    """Commit everything in a folder, and return the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


@functools.cache
def template_of_now() -> Path:
    """Return a repository with the template's files as they are now, in one commit."""
    folder = copy_template(Path(rendered_root(), "template-of-now"))
    start_repository(folder)
    return folder


@functools.cache
def template_with_history() -> Path:
    """Return a clone of the template's repository, with its files as they are now on top."""
    folder = Path(rendered_root(), "template-with-history")
    # No tags: without them the newest commit is what projects are updated to.
    git(TEMPLATE, "clone", "--quiet", "--no-tags", TEMPLATE, folder)
    for state in STATES:
        if run(folder, "git", "cat-file", "-e", f"{state['commit']}^{{commit}}").code:
            pytest.fail(
                f"{state['commit']}, version {state['version']}, is not in this clone's history. "
                "Updates from it are tested in a full clone only: git fetch --unshallow",
                pytrace=False,
            )
    git(folder, "switch", "--quiet", "--force-create", "main")
    git(folder, "rm", "--quiet", "-r", ".")
    copy_template(folder)
    commit_all(folder, "The template as it is now")
    return folder


@functools.cache
def template_at(commit: str) -> Path:
    """Return a folder with the template's files of an earlier commit."""
    folder = Path(rendered_root(), f"template-at-{commit}")
    git(template_with_history(), "worktree", "add", "--quiet", "--detach", folder, commit)
    return folder


def render_project(template: Path, folder: Path, answers: Mapping[str, object]) -> Path:
    """Render a project into a folder, as people do."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = [f"{name}={value}" for name, value in answers.items()]
    command = (sys.executable, "-m", "cookiecutter", "--no-input", template, *pairs, "-o", folder)
    done = run(folder, *command)
    assert done.code == 0, done.out + done.err
    [project] = folder.iterdir()
    return project


@functools.cache
def rendered_from(template: Path, choice: Choice) -> Path:
    """Return a rendered project that nobody may change."""
    folder = Path(rendered_root(), f"rendered-{rendered_from.cache_info().currsize}")
    return render_project(template, folder, dict(choice))


@dataclass
class Pair:
    """A template and a project that was made from it, each a repository that a test may change."""

    template: Path
    project: Path


def make_pair(folder: Path, choice: Choice, at: str = "project") -> Pair:
    """Return a copy of the template of now, and a committed project made from it."""
    template, source = folder / "template", rendered_from(template_of_now(), choice)
    git(folder, "clone", "--quiet", template_of_now(), template)
    project = folder / at
    shutil.copytree(source, project)
    origin = project / ORIGIN
    text = origin.read_text(encoding="utf-8")
    origin.write_text(text.replace(str(template_of_now()), str(template)), encoding="utf-8")
    return Pair(template, project)


@functools.cache
def program() -> Path:
    """Return a folder with the program alone, as pip installs it: no template is next to it."""
    folder = Path(rendered_root(), "installed")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(TEMPLATE / "ceos_update", folder / "ceos_update", ignore=ignore)
    return folder


def update(folder: Path, *arguments: object, **variables: str) -> Done:
    """Run `ceos-template update` in a folder."""
    variables = {"PYTHONPATH": str(program()), "PYTHONDONTWRITEBYTECODE": "1"} | variables
    return run(folder, sys.executable, "-m", "ceos_update", "update", *arguments, **variables)


def updated(folder: Path, *arguments: object) -> Done:
    """Update without conflicts."""
    done = update(folder, *arguments)
    assert done.code == 0, done.out + done.err
    return done


def update_from(project: Path, version: dict[str, str], choice: Choice) -> Done:
    """Update a project that was rendered from an earlier version to the one of now."""
    told = [] if (project / ORIGIN).exists() else ["--from", version["version"]]
    answers = [f"--set={pair}" for pair in as_pairs(choice)] if told else []
    return update(project, "--template", template_with_history(), *told, *answers)


def as_pairs(choice: Choice) -> list[str]:
    """Return answers as `--set` takes them."""
    return [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in choice
    ]


def state(project: Path) -> dict[str, str]:
    """Return what git knows of a project: everything that a refusal may not change."""
    return {
        "status": git(project, "status", "--porcelain=v2", "--branch"),
        "refs": run(project, "git", "for-each-ref").out,
        "stash": run(project, "git", "stash", "list").out,
    }


def in_conflict(project: Path) -> set[str]:
    """Return the paths that git could not merge."""
    listed = git(project, "ls-files", "--unmerged", "-z").split("\0")
    return {entry.split("\t", 1)[1] for entry in listed if entry}


def replace_in(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert text.count(old) == 1, f"{text.count(old)} times in {file.name}: {old}"
    file.write_bytes(text.replace(old, new).encode())


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def add_file(template: Path, number: int = 1) -> None:
    """Commit a file to the template that every project gets."""
    (template / RAW / f"new_{number}.py").write_text("NEW = 1\n", encoding="utf-8")
    commit_all(template)


def merge_update(project: Path) -> None:
    git(project, "switch", "--quiet", "main")
    git(project, "merge", "--quiet", UPDATE)


def squash_update(project: Path) -> None:
    """Merge an update as a pull request's button does that makes one commit of it."""
    git(project, "switch", "--quiet", "main")
    git(project, "merge", "--quiet", "--squash", UPDATE)
    git(project, "commit", "--quiet", "--message", "Update")


def change_options(template: Path, change: Callable[[dict], object]) -> None:
    """Change the template's cookiecutter.json."""
    file = template / "cookiecutter.json"
    options = json.loads(file.read_text(encoding="utf-8"))
    change(options)
    file.write_text(json.dumps(options, ensure_ascii=False, indent=2), encoding="utf-8")


# A team's edits


@dataclass
class Edits:
    """What a team has changed in a project."""

    # A line, by the path of the file it was added to
    lines: dict[str, str] = field(default_factory=dict)
    # Paths that were deleted, or given another name
    gone: set[str] = field(default_factory=set)
    # Every path that differs from the rendering
    touched: set[str] = field(default_factory=set)


APP = {
    "__init__.py": "",
    "apps.py": (
        "from django.apps import AppConfig\n\n\n"
        'class ShopConfig(AppConfig):\n    name = "shop"\n    verbose_name = "Team shop"\n'
    ),
    "models.py": (
        "from django.db import models\n\n\n"
        "class Item(models.Model):\n    name = models.CharField(max_length=30)\n"
    ),
    "urls.py": "from django.urls import path\n\nurlpatterns: list = []  # Team\n",
    "migrations/__init__.py": "",
}


def edit_as_team_would(project: Path, seed: int) -> Edits:
    """Change a project in places that vary by seed, and commit that."""
    chance, edits = random.Random(seed), Edits()  # noqa: S311

    def add_line(path: str, line: str, after: str) -> None:
        """Add a line after one of those that match."""
        text = (project / path).read_text(encoding="utf-8")
        places = list(re.finditer(rf"^(?:{after})$\n", text, re.MULTILINE))
        place = chance.choice(places).end()
        write(project / path, text[:place] + line + "\n" + text[place:])
        edits.lines[path] = line

    for name, content in APP.items():
        write(project / "shop" / name, content)
    settings = "config/settings/base.py"
    change_value(project / settings, chance)
    add_line(settings, '    "shop",', r"LOCAL_APPS = \[|    \*LOCAL_APPS,|    \"accounts\",")
    route = '    path("api/shop/", include("shop.urls")),'
    add_line("config/urls.py", route, r' +path\("(?:admin|api/auth)/".*')
    add_line("README.md", "\nThe team says where it meets.\n", r"|## .*")
    add_line("requirements.in", "django-team", r"[a-z].*")
    add_line(".github/workflows/deploy.yml", "      - run: echo Team", "    steps:")
    if (project / "posts").exists():
        field_line = '    mood = models.CharField(max_length=20, default="team")'
        add_line("posts/models.py", field_line, r"    body = models\.TextField\(.*\)")
        text = 'dependencies = [("posts", "0001_initial")]  # Team\n'
        write(project / "posts" / "migrations" / "0002_mood.py", text)
    fixed = {*edits.lines, ORIGIN, ".gitignore", ".gitattributes", "pyproject.toml"}
    others = sorted(
        path
        for path in paths_in(project)
        if path not in fixed
        and not path.startswith((".git/", ".env", "shop/"))
        and (project / path).read_text(encoding="utf-8").count("\n") > 5
    )
    deleted, renamed = chance.sample(others, 2)
    (project / deleted).unlink()
    # The extension stays, so that what reads it does too.
    (project / renamed).rename((project / renamed).with_name(f"team_{Path(renamed).name}"))
    edits.gone |= {deleted, renamed}
    git(project, "add", "--all")
    listed = git(project, "diff", "--cached", "--name-only", "--no-renames", "-z", "HEAD")
    edits.touched = set(listed.split("\0")) - {""}
    commit_all(project, "The team's own work")
    return edits


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def change_value(settings: Path, chance: random.Random) -> None:
    """Change one of a few settings."""
    old, new = chance.choice(
        [
            ("timedelta(days=14)", "timedelta(days=3)"),
            ('STATIC_URL = "static/"', 'STATIC_URL = "assets/"'),
            ('MEDIA_URL = "media/"', 'MEDIA_URL = "uploads/"'),
        ]
    )
    text = settings.read_text(encoding="utf-8")
    write(settings, text.replace(old, new, 1))


def lost_edits(project: Path, edits: Edits) -> list[str]:
    """Return what is no longer there of a team's edits."""
    lost = []
    for path, line in edits.lines.items():
        file = project / path
        if not file.is_file() or line not in file.read_text(encoding="utf-8"):
            lost.append(f"{path}: {line.strip()}")
    for path in edits.touched - edits.gone:
        if not (project / path).is_file():
            lost.append(path)
    return lost + [f"{path} is back" for path in edits.gone if (project / path).exists()]


def followed(project: Path, edits: Edits) -> set[str]:
    """Return what a team has touched, under the names, too, that the template has given it."""
    names = git(project, "diff", "-M", "--name-status", "-z", f"{RENDERED}^", RENDERED).split("\0")
    found = set(edits.touched)
    for status, old, new in zip(names, names[1:], names[2:], strict=False):
        if re.fullmatch(r"R\d+", status) and old in edits.touched:
            found.add(new)
    return found


def differences(project: Path, rendering: Path, but_for: Iterable[str] = ()) -> list[str]:
    """Return where a project's committed files are not those of a rendering, modes included."""
    listed = git(project, "ls-files", "-z").split("\0")
    left_out = PRIVATE.union(but_for)
    own = {path for path in listed if path} - left_out
    wanted = paths_in(rendering) - left_out
    found = [f"- {path}" for path in wanted - own] + [f"+ {path}" for path in own - wanted]
    for path in own & wanted:
        files = (project / path, rendering / path)
        if files[0].read_bytes() != files[1].read_bytes():
            found.append(f"content of {path}")
        if len({os.access(file, os.X_OK) for file in files}) > 1:
            found.append(f"mode of {path}")
    return sorted(found)

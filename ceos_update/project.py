"""The project that is updated: where it is, where it comes from, and what its answers are."""

from __future__ import annotations

import difflib
import fnmatch
import functools
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .git import OLDEST, Git, GitError, Refusal
from .messages import messages_in

ORIGIN = ".cruft.json"
# An update has no part in what each computer has of its own.
OF_EACH_COMPUTER = [ORIGIN, ".env", ".env.prod"]
NOT_UPDATED = [*OF_EACH_COMPUTER, "db.sqlite3*", "media"]
# By which a project is known that has no ORIGIN; a team may have moved one of them.
OF_A_PROJECT = ("manage.py", "config/settings")
TRUE, FALSE = ("true", "yes", "y", "on", "1"), ("false", "no", "n", "off", "0")
# The name of the folder, and of the Compose project with its volumes
SLUG = "project_slug"


@dataclass
class Project:
    """A folder of a git repository, `prefix` its path there: `backend/`, or empty."""

    git: Git
    folder: Path
    prefix: str
    say: dict[str, str]
    content: dict = field(default_factory=dict)

    @property
    def address(self) -> str | None:
        return self.content.get("template")

    @property
    def commit(self) -> str | None:
        return self.content.get("commit")

    @property
    def answers(self) -> dict[str, object]:
        """Return the answers; cruft keeps names of its own among them."""
        context = self.content.get("context", {}).get("cookiecutter", {})
        return {name: value for name, value in context.items() if not name.startswith("_")}

    @property
    def origin(self) -> str:
        """Return the text of `.cruft.json` as it is committed; empty if there is none."""
        code, text, _ = self.git.run("show", f"HEAD:{self.prefix}{ORIGIN}")
        return "" if code else text

    @functools.cached_property
    def left_out(self) -> list[str]:
        """Return the patterns of paths that an update has no part in, the team's own included."""
        file = self.folder / "pyproject.toml"
        patterns = [*NOT_UPDATED, *map(str, self.content.get("skip", []))]
        try:
            own = tomllib.loads(file.read_text(encoding="utf-8"))
            patterns += own.get("tool", {}).get("cruft", {}).get("skip", [])
        except (OSError, ValueError):
            pass
        return patterns

    def leaves_out(self, path: str) -> bool:
        """Return whether an update has no part in a file, by its path in the project."""
        return any(fnmatch.fnmatch(path, p) or path.startswith(f"{p}/") for p in self.left_out)


def find_project(here: Path) -> Project:
    """Return the project around a folder, or the only one in its repository."""
    git, say = Git(here), messages_in(None)
    try:
        version = git("version").split()[2]
        if tuple(map(int, version.split(".")[:2])) < OLDEST:
            wanted = ".".join(map(str, OLDEST))
            raise Refusal(say["old_git"].format(version=version, wanted=wanted))
        top = Path(git("rev-parse", "--show-toplevel"))
    except FileNotFoundError:
        raise Refusal(say["no_git"]) from None
    except GitError:
        raise Refusal(say["no_repository"].format(folder=here)) from None
    if not git.succeeds("rev-parse", "--verify", "--quiet", "HEAD"):
        raise Refusal(say["no_commit"])
    folder = find_folder(here.resolve(), top.resolve(), Git(top), say)
    prefix = folder.relative_to(top.resolve()).as_posix()
    project = Project(Git(top), folder, "" if prefix == "." else f"{prefix}/", say)
    if (folder / ORIGIN).is_file():
        read_origin(project)
    return project


def find_folder(here: Path, top: Path, git: Git, say: dict[str, str]) -> Path:
    """Return the folder of the project, which may be one of several in a repository."""
    for folder in (here, *here.parents):
        if (folder / ORIGIN).is_file():
            return folder
        if folder == top:
            break
    listed = git("ls-files", "-z", "--", ORIGIN, f"**/{ORIGIN}").split("\0")
    found = [Path(name).parent for name in listed if name]
    if len(found) > 1:
        raise Refusal(say["several"].format(folders=", ".join(map(str, found))))
    if found:
        return top / found[0]
    for folder in (here, *here.parents):
        if any((folder / name).exists() for name in OF_A_PROJECT):
            return folder
        if folder == top:
            break
    raise Refusal(say["no_project"].format(folder=here))


def read_origin(project: Project) -> None:
    """Read `.cruft.json`; raise Refusal where it cannot be used, with how to get it back."""
    file = project.folder / ORIGIN
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
        fault = find_fault(content)
    except ValueError as error:
        fault = str(error)
    if fault:
        raise Refusal(project.say["damaged"].format(file=f"{project.prefix}{ORIGIN}", fault=fault))
    project.content = content
    project.say = messages_in(project.answers.get("docs_language"))


def find_fault(content: object) -> str | None:
    """Return what is wrong with the content of `.cruft.json`, or None."""
    if not isinstance(content, dict):
        return "no JSON object"
    for name, kinds in (("template", str), ("commit", (str, type(None))), ("context", dict)):
        if not isinstance(content.get(name), kinds):
            return f'"{name}": {json.dumps(content.get(name))}'
    if not isinstance(content["context"].get("cookiecutter"), dict):
        return '"context": no "cookiecutter"'
    if not isinstance(content.get("skip", []), list):
        return f'"skip": {json.dumps(content["skip"])}'
    return None


def choose_answers(
    answers: dict[str, object],
    chosen: dict[str, str],
    derived: dict[str, str],
    options: dict,
    say: dict[str, str],
) -> tuple[dict[str, object], list[str]]:
    """Return the answers for another version, and the names of those that it does not ask for.

    `chosen` are new ones by name, `options` the content of the version's cookiecutter.json. An
    answer that only followed from others, as `derived` has it, follows from the new ones. Raise
    Refusal for a name or a value that there is not.
    """
    renamed = options.get("_renamed_options", {})
    answers = {renamed.get(name, name): value for name, value in answers.items()}
    derived = {renamed.get(name, name): value for name, value in derived.items() if name != SLUG}
    names = [name for name in options if not name.startswith("_")]
    new = {name: value for name, value in answers.items() if name in names}
    dropped = [name for name in answers if name not in names]
    if chosen:
        new = {name: value for name, value in new.items() if derived.get(name) != value}
    new |= read_answers(chosen, options, say)
    for name, value in new.items():
        allowed = options[name]
        if isinstance(allowed, list) and value not in allowed:
            text = say["no_choice"].format(name=name, value=value, allowed=", ".join(allowed))
            raise Refusal(text)
    return new, dropped


def read_answers(chosen: dict[str, str], options: dict, say: dict[str, str]) -> dict[str, object]:
    """Return answers that were given as text; raise Refusal for a name or a value that is wrong."""
    names = [name for name in options if not name.startswith("_")]
    answers: dict[str, object] = {}
    for name, text in chosen.items():
        if name not in names:
            close = difflib.get_close_matches(name.lower(), names, n=1) or names
            raise Refusal(say["no_option"].format(name=name, known=", ".join(close)))
        if not isinstance(options[name], bool):
            answers[name] = text
        elif text.lower() in TRUE + FALSE:
            answers[name] = text.lower() in TRUE
        else:
            allowed = "true, false"
            raise Refusal(say["no_choice"].format(name=name, value=text, allowed=allowed))
    return answers

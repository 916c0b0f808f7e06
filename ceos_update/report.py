"""What somebody who merges an update has to know, as Markdown: it is a pull request's text too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .merging import Merge
from .project import Project
from .template import Rendering

# Values that have to be thought of
PLACEHOLDER = "CHANGE_ME"
MIGRATION = re.compile(r".+/migrations/\d+_\w+\.py")
ADDED = "A"


@dataclass
class Plan:
    """An update that is computed: the merge's subject, the merge, the old and the new rendering,
    the names of answers that the new version does not ask for, and the changelog's part.
    """

    title: str
    made: Merge
    renderings: tuple[Rendering, Rendering]
    dropped: list[str]
    news: str


def news(old: str, new: str) -> str:
    """Return what a changelog has that the older one does not, with the headings above it."""
    known, lines = set(old.splitlines()), []
    headings: dict[int, str] = {}
    for line in new.splitlines():
        level = len(line) - len(line.lstrip("#"))
        if level:
            headings = {other: text for other, text in headings.items() if other < level}
            headings[level] = line
        elif line.strip() and line not in known:
            # Each once, below the heading of the report's part; without the changelog's own
            for other in [other for other in headings if other > 1]:
                lines += ["", "##" + headings.pop(other), ""]
            lines.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def describe(project: Project, plan: Plan, say: dict[str, str]) -> str:
    """Return what the update is, what could not be merged, the steps by hand and the news."""
    made, (old, new) = plan.made, plan.renderings
    changed = {n: v for n, v in new.answers.items() if old.answers.get(n) != v}
    parts = {
        "conflicts": [f"- `{f}`: {reason(s, say)}" for f, s in sorted(made.conflicts.items())],
        "deleted": [f"- `{path}`" for path in sorted(made.deleted)],
        "dropped": [answer(name, old.answers[name]) for name in plan.dropped],
        "new_answers": [answer(name, value) for name, value in changed.items()],
        "steps": [f"{n}. {step}" for n, step in enumerate(steps_by_hand(project, plan, say), 1)],
        "news": plan.news.splitlines(),
    }
    texts = [f"### {say[name]}\n\n" + "\n".join(lines) for name, lines in parts.items() if lines]
    return "\n\n".join([f"## {plan.title}", *texts])


def answer(name: str, value: object) -> str:
    return f"- `{name}` = `{json.dumps(value, ensure_ascii=False)}`"


def reason(stages: str, say: dict[str, str]) -> str:
    """Return why git could not merge a file, by the versions that it has of it."""
    known = {"123": "both_changed", "23": "both_added", "12": "removed"}
    return say[known.get("".join(sorted(stages)), "both_moved")]


def steps_by_hand(project: Project, plan: Plan, say: dict[str, str]) -> Iterator[str]:
    changes = plan.made.changes
    if any(re.fullmatch(r"requirements.*\.txt", path) for path in changes):
        yield say["install"]
    migrations = {path: letter for path, letter in changes.items() if MIGRATION.fullmatch(path)}
    added = {path for path, letter in migrations.items() if letter == ADDED}
    if added:
        yield say["migrate"]
    both = sorted(
        {path.split("/migrations/")[0] for path in added if has_own(project, path, added)}
    )
    if both:
        yield say["two_leaves"].format(apps=" ".join(name.rpartition("/")[2] for name in both))
    rewritten = [path for path, letter in migrations.items() if letter != ADDED]
    if rewritten:
        yield say["rewritten"].format(files=", ".join(f"`{path}`" for path in rewritten))
    old, new = (read_env(rendering.project / ".env.example") for rendering in plan.renderings)
    variables = {
        "variables": [f"`{key}`" for key in new if key not in old],
        "other_defaults": [
            f"`{key}` (`{old[key]}` → `{value}`)"
            for key, value in new.items()
            if old.get(key, value) != value
        ],
        "unused_variables": [f"`{key}`" for key in old if key not in new],
    }
    for name, texts in variables.items():
        if texts:
            yield say[name].format(names=", ".join(texts))


def has_own(project: Project, added: str, others: set[str]) -> bool:
    """Return whether the team has a migration of the number of one that the update adds, or later:
    then two migrations are the last ones.
    """
    folder, _, name = added.rpartition("/")
    listed = project.git("ls-tree", "--name-only", "HEAD", f"{project.prefix}{folder}/").split()
    own = {path.rpartition("/")[2] for path in listed if MIGRATION.fullmatch(path)}
    return any(other >= name[:4] and f"{folder}/{other}" not in others for other in own)


def add_variables(project: Project, old: Rendering, new: Rendering) -> list[str]:
    """Add new variables to the developer's own `.env`, with the values of a new project, and return
    their names. Those that a person has to think of, and those that are there, are left out.
    """
    file = project.folder / ".env"
    if not file.is_file():
        return []
    text = file.read_bytes().decode("utf-8", errors="surrogateescape")
    known = {*read_env(file), *read_env(old.project / ".env.example")}
    missing = {
        key: value
        for key, value in read_env(new.project / ".env").items()
        if key not in known and value not in ("", PLACEHOLDER)
    }
    end = "\r\n" if "\r\n" in text else "\n"
    start = end if text and not text.endswith("\n") else ""
    if missing:
        with file.open("ab") as stream:
            lines = "".join(f"{key}={value}{end}" for key, value in missing.items())
            stream.write((start + lines).encode())
    return list(missing)


def read_env(file: Path) -> dict[str, str]:
    """Return the variables of a .env file, by name; none if there is no file."""
    if not file.is_file():
        return {}
    text = file.read_text(encoding="utf-8", errors="replace")
    return dict(re.findall(r"^\s*(\w+)\s*=(.*?)\r?$", text, re.MULTILINE))

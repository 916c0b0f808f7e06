"""Rendering over an existing folder: what a team has edited stays, unless they decide otherwise."""

from __future__ import annotations

import fnmatch
import functools
import os
import runpy
import tempfile
from pathlib import Path

from cookiecutter.exceptions import FailedHookException
from cookiecutter.generate import generate_files

from . import command_line
from .messages import messages_in

TEMPLATE = Path(__file__).resolve().parent.parent
RAW = TEMPLATE / "{{cookiecutter.project_slug}}"
PERMISSION = "REPLACE_EDITED_FILES"
SHOWN_MAX_FILES = 20


def prepare(answers: dict, project: Path, differing: dict[str, object]) -> None:
    """Have cookiecutter and the hook keep what has to stay in an existing project.

    `differing` are the answers that are not the defaults. Raise FailedHookException where edited
    files would be lost. A call of cookiecutter's API that overwrites is taken at its word.
    """
    context = command_line.current()
    options = context.params if context else {}
    keep = bool(options.get("skip_if_file_exists"))
    if options.get("overwrite_if_exists") and not keep:
        refuse_losses(answers, project, differing)
    files = load_hook()["files_of"](RAW)
    existing = find_existing(answers, project, files) if keep else []
    # Files one by one: cookiecutter replaces a folder that it copies, and with it a team's own; and
    # it copies a file even if it is there and to be skipped.
    patterns = answers["_copy_without_render"]
    answers["_existing"] = existing
    answers["_copy_without_render"] = [
        path for path in files if path not in existing and is_copied(path, patterns)
    ]


def refuse_losses(answers: dict, project: Path, differing: dict[str, object]) -> None:
    """Raise FailedHookException, naming the edited files that nobody has allowed to replace."""
    lost = [] if os.environ.get(PERMISSION) == "yes" else find_lost_files(answers, project)
    if lost:
        raise FailedHookException(refusal(lost, answers, differing))


@functools.cache
def load_hook() -> dict:
    """Return the functions of the post-gen hook, by name."""
    return runpy.run_path(str(TEMPLATE / "hooks" / "post_gen_project.py"))


def find_existing(answers: dict, project: Path, files: list[str]) -> list[str]:
    """Return the template's files that a project has, by their names before and after the hook."""
    final = load_hook()["split_variant"]
    names = {name for path in files for name in (path, final(path, answers)[0])}
    return sorted(name for name in names if (project / name).exists())


def is_copied(path: str, patterns: list[str]) -> bool:
    """Return whether cookiecutter copies a file of the template, or a folder that it is in."""
    return any(
        fnmatch.fnmatch(name, pattern)
        for name in (path, *map(str, Path(path).parents))
        for pattern in patterns
    )


def find_lost_files(answers: dict, project: Path) -> list[str]:
    """Return the files of the project that rendering over it would change or delete."""
    hook = load_hook()
    files = hook["files_of"](RAW)
    with tempfile.TemporaryDirectory() as folder:
        # Files that are not chosen are rendered too: the project's are dropped without a loss if
        # they are as the template has them.
        context = {**answers, "_output_dir": folder, "_optional_paths": {}}
        rendered = Path(
            generate_files(TEMPLATE, {"cookiecutter": context}, folder, accept_hooks=False)
        )
        names = hook["choose"](rendered, files, context)
        changed = {name for name in names if differ(project / name, rendered / name)}
    # A team's own README.en.md has the name of a file that the hook renames or deletes.
    deleted = {path for path in files if path not in names and (project / path).is_file()}
    return sorted(changed | deleted)


def differ(existing: Path, rendered: Path) -> bool:
    """Return whether a file exists with other contents; line endings do not count."""
    return existing.is_file() and read_lines(existing) != read_lines(rendered)


def read_lines(file: Path) -> bytes:
    return file.read_bytes().replace(b"\r\n", b"\n")


def refusal(lost: list[str], answers: dict, differing: dict[str, object]) -> str:
    """Return the message that names the files, and the two commands that go on."""
    say = messages_in(answers["docs_language"])
    more = len(lost) - SHOWN_MAX_FILES
    template = answers["_template"]
    keep = command_line.repeat(template, differing, True, skip_if_file_exists=True)
    replace = command_line.repeat(template, differing, True)
    lines = [
        say["edited"].format(folder=answers["project_slug"], count=len(lost)),
        *(f"  {name}" for name in lost[:SHOWN_MAX_FILES]),
        *([say["more"].format(count=more)] if more > 0 else []),
        say["keep"],
        f"    {keep}",
        say["replace"],
        f"    {command_line.with_variable(PERMISSION, 'yes', replace)}",
    ]
    return "\n".join(lines)

"""cookiecutter's command line: what was given on it, and a command that repeats the answers."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import cookiecutter
from cookiecutter.cli import main

# Up to 2.6, cookiecutter takes the `no` of `use_redis=no` for a text.
READS_BOOLEANS = tuple(map(int, re.findall(r"\d+", cookiecutter.__version__)[:2])) >= (2, 7)
# What PowerShell or cmd replaces between double quotes, or takes for the second one.
UNSAFE_ON_WINDOWS = re.compile(r'["$`%\u201c-\u201e]|\\$')


def current() -> click.Context | None:
    """Return the context of cookiecutter's command; None where its API was called."""
    context = click.get_current_context(silent=True)
    return context if context and context.command is main else None


def answers_given() -> dict[str, str]:
    """Return what was given as `name=value` on the command line."""
    context = current()
    return dict(context.params["extra_context"] or {}) if context else {}


def repeat(template: str, answers: dict[str, object], complete: bool, **changed: bool) -> str:
    """Return the command line that repeats the current one with these answers.

    `changed` are options of cookiecutter that differ. The command asks for the other answers,
    with these as the defaults, unless they are `complete` and can all be written.
    """
    windows = uses_windows_quotes()
    quote = quote_for_windows if windows else shlex.quote
    written = {name: value for name, value in answers.items() if can_be_written(value, windows)}
    # cookiecutter does not take answers along with a replay.
    changed |= {"no_input": complete and written == answers, "replay": False, "replay_file": False}
    words = [*program(), template, *options_given(changed)]
    pairs = (f"{name}={quote(to_text(value))}" for name, value in written.items())
    return " ".join([*map(quote, words), *pairs])


def with_variable(name: str, value: str, command: str) -> str:
    """Return a command line that runs another one with an environment variable."""
    if uses_windows_quotes():
        return f'$env:{name} = "{value}"; {command}'
    return f"{name}={value} {command}"


def program() -> list[str]:
    """Return the words with which the user has called cookiecutter."""
    called = Path(sys.argv[0])
    folders = Path(sys.prefix).parts
    if not current():
        return ["cookiecutter"]
    if called.name == "__main__.py":
        return [sys.executable, "-m", "cookiecutter"]
    # Both run a program in an environment in their cache, under an address that nobody types.
    if any(folder.startswith("archive-v") for folder in folders):
        return ["uvx", "cookiecutter"]
    if "pipx" in folders and "venvs" not in folders:
        return ["pipx", "run", "cookiecutter"]
    found = shutil.which("cookiecutter")
    is_on_path = found and Path(found).with_suffix("") == called.with_suffix("")
    return ["cookiecutter"] if is_on_path else [str(called)]


def options_given(changed: dict[str, bool]) -> Iterator[str]:
    """Yield the words of the options that were given on the command line, or are changed."""
    context = current()
    if not context:
        return
    for option in context.command.params:
        value = changed.get(option.name, context.params.get(option.name))
        if not isinstance(option, click.Option) or not value or value == option.default:
            continue
        yield option.opts[-1]
        if not option.is_flag:
            yield str(value)


def uses_windows_quotes() -> bool:
    """Return whether the user's shell is PowerShell or cmd; Git Bash sets MSYSTEM."""
    return sys.platform == "win32" and "MSYSTEM" not in os.environ


def quote_for_windows(word: str) -> str:
    """Return a word as PowerShell and cmd both take it."""
    return word if re.fullmatch(r"[\w./\\:=+-]+", word, re.ASCII) else f'"{word}"'


def can_be_written(value: object, windows: bool) -> bool:
    """Return whether an answer can be given on the command line, whatever shell reads it."""
    if isinstance(value, bool):
        return READS_BOOLEANS
    return not (windows and UNSAFE_ON_WINDOWS.search(str(value)))


def to_text(value: object) -> str:
    """Return an answer as it is given on the command line."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)

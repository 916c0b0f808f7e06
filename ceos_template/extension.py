"""Connect the checks to cookiecutter, before it makes a folder.

cookiecutter makes the project's folder before its first hook runs, and renders answers given on
the command line as template code. This Jinja extension, which cookiecutter.json names, comes
earlier: it keeps answers as they were given, and refuses all bad ones in one message when the
folder's name is rendered, whether they were typed, given on the command line or replayed. So there
is no pre-gen hook.
"""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment, pass_environment
from jinja2.ext import Extension

from . import command_line
from .answers import (
    derive_slug,
    escape_quotes,
    find_faults,
    find_mark,
    find_unknown,
    refusal,
)
from .origin import find_origin
from .overwriting import prepare

TEMPLATE = Path(__file__).resolve().parent.parent
FOLDER = "{{cookiecutter.project_slug}}"


class AnswersExtension(Extension):
    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["check_answers"] = check_answers
        environment.filters["derive_slug"] = derive_slug
        environment.filters["escape_quotes"] = escape_quotes

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Check the answers before the folder's name; keep Jinja in an answer from running."""
        if source == FOLDER:
            return "{{ cookiecutter | check_answers }}" + source
        if name is None and find_mark(source) and not is_of_template(source):
            return "{{ " + ascii(source) + " }}"
        return source


@pass_environment
def check_answers(environment: Environment, answers: dict) -> str:
    """Return an empty text; raise FailedHookException, naming every fault, for bad answers."""
    options = read_options()
    language = answers.get("docs_language")
    faults = find_faults(answers, options)
    faults |= find_unknown(command_line.answers_given(), options, language)
    if faults:
        differing = find_differing(answers, faults, options, environment)
        command = command_line.repeat(answers["_template"], differing, complete=False)
        raise FailedHookException(refusal(faults.values(), command, language))
    complete(answers, options)
    # cruft renders into a new folder, and names none.
    project = Path(answers.get("_output_dir", ""), answers["project_slug"])
    if "_output_dir" in answers and project.is_dir():
        prepare(answers, project, find_differing(answers, (), options, environment))
    return ""


def complete(answers: dict, options: dict) -> None:
    """Add to good answers what the hook has to know, and what is not rendered."""
    # Hooks run inside the project, where a relative path of the template does not resolve. cruft
    # does not name the folder.
    folder = Path(answers.get("_repo_dir", TEMPLATE)).resolve()
    answers["_repo_dir"] = str(folder)
    answers["_origin"] = find_origin(answers["_template"], answers.get("_checkout"), folder)
    # The values of each choice: of `README.ko.md` and `README.en.md` the hook keeps one.
    choices = {n: v for n, v in options.items() if isinstance(v, list) and not n.startswith("_")}
    answers["_choices"] = choices
    # The hook drops the other values' files; rendering them would only take time.
    others = [v for name, values in choices.items() for v in values if v != answers[name]]
    answers["_copy_without_render"] = [
        *answers["_copy_without_render"],
        *(f"*.{other}.*" for other in others),
    ]
    # The template's files that were there before, and that the hook does not touch.
    answers["_existing"] = []


def find_differing(
    answers: dict, refused: Container[str], options: dict, environment: Environment
) -> dict[str, object]:
    """Return the good answers that are not the defaults, derived ones included."""
    texts = {name: str(answers.get(name)) for name in options}
    differing = {}
    for name, default in options.items():
        if name.startswith("_") or name in refused:
            continue
        default = default[0] if isinstance(default, list) else default
        if isinstance(default, str):
            default = environment.from_string(default).render(cookiecutter=texts)
        if answers[name] != default:
            differing[name] = answers[name]
    return differing


def read_options() -> dict:
    # Read each time: cruft renders two versions of the template in one process.
    return json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))


def is_of_template(source: str) -> bool:
    """Return whether a text belongs to this template; otherwise it is an answer."""
    return source in read_options().values() or source in {
        hook.read_text(encoding="utf-8") for hook in TEMPLATE.glob("hooks/*.py")
    }

"""Connect the checks to cookiecutter, before it makes a folder.

cookiecutter makes the project's folder before its first hook runs, and renders answers given on
the command line as template code. This Jinja extension, which cookiecutter.json names, comes
earlier: it keeps answers as they were given, and refuses all bad ones in one message when the
folder's name is rendered, whether they were typed, given on the command line or replayed. So there
is no pre-gen hook.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.ext import Extension

from .answers import derive_slug, escape_quotes, find_faults, find_mark, refusal

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


def check_answers(answers: dict) -> str:
    """Return an empty text; raise FailedHookException, naming every fault, for bad answers."""
    options = read_options()
    language = answers.get("docs_language")
    faults = find_faults(answers, options)
    if faults:
        raise FailedHookException(refusal(faults, language))
    # Hooks run inside the project, where a relative path of the template does not resolve.
    answers["_repo_dir"] = str(Path(answers["_repo_dir"]).resolve())
    # The values of each choice: of `README.ko.md` and `README.en.md` the hook keeps one.
    choices = {n: v for n, v in options.items() if isinstance(v, list) and not n.startswith("_")}
    answers["_choices"] = choices
    # The hook drops the other values' files; rendering them would only take time.
    others = [v for name, values in choices.items() for v in values if v != answers[name]]
    copied = answers["_copy_without_render"]
    if Path(answers["_output_dir"], answers["project_slug"]).exists():
        # Files one by one: cookiecutter replaces a folder that it copies, and with it a team's own.
        raw = TEMPLATE / FOLDER
        copied = [f"{path}/*.*" if (raw / path).is_dir() else path for path in copied]
    answers["_copy_without_render"] = [*copied, *(f"*.{other}.*" for other in others)]
    return ""


@functools.cache
def read_options() -> dict:
    return json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))


def is_of_template(source: str) -> bool:
    """Return whether a text belongs to this template; otherwise it is an answer."""
    return source in read_options().values() or source in {
        hook.read_text(encoding="utf-8") for hook in TEMPLATE.glob("hooks/*.py")
    }

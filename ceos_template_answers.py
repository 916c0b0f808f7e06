"""Check the answers while cookiecutter still has them in hand, before it makes a folder.

cookiecutter makes the project's folder before its first hook runs, and renders answers given on
the command line as template code. This Jinja extension, which cookiecutter.json names, refuses
both earlier, with a message in place of a traceback; the checks are those of the pre-gen hook.
"""

import importlib.util
import json
from pathlib import Path

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.ext import Extension

TEMPLATE = Path(__file__).parent


def load_hook():
    """Return hooks/pre_gen_project.py as a module; `hooks` is no package to import from."""
    spec = importlib.util.spec_from_file_location(
        "ceos_template_pre_gen", TEMPLATE / "hooks" / "pre_gen_project.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class AnswersExtension(Extension):
    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["check_answers"] = check_answers

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Refuse an answer that holds `{{`; the template's own expressions name `cookiecutter`."""
        if name is None and "{{" in source and "cookiecutter" not in source:
            raise FailedHookException(load_hook().template_code_refusal(source))
        return source


def check_answers(answers: dict) -> str:
    """Return an empty text; raise FailedHookException, naming every fault, for answers refused."""
    hook = load_hook()
    options = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
    faults = hook.find_faults(answers, options)
    if faults:
        raise FailedHookException(hook.refusal(faults, answers.get("docs_language")))
    return ""

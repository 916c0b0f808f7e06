"""Render one version of the template, in a process of its own: two versions have two modules of
one name.

The standard input is JSON: `template`, a folder; `answers`; `output`, a folder. The project goes
to `output/project`, and the answers that it was rendered with to `output/result.json`. The exit
code is 1, and the reason on the standard error, if the template refuses the answers.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cookiecutter.exceptions import CookiecutterException
from cookiecutter.generate import generate_context
from cookiecutter.main import cookiecutter
from cookiecutter.prompt import prompt_for_config


def main() -> None:
    order = json.load(sys.stdin)
    template, output = order["template"], Path(order["output"])
    # Before any other module of this name
    sys.path.insert(0, template)
    # Neither the user's defaults nor their last answers have a part in it.
    config = output / "config.json"
    config.write_text(json.dumps({"replay_dir": str(output / "replay")}), encoding="utf-8")
    try:
        derived = derive(template, order["answers"])
        project = cookiecutter(
            template,
            no_input=True,
            extra_context=order["answers"],
            output_dir=str(output),
            config_file=str(config),
        )
    except (CookiecutterException, ValueError) as error:
        sys.exit(str(error))
    Path(project).rename(output / "project")
    [replay] = (output / "replay").glob("*.json")
    answers = json.loads(replay.read_text(encoding="utf-8"))["cookiecutter"]
    result = {
        "answers": {name: value for name, value in answers.items() if not name.startswith("_")},
        "derived": derived,
    }
    (output / "result.json").write_text(json.dumps(result), encoding="utf-8")


def derive(template: str, answers: dict) -> dict[str, str]:
    """Return what the options whose default depends on other answers would be by default."""
    file = Path(template, "cookiecutter.json")
    options = json.loads(file.read_text(encoding="utf-8"))
    names = [
        name
        for name, default in options.items()
        if isinstance(default, str) and "{{" in default and not name.startswith("_")
    ]
    others = {name: value for name, value in answers.items() if name not in names}
    context = generate_context(context_file=str(file), extra_context=others)
    found = prompt_for_config(context, no_input=True)
    return {name: found[name] for name in names}


if __name__ == "__main__":
    main()

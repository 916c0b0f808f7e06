"""Lock every requirements file of this template, all of them from one resolution: `make lock`.

A `requirements*.in` says what is wanted, the `.txt` beside it what is installed: complete, with
hashes, for every platform and every Python from 3.11 on. The `.txt` of the rendered project holds
the requirements of all options; what only some options need stands between the template's own
tags, so that rendering, which is offline, leaves exactly the right set.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment

TEMPLATE = Path(__file__).resolve().parent.parent
PROJECT = TEMPLATE / "{{cookiecutter.project_slug}}"
OPTIONS = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
JINJA = Environment(  # noqa: S701 (requirements, not HTML)
    **OPTIONS["_jinja2_env_vars"], keep_trailing_newline=True
)
# What pip and every Python from 3.11 on can install. pip before 23.3 needs the extras: it takes
# `coverage[toml]` for another requirement than `coverage`, and looks for the newest release of it.
# mysqlclient is not built for its metadata: that would want a compiler and MySQL's headers.
COMPILE = "--universal --python-version 3.11 --no-strip-extras --generate-hashes"
QUIET = "--only-binary mysqlclient --no-emit-index-url --no-annotate --no-header --quiet"
HEADER = f"# Made from {{0}}.in by: uv pip compile {COMPILE} {{0}}.in -o {{0}}.txt\n"

Choice = tuple[tuple[str, object], ...]
Resolution = dict[str, str]  # "name==version ; marker" -> the whole entry, with its hashes


def main() -> None:
    everything = [TEMPLATE / "requirements-test.in", PROJECT / "requirements-image.in"]
    with tempfile.TemporaryDirectory() as folder:
        # Tags are comments: to uv, the project's raw files ask for all options at once.
        newest = Path(folder, "newest.txt")
        newest.write_text(join(compile_requirements(*everything).values()), encoding="utf-8")
        for name in ("requirements", "requirements-test"):
            entries = compile_requirements(TEMPLATE / f"{name}.in", newest=newest).values()
            write(TEMPLATE / f"{name}.txt", "# Made by `make lock`.\n" + join(entries))
        for name, text in lock_project(newest).items():
            write(PROJECT / name, text)


def lock_project(newest: Path) -> dict[str, str]:
    """Return the text of each `requirements*.txt` of the raw project."""
    base: dict[Choice, Resolution] = {}
    added: dict[str, dict[Choice, Resolution]] = {"requirements-dev": {}, "requirements-image": {}}
    for choice in choices(mentioned_options()):
        with tempfile.TemporaryDirectory() as folder:
            for source in PROJECT.glob("requirements*.in"):
                Path(folder, source.name).write_text(
                    render(source.read_text(encoding="utf-8"), choice), encoding="utf-8"
                )
            base[choice] = compile_requirements(Path(folder, "requirements.in"), newest=newest)
            for name, resolutions in added.items():
                whole = compile_requirements(Path(folder, f"{name}.in"), newest=newest)
                resolutions[choice] = {k: v for k, v in whole.items() if k not in base[choice]}
    texts = {"requirements.txt": HEADER.format("requirements") + merge(base)}
    for name, resolutions in added.items():
        texts[f"{name}.txt"] = HEADER.format(name) + "-r requirements.txt\n" + merge(resolutions)
    return texts


def mentioned_options() -> dict[str, list]:
    """Return the options that the project's requirements depend on, each with its values."""
    text = "".join(f.read_text(encoding="utf-8") for f in PROJECT.glob("requirements*.in"))
    names = dict.fromkeys(re.findall(r"cookiecutter\.(\w+)", text))
    return {
        name: [True, False] if isinstance(OPTIONS[name], bool) else OPTIONS[name] for name in names
    }


def choices(options: dict[str, list]) -> list[Choice]:
    return [
        tuple(zip(options, values, strict=True)) for values in itertools.product(*options.values())
    ]


def render(text: str, choice: Choice) -> str:
    return JINJA.from_string(text).render(cookiecutter=dict(choice))


def compile_requirements(*sources: Path, newest: Path | None = None) -> Resolution:
    """Return what the .in files ask for, in the versions of `newest` where that is given."""
    constraints = ["--constraint", str(newest)] if newest else []
    # This machine's own indexes and caches of packages are no part of the template.
    own = {k: v for k, v in os.environ.items() if not k.startswith(("UV_", "PIP_"))}
    output = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "uv", "pip", "compile", *COMPILE.split(), *QUIET.split()]
        + [*constraints, *map(str, sources)],
        env={**own, "UV_NO_CONFIG": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    entries = re.split(r"^(?=\S)", output, flags=re.MULTILINE)
    return {entry.split(" \\\n")[0]: entry for entry in entries if entry}


def merge(resolutions: dict[Choice, Resolution]) -> str:
    """Return one text that renders to each choice's resolution."""
    entries = {key: entry for found in resolutions.values() for key, entry in found.items()}
    guarded = [
        (guard({choice for choice in resolutions if key in resolutions[choice]}, resolutions), key)
        for key in sorted(entries)
    ]
    text = ""
    for condition, group in itertools.groupby(guarded, key=lambda pair: pair[0]):
        lines = join(entries[key] for _, key in group)
        text += f"# {{% if {condition} %}}\n{lines}# {{% endif %}}\n" if condition else lines
    return text


def guard(wanted: set[Choice], all_choices: dict[Choice, Resolution]) -> str:
    """Return the shortest condition found that holds for the wanted choices and no other."""
    options = {name: None for name, _ in next(iter(all_choices))}
    values = {name: sorted({dict(c)[name] for c in all_choices}, key=str) for name in options}
    terms = []  # each a partial choice with the wanted choices it holds for, widest first
    for partial in itertools.product(*([None, *values[name]] for name in options)):
        term = {name: v for name, v in zip(options, partial, strict=True) if v is not None}
        held = {choice for choice in all_choices if term.items() <= dict(choice).items()}
        if held <= wanted:
            terms.append((term, held))
    left, chosen = set(wanted), []
    while left:
        term, held = max(terms, key=lambda pair: (len(pair[1] & left), -len(pair[0])))
        chosen.append(term)
        left -= held
    return " or ".join(
        " and ".join(literal(name, value) for name, value in term.items()) for term in chosen
    )


def literal(option: str, value: object) -> str:
    if isinstance(value, bool):
        return f"{'' if value else 'not '}cookiecutter.{option}"
    return f'cookiecutter.{option} == "{value}"'


def join(entries: Iterable[str]) -> str:
    return "".join(entries)


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
    print(f"==> {file.relative_to(TEMPLATE)}: {text.count('==')} packages")


if __name__ == "__main__":
    main()

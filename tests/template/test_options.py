"""Every place that has to name an option names it; CONTRIBUTING.md lists the same places."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest

from lab.rendering import OPTIONS, RAW, TEMPLATE

sys.path.append(str(TEMPLATE))
from ceos_template import answers as answers_module  # noqa: E402


def read(path: str) -> str:
    return (TEMPLATE / path).read_text(encoding="utf-8")


def is_switch(default: object) -> bool:
    return isinstance(default, bool | list)


def values_of(default: object) -> list[str]:
    """Return a switch's values as the READMEs show them, the default first."""
    if isinstance(default, bool):
        return ["yes", "no"] if default else ["no", "yes"]
    return [f"`{value}`" for value in default] if isinstance(default, list) else []


def has_prompt(name: str, default: object) -> bool:
    """Tell whether the prompt is Korean and English, and every choice has a text."""
    prompt = OPTIONS["__prompts__"].get(name, {})
    texts = {"__prompt__": prompt} if isinstance(prompt, str) else prompt
    choices = default if isinstance(default, list) else []
    korean, _, english = texts.get("__prompt__", "").rpartition(" / ")
    return bool(re.search("[가-힣]", korean) and english.isascii() and texts.keys() >= {*choices})


def changes_a_project(name: str, default: object) -> bool:
    if name in OPTIONS["_optional_paths"]:
        return {*OPTIONS["_optional_paths"][name]} <= {str(v).lower() for v in valid(default)}
    files = [TEMPLATE / "hooks" / "post_gen_project.py", *RAW.rglob("*")]
    own = re.compile(rf"""cookiecutter\.{name}\b|answers\["{name}"\]""".encode())
    return any(own.search(file.read_bytes()) for file in files if file.is_file())


def valid(default: object) -> list:
    return default if isinstance(default, list) else [True, False]


def is_checked(name: str, default: object) -> bool:
    """Tell whether a text has an example of its own, or a check other than that of every text."""
    say = answers_module.messages_in("en")
    of_every_text = answers_module.find_fault_in_text("{{", str(default), say)
    return (
        is_switch(default)
        or name in answers_module.EXAMPLES
        or answers_module.find_fault(name, "{{", default, say) != of_every_text
    )


def in_table(path: str) -> Callable[[str, object], bool]:
    def has_row(name: str, default: object) -> bool:
        row = re.search(rf"^\| `{name}` \| (.*?) \| (.+) \|$", read(path), re.MULTILINE)
        return bool(row) and (not is_switch(default) or row[1] == ", ".join(values_of(default)))

    return has_row


def in_guide(language: str) -> Callable[[str, object], bool]:
    def has_lines(name: str, default: object) -> bool:
        """A switch has lines of its own in the guide, or the guide is a file for each value."""
        is_file_each = isinstance(default, list) and language in default
        path = f"{RAW.name}/README.{language}.md"
        return not is_switch(default) or is_file_each or f"cookiecutter.{name}" in read(path)

    return has_lines


def in_quotes(path: str) -> Callable[[str, object], bool]:
    return lambda name, default: f'"{name}"' in read(path)


ANSWERS = "tests/template/test_cli.py"
# The texts are those of the list in CONTRIBUTING.md.
PLACES: dict[str, Callable[[str, object], bool]] = {
    "`__prompts__` in `cookiecutter.json`": has_prompt,
    "The project, in tags or values, or `_optional_paths`, or the hook": changes_a_project,
    "`ceos_template/answers.py`": is_checked,
    "`README.md`, the table of options": in_table("README.md"),
    "`README.ko.md`, the table of options": in_table("README.ko.md"),
    "The project's `README.ko.md`": in_guide("ko"),
    "The project's `README.en.md`": in_guide("en"),
    f"`OTHER_ANSWERS` in `{ANSWERS}`": in_quotes(ANSWERS),
}


def missing(options: dict) -> list[str]:
    """Return each place that does not name an option, with the option's name."""
    return [
        f"{name} is missing in: {place}"
        for name, default in options.items()
        if not name.startswith("_")
        for place, names in PLACES.items()
        if not names(name, default)
    ]


def test_every_option_is_named_in_every_place() -> None:
    assert missing(OPTIONS) == []


# What each kind of option has to be named in: all places but those of the other kinds.
ONLY_TEXTS = {"`ceos_template/answers.py`"}
ONLY_SWITCHES = {place for place in PLACES if "project's" in place}


@pytest.mark.parametrize(
    ("default", "others"),
    [("a text", ONLY_SWITCHES), (True, ONLY_TEXTS), (["a", "b"], ONLY_TEXTS)],
    ids=["text", "boolean", "choice"],
)
def test_an_option_named_nowhere_is_reported_for_each_place(default: object, others: set) -> None:
    assert missing({"invented": default}) == [
        f"invented is missing in: {place}" for place in PLACES if place not in others
    ]


@pytest.mark.parametrize("name", ["database", "use_redis"])
def test_a_new_value_is_reported_where_values_are_named(name: str) -> None:
    default = [*OPTIONS[name], "oracle"] if isinstance(OPTIONS[name], list) else not OPTIONS[name]

    places = {line.partition(": ")[2] for line in missing({name: default})}

    assert places >= {place for place in PLACES if "table of options" in place}


def test_contributing_lists_the_same_places() -> None:
    chapter = read("CONTRIBUTING.md").partition("\n### Places that name an option\n")[2]
    listed = re.findall(r"^- (.*?)(?::|$)", chapter.partition("\n#")[0], re.MULTILINE)
    assert listed == list(PLACES)

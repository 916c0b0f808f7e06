"""Derive and check the answers: functions that take answers and return faults as texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from slugify import slugify

from .messages import messages_in

SLUG = re.compile(r"[a-z](?:[a-z0-9_-]*[a-z0-9])?")
SLUG_MAX_LENGTH = 40
# Names that Windows keeps for devices: a folder of that name cannot be made or opened there.
WINDOWS_DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in range(10)
}
DOMAIN_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
TEMPLATE_MARKS = ("{{", "{%", "{#")
TEXT_MAX_LENGTH = 200
SHOWN_MAX_LENGTH = 80

EXAMPLES = {
    "project_name": "CEOS API",
    "description": "An API for our service",
    "author_name": "CEOS",
}


def find_faults(answers: dict, options: dict) -> dict[str, str]:
    """Return a text for each answer that is refused, by the option's name.

    `answers` are the values of the options by name; `options` is the content of
    cookiecutter.json, where a list holds an option's choices and a boolean is a yes or no.
    """
    say = messages_in(answers.get("docs_language"))
    faults = {}
    for name, default in options.items():
        if name.startswith("_"):
            continue
        value = answers.get(name)
        fault = find_fault(name, value, default, say)
        if fault:
            faults[name] = f"{name} = {show(value)}\n    {fault}"
    return faults


def find_unknown(given: dict[str, str], options: dict, docs_language: object) -> dict[str, str]:
    """Return a text for each name on the command line that is not an option."""
    unknown = {name: value for name, value in given.items() if name not in options}
    if not unknown:
        return {}
    import difflib

    say = messages_in(docs_language)
    names = [name for name in options if not name.startswith("_")]
    faults = {}
    for name, value in unknown.items():
        close = ", ".join(difflib.get_close_matches(name.lower(), names, n=1))
        template = say["did_you_mean"] if close else say["options"]
        hint = template.format(names=close or ", ".join(names)).strip()
        fault = say["unknown"].format(hint=hint)
        faults[name] = f"{name} = {show(value)}\n    {fault}"
    return faults


def find_fault(name: str, value: object, default: object, say: dict[str, str]) -> str | None:
    """Return what is wrong with one answer and what is allowed, or None."""
    if isinstance(default, bool):
        return None if isinstance(value, bool) else say["boolean"].format(name=name, value=value)
    if isinstance(default, list):
        return None if value in default else say["choice"].format(allowed=", ".join(default))
    if not isinstance(value, str):
        return say["not_text"]
    if name == "project_slug":
        return find_fault_in_slug(value, say)
    if name == "domain_name":
        return None if not value or is_domain(value) else say["domain"]
    if name == "time_zone":
        # Most keep the default, and reading all names takes longer than the other checks together.
        return None if value == default else find_fault_in_time_zone(value, say)
    # cruft has the code of one version check the options of another.
    return find_fault_in_text(value, EXAMPLES.get(name, str(default)), say)


def find_fault_in_text(value: str, example: str, say: dict[str, str]) -> str | None:
    if not value.strip():
        return say["empty"].format(example=example)
    unprintable = [c for c in value if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    if unprintable:
        characters = ", ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in unprintable))
        return say["control"].format(characters=characters, example=example)
    if value != value.strip():
        return say["blank_edges"].format(example=example)
    mark = find_mark(value)
    if mark:
        return say["marks"].format(mark=mark, example=example)
    if len(value) > TEXT_MAX_LENGTH:
        return say["long"].format(length=len(value), limit=TEXT_MAX_LENGTH, example=example)
    return None


def find_mark(text: str) -> str | None:
    return next((mark for mark in TEMPLATE_MARKS if mark in text), None)


def find_fault_in_slug(value: str, say: dict[str, str]) -> str | None:
    if len(value) > SLUG_MAX_LENGTH:
        return say["long"].format(length=len(value), limit=SLUG_MAX_LENGTH, example="my-api")
    if not SLUG.fullmatch(value):
        return say["slug"]
    if value in WINDOWS_DEVICES:
        return say["device"].format(value=value)
    return None


def is_domain(value: str) -> bool:
    labels = value.split(".")
    return (
        len(value) <= 253
        and len(labels) > 1
        and all(DOMAIN_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def find_fault_in_time_zone(value: str, say: dict[str, str]) -> str | None:
    import difflib
    import zoneinfo

    known = zoneinfo.available_timezones()
    # Windows has no time zone database of its own; then only the form can be judged.
    if value in known or (not known and re.fullmatch(r"\w+(/[\w+-]+)*", value)):
        return None
    by_lower_case = {name.lower(): name for name in known}
    close = difflib.get_close_matches(value.lower(), by_lower_case, n=2)
    hint = say["did_you_mean"].format(names=", ".join(by_lower_case[name] for name in close))
    return say["time_zone"].format(hint=hint if close else "")


def show(value: object) -> str:
    """Return an answer as it was given, blanks at its ends and control characters made visible."""
    if not isinstance(value, str):
        return repr(value)
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value[:SHOWN_MAX_LENGTH])
    return f'"{text}"' if len(value) <= SHOWN_MAX_LENGTH else f'"{text}…'


def refusal(faults: Iterable[str], command: str, docs_language: object) -> str:
    """Return the message that names every fault at once, and the command to try again."""
    say = messages_in(docs_language)
    return "\n".join(
        [say["header"], *(f"  {fault}" for fault in faults), say["footer"], f"    {command}"]
    )


def derive_slug(project_name: str) -> str:
    """Return the folder's name for any project name: `CEOS API` gives `ceos-api`."""
    slug = slugify(project_name, max_length=SLUG_MAX_LENGTH)
    if SLUG.fullmatch(slug) and slug not in WINDOWS_DEVICES:
        return slug
    return slugify(f"api {project_name}", max_length=SLUG_MAX_LENGTH)


def escape_quotes(value: str) -> str:
    """Return an answer as it is written between double quotes in Python."""
    return value.replace("\\", "\\\\").replace('"', '\\"')

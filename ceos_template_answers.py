"""Derive and check the answers while cookiecutter has them in hand, before it makes a folder.

cookiecutter makes the project's folder before its first hook runs, and renders answers given on
the command line as template code. This Jinja extension, which cookiecutter.json names, comes
earlier: it keeps answers as they were given, and refuses all bad ones in one message at the moment
the folder's name is rendered, whether they were typed, given on the command line or replayed.
So there is no pre-gen hook; the functions take answers and return faults as texts.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from pathlib import Path
from typing import ClassVar

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.ext import Extension
from slugify import slugify

TEMPLATE = Path(__file__).resolve().parent
FOLDER = "{{cookiecutter.project_slug}}"
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

MESSAGES = {
    "ko": {
        "header": "이 답으로는 프로젝트를 만들 수 없습니다. 아무 파일도 만들지 않았습니다.",
        "footer": "답을 고쳐서 같은 명령을 다시 실행해 주세요.",
        "empty": "비어 있습니다. 한 글자 이상 적어 주세요. 예: {example}",
        "blank_edges": "앞이나 뒤에 공백이 있습니다. 공백을 지워 주세요. 예: {example}",
        "control": (
            "줄바꿈이나 제어 문자({characters})가 있습니다. 한 줄로 적어 주세요. 예: {example}"
        ),
        "marks": (
            "Jinja 기호 {mark} 가 있습니다. 나중에 템플릿으로 프로젝트를 갱신할 때 "
            "코드로 실행되므로 쓸 수 없습니다. 예: {example}"
        ),
        "long": "{length}자입니다. {limit}자까지 쓸 수 있습니다. 예: {example}",
        "slug": (
            "폴더와 Compose 프로젝트의 이름입니다. 영문 소문자로 시작하고 영문 소문자, 숫자, "
            "-, _ 만 쓸 수 있으며 문자나 숫자로 끝나야 합니다. 예: my-api"
        ),
        "device": "Windows가 장치 이름으로 쓰는 말이라 폴더를 만들 수 없습니다. 예: {value}-api",
        "domain": (
            "소문자로 된 도메인만 적어 주세요. https://, 포트, 경로, 밑줄, 끝의 점은 쓸 수 없습니다. "
            "IP 주소만 있으면 비워 두세요. 예: api.example.com"
        ),
        "time_zone": (
            "없는 시간대입니다. {hint}전체 목록은 IANA 시간대 데이터베이스에 있습니다. "
            "예: Asia/Seoul"
        ),
        "did_you_mean": "{names} 인가요? ",
        "choice": "고를 수 없는 값입니다. 고를 수 있는 값: {allowed}",
        "not_text": "글자가 아닙니다. 따옴표로 감싼 글자로 적어 주세요.",
        "boolean": (
            "예/아니요 값이 글자로 전달되었습니다. cookiecutter 2.6 이하는 명령줄의 "
            "{name}={value} 를 잘못 읽습니다. 이 값을 명령줄에서 빼고 물음에 답하거나, "
            "cookiecutter 2.7 이상을 쓰세요."
        ),
    },
    "en": {
        "header": "These answers cannot make a working project. Nothing was written.",
        "footer": "Correct them and run the same command again.",
        "empty": "is empty; write at least one character. Example: {example}",
        "blank_edges": "begins or ends with a blank; remove it. Example: {example}",
        "control": (
            "holds a line break or control character ({characters}); write one line. "
            "Example: {example}"
        ),
        "marks": (
            "holds {mark}, a mark of Jinja: it would be read as template code when the project is "
            "updated from the template. Example: {example}"
        ),
        "long": "has {length} characters; {limit} are allowed. Example: {example}",
        "slug": (
            "names the folder and the Compose project: a lower-case letter first, then lower-case "
            "letters, digits, - and _, a letter or digit last. Example: my-api"
        ),
        "device": "is a device on Windows: no folder can have that name. Example: {value}-api",
        "domain": (
            "must be a bare domain in lower case: no https://, port, path, underscore or trailing dot. "
            "Leave it empty if there is only an IP address. Example: api.example.com"
        ),
        "time_zone": (
            "is not a time zone. {hint}The names are those of the IANA time zone database. "
            "Example: Asia/Seoul"
        ),
        "did_you_mean": "Did you mean {names}? ",
        "choice": "is not a choice; allowed: {allowed}",
        "not_text": "is not a text; put it in quotes.",
        "boolean": (
            "came as text, not as yes or no: cookiecutter up to 2.6 misreads {name}={value} on the "
            "command line. Leave it out there and answer at the prompt, or use cookiecutter 2.7 "
            "or later."
        ),
    },
}

EXAMPLES = {
    "project_name": "CEOS API",
    "description": "An API for our service",
    "author_name": "CEOS",
}


def find_faults(answers: dict, options: dict) -> list[str]:
    """Return one text for each answer that is refused.

    `answers` are the values of the options by name; `options` is the content of
    cookiecutter.json, where a list holds an option's choices and a boolean is a yes or no.
    """
    say = MESSAGES["en" if answers.get("docs_language") == "en" else "ko"]
    faults = []
    for name, default in options.items():
        if name.startswith("_"):
            continue
        value = answers.get(name)
        fault = find_fault(name, value, default, say)
        if fault:
            faults.append(f"{name} = {show(value)}\n    {fault}")
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
    return find_fault_in_text(value, EXAMPLES[name], say)


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


def refusal(faults: list[str], docs_language: object) -> str:
    """Return the message that names every fault at once."""
    say = MESSAGES["en" if docs_language == "en" else "ko"]
    return "\n".join([say["header"], *(f"  {fault}" for fault in faults), say["footer"]])


def derive_slug(project_name: str) -> str:
    """Return the folder's name for any project name: `CEOS API` gives `ceos-api`."""
    slug = slugify(project_name, max_length=SLUG_MAX_LENGTH)
    if SLUG.fullmatch(slug) and slug not in WINDOWS_DEVICES:
        return slug
    return slugify(f"api {project_name}", max_length=SLUG_MAX_LENGTH)


def escape_quotes(value: str) -> str:
    """Return an answer as it is written between double quotes in Python."""
    return value.replace("\\", "\\\\").replace('"', '\\"')


def check_answers(answers: dict) -> str:
    """Return an empty text; raise FailedHookException, naming every fault, for answers refused."""
    faults = find_faults(answers, read_options())
    if faults:
        raise FailedHookException(refusal(faults, answers.get("docs_language")))
    # Hooks run inside the project, from where a relative path of the template leads nowhere.
    answers["_repo_dir"] = str(Path(answers["_repo_dir"]).resolve())
    return ""


@functools.cache
def read_options() -> dict:
    return json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))


class PlainText(str):
    """A text without template code, in the place of a compiled template."""

    def render(self, *args: object, **kwargs: object) -> str:
        return str(self)


class CompiledOnce(BytecodeCache):
    """Compiled templates for the length of a process: whoever renders often compiles once."""

    compiled: ClassVar[dict[tuple[str, str], bytes]] = {}

    def __init__(self, extension: AnswersExtension) -> None:
        self.extension = extension

    def key(self, bucket: Bucket) -> tuple[str, str]:
        return bucket.key, self.extension.other_language

    def load_bytecode(self, bucket: Bucket) -> None:
        if self.key(bucket) in self.compiled:
            bucket.bytecode_from_string(self.compiled[self.key(bucket)])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[self.key(bucket)] = bucket.bytecode_to_string()


class AnswersExtension(Extension):
    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["check_answers"] = self.check_answers
        self.other_language = "none yet"
        environment.bytecode_cache = CompiledOnce(self)
        environment.filters["derive_slug"] = derive_slug
        environment.filters["escape_quotes"] = escape_quotes
        compile_template = environment.from_string
        # cookiecutter compiles the name of every file; most hold nothing to compile. Jinja has no
        # setting for this, and a PlainText has all of a Template that cookiecutter uses.
        environment.from_string = lambda source, *args: (  # type: ignore[method-assign, assignment]
            compile_template(source, *args) if "{" in source else PlainText(source)
        )

    def check_answers(self, answers: dict) -> str:
        """Return an empty text; raise for answers refused. Remember the language not chosen."""
        checked = check_answers(answers)
        languages = read_options()["docs_language"]
        self.other_language = next(
            language for language in languages if language != answers["docs_language"]
        )
        return checked

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Check the answers before the folder's name; keep Jinja in an answer from running.

        A guide in a language not chosen is compiled for nothing, since the hook drops it: it is
        emptied here.
        """
        if source == FOLDER:
            return "{{ cookiecutter | check_answers }}" + source
        if name and re.search(rf"\.{self.other_language}\.\w+$", name):
            return ""
        if name is None and find_mark(source) and not is_of_template(source):
            return "{{ " + ascii(source) + " }}"
        return source


def is_of_template(source: str) -> bool:
    """Tell a text of this template, which is to be rendered, from an answer, which is not."""
    return source in read_options().values() or source in {
        hook.read_text(encoding="utf-8") for hook in TEMPLATE.glob("hooks/*.py")
    }

"""Names come through letter for letter; answers that cannot work are refused, all at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cookiecutter.cli import main as cookiecutter_command
from cookiecutter.exceptions import FailedHookException
from pytest_cookies.plugin import Cookies, Result

from ceos_template import answers as answers_module
from ceos_template import command_line
from lab.rendering import OPTIONS, TEMPLATE

GOOD = {
    **{
        name: default[0] if isinstance(default, list) else default
        for name, default in OPTIONS.items()
    },
    "project_slug": "my-api",
    "description": "An API",
    "docs_language": "en",
}
# Each stands at the beginning, in the middle or at the end, where it hurts most.
HOSTILE = [
    """it's "quoted" ''' and \"""",
    "ends with a backslash \\",
    "R&D <b>bold</b> # %s %(x)s {0} {x}",
    "$(id) ${HOME} `id` $HOME",
    "- dash",
    "@at",
    "> quote",
    "* star",
    "# heading",
    ": colon: [x]{y} | !tag",
    "한글 이름 🚀 👩‍💻",
    "}} %} #} \\n \\u0041 \\x41",
]


def faults(**changed: object) -> list[str]:
    return [*answers_module.find_faults({**GOOD, **changed}, OPTIONS).values()]


def bake(cookies: Cookies, **given: object) -> Result:
    return cookies.bake({"docs_language": "en", **given}, template=str(TEMPLATE))


def baked_in(folder: Path) -> list[Path]:
    """Return what baking has left in the folder of a test."""
    return list(folder.glob("cookies/*/*"))


def schema_title(project: Path) -> str:
    """Return the title in the OpenAPI schema that the project itself generates."""
    code = (
        "import django; django.setup();"
        "from drf_spectacular.generators import SchemaGenerator as G;"
        "import sys; sys.stdout.reconfigure(encoding='utf-8', newline='');"
        "sys.stdout.write(G().get_schema(public=True)['info']['title'])"
    )
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_any_name_is_the_title_of_the_api(text: str, cookies: Cookies) -> None:
    project = bake(cookies, project_name=text, description=text, author_name=text).project_path
    assert schema_title(project) == text


@pytest.mark.parametrize("name", ["project_name", "description", "author_name"])
def test_readme_shows_texts_letter_for_letter(name: str, cookies: Cookies) -> None:
    text = "".join(HOSTILE)[:190] + "\\"
    project = bake(cookies, project_slug="x", **{name: text}).project_path
    assert text in (project / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["CEOS API", "우리 서비스", "🚀🚀", "2024 project", "CON", "-", "a" * 99]
)
def test_any_name_gives_a_usable_slug(name: str) -> None:
    assert faults(project_slug=answers_module.derive_slug(name)) == []


def test_a_korean_name_gives_a_slug_one_can_read() -> None:
    assert answers_module.derive_slug("우리 서비스") == "uri-seobiseu"


def test_default_slug_is_the_derived_one(cookies: Cookies) -> None:
    assert bake(cookies, project_name="세오스 2024").project_path.name == "seoseu-2024"


@pytest.mark.parametrize("slug", ["a", "my-api", "my_api2", "a" * 40])
def test_slug_is_accepted(slug: str) -> None:
    assert faults(project_slug=slug) == []


@pytest.mark.parametrize(
    "slug",
    [
        "1abc",
        "my api",
        "con",
        "lpt1",
        "../x",
        "",
        "a" * 100,
        "a/b",
        "A",
        "-x",
        "x-",
        "x_",
        ".",
        "/x",
    ]
    + ["a\\b", "x\n", "한글", "a.b", "$(id)", "~"],
)
def test_slug_is_refused(slug: str) -> None:
    assert len(faults(project_slug=slug)) == 1


@pytest.mark.parametrize("domain", ["", "example.com", "a-b.example.co.kr", "xn--3e0b707e.kr"])
def test_domain_is_accepted(domain: str) -> None:
    assert faults(domain_name=domain) == []


@pytest.mark.parametrize(
    "domain",
    ["https://a.com", "a.com:80", "a.com/x", "a_b.com", "a.com.", "1.2.3.4", "localhost", "a..com"]
    + [
        "-a.com",
        "A.com",
        "a.com\n",
        " a.com",
        "*.a.com",
        "::1",
        f"{'a' * 64}.com",
        "a.com?x",
        "u@a.com",
    ],
)
def test_domain_is_refused(domain: str) -> None:
    assert len(faults(domain_name=domain)) == 1


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Seoul"])
def test_time_zone_is_accepted(zone: str) -> None:
    assert faults(time_zone=zone) == []


@pytest.mark.parametrize("zone", ["asia/seoul", "Asia/Seol", "KST+9", "", "../etc/passwd", "Asia"])
def test_time_zone_is_refused(zone: str) -> None:
    assert len(faults(time_zone=zone)) == 1


def test_unknown_time_zone_gets_a_suggestion() -> None:
    assert "Did you mean Asia/Seoul" in faults(time_zone="asia/seol")[0]


@pytest.mark.parametrize("name", ["project_name", "description", "author_name"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        " x",
        "x ",
        "a\nb",
        "a\rb",
        "a\x00b",
        "a\x1bb",
        "a\x85b",
        "a\u2028b",
        "a\u2029b",
        "\ud800",
    ]
    + ["x" * 201, "{{ 7*7 }}", "{%", "{#", "a\tb", "\u3000x"],
)
def test_text_is_refused(name: str, text: str) -> None:
    assert len(faults(**{name: text})) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database", "oracle"),
        ("database", ["mysql"]),
        ("use_redis", "no"),
        ("use_redis", "yes"),
        ("use_redis", 1),
        ("example_app", None),
        ("project_name", None),
        ("project_slug", 5),
    ],
)
def test_value_of_a_wrong_kind_is_refused(name: str, value: object) -> None:
    assert len(faults(**{name: value})) == 1


@pytest.mark.parametrize("language", ["ko", "en"])
def test_refusal_says_what_was_given_what_is_allowed_and_an_example(language: str) -> None:
    fault = faults(docs_language=language, project_slug="My API")[0]
    assert '"My API"' in fault
    assert ("영문 소문자" if language == "ko" else "lower-case letters") in fault
    assert "my-api" in fault


@pytest.mark.parametrize(
    "text", ["{{ 7*7 }}", "{{", "{% x", "{#", "# {% if", "{{ cookiecutter.x }}"]
)
def test_template_code_given_through_the_api_is_refused_letter_for_letter(
    text: str, cookies: Cookies, tmp_path: Path
) -> None:
    refused = bake(cookies, project_name=text).exception
    assert isinstance(refused, FailedHookException)
    assert f'project_name = "{text}"' in str(refused)
    assert "mark of Jinja" in str(refused)
    assert baked_in(tmp_path) == []


def test_all_faults_are_in_one_refusal_and_no_folder_is_left(
    cookies: Cookies, tmp_path: Path
) -> None:
    bad = {"project_slug": "a/b", "domain_name": "x_y", "time_zone": "Seoul", "author_name": " "}
    refused = bake(cookies, **bad).exception
    assert isinstance(refused, FailedHookException)
    assert all(f"{name} = " in str(refused) for name in bad)
    assert baked_in(tmp_path) == []


def test_a_refusal_through_the_api_names_the_template_and_the_good_answers(
    cookies: Cookies,
) -> None:
    refused = bake(cookies, domain_name="localhost", use_redis=True, author_name="A & B").exception
    line = str(refused).splitlines()[-1].strip()
    assert line == f"cookiecutter {TEMPLATE} docs_language=en author_name='A & B' use_redis=yes"


def test_what_was_derived_from_a_refused_name_is_not_repeated(cookies: Cookies) -> None:
    refused = bake(cookies, project_name="my {{ name }}").exception
    assert str(refused).splitlines()[-1].strip() == f"cookiecutter {TEMPLATE} docs_language=en"


@pytest.mark.parametrize("text", [*HOSTILE, 'it\'s "$HOME" `id` 가게 !! \\'])
def test_a_shell_reads_the_repeated_answer_letter_for_letter(text: str) -> None:
    line = command_line.repeat("a template", {"project_name": text}, complete=True)
    read = subprocess.run(["bash", "-c", f"printf '%s\n' {line}"], capture_output=True, text=True)
    assert read.stdout.split("\n")[1:-1] == ["a template", f"project_name={text}"]


def test_on_windows_answers_stand_in_double_quotes(monkeypatch) -> None:
    monkeypatch.setattr(command_line, "uses_windows_quotes", lambda: True)
    answers = {"project_name": "우리 가게", "author_name": "R&D", "time_zone": "Asia/Seoul"}
    line = command_line.repeat("gh:ORG/ceos-template", answers, complete=False)
    assert line == (
        "cookiecutter gh:ORG/ceos-template "
        'project_name="우리 가게" author_name="R&D" time_zone=Asia/Seoul'
    )
    assert command_line.with_variable("A", "yes", "x") == '$env:A = "yes"; x'


def test_git_bash_on_windows_takes_the_quotes_of_other_shells(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delenv("MSYSTEM", raising=False)
    assert command_line.uses_windows_quotes()
    monkeypatch.setenv("MSYSTEM", "MINGW64")
    assert not command_line.uses_windows_quotes()


@pytest.mark.parametrize("text", ["$HOME", 'a "b"', "`n", "%PATH%", "ends with \\", "“x”"])
def test_what_the_shells_of_windows_read_differently_is_asked_again(text: str, monkeypatch) -> None:
    monkeypatch.setattr(command_line, "uses_windows_quotes", lambda: True)
    with cookiecutter_command.make_context("cookiecutter", ["x", "--no-input", "-o", "y"]):
        line = command_line.repeat("x", {"author_name": text}, complete=True)
        complete = command_line.repeat("x", {"author_name": "CEOS"}, complete=True)
    assert line.endswith(" x --output-dir y")
    assert complete.endswith(" x --no-input --output-dir y author_name=CEOS")


@pytest.mark.parametrize(
    ("prefix", "called", "typed"),
    [
        (
            "/home/a/.cache/uv/archive-v0/x",
            "/home/a/.cache/uv/archive-v0/x/bin/cookiecutter",
            "uvx",
        ),
        ("/home/a/.local/share/pipx/.cache/x", "/home/a/x/bin/cookiecutter", "pipx run"),
        ("/home/a/.local/share/pipx/venvs/cookiecutter", "/on-path/cookiecutter", ""),
        ("/usr", "/on-path/cookiecutter", ""),
    ],
)
def test_the_repeated_command_calls_cookiecutter_as_the_user_did(
    prefix: str, called: str, typed: str, monkeypatch
) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(command_line.shutil, "which", lambda name: f"/on-path/{name}")
    with cookiecutter_command.make_context("cookiecutter", ["x"]):
        assert command_line.repeat("x", {}, complete=False) == f"{typed} cookiecutter x".strip()

"""The functions of the post-gen hook, imported; and what the hook may not need."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.rendering import TEMPLATE

HOOK = TEMPLATE / "hooks" / "post_gen_project.py"
LANGUAGES = ("ko", "en")
ANSWERS = {
    "docs_language": "en",
    "project_slug": "my-api",
    "domain_name": "",
    "database": "mysql",
    "use_redis": False,
    "_existing": [],
    "_choices": {"docs_language": ["ko", "en"], "database": ["mysql", "postgresql"]},
    "_optional_paths": {"use_redis": {"true": ["cache"]}, "database": {"mysql": ["my.cnf"]}},
}

WITHOUT_POSTS = {
    **ANSWERS,
    "example_app": False,
    "_optional_paths": {"example_app": {"true": ["posts"]}},
}


def load_hook():
    spec = importlib.util.spec_from_file_location("post_gen_project", HOOK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hook = load_hook()


def write(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("KEY=value\n", encoding="utf-8")
    return root


def files(root: Path) -> set[str]:
    return {f.relative_to(root).as_posix() for f in root.rglob("*") if f.is_file()}


def test_hook_imports_only_the_standard_library() -> None:
    tree = ast.parse(HOOK.read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)


def test_hook_holds_template_code_in_its_last_line_only() -> None:
    *lines, last = HOOK.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "{{" in line or "# {%" in line] == []
    assert "{{ cookiecutter | tojson }}" in last


def test_hook_runs_under_python_3_10() -> None:
    installed = sorted(Path("~/.pyenv/versions").expanduser().glob("3.10.*/bin/python"))
    python = next(map(str, installed), None) or shutil.which("python3.10")
    if not python:
        pytest.skip("no Python 3.10 on this machine")
    # Imported, so that the guarded last line, which is no Python before rendering, is left out.
    code = f"import runpy; runpy.run_path({str(HOOK)!r})['new_secret']()"
    subprocess.run([python, "-c", code], check=True)  # noqa: S603


def test_paths_of_a_value_not_chosen_are_dropped() -> None:
    assert hook.paths_not_chosen(ANSWERS) == ["cache"]


def test_paths_of_a_value_chosen_stay() -> None:
    assert hook.paths_not_chosen({**ANSWERS, "use_redis": True}) == []


def test_an_option_not_chosen_goes_with_its_empty_folders(tmp_path: Path) -> None:
    template = ["posts/a.py", "posts/tests/b.py", "posts/seed.ko.json", "kept.py"]
    project = write(tmp_path, *template, "posts/__pycache__/a.pyc")
    assert hook.choose(project, template, WITHOUT_POSTS) == ["kept.py"]
    assert files(project) == {"kept.py"}
    assert not (project / "posts").exists()


def test_a_teams_own_file_stays_in_a_dropped_folder(tmp_path: Path) -> None:
    project = write(tmp_path, "posts/a.py", "posts/mine.py")
    hook.choose(project, ["posts/a.py"], WITHOUT_POSTS)
    assert files(project) == {"posts/mine.py"}


def test_variants_of_an_earlier_rendering_go_with_a_dropped_folder(tmp_path: Path) -> None:
    project = write(tmp_path, "posts/seed.json", "posts/seed.en.json", "posts/seed.ko.json")
    hook.choose(project, ["posts/seed.en.json", "posts/seed.ko.json"], WITHOUT_POSTS)
    assert files(project) == set()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_only_the_chosen_language_stays_without_a_suffix(tmp_path: Path, language: str) -> None:
    template = ["docs/a.ko.md", "docs/a.en.md", "a.test.md", ".env.ko.example", ".env.en.example"]
    project = write(tmp_path, *template)
    (project / f"docs/a.{language}.md").write_text("chosen", encoding="utf-8")
    kept = hook.choose(project, template, {**ANSWERS, "docs_language": language})
    assert files(project) == set(kept) == {"docs/a.md", "a.test.md", ".env.example"}
    assert (project / "docs/a.md").read_text(encoding="utf-8") == "chosen"


def test_of_variants_for_another_choice_one_stays_too(tmp_path: Path) -> None:
    template = ["base.mysql.py", "base.postgresql.py"]
    project = write(tmp_path, *template)
    hook.choose(project, template, ANSWERS)
    assert files(project) == {"base.py"}


def test_of_variants_for_two_choices_one_stays(tmp_path: Path) -> None:
    template = [f"a.{db}.{language}.py" for db in ("mysql", "postgresql") for language in LANGUAGES]
    project = write(tmp_path, *template)
    (project / "a.mysql.en.py").write_text("chosen", encoding="utf-8")
    assert hook.choose(project, template, ANSWERS) == ["a.py"]
    assert files(project) == {"a.py"}
    assert (project / "a.py").read_text(encoding="utf-8") == "chosen"


def test_variants_of_a_path_not_chosen_are_dropped(tmp_path: Path) -> None:
    template = ["cache.ko.py", "cache.en.py"]
    answers = {**ANSWERS, "_optional_paths": {"use_redis": {"true": ["cache.py"]}}}
    project = write(tmp_path, *template)
    assert hook.choose(project, template, answers) == []
    assert files(project) == set()


def test_files_that_cookiecutter_skipped_stay_as_they_are(tmp_path: Path) -> None:
    template = ["a.ko.md", "a.en.md", "b.md", "c.ko.md", "c.en.md", "posts/d.py", "posts/e.py"]
    project = write(tmp_path, *template, "a.md")
    (project / "a.md").write_text("mine", encoding="utf-8")
    existing = ["a.md", "b.md", "c.ko.md", "posts/d.py"]
    assert hook.choose(project, template, {**WITHOUT_POSTS, "_existing": existing}) == ["c.md"]
    assert files(project) == {*existing, "c.md"}
    assert (project / "a.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", [".env", ".env.prod"])
def test_secret_files_are_for_their_owner_only(tmp_path: Path, name: str) -> None:
    if os.name != "posix":
        pytest.skip("file modes are POSIX's")
    write(tmp_path, ".env.example")
    hook.write_env_files(tmp_path, ANSWERS)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_an_existing_env_file_is_kept_and_its_missing_keys_are_named(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("OLD=\nNEW=\n", encoding="utf-8")
    (tmp_path / ".env").write_text("OLD=mine\n", encoding="utf-8")
    assert hook.write_env_files(tmp_path, ANSWERS) == {".env": ["NEW"]}
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "OLD=mine\n"


def test_secrets_are_long_safe_and_never_the_same() -> None:
    secrets = {hook.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(len(s) >= 50 and s.isascii() and s.isalnum() for s in secrets)


def test_a_domain_goes_into_the_production_settings() -> None:
    values = hook.production_values({**ANSWERS, "domain_name": "api.example.com"})
    assert values["ALLOWED_HOSTS"] == "api.example.com"
    assert values["CSRF_TRUSTED_ORIGINS"] == "https://api.example.com"


def test_fill_in_changes_values_but_no_comment() -> None:
    example = "# A=comment\nA=old\nB=\n"
    assert hook.fill_in(example, {"A": r"\1", "B": "x"}) == "# A=comment\nA=\\1\nB=x\n"


@pytest.mark.parametrize("left", ["{{ cookiecutter.x }}", "# {% if x %}"])
def test_template_code_left_in_a_project_is_found(tmp_path: Path, left: str) -> None:
    project = write(tmp_path, "a.py", "b.py")
    (project / "a.py").write_text(left, encoding="utf-8")
    assert hook.unfinished_files(project, ["a.py", "b.py"]) == ["a.py"]


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_last_words_have_ten_lines_at_most(language: str, windows: bool) -> None:
    missing = {".env": ["A"], ".env.prod": ["A", "B"]}
    answers = {**ANSWERS, "docs_language": language}
    words = hook.last_words(answers, "my-api", list(hook.KEPT), missing, windows)
    assert len(words.splitlines()) <= 10
    assert "    cd my-api\n" in words
    assert all(name in words for name in hook.KEPT)


def test_last_words_are_in_the_chosen_language() -> None:
    words = [
        hook.last_words({**ANSWERS, "docs_language": language}, "my-api", [], {}, False)
        for language in ("ko", "en")
    ]
    assert "프로젝트를 만들었습니다" in words[0]
    assert words[1].isascii()


def test_start_commands_on_windows_are_for_powershell_and_git_bash() -> None:
    commands = hook.start_commands(windows=True)
    assert commands.startswith("py -m venv .venv; .venv/Scripts/python -m pip install")
    assert "&&" not in commands
    assert "\\" not in commands
    assert "/bin/" not in commands


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_projects_readme_starts_it_with_the_same_line(language: str, windows: bool) -> None:
    readme = TEMPLATE / "{{cookiecutter.project_slug}}" / f"README.{language}.md"
    assert f"\n{hook.start_commands(windows)}\n" in readme.read_text(encoding="utf-8")


def test_start_commands_elsewhere_stop_at_the_first_error() -> None:
    commands = hook.start_commands(windows=False).split(" && ")
    assert commands[0] == "python3 -m venv .venv"
    assert commands[-1] == ".venv/bin/python manage.py runserver"


def test_folder_is_relative_where_the_shell_stands_beside_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PWD", str(tmp_path))
    assert hook.folder_to_enter(ANSWERS, tmp_path / "my-api") == "my-api"


def test_folder_elsewhere_is_quoted_for_the_shell(tmp_path: Path, monkeypatch) -> None:
    if os.name != "posix":
        pytest.skip("a POSIX shell's quoting")
    monkeypatch.setenv("PWD", "/")
    folder = tmp_path / "my $HOME" / "my-api"
    typed = hook.folder_to_enter(ANSWERS, folder)
    shown = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", f"printf %s {typed}"], capture_output=True, text=True, check=True
    )
    assert shown.stdout == str(folder)

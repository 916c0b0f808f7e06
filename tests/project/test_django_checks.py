"""What Django says of every combination, and the contract between settings and .env files."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from lab.commands import run_commands
from lab.rendering import (
    DOMAIN,
    completed_production,
    each_combination,
    each_pair,
    read_env,
    render,
)


def passes_the_deployment_checks(choice):
    result = run_commands(*completed_production(choice), "check --deploy --fail-level WARNING")

    assert result.returncode == 0, result.stdout


@pytest.mark.slow
@each_combination
def test_production_settings_pass_the_deployment_checks(choice):
    passes_the_deployment_checks(choice)


@pytest.mark.slow
@each_pair
def test_with_a_domain_they_pass_them_too(choice):
    passes_the_deployment_checks(choice + DOMAIN)


def test_the_deployment_checks_find_a_weak_secret_key():
    project, env = completed_production(())

    result = run_commands(
        project, {**env, "SECRET_KEY": "short"}, "check --deploy --fail-level WARNING"
    )

    assert result.returncode != 0
    assert "security.W009" in result.stdout


DEVELOPMENT_CHECKS = (
    "makemigrations --check --dry-run",
    "spectacular --validate --fail-on-warn --file openapi.yml",
)


@pytest.mark.slow
@each_combination
def test_migrations_and_api_schema_are_complete(choice, project_copy):
    result = run_commands(
        project_copy(choice),
        {"DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        *DEVELOPMENT_CHECKS,
    )

    assert result.returncode == 0, result.stdout
    assert "arning" not in result.stdout


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("accounts/models.py", "\n\nclass Forgotten(models.Model):\n    pass\n"),
        (
            "config/urls.py",
            "\nfrom rest_framework.views import APIView\n"
            "class Untyped(APIView):\n    def get(self, request): ...\n"
            "urlpatterns.append(path('api/untyped/', Untyped.as_view()))\n",
        ),
    ],
    ids=["migration", "schema"],
)
def test_an_incomplete_project_is_found(file, fault, project_copy):
    project = project_copy()
    with (project / file).open("a", encoding="utf-8") as source:
        source.write(fault)

    result = run_commands(
        project, {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}, *DEVELOPMENT_CHECKS
    )

    assert result.returncode != 0


@each_pair
def test_production_refuses_placeholders_and_names_them_all(choice):
    project = render(choice)
    env = read_env(project / ".env.prod")

    result = run_commands(project, env, "check")

    message = result.stdout.strip().splitlines()[-1]
    assert result.returncode != 0
    assert {key for key in env if re.search(rf"\b{key}\b", message)} == {
        key for key, value in env.items() if "CHANGE_ME" in value
    }


def names_read(source: str) -> set[str]:
    """Return the environment variables that Python code reads: env.str("X"), require("X")…"""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            if function == "require":
                arguments = node.args
            elif re.fullmatch(r"env(\.\w+)?|os\.environ\.\w+|os\.getenv", function):
                arguments = node.args[:1]
            else:
                continue
            names.update(a.value for a in arguments if isinstance(a, ast.Constant))
    return names


def names_read_by(project: Path) -> set[str]:
    """Return the variables that the project's Python and its Compose files read."""
    names = set()
    for file in project.glob("docker-compose*.yml"):
        names |= set(re.findall(r"\$\{(\w+)", file.read_text(encoding="utf-8")))
    # deploy.sh sets this one: where the others are.
    names.discard("ENV_FILE")
    for file in project.rglob("*.py"):
        if "tests" not in file.relative_to(project).parts:
            names |= names_read(file.read_text(encoding="utf-8"))
    return names


def keys_without_comment(text: str) -> list[str]:
    """Return the keys that stand in no group that begins with a comment."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines):
        above = number
        while above > 0 and re.match(r"\w+=", lines[above]):
            above -= 1
        if re.match(r"\w+=", line) and not lines[above].startswith("#"):
            found.append(line.split("=")[0])
    return found


@pytest.mark.parametrize("name", [".env", ".env.prod", ".env.example"])
@each_combination
def test_env_file_has_exactly_the_keys_that_settings_and_compose_read(choice, name):
    assert set(read_env(render(choice) / name)) == names_read_by(render(choice))


@pytest.mark.parametrize("name", [".env", ".env.prod", ".env.example"])
@each_combination
def test_env_file_explains_every_key(choice, name):
    assert keys_without_comment((render(choice) / name).read_text(encoding="utf-8")) == []


def test_a_variable_that_is_read_is_found():
    source = 'env.str("A")\nenv.int("B", 3)\nrequire("C", "D")\nos.environ.setdefault("E", "F")\n'

    assert names_read(source) == {"A", "B", "C", "D", "E"}


def test_a_key_without_a_comment_is_found():
    assert keys_without_comment("# Why\nA=\nB=\n\nC=\n") == ["C"]

"""The system checks of what can be seen without a service."""

from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

from template_tests.found import ids, notes


def run(tag: str) -> list[CheckMessage]:
    return run_checks(tags=[tag], include_deployment_checks=True)


@pytest.mark.parametrize("tag", ["hosts", "origins", "migrations"])
def test_they_run_before_a_deployment_only(tag: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = settings.CSRF_TRUSTED_ORIGINS = ["*"]
    settings.MIGRATION_MODULES = {"accounts": None}
    assert ids(run(tag))
    assert not run_checks(tags=[tag])


@pytest.mark.parametrize(
    ("hosts", "domain", "expected"),
    [
        (["api.example.com", "8.8.8.8", "[2001:4860::1]"], "", []),
        ([".example.com"], "api.example.com", []),
        (["API.example.com"], "api.Example.com", []),
        (["*"], "", ["E001"]),
        (["https://api.example.com"], "", ["E001"]),
        (["api.example.com:8000"], "", ["E001"]),
        (["api.example.com/api"], "", ["E001"]),
        (["api.example.com", " 8.8.8.8"], "", ["E001"]),
        (["api.example.com", ""], "", ["E001"]),
        (["8.8.8.8"], "https://api.example.com", ["E001"]),
        (["8.8.8.8"], "api.example.com", ["E002"]),
        (["example.com"], "api.example.com", ["E002"]),
    ],
)
def test_hosts_that_would_not_work_are_found(
    settings: Settings, hosts: list[str], domain: str, expected: list[str]
) -> None:
    settings.ALLOWED_HOSTS = hosts
    settings.DOMAIN_NAME = domain
    assert ids(run("hosts")) == [f"operations.{id}" for id in expected]
    assert notes(run("hosts")) == []


@pytest.mark.parametrize("host", ["172.31.5.6", "127.0.0.1", "localhost"])
def test_hosts_that_nobody_outside_reaches_are_mentioned(settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = [host]
    settings.DOMAIN_NAME = ""
    assert ids(run("hosts")) == []
    assert host in notes(run("hosts"))[0]


@pytest.mark.parametrize("name", ["CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS"])
@pytest.mark.parametrize(
    ("origin", "works"),
    [
        ("https://www.example.com", True),
        ("http://localhost:3000", True),
        ("https://*.example.com", True),
        ("null", True),
        ("www.example.com", False),
        (" https://www.example.com", False),
        ("", False),
        ("https://www.example.com/", False),
        ("https://www.example.com/app?a=b", False),
        ("https://[::1", False),
        ("http://[::1]:3000", True),
        ("https://", False),
        ("https://user@www.example.com", False),
    ],
)
def test_origins_that_would_not_work_are_found(
    settings: Settings, name: str, origin: str, works: bool
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = settings.CORS_ALLOWED_ORIGINS = []
    setattr(settings, name, [origin])
    assert ids(run("origins")) == ([] if works else ["operations.E003"])


def test_this_project_s_migrations_are_complete() -> None:
    assert run("migrations") == []


MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    initial = {initial}
    dependencies = {dependencies}
"""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"0001_initial": [], "0003_c": ["0002_gone"]}, "E004"),
        ({"0001_initial": [], "0002_a": ["0001_initial"], "0002_b": ["0001_initial"]}, "E005"),
        ({"0001_initial": []}, "E006"),
        ({}, "E006"),
    ],
    ids=["file missing", "conflict", "changed models", "none"],
)
def test_migrations_that_would_not_work_are_found(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, list[str]],
    expected: str,
) -> None:
    package = tmp_path / f"migrations_{len(files)}_{expected}"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, before in files.items():
        dependencies = [("accounts", each) for each in before]
        text = MIGRATION.format(initial=not before, dependencies=dependencies)
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"accounts": package.name if files else None}
    assert ids(run("migrations")) == [f"operations.{expected}"]
